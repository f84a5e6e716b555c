//! `afterchat completions`: what a shell needs to complete commands and options.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::output;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  afterchat completions bash > ~/.local/share/bash-completion/completions/afterchat
  afterchat completions zsh > ~/.zfunc/_afterchat          (with ~/.zfunc in $fpath)
  afterchat completions fish > ~/.config/fish/completions/afterchat.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut command: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        output::write(&script)
    }
}
