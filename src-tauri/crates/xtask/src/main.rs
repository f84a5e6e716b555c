//! `cargo xtask`: what people do to the repository. It knows the project's layout and calls the real tools; it holds no rule of the
//! product.

mod app;
mod checks;
mod commands;
mod counts;
mod flaws;
mod fuzz;
mod mutants;
mod packages;
mod page;
mod places;
mod steps;
mod suite;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "What people do to this repository", disable_help_subcommand = true)]
struct Arguments {
    /// Install missing packages without asking (also with CI=true)
    #[arg(long, global = true)]
    yes: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build the desktop app and open it
    Run {
        /// Build with optimisations: slower to build, faster to use
        #[arg(long)]
        release: bool,
    },
    /// Install what the tests need and run everything that has to pass
    Test {
        /// Run only this step, which expects what earlier steps made; may be repeated
        #[arg(long, value_name = "STEP")]
        only: Vec<String>,
        /// Print the steps and stop
        #[arg(long)]
        list: bool,
    },
    /// Kill the real program, cut its power, fill its disk and more, for an hour and a half
    ///
    /// `cargo xtask test` does a few minutes of it. AFTERCHAT_FAULTS_SEED repeats a run.
    Faults,
    /// Open the development app, which reloads when the page or the program changes
    Dev,
    /// Build the packages people install (.deb, .dmg, .exe, …)
    Bundle {
        /// Only these kinds, such as `deb` or `appimage`
        #[arg(long, value_name = "KIND")]
        kind: Vec<String>,
    },
    /// Build the page alone, which `cargo build -p afterchat-desktop` embeds
    Ui,
    /// Draw the icons anew from icons/*.svg
    Icons,
    /// Try the targets of tests/fuzz with made-up bytes, each for a bounded time
    Fuzz(fuzz::Wanted),
    /// Put the deliberate flaws of tests/flaws into a copy and demand that the named tests go red
    Flaws {
        /// Only these, named like their files
        only: Vec<String>,
        /// Check the table and stop
        #[arg(long)]
        list: bool,
    },
    /// Change the door and the journal in many small ways and list what no test notices
    Mutants(mutants::Wanted),
}

fn main() -> ExitCode {
    match perform(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(Arguments { yes, task }: Arguments) -> anyhow::Result<ExitCode> {
    let consent = packages::Consent::from(yes);
    match task {
        Task::Run { release } => app::run(consent, release)?,
        Task::Test { list: true, .. } => suite::list(),
        Task::Test { only, .. } => return suite::test(consent, &only),
        Task::Faults => return suite::faults(consent),
        Task::Dev => app::dev(consent)?,
        Task::Bundle { kind } => app::bundle(consent, &kind)?,
        Task::Ui => page::build()?,
        Task::Icons => app::icons()?,
        Task::Fuzz(wanted) => fuzz::run(consent, &wanted)?,
        Task::Flaws { list: true, .. } => flaws::list()?,
        Task::Flaws { only, .. } => flaws::run(&only)?,
        Task::Mutants(wanted) => mutants::run(&wanted)?,
    }
    Ok(ExitCode::SUCCESS)
}
