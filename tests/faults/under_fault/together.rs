//! Two programs receive into one archive while others import and search in it, and one of the two is killed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::invariant;
use crate::ledger::{Ledger, chat};
use crate::load::{load, send_what_waits};
use crate::program::House;
use crate::selection::{Chance, either, figures};

/// Senders at each door.
const SENDERS: usize = 4;
/// Payloads in each folder that is imported.
const FILES: u64 = 20;

#[test]
fn two_programs_and_an_import_write_into_one_archive_and_nothing_is_lost() {
    let seed = Chance::seed();
    let (house, ledger) = (House::new(), Ledger::new(seed));
    let ((first, to_first), (second, to_second)) = (house.start(), house.start());
    assert_ne!(to_first.address, to_second.address, "each has a door of its own");
    let stage = Duration::from_secs(either(2, 20));
    let over = AtomicBool::new(false);
    let (imports, searches) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let goes_on = || !over.load(Ordering::Relaxed);
    let mut imported = Vec::new();
    thread::scope(|scope| {
        let _at_the_end = Over(&over);
        scope.spawn(|| load(&to_first, &ledger, SENDERS, goes_on));
        scope.spawn(|| load(&to_second, &ledger, SENDERS, goes_on));
        scope.spawn(|| {
            while goes_on() {
                house.ok(&["search", "lamps", "--json", "--limit", "20"]);
                searches.fetch_add(1, Ordering::Relaxed);
            }
        });
        let importing = scope.spawn(|| {
            let mut imported = Vec::new();
            while goes_on() {
                imported.extend(import(&house, imports.fetch_add(1, Ordering::Relaxed) as u64));
            }
            imported
        });
        thread::sleep(stage);
        second.kill();
        // The other one goes on alone.
        thread::sleep(stage);
        over.store(true, Ordering::Relaxed);
        imported = importing.join().expect("every import succeeds");
    });
    let (second, to_second) = house.start();
    send_what_waits(&to_second, &ledger);
    for program in [first, second] {
        program.stop_by(Signal::TERM);
    }
    let found = invariant::check_with(&house, &ledger, &imported);
    figures(
        "two programs on one archive, one killed",
        format_args!(
            "seed {seed}, {found}, {} imports of {FILES} files (all there), {} searches",
            imports.into_inner(),
            searches.into_inner()
        ),
    );
}

/// Lets another program import a folder of chats that no sender sends, and gives their bodies.
fn import(house: &House, number: u64) -> Vec<Vec<u8>> {
    let folder = house.path(&format!("saved-{number}"));
    std::fs::create_dir(&folder).expect("a folder");
    let bodies: Vec<_> = (0..FILES)
        .map(|file| {
            let chat_number = 1_000_000 + number * FILES + file;
            chat(chat_number, &mut Chance::new(chat_number))
        })
        .collect();
    for (file, body) in bodies.iter().enumerate() {
        std::fs::write(folder.join(format!("{file}.json")), body).expect("a file");
    }
    house.ok(&["import", folder.to_str().expect("a path in text")]);
    bodies
}

/// Ends the others also when something here fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
