//! What shares a commit, and what is told after it.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};

use super::{Job, Kept, Listeners, WAITING, Work, Writer};
use crate::damage::state::Soundness;
use crate::journal::Row;
use crate::open::FILE;
use crate::presence::Stretch;
use crate::projector::Wake;
use crate::{Archive, DeliveryId, Told};

fn now() -> Instant {
    Instant::from_millis(1_800_000_000_000).unwrap()
}

/// A delivery without headers, so that it takes as many bytes as its body.
fn row(body: Vec<u8>) -> Row {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "shop".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/shop/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body,
        received_at: now(),
    };
    Row::new(delivery, None)
}

/// Bytes that cannot be compressed.
fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// What a writer needs, before a new archive.
struct Parts {
    folder: TempDir,
    connection: Connection,
    listeners: Listeners,
    soundness: Arc<Soundness>,
}

impl Parts {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Archive::open(folder.path(), now()).unwrap().close();
        let connection = Connection::open(folder.path().join(FILE)).unwrap();
        let changes = watch::Sender::new(0);
        let soundness = Arc::new(Soundness::new(folder.path(), changes.clone()));
        let listeners = Listeners { changes, hooks: Arc::default(), wake: Wake::new().0 };
        Self { folder, connection, listeners, soundness }
    }

    /// A writer without a thread, which does what waits when it is told to.
    fn work(self) -> (Work, SyncSender<Job>, TempDir) {
        let (sender, jobs) = sync_channel(WAITING);
        let work = Work {
            connection: self.connection,
            jobs,
            listeners: self.listeners,
            notes: Arc::default(),
            kept: Arc::default(),
            noting_failed: false,
            soundness: self.soundness,
            seen: 0,
        };
        (work, sender, self.folder)
    }
}

fn append(jobs: &SyncSender<Job>, body: Vec<u8>) -> oneshot::Receiver<Kept> {
    let (answer, kept) = oneshot::channel();
    jobs.try_send(Job::Append(Box::new(row(body)), answer)).unwrap_or_else(|_| panic!("there is room"));
    kept
}

/// Does what the next commit is for.
fn one_commit(work: &mut Work) {
    let first = work.jobs.try_recv().expect("something waits");
    work.do_jobs(first);
}

fn check(bodies: Vec<Vec<u8>>, expected: usize, why: &str) {
    let (mut work, jobs, _folder) = Parts::new().work();
    let kept: Vec<_> = bodies.into_iter().map(|body| append(&jobs, body)).collect();
    one_commit(&mut work);
    let ids: Vec<_> = kept.into_iter().map_while(|mut kept| Some(kept.try_recv().ok()?.unwrap().0)).collect();
    let all: Vec<_> = (1..=i64::try_from(expected).unwrap()).collect();
    assert_eq!(ids, all, "{why}");
}

#[test]
fn deliveries_that_wait_share_a_commit_up_to_a_number_and_a_size() {
    check(vec![b"one".to_vec()], 1, "one is not kept waiting for others");
    check(vec![b"small".to_vec(); 300], 256, "the others come with the next commit");
    check(vec![random(9 << 20); 3], 2, "the second makes them 18 MiB");
    check(vec![random(16 << 20); 2], 1, "16 MiB are as much as one commit takes");
}

#[test]
fn a_change_comes_after_what_waited_before_it_and_before_what_waits_behind_it() {
    let (mut work, jobs, _folder) = Parts::new().work();
    let mut before = append(&jobs, b"before".to_vec());
    let (told, seen) = sync_channel(2);
    let told_again = told.clone();
    let change = Job::Change(Box::new(move |connection| {
        let count: i64 =
            connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)).unwrap();
        told.send(count).unwrap();
        Box::new(move || told_again.send(-1).unwrap())
    }));
    jobs.try_send(change).unwrap_or_else(|_| panic!("there is room"));
    let mut behind = append(&jobs, b"behind".to_vec());
    let mut changes = work.listeners.changes.subscribe();
    one_commit(&mut work);
    assert!(before.try_recv().is_ok() && behind.try_recv().is_err());
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [1, -1], "it saw the first, and was answered");
    assert!(changes.has_changed().unwrap(), "whoever shows the archive hears of it");
    assert_eq!(*changes.borrow_and_update(), 1, "by a number that only grows");
    one_commit(&mut work);
    assert!(behind.try_recv().is_ok());
}

#[test]
fn what_was_kept_is_counted_and_what_was_not_is_not() {
    let parts = Parts::new();
    let breaking = Connection::open(parts.folder.path().join(FILE)).unwrap();
    let writer =
        Writer::start(parts.connection, parts.listeners, Arc::default(), Arc::clone(&parts.soundness))
            .unwrap();
    let append = || writer.append(row(b"{}".to_vec())).unwrap().blocking_recv().unwrap();
    for number in 1..=3 {
        assert_eq!((append().unwrap().0, writer.kept()), (number, u64::try_from(number).unwrap()));
    }
    breaking.execute_batch("ALTER TABLE deliveries RENAME TO elsewhere").unwrap();
    assert!(append().is_err());
    assert_eq!(writer.kept(), 3);
}

#[test]
fn what_another_program_wrote_is_noticed_once() {
    let (mut work, _jobs, folder) = Parts::new().work();
    work.look_around();
    let mut changes = work.listeners.changes.subscribe();
    changes.mark_unchanged();
    work.look_around();
    assert!(!changes.has_changed().unwrap(), "nothing was written since");
    let other = Archive::open(folder.path(), now()).unwrap();
    let source = other.add_source("written-by-the-other", None, now()).unwrap();
    work.look_around();
    assert!(changes.has_changed().unwrap(), "whoever shows the archive hears of it");
    assert!(work.listeners.hooks.current().contains_key(&source.name), "and the door knows the new address");
    other.close();
}

#[test]
fn a_note_that_somebody_sees_is_told_of_and_another_is_not() {
    let (mut work, _jobs, _folder) = Parts::new().work();
    let changes = work.listeners.changes.subscribe();
    work.notes.open(Stretch::new(now(), now()));
    work.write_notes();
    assert!(work.notes.is_empty() && !changes.has_changed().unwrap(), "an open door shows nothing new");
    work.notes.told(Told { delivery: DeliveryId(1), ..Told::default() });
    work.write_notes();
    assert!(work.notes.is_empty() && changes.has_changed().unwrap());
}
