//! Another process holds the archive's file: for longer than Afterchat waits, and for shorter.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::invariant;
use crate::ledger::Ledger;
use crate::load::{load_of, send_what_waits};
use crate::program::House;
use crate::selection::{Chance, figures, ms};
use crate::sender::Sender;
use crate::shown::assert_shows_everything_acknowledged;

const SENDERS: usize = 8;
/// Shorter than the five seconds that a commit waits.
const SHORT: Duration = Duration::from_secs(2);

#[test]
fn a_file_that_is_held_too_long_is_answered_503_and_one_held_shortly_is_waited_for() {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let (program, listening) = house.start();
    load_of(&listening, &ledger, SENDERS, 10);
    let other = Connection::open(house.data().join("archive.sqlite")).expect("the archive's file");

    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let held = Instant::now();
    let refused = thread::scope(|scope| {
        let send = || {
            let delivery = ledger.next();
            let answer =
                Sender::new(listening.address).send(&listening, &ledger, delivery).expect("an answer");
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "{answer:?}");
            ledger.again(delivery);
        };
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().expect("each is answered")).count()
    });
    let refused_after = held.elapsed();
    let shown = assert_shows_everything_acknowledged(&house, &ledger);
    other.execute_batch("ROLLBACK").expect("the lock is given back");
    send_what_waits(&listening, &ledger);

    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let held = Instant::now();
    let waited = thread::scope(|scope| {
        let sender = scope.spawn(|| load_of(&listening, &ledger, SENDERS, 1));
        thread::sleep(SHORT);
        other.execute_batch("ROLLBACK").expect("the lock is given back");
        sender.join().expect("each is answered");
        held.elapsed()
    });
    assert_eq!(ledger.waiting(), None, "what came while the file was held shortly was kept at once");
    drop(other);
    program.stop_by(rustix::process::Signal::TERM);
    let found = invariant::check(&house, &ledger);
    figures(
        "held by another process",
        format_args!(
            "too long: {refused} refused with 503 within {} ms, {shown} read meanwhile; for {} ms: answered 200 after {} ms; {found}",
            ms(refused_after),
            ms(SHORT),
            ms(waited)
        ),
    );
}
