//! Long work: something that takes longer than a question, shows how far it is, can be cancelled, and is remembered
//! until somebody dismisses it.
//!
//! Work lives as long as the program. What it does to the archive it does in whole steps, so that ending it at any
//! moment leaves no half state.

use std::collections::HashMap;
use std::future::Future as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use afterchat_archive::Archive;
use afterchat_transcript::Instant;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::calls::types::{RecordCount, WorkCount, WorkKind, WorkRow, WorkState};
use crate::product::Product;
use crate::report::Report;
use crate::{Failure, now};

/// Hosts hear of progress at most this often.
const BETWEEN_TELLINGS: Duration = Duration::from_millis(100);
/// How long closing the program waits for cancelled work to reach the end of its step.
const GRACE: Duration = Duration::from_secs(10);
/// Ended work that is remembered at most; older work is forgotten first.
const REMEMBERED: usize = 50;

/// How work ended that nothing kept from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did everything.
    Done,
    /// It noticed that it was cancelled, and stopped between two steps.
    Cancelled,
}

/// Everything long that runs or ran. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Works(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    archive: Archive,
    entries: Mutex<Entries>,
    /// True while a telling is on its way.
    told: AtomicBool,
    /// How many have not ended.
    running: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    list: Vec<Entry>,
    turns: HashMap<WorkKind, Arc<tokio::sync::Mutex<()>>>,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    row: WorkRow,
    cancel: watch::Sender<bool>,
    report: Report,
    product: Option<Product>,
}

impl Works {
    pub(crate) fn new(archive: Archive) -> Self {
        let (running, _) = watch::channel(0);
        Self(Arc::new(Shared { archive, entries: Mutex::default(), told: AtomicBool::new(false), running }))
    }

    /// Puts new work on the list. It ends with [`Work::end`], or as cancelled when its handle is dropped.
    pub(crate) fn open(&self, kind: WorkKind, title: &str) -> Work {
        let (cancel, cancelled) = watch::channel(false);
        let mut entries = self.entries();
        entries.last += 1;
        let id = entries.last;
        let turn = Arc::clone(entries.turns.entry(kind).or_default());
        let row = WorkRow {
            id: id.to_string(),
            kind,
            title: title.to_owned(),
            state: WorkState::Waiting,
            done: 0,
            all: None,
            at: None,
            waiting_until: None,
            counts: Vec::new(),
            records: Vec::new(),
            file: None,
            failure: None,
            started_at: now(),
            ended_at: None,
        };
        entries.list.push(Entry { id, row, cancel, report: Report::default(), product: None });
        drop(entries);
        self.0.running.send_modify(|running| *running += 1);
        self.tell();
        Work { id, works: self.clone(), cancelled, turn, ended: false }
    }

    /// All work, newest first.
    pub(crate) fn rows(&self) -> Vec<WorkRow> {
        let row = |entry: &Entry| {
            let counts = entry.report.counts().filter(|(_, count)| *count > 0);
            let records = counts.map(|(outcome, count)| RecordCount { outcome, count }).collect();
            WorkRow { records, ..entry.row.clone() }
        };
        self.entries().list.iter().rev().map(row).collect()
    }

    /// Looks into the report of this work.
    pub(crate) fn report<T>(&self, id: &str, look: impl FnOnce(&Report) -> T) -> Result<T, Failure> {
        let mut entries = self.entries();
        Ok(look(&find(&mut entries, id)?.report))
    }

    /// The file that this work made, if it made one.
    pub(crate) fn product(&self, id: &str) -> Result<Option<Product>, Failure> {
        Ok(find(&mut self.entries(), id)?.product.clone())
    }

    /// Asks work to stop; false when it has ended already.
    pub(crate) fn cancel(&self, id: &str) -> Result<bool, Failure> {
        let mut entries = self.entries();
        let entry = find(&mut entries, id)?;
        if has_ended(entry.row.state) {
            return Ok(false);
        }
        entry.row.state = WorkState::Stopping;
        entry.cancel.send_replace(true);
        drop(entries);
        self.tell();
        Ok(true)
    }

    /// Forgets work that has ended.
    pub(crate) fn dismiss(&self, id: &str) -> Result<(), Failure> {
        let mut entries = self.entries();
        let entry = find(&mut entries, id)?;
        if !has_ended(entry.row.state) {
            return Err(Failure::new("work_running", "It has not ended yet. Cancel it first."));
        }
        let id = entry.id;
        entries.list.retain(|entry| entry.id != id);
        drop(entries);
        self.tell();
        Ok(())
    }

    /// Cancels everything and waits until it has ended.
    pub(crate) async fn close(&self) {
        let open: Vec<String> = self.rows().into_iter().map(|row| row.id).collect();
        for id in open {
            // It may have ended in between.
            let _ended = self.cancel(&id);
        }
        let mut running = self.0.running.subscribe();
        let all_ended = running.wait_for(|running| *running == 0);
        if tokio::time::timeout(GRACE, all_ended).await.is_err() {
            tracing::warn!("long work did not stop in time; what it did is whole and stays");
        }
    }

    /// Lets hosts look again, soon and not too often.
    fn tell(&self) {
        let Ok(runtime) = Handle::try_current() else { return self.0.archive.announce() };
        if self.0.told.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(&self.0);
        runtime.spawn(async move {
            tokio::time::sleep(BETWEEN_TELLINGS).await;
            shared.told.store(false, Ordering::Release);
            shared.archive.announce();
        });
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(entries: &'a mut Entries, id: &str) -> Result<&'a mut Entry, Failure> {
    let missing =
        || Failure::new("not_found", &format!("There is no work “{id}”; it may have been dismissed."));
    entries.list.iter_mut().find(|entry| entry.row.id == id).ok_or_else(missing)
}

fn has_ended(state: WorkState) -> bool {
    matches!(state, WorkState::Done | WorkState::Cancelled | WorkState::Failed)
}

/// Long work, as the one who does it sees it.
#[derive(Debug)]
pub(crate) struct Work {
    id: u64,
    works: Works,
    cancelled: watch::Receiver<bool>,
    turn: Arc<tokio::sync::Mutex<()>>,
    ended: bool,
}

impl Work {
    /// Its name.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        self.id.to_string()
    }

    /// True once somebody cancelled it: it should stop at the end of its step.
    #[must_use]
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Resolves when somebody cancels it, for work that waits for something.
    pub(crate) async fn cancelled(&self) {
        // The sender lives in the list as long as the work has not ended.
        let mut cancelled = self.cancelled.clone();
        let _gone = cancelled.wait_for(|cancelled| *cancelled).await;
    }

    /// Tells how far it is, of how much if that is known, and the name of what it is busy with. Cheap enough to be
    /// called for every record.
    pub(crate) fn at(&self, done: u64, all: Option<u64>, what: Option<&str>) {
        self.change(|row| {
            row.done = done;
            row.all = all;
            if row.at.as_deref() != what {
                row.at = what.map(str::to_owned);
            }
        });
    }

    /// Tells until when it waits because a service asked for it; `None` while it does not.
    pub(crate) fn waits(&self, until: Option<Instant>) {
        self.change(|row| row.waiting_until = until);
    }

    /// Tells what it has counted so far, each number with its stable code.
    pub(crate) fn counted(&self, counts: &[(&str, u64)]) {
        self.change(|row| {
            row.counts.clear();
            row.counts.extend(
                counts.iter().map(|(code, count)| WorkCount { code: (*code).to_owned(), count: *count }),
            );
        });
    }

    /// Gives the file it made, to be saved as long as the work is remembered.
    pub(crate) fn made(&self, product: Product) {
        self.with_entry(|entry| {
            entry.row.file = Some(product.name.clone());
            entry.product = Some(product);
        });
    }

    /// Adds to its report.
    pub(crate) fn report(&self, add: impl FnOnce(&mut Report)) {
        self.with_entry(|entry| add(&mut entry.report));
    }

    /// Runs `run` where blocking holds up nobody, after other work of the same kind. Needs a tokio runtime.
    pub(crate) fn run(self, run: impl FnOnce(&Self) -> Result<Ending, Failure> + Send + 'static) {
        let work = self;
        // Asked for here and not in the task: tasks start in any order, and turns go by the order of asking.
        let mut turn = Box::pin(Arc::clone(&work.turn).lock_owned());
        let at_once = turn.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        tokio::spawn(async move {
            let turn = match at_once {
                Poll::Ready(turn) => turn,
                Poll::Pending => tokio::select! {
                    turn = turn => turn,
                    () = work.cancelled() => return work.end(Ok(Ending::Cancelled)),
                },
            };
            work.change(|row| {
                if row.state == WorkState::Waiting {
                    row.state = WorkState::Running;
                }
            });
            let ran = tokio::task::spawn_blocking(move || {
                // A panic must not look like a cancelled import.
                let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&work)));
                let broken = || Failure::new("internal", "The work stopped by a mistake in the program.");
                work.end(ended.unwrap_or_else(|_| Err(broken())));
            });
            let _ended = ran.await;
            drop(turn);
        });
    }

    /// Says that it came to its end, and how.
    pub(crate) fn end(mut self, ended: Result<Ending, Failure>) {
        self.settle(ended);
    }

    fn settle(&mut self, ended: Result<Ending, Failure>) {
        self.ended = true;
        let mut entries = self.works.entries();
        if let Some(entry) = entries.list.iter_mut().find(|entry| entry.id == self.id) {
            let row = &mut entry.row;
            row.ended_at = Some(now());
            row.at = None;
            (row.state, row.failure) = match ended {
                Ok(Ending::Done) => (WorkState::Done, None),
                Ok(Ending::Cancelled) => (WorkState::Cancelled, None),
                Err(failure) => (WorkState::Failed, Some(failure)),
            };
        }
        let mut too_many = entries.list.iter().filter(|entry| has_ended(entry.row.state)).count();
        entries.list.retain(|entry| {
            let forgotten = too_many > REMEMBERED && has_ended(entry.row.state);
            too_many -= usize::from(forgotten);
            !forgotten
        });
        drop(entries);
        self.works.0.running.send_modify(|running| *running -= 1);
        self.works.tell();
    }

    fn change(&self, change: impl FnOnce(&mut WorkRow)) {
        self.with_entry(|entry| change(&mut entry.row));
    }

    fn with_entry(&self, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.works.entries();
        if let Some(entry) = entries.list.iter_mut().find(|entry| entry.id == self.id) {
            change(entry);
        }
        drop(entries);
        self.works.tell();
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.ended {
            self.settle(Ok(Ending::Cancelled));
        }
    }
}

#[cfg(test)]
mod tests;
