//! The answer to one delivery and how long it took.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{Archive, ArchiveError, DeliveryId};

/// What a delivery's service was told, and how long that took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The status code; `None` when the connection was closed without an answer, because that was planned.
    pub status: Option<u16>,
    /// The first 4 KiB of the answer's body, when it was not the usual one of its status.
    pub body: Option<Vec<u8>>,
    /// Who decided on it, in words; `None` for the usual answer.
    pub because: Option<String>,
    /// From the whole head to the whole body.
    pub receiving: Duration,
    /// From the whole body to the commit.
    pub committing: Duration,
    /// From the whole body to the answer at the socket or, where it was not handed over, to the failure.
    pub answering: Duration,
    /// When the sender was seen to have closed its side, counted from the whole body. Some close it and still wait for
    /// the answer, so this alone does not say that it was not read.
    pub left: Option<Duration>,
    /// Whether the socket took the answer, or was closed as planned.
    pub handed: bool,
}

impl Default for Told {
    /// Nothing that was told, for a delivery that does not exist.
    fn default() -> Self {
        Self {
            delivery: DeliveryId(0),
            status: None,
            body: None,
            because: None,
            receiving: Duration::ZERO,
            committing: Duration::ZERO,
            answering: Duration::ZERO,
            left: None,
            handed: false,
        }
    }
}

/// Notes an answer. A delivery that was erased meanwhile needs no note.
pub(super) fn put(connection: &Connection, told: &Told) -> Result<(), ArchiveError> {
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO answers (delivery, status, body, because, receiving, committing, answering, left_after, handed)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM deliveries WHERE id = ?1)",
    )?;
    insert.execute(params![
        told.delivery.0,
        told.status,
        told.body,
        told.because,
        micros(told.receiving),
        micros(told.committing),
        micros(told.answering),
        told.left.map(micros),
        told.handed,
    ])?;
    Ok(())
}

/// What was noted for this delivery.
pub(crate) fn of(connection: &Connection, delivery: i64) -> Result<Option<Told>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT delivery, status, body, because, receiving, committing, answering, left_after, handed
         FROM answers WHERE delivery = ?1",
    )?;
    Ok(select.query_row([delivery], told).optional()?)
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    Ok(Told {
        delivery: DeliveryId(row.get(0)?),
        status: row.get(1)?,
        body: row.get(2)?,
        because: row.get(3)?,
        receiving: duration(row.get(4)?),
        committing: duration(row.get(5)?),
        answering: duration(row.get(6)?),
        left: row.get::<_, Option<i64>>(7)?.map(duration),
        handed: row.get(8)?,
    })
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(micros.unsigned_abs())
}

impl Archive {
    /// Notes what a delivery's service was told. It returns at once; the note is written with what is written next, or
    /// within a fraction of a second. A crash before that loses it.
    pub fn told(&self, told: Told) {
        self.notes().told(told);
    }

    /// What a delivery's service was told; `None` where nothing was noted.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn answer_to(&self, delivery: DeliveryId) -> Result<Option<Told>, ArchiveError> {
        self.read(|connection| of(connection, delivery.0))
    }
}
