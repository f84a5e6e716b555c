//! Tells whether the journal holds a payload already, without an index of its bodies.
//!
//! Equal payloads tell of the same conversations, so only the few deliveries that tell of them are compared. What tells
//! of none, and what was not read yet, is rare and is remembered by its digest. Space around a payload does not count:
//! editors and scripts add a line break.

use std::collections::{BTreeSet, HashSet};

use afterchat_transcript::fold::{self, BodyDigest};
use afterchat_transcript::reading::{Reading, Verdict};
use rusqlite::Connection;

use crate::journal::{self, Journalled};
use crate::{Archive, ArchiveError, DeliveryId};

/// Deliveries loaded at once.
const PAGE: i64 = 64;

/// What the journal holds, as far as it must be remembered.
pub(super) struct Known {
    digests: HashSet<BodyDigest>,
    /// The last delivery that is known of, by digest or by its conversations.
    through: i64,
    /// True once the deliveries that tell of no conversation are among the digests.
    odd: bool,
}

impl Known {
    /// Looks at what the projector has not read yet; the rest is found by conversation.
    pub(super) fn open(archive: &Archive) -> Result<Self, ArchiveError> {
        let through = archive.progress()?.done;
        let mut known = Self { digests: HashSet::new(), through, odd: false };
        known.refresh(archive, &[])?;
        Ok(known)
    }

    /// True when the journal holds this payload.
    pub(super) fn holds(
        &mut self,
        archive: &Archive,
        body: &[u8],
        reading: &Reading,
    ) -> Result<bool, ArchiveError> {
        if self.digests.contains(&digest(body)) {
            return Ok(true);
        }
        if reading.verdict == Verdict::Conversation {
            return archive.read(|connection| told_before(connection, body, reading));
        }
        if !self.odd {
            archive.read(|connection| self.learn_odd(connection))?;
            self.odd = true;
        }
        Ok(self.digests.contains(&digest(body)))
    }

    /// Remembers a payload that is about to be taken.
    pub(super) fn add(&mut self, body: &[u8]) {
        self.digests.insert(digest(body));
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
                        self.add(&found.delivery.body);
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
                self.add(&found.delivery.body);
            }
        }
        Ok(())
    }
}

fn digest(body: &[u8]) -> BodyDigest {
    fold::digest(body.trim_ascii())
}

/// Compares a payload with every delivery that tells of one of its conversations.
fn told_before(connection: &Connection, body: &[u8], reading: &Reading) -> Result<bool, ArchiveError> {
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
            return Ok(true);
        }
    }
    Ok(false)
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
