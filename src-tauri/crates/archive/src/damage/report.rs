//! What a repair tells the person, until they have read it. It stands in the repaired archive itself, so that it is
//! there whichever program opens it, and beside the damaged files for whoever looks at those.

use afterchat_transcript::Instant;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::{Archive, ArchiveError};

/// Under which name it is remembered.
pub(super) const SETTING: &str = "repair.report";

/// What happened to a damaged archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// When it was repaired.
    pub at: Instant,
    /// In which way it was damaged: a stable word.
    pub damage: String,
    /// The folder the damaged files stand in, as they were.
    pub folder: String,
    /// Deliveries that were taken over.
    pub deliveries: i64,
    /// The highest number that a delivery had, as far as that is known: without damage there were as many deliveries,
    /// unless some were erased.
    pub highest: i64,
    /// Places that could not be read. They may have held anything, also what was derived again since.
    pub unreadable: i64,
    /// Hook addresses could not be read; they were taken from this backup.
    pub addresses_from: Option<String>,
    /// Targets that deliveries are sent on to could not be read; they were taken from this backup, and rest.
    #[serde(default)]
    pub targets_from: Option<String>,
    /// Settings could not be read; they were taken from this backup.
    #[serde(default)]
    pub settings_from: Option<String>,
    /// The newest good backup that has something besides.
    pub backup: Option<Offer>,
}

impl Repair {
    /// How many deliveries are missing; `None` where nothing tells: the highest number may have been lost with them.
    #[must_use]
    pub fn missing(&self) -> Option<i64> {
        let missing = (self.highest - self.deliveries).max(0);
        let nothing_was_left = matches!(self.damage.as_str(), "missing" | "no_database");
        let known = missing > 0 || (self.unreadable == 0 && !nothing_was_left);
        known.then_some(missing)
    }
}

impl std::fmt::Display for Repair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "The archive was damaged and was repaired on {}: deliveries there: {}, missing: ",
            self.at, self.deliveries
        )?;
        match self.missing() {
            Some(missing) => write!(formatter, "{missing}.")?,
            None => write!(formatter, "how many is not known.")?,
        }
        let taken = [
            ("hook addresses", &self.addresses_from),
            ("forwarding targets", &self.targets_from),
            ("settings", &self.settings_from),
        ];
        for (what, from) in taken {
            if let Some(from) = from {
                write!(formatter, " The {what} that could not be read were taken from the backup {from}.")?;
            }
        }
        if self.targets_from.is_some() {
            write!(formatter, " These targets are paused; what arrives waits until you let them go on.")?;
        }
        write!(formatter, " The damaged files stand in {}.", self.folder)?;
        if let Some(offer) = &self.backup {
            write!(
                formatter,
                " The backup of {} has {} deliveries besides; the inbox offers to bring them back.",
                offer.at, offer.deliveries
            )?;
        }
        Ok(())
    }
}

/// What a backup has besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The name of its file in the folder of backups.
    pub name: String,
    /// When it was made.
    pub at: Instant,
    /// Deliveries it has that the archive lacks.
    pub deliveries: i64,
    /// Decisions of people and notes it has that the archive lacks.
    pub others: i64,
}

/// Remembers a report in this archive.
pub(crate) fn put(connection: &Connection, repair: &Repair) -> Result<(), ArchiveError> {
    let text = serde_json::to_string(repair).map_err(std::io::Error::from)?;
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?1, ?2)", params![SETTING, text])?;
    Ok(())
}

/// Notes in the report what was brought back, and that nothing more is offered once it was all.
pub(crate) fn brought_back(
    connection: &Connection,
    name: &str,
    deliveries: i64,
    all: bool,
) -> Result<(), ArchiveError> {
    let Some(mut repair) = get(connection)? else { return Ok(()) };
    repair.deliveries += deliveries;
    match &mut repair.backup {
        Some(offer) if offer.name == name && !all => offer.deliveries -= deliveries.min(offer.deliveries),
        Some(offer) if offer.name == name => repair.backup = None,
        _ => {}
    }
    put(connection, &repair)
}

pub(crate) fn forget(connection: &Connection) -> Result<(), ArchiveError> {
    connection.execute("DELETE FROM settings WHERE name = ?1", [SETTING])?;
    Ok(())
}

pub(crate) fn get(connection: &Connection) -> Result<Option<Repair>, ArchiveError> {
    let sql = "SELECT value FROM settings WHERE name = ?1";
    let text: Option<String> = connection.query_row(sql, [SETTING], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Archive {
    /// What the last repair did, until it is dismissed.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn repair(&self) -> Result<Option<Repair>, ArchiveError> {
        self.read(get)
    }

    /// Forgets the report of the last repair. The damaged files stay where they are.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn dismiss_repair(&self) -> Result<(), ArchiveError> {
        self.set_setting(SETTING, None)
    }

    /// What SQLite said of damage that it met since the archive was opened. Deliveries are refused then, and the next
    /// start repairs the archive.
    #[must_use]
    pub fn damage(&self) -> Option<String> {
        self.soundness().damage()
    }
}
