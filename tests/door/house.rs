//! A fresh archive with a door before it.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use afterchat_archive::{Archive, DeliveryId, Journalled, Outcome, Refusal};
use afterchat_listener::{Door, Limits, bind, open};
use afterchat_transcript::Instant;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::sender::Sender;

/// An archive in a folder of its own, with a door before it.
pub(crate) struct House {
    pub(crate) archive: Archive,
    pub(crate) door: Door,
    folder: TempDir,
}

impl House {
    /// Opens one.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::open_in(folder).await
    }

    /// The same folder after the program has ended: closes the door and the archive, and opens both again.
    pub(crate) async fn reopened(self) -> Self {
        self.door.close(Duration::from_secs(10)).await;
        self.archive.close();
        Self::open_in(self.folder).await
    }

    async fn open_in(folder: TempDir) -> Self {
        let archive = archive_in(folder.path());
        let listener = bind(0).await.expect("a free port");
        let door = open(listener, archive.clone(), Limits::default()).await;
        Self { archive, door, folder }
    }

    /// Where the archive lives.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection to the door.
    pub(crate) async fn sender(&self) -> Sender {
        Sender::connect(self.door.address).await
    }

    /// The hook path of a source.
    pub(crate) fn hook(&self, source: &str) -> String {
        let sources = self.archive.sources().expect("sources");
        sources.into_iter().find(|known| known.name == source).expect("a source of this name").path()
    }

    /// Everything in the journal, in order.
    pub(crate) fn journal(&self) -> Vec<Journalled> {
        journal(&self.archive)
    }

    /// Waits until so many requests were noted that were not taken, and gives them, the newest first.
    pub(crate) async fn refusals(&self, count: usize) -> Vec<Refusal> {
        let mut changes = self.archive.changes();
        let noted = async {
            loop {
                changes.borrow_and_update();
                let refused = self.archive.refusals(None, None, 1000).expect("the archive");
                if refused.len() >= count {
                    return refused;
                }
                changes.changed().await.expect("the archive is open");
            }
        };
        timeout(Duration::from_secs(30), noted).await.expect("what was not taken is noted in the end")
    }

    /// Waits until every delivery has been read, and tells what became of each.
    pub(crate) async fn outcomes(&self) -> Vec<Outcome> {
        let mut changes = self.archive.changes();
        let read = async {
            loop {
                changes.borrow_and_update();
                let ids = (1..=self.archive.newest_delivery().expect("the journal")).map(DeliveryId);
                let outcome = |id| self.archive.delivery_summary(id).expect("a delivery").outcome;
                let outcomes: Vec<_> = ids.map(outcome).collect();
                if !outcomes.contains(&Outcome::Pending) {
                    return outcomes;
                }
                changes.changed().await.expect("the archive is open");
            }
        };
        timeout(Duration::from_secs(60), read).await.expect("whatever arrived is read in the end")
    }
}

/// Opens the archive in this folder.
pub(crate) fn archive_in(folder: &Path) -> Archive {
    Archive::open(folder, now()).expect("a fresh archive")
}

/// The time of day, for whatever the door compares with its own clock.
pub(crate) fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}

/// Everything in an archive's journal, in order.
pub(crate) fn journal(archive: &Archive) -> Vec<Journalled> {
    let newest = archive.newest_delivery().expect("the journal");
    (1..=newest).map(|id| archive.delivery(DeliveryId(id)).expect("a delivery")).collect()
}

/// A POST with these header lines and this body.
pub(crate) fn post(target: impl Display, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
