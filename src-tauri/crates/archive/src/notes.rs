//! What people note beside a delivery: that it is pinned, and words. Both outlive a rebuild.

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Archive, ArchiveError, DeliveryId};

/// The longest note in bytes. A note is some words for oneself; a longer text is cut there.
const LONGEST: usize = 10_000;

/// What was noted, and what stood there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The note as it was kept; `None` when there is none now.
    pub note: Option<String>,
    /// The note before, with which this one is taken back.
    pub before: Option<String>,
}

impl Archive {
    /// Pins deliveries or takes their pins out; tells how many changed. Numbers of none are passed over.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn pin(&self, ids: &[DeliveryId], on: bool, now: Instant) -> Result<usize, ArchiveError> {
        let ids = ids.to_vec();
        self.write(move |connection| {
            let mut pin = connection.prepare_cached(
                "INSERT INTO delivery_notes (delivery, pinned_at) SELECT id, ?2 FROM deliveries WHERE id = ?1
                 ON CONFLICT (delivery) DO UPDATE SET pinned_at = ?2 WHERE pinned_at IS NULL",
            )?;
            let mut unpin = connection.prepare_cached(
                "UPDATE delivery_notes SET pinned_at = NULL WHERE delivery = ?1 AND pinned_at IS NOT NULL",
            )?;
            let mut changed = 0;
            for id in &ids {
                changed += if on { pin.execute([id.0, now.millis()])? } else { unpin.execute([id.0])? };
                forget_if_empty(connection, *id)?;
            }
            Ok(changed)
        })
    }

    /// Writes a note beside a delivery; an empty one takes it away.
    ///
    /// # Errors
    /// When there is no such delivery, or the archive cannot be written.
    pub fn note(&self, id: DeliveryId, text: &str) -> Result<Noted, ArchiveError> {
        let text = text.trim();
        let note = Some(text[..text.floor_char_boundary(LONGEST)].to_owned()).filter(|note| !note.is_empty());
        self.write(move |connection| {
            let known = "SELECT n.note FROM deliveries d LEFT JOIN delivery_notes n ON n.delivery = d.id WHERE d.id = ?1";
            let before: Option<Option<String>> =
                connection.prepare_cached(known)?.query_row([id.0], |row| row.get(0)).optional()?;
            let before = before.ok_or(ArchiveError::NotFound { what: "delivery", name: id.to_string() })?;
            connection
                .prepare_cached(
                    "INSERT INTO delivery_notes (delivery, note) VALUES (?1, ?2)
                     ON CONFLICT (delivery) DO UPDATE SET note = excluded.note",
                )?
                .execute(params![id.0, note])?;
            forget_if_empty(connection, id)?;
            Ok(Noted { note, before })
        })
    }
}

/// A row that says nothing is not kept.
fn forget_if_empty(connection: &Connection, id: DeliveryId) -> Result<(), ArchiveError> {
    connection
        .prepare_cached(
            "DELETE FROM delivery_notes WHERE delivery = ?1 AND pinned_at IS NULL AND note IS NULL",
        )?
        .execute([id.0])?;
    Ok(())
}
