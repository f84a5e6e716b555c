//! Requests that reached a hook address and were not taken. They are no deliveries and nothing is derived from them; they
//! are listed so that nobody waits for what was turned away.

use afterchat_transcript::{Delivery, Header, Instant};
use rusqlite::{Connection, Row, params};

use crate::compress::{FAST, compress, decompress};
use crate::journal::{header_lines, headers_of, instant};
use crate::{Archive, ArchiveError};

/// As much of a body is kept: what it was can be seen, and a row stays small.
pub(super) const BODY: usize = 64 * 1024;
/// As many are kept; the oldest go first. With the longest heads and bodies that do not compress that is 96 MiB.
const KEPT: i64 = 1_000;

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// Its body is longer than allowed, or said so.
    TooLong,
    /// Its body took or paused too long.
    TooSlow,
    /// It ended before its end.
    BrokenOff,
    /// Too many bodies were on their way already.
    Busy,
    /// Its source had had more requests than it takes in so short a time.
    TooMany,
    /// It came to an address of its source that is no longer good.
    OldAddress,
    /// It arrived whole and could not be stored, as on a full disk.
    NotKept,
}

impl RefusalReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::TooLong,
        Self::TooSlow,
        Self::BrokenOff,
        Self::Busy,
        Self::TooMany,
        Self::OldAddress,
        Self::NotKept,
    ];

    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::Busy => "busy",
            Self::TooMany => "too_many",
            Self::OldAddress => "old_address",
            Self::NotKept => "not_kept",
        }
    }

    /// Whether requests that are refused for it come in numbers and are all alike.
    pub(super) fn comes_in_numbers(self) -> bool {
        matches!(self, Self::TooMany | Self::OldAddress)
    }

    pub(crate) fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.word() == word).unwrap_or(Self::BrokenOff)
    }
}

/// A request that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its number, in a space of its own; 0 before it is noted.
    pub id: i64,
    /// When it was given up.
    pub at: Instant,
    /// The source whose address it reached.
    pub source: String,
    /// The request method.
    pub method: String,
    /// The path as sent, with the token taken out.
    pub path: String,
    /// The query string as sent, without the question mark.
    pub query: Option<String>,
    /// Every header in the order of arrival.
    pub headers: Vec<Header>,
    /// What arrived of the body, its first 64 KiB.
    pub body: Vec<u8>,
    /// How many bytes of the body arrived; more than `body` holds where it was cut.
    pub seen: u64,
    /// How many bytes its head announced; `None` where it announced none.
    pub announced: Option<u64>,
    /// Why it was not taken.
    pub reason: RefusalReason,
    /// What the sender was told; `None` when it was gone before it could be told anything.
    pub status: Option<u16>,
    /// How many more were not taken since the one before and are not listed, because there were too many at once.
    pub passed_over: u32,
}

impl Refusal {
    /// Of a request as far as it came. Its body is cut, its time is the delivery's.
    #[must_use]
    pub fn new(
        so_far: &Delivery,
        reason: RefusalReason,
        status: Option<u16>,
        seen: u64,
        announced: Option<u64>,
    ) -> Self {
        Self {
            id: 0,
            at: so_far.received_at,
            source: so_far.source.clone(),
            method: so_far.method.clone(),
            path: so_far.path.clone(),
            query: so_far.query.clone(),
            headers: so_far.headers.clone(),
            body: so_far.body[..so_far.body.len().min(BODY)].to_vec(),
            seen,
            announced,
            reason,
            status,
            passed_over: 0,
        }
    }
}

/// Notes what was not taken, and lets the oldest go.
pub(super) fn put(connection: &Connection, refusals: &[Refusal]) -> Result<(), ArchiveError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO refusals (at, source, method, path, query, headers, body, seen, announced, reason, status, passed_over)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for refusal in refusals {
        insert.execute(params![
            refusal.at.millis(),
            refusal.source,
            refusal.method,
            refusal.path,
            refusal.query,
            header_lines(&refusal.headers),
            compress(&refusal.body, FAST)?,
            size(refusal.seen),
            refusal.announced.map(size),
            refusal.reason.word(),
            refusal.status,
            refusal.passed_over,
        ])?;
    }
    if !refusals.is_empty() {
        // Numbers never come twice, so the newest thousand are found without counting.
        connection
            .prepare_cached("DELETE FROM refusals WHERE id <= (SELECT max(id) FROM refusals) - ?1")?
            .execute([KEPT])?;
    }
    Ok(())
}

fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

const WHOLE: &str = "SELECT id, at, source, method, path, query, headers, body, seen, announced, reason, status, passed_over FROM refusals";

fn refusal(row: &Row<'_>) -> Result<Refusal, ArchiveError> {
    let headers: Vec<u8> = row.get(6)?;
    Ok(Refusal {
        id: row.get(0)?,
        at: instant(row.get(1)?),
        source: row.get(2)?,
        method: row.get(3)?,
        path: row.get(4)?,
        query: row.get(5)?,
        headers: headers_of(&headers),
        body: decompress(&row.get::<_, Vec<u8>>(7)?, BODY)?,
        seen: row.get::<_, i64>(8)?.unsigned_abs(),
        announced: row.get::<_, Option<i64>>(9)?.map(i64::unsigned_abs),
        reason: RefusalReason::from_word(&row.get::<_, String>(10)?),
        status: row.get(11)?,
        passed_over: row.get(12)?,
    })
}

impl Archive {
    /// Notes a request that was not taken. It returns at once; the note is written with what is written next. Where more
    /// come than can be noted, they are counted.
    pub fn refused(&self, refusal: Refusal) {
        self.notes().refused(refusal);
    }

    /// Requests that were not taken, newest first: of one source or of all, older than the one of this number.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn refusals(
        &self,
        source: Option<&str>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Refusal>, ArchiveError> {
        let sql = format!("{WHOLE} WHERE id < ?1 AND (?2 IS NULL OR source = ?2) ORDER BY id DESC LIMIT ?3");
        self.read(|connection| {
            let mut select = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = select.query(params![before.unwrap_or(i64::MAX), source, limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(refusal(row)?);
            }
            Ok(found)
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of this number, or no more.
    pub fn refusal(&self, id: i64) -> Result<Refusal, ArchiveError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!("{WHOLE} WHERE id = ?1"))?;
            let mut rows = select.query([id])?;
            let row = rows.next()?;
            refusal(row.ok_or(ArchiveError::NotFound { what: "refused request", name: id.to_string() })?)
        })
    }

    /// How many of them are listed, and when the newest was given up.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn refused_count(&self) -> Result<(i64, Option<Instant>), ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT count(*), max(at) FROM refusals";
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(instant)));
            Ok(connection.query_row(sql, [], row)?)
        })
    }
}
