//! The one thread that writes.
//!
//! All deliveries that wait share one commit, and each is answered after it. Changes (what people decide, what the
//! projector made) run one by one between them. Nothing is read or folded here: a payload that takes long to understand
//! holds up nobody who waits for an answer.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use crate::answers::Notes;
use crate::damage::state::Soundness;
use crate::error::{AppendError, ArchiveError};
use crate::journal::{self, DeliveryId};
use crate::open::Hooks;
use crate::patience;
use crate::projector::Wake;
use crate::sources;

/// Deliveries that may wait at once. Beyond it the door answers 503, which is better than memory without end.
const WAITING: usize = 4096;
/// Deliveries that share one commit at most, and their bytes.
const SHARED: usize = 256;
const SHARED_BYTES: usize = 16 << 20;
/// How often an idle writer looks whether another program has written.
const LOOK: Duration = Duration::from_millis(200);
/// How soon an idle writer writes what waits to be noted, and how soon again when that failed, as on a full disk.
const SOON: Duration = Duration::from_millis(30);
const LATER: Duration = Duration::from_secs(1);

type Kept = Result<DeliveryId, AppendError>;
/// A change and, once it is made, what tells the asker.
type Change = Box<dyn FnOnce(&mut Connection) -> Answer + Send>;
type Answer = Box<dyn FnOnce()>;

enum Job {
    Append(Box<journal::Row>, oneshot::Sender<Kept>),
    Change(Change),
}

/// Who hears of what was written.
pub(crate) struct Listeners {
    /// Moves with every commit that changes what a person sees.
    pub(crate) changes: watch::Sender<i64>,
    /// The hook addresses, read again after every change.
    pub(crate) hooks: Arc<Hooks>,
    /// Told whenever there may be something new in the journal.
    pub(crate) wake: Wake,
}

/// The handle to the writing thread.
pub(crate) struct Writer {
    closing: Arc<AtomicBool>,
    soundness: Arc<Soundness>,
    jobs: Mutex<Option<SyncSender<Job>>>,
    kept: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    /// `notes` are written with whatever is written next, or when nothing else is to do.
    pub(crate) fn start(
        connection: Connection,
        listeners: Listeners,
        notes: Arc<Notes>,
        soundness: Arc<Soundness>,
    ) -> Result<Self, ArchiveError> {
        let (sender, jobs) = sync_channel(WAITING);
        let kept = Arc::new(AtomicU64::new(0));
        let mut work = Work {
            connection,
            jobs,
            listeners,
            notes,
            kept: Arc::clone(&kept),
            noting_failed: false,
            soundness: Arc::clone(&soundness),
            seen: 0,
        };
        let closing = Arc::new(AtomicBool::new(false));
        let hurried = Arc::clone(&closing);
        let thread = std::thread::Builder::new().name("archive-writer".to_owned()).spawn(move || {
            if let Err(error) = patience::begin(&mut work.connection, hurried) {
                tracing::warn!(%error, "closing the archive may take longer");
            }
            work.run();
        })?;
        Ok(Self {
            closing,
            soundness,
            jobs: Mutex::new(Some(sender)),
            kept,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// How many deliveries were kept since it was started.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// Queues a delivery. The answer arrives after the commit.
    pub(crate) fn append(&self, row: journal::Row) -> Result<oneshot::Receiver<Kept>, ArchiveError> {
        let (answer, kept) = oneshot::channel();
        self.queue(Job::Append(Box::new(row), answer))?;
        Ok(kept)
    }

    /// Runs a change in a transaction of its own and waits for the commit.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let written = self.run(|connection| {
            begin(connection).and_then(|transaction| {
                let value = change(&transaction)?;
                transaction.commit()?;
                Ok(value)
            })
        });
        self.soundness.look(written)
    }

    /// Runs a change that makes its own transactions, and waits for it. Once damage is known nothing is changed: SQLite could
    /// take a page for free that holds deliveries.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Connection) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        self.soundness.sound()?;
        let (answer, done) = std::sync::mpsc::channel();
        self.queue(Job::Change(Box::new(move |connection| {
            let result = change(connection);
            // The asker may have gone; the change stands all the same.
            Box::new(move || drop(answer.send(result)))
        })))?;
        done.recv().unwrap_or(Err(ArchiveError::Closing))
    }

    /// From now on waits only a moment where another program holds the file: somebody waits for the end.
    pub(crate) fn hurry(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Finishes what was queued and ends the thread.
    pub(crate) fn stop(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the archive's writer had stopped by a panic");
        }
    }

    fn queue(&self, job: Job) -> Result<(), ArchiveError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let jobs = jobs.ok_or(ArchiveError::Closing)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => ArchiveError::Busy,
            TrySendError::Disconnected(_) => ArchiveError::Closing,
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Work {
    connection: Connection,
    jobs: Receiver<Job>,
    listeners: Listeners,
    notes: Arc<Notes>,
    kept: Arc<AtomicU64>,
    noting_failed: bool,
    soundness: Arc<Soundness>,
    /// SQLite's count of other connections' commits, as last seen.
    seen: i64,
}

impl Work {
    fn run(mut self) {
        loop {
            let patience = match (self.notes.is_empty(), self.noting_failed) {
                (true, _) => LOOK,
                (false, false) => SOON,
                (false, true) => LATER,
            };
            match self.jobs.recv_timeout(patience) {
                Ok(job) => self.do_jobs(job),
                Err(RecvTimeoutError::Timeout) => {
                    self.write_notes();
                    self.look_around();
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.write_notes();
        let tidied = match self.soundness.sound() {
            Ok(()) => self.connection.execute_batch("PRAGMA optimize"),
            // What stands in the log stays there: the repair reads it over the file, and the file stays as it is.
            Err(_) => {
                self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
            }
        };
        if let Err(error) = tidied {
            tracing::warn!(%error, "the archive could not be tidied up");
        }
    }

    /// Takes this job and whatever else waits: deliveries together, changes one by one in their order.
    fn do_jobs(&mut self, first: Job) {
        let mut deliveries = Vec::new();
        let mut bytes = 0;
        let mut next = Some(first);
        let mut change = None;
        while let Some(job) = next.take() {
            match job {
                Job::Append(row, answer) => {
                    bytes += row.bytes();
                    deliveries.push((row, answer));
                    if deliveries.len() < SHARED && bytes < SHARED_BYTES {
                        next = self.jobs.try_recv().ok();
                    }
                }
                Job::Change(todo) => change = Some(todo),
            }
        }
        if !deliveries.is_empty() {
            self.append(deliveries);
        }
        if let Some(change) = change {
            let answer = change(&mut self.connection);
            // Before the answer: whoever took an address back may rely on it.
            self.refresh_hooks();
            answer();
            self.announce();
        }
    }

    fn append(&mut self, deliveries: Vec<(Box<journal::Row>, oneshot::Sender<Kept>)>) {
        let rows = deliveries.iter().map(|(row, _)| row.as_ref());
        let notes = self.notes.take();
        let kept =
            self.soundness.sound().and_then(|()| begin(&mut self.connection)).and_then(|transaction| {
                let ids = journal::append(&transaction, rows)?;
                notes.write_aside(&transaction)?;
                transaction.commit()?;
                Ok(ids)
            });
        let kept = self.soundness.look(kept);
        if kept.is_err() {
            self.notes.put_back(notes);
        }
        self.listeners.wake.wake();
        match kept {
            Ok(ids) => {
                self.kept.fetch_add(ids.len() as u64, Ordering::Relaxed);
                for ((_, answer), id) in deliveries.into_iter().zip(ids) {
                    let _gone = answer.send(Ok(id));
                }
            }
            Err(error) => {
                tracing::error!(%error, count = deliveries.len(), "deliveries were not kept");
                for (_, answer) in deliveries {
                    let _gone = answer.send(Err(AppendError::from(&error)));
                }
            }
        }
    }

    /// Writes what waits to be noted in a commit of its own, for want of another.
    fn write_notes(&mut self) {
        if self.notes.is_empty() {
            return;
        }
        if self.soundness.sound().is_err() {
            self.noting_failed = true;
            return;
        }
        let notes = self.notes.take();
        let written = begin(&mut self.connection).and_then(|transaction| {
            notes.write(&transaction)?;
            Ok(transaction.commit()?)
        });
        self.noting_failed = written.is_err();
        match written {
            Ok(()) if notes.is_seen() => self.announce(),
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, "answers were given but could not be noted yet");
                self.notes.put_back(notes);
            }
        }
    }

    /// Notices what another program wrote to the same archive, and damage that it met.
    fn look_around(&mut self) {
        self.soundness.look_beside();
        let version =
            self.connection.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap_or(self.seen);
        if version != self.seen {
            self.seen = version;
            self.listeners.wake.wake();
            self.refresh_hooks();
            self.announce();
        }
    }

    fn refresh_hooks(&self) {
        match sources::all(&self.connection) {
            Ok(sources) => self.listeners.hooks.replace(sources),
            Err(error) => tracing::warn!(%error, "the hook addresses could not be read again"),
        }
    }

    fn announce(&self) {
        self.listeners.changes.send_modify(|change| *change += 1);
    }
}

pub(crate) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, ArchiveError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

#[cfg(test)]
mod tests;
