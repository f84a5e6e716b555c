//! The program dies at every single operation of a commit: before it, in the middle of its bytes, after it. The same while it opens a
//! new archive, and while it closes one.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use rustix::process::Signal;

use crate::interposer::{Died, Interposer, When};
use crate::invariant::{self, Found};
use crate::ledger::Ledger;
use crate::load::{send_until_it_ends, send_what_waits};
use crate::program::{House, Program, copy_folder};
use crate::selection::{Chance, either, figures};

/// Deliveries while the program is about to die.
fn deliveries() -> usize {
    either(2, 4)
}

/// What the program is doing when it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum During {
    Deliveries,
    /// Asked to stop, it moves what stands in the log into the file.
    Closing,
    /// There is no archive yet.
    Opening,
}

/// The deaths so far, and what became of the deliveries.
#[derive(Default)]
struct Deaths {
    at: BTreeMap<(Died, When), usize>,
    found: Found,
    /// Unanswered deliveries that are wholly absent.
    absent: usize,
    /// Runs that were over before the operation came.
    survived: usize,
}

impl Deaths {
    fn all(&self) -> usize {
        self.at.values().sum()
    }

    #[track_caller]
    fn assert_hit(&self, words: &str, operation: &'static str, file: &'static str, when: When) {
        let hit = self.at.contains_key(&(Died { operation, file }, when));
        assert!(hit, "the program must really have died {words}: {self}");
    }
}

impl Display for Deaths {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(line, "{} deaths (", self.all())?;
        for (number, ((Died { operation, file }, when), times)) in self.at.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            let when = match when {
                When::Before => "before",
                When::Middle if *operation == "write" => "in the middle of",
                When::Middle => "after",
            };
            write!(line, "{comma}{when} {operation} {file} {times}")?;
        }
        let Found { kept_besides, .. } = self.found;
        write!(
            line,
            "), {}, unanswered and there {kept_besides}, unanswered and absent {}",
            self.found, self.absent
        )
    }
}

#[test]
fn death_at_any_operation_of_a_commit_loses_nothing_that_was_answered() {
    let deaths = deaths(During::Deliveries, 1);
    deaths.assert_hit("before COMMIT", "write", "log", When::Before);
    deaths.assert_hit("inside COMMIT", "write", "log", When::Middle);
    deaths.assert_hit("before the commit was durable", "sync", "log", When::Before);
    deaths.assert_hit("after COMMIT", "sync", "log", When::Middle);
    deaths.assert_hit("before the answer", "answer", "connection", When::Before);
    deaths.assert_hit("after the answer", "answer", "connection", When::Middle);
    assert!(deaths.found.kept_besides > 0, "some died between COMMIT and the answer: {deaths}");
    assert!(deaths.absent > 0, "some died before COMMIT: {deaths}");
    figures("death at every operation of a commit", deaths);
}

#[test]
fn death_at_any_operation_of_closing_loses_nothing_that_was_answered() {
    let deaths = deaths(During::Closing, either(3, 1));
    deaths.assert_hit("while it moved the log into the file", "write", "main file", When::Middle);
    figures("death at every operation of closing", deaths);
}

#[test]
fn death_at_any_operation_of_a_first_start_leaves_an_archive_that_opens() {
    let deaths = deaths(During::Opening, either(8, 1));
    deaths.assert_hit("while it made the archive", "write", "log", When::Middle);
    figures("death at every operation of a first start", deaths);
}

/// Counts the operations of one whole run and dies at each of them, or at each `apart`th, beginning with a random one.
fn deaths(during: During, apart: u64) -> Deaths {
    let seed = Chance::seed();
    let template = House::new();
    if during != During::Opening {
        template.start().0.stop();
    }
    let run = Run { during, seed, template: &template };
    let mut deaths = Deaths::default();
    let operations = run.whole();
    let first = 1 + Chance::new(seed).below(apart);
    for operation in (first..=operations).step_by(usize::try_from(apart).expect("a small step")) {
        run.dies(operation, When::Before, &mut deaths);
        run.dies(operation, When::Middle, &mut deaths);
    }
    // The projector may take two deliveries in one commit where it took them in two before.
    assert!(deaths.survived < deaths.all(), "most operations come in every run: {deaths}");
    deaths
}

struct Run<'a> {
    during: During,
    seed: u64,
    template: &'a House,
}

impl Run<'_> {
    /// A house with a copy of the archive.
    fn house(&self) -> House {
        let house = House::new();
        if self.during != During::Opening {
            copy_folder(&self.template.data(), &house.data());
        }
        house
    }

    /// Does all of it, and tells how many operations that took.
    fn whole(&self) -> u64 {
        let house = self.house();
        let interposer = Interposer::new(&house);
        self.act(&house, &interposer, &Ledger::new(self.seed), || interposer.count());
        interposer.done()
    }

    /// Does it until it dies at this operation, then checks.
    fn dies(&self, operation: u64, when: When, deaths: &mut Deaths) {
        let house = self.house();
        let interposer = Interposer::new(&house);
        let ledger = Ledger::new(self.seed);
        self.act(&house, &interposer, &ledger, || interposer.die_at(operation, when));
        match interposer.died() {
            Some(died) => *deaths.at.entry((died, when)).or_default() += 1,
            None => deaths.survived += 1,
        }
        // It starts on what was left behind, and takes what it did not answer.
        let (program, listening) = house.start();
        send_what_waits(&listening, &ledger);
        if self.during == During::Opening {
            send_until_it_ends(&listening, &ledger, 1);
        }
        program.stop();
        let found = invariant::check_folder(&house.data(), &ledger);
        deaths.found.sent += found.sent;
        deaths.found.acknowledged += found.acknowledged;
        deaths.found.kept_besides += found.kept_besides;
        deaths.absent += found.sent - found.acknowledged - found.kept_besides;
    }

    /// `arm` begins to count.
    fn act(&self, house: &House, interposer: &Interposer, ledger: &Ledger, arm: impl FnOnce()) {
        let command = interposer.loaded_into(house.listen());
        if self.during == During::Opening {
            arm();
            let mut program = Program::spawn(command);
            if program.listening().is_some() {
                program.kill();
            }
            return;
        }
        let (program, listening) = Program::start(command);
        if self.during == During::Deliveries {
            arm();
            let kept = send_until_it_ends(&listening, ledger, deliveries());
            // The projector's commits follow the answers.
            if program.has_read(kept) {
                program.kill();
            }
        } else {
            let kept = send_until_it_ends(&listening, ledger, deliveries());
            program.has_read(kept);
            arm();
            program.signal(Signal::TERM);
            program.ended();
        }
    }
}
