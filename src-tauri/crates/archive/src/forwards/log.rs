//! What became of what was sent on: how each target stands, its attempts, what was given up, and sending again.

use std::time::Duration;

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Attempt, ForwardState, Target, TargetId, targets};
use crate::journal::instant;
use crate::{Archive, ArchiveError, DeliveryId};

/// How a target stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The target.
    pub target: Target,
    /// Deliveries that are to be sent there, also those that are tried again later.
    pub waiting: i64,
    /// Deliveries in quarantine that go there when somebody accepts them.
    pub held: i64,
    /// Deliveries that were given up.
    pub dead: i64,
    /// Deliveries that arrived there since it was added.
    pub forwarded: i64,
    /// True while one is being sent.
    pub under_way: bool,
    /// When the next is tried; `None` when nothing waits.
    pub next_at: Option<Instant>,
    /// The newest attempt.
    pub last: Option<Attempted>,
}

/// An attempt, as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Its number within its target; the log's pages run along it.
    pub number: i64,
    /// What was sent.
    pub delivery: DeliveryId,
    /// How it went.
    pub attempt: Attempt,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The number of its last attempt; the list's pages run along it.
    pub number: i64,
    /// Which delivery.
    pub delivery: DeliveryId,
    /// When it arrived here.
    pub received_at: Instant,
    /// How many attempts were made.
    pub tries: u32,
    /// What the last one was answered.
    pub status: Option<u16>,
    /// Or why there was no answer.
    pub code: Option<String>,
}

/// One delivery on its way to one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// The target. It may have been removed since.
    pub target: TargetId,
    /// How far it has come.
    pub state: ForwardState,
    /// When it is tried next, while it waits.
    pub next_at: Option<Instant>,
    /// Every attempt that the log still holds, oldest first.
    pub attempts: Vec<Attempted>,
}

fn attempted(row: &Row<'_>) -> Result<Attempted, rusqlite::Error> {
    Ok(Attempted {
        number: row.get(0)?,
        delivery: DeliveryId(row.get(1)?),
        attempt: Attempt {
            at: instant(row.get(2)?),
            took: Duration::from_millis(u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default()),
            status: row.get(4)?,
            code: row.get(5)?,
            words: row.get(6)?,
            answer: row.get(7)?,
        },
    })
}

const ATTEMPTS: &str = "SELECT number, delivery, at, took, status, code, words, answer FROM forward_attempts";

fn attempts(connection: &Connection, sql: &str, values: [i64; 3]) -> Result<Vec<Attempted>, ArchiveError> {
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map(values, attempted)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn newest(
    connection: &Connection,
    target: TargetId,
    before: i64,
    limit: usize,
) -> Result<Vec<Attempted>, ArchiveError> {
    let sql = format!("{ATTEMPTS} WHERE target = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
    attempts(connection, &sql, [target.0, before, i64::try_from(limit).unwrap_or(i64::MAX)])
}

fn count(connection: &Connection, sql: &str, target: TargetId) -> Result<i64, ArchiveError> {
    Ok(connection.prepare_cached(sql)?.query_row([target.0], |row| row.get(0))?)
}

/// What the cursor has not come to yet counts as waiting, too. What is in quarantine then is told apart when it has.
/// Two ranges of the index of sources, each short: with one condition over both the whole journal would be read.
const NOT_TAKEN_UP: &str = "SELECT
         (SELECT count(*) FROM deliveries d WHERE d.source = t.source AND d.id > t.cursor AND d.kind = 'hook')
       + (SELECT count(*) FROM deliveries d
          WHERE d.source = t.source AND d.id > t.earlier AND d.id <= t.earlier_end AND d.kind = 'hook')
     FROM forward_targets t WHERE t.id = ?1";

fn standing(connection: &Connection, target: Target) -> Result<Standing, ArchiveError> {
    let id = target.id;
    let open = "SELECT count(*), min(due_at), coalesce(max(state = 'under_way'), 0) FROM forwards
         WHERE target = ?1 AND state IN ('waiting', 'under_way')";
    let (open, next_at, under_way): (i64, Option<i64>, bool) = connection
        .prepare_cached(open)?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let held = "SELECT count(*) FROM forwards WHERE target = ?1 AND state = 'held'";
    let dead =
        "SELECT count(*) FROM forwards WHERE target = ?1 AND state IN ('done', 'dead') AND state = 'dead'";
    let forwarded = "SELECT forwarded FROM forward_targets WHERE id = ?1";
    Ok(Standing {
        waiting: open + count(connection, NOT_TAKEN_UP, id)?,
        held: count(connection, held, id)?,
        dead: count(connection, dead, id)?,
        forwarded: count(connection, forwarded, id)?,
        under_way,
        next_at: next_at.map(instant),
        last: newest(connection, id, i64::MAX, 1)?.pop(),
        target,
    })
}

impl Archive {
    /// How the targets of a source stand, oldest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn forwarding(&self, source: &str) -> Result<Vec<Standing>, ArchiveError> {
        self.read(|connection| {
            let mut known = targets::all(connection)?;
            known.retain(|target| target.source.as_deref() == Some(source));
            known.into_iter().map(|target| standing(connection, target)).collect()
        })
    }

    /// How many deliveries were given up, by source, at targets that people added.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn dead_letter_counts(&self) -> Result<Vec<(String, i64)>, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT t.source, count(*) FROM forward_targets t
                 CROSS JOIN forwards f ON f.target = t.id AND f.state IN ('done', 'dead') AND f.state = 'dead'
                 WHERE t.source IS NOT NULL AND t.removed_at IS NULL GROUP BY t.source ORDER BY t.source";
            let mut select = connection.prepare_cached(sql)?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Attempts at a target, newest first, a page at a time: those before this number.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn forward_log(
        &self,
        target: TargetId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Attempted>, ArchiveError> {
        self.read(|connection| newest(connection, target, before.unwrap_or(i64::MAX), limit))
    }

    /// What was given up at a target, newest first, a page at a time: what was before this number.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn dead_letters(
        &self,
        target: TargetId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT f.last, f.delivery, d.received_at, f.tries, f.status, f.code
                 FROM forwards f JOIN deliveries d ON d.id = f.delivery
                 WHERE f.target = ?1 AND f.state IN ('done', 'dead') AND f.state = 'dead' AND f.last < ?2 ORDER BY f.last DESC LIMIT ?3";
            let mut select = connection.prepare_cached(sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = select.query_map([target.0, before.unwrap_or(i64::MAX), limit], |row| {
                Ok(DeadLetter {
                    number: row.get(0)?,
                    delivery: DeliveryId(row.get(1)?),
                    received_at: instant(row.get(2)?),
                    tries: row.get(3)?,
                    status: row.get(4)?,
                    code: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Where a delivery was or will be sent, by target. Targets that have not come to it are missing.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn forwards_of(&self, delivery: DeliveryId) -> Result<Vec<(Target, Forwarded)>, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT target, state, due_at FROM forwards WHERE delivery = ?1 ORDER BY target";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query([delivery.0])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let id = TargetId(row.get(0)?);
                let Ok(target) = targets::one(connection, id) else { continue };
                let state = ForwardState::from_word(&row.get::<_, String>(1)?);
                let next_at = (state == ForwardState::Waiting).then(|| row.get(2)).transpose()?.map(instant);
                let sql = format!("{ATTEMPTS} WHERE target = ?1 AND delivery = ?2 ORDER BY number LIMIT ?3");
                let attempts = attempts(connection, &sql, [id.0, delivery.0, i64::MAX])?;
                found.push((target, Forwarded { target: id, state, next_at, attempts }));
            }
            Ok(found)
        })
    }

    /// Sends what was given up at a target once more, from the first try: these deliveries, or all of them. Tells how many.
    ///
    /// # Errors
    /// When there is no such target.
    pub fn forward_again(
        &self,
        target: TargetId,
        deliveries: Option<&[DeliveryId]>,
        now: Instant,
    ) -> Result<usize, ArchiveError> {
        let deliveries = deliveries.map(<[DeliveryId]>::to_vec);
        self.write(move |connection| {
            targets::one(connection, target)?;
            let again = "UPDATE forwards SET state = 'waiting', due_at = ?2, tries = 0
                 WHERE target = ?1 AND state IN ('done', 'dead') AND state = 'dead'";
            let Some(deliveries) = deliveries else {
                return Ok(connection.execute(again, params![target.0, now.millis()])?);
            };
            let mut again = connection.prepare_cached(&format!("{again} AND delivery = ?3"))?;
            deliveries
                .iter()
                .try_fold(0, |count, id| Ok(count + again.execute(params![target.0, now.millis(), id.0])?))
        })
    }

    /// Sends a delivery to a target now, whatever became of it before and however old it is; false when it is on its way
    /// at this moment.
    ///
    /// # Errors
    /// When there is no such target, or no such delivery.
    pub fn forward_now(
        &self,
        target: TargetId,
        delivery: DeliveryId,
        now: Instant,
    ) -> Result<bool, ArchiveError> {
        self.write(move |connection| {
            targets::one(connection, target)?;
            let known = "SELECT 1 FROM deliveries WHERE id = ?1";
            let known = connection.query_row(known, [delivery.0], |_| Ok(())).optional()?;
            known.ok_or(ArchiveError::NotFound { what: "delivery", name: delivery.to_string() })?;
            let sql = "INSERT INTO forwards (target, delivery, state, due_at) VALUES (?1, ?2, 'waiting', ?3)
                 ON CONFLICT DO UPDATE SET state = 'waiting', due_at = excluded.due_at, tries = 0
                     WHERE state <> 'under_way'";
            Ok(connection.execute(sql, params![target.0, delivery.0, now.millis()])? > 0)
        })
    }

    /// Sends a target also what arrived since this time and before it was added; tells how many deliveries that are. What
    /// it has got already is not sent again.
    ///
    /// # Errors
    /// When there is no such target.
    pub fn forward_earlier(&self, target: TargetId, since: Instant) -> Result<i64, ArchiveError> {
        // Counted beside the writer: looking through a long journal must hold up no answer.
        let (begins, count) = self.read(|connection| {
            let target = targets::one(connection, target)?;
            // The clock may have been put back: the first that arrived after this time, and all behind it.
            let sql = "SELECT min(id) - 1, count(*) FROM deliveries
                 WHERE source = ?1 AND id <= ?2 AND received_at >= ?3 AND kind = 'hook'";
            let found: (Option<i64>, i64) = connection.query_row(
                sql,
                params![target.source, target.begins.0, since.millis()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            Ok(found)
        })?;
        let Some(begins) = begins else { return Ok(0) };
        self.write(move |connection| {
            connection.execute(
                "UPDATE forward_targets SET begins = ?2, earlier = ?2,
                     earlier_end = CASE WHEN earlier < earlier_end THEN earlier_end ELSE begins END
                 WHERE id = ?1 AND begins > ?2",
                [target.0, begins],
            )?;
            Ok(count)
        })
    }
}
