//! What people decide about conversations: read, starred, put away.

use rusqlite::{Connection, params};

use crate::{Archive, ArchiveError};

/// Something a person can say of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Read to its newest message.
    Read,
    /// Marked with a star.
    Starred,
    /// Put away.
    Archived,
}

impl Archive {
    /// Says or takes back a flag for these conversations; tells how many changed. Names that do not exist are passed over.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn mark(&self, flag: Flag, ids: &[String], on: bool) -> Result<usize, ArchiveError> {
        let ids = ids.to_vec();
        self.write(move |connection| {
            let mut changed = 0;
            for id in &ids {
                changed += usize::from(mark(connection, flag, id, on)?);
            }
            Ok(changed)
        })
    }
}

fn mark(connection: &Connection, flag: Flag, id: &str, on: bool) -> Result<bool, ArchiveError> {
    let (condition, row, value) = match flag {
        Flag::Read => (
            "unread = ?2",
            "unread",
            "read_through = CASE WHEN ?2 THEN (SELECT heard FROM conversations WHERE id = ?1) ELSE 0 END",
        ),
        Flag::Starred => ("starred <> ?2", "starred", "starred = ?2"),
        Flag::Archived => ("archived <> ?2", "archived", "archived = ?2"),
    };
    let shown = if flag == Flag::Read { !on } else { on };
    let update = format!("UPDATE conversations SET {row} = ?3 WHERE id = ?1 AND {condition}");
    if connection.prepare_cached(&update)?.execute(params![id, on, shown])? == 0 {
        return Ok(false);
    }
    connection.prepare_cached("INSERT OR IGNORE INTO local (conversation) VALUES (?1)")?.execute([id])?;
    connection
        .prepare_cached(&format!("UPDATE local SET {value} WHERE conversation = ?1"))?
        .execute(params![id, on])?;
    Ok(true)
}
