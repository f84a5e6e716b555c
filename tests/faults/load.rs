//! Many senders at once.

use std::thread;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::program::{Listening, PATIENCE};
use crate::sender::Sender;

/// What a sender waits that was told to come again later. Services wait longer; it is enough to be no stampede.
const LATER: Duration = Duration::from_millis(20);

/// Lets so many senders send for as long as the program answers and `goes_on` says so. What is not acknowledged waits in the
/// ledger to be sent again.
pub(crate) fn load(to: &Listening, ledger: &Ledger, senders: usize, goes_on: impl Fn() -> bool + Sync) {
    thread::scope(|scope| {
        for _ in 0..senders {
            scope.spawn(|| {
                let mut sender = Sender::new(to.address);
                while goes_on() && send_next(&mut sender, to, ledger) {}
            });
        }
    });
}

/// The same, with so many deliveries of each sender in a second.
pub(crate) fn load_paced(
    to: &Listening,
    ledger: &Ledger,
    senders: usize,
    pace: u32,
    goes_on: impl Fn() -> bool + Sync,
) {
    thread::scope(|scope| {
        for _ in 0..senders {
            scope.spawn(|| {
                let mut sender = Sender::new(to.address);
                let mut due = Instant::now();
                while goes_on() {
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    due += Duration::from_secs(1) / pace;
                    // A connection that was idle for too long is closed; it is opened anew.
                    send_next(&mut sender, to, ledger);
                }
            });
        }
    });
}

/// Lets as many senders send so many deliveries each, new or waiting.
pub(crate) fn load_of(to: &Listening, ledger: &Ledger, senders: usize, each: usize) {
    thread::scope(|scope| {
        for _ in 0..senders {
            scope.spawn(|| {
                let mut sender = Sender::new(to.address);
                for _ in 0..each {
                    assert!(send_next(&mut sender, to, ledger), "the program answers");
                }
            });
        }
    });
}

/// Sends everything again that was not acknowledged, until all of it is.
#[track_caller]
pub(crate) fn send_what_waits(to: &Listening, ledger: &Ledger) {
    let mut sender = Sender::new(to.address);
    let deadline = Instant::now() + PATIENCE;
    while let Some(delivery) = ledger.waiting() {
        assert!(Instant::now() < deadline, "what is sent again is kept in the end");
        send_one(&mut sender, to, ledger, delivery);
    }
}

fn send_next(sender: &mut Sender, to: &Listening, ledger: &Ledger) -> bool {
    send_one(sender, to, ledger, ledger.next())
}

/// Sends one delivery; false when no answer came.
fn send_one(sender: &mut Sender, to: &Listening, ledger: &Ledger, delivery: u64) -> bool {
    let answer = sender.send(to, ledger, delivery);
    if !answer.as_ref().is_ok_and(|answer| answer.status == 200) {
        ledger.again(delivery);
    }
    match answer {
        Ok(answer) if answer.status == 200 => true,
        Ok(answer) => {
            assert!(
                matches!(answer.status, 429 | 503),
                "a delivery is kept or sent again, and was {answer:?}"
            );
            assert!(answer.header("retry-after").is_some(), "who must come again is told when");
            thread::sleep(LATER);
            true
        }
        Err(_) => false,
    }
}

/// Sends so many deliveries one after the other, for as long as the program answers; tells how many it kept.
pub(crate) fn send_until_it_ends(to: &Listening, ledger: &Ledger, deliveries: usize) -> usize {
    let mut sender = Sender::new(to.address);
    (0..deliveries).take_while(|_| send_next(&mut sender, to, ledger)).count()
}
