//! What the projector notes of each source, and how the source fares by it.

use afterchat_transcript::Instant;
use chrono::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use super::hours::{HOUR, Heard, LEARNED, hour_of};
use super::quiet::{Opened, Quiet, quiet};
use super::rhythm::{Rhythm, rhythm};
use crate::journal::{Outcome, instant};
use crate::presence;
use crate::{Archive, ArchiveError, DeliveryId, RefusalReason};

/// What went wrong last at a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// When.
    pub at: Instant,
    /// What.
    pub wrong: Wrong,
}

/// What went wrong, and where it can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// A delivery could not be read.
    Unreadable(DeliveryId),
    /// A delivery was answered 401 and is in quarantine.
    Quarantined(DeliveryId),
    /// A request was not taken. Its number is in a space of its own.
    Refused(i64, RefusalReason),
}

/// How a source fares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// When its service last sent something: without samples, trials by hand, fetched and imported deliveries.
    pub last_at: Option<Instant>,
    /// How often it usually does; `None` while too little is known.
    pub rhythm: Option<Rhythm>,
    /// What last went wrong.
    pub error: Option<Error>,
    /// That it has gone quiet, although it usually is talkative.
    pub quiet: Option<Quiet>,
    /// A person has seen that it is quiet and wants to hear no more of it until its next delivery.
    pub dismissed: bool,
}

/// Counts a real delivery that was not refused to its hour.
pub(crate) fn hear(connection: &Connection, source: &str, at: i64) -> Result<(), ArchiveError> {
    let sql = "INSERT INTO heard_hours (source, hour, deliveries, first_at, last_at, longest) VALUES (?1, ?2, 1, ?3, ?3, 0)
         ON CONFLICT (source, hour) DO UPDATE SET deliveries = deliveries + 1,
             longest = max(longest, excluded.last_at - last_at),
             first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)";
    connection.prepare_cached(sql)?.execute(params![source, hour_of(at), at])?;
    Ok(())
}

/// Notes that a real delivery became something that it should not have.
pub(crate) fn note_trouble(
    connection: &Connection,
    source: &str,
    delivery: i64,
    outcome: Outcome,
) -> Result<(), ArchiveError> {
    if matches!(outcome, Outcome::Unreadable | Outcome::Quarantined) {
        let sql = "INSERT OR REPLACE INTO troubles VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute(params![source, delivery, outcome.word()])?;
    }
    Ok(())
}

/// Takes back what was noted of a delivery that is read again.
pub(crate) fn forget(connection: &Connection, source: &str, delivery: i64) -> Result<(), ArchiveError> {
    let sql = "DELETE FROM troubles WHERE source = ?1 AND delivery = ?2";
    connection.prepare_cached(sql)?.execute(params![source, delivery])?;
    Ok(())
}

/// Empties what is derived here.
pub(crate) fn empty(connection: &Connection) -> Result<(), ArchiveError> {
    Ok(connection.execute_batch("DELETE FROM heard_hours; DELETE FROM troubles;")?)
}

fn heard_until(connection: &Connection, source: &str, last: i64) -> Result<Vec<Heard>, ArchiveError> {
    let sql = "SELECT hour, deliveries, first_at, last_at, longest FROM heard_hours
         WHERE source = ?1 AND hour BETWEEN ?2 AND ?3 ORDER BY hour";
    let mut select = connection.prepare_cached(sql)?;
    let hour = hour_of(last);
    let rows = select.query_map(params![source, hour - LEARNED * 24, hour], |row| {
        Ok(Heard {
            hour: row.get(0)?,
            deliveries: row.get(1)?,
            first_at: row.get(2)?,
            last_at: row.get(3)?,
            longest: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn error(connection: &Connection, source: &str) -> Result<Option<Error>, ArchiveError> {
    let sql =
        "SELECT t.delivery, t.outcome, d.received_at FROM troubles t JOIN deliveries d ON d.id = t.delivery
         WHERE t.source = ?1 ORDER BY t.delivery DESC LIMIT 1";
    let trouble = connection.prepare_cached(sql)?.query_row([source], |row| {
        let delivery = DeliveryId(row.get(0)?);
        let quarantined = row.get::<_, String>(1)? == Outcome::Quarantined.word();
        let wrong = if quarantined { Wrong::Quarantined(delivery) } else { Wrong::Unreadable(delivery) };
        Ok(Error { at: instant(row.get(2)?), wrong })
    });
    let sql = "SELECT id, reason, at FROM refusals WHERE source = ?1 ORDER BY id DESC LIMIT 1";
    let refusal = connection.prepare_cached(sql)?.query_row([source], |row| {
        let reason = RefusalReason::from_word(&row.get::<_, String>(1)?);
        Ok(Error { at: instant(row.get(2)?), wrong: Wrong::Refused(row.get(0)?, reason) })
    });
    Ok(trouble.optional()?.into_iter().chain(refusal.optional()?).max_by_key(|error| error.at))
}

fn dismissed_by(source: &str) -> String {
    format!("quiet dismissed: {source}")
}

/// The newest real delivery, as its number and its time.
fn last_real(connection: &Connection, source: &str) -> Result<Option<(i64, i64)>, ArchiveError> {
    let sql = "SELECT last_real, last_real_at FROM heard WHERE source = ?1 AND last_real IS NOT NULL";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(connection.prepare_cached(sql)?.query_row([source], row).optional()?)
}

impl Archive {
    /// How this source fares now, by the clock of this zone. A source that does not exist fares in no way.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn health(&self, source: &str, now: Instant, zone: &impl TimeZone) -> Result<Health, ArchiveError> {
        self.read(|connection| {
            let error = error(connection, source)?;
            let Some((last, last_at)) = last_real(connection, source)? else {
                return Ok(Health { error, ..Health::default() });
            };
            let heard = heard_until(connection, source, last_at)?;
            let first = heard.first().map_or(last_at, |first| first.hour * HOUR);
            let (stretches, noted_from) = presence::stretches(connection, first)?;
            let opened = Opened { stretches: &stretches, noted_from };
            let sql = "SELECT value FROM settings WHERE name = ?1";
            let dismissed: Option<String> =
                connection.query_row(sql, [dismissed_by(source)], |row| row.get(0)).optional()?;
            Ok(Health {
                last_at: Some(instant(last_at)),
                rhythm: rhythm(&heard, zone),
                error,
                quiet: quiet(&heard, opened, (last_at, now.millis()), zone),
                dismissed: dismissed.is_some_and(|dismissed| dismissed == last.to_string()),
            })
        })
    }

    /// A person has seen that this source is quiet and wants to hear of it again only after its next delivery; or takes
    /// that back.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn dismiss_quiet(&self, source: &str, on: bool) -> Result<(), ArchiveError> {
        let source = source.to_owned();
        self.write(move |connection| {
            match last_real(connection, &source)?.filter(|_| on) {
                Some((last, _)) => connection.execute(
                    "INSERT OR REPLACE INTO settings VALUES (?1, ?2)",
                    params![dismissed_by(&source), last.to_string()],
                )?,
                None => {
                    connection.execute("DELETE FROM settings WHERE name = ?1", [dismissed_by(&source)])?
                }
            };
            Ok(())
        })
    }
}
