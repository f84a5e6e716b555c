//! `cargo xtask mutants`: changes the door and the journal a little in many ways (cargo-mutants) and lists what no test
//! noticed. `tests/flaws/MUTANTS.md` judges each of those.

use clap::Args;

use crate::{commands, places, tools};

/// A part of the product whose changes are tried.
struct Part {
    name: &'static str,
    /// What is changed.
    changed: &'static [&'static str],
    /// The tests that notice most changes soonest.
    first: &'static [&'static str],
    /// The tests for what those did not notice.
    then: &'static [&'static str],
}

const PARTS: [Part; 2] = [
    Part {
        name: "door",
        changed: &["--package=afterchat-listener"],
        first: &[],
        then: &[
            "--test-package=afterchat-listener",
            "--test-package=afterchat-tests",
            "--cargo-arg=--lib",
            "--cargo-arg=--test=sockets",
            "--cargo-arg=--test=door",
        ],
    },
    Part {
        name: "journal",
        changed: &[
            "--package=afterchat-archive",
            "--file=src-tauri/crates/archive/src/journal.rs",
            "--file=src-tauri/crates/archive/src/journal/*.rs",
            "--file=src-tauri/crates/archive/src/writer.rs",
            "--file=src-tauri/crates/archive/src/compress.rs",
        ],
        first: &[
            "--cargo-arg=--test=archive",
            "--cargo-arg=--test=deliveries",
            "--cargo-arg=--test=answers",
            "--cargo-arg=--test=signatures",
        ],
        then: &[],
    },
];

/// The first test that fails ends a round, and one that hangs has failed: a test takes some seconds at most.
const NEXTEST: &[&str] = &["--max-fail=1:immediate", "--config-file=tests/flaws/nextest.toml"];

/// What to run.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Only this part
    #[arg(long, value_parser = ["door", "journal"])]
    only: Option<String>,
    /// Passed on to cargo-mutants, such as `--shard 1/4`
    #[arg(last = true)]
    more: Vec<String>,
}

/// Runs the parts, each first with the tests that notice most and then, for what they missed, with all. It takes about two
/// hours; what an earlier run saw noticed is not tried again. The results are in `target/mutants`.
pub(crate) fn run(wanted: &Wanted) -> anyhow::Result<()> {
    tools::ensure("nextest")?;
    let results = places::build_results()?.join("mutants");
    for part in PARTS.iter().filter(|part| wanted.only.as_ref().is_none_or(|only| only == part.name)) {
        for (turn, tests) in [("first", part.first), ("then", part.then)] {
            println!("\n==> {}, {turn}", part.name);
            let mut cargo = tools::cargo("mutants")?;
            cargo.args(part.changed).args(tests);
            cargo.args(["--iterate", "--baseline=skip", "--jobs=1", "--timeout=300", "--test-tool=nextest"]);
            cargo.arg("--output").arg(results.join(part.name)).args(&wanted.more);
            cargo.arg("--").args(NEXTEST);
            // Each copy of the product has other paths; what it is built of is shared.
            cargo.env("CARGO_TARGET_DIR", results.join("build").join(part.name));
            // It fails when a mutant was missed, which is for MUTANTS.md to judge.
            if let Err(error) = commands::run(&mut cargo) {
                println!("{error}: see {}/mutants.out/missed.txt", results.join(part.name).display());
            }
        }
    }
    Ok(())
}
