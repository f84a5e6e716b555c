//! The union of all stretches in which the door was open, as rows that never touch.

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Gap, GapQuestion, NEWSWORTHY, OpenEnded};
use crate::ArchiveError;
use crate::journal::instant;

/// Under this name it is remembered which gaps a person has seen.
pub(super) const SEEN: &str = "gaps seen";
/// Rows read at once while gaps are looked for: most of them are long enough to be news.
const STEP: i64 = 256;

/// A stretch of time in which the door was open, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Stretch {
    pub(crate) fn new(from: Instant, until: Instant) -> Self {
        Self { from: from.millis(), until: until.millis() }
    }

    /// Both in one, where they touch.
    pub(crate) fn joined(self, other: Self) -> Option<Self> {
        let touch = self.from <= other.until && other.from <= self.until;
        touch.then(|| Self { from: self.from.min(other.from), until: self.until.max(other.until) })
    }
}

/// Adds a stretch. One that runs backwards tells nothing.
pub(crate) fn add(
    connection: &Connection,
    stretch: Stretch,
    ended: Option<OpenEnded>,
) -> Result<(), ArchiveError> {
    if stretch.until < stretch.from {
        return Ok(());
    }
    let mut ended = ended.map(|ended| ended.word().to_owned());
    let mut whole = stretch;
    let mut touched = Vec::new();
    // Rows never touch each other, so those that this one touches are neighbours.
    let mut select = connection.prepare_cached(
        "SELECT from_at, until_at, ended FROM open_times WHERE from_at <= ?1 ORDER BY from_at DESC",
    )?;
    let mut rows = select.query([stretch.until])?;
    while let Some(row) = rows.next()? {
        let known = Stretch { from: row.get(0)?, until: row.get(1)? };
        let Some(joined) = whole.joined(known) else { break };
        if known.until > whole.until {
            ended = row.get(2)?;
        }
        whole = joined;
        touched.push(known.from);
    }
    drop(rows);
    if touched == [whole.from] {
        connection
            .prepare_cached("UPDATE open_times SET until_at = ?2, ended = ?3 WHERE from_at = ?1")?
            .execute(params![whole.from, whole.until, ended])?;
        return Ok(());
    }
    let mut delete = connection.prepare_cached("DELETE FROM open_times WHERE from_at = ?1")?;
    for from in touched {
        delete.execute([from])?;
    }
    connection.prepare_cached("INSERT INTO open_times VALUES (?1, ?2, ?3)")?.execute(params![
        whole.from,
        whole.until,
        ended
    ])?;
    Ok(())
}

/// Takes back what one run told from `told_from` on and lies after `now`.
pub(super) fn take_back(connection: &Connection, told_from: i64, now: i64) -> Result<(), ArchiveError> {
    connection
        .execute("DELETE FROM open_times WHERE from_at > ?2 AND from_at >= ?1", params![told_from, now])?;
    connection.execute(
        "UPDATE open_times SET until_at = ?2, ended = NULL
         WHERE from_at <= ?2 AND until_at > ?2 AND until_at >= ?1",
        params![told_from, now],
    )?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<(Stretch, Option<OpenEnded>)> {
    let ended: Option<String> = row.get(2)?;
    let stretch = Stretch { from: row.get(0)?, until: row.get(1)? };
    Ok((stretch, ended.as_deref().and_then(OpenEnded::from_word)))
}

pub(super) fn gaps(connection: &Connection, question: &GapQuestion) -> Result<Vec<Gap>, ArchiveError> {
    // Before a service had ever reached its address, nobody missed anything.
    let first: Option<i64> =
        connection.query_row("SELECT min(first_real_at) FROM heard", [], |row| row.get(0))?;
    let after = question.after.map_or(i64::MIN, Instant::millis);
    let after = match first {
        _ if question.all => after,
        Some(first) => after.max(first),
        None => return Ok(Vec::new()),
    };
    let least = if question.all { 0 } else { i64::try_from(NEWSWORTHY.as_millis()).unwrap_or(i64::MAX) };
    let mut select = connection.prepare_cached(
        "SELECT from_at, until_at, ended FROM open_times WHERE from_at < ?1 ORDER BY from_at DESC LIMIT ?2",
    )?;
    let mut found = Vec::new();
    let now = question.now.millis().saturating_add(1);
    let mut before = question.before.map_or(now, |before| before.millis().min(now));
    let mut newer: Option<Stretch> = None;
    loop {
        let rows = select.query_map(params![before, STEP], row)?.collect::<Result<Vec<_>, _>>()?;
        let over = rows.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        for (stretch, ended) in rows {
            before = stretch.from;
            if let Some(newer) = newer.replace(stretch) {
                if newer.from <= after {
                    return Ok(found);
                }
                if newer.from - stretch.until >= least && ended != Some(OpenEnded::ClockSet) {
                    found.push(Gap { from: instant(stretch.until), to: instant(newer.from), began: ended });
                }
                if found.len() == question.limit {
                    return Ok(found);
                }
            }
        }
        if over {
            return Ok(found);
        }
    }
}

/// The gap that a stretch which began then put an end to.
pub(super) fn gap_before(connection: &Connection, to: i64) -> Result<Option<Gap>, ArchiveError> {
    let sql =
        "SELECT from_at, until_at, ended FROM open_times WHERE from_at <= ?1 ORDER BY from_at DESC LIMIT 2";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map([to], row)?.collect::<Result<Vec<_>, _>>()?;
    let [(newer, _), (older, ended)] = rows.as_slice() else { return Ok(None) };
    let gap = Gap { from: instant(older.until), to: instant(newer.from), began: *ended };
    Ok(Some(gap).filter(|gap| newer.from == to && gap.began != Some(OpenEnded::ClockSet)))
}

pub(super) fn open_since(connection: &Connection, now: i64) -> Result<Option<Instant>, ArchiveError> {
    let sql = "SELECT max(from_at) FROM open_times WHERE from_at <= ?1";
    let since: Option<i64> = connection.prepare_cached(sql)?.query_row([now], |row| row.get(0))?;
    Ok(since.map(instant))
}

pub(super) fn seen(connection: &Connection) -> Result<Option<Instant>, ArchiveError> {
    let sql = "SELECT value FROM settings WHERE name = ?1";
    let seen: Option<String> = connection.query_row(sql, [SEEN], |row| row.get(0)).optional()?;
    Ok(seen.and_then(|seen| seen.parse().ok()).and_then(Instant::from_millis))
}

/// The stretches that reach beyond `from`, oldest first, and when the first of all began.
pub(crate) fn stretches(
    connection: &Connection,
    from: i64,
) -> Result<(Vec<Stretch>, Option<i64>), ArchiveError> {
    let first: Option<i64> =
        connection.query_row("SELECT min(from_at) FROM open_times", [], |row| row.get(0))?;
    // The one before the first that begins later may reach into it.
    let sql = "SELECT from_at, until_at, ended FROM open_times
         WHERE from_at >= coalesce((SELECT max(from_at) FROM open_times WHERE from_at <= ?1), ?1) ORDER BY from_at";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map([from], row)?.collect::<Result<Vec<_>, _>>()?;
    let reaches = |(stretch, _): (Stretch, Option<OpenEnded>)| Some(stretch).filter(|it| it.until > from);
    Ok((rows.into_iter().filter_map(reaches).collect(), first))
}
