//! Targets as people decide about them, and those that one run of the command brings along.

use afterchat_transcript::Instant;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::{Target, TargetId, TargetSettings};
use crate::journal::instant;
use crate::{Archive, ArchiveError, DeliveryId, sources};

/// The most targets of one source: each delivery is sent to all of them.
const MOST: i64 = 16;
/// How long a removed target can be put back.
const REMOVED_FOR: i64 = 24 * 3600 * 1000;
/// How long what a run of the command left undone waits for the next run with the same address.
const ENDED_FOR: i64 = 7 * 24 * 3600 * 1000;
/// Deliveries held back at one target that are remembered.
const HELD: i64 = 10_000;

const COLUMNS: &str = "id, source, name, url, before, pass_back, deadline, credentials, numbered, quarantined, paused, added_at, begins";
const NEWEST: &str = "(SELECT coalesce(max(id), 0) FROM deliveries)";

fn target(row: &Row<'_>) -> Result<Target, rusqlite::Error> {
    Ok(Target {
        id: TargetId(row.get(0)?),
        source: row.get(1)?,
        settings: TargetSettings {
            name: row.get(2)?,
            url: row.get(3)?,
            before: row.get(4)?,
            pass_back: row.get(5)?,
            deadline: row.get(6)?,
            credentials: row.get(7)?,
            numbered: row.get(8)?,
            quarantined: row.get(9)?,
        },
        paused: row.get(10)?,
        added_at: instant(row.get(11)?),
        begins: DeliveryId(row.get(12)?),
    })
}

/// Every target that was not removed, oldest first, with those that runs of the command brought.
pub(super) fn all(connection: &Connection) -> Result<Vec<Target>, ArchiveError> {
    let sql = format!("SELECT {COLUMNS} FROM forward_targets WHERE removed_at IS NULL ORDER BY id");
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map([], target)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn not_found(id: TargetId) -> ArchiveError {
    ArchiveError::NotFound { what: "target", name: id.to_string() }
}

/// The target of this number, unless it was removed.
pub(super) fn one(connection: &Connection, id: TargetId) -> Result<Target, ArchiveError> {
    let sql = format!("SELECT {COLUMNS} FROM forward_targets WHERE id = ?1 AND removed_at IS NULL");
    let found = connection.prepare_cached(&sql)?.query_row([id.0], target).optional()?;
    found.ok_or_else(|| not_found(id))
}

/// A name that is taken is the only constraint a stored target can break.
fn named(error: rusqlite::Error, name: &str) -> ArchiveError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => ArchiveError::TargetNameTaken(name.to_owned()),
        _ => error.into(),
    }
}

/// Only one target's answer can be the service's.
fn only_one_passes_back(connection: &Connection, kept: TargetId) -> Result<(), ArchiveError> {
    let sql = "UPDATE forward_targets SET pass_back = 0
         WHERE id <> ?1 AND pass_back = 1 AND source = (SELECT source FROM forward_targets WHERE id = ?1 AND pass_back = 1)";
    connection.execute(sql, [kept.0])?;
    Ok(())
}

impl Archive {
    /// Every target of every source, oldest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn forward_targets(&self) -> Result<Vec<Target>, ArchiveError> {
        let mut found = self.read(all)?;
        found.retain(|target| target.source.is_some());
        Ok(found)
    }

    /// One target.
    ///
    /// # Errors
    /// When there is none of this number, or it was removed.
    pub fn forward_target(&self, id: TargetId) -> Result<Target, ArchiveError> {
        self.read(|connection| one(connection, id))
    }

    /// Adds a target to a source. It gets what arrives from now on.
    ///
    /// # Errors
    /// When there is no such source, the source has a target of this name, or it has too many.
    pub fn add_forward_target(
        &self,
        source: &str,
        settings: TargetSettings,
        now: Instant,
    ) -> Result<Target, ArchiveError> {
        let source = source.to_owned();
        self.write(move |connection| {
            sources::one(connection, &source)?;
            let sql = "SELECT count(*) FROM forward_targets WHERE source = ?1 AND removed_at IS NULL";
            let has: i64 = connection.query_row(sql, [&source], |row| row.get(0))?;
            if has >= MOST {
                return Err(ArchiveError::TooManyTargets(MOST));
            }
            let id = insert(connection, Some(&source), &settings, now)?;
            only_one_passes_back(connection, id)?;
            one(connection, id)
        })
    }

    /// Changes what was decided about a target. What waits is sent as decided now.
    ///
    /// # Errors
    /// When there is no such target, or its source has another of this name.
    pub fn change_forward_target(
        &self,
        id: TargetId,
        settings: TargetSettings,
    ) -> Result<Target, ArchiveError> {
        self.write(move |connection| {
            let sql =
                "UPDATE forward_targets SET name = ?2, url = ?3, before = ?4, pass_back = ?5, deadline = ?6,
                 credentials = ?7, numbered = ?8, quarantined = ?9 WHERE id = ?1 AND removed_at IS NULL";
            let values = params![
                id.0,
                settings.name,
                settings.url,
                settings.before || settings.pass_back,
                settings.pass_back,
                settings.deadline,
                settings.credentials,
                settings.numbered,
                settings.quarantined,
            ];
            connection.execute(sql, values).map_err(|error| named(error, &settings.name))?;
            only_one_passes_back(connection, id)?;
            one(connection, id)
        })
    }

    /// Lets a target rest, or go on. What arrives meanwhile waits for it.
    ///
    /// # Errors
    /// When there is no such target.
    pub fn pause_forward_target(&self, id: TargetId, on: bool) -> Result<Target, ArchiveError> {
        self.write(move |connection| {
            connection.execute("UPDATE forward_targets SET paused = ?2 WHERE id = ?1", params![id.0, on])?;
            one(connection, id)
        })
    }

    /// Removes a target; nothing goes there any more.
    ///
    /// # Errors
    /// When there is no such target.
    pub fn remove_forward_target(&self, id: TargetId, now: Instant) -> Result<(), ArchiveError> {
        self.write(move |connection| {
            let sql = "UPDATE forward_targets SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL";
            match connection.execute(sql, params![id.0, now.millis()])? {
                0 => Err(not_found(id)),
                _ => Ok(()),
            }
        })
    }

    /// Puts a removed target back, with what waited for it and what has arrived since.
    ///
    /// # Errors
    /// When it has been gone too long, or another has its name now.
    pub fn put_forward_target_back(&self, id: TargetId) -> Result<Target, ArchiveError> {
        self.write(move |connection| {
            let sql = "UPDATE forward_targets SET removed_at = NULL WHERE id = ?1";
            connection.execute(sql, [id.0]).map_err(|error| named(error, "the removed target"))?;
            only_one_passes_back(connection, id)?;
            one(connection, id)
        })
    }

    /// The target of a run of the command: it gets what reaches any source from now on. If the last run with this address
    /// was killed, or left something undone, that is gone on with.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn begin_forward_run(&self, settings: TargetSettings, now: Instant) -> Result<Target, ArchiveError> {
        self.write(move |connection| {
            let sql = "SELECT id FROM forward_targets WHERE source IS NULL AND url = ?1";
            let known = connection.query_row(sql, [&settings.url], |row| row.get(0)).optional()?;
            let Some(known) = known else {
                let id = insert(connection, None, &settings, now)?;
                return one(connection, id);
            };
            // What came between two runs was not meant for either of them.
            let skip = format!(
                "UPDATE forward_targets SET begins = {NEWEST}, cursor = {NEWEST} WHERE id = ?1 AND ended = 1"
            );
            connection.execute(&skip, [known])?;
            let begin =
                "UPDATE forward_targets SET ended = 0, added_at = ?2, removed_at = NULL WHERE id = ?1";
            connection.execute(begin, params![known, now.millis()])?;
            one(connection, TargetId(known))
        })
    }

    /// Ends the run of the command that this target was for; tells how many deliveries did not arrive there. They wait
    /// for the next run with the same address.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn end_forward_run(&self, id: TargetId, now: Instant) -> Result<i64, ArchiveError> {
        self.write(move |connection| {
            let Ok(target) = one(connection, id) else { return Ok(0) };
            while super::outbox::take_up(connection, &target, now)? {}
            connection.execute("UPDATE forward_targets SET ended = 1 WHERE id = ?1", [id.0])?;
            let left =
                "SELECT count(*) FROM forwards WHERE target = ?1 AND state IN ('waiting', 'under_way')";
            Ok(connection.query_row(left, [id.0], |row| row.get(0))?)
        })
    }

    /// Lets go of targets that were removed long ago, and of runs that ended long ago.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn tidy_forwards(&self, now: Instant) -> Result<(), ArchiveError> {
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM forward_targets WHERE removed_at < ?1 OR (ended = 1 AND added_at < ?2)",
                [now.millis() - REMOVED_FOR, now.millis() - ENDED_FOR],
            )?;
            for target in all(connection)? {
                connection.execute(
                    "DELETE FROM forwards WHERE target = ?1 AND state = 'held' AND delivery NOT IN
                         (SELECT delivery FROM forwards WHERE target = ?1 AND state = 'held' ORDER BY delivery DESC LIMIT ?2)",
                    [target.id.0, HELD],
                )?;
            }
            Ok(())
        })
    }
}

fn insert(
    connection: &Connection,
    source: Option<&str>,
    settings: &TargetSettings,
    now: Instant,
) -> Result<TargetId, ArchiveError> {
    let sql = format!(
        "INSERT INTO forward_targets (source, name, url, before, pass_back, deadline, credentials, numbered, quarantined,
             added_at, begins, cursor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, {NEWEST}, {NEWEST}) RETURNING id"
    );
    let values = params![
        source,
        settings.name,
        settings.url,
        settings.before || settings.pass_back,
        settings.pass_back,
        settings.deadline,
        settings.credentials,
        settings.numbered,
        settings.quarantined,
        now.millis(),
    ];
    let id = connection.query_row(&sql, values, |row| row.get(0));
    id.map(TargetId).map_err(|error| named(error, &settings.name))
}
