//! The outbox: what is due where, taken with a lease and settled after the attempt.

use std::time::Duration;

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension, params};

use super::{ForwardState, Target, TargetId, targets};
use crate::journal::instant;
use crate::{Archive, ArchiveError, DeliveryId};

/// Deliveries that are taken up in one transaction.
const PAGE: i64 = 256;
/// How much longer than the attempt itself a lease lasts.
const SLACK: i64 = 5_000;
/// What is sent before the answer is left to the door for so long; then the door must have died.
const HEAD_START: i64 = 3_000;
/// Nothing is ever put off for longer. A time further away was written by a clock that was wrong.
const FARTHEST: i64 = 25 * 3600 * 1000;
/// Attempts of one target that are kept, and the deliveries that arrived in them.
const KEPT: i64 = 1_000;
/// Dead letters of one target are let go of after so many further attempts.
const KEPT_DEAD: i64 = 10_000;

/// Who takes what is due.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Names this run of this program.
    pub holder: &'a str,
    /// The targets that this run of the command brought; those of other runs are theirs.
    pub runs: &'a [TargetId],
    /// Targets that are being sent to: they get nothing further yet.
    pub busy: &'a [TargetId],
    /// How many to take at most.
    pub most: usize,
}

/// A delivery that is to be sent now, and by nobody else.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Where it goes.
    pub target: Target,
    /// What goes there.
    pub delivery: DeliveryId,
    /// How many attempts were made before, since it was last asked for.
    pub tries: u32,
    holder: String,
}

/// What was due.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// To be sent now.
    pub leases: Vec<Lease>,
    /// When the next becomes due, as far as is known now, at targets that are not busy.
    pub next_at: Option<Instant>,
}

/// How one attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Instant,
    /// How long it took.
    pub took: Duration,
    /// What was answered.
    pub status: Option<u16>,
    /// Why there was no answer: a stable code.
    pub code: Option<String>,
    /// The same in words.
    pub words: Option<String>,
    /// The first KiB of the answer's body.
    pub answer: Vec<u8>,
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It arrived.
    Done,
    /// It is tried again, not before this time.
    Again(Instant),
    /// It is given up.
    Dead,
}

/// Moves the cursor of a target over the next deliveries; true when there are more. Older ones that a person asked for
/// come first.
pub(super) fn take_up(connection: &Connection, target: &Target, now: Instant) -> Result<bool, ArchiveError> {
    let place = "SELECT cursor, earlier, earlier_end FROM forward_targets WHERE id = ?1";
    let (cursor, earlier, earlier_end): (i64, i64, i64) = connection
        .prepare_cached(place)?
        .query_row([target.id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let older = earlier < earlier_end;
    let (from, to) = if older { (earlier, earlier_end) } else { (cursor, i64::MAX) };
    // Only with a source given can the index of sources serve; with none every delivery is meant.
    let of_source = if target.source.is_some() { "d.source = ?2" } else { "?2 IS NULL" };
    let sql = format!(
        "SELECT d.id, d.received_at, d.kind = 'hook', EXISTS (SELECT 1 FROM signatures s WHERE s.delivery = d.id AND s.refused = 1)
             AND NOT EXISTS (SELECT 1 FROM accepted a WHERE a.delivery = d.id)
         FROM deliveries d WHERE d.id > ?1 AND d.id <= ?4 AND {of_source} ORDER BY d.id LIMIT ?3"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![from, target.source, PAGE, to])?;
    let put = "INSERT OR IGNORE INTO forwards (target, delivery, state, due_at) VALUES (?1, ?2, ?3, ?4)";
    let mut put = connection.prepare_cached(put)?;
    let (mut count, mut reached) = (0, from);
    while let Some(row) = rows.next()? {
        let (delivery, received_at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (hook, refused): (bool, bool) = (row.get(2)?, row.get(3)?);
        (count, reached) = (count + 1, delivery);
        if !hook {
            continue;
        }
        let held = refused && !target.settings.quarantined;
        let state = if held { ForwardState::Held } else { ForwardState::Waiting };
        let head_start = if target.settings.before && !refused { HEAD_START } else { 0 };
        // A clock that was put back must not hold it up.
        let due_at = (received_at + head_start).clamp(now.millis(), now.millis() + head_start);
        put.execute(params![target.id.0, delivery, state.word(), due_at])?;
    }
    let more = count == PAGE;
    let column = if older { "earlier" } else { "cursor" };
    let reached = if older && !more { earlier_end } else { reached };
    let sql = format!("UPDATE forward_targets SET {column} = ?2 WHERE id = ?1");
    connection.prepare_cached(&sql)?.execute([target.id.0, reached])?;
    Ok(more || older)
}

/// True when something waits behind the cursor of this target.
fn anything_new(connection: &Connection, target: &Target) -> Result<bool, ArchiveError> {
    let of_source = if target.source.is_some() { "d.source = ?2" } else { "?2 IS NULL" };
    let sql = format!(
        "SELECT t.earlier < t.earlier_end OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id > t.cursor AND {of_source})
         FROM forward_targets t WHERE t.id = ?1"
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![target.id.0, target.source], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(false))
}

/// What was held back and has been accepted since.
const ACCEPTED: &str = "state = 'held' AND delivery IN (SELECT delivery FROM accepted)";

/// The first delivery that may be sent to this target, and when; whatever the queue of any program is sending there goes
/// first. An attempt of the door runs beside the queue.
fn next_of(connection: &Connection, target: TargetId, now: i64) -> Result<Option<(i64, i64)>, ArchiveError> {
    let at_work = "SELECT max(due_at) FROM forwards
         WHERE target = ?1 AND state IN ('waiting', 'under_way') AND state = 'under_way' AND at_door = 0
             AND due_at > ?2 AND due_at <= ?3";
    let until: Option<i64> =
        connection.prepare_cached(at_work)?.query_row([target.0, now, now + FARTHEST], |row| row.get(0))?;
    if let Some(until) = until {
        return Ok(Some((0, until)));
    }
    let first = "SELECT delivery, due_at FROM forwards
         WHERE target = ?1 AND state IN ('waiting', 'under_way') ORDER BY due_at, delivery LIMIT 1";
    let wrong_clock = "SELECT delivery, ?2 FROM forwards
         WHERE target = ?1 AND state IN ('waiting', 'under_way') AND due_at > ?2 + ?3 ORDER BY due_at, delivery LIMIT 1";
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = connection.prepare_cached(first)?.query_row([target.0], pair).optional()?;
    match found {
        Some((_, due_at)) if due_at > now + FARTHEST => Ok(connection
            .prepare_cached(wrong_clock)?
            .query_row([target.0, now, FARTHEST], pair)
            .optional()?),
        found => Ok(found),
    }
}

fn lease(
    connection: &Connection,
    target: &Target,
    delivery: i64,
    holder: &str,
    now: i64,
) -> Result<Lease, ArchiveError> {
    let until = now + i64::from(target.settings.deadline) * 1000 + SLACK;
    let sql = "UPDATE forwards SET state = 'under_way', holder = ?3, due_at = ?4, at_door = 0
         WHERE target = ?1 AND delivery = ?2 RETURNING tries";
    let tries = connection
        .prepare_cached(sql)?
        .query_row(params![target.id.0, delivery, holder, until], |row| row.get(0))?;
    Ok(Lease { target: target.clone(), delivery: DeliveryId(delivery), tries, holder: holder.to_owned() })
}

/// The targets that this asker sends to and that may get something now.
fn open(connection: &Connection, asker: &Asker<'_>) -> Result<Vec<Target>, ArchiveError> {
    let mut open = targets::all(connection)?;
    open.retain(|target| !target.paused && (target.source.is_some() || asker.runs.contains(&target.id)));
    Ok(open)
}

/// What could be sent now, without taking it.
fn look(connection: &Connection, asker: &Asker<'_>, now: i64) -> Result<Taken, ArchiveError> {
    let mut taken = Taken::default();
    let mut next_at: Option<i64> = None;
    for target in open(connection, asker)?.iter().filter(|target| !asker.busy.contains(&target.id)) {
        if let Some((_, due_at)) = next_of(connection, target.id, now)? {
            next_at = Some(next_at.map_or(due_at, |next| next.min(due_at)));
        }
    }
    taken.next_at = next_at.map(instant);
    Ok(taken)
}

impl Archive {
    /// Takes what is due, at most one delivery for each target: they are sent one after the other, in order of arrival,
    /// and what failed steps aside until its next time. When nothing is due, nothing is written.
    ///
    /// # Errors
    /// When the archive cannot be used.
    pub fn take_forwards(&self, asker: &Asker<'_>, now: Instant) -> Result<Taken, ArchiveError> {
        let at = now.millis();
        let idle = self.read(|connection| {
            let mut news = false;
            for target in open(connection, asker)? {
                news |= anything_new(connection, &target)?;
            }
            let accepted = format!("SELECT EXISTS (SELECT 1 FROM forwards WHERE {ACCEPTED})");
            news |= connection.prepare_cached(&accepted)?.query_row([], |row| row.get::<_, bool>(0))?;
            let looked = look(connection, asker, at)?;
            let due = looked.next_at.is_some_and(|next| next.millis() <= at);
            Ok((!news && (!due || asker.most == 0)).then_some(looked))
        })?;
        if let Some(idle) = idle {
            return Ok(idle);
        }
        let (holder, runs, busy) = (asker.holder.to_owned(), asker.runs.to_vec(), asker.busy.to_vec());
        let most = asker.most;
        self.write(move |connection| {
            let mut busy = busy;
            let mut more = false;
            let accept = format!("UPDATE forwards SET state = 'waiting', due_at = ?1 WHERE {ACCEPTED}");
            connection.execute(&accept, [at])?;
            let asker = Asker { holder: &holder, runs: &runs, busy: &[], most };
            let mut leases = Vec::new();
            for target in open(connection, &asker)? {
                more |= take_up(connection, &target, now)?;
                if busy.contains(&target.id) || leases.len() >= most {
                    continue;
                }
                let next = next_of(connection, target.id, at)?;
                if let Some((delivery, _)) = next.filter(|(_, due_at)| *due_at <= at) {
                    leases.push(lease(connection, &target, delivery, &holder, at)?);
                    busy.push(target.id);
                }
            }
            let mut taken = look(connection, &Asker { busy: &busy, ..asker }, at)?;
            taken.leases = leases;
            if more {
                taken.next_at = Some(now);
            }
            Ok(taken)
        })
    }

    /// Takes a delivery that has just been kept, to send it to these targets before the service is answered. What another
    /// program has taken, or sent, is left out.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn take_forwards_at_door(
        &self,
        holder: &str,
        targets: &[TargetId],
        delivery: DeliveryId,
        now: Instant,
    ) -> Result<Vec<Lease>, ArchiveError> {
        let (holder, targets) = (holder.to_owned(), targets.to_vec());
        self.write(move |connection| {
            let mut leases = Vec::new();
            let sql = "INSERT INTO forwards (target, delivery, state, due_at, holder, at_door) VALUES (?1, ?2, 'under_way', ?3, ?4, 1)
                 ON CONFLICT DO UPDATE SET state = 'under_way', due_at = excluded.due_at, holder = excluded.holder, at_door = 1
                     WHERE state = 'waiting' AND tries = 0
                 RETURNING tries";
            for target in targets::all(connection)? {
                if !targets.contains(&target.id) || target.paused {
                    continue;
                }
                let until = now.millis() + i64::from(target.settings.deadline) * 1000 + SLACK;
                let tries = connection
                    .prepare_cached(sql)?
                    .query_row(params![target.id.0, delivery.0, until, holder], |row| row.get(0))
                    .optional()?;
                if let Some(tries) = tries {
                    leases.push(Lease { target, delivery, tries, holder: holder.clone() });
                }
            }
            Ok(leases)
        })
    }

    /// Notes an attempt and what follows from it; false when its target or its delivery is gone. If the lease had run out
    /// and somebody else has taken the delivery, the attempt is noted and the rest is theirs.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn settle_forward(
        &self,
        lease: &Lease,
        attempt: Attempt,
        settled: Settled,
    ) -> Result<bool, ArchiveError> {
        let (target, delivery, holder) = (lease.target.id.0, lease.delivery.0, lease.holder.clone());
        self.write(move |connection| {
            let known = "SELECT EXISTS (SELECT 1 FROM forwards WHERE target = ?1 AND delivery = ?2)";
            if !connection.prepare_cached(known)?.query_row([target, delivery], |row| row.get(0))? {
                return Ok(false);
            }
            let count = "UPDATE forward_targets SET attempts = attempts + 1, forwarded = forwarded + ?2
                 WHERE id = ?1 RETURNING attempts";
            let number: i64 = connection
                .prepare_cached(count)?
                .query_row(params![target, settled == Settled::Done], |row| row.get(0))?;
            connection
                .prepare_cached("INSERT INTO forward_attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
                .execute(params![
                    target,
                    number,
                    delivery,
                    attempt.at.millis(),
                    i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX),
                    attempt.status,
                    attempt.code,
                    attempt.words,
                    attempt.answer,
                ])?;
            let (state, due_at) = match settled {
                Settled::Done => (ForwardState::Done, 0),
                Settled::Dead => (ForwardState::Dead, 0),
                Settled::Again(at) => (ForwardState::Waiting, at.millis()),
            };
            connection
                .prepare_cached(
                    "UPDATE forwards SET state = ?4, due_at = ?5, holder = NULL, at_door = 0, tries = tries + 1, last = ?6,
                         status = ?7, code = ?8
                     WHERE target = ?1 AND delivery = ?2 AND state = 'under_way' AND holder = ?3",
                )?
                .execute(params![
                    target,
                    delivery,
                    holder,
                    state.word(),
                    due_at,
                    number,
                    attempt.status,
                    attempt.code
                ])?;
            let_go(connection, target, number)?;
            Ok(true)
        })
    }

    /// Gives back what this run of the program has taken and not settled: it is due at once, before all else.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn release_forwards(&self, holder: &str) -> Result<usize, ArchiveError> {
        let holder = holder.to_owned();
        self.write(move |connection| {
            let sql = "UPDATE forwards SET state = 'waiting', due_at = 0, holder = NULL, at_door = 0
                 WHERE state IN ('waiting', 'under_way') AND state = 'under_way' AND holder = ?1";
            Ok(connection.execute(sql, [holder])?)
        })
    }
}

/// Lets go of the oldest: the log keeps its newest attempts, and what arrived is remembered as long as one of its attempts.
/// The index serves only a condition that holds its own, word for word.
fn let_go(connection: &Connection, target: i64, newest: i64) -> Result<(), ArchiveError> {
    for (sql, kept) in [
        ("DELETE FROM forward_attempts WHERE target = ?1 AND number <= ?2", KEPT),
        (
            "DELETE FROM forwards WHERE target = ?1 AND state IN ('done', 'dead') AND state = 'done' AND last <= ?2",
            KEPT,
        ),
        (
            "DELETE FROM forwards WHERE target = ?1 AND state IN ('done', 'dead') AND state = 'dead' AND last <= ?2",
            KEPT_DEAD,
        ),
    ] {
        connection.prepare_cached(sql)?.execute([target, newest - kept])?;
    }
    Ok(())
}
