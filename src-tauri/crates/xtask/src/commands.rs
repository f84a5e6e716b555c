//! Starting other programs and saying plainly which one failed.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::places;

/// A program that starts in the repository's root. npm's programs are scripts with another ending on Windows.
pub(crate) fn tool(name: &str) -> Command {
    let script = cfg!(windows) && matches!(name, "npm" | "npx");
    let mut command = Command::new(if script { format!("{name}.cmd") } else { name.to_owned() });
    command.current_dir(places::root());
    command
}

/// npm in the page's folder.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = tool("npm");
    // The browser tests use the system's Chromium.
    command.args(arguments).current_dir(places::ui()).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

/// Runs to the end, with its output where ours goes.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = words(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("`{line}` cannot be started"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs to the end, passing each line of standard output on and also to `seen`.
pub(crate) fn run_reading(command: &mut Command, mut seen: impl FnMut(&str)) -> anyhow::Result<()> {
    let line = words(command);
    println!("$ {line}");
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{line}` cannot be started"))?;
    let output = child.stdout.take().context("the output was piped just now")?;
    for text in BufReader::new(output).split(b'\n') {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        println!("{text}");
        seen(&text);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs to the end and returns standard output.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let line = words(command);
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("`{line}` cannot be started"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the program is there at all.
pub(crate) fn exists(program: &str) -> bool {
    let asked = tool(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

fn words(command: &Command) -> String {
    let mut words = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        words.push(' ');
        words.push_str(&argument.to_string_lossy());
    }
    words
}
