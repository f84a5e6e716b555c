//! Samples that people made: a delivery or a written request, kept under a name to be sent again.

use std::time::Duration;

use afterchat_transcript::{Header, Instant};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::compress::{FAST, compress, decompress};
use crate::journal::{header_lines, headers_of, instant};
use crate::{Archive, ArchiveError};

/// The most letters of a name.
const NAME: usize = 80;
/// How long a deleted sample can be had back, at least.
const UNDO: Duration = Duration::from_secs(3600);

/// What is kept of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleContent {
    /// The chat service it is like, if that is known.
    pub provider: Option<String>,
    /// The request method.
    pub method: String,
    /// The query string, without the question mark.
    pub query: Option<String>,
    /// The header lines, in order.
    pub headers: Vec<Header>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
}

/// A sample that somebody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSample {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The chat service it is like, if that is known.
    pub provider: Option<String>,
    /// The size of its body in bytes.
    pub size: i64,
    /// When it was made or last replaced.
    pub made_at: Instant,
}

const ROW: &str = "SELECT id, name, provider, size, made_at FROM samples WHERE deleted_at IS NULL";

fn row(row: &Row<'_>) -> rusqlite::Result<OwnSample> {
    Ok(OwnSample {
        id: row.get(0)?,
        name: row.get(1)?,
        provider: row.get(2)?,
        size: row.get(3)?,
        made_at: instant(row.get(4)?),
    })
}

fn one(connection: &Connection, id: i64) -> Result<OwnSample, ArchiveError> {
    let found = connection.prepare_cached(&format!("{ROW} AND id = ?1"))?.query_row([id], row).optional()?;
    found.ok_or_else(|| not_found(id))
}

fn not_found(id: i64) -> ArchiveError {
    ArchiveError::NotFound { what: "sample", name: id.to_string() }
}

/// A name without the space around it, cut to its longest; the first words of a stranger make a long one.
fn named(name: &str) -> Result<String, ArchiveError> {
    let name: String = name.trim().chars().take(NAME).collect();
    if name.is_empty() { Err(ArchiveError::SampleUnnamed) } else { Ok(name) }
}

impl Archive {
    /// Every sample that somebody made, by name.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn own_samples(&self) -> Result<Vec<OwnSample>, ArchiveError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!("{ROW} ORDER BY name COLLATE NOCASE, id"))?;
            let rows = select.query_map([], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One sample with all that is sent of it.
    ///
    /// # Errors
    /// When there is none of this number.
    pub fn own_sample(&self, id: i64) -> Result<(OwnSample, SampleContent), ArchiveError> {
        self.read(|connection| {
            let sample = one(connection, id)?;
            let sql = "SELECT method, query, headers, body, compressed FROM samples WHERE id = ?1";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query([id])?;
            let row = rows.next()?.ok_or_else(|| not_found(id))?;
            let stored: Vec<u8> = row.get(3)?;
            let size = usize::try_from(sample.size).unwrap_or_default();
            let content = SampleContent {
                provider: sample.provider.clone(),
                method: row.get(0)?,
                query: row.get(1)?,
                headers: headers_of(&row.get::<_, Vec<u8>>(2)?),
                body: if row.get(4)? { decompress(&stored, size)? } else { stored },
            };
            Ok((sample, content))
        })
    }

    /// Keeps a request under a name; with `replaces` in place of that sample.
    ///
    /// # Errors
    /// When the name is empty, or there is no sample to replace.
    pub fn keep_sample(
        &self,
        name: &str,
        content: SampleContent,
        replaces: Option<i64>,
        now: Instant,
    ) -> Result<OwnSample, ArchiveError> {
        let name = named(name)?;
        self.write(move |connection| {
            let compressed = compress(&content.body, FAST).ok().filter(|made| made.len() < content.body.len());
            let values = params![
                name,
                content.provider,
                content.method,
                content.query,
                header_lines(&content.headers),
                compressed.as_ref().unwrap_or(&content.body),
                compressed.is_some(),
                i64::try_from(content.body.len()).unwrap_or(i64::MAX),
                now.millis(),
                replaces,
            ];
            let id = if let Some(id) = replaces {
                one(connection, id)?;
                connection.execute(
                    "UPDATE samples SET name = ?1, provider = ?2, method = ?3, query = ?4, headers = ?5, body = ?6,
                         compressed = ?7, size = ?8, made_at = ?9 WHERE id = ?10",
                    values,
                )?;
                id
            } else {
                connection.execute(
                    "INSERT INTO samples (name, provider, method, query, headers, body, compressed, size, made_at, id)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    values,
                )?;
                connection.last_insert_rowid()
            };
            one(connection, id)
        })
    }

    /// Gives a sample another name.
    ///
    /// # Errors
    /// When the name is empty, or there is no such sample.
    pub fn rename_sample(&self, id: i64, name: &str) -> Result<OwnSample, ArchiveError> {
        let name = named(name)?;
        self.write(move |connection| {
            connection.execute("UPDATE samples SET name = ?2 WHERE id = ?1", params![id, name])?;
            one(connection, id)
        })
    }

    /// Deletes a sample, or takes that back; tells whether anything changed. It can be had back for an hour at least.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn delete_sample(&self, id: i64, on: bool, now: Instant) -> Result<bool, ArchiveError> {
        self.write(move |connection| {
            let undo = i64::try_from(UNDO.as_millis()).unwrap_or(i64::MAX);
            connection.execute("DELETE FROM samples WHERE deleted_at < ?1", [now.millis() - undo])?;
            let sql = "UPDATE samples SET deleted_at = iif(?2, ?3, NULL) WHERE id = ?1 AND (deleted_at IS NULL) = ?2";
            Ok(connection.execute(sql, params![id, on, now.millis()])? > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::{Header, Instant};

    use super::SampleContent;
    use crate::Archive;

    fn at(minutes: i64) -> Instant {
        Instant::from_millis(1_790_000_000_000 + minutes * 60_000).expect("a time")
    }

    fn content(body: &[u8]) -> SampleContent {
        let header = |name: &str, value: &[u8]| Header { name: name.to_owned(), value: value.to_vec() };
        SampleContent {
            provider: Some("chatlio".to_owned()),
            method: "PUT".to_owned(),
            query: Some("a=b&&".to_owned()),
            headers: vec![header("x-B", b"1"), header("X-a", b"caf\xe9: x"), header("x-B", b"")],
            body: body.to_vec(),
        }
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was_also_after_a_rebuild() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = Archive::open(folder.path(), at(0)).expect("opens");
        let long = b"{\"words\": \"again and again\"}\0\xff".repeat(500);
        for body in [&b""[..], b"\0\xff", &long] {
            let made =
                archive.keep_sample("  One\u{202e} of mine ", content(body), None, at(1)).expect("kept");
            archive.rebuild().expect("rebuilds");
            let (found, kept) = archive.own_sample(made.id).expect("is there");
            assert_eq!((found.name.as_str(), &kept), ("One\u{202e} of mine", &content(body)));
            assert_eq!(found.size, i64::try_from(body.len()).expect("small"));
        }
        assert_eq!(archive.own_samples().expect("lists").len(), 3, "equal names are two samples");
    }

    #[test]
    fn a_sample_is_replaced_renamed_deleted_and_had_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = Archive::open(folder.path(), at(0)).expect("opens");
        let id = archive.keep_sample("a", content(b"1"), None, at(1)).expect("kept").id;
        let replaced = archive.keep_sample("b", content(b"22"), Some(id), at(2)).expect("replaced");
        assert_eq!((replaced.id, replaced.size), (id, 2));
        assert_eq!(archive.rename_sample(id, "c").expect("renamed").name, "c");
        assert_eq!(archive.rename_sample(id, " ").expect_err("no name").code(), "sample_unnamed");
        assert!(archive.delete_sample(id, true, at(3)).expect("deletes"));
        assert!(!archive.delete_sample(id, true, at(3)).expect("asks"), "it is deleted already");
        assert_eq!(archive.own_sample(id).expect_err("deleted").code(), "not_found");
        assert!(
            archive.rename_sample(id, "d").is_err()
                && archive.keep_sample("d", content(b""), Some(id), at(3)).is_err()
        );
        assert!(archive.delete_sample(id, false, at(4)).expect("has it back"));
        assert_eq!(archive.own_sample(id).expect("is there again").1, content(b"22"));
        assert!(archive.delete_sample(id, true, at(5)).expect("deletes"));
        assert!(!archive.delete_sample(id + 1, true, at(90)).expect("asks"));
        assert!(!archive.delete_sample(id, false, at(90)).expect("asks"), "after an hour it is gone");
        let next = archive.keep_sample("e", content(b""), None, at(91)).expect("kept").id;
        assert!(next > id, "a number is never given again");
    }
}
