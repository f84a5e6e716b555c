//! The attempts of one event: deliveries that a service sent again. The projector notes which delivery belongs to which
//! event, from the delivery alone.

use afterchat_transcript::Instant;
use afterchat_transcript::event::EventKey;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Told, told};
use crate::journal::instant;
use crate::{Archive, ArchiveError, DeliveryId};

/// As many attempts are listed on either side of the one that is asked for.
const BESIDE: i64 = 100;

/// One attempt of an event.
#[derive(Debug, Clone)]
pub struct EventAttempt {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Which attempt it is, counted from 1.
    pub number: i64,
    /// When it arrived.
    pub received_at: Instant,
    /// The size of its body in bytes; attempts with the service's own number may differ.
    pub size: i64,
    /// What its service was told, where that was noted.
    pub told: Option<Told>,
}

/// The attempts of an event.
#[derive(Debug, Clone, Default)]
pub struct EventAttempts {
    /// How many there are.
    pub all: i64,
    /// Those around the one that was asked for, in order of arrival.
    pub around: Vec<EventAttempt>,
}

/// Notes which event a delivery is an attempt of.
pub(crate) fn put(
    connection: &Connection,
    delivery: i64,
    source: &str,
    event: &EventKey,
) -> Result<(), ArchiveError> {
    let sql = "INSERT OR REPLACE INTO attempts (delivery, source, event) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![delivery, source, event.as_slice()])?;
    Ok(())
}

fn attempt(connection: &Connection, row: &Row<'_>, number: i64) -> Result<EventAttempt, ArchiveError> {
    let delivery = row.get(0)?;
    Ok(EventAttempt {
        delivery: DeliveryId(delivery),
        number,
        received_at: instant(row.get(1)?),
        size: row.get(2)?,
        told: told::of(connection, delivery)?,
    })
}

impl Archive {
    /// The attempts of the event that this delivery is one of. None where it was not read yet or was no request to a hook
    /// address.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn attempts(&self, id: DeliveryId) -> Result<EventAttempts, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT source, event FROM attempts WHERE delivery = ?1";
            let event = connection
                .prepare_cached(sql)?
                .query_row([id.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .optional()?;
            let Some((source, event)) = event else { return Ok(EventAttempts::default()) };
            let count = "SELECT count(*), count(*) FILTER (WHERE delivery < ?3) FROM attempts WHERE source = ?1 AND event = ?2";
            let (all, before) = connection.prepare_cached(count)?.query_row(
                params![source, event, id.0],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )?;
            let of_it = "SELECT a.delivery, d.received_at, d.size FROM attempts a JOIN deliveries d ON d.id = a.delivery
                 WHERE a.source = ?1 AND a.event = ?2 AND";
            let earlier = format!("{of_it} a.delivery < ?3 ORDER BY a.delivery DESC LIMIT ?4");
            let later = format!("{of_it} a.delivery >= ?3 ORDER BY a.delivery LIMIT ?4");
            let mut around = Vec::new();
            let mut select = connection.prepare_cached(&earlier)?;
            let mut rows = select.query(params![source, event, id.0, BESIDE])?;
            let mut number = before;
            while let Some(row) = rows.next()? {
                around.push(attempt(connection, row, number)?);
                number -= 1;
            }
            around.reverse();
            let mut select = connection.prepare_cached(&later)?;
            let mut rows = select.query(params![source, event, id.0, BESIDE + 1])?;
            let mut number = before;
            while let Some(row) = rows.next()? {
                number += 1;
                around.push(attempt(connection, row, number)?);
            }
            Ok(EventAttempts { all, around })
        })
    }
}
