//! How many tests passed and failed, read from what the real test runners print.

use std::fmt;
use std::ops::AddAssign;

/// Which program's output is read.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    Cargo,
    Vitest,
    Playwright,
}

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(line, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Runner {
    /// What one line of the runner's summary says; nothing for all other lines.
    pub(crate) fn counts(self, line: &str) -> Counts {
        let line = without_colours(line);
        let line = line.trim();
        let summary = match self {
            Self::Cargo => line.strip_prefix("test result:"),
            Self::Vitest => line.strip_prefix("Tests "),
            Self::Playwright => is_playwright_summary(line).then_some(line),
        };
        let summary = summary.unwrap_or_default();
        Counts {
            passed: number_before(summary, "passed"),
            // What was not run after a failure did not pass either.
            failed: number_before(summary, "failed") + number_before(summary, "did not run"),
        }
    }
}

/// `3 passed (4.2s)`, `1 failed`, each on a line of its own.
fn is_playwright_summary(line: &str) -> bool {
    let Some((number, rest)) = line.split_once(' ') else { return false };
    let word = rest.split(" (").next().unwrap_or_default();
    number.bytes().all(|byte| byte.is_ascii_digit()) && matches!(word, "passed" | "failed" | "did not run")
}

fn number_before(line: &str, word: &str) -> u32 {
    line.split(['|', ';', '.'])
        .filter_map(|part| part.trim().split_once(' '))
        .find(|(_, rest)| rest.starts_with(word))
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut parts = line.split('\u{1b}');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // A colour is `ESC [ digits m`.
        plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, output: &str, passed: u32, failed: u32) {
        let mut counts = Counts::default();
        for line in output.lines() {
            counts += runner.counts(line);
        }
        assert_eq!(counts, Counts { passed, failed }, "in {output:?}");
    }

    #[test]
    fn cargo_prints_one_summary_for_each_test_program() {
        check(
            Runner::Cargo,
            "running 2 tests\ntest a ... ok\n\
             test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.02s\n\
             test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.5s",
            13,
            2,
        );
    }

    #[test]
    fn vitest_counts_files_and_tests_and_only_tests_count_here() {
        check(Runner::Vitest, " Test Files  2 passed (2)\n      Tests  34 passed (34)\n", 34, 0);
        check(
            Runner::Vitest,
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m3 failed\u{1b}[39m | \u{1b}[32m31 passed\u{1b}[39m (34)",
            31,
            3,
        );
    }

    #[test]
    fn playwright_prints_a_line_for_each_outcome() {
        check(
            Runner::Playwright,
            "  ok 1 inbox.spec.ts › 2 passed by\n  1 failed\n  2 did not run\n  12 passed (9.1s)",
            12,
            3,
        );
    }
}
