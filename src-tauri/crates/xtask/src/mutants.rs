//! `cargo xtask mutants`: changes the door and the journal a little in many ways (cargo-mutants) and lists what no test
//! noticed. `tests/flaws/MUTANTS.md` judges each of those.

use clap::Args;

use crate::{commands, places, tools};

/// What is mutated, and the tests that are run for it.
const DOOR: &[&str] = &["--package", "afterchat-listener"];
const JOURNAL: &[&str] = &[
    "--package",
    "afterchat-archive",
    "--file",
    "src-tauri/crates/archive/src/journal.rs",
    "--file",
    "src-tauri/crates/archive/src/journal/*.rs",
    "--file",
    "src-tauri/crates/archive/src/writer.rs",
    "--file",
    "src-tauri/crates/archive/src/compress.rs",
];

/// What to run.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Passed on to cargo-mutants, such as `--shard 1/4` or `--iterate`
    #[arg(last = true)]
    more: Vec<String>,
}

/// Runs both. The results are in `target/mutants`.
pub(crate) fn run(wanted: &Wanted) -> anyhow::Result<()> {
    let results = places::build_results()?.join("mutants");
    for (name, chosen) in [("door", DOOR), ("journal", JOURNAL)] {
        println!("\n==> {name}");
        let mut cargo = tools::cargo("mutants")?;
        cargo.args(chosen).args(["--jobs", "1", "--timeout", "60"]);
        cargo.arg("--output").arg(results.join(name)).args(&wanted.more);
        // Each copy of the product has other paths; what it is built of is shared.
        cargo.env("CARGO_TARGET_DIR", results.join("build"));
        // It fails when a mutant was missed, which is for MUTANTS.md to judge.
        if let Err(error) = commands::run(&mut cargo) {
            println!("{error}: see {}/mutants.out/missed.txt", results.join(name).display());
        }
    }
    Ok(())
}
