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

    /// What a part of the program remembers under this name.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, ArchiveError> {
        let select = "SELECT value FROM settings WHERE name = ?1";
        self.read(|connection| Ok(connection.query_row(select, [name], |row| row.get(0)).optional()?))
    }

    /// Remembers a value under this name, or forgets it. Credentials may be among them: the file is its owner's alone,
    /// and exports never hold settings.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn set_setting(&self, name: &str, value: Option<&str>) -> Result<(), ArchiveError> {
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        self.write(move |connection| {
            match value {
                Some(value) => connection
                    .execute("INSERT OR REPLACE INTO settings VALUES (?1, ?2)", params![name, value])?,
                None => connection.execute("DELETE FROM settings WHERE name = ?1", params![name])?,
            };
            Ok(())
        })
    }
}
