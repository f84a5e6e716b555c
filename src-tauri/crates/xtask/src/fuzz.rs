//! `cargo xtask fuzz`: runs the targets of `tests/fuzz` before libFuzzer, each for a bounded time.
//!
//! What it tries lies in `target/fuzz`. Committed are only inputs that reach something new, and what was found.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::commands::{self, tool};
use crate::packages::{self, APP, Consent};
use crate::{places, tools};

const LIBFUZZER: &str = "tests/fuzz/libfuzzer";
/// What libFuzzer names the machine it runs on; the targets are built for it alone.
const MACHINE: &str = "x86_64-unknown-linux-gnu";
/// The longest input that is tried. What there is to find stands in short ones.
const LONGEST: &str = "-max_len=8192";
/// The longest input that is kept, and as much of each target.
const LONGEST_KEPT: u64 = 4 << 10;
const MOST_KEPT: u64 = 96 << 10;

/// What to run.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Only these targets, the names of folders in tests/fuzz/corpus
    targets: Vec<String>,
    /// How long each of them runs
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
    /// Add to tests/fuzz/corpus what reaches code that nothing there reaches
    #[arg(long)]
    keep: bool,
}

/// Builds the targets and runs them one after another. Fails when something was found.
pub(crate) fn run(consent: Consent, wanted: &Wanted) -> anyhow::Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the targets are fuzzed on Linux (x86_64); everywhere the tests try the inputs that are kept");
    }
    let corpus = places::root().join("tests/fuzz/corpus");
    let known: Vec<String> = names(&corpus)?.into_iter().collect();
    if let Some(unknown) = wanted.targets.iter().find(|name| !known.contains(name)) {
        bail!("there is no target `{unknown}`, only {}", known.join(", "));
    }
    packages::ensure(&[APP], consent)?;
    let program = build()?;
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for name in known.iter().filter(|name| wanted.targets.is_empty() || wanted.targets.contains(name)) {
        let target = Target::new(&program, name)?;
        println!("\n==> {name}");
        let ran = target.fuzz(wanted.seconds)?;
        lines.push(format!("  {name:<20} {ran}"));
        found.extend(target.settle_finds()?);
        if wanted.keep {
            target.keep()?;
        }
    }
    println!("\nExecutions, and code reached at first and at last\n{}", lines.join("\n"));
    if !found.is_empty() {
        bail!("something does not hold for:\n  {}", found.join("\n  "));
    }
    Ok(())
}

/// The targets in one instrumented program.
fn build() -> anyhow::Result<PathBuf> {
    let (root, results) = (places::root(), places::build_results()?.join("fuzz"));
    // The very versions that the product is built of; Cargo adds what the fuzzer needs.
    fs::copy(root.join("Cargo.lock"), root.join(LIBFUZZER).join("Cargo.lock"))?;
    let mut cargo = tools::cargo("fuzz")?;
    cargo.args(["build", "any", "--fuzz-dir", LIBFUZZER, "--sanitizer", "none", "--target", MACHINE]);
    commands::run(cargo.arg("--target-dir").arg(&results))?;
    Ok(results.join(MACHINE).join("release/any"))
}

struct Target<'a> {
    program: &'a Path,
    name: &'a str,
    /// What is committed.
    kept: PathBuf,
    /// What was tried so far and was worth it.
    tried: PathBuf,
    finds: PathBuf,
    words: PathBuf,
}

impl<'a> Target<'a> {
    fn new(program: &'a Path, name: &'a str) -> anyhow::Result<Self> {
        let own = places::build_results()?.join("fuzz/work").join(name);
        let kept = places::root().join("tests/fuzz/corpus").join(name);
        let target = Self {
            program,
            name,
            kept,
            tried: own.join("tried"),
            finds: own.join("finds"),
            words: own.join("words"),
        };
        for folder in [&target.tried, &target.finds] {
            fs::create_dir_all(folder)?;
        }
        target.begin_with_fixtures()?;
        Ok(target)
    }

    /// Payloads of the services to begin with, and their words, which nobody would guess.
    fn begin_with_fixtures(&self) -> anyhow::Result<()> {
        let fixtures = places::root().join("tests/fixtures");
        let service = self.name.strip_prefix("reading-").filter(|service| *service != "any");
        let mut words = BTreeSet::new();
        for folder in names(&fixtures)?.iter().filter(|name| service.is_none_or(|service| service == *name)) {
            for file in fs::read_dir(fixtures.join(folder))? {
                let file = file?.path();
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if name.ends_with(".expected.json") || name.ends_with(".md") {
                    continue;
                }
                let bytes = fs::read(&file)?;
                words.extend(words_of(&String::from_utf8_lossy(&bytes)));
                if self.reads_payloads() {
                    fs::write(self.tried.join(format!("{folder}-{name}")), bytes)?;
                }
            }
        }
        let lines: Vec<String> = words.iter().map(|word| format!("\"{word}\"\n")).collect();
        Ok(fs::write(&self.words, lines.concat())?)
    }

    fn reads_payloads(&self) -> bool {
        self.name.starts_with("reading-") || matches!(self.name, "payload" | "fold" | "import")
    }

    fn command(&self) -> Command {
        let mut command = tool(&self.program.to_string_lossy());
        command.env("AFTERCHAT_FUZZ", self.name);
        // An archive in memory commits as often as it likes.
        command.env("TMPDIR", if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" });
        command
    }

    fn fuzz(&self, seconds: u32) -> anyhow::Result<String> {
        let mut command = self.command();
        command.arg(&self.tried).arg(&self.kept);
        command.args([LONGEST, "-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1", "-reload=0"]);
        command.arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-dict={}", self.words.display()));
        command.arg(format!("-artifact_prefix={}/", self.finds.display()));
        let mut child = command.stderr(Stdio::piped()).spawn().context("the fuzzer cannot be started")?;
        let mut ran = Ran::default();
        let output = child.stderr.take().context("the output was piped just now")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            ran.hear(&line);
            let progress = line.starts_with(['#', '\t']);
            if !progress || line.contains("\tDONE") || line.contains("\tINITED") {
                println!("{line}");
            }
        }
        // How it ended shows in what it found.
        child.wait()?;
        Ok(ran.to_string())
    }

    /// Makes what was found small and puts it to the inputs that are kept, where the tests show it until it is mended.
    fn settle_finds(&self) -> anyhow::Result<Vec<String>> {
        let mut settled = Vec::new();
        for find in fs::read_dir(&self.finds)? {
            let find = find?.path();
            let small = self.finds.with_extension("small");
            let mut command = self.command();
            command.args(["-minimize_crash=1", "-max_total_time=30"]).arg(&find);
            let _less = command
                .arg(format!("-exact_artifact_path={}", small.display()))
                .stderr(Stdio::null())
                .status()?;
            let smallest = if small.is_file() { &small } else { &find };
            let name = find.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let short: String = name.chars().take("timeout-00000000".len()).collect();
            let place = self.kept.join(short);
            fs::copy(smallest, &place)?;
            let _none = fs::remove_file(&small);
            fs::remove_file(&find)?;
            settled.push(format!("{}: {}", self.name, place.display()));
        }
        Ok(settled)
    }

    /// Keeps the fewest inputs that reach everything that was reached.
    fn keep(&self) -> anyhow::Result<()> {
        let short = self.tried.with_file_name("short");
        let _old = fs::remove_dir_all(&short);
        fs::create_dir_all(&short)?;
        for file in fs::read_dir(&self.tried)? {
            let file = file?;
            // Fixtures are tried from where they are.
            let name = file.file_name().to_string_lossy().into_owned();
            let made = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if made && file.metadata()?.len() <= LONGEST_KEPT {
                fs::copy(file.path(), short.join(name))?;
            }
        }
        let chosen = self.tried.with_file_name("chosen");
        let _old = fs::remove_dir_all(&chosen);
        fs::create_dir_all(&chosen)?;
        let mut command = self.command();
        command.args(["-set_cover_merge=1", LONGEST]).arg(&chosen).arg(&self.kept).arg(&short);
        commands::run(command.stderr(Stdio::null()))?;
        let mut kept: u64 = sizes(&self.kept)?.iter().map(|(size, _)| size).sum();
        for (size, file) in sizes(&chosen)? {
            if kept + size > MOST_KEPT {
                break;
            }
            kept += size;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let short: String = name.chars().take(12).collect();
            let known = self.kept.join(&name);
            if !known.exists() {
                fs::copy(&file, self.kept.join(short))?;
            }
        }
        Ok(())
    }
}

/// Files by size, the smallest first.
fn sizes(folder: &Path) -> anyhow::Result<Vec<(u64, PathBuf)>> {
    let mut sizes = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        sizes.push((file.metadata()?.len(), file.path()));
    }
    sizes.sort();
    Ok(sizes)
}

fn names(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = BTreeSet::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// The names in a payload, as libFuzzer takes words: letters and digits need no escape.
fn words_of(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | ':' | '-'));
    let fits =
        |word: &&str| (3..=24).contains(&word.len()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    words.filter(fits).map(str::to_owned).collect()
}

/// What libFuzzer told of one run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ran {
    executions: u64,
    at_first: u64,
    at_last: u64,
}

impl Ran {
    /// `#12 INITED cov: 34 ft: 56 …`, and at the end `stat::number_of_executed_units: 78`.
    fn hear(&mut self, line: &str) {
        if let Some(units) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = units.trim().parse().unwrap_or_default();
        }
        let covered = line.split_once(" cov: ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        if let Some(covered) = covered.filter(|_| line.starts_with('#')) {
            self.at_last = covered;
            if self.at_first == 0 {
                self.at_first = covered;
            }
        }
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, line: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(line, "{:>9} executions, {} → {} edges", self.executions, self.at_first, self.at_last)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ran, words_of};

    #[test]
    fn what_libfuzzer_tells_is_heard() {
        let mut ran = Ran::default();
        for line in [
            "INFO: Seed: 1",
            "#3\tINITED cov: 120 ft: 130 corp: 3/9b exec/s: 0 rss: 40Mb",
            "#40\tNEW    cov: 125 ft: 140 corp: 4/12b lim: 4 exec/s: 0 rss: 40Mb",
            "#90\tDONE   cov: 126 ft: 141 corp: 4/12b lim: 4 exec/s: 0 rss: 40Mb",
            "stat::number_of_executed_units: 90",
        ] {
            ran.hear(&line.replace('\t', " "));
        }
        assert_eq!(ran, Ran { executions: 90, at_first: 120, at_last: 126 });
    }

    #[test]
    fn words_of_a_payload_are_its_names_and_codes() {
        let words: Vec<String> =
            words_of("{\"sentAt\": 1427470439703, \"é\": \"chat:end\", \"a\": 1}").into_iter().collect();
        assert_eq!(words, ["chat:end", "sentAt"]);
    }
}
