//! A named piece of work with its time, and the summary of several.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::counts::Counts;

/// One step of `cargo xtask test`.
pub(crate) struct Step {
    /// What `--only` takes.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Adds the tests it ran, also when it fails.
    pub(crate) work: fn(&mut Counts) -> anyhow::Result<()>,
}

/// Runs the steps in order, stops at the first that fails, and tells what happened either way.
pub(crate) fn run(steps: &[&Step]) -> ExitCode {
    let start = Instant::now();
    let mut done = Vec::new();
    let mut counts = Counts::default();
    let mut failure = None;
    for step in steps {
        println!("\n==> {}: {}", step.name, step.about);
        let begin = Instant::now();
        let result = (step.work)(&mut counts);
        done.push((step.name, begin.elapsed(), result.is_ok()));
        if let Err(error) = result {
            failure = Some((step.name, error));
            break;
        }
    }

    println!("\nSummary");
    for (name, time, good) in &done {
        println!("  {} {name:<12} {}", if *good { "ok    " } else { "FAILED" }, in_words(*time));
    }
    for step in &steps[done.len()..] {
        println!("  -      {:<12} not run", step.name);
    }
    println!("  in all              {}\n", in_words(start.elapsed()));
    if let Some((name, error)) = &failure {
        println!(
            "Stopped at `{name}`: {error:#}\nTo repeat only this step: cargo xtask test --only {name}\n"
        );
    }
    println!("{counts}");
    if failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn in_words(time: Duration) -> String {
    format!("{:>3} min {:>4.1} s", time.as_secs() / 60, time.as_secs_f64() % 60.0)
}
