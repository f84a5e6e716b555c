//! What `cargo xtask test` runs, in the order in which a mistake shows soonest.
//!
//! All Cargo steps choose their targets from the whole workspace: another choice would unify features differently and compile the
//! large dependencies once more.

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

use crate::checks;
use crate::commands::{self, npm, tool};
use crate::counts::{Counts, Runner};
use crate::packages::{self, APP, Consent, TESTS};
use crate::steps::{self, Step};
use crate::{page, places};

const STEPS: &[Step] = &[
    Step { name: "format", about: "Rust is formatted", work: |_| cargo(&["fmt", "--all", "--check"]) },
    Step { name: "structure", about: "arrows, sources, dependencies, licences", work: |_| checks::all() },
    Step { name: "npm", about: "the page's packages", work: |_| page::install() },
    Step { name: "ui-format", about: "the page is formatted", work: |_| script("format:check") },
    Step { name: "ui-lint", about: "eslint", work: |_| script("lint") },
    Step { name: "ui-check", about: "svelte-check", work: |_| script("check") },
    Step {
        name: "ui-test",
        about: "the page's unit tests",
        work: |counts| counted(npm(&["run", "test"]), Runner::Vitest, counts),
    },
    Step { name: "ui-build", about: "the page as the programs embed it", work: |_| script("build") },
    Step {
        name: "clippy",
        about: "lints of the workspace",
        work: |_| cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step {
        name: "build",
        about: "every program and test, once",
        work: |_| cargo(&["build", "--locked", "--workspace", "--all-targets"]),
    },
    Step { name: "rust", about: "unit, integration and documentation tests", work: rust_tests },
    Step {
        name: "faults",
        about: "the real program killed, cut from power, without space; `cargo xtask faults` does more",
        work: |counts| fault_tests(Selection::Short, counts),
    },
    Step {
        name: "browser",
        about: "the inbox in Chromium, served by `afterchat serve`",
        work: browser_tests,
    },
    Step { name: "desktop", about: "the real window, driven over WebDriver", work: desktop_test },
];

/// Names every step.
pub(crate) fn list() {
    for step in STEPS {
        println!("{:<12} {}", step.name, step.about);
    }
}

/// Installs what is missing, then runs all steps or only the named ones.
pub(crate) fn test(consent: Consent, only: &[String]) -> anyhow::Result<ExitCode> {
    for name in only {
        if !STEPS.iter().any(|step| step.name == name) {
            bail!("there is no step `{name}`; `cargo xtask test --list` names them");
        }
    }
    packages::ensure(&[APP, TESTS], consent)?;
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)).collect();
    Ok(steps::run(&chosen))
}

fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    commands::run(tool("cargo").args(arguments))
}

fn script(name: &str) -> anyhow::Result<()> {
    commands::run(&mut npm(&["run", name]))
}

fn counted(mut command: Command, runner: Runner, counts: &mut Counts) -> anyhow::Result<()> {
    commands::run_reading(&mut command, |line| *counts += runner.counts(line))
}

/// How much of the fault suite is run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selection {
    /// Some minutes.
    Short,
    /// Every operation, two hundred kills, an hour of load.
    Full,
}

/// Builds the command and runs the whole fault suite.
pub(crate) fn faults(consent: Consent) -> anyhow::Result<ExitCode> {
    packages::ensure(&[APP], consent)?;
    cargo(&["build", "--locked", "--workspace", "--bin", "afterchat"])?;
    Ok(steps::run(&[&Step {
        name: "faults",
        about: "the real program under every fault; takes an hour and a half",
        work: |counts| fault_tests(Selection::Full, counts),
    }]))
}

/// One fault after the other: they measure, and take the machine for themselves.
fn fault_tests(selection: Selection, counts: &mut Counts) -> anyhow::Result<()> {
    if cfg!(not(target_os = "linux")) {
        println!("The faults are made with means of Linux; the tests run there.");
        return Ok(());
    }
    let mut tests = tool("cargo");
    tests.args(["test", "--locked", "--workspace", "--test", "faults", "--", "--test-threads=1"]);
    if selection == Selection::Full {
        tests.env("AFTERCHAT_FAULTS", "full");
    }
    tests.env("AFTERCHAT_BIN", places::built("afterchat", false)?);
    counted(tests, Runner::Cargo, counts)
}

/// The desktop test has a step of its own, because it needs a screen, and so has the fault suite, which takes minutes.
fn rust_tests(counts: &mut Counts) -> anyhow::Result<()> {
    let before = generated()?;
    let mut tests = tool("cargo");
    tests.args(["test", "--locked", "--workspace", "--no-fail-fast", "--"]);
    tests.args(["--skip", "desktop::", "--skip", "under_fault::"]);
    counted(tests, Runner::Cargo, counts)?;
    for (file, text) in generated()? {
        if before[file] != text {
            bail!(
                "{file} was out of date. The tests have written it anew: look at the difference and commit it"
            );
        }
    }
    Ok(())
}

fn generated() -> anyhow::Result<BTreeMap<&'static str, String>> {
    places::GENERATED
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(places::root().join(file));
            Ok((*file, text.with_context(|| format!("{file} is missing"))?))
        })
        .collect()
}

fn browser_tests(counts: &mut Counts) -> anyhow::Result<()> {
    let mut tests = npm(&["run", "test:browser"]);
    tests.env("AFTERCHAT_BIN", places::built("afterchat", false)?);
    counted(tests, Runner::Playwright, counts)
}

fn desktop_test(counts: &mut Counts) -> anyhow::Result<()> {
    if cfg!(not(target_os = "linux")) {
        println!("There is no WebDriver for the window of this system; the test runs on Linux.");
        return Ok(());
    }
    let mut test = tool("cargo");
    test.args(["test", "--locked", "--workspace", "--test", "desktop_smoke"]);
    test.env("AFTERCHAT_DESKTOP", places::built("afterchat-desktop", false)?);
    counted(test, Runner::Cargo, counts)
}
