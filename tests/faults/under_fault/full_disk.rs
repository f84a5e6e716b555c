//! The disk is full: what is new is answered 503 with `Retry-After`, everything acknowledged can be read meanwhile, and when space
//! returns the running program goes on.
//!
//! Three ways lead there. A small file system is the real thing, and needs a mount of its own. A limit on the size of files makes
//! writes fail with another error. `PRAGMA max_page_count` counts for one connection and cannot be set from outside; in its place the
//! interposer lets no file grow beyond so many bytes, which is how a disk that fills up looks to the program.

use std::path::Path;
use std::process::Command;

use crate::interposer::Interposer;
use crate::invariant;
use crate::ledger::Ledger;
use crate::load::send_what_waits;
use crate::program::{House, Listening, Program};
use crate::selection::{Chance, figures};
use crate::sender::Sender;
use crate::shown::assert_shows_everything_acknowledged;
use crate::small_disk;

/// What fits before the disk is full: the archive itself, and some hundred deliveries.
const ROOM: i64 = 6 << 20;
/// Answers in a row that say so, small and large deliveries among them.
const REFUSALS: usize = 12;
/// More than fits.
const TOO_MANY: usize = 20_000;

/// Fills the disk, reads on it, makes room and goes on. `house` runs its programs under the same limit.
fn fill(
    words: &str,
    house: &House,
    start: impl Fn() -> (Program, Listening),
    make_room: impl FnOnce(&Program),
) {
    let seed = Chance::seed();
    let ledger = Ledger::new(seed);
    let (program, listening) = start();
    let mut sender = Sender::new(listening.address);
    let (mut refused, mut in_a_row) = (0, 0);
    while in_a_row < REFUSALS {
        let delivery = ledger.next();
        assert!(delivery < TOO_MANY as u64, "the disk must become full");
        let answer = sender
            .send(&listening, &ledger, delivery)
            .expect("the program answers, also when the disk is full");
        match answer.status {
            200 => in_a_row = 0,
            429 => ledger.again(delivery),
            _ => {
                assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "{answer:?}");
                ledger.again(delivery);
                (refused, in_a_row) = (refused + 1, in_a_row + 1);
            }
        }
    }
    let shown = assert_shows_everything_acknowledged(house, &ledger);
    assert!(shown > 10, "something was acknowledged before the disk was full");

    // It dies in this state, and another run still shows everything.
    program.kill();
    assert_eq!(
        assert_shows_everything_acknowledged(house, &ledger),
        shown,
        "a start on a full disk shows the same"
    );
    let (program, listening) = start();
    let mut sender = Sender::new(listening.address);
    let delivery = ledger.next();
    let answer = sender.send(&listening, &ledger, delivery).expect("the program answers");
    if answer.status != 200 {
        ledger.again(delivery);
    }

    make_room(&program);
    send_what_waits(&listening, &ledger);
    let (_, said) = program.stop_by(rustix::process::Signal::TERM);
    assert!(said.contains("could not be kept"), "the log tells what happened: {said}");
    let found = invariant::check(house, &ledger);
    figures(words, format_args!("seed {seed}, {refused} refused with 503, {shown} read while full, {found}"));
}

#[test]
fn a_small_file_system_that_is_full() {
    let name = "under_fault::full_disk::a_small_file_system_that_is_full";
    if let Some(folder) = small_disk::of(name, ROOM, "disk full, small file system") {
        on_a_small_file_system(&folder);
    }
}

fn on_a_small_file_system(folder: &Path) {
    let house = House::in_folder(tempfile::tempdir_in(folder).expect("a folder"));
    // Something else takes a part of the disk, and gives it back.
    let other = house.path("other");
    std::fs::write(&other, vec![0; 2 << 20]).expect("a large file");
    fill("disk full", &house, || house.start(), |_| std::fs::remove_file(other).expect("the file is there"));
}

#[test]
fn files_that_may_not_grow_beyond_a_limit() {
    // Without the trap, the system ends a process at its first write beyond the limit.
    let blocks = (ROOM / 512).to_string();
    let limited = "trap '' XFSZ; ulimit -S -f \"$0\" && exec \"$@\"";
    let house = House::new().behind(&["sh", "-c", limited, &blocks]);
    fill(
        "disk full, RLIMIT_FSIZE",
        &house,
        || house.start(),
        |program| {
            let raised = Command::new("prlimit")
                .args(["--fsize=unlimited:", "--pid", &program.id().to_string()])
                .status();
            assert!(raised.is_ok_and(|raised| raised.success()), "the limit is raised");
        },
    );
}

#[test]
fn files_that_may_not_grow_any_more() {
    let house = House::new();
    let interposer = Interposer::new(&house);
    interposer.room(Some(ROOM));
    let start = || Program::start(interposer.loaded_into(house.listen()));
    fill("disk full, no file may grow (interposer)", &house, start, |_| interposer.room(None));
}
