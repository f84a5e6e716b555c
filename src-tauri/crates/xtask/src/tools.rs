//! Cargo commands that few people need: installed where build results are, when they are first wanted.

use std::path::PathBuf;
use std::process::Command;

use crate::commands::{self, tool};
use crate::places;

/// A cargo subcommand, which is installed first when it is neither on the path nor here.
pub(crate) fn cargo(name: &str) -> anyhow::Result<Command> {
    ensure(name)?;
    let mut command = tool("cargo");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::split_paths(&path).chain([here()?.join("bin")]);
    command.env("PATH", std::env::join_paths(paths)?).arg(name);
    Ok(command)
}

/// Installs a cargo subcommand when it is neither on the path nor here.
pub(crate) fn ensure(name: &str) -> anyhow::Result<()> {
    let (program, here) = (format!("cargo-{name}"), here()?);
    if commands::exists(&program) || here.join("bin").join(&program).is_file() {
        return Ok(());
    }
    println!("`{program}` is missing and is built once, into {}.", here.display());
    let mut install = tool("cargo");
    install.args(["install", "--locked", &program, "--root"]).arg(&here);
    commands::run(install.arg("--target-dir").arg(here.join("build")))
}

fn here() -> anyhow::Result<PathBuf> {
    Ok(places::build_results()?.join("tools"))
}
