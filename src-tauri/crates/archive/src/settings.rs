//! The few things the program remembers between starts.

use rusqlite::{OptionalExtension, params};

use crate::{Archive, ArchiveError};

/// The port the door last listened on: services know it, so the next start wants the same.
const PORT: &str = "port";

impl Archive {
    /// The port the door last listened on.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn remembered_port(&self) -> Result<Option<u16>, ArchiveError> {
        let select = "SELECT value FROM settings WHERE name = ?1";
        let port: Option<String> =
            self.read(|connection| Ok(connection.query_row(select, [PORT], |row| row.get(0)).optional()?))?;
        Ok(port.and_then(|port| port.parse().ok()))
    }

    /// Remembers the port for the next start.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn remember_port(&self, port: u16) -> Result<(), ArchiveError> {
        self.write(move |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES (?1, ?2)",
                params![PORT, port.to_string()],
            )?;
            Ok(())
        })
    }
}
