//! Brings an archive file to the newest format.
//!
//! Migrations are numbered SQL files that are never edited once landed. Each runs in a transaction of its own, a
//! backup is made and looked through before the first one touches an archive that holds something, and a newer format is
//! refused.

use std::path::Path;

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::opening::{OpeningStage, Teller};
use crate::{ArchiveError, backup, projector};

/// Tells other programs whose file it is: "Aftc".
pub(crate) const APPLICATION: i64 = 0x4166_7463;

/// Under this name an archive remembers, between its first and its last step forward, which format it had before.
pub(crate) const UNDER_WAY: &str = "brought forward from";

/// Every format, oldest first: the first migration makes format 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_journal_and_conversations.sql"),
    include_str!("../migrations/0002_answers.sql"),
    include_str!("../migrations/0003_notes.sql"),
    include_str!("../migrations/0004_shapes.sql"),
    include_str!("../migrations/0005_forwards.sql"),
    include_str!("../migrations/0006_samples.sql"),
    include_str!("../migrations/0007_connect.sql"),
    include_str!("../migrations/0008_presence.sql"),
    include_str!("../migrations/0009_old_tokens.sql"),
];

/// The newest format this program knows.
pub(crate) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Applies what is missing to the archive in this folder.
pub(crate) fn migrate(
    connection: &mut Connection,
    folder: &Path,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<(), ArchiveError> {
    let found = format(connection)?;
    if found > newest() {
        return Err(ArchiveError::Newer { found, known: newest() });
    }
    // A new archive is made in a moment, also where an earlier start was ended in the midst of that, and one of today's
    // format is left as it is.
    if found == newest() || !is_used(connection, found)? {
        return make(connection, newest(), &mut |_, _| {});
    }
    bring_forward(connection, folder, found, now, teller).map_err(|error| match error {
        error if error.is_lack_of_room() => ArchiveError::NoRoomToMigrate(Box::new(error)),
        error => error,
    })
}

fn bring_forward(
    connection: &mut Connection,
    folder: &Path,
    found: i64,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<(), ArchiveError> {
    // Between two steps nobody had it open, so the copy from before the first one is still the one that is needed.
    let sql = "SELECT value FROM settings WHERE name = ?1";
    let begun: Option<String> = connection.query_row(sql, [UNDER_WAY], |row| row.get(0)).optional()?;
    let before = begun.and_then(|format| format.parse().ok()).unwrap_or(found);
    backup::before_migration(connection, folder, before, now, teller)?;
    let all = projector::conversations(connection)?;
    teller.at(OpeningStage::Changing, 0, all);
    make(connection, newest(), &mut |done, all| teller.at(OpeningStage::Changing, done, all))?;
    teller.at(OpeningStage::Changing, all, all);
    Ok(())
}

/// Whether there is anything in it: the first start makes addresses as soon as there are tables.
fn is_used(connection: &Connection, format: i64) -> Result<bool, ArchiveError> {
    if format == 0 {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM sources) OR EXISTS (SELECT 1 FROM deliveries)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Brings a database to this format, without a backup. `tell` hears how far it is with what is derived, which is emptied.
pub(crate) fn make(
    connection: &mut Connection,
    wanted: i64,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<(), ArchiveError> {
    let found = format(connection)?;
    for (number, migration) in (1..=wanted).zip(MIGRATIONS) {
        // Another program may have brought the file forward since; inside the transaction nobody can.
        // What is done already needs none: it would wait for whoever writes just now.
        if found >= number {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if format(&transaction)? < number {
            transaction.execute_batch(migration)?;
            if found > 0 {
                remember(&transaction, found, number == wanted)?;
            }
            // What a newer format derives besides, it derives of the deliveries from before as well.
            if found > 0 && number == newest() {
                projector::forget(&transaction, tell)?;
            }
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION {
        connection.pragma_update(None, "application_id", APPLICATION)?;
    }
    Ok(())
}

/// Notes from which format an archive is brought forward, or forgets it with the last step.
fn remember(connection: &Connection, found: i64, is_last: bool) -> Result<(), ArchiveError> {
    if is_last {
        connection.execute("DELETE FROM settings WHERE name = ?1", [UNDER_WAY])?;
    } else {
        let sql = "INSERT OR IGNORE INTO settings VALUES (?1, ?2)";
        connection.execute(sql, params![UNDER_WAY, found.to_string()])?;
    }
    Ok(())
}

fn format(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
