//! Cargo commands that few people need: installed where build results are, when they are first wanted.

use std::path::PathBuf;
use std::process::Command;

use crate::commands::{self, tool};
use crate::places;

/// A cargo subcommand, which is installed first when it is neither on the path nor here.
pub(crate) fn cargo(name: &str) -> anyhow::Result<Command> {
    let (mut command, program) = (tool("cargo"), format!("cargo-{name}"));
    if !commands::exists(&program) {
        let here = places::build_results()?.join("tools");
        if !here.join("bin").join(&program).is_file() {
            println!("`{program}` is missing and is built once, into {}.", here.display());
            let mut install = tool("cargo");
            install.args(["install", "--locked", &program, "--root"]).arg(&here);
            commands::run(install.arg("--target-dir").arg(here.join("build")))?;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(here.join("bin")).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths.collect::<Vec<PathBuf>>())?);
    }
    command.arg(name);
    Ok(command)
}
