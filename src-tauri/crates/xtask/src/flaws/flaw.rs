//! One flaw, as its file tells it: what is changed where, which tests are run, and which of them must go red.
//!
//! ```text
//! Title in a few words
//! Why it matters, in one line.
//!
//! --- path/of/a/file.rs
//! text that stands there exactly once
//! --- becomes
//! the flawed text
//! --- run
//! test-program beginning::of::names another::beginning
//! --- red
//! test-program name::of::a_test
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A deliberate flaw.
#[derive(Debug)]
pub(super) struct Flaw {
    /// The name of its file, without its ending.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) why: String,
    changes: Vec<Change>,
    pub(super) runs: Vec<Run>,
    /// The tests that go red, each with its program.
    pub(super) red: BTreeSet<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Change {
    file: String,
    from: String,
    to: String,
}

/// Tests of one program, by the beginnings of their names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) program: String,
    pub(super) tests: Vec<String>,
}

impl Flaw {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file)?;
        Self::parse(&name, &text).with_context(|| format!("{} cannot be understood", file.display()))
    }

    pub(super) fn parse(name: &str, text: &str) -> anyhow::Result<Self> {
        let mut sections = text.split("\n--- ");
        let head = sections.next().unwrap_or_default().trim();
        let (title, why) = head.split_once('\n').context("it needs a title and a reason")?;
        let mut flaw = Self {
            name: name.to_owned(),
            title: title.to_owned(),
            why: why.trim().replace('\n', " "),
            changes: Vec::new(),
            runs: Vec::new(),
            red: BTreeSet::new(),
        };
        let mut open: Option<(String, String)> = None;
        for section in sections {
            let (heading, content) = section.split_once('\n').unwrap_or((section, ""));
            let lines = || content.lines().map(str::trim).filter(|line| !line.is_empty());
            match (heading.trim(), open.take()) {
                ("becomes", Some((file, from))) => {
                    flaw.changes.push(Change { file, from, to: content.trim_matches('\n').to_owned() });
                }
                ("run", None) => flaw.runs.extend(lines().map(Run::of)),
                ("red", None) => flaw.red.extend(lines().map(str::to_owned)),
                ("becomes" | "run" | "red", _) => bail!("“{heading}” stands in the wrong place"),
                (file, None) => open = Some((file.to_owned(), content.trim_matches('\n').to_owned())),
                (file, Some(_)) => bail!("what is changed before {file} becomes nothing"),
            }
        }
        let complete = open.is_none() && !flaw.changes.is_empty() && !flaw.runs.is_empty();
        if !complete || flaw.red.is_empty() {
            bail!("it changes nothing, runs nothing, or turns nothing red");
        }
        Ok(flaw)
    }

    /// The flawed text of every file it changes. Code that has moved on is told, never passed over.
    pub(super) fn apply(&self, root: &Path) -> anyhow::Result<BTreeMap<PathBuf, String>> {
        let mut changed: BTreeMap<PathBuf, String> = BTreeMap::new();
        for Change { file, from, to } in &self.changes {
            let path = PathBuf::from(file);
            let text = match changed.remove(&path) {
                Some(text) => text,
                None => std::fs::read_to_string(root.join(&path))
                    .with_context(|| format!("{}: {file} cannot be read", self.name))?,
            };
            let times = text.matches(from.as_str()).count();
            if times != 1 {
                bail!(
                    "{}: what it changes stands {times} times in {file}, and must stand there once:\n{from}",
                    self.name
                );
            }
            changed.insert(path, text.replacen(from.as_str(), to, 1));
        }
        Ok(changed)
    }
}

impl Run {
    fn of(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        Self { program: words.next().unwrap_or_default(), tests: words.collect() }
    }
}
