//! How long the writer waits for another program that holds the file: as long as a chat service may wait for its answer, but
//! only a moment once the archive is being closed.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// How long it usually waits.
pub(crate) const USUAL: Duration = Duration::from_secs(5);
/// How long it waits while the archive is being closed.
const CLOSING: Duration = Duration::from_millis(100);
/// Between two looks whether the file is free.
const STEP: Duration = Duration::from_millis(5);

thread_local! {
    /// SQLite's callback is a plain function, and it is called on the thread that waits.
    static HURRY: RefCell<Arc<AtomicBool>> = RefCell::default();
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Lets a connection that this thread alone uses wait so. `hurry` may be raised at any time.
pub(crate) fn begin(connection: &mut Connection, hurry: Arc<AtomicBool>) -> Result<(), rusqlite::Error> {
    HURRY.set(hurry);
    connection.busy_handler(Some(wait))
}

/// `tries` counts from 0 each time the connection meets a file that is held. False gives up.
fn wait(tries: i32) -> bool {
    let now = Instant::now();
    if tries == 0 {
        SINCE.set(Some(now));
    }
    let waited = SINCE.get().map_or(Duration::ZERO, |since| now.duration_since(since));
    let hurry = HURRY.with_borrow(|hurry| hurry.load(Ordering::Relaxed));
    let goes_on = waited < if hurry { CLOSING } else { USUAL };
    if goes_on {
        std::thread::sleep(STEP);
    }
    goes_on
}
