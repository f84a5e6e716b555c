//! The program is killed while eight senders are at it, again and again, on one archive.

use std::thread;
use std::time::{Duration, Instant};

use crate::invariant::{self, Reckoning};
use crate::ledger::Ledger;
use crate::load::{load, send_what_waits};
use crate::program::{House, Program};
use crate::selection::{Chance, either, figures, ms};

const SENDERS: usize = 8;

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let rounds = either(20, 200);
    let seed = Chance::seed();
    let mut chance = Chance::new(seed);
    let (house, ledger) = (House::new(), Ledger::new(seed));
    let mut reckoning = Reckoning::default();
    let (mut starts, mut slowest) = (0, Duration::ZERO);
    for _ in 0..rounds {
        let life = Duration::from_millis(5 + chance.below(496));
        let begun = Instant::now();
        let mut program = Program::spawn(house.listen());
        if chance.below(4) == 0 {
            // It may die while it opens the archive, or makes it.
            thread::sleep(life);
            program.kill();
            continue;
        }
        let listening = program.listening().expect("it starts on what a kill left behind");
        starts += 1;
        slowest = slowest.max(begun.elapsed());
        // The window opens the archive beside the running program, and sees what was acknowledged.
        let archive = invariant::open(&house.data());
        reckoning.go_on(&archive, &ledger);
        reckoning.found(&ledger);
        // Before the kill, so that nobody is left who knows the state of the file.
        archive.close();
        thread::scope(|scope| {
            scope.spawn(|| load(&listening, &ledger, SENDERS, || true));
            thread::sleep(life);
            program.kill();
        });
    }
    let (program, listening) = house.start();
    send_what_waits(&listening, &ledger);
    program.stop();
    let found = invariant::check(&house, &ledger);
    assert!(found.acknowledged > rounds, "senders were answered between the kills");
    figures(
        "kill -9 under load",
        format_args!("seed {seed}, {rounds} rounds, {found}, {starts} starts within {} ms", ms(slowest)),
    );
}
