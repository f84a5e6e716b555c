//! Looks through all of an archive after a run that did not end well, beside everything else that goes on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{ErrorCode, OpenFlags};

use super::state::Soundness;
use crate::open::connect;
use crate::{ArchiveError, backup};

/// A large archive is looked through once its first page was drawn.
const LARGE: u64 = 64 << 20;
const LATER: Duration = Duration::from_secs(10);
/// How many steps SQLite takes before it looks whether it should stop: about a millisecond.
const STEPS: i32 = 10_000;

/// The thread that looks, until it has seen everything or is stopped.
#[derive(Debug)]
pub(crate) struct Checker {
    stop: Arc<AtomicBool>,
    stopped: Mutex<Option<Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Checker {
    pub(crate) fn start(file: &Path, soundness: Arc<Soundness>) -> Result<Self, ArchiveError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, wait) = channel();
        let (file, asked) = (file.to_owned(), Arc::clone(&stop));
        let large = file.metadata().is_ok_and(|data| data.len() > LARGE);
        let look = move || {
            if large && wait.recv_timeout(LATER) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let checked = connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|mut connection| {
                connection.progress_handler(STEPS, Some(move || asked.load(Ordering::Relaxed)))?;
                backup::check(&connection)
            });
            match soundness.look(checked) {
                Ok(()) => soundness.change(|state| state.unchecked = false),
                Err(ArchiveError::Sqlite(error))
                    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {}
                Err(error) => tracing::warn!(%error, "the archive was not looked through"),
            }
        };
        let thread = std::thread::Builder::new().name("archive-check".to_owned()).spawn(look)?;
        Ok(Self { stop, stopped: Mutex::new(Some(stopped)), thread: Mutex::new(Some(thread)) })
    }

    /// Ends the thread. What it did not come to is looked through after the next start.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("looking through the archive had stopped by a panic");
        }
    }
}
