//! Finds the conversations somebody means by the beginning of an id.

use crate::{Archive, ArchiveError};

impl Archive {
    /// The names of conversations that begin like this, in order, at most `limit`.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn ids_beginning_with(&self, start: &str, limit: usize) -> Result<Vec<String>, ArchiveError> {
        // Ids are small letters and digits, so everything that begins like this stands before this letter.
        let end = format!("{start}\u{7f}");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT id FROM conversations WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3",
            )?;
            let ids = select.query_map(rusqlite::params![start, end, limit], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }
}
