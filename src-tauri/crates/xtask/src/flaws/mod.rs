//! `cargo xtask flaws`: puts one deliberate flaw after another into a copy of the product and demands that just those
//! tests go red that its file in `tests/flaws` names. A test suite that stays green for a flaw proves nothing about it.

mod flaw;
mod scratch;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};

use crate::places;
use flaw::{Flaw, Run};
use scratch::Scratch;

/// Every flaw, in the order of their names.
fn all(root: &Path) -> anyhow::Result<Vec<Flaw>> {
    let folder = root.join("tests/flaws");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "flaw"));
    files.sort();
    files.iter().map(|file| Flaw::read(file)).collect()
}

/// Prints the table, and checks that the page shows it.
pub(crate) fn list() -> anyhow::Result<()> {
    let root = places::root();
    let flaws = all(&root)?;
    println!("{}", table::of(&flaws));
    table::check(&root, &flaws)
}

/// Tries these flaws, or all of them, and checks the table.
pub(crate) fn run(only: &[String]) -> anyhow::Result<()> {
    let root = places::root();
    let flaws = all(&root)?;
    if let Some(unknown) = only.iter().find(|name| !flaws.iter().any(|flaw| flaw.name == **name)) {
        bail!("there is no tests/flaws/{unknown}.flaw");
    }
    table::check(&root, &flaws)?;
    let chosen: Vec<&Flaw> =
        flaws.iter().filter(|flaw| only.is_empty() || only.contains(&flaw.name)).collect();
    let scratch = Scratch::new(&root)?;
    println!("\n==> without a flaw");
    let red = red_of(&scratch, &together(&chosen))?;
    if !red.is_empty() {
        bail!("without any flaw these are red already: {}", listed(&red));
    }
    let mut wrong = Vec::new();
    for flaw in &chosen {
        println!("\n==> {}: {}", flaw.name, flaw.title);
        let begun = Instant::now();
        let flawed = scratch.with(&flaw.apply(&root)?)?;
        let red = red_of(&scratch, &flaw.runs);
        drop(flawed);
        let red = red?;
        println!("    {} s, red: {}", begun.elapsed().as_secs(), listed(&red));
        if red != flaw.red {
            wrong.push(format!(
                "{}: stayed green: {}; went red beside: {}",
                flaw.name,
                listed(&flaw.red.difference(&red).cloned().collect()),
                listed(&red.difference(&flaw.red).cloned().collect())
            ));
        }
    }
    println!("\n{}", table::of(&flaws));
    if !wrong.is_empty() {
        bail!("not the tests that were named:\n  {}", wrong.join("\n  "));
    }
    println!("Each of {} flaws turned exactly the named tests red.", chosen.len());
    Ok(())
}

/// The tests of these runs that are red.
fn red_of(scratch: &Scratch, runs: &[Run]) -> anyhow::Result<BTreeSet<String>> {
    let mut red = BTreeSet::new();
    for run in runs {
        red.extend(scratch.test(run)?);
    }
    Ok(red)
}

/// What these flaws run, each test program once.
fn together(flaws: &[&Flaw]) -> Vec<Run> {
    let mut runs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for run in flaws.iter().flat_map(|flaw| &flaw.runs) {
        runs.entry(run.program.clone()).or_default().extend(run.tests.iter().cloned());
    }
    runs.into_iter().map(|(program, tests)| Run { program, tests: tests.into_iter().collect() }).collect()
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.iter().cloned().collect::<Vec<_>>().join(", ") }
}
