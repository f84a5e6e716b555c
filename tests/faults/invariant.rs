//! What must hold after every fault: each acknowledged delivery is in the journal exactly once with equal bytes, nothing is there that
//! nobody sent, the file is whole, and the program starts and shows it. What was not acknowledged is wholly there or wholly absent.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use afterchat_archive::{Archive, ArchiveError, DeliveryId, Journalled, Outcome};
use afterchat_transcript::{DeliveryKind, Instant};
use rusqlite::Connection;

use crate::ledger::Ledger;
use crate::program::{House, PATIENCE};

/// What was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Attempts that were made.
    pub(crate) sent: usize,
    /// Those that were answered 200. All of them are there, or the check fails.
    pub(crate) acknowledged: usize,
    /// Those that are there although no answer arrived.
    pub(crate) kept_besides: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, acknowledged, kept_besides } = self;
        let kept = acknowledged + kept_besides;
        write!(line, "sent {sent}, acknowledged {acknowledged}, kept {kept}, lost 0")
    }
}

/// Starts the program on the archive, stops it, and checks all that must hold.
#[track_caller]
pub(crate) fn check(house: &House, ledger: &Ledger) -> Found {
    check_with(house, ledger, &[])
}

/// The same where files with these bodies were imported besides.
#[track_caller]
pub(crate) fn check_with(house: &House, ledger: &Ledger, imported: &[Vec<u8>]) -> Found {
    let (program, _) = house.start();
    let listed = listed_ids(&house.ok(&["deliveries", "--json", "--limit", "1000000"]));
    program.stop();
    assert_whole(&house.data());

    let archive = open(&house.data());
    wait_until_read(&archive);
    let mut reckoning = Reckoning::default();
    let mut ids = Vec::new();
    for kept in journal(&archive, 0) {
        assert_was_read(&archive, &kept, ledger);
        ids.push(kept.id);
        reckoning.add(kept, ledger);
    }
    archive.close();
    assert!(ids.iter().rev().eq(&listed), "the program lists the whole journal, newest first");
    if let Some(newest) = ids.last() {
        let shown = house.ok(&["delivery", &newest.to_string(), "--body"]);
        assert!(reckoning.newest == shown, "the program shows a delivery byte for byte");
    }
    reckoning.settle(ledger, imported)
}

/// The same without running the program: for a fault that is made a hundred times.
#[track_caller]
pub(crate) fn check_folder(folder: &Path, ledger: &Ledger) -> Found {
    let archive = open(folder);
    let reckoning = Reckoning::of(&archive, ledger);
    archive.close();
    assert_whole(folder);
    reckoning.settle(ledger, &[])
}

/// The journal, held against what the senders know.
#[derive(Default)]
pub(crate) struct Reckoning {
    /// The delivery of each attempt that is there.
    rows: BTreeMap<usize, DeliveryId>,
    imported: Vec<Vec<u8>>,
    newest: Vec<u8>,
    last: i64,
}

impl Reckoning {
    /// Of a whole journal.
    #[track_caller]
    pub(crate) fn of(archive: &Archive, ledger: &Ledger) -> Self {
        let mut reckoning = Self::default();
        reckoning.go_on(archive, ledger);
        reckoning
    }

    /// Adds what came since.
    #[track_caller]
    pub(crate) fn go_on(&mut self, archive: &Archive, ledger: &Ledger) {
        journal(archive, self.last).for_each(|kept| self.add(kept, ledger));
    }

    #[track_caller]
    fn add(&mut self, kept: Journalled, ledger: &Ledger) {
        let Journalled { id, delivery, .. } = kept;
        self.last = id.0;
        let attempt =
            delivery.query.as_deref().and_then(|query| query.strip_prefix("attempt=")?.parse().ok());
        match attempt {
            Some(attempt) => {
                let sent = ledger.sent(attempt).unwrap_or_else(|| panic!("delivery {id} was sent by nobody"));
                assert!(delivery.body == ledger.body(sent), "delivery {id} is kept byte for byte");
                let before = self.rows.insert(attempt, id);
                assert_eq!(before, None, "attempt {attempt} is there once, and now again as {id}");
            }
            None => {
                assert_eq!(delivery.kind, DeliveryKind::Import, "delivery {id} was sent by nobody");
                self.imported.push(delivery.body.clone());
            }
        }
        self.newest = delivery.body;
    }

    /// Everything acknowledged is there, and these files.
    #[track_caller]
    pub(crate) fn settle(mut self, ledger: &Ledger, files: &[Vec<u8>]) -> Found {
        let mut files = files.to_vec();
        files.sort();
        self.imported.sort();
        assert!(self.imported == files, "of {} files {} are there", files.len(), self.imported.len());
        self.found(ledger)
    }

    /// Everything acknowledged so far is there.
    #[track_caller]
    pub(crate) fn found(&self, ledger: &Ledger) -> Found {
        let attempts = ledger.attempts();
        let acknowledged: Vec<usize> =
            (0..attempts.len()).filter(|attempt| attempts[*attempt].acknowledged()).collect();
        let lost = self.lost(acknowledged.iter().copied());
        assert!(lost.is_empty(), "{} of {} acknowledged are lost: {lost:?}", lost.len(), acknowledged.len());
        Found {
            sent: attempts.len(),
            acknowledged: acknowledged.len(),
            kept_besides: self.rows.len() - acknowledged.len(),
        }
    }

    /// Those of these attempts that are not there.
    pub(crate) fn lost(&self, acknowledged: impl Iterator<Item = usize>) -> Vec<usize> {
        acknowledged.filter(|attempt| !self.rows.contains_key(attempt)).collect()
    }

    /// The attempts that are there, in the order of the journal.
    pub(crate) fn in_order(&self) -> Vec<usize> {
        let mut attempts: Vec<_> = self.rows.iter().map(|(attempt, id)| (*id, *attempt)).collect();
        attempts.sort_unstable();
        attempts.into_iter().map(|(_, attempt)| attempt).collect()
    }
}

/// Opens the archive as another program beside the running one does.
#[track_caller]
pub(crate) fn open(folder: &Path) -> Archive {
    Archive::open(folder, Instant::from_utc(chrono::Utc::now())).expect("the archive opens")
}

/// The journal after this number, in order of arrival.
fn journal(archive: &Archive, after: i64) -> impl Iterator<Item = Journalled> {
    let newest = archive.newest_delivery().expect("the journal can be read");
    (after + 1..=newest).filter_map(|id| match archive.delivery(DeliveryId(id)) {
        Ok(kept) => Some(kept),
        // A delivery that was not kept may have used up its number.
        Err(ArchiveError::NotFound { .. }) => None,
        Err(error) => panic!("every delivery of the journal can be read: {error}"),
    })
}

/// SQLite's own word on the file.
#[track_caller]
pub(crate) fn assert_whole(folder: &Path) {
    let connection = Connection::open(folder.join("archive.sqlite")).expect("the archive's file opens");
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("the archive's file can be checked");
    assert_eq!(said, "ok", "the file is whole");
}

/// The numbers of a list of deliveries, one in each line.
fn listed_ids(lines: &[u8]) -> Vec<DeliveryId> {
    let id = |line: serde_json::Value| {
        let id = line["id"].as_str().and_then(|id| id.parse().ok());
        DeliveryId(id.expect("a row has a number"))
    };
    serde_json::Deserializer::from_slice(lines)
        .into_iter()
        .map(|line| id(line.expect("lines of JSON")))
        .collect()
}

/// Waits until the projector has read everything, for as long as it goes on.
#[track_caller]
fn wait_until_read(archive: &Archive) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut changes = archive.changes();
    loop {
        changes.borrow_and_update();
        let progress = archive.progress().expect("the archive can be read");
        if progress.done == progress.all {
            return;
        }
        let changed = runtime.block_on(async { tokio::time::timeout(PATIENCE, changes.changed()).await });
        assert!(changed.is_ok(), "what is in the journal is read in the end, and stands at {progress:?}");
    }
}

/// It was read, and a chat makes a conversation whatever happened on its way.
#[track_caller]
fn assert_was_read(archive: &Archive, kept: &Journalled, ledger: &Ledger) {
    let outcome = archive.delivery_summary(kept.id).expect("a delivery").outcome;
    let attempt =
        kept.delivery.query.as_deref().and_then(|query| query.strip_prefix("attempt=")?.parse().ok());
    let chat =
        attempt.and_then(|attempt| ledger.sent(attempt)).is_some_and(|delivery| ledger.is_chat(delivery));
    if chat {
        assert_eq!(outcome, Outcome::Conversation, "delivery {} tells of a conversation", kept.id);
    } else {
        assert_ne!(outcome, Outcome::Pending, "delivery {} was read", kept.id);
    }
}
