//! Tells whether the journal holds a payload already, without an index of its bodies.
//!
//! Equal payloads tell of the same conversations, so only the few deliveries that tell of them are compared. What tells
//! of none, and what was not read yet, is rare and is remembered by its digest. Space around a payload does not count:
//! editors and scripts add a line break.

use std::collections::{BTreeSet, HashMap, HashSet};

use afterchat_transcript::fold::{self, BodyDigest};
use afterchat_transcript::reading::{Reading, Verdict};
use rusqlite::Connection;

use crate::journal::{self, Journalled};
use crate::{Archive, ArchiveError, DeliveryId};

/// Deliveries loaded at once.
const PAGE: i64 = 64;

/// What the journal holds, as far as it must be remembered.
pub(super) struct Known {
    /// The number of each delivery; `None` for one that waits for its commit.
    digests: HashMap<BodyDigest, Option<DeliveryId>>,
    /// The last delivery that is known of, by digest or by its conversations.
    through: i64,
    /// True once the deliveries that tell of no conversation are among the digests.
    odd: bool,
}

impl Known {
    /// Looks at what the projector has not read yet; the rest is found by conversation.
    pub(super) fn open(archive: &Archive) -> Result<Self, ArchiveError> {
        let through = archive.progress()?.done;
        let mut known = Self { digests: HashMap::new(), through, odd: false };
        known.refresh(archive, &[])?;
        Ok(known)
    }

    /// Whether the journal holds this payload or is about to, and under which number it is known to hold it.
    pub(super) fn holds(
        &mut self,
        archive: &Archive,
        body: &[u8],
        reading: &Reading,
    ) -> Result<Option<Held>, ArchiveError> {
        let digest = digest(body);
        if self.digests.contains_key(&digest) {
            return Ok(Some(Held::Digest(digest)));
        }
        if reading.verdict == Verdict::Conversation {
            let told = archive.read(|connection| told_before(connection, body, reading))?;
            return Ok(told.map(Held::Delivery));
        }
        if !self.odd {
            archive.read(|connection| self.learn_odd(connection))?;
            self.odd = true;
        }
        Ok(self.digests.contains_key(&digest).then_some(Held::Digest(digest)))
    }

    /// Remembers a payload that is about to be taken.
    pub(super) fn expect(&mut self, body: &[u8]) -> BodyDigest {
        let digest = digest(body);
        self.digests.insert(digest, None);
        digest
    }

    /// Remembers the number of a payload that was taken.
    pub(super) fn took(&mut self, digest: BodyDigest, delivery: DeliveryId) {
        self.digests.insert(digest, Some(delivery));
    }

    /// The delivery that holds such a payload, once it is committed.
    pub(super) fn delivery(&self, held: Held) -> Option<DeliveryId> {
        match held {
            Held::Delivery(delivery) => Some(delivery),
            Held::Digest(digest) => self.digests.get(&digest).copied().flatten(),
        }
    }

    fn add(&mut self, found: &Journalled) {
        self.digests.insert(digest(&found.delivery.body), Some(found.id));
    }

    /// Learns what others posted meanwhile; `own` are the deliveries that this import appended.
    pub(super) fn refresh(&mut self, archive: &Archive, own: &[DeliveryId]) -> Result<(), ArchiveError> {
        let own: HashSet<i64> = own.iter().map(|id| id.0).collect();
        archive.read(|connection| {
            loop {
                let ids: Vec<i64> = connection
                    .prepare_cached("SELECT id FROM deliveries WHERE id > ?1 ORDER BY id LIMIT ?2")?
                    .query_map([self.through, PAGE], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                let Some(last) = ids.last() else { return Ok(()) };
                self.through = *last;
                for id in ids.iter().filter(|id| !own.contains(id)) {
                    if let Some(found) = journal::load(connection, *id)? {
                        self.add(&found);
                    }
                }
            }
        })
    }

    fn learn_odd(&mut self, connection: &Connection) -> Result<(), ArchiveError> {
        let mut select =
            connection.prepare_cached("SELECT delivery FROM readings WHERE outcome <> 'conversation'")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(found) = journal::load(connection, row.get(0)?)? {
                self.add(&found);
            }
        }
        Ok(())
    }
}

/// How a payload was found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held {
    Digest(BodyDigest),
    Delivery(DeliveryId),
}

fn digest(body: &[u8]) -> BodyDigest {
    fold::digest(body.trim_ascii())
}

/// Compares a payload with every delivery that tells of one of its conversations.
fn told_before(
    connection: &Connection,
    body: &[u8],
    reading: &Reading,
) -> Result<Option<DeliveryId>, ArchiveError> {
    let mut deliveries = BTreeSet::new();
    for conversation in conversations(body, reading) {
        let mut select =
            connection.prepare_cached("SELECT delivery FROM tellings WHERE conversation = ?1")?;
        let mut rows = select.query([conversation])?;
        while let Some(row) = rows.next()? {
            deliveries.insert(row.get::<_, i64>(0)?);
        }
    }
    for id in deliveries {
        let equal = |found: Journalled| found.delivery.body.trim_ascii() == body.trim_ascii();
        if journal::load(connection, id)?.is_some_and(equal) {
            return Ok(Some(DeliveryId(id)));
        }
    }
    Ok(None)
}

/// The conversations of a payload. Where it names none, they are named after its bytes: as it is, without space around
/// it, and with the line break that editors add.
fn conversations(body: &[u8], reading: &Reading) -> BTreeSet<String> {
    let bare = body.trim_ascii();
    let with_break = [bare, b"\n"].concat();
    let digests = [body, bare, &with_break].map(fold::digest);
    let ids = digests.iter().flat_map(|digest| {
        (0..reading.parts.len()).filter_map(move |index| fold::conversation_id(reading, index, digest))
    });
    ids.map(|id| id.to_string()).collect()
}
