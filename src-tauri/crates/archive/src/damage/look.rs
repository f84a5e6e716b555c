//! Looks at an archive's files before SQLite opens them for writing: SQLite would tidy up what is needed to repair them,
//! and throws a log away whose database is missing. This reads a few pages and the log, so it takes no noticeable time.

use std::fs;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::exchange::with_ending;
use super::salvage::{self, Log, MAGIC, Pages};
use super::state::{Ending, State};
use crate::ArchiveError;
use crate::migrate::{APPLICATION, newest};

/// What a file is that stands in the place of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// There is none, and there never was one here.
    None,
    /// An archive of this format, as far as can be told by looking at its beginning.
    Archive(i64),
    /// Nothing that can be used as an archive.
    Damaged(Damage),
    /// The database of another program.
    Foreign,
    /// A newer Afterchat wrote it.
    Newer(i64),
}

/// In which way an archive is damaged. Each has a word that stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The file is not there, or is empty.
    Missing,
    /// What stands there is no database.
    NoDatabase,
    /// Part of the file is missing.
    CutOff,
    /// The log that belongs to it is broken.
    LogBroken,
    /// A log lies beside it that is older than the file.
    LogOld,
    /// The log is missing although the last run did not end well.
    LogMissing,
    /// SQLite met damage in it.
    Malformed,
}

impl Damage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NoDatabase => "no_database",
            Self::CutOff => "cut_off",
            Self::LogBroken => "log_broken",
            Self::LogOld => "log_old",
            Self::LogMissing => "log_missing",
            Self::Malformed => "malformed",
        }
    }
}

/// Looks at the archive whose file this is. `state` is what the last run left; `None` when there was none.
pub(crate) fn look(file: &Path, state: Option<State>) -> Result<Look, ArchiveError> {
    if with_ending(file, "-journal").exists() {
        take_back(file);
    }
    let log_file = with_ending(file, "-wal");
    let length = file.metadata().map(|data| data.len()).unwrap_or_default();
    let log = Log::read(&log_file);
    // Asked before SQLite looks: it makes an empty one.
    let has_log = log_file.exists();
    if length == 0 {
        let was_one = state.is_some() || !log.pages.is_empty();
        return Ok(if was_one { Look::Damaged(Damage::Missing) } else { Look::None });
    }
    let mut head = [0; 100];
    let read = fs::File::open(file).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    if read.is_err() || !head.starts_with(MAGIC) {
        return Ok(Look::Damaged(Damage::NoDatabase));
    }
    if is_cut_off(&head, length, &log) {
        return Ok(Look::Damaged(Damage::CutOff));
    }
    let found = schema(file)?;
    if !matches!(found, Look::Archive(_)) {
        return Ok(found);
    }
    if log.broken {
        return Ok(Look::Damaged(Damage::LogBroken));
    }
    if !log.pages.is_empty() {
        let alone = salvage::highest(&mut Pages::open(file, None));
        let together = salvage::highest(&mut Pages::open(file, Some(&log_file)));
        if alone > together {
            return Ok(Look::Damaged(Damage::LogOld));
        }
    }
    if state.is_some_and(|state| state.ending == Ending::Open) && !has_log {
        return Ok(Look::Damaged(Damage::LogMissing));
    }
    if state.is_some_and(|state| state.damaged) {
        return Ok(Look::Damaged(Damage::Malformed));
    }
    Ok(found)
}

/// Lets SQLite take back what a first start had begun when it broke off: until the file has its log, SQLite keeps the pages from
/// before in a journal beside it. Where that cannot be, the file is looked at as it is.
fn take_back(file: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let taken_back = Connection::open_with_flags(file, flags)
        .and_then(|connection| connection.query_row("PRAGMA schema_version", [], |_| Ok(())));
    if let Err(error) = taken_back {
        tracing::warn!(%error, "what a first start had begun could not be taken back");
    }
}

/// Whether pages are missing at the end that no log holds. SQLite fills what is missing of a page up with zeros.
fn is_cut_off(head: &[u8; 100], length: u64, log: &Log) -> bool {
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    // What the head says of the number of pages holds if the last to write it knew of that number.
    let count = match (log.count, number(24) == number(92)) {
        (0, true) => number(28),
        (count, _) => count,
    };
    let whole = u32::try_from(length / size.max(512)).unwrap_or(u32::MAX);
    let part = !length.is_multiple_of(size.max(512));
    let end = count.max(if part { whole + 1 } else { 0 });
    (whole.saturating_add(1)..=end).any(|page| !log.pages.contains_key(&page))
}

/// What the schema of a database says it is. The file is left as it is, and so is its log.
pub(crate) fn schema(file: &Path) -> Result<Look, ArchiveError> {
    let asked = (|| {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        let format = number("PRAGMA user_version")?;
        let application = number("PRAGMA application_id")?;
        let tables = number("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")?;
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('deliveries', 'sources', 'settings', 'cursor')";
        Ok((format, application, tables, number(sql)?))
    })();
    let (format, application, tables, ours) = match asked.map_err(|error: rusqlite::Error| error.into()) {
        Ok(found) => found,
        Err(ArchiveError::Damaged(_)) => return Ok(Look::Damaged(Damage::Malformed)),
        Err(error) => return Err(error),
    };
    Ok(match (application, tables) {
        (APPLICATION, _) | (0, _) if format > newest() => Look::Newer(format),
        (0, 0) if format == 0 => Look::None,
        (APPLICATION, _) | (0, _) if ours == 4 => Look::Archive(format),
        // An archive of ours that lacks what every archive has.
        (APPLICATION, _) => Look::Damaged(Damage::Malformed),
        (0, _) if ours > 0 => Look::Damaged(Damage::Malformed),
        _ => Look::Foreign,
    })
}
