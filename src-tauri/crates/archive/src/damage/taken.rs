//! Takes from a backup at once what cannot be read any more of what a person set up, and of what belongs to rows that are
//! there: services know the addresses, others wait for what is sent on, and without the verdict on its signature a delivery
//! that was refused would count. A table that can be read is left as it is, also where the backup has more: a person may
//! have removed it.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::bring_back::{Attached, Columns, UNDER_WAY};
use super::report;
use super::salvage::tables::{self, Care};
use crate::{ArchiveError, migrate};

/// What is true of a run, or of the archive that the backup was made of. A tunnel opens when a person says so.
const OF_A_RUN: [&str; 4] = [UNDER_WAY, migrate::UNDER_WAY, report::SETTING, "tunnel.on"];

/// How many rows were taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    /// Hook addresses, and what belongs to them.
    pub(super) addresses: usize,
    /// Targets that deliveries are sent on to.
    pub(super) targets: usize,
    /// Settings.
    pub(super) settings: usize,
}

impl Attached<'_> {
    /// Takes what other rows belong to, so that those which can be read find it.
    pub(super) fn take_first(
        &self,
        broken: &BTreeSet<String>,
        taken: &mut Taken,
    ) -> Result<(), ArchiveError> {
        if broken.contains("sources") {
            taken.addresses += self.missing_of("sources")?;
        }
        if broken.contains("forward_targets") {
            taken.targets += self.targets()?;
        }
        Ok(())
    }

    /// Takes the rest. The archive is of the newest format, and everything that can be read is in it.
    pub(super) fn take_rest(&self, broken: &BTreeSet<String>, taken: &mut Taken) -> Result<(), ArchiveError> {
        self.take_first(broken, taken)?;
        for table in tables::of(self.0, |care| matches!(care, Care::Addresses | Care::Beside))? {
            if broken.contains(&table) {
                let rows = self.missing_of(&table)?;
                taken.addresses += if tables::care(&table) == Care::Addresses { rows } else { 0 };
            }
        }
        if broken.contains("settings") {
            taken.settings += self.settings()?;
        }
        if taken.targets > 0 {
            number_attempts(self.0)?;
        }
        Ok(())
    }

    /// They rest: a person may have removed one since. What a run of the command brought along ended with it. Each goes
    /// on where the backup knows it, so it gets every delivery at least once.
    fn targets(&self) -> Result<usize, ArchiveError> {
        let Some(Columns { names, .. }) = self.columns("forward_targets")? else { return Ok(0) };
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let values: Vec<&str> = names
            .iter()
            .zip(&quoted)
            .map(|(name, quoted)| if name == "paused" { "1" } else { quoted.as_str() })
            .collect();
        let sql = format!(
            "INSERT OR IGNORE INTO main.forward_targets ({}) SELECT {} FROM backup.forward_targets b
             WHERE removed_at IS NULL AND source IN (SELECT name FROM main.sources)",
            quoted.join(", "),
            values.join(", ")
        );
        Ok(self.0.execute(&sql, [])?)
    }

    fn settings(&self) -> Result<usize, ArchiveError> {
        let sql = "INSERT OR IGNORE INTO main.settings SELECT name, value FROM backup.settings
             WHERE name NOT IN (?1, ?2, ?3, ?4)";
        Ok(self.0.execute(sql, OF_A_RUN)?)
    }
}

/// The attempts of a target are numbered; those that could be read may be newer than what the backup knows of it.
fn number_attempts(connection: &Connection) -> Result<(), ArchiveError> {
    let sql = "UPDATE main.forward_targets AS t SET attempts = max(attempts,
         (SELECT coalesce(max(number), 0) FROM main.forward_attempts a WHERE a.target = t.id))";
    connection.execute(sql, [])?;
    Ok(())
}
