//! Looks at an archive as a doctor does: at everything that could be wrong with it, without changing anything.

use std::path::Path;

use afterchat_transcript::Instant;
use rusqlite::{Connection, OpenFlags};

use super::exchange::with_ending;
use super::look::{Look, look, schema};
use super::salvage::Log;
use super::state::State;
use super::{lock, report};
use crate::ArchiveError;
use crate::backup::{Backups, check, examine, free_space};
use crate::migrate::newest;
use crate::open::{FILE, connect};

/// With less room than this the next deliveries may not fit: bytes.
const LITTLE: u64 = 256 << 20;
/// How old the newest backup of an archive in use may be: milliseconds.
const OLD: i64 = 7 * 24 * 3600 * 1000;

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// It is.
    Good,
    /// It is worth knowing, and nothing is wrong.
    Remark,
    /// It is not.
    Wrong,
}

impl Judgement {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Remark => "remark",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: a stable word.
    pub what: &'static str,
    /// How it is.
    pub judgement: Judgement,
    /// The same for a person.
    pub words: String,
}

/// Looks at the archive in this folder, at all of it, and at its backups. It may be in use.
///
/// # Errors
/// When the folder cannot be read.
pub fn checkup(folder: &Path, now: Instant) -> Result<Vec<Finding>, ArchiveError> {
    let mut found = Vec::new();
    let mut say = |what, judgement, words: String| found.push(Finding { what, judgement, words });
    let file = folder.join(FILE);
    let state = State::read(folder);
    let alone = lock::is_free(folder);
    let seen = if alone { look(&file, state)? } else { schema(&file)? };
    match &seen {
        Look::None => {
            say("format", Judgement::Wrong, format!("There is no archive in {}.", folder.display()));
        }
        Look::Archive(format) if *format < newest() => say(
            "format",
            Judgement::Remark,
            format!("Format {format}; it is brought to {} at the next start, after a backup.", newest()),
        ),
        Look::Archive(format) => say("format", Judgement::Good, format!("Format {format}, the newest.")),
        Look::Damaged(damage) => say(
            "format",
            Judgement::Wrong,
            format!(
                "The archive is damaged ({}). The next start repairs it and tells what it found.",
                damage.word()
            ),
        ),
        Look::Foreign => say("format", Judgement::Wrong, ArchiveError::Foreign(file.clone()).to_string()),
        Look::Newer(found) => {
            let newer = ArchiveError::Newer { found: *found, known: newest() };
            say("format", Judgement::Wrong, newer.to_string());
        }
    }
    if let Look::Archive(_) = seen {
        let connection = connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        match whole(&connection) {
            Ok(deliveries) => {
                say("content", Judgement::Good, format!("All of it is whole: {deliveries} deliveries."));
            }
            Err(error) => say("content", Judgement::Wrong, format!("{error} The next start repairs it.")),
        }
        if let Ok(Some(repair)) = report::get(&connection) {
            let words = format!(
                "It was repaired on {}; the damaged files stand in {}. The inbox tells more.",
                repair.at, repair.folder
            );
            say("repair", Judgement::Remark, words);
        }
    }
    let log = Log::read(&with_ending(&file, "-wal"));
    let words = match (log.pages.len(), alone) {
        (0, _) => "Nothing waits in the log.".to_owned(),
        (pages, true) => format!(
            "{pages} pages wait in the log of a run that did not end well; the next start takes them in."
        ),
        (pages, false) => format!("{pages} pages wait in the log of a program that is running."),
    };
    say("log", if log.broken { Judgement::Wrong } else { Judgement::Good }, words);
    backups(folder, now, &mut say);
    permissions(folder, &mut say);
    if let Some(free) = free_space(folder) {
        let judgement = if free < LITTLE { Judgement::Wrong } else { Judgement::Good };
        say("room", judgement, format!("{} MB are free on the disk.", free >> 20));
    }
    Ok(found)
}

fn whole(connection: &Connection) -> Result<i64, ArchiveError> {
    check(connection)?;
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(ArchiveError::Damaged(said));
    }
    Ok(connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))?)
}

fn backups(folder: &Path, now: Instant, say: &mut dyn FnMut(&'static str, Judgement, String)) {
    let backups = Backups::of(folder);
    if let Some(failed) = &backups.failed {
        say("backup", Judgement::Wrong, format!("The last backup failed on {}: {}", failed.at, failed.words));
    }
    if backups.all.is_empty() {
        say(
            "backup",
            Judgement::Remark,
            "There is no backup yet. One is made while Afterchat runs.".to_owned(),
        );
    }
    for (place, backup) in backups.all.iter().enumerate() {
        match examine(&backup.path) {
            Ok(examined) => {
                let old = place == 0 && now.millis() - backup.at.millis() > OLD;
                let judgement = if old { Judgement::Remark } else { Judgement::Good };
                let words = format!("{}: whole, {} deliveries.", backup.path.display(), examined.deliveries);
                say("backup", judgement, words);
            }
            Err(error) => say("backup", Judgement::Wrong, error.to_string()),
        }
    }
}

#[cfg(unix)]
fn permissions(folder: &Path, say: &mut dyn FnMut(&'static str, Judgement, String)) {
    use std::os::unix::fs::PermissionsExt as _;
    let open: Vec<String> = ["", "-wal", "-shm"]
        .map(|ending| with_ending(&folder.join(FILE), ending))
        .into_iter()
        .filter(|file| file.metadata().is_ok_and(|data| data.permissions().mode() & 0o077 != 0))
        .map(|file| file.display().to_string())
        .collect();
    if open.is_empty() {
        say("permissions", Judgement::Good, "Only this account can read the archive.".to_owned());
    } else {
        let words = format!("Other accounts can read {}; the next start closes that.", open.join(", "));
        say("permissions", Judgement::Wrong, words);
    }
}

#[cfg(not(unix))]
fn permissions(_folder: &Path, _say: &mut dyn FnMut(&'static str, Judgement, String)) {}
