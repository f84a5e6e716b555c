//! A copy of the product to spoil, with its own build results. What the real ones hold of other people's crates is
//! linked in, so that only the product itself is compiled again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};

use super::flaw::Run;
use crate::commands::tool;
use crate::places;

/// The longest that tests of one flaw may take, in seconds. A flaw can make one wait for ever.
const PATIENCE: &str = "900";

/// The copy.
pub(super) struct Scratch {
    tree: PathBuf,
    build: PathBuf,
}

/// Files that are flawed until this is dropped.
pub(super) struct Flawed<'a> {
    scratch: &'a Scratch,
    sound: BTreeMap<PathBuf, String>,
}

impl Scratch {
    pub(super) fn new(root: &Path) -> anyhow::Result<Self> {
        let results = places::build_results()?;
        let own = results.join("flaws");
        let scratch = Self { tree: own.join("tree"), build: own.join("build") };
        scratch.copy(root)?;
        if !scratch.build.exists() {
            for part in ["deps", "build", ".fingerprint"] {
                link(&results.join("debug").join(part), &scratch.build.join("debug").join(part))?;
            }
        }
        Ok(scratch)
    }

    /// Brings the copy up to date. What has not changed keeps its time, so that it is not compiled again.
    fn copy(&self, root: &Path) -> anyhow::Result<()> {
        let mut git = tool("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let output = git.stderr(Stdio::inherit()).output().context("git cannot be started")?;
        if !output.status.success() {
            bail!("git tells no list of the files");
        }
        let listed: BTreeSet<PathBuf> = String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .filter(|name| root.join(name).is_file())
            .collect();
        for name in &listed {
            let (from, to) = (root.join(name), self.tree.join(name));
            let bytes = fs::read(&from)?;
            if fs::read(&to).is_ok_and(|known| known == bytes) {
                continue;
            }
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, bytes)?;
        }
        for file in places::written_files(&self.tree)? {
            if !listed.contains(file.strip_prefix(&self.tree)?) {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    /// Writes these files into the copy.
    pub(super) fn with(&self, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<Flawed<'_>> {
        let mut flawed = Flawed { scratch: self, sound: BTreeMap::new() };
        for (name, text) in files {
            let path = self.tree.join(name);
            flawed.sound.insert(name.clone(), fs::read_to_string(&path)?);
            fs::write(path, text)?;
        }
        Ok(flawed)
    }

    /// Runs tests in the copy and names those that are red.
    pub(super) fn test(&self, run: &Run) -> anyhow::Result<BTreeSet<String>> {
        let mut cargo = tool("timeout");
        cargo.args([
            "--kill-after=5",
            PATIENCE,
            "cargo",
            "test",
            "--locked",
            "--workspace",
            "--no-fail-fast",
        ]);
        // Features are chosen for the whole workspace, as they were for what is linked in.
        cargo.args(["--test", &run.program, "--"]).args(&run.tests);
        cargo.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.build);
        println!("    {} {}", run.program, run.tests.join(" "));
        let output = cargo.output().context("`timeout` or cargo cannot be started")?;
        let told = String::from_utf8_lossy(&output.stdout);
        let ended = told.lines().any(|line| line.starts_with("test result:"));
        let red = red(&run.program, &told);
        if !ended || (red.is_empty() && !output.status.success()) {
            let end: Vec<&str> = told.lines().rev().take(20).collect();
            let said = String::from_utf8_lossy(&output.stderr);
            let said: Vec<&str> = said.lines().rev().take(40).collect();
            let lines = |lines: Vec<&str>| lines.into_iter().rev().collect::<Vec<_>>().join("\n");
            bail!("its tests did not come to an end:\n{}\n{}", lines(said), lines(end));
        }
        Ok(red)
    }
}

impl Drop for Flawed<'_> {
    fn drop(&mut self) {
        for (name, text) in &self.sound {
            // What cannot be put back is put back by the next copy.
            let _later = fs::write(self.scratch.tree.join(name), text);
        }
    }
}

/// `test name ... FAILED`, wherever other output stands between.
fn red(program: &str, output: &str) -> BTreeSet<String> {
    let named = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(format!("{program} {name}"))
    };
    output.lines().filter_map(named).collect()
}

/// Links all files of a folder into another. Nothing is shared that anybody writes into: Cargo replaces files.
fn link(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link(&entry.path(), &to)?;
        } else if fs::hard_link(entry.path(), &to).is_err() {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
