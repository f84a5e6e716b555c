//! `afterchat man`: the manual, made from the same declaration as the help.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Command};
use clap_mangen::Man as Page;

use crate::output::{self, say};

/// Print the manual page, or write all of them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  afterchat man | man -l -                                  Read it
  afterchat man listen | man -l -                           Read about one command
  afterchat man --out ~/.local/share/man/man1               Install all pages for `man afterchat`")]
pub(crate) struct Man {
    /// The command to read about; without it the page of `afterchat` itself
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Option<String>,
    /// Write a page for each command into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self, mut command: Command) -> anyhow::Result<()> {
        command.build();
        match (&self.out, &self.command) {
            (Some(folder), _) => write_all(folder, &command),
            (None, None) => output::write(&page(&command)?),
            (None, Some(name)) => {
                let found = command.find_subcommand(name);
                let found = found.with_context(|| {
                    format!("There is no command “{name}”. `afterchat --help` lists them.")
                })?;
                output::write(&page(found)?)
            }
        }
    }
}

/// A page in roff. A command's page is called as its parent and itself, `afterchat-listen`.
fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    let mut roff = Vec::new();
    Page::new(command.clone()).render(&mut roff)?;
    Ok(roff)
}

fn write_all(folder: &Path, command: &Command) -> anyhow::Result<()> {
    let written = || format!("The pages could not be written to {}.", folder.display());
    std::fs::create_dir_all(folder).with_context(written)?;
    clap_mangen::generate_to(command.clone(), folder).with_context(written)?;
    say(&format!("The pages are in {}.", folder.display()));
    Ok(())
}
