//! Brings an archive file to the newest format.
//!
//! Migrations are numbered SQL files that are never edited once landed. Each runs in a transaction of its own, the
//! file is copied before the first one touches an archive that holds something, and a newer format is refused.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::{ArchiveError, projector};

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
fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Applies what is missing. `file` is where the archive lives: the copy goes beside it.
pub(crate) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), ArchiveError> {
    let found = format(connection)?;
    if found > newest() {
        return Err(ArchiveError::Newer { found, known: newest() });
    }
    if found > 0 && found < newest() {
        let copy = file.with_extension(format!("format-{found}.sqlite"));
        if !copy.exists() {
            connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        }
    }
    for (number, migration) in (1..).zip(MIGRATIONS) {
        // Another program may have brought the file forward since; inside the transaction nobody can.
        // What is done already needs none: it would wait for whoever writes just now.
        if found >= number {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if format(&transaction)? < number {
            transaction.execute_batch(migration)?;
            // What a newer format derives besides, it derives of the deliveries from before as well.
            if found > 0 && number == newest() {
                projector::forget(&transaction)?;
            }
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

fn format(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
