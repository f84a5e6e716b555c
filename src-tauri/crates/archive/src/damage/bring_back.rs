//! Brings back from a backup what a repaired archive lacks: deliveries under their own numbers, and what people decided
//! where nothing was decided since. What is in the archive is never changed by it.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::report;
use super::salvage::tables::{self, Care};
use crate::{Archive, ArchiveError, backup, migrate, projector};

/// Deliveries that are brought back in one commit.
const TOGETHER: i64 = 64;
/// Remembered while deliveries were added that the projector has passed by already.
pub(super) const UNDER_WAY: &str = "bring back under way";
/// That two deliveries of one number are one delivery.
const SAME: &str = "m.received_at = b.received_at AND m.source = b.source AND m.size = b.size";

/// What was brought back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BroughtBack {
    /// Deliveries.
    pub deliveries: i64,
    /// What people decided, and what was noted beside deliveries.
    pub others: i64,
    /// It was stopped before it was through. What was brought back stays.
    pub cancelled: bool,
}

/// The columns of a table, and those of its key.
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    keys: Vec<String>,
}

/// A backup beside an archive, on the same connection.
pub(crate) struct Attached<'a>(pub(super) &'a Connection);

impl<'a> Attached<'a> {
    pub(crate) fn new(connection: &'a Connection, backup: &Path) -> Result<Self, ArchiveError> {
        connection.execute("ATTACH ?1 AS backup", [backup.to_string_lossy()])?;
        Ok(Self(connection))
    }

    /// Sees to it that new deliveries get numbers which none in the backup has.
    pub(crate) fn numbers(&self) -> Result<(), ArchiveError> {
        let sql = "SELECT name, seq FROM backup.sqlite_sequence";
        let mut select = self.0.prepare(sql)?;
        let numbers = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        for number in numbers {
            let (name, number) = number?;
            let sql = "UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
            if self.0.execute(sql, params![name, number])? == 0 {
                self.0.execute("INSERT INTO main.sqlite_sequence VALUES (?1, ?2)", params![name, number])?;
            }
        }
        Ok(())
    }

    /// How many deliveries, and how much of what people decided, only the backup has.
    pub(crate) fn besides(&self) -> Result<(i64, i64), ArchiveError> {
        let sql = format!(
            "SELECT count(*) FROM backup.deliveries b LEFT JOIN main.deliveries m ON m.id = b.id
             WHERE m.id IS NULL OR NOT ({SAME})"
        );
        let deliveries = self.0.query_row(&sql, [], |row| row.get(0))?;
        let mut others = 0;
        for table in tables::of(self.0, |care| matches!(care, Care::Decided | Care::Addresses))? {
            let Some(Columns { keys, .. }) = self.columns(&table)? else { continue };
            let same: Vec<String> = keys.iter().map(|key| format!("m.\"{key}\" = b.\"{key}\"")).collect();
            let sql = format!(
                "SELECT count(*) FROM backup.\"{table}\" b WHERE NOT EXISTS (SELECT 1 FROM main.\"{table}\" m WHERE {})",
                same.join(" AND ")
            );
            others += self.0.query_row(&sql, [], |row| row.get::<_, i64>(0))?;
        }
        Ok((deliveries, others))
    }

    /// Adds the next deliveries after this number that the archive lacks. Tells how far it came and how many they were.
    fn deliveries_after(&self, after: i64) -> Result<Option<(i64, i64)>, ArchiveError> {
        let sql = "SELECT max(id) FROM (SELECT id FROM backup.deliveries WHERE id > ?1 ORDER BY id LIMIT ?2)";
        let Some(to) = self.0.query_row(sql, [after, TOGETHER], |row| row.get::<_, Option<i64>>(0))? else {
            return Ok(None);
        };
        let Some(Columns { names: columns, .. }) = self.columns("deliveries")? else { return Ok(None) };
        let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let sql = format!(
            "INSERT OR IGNORE INTO main.deliveries ({0}) SELECT {0} FROM backup.deliveries WHERE id > ?1 AND id <= ?2",
            columns.join(", ")
        );
        let added = self.0.execute(&sql, [after, to])? + self.under_new_numbers(&columns, after, to)?;
        Ok(Some((to, i64::try_from(added).unwrap_or(i64::MAX))))
    }

    /// Adds those whose number another delivery has by now. What was refused at the door stays away: what is known of it
    /// would belong to the other.
    fn under_new_numbers(&self, columns: &[String], after: i64, to: i64) -> Result<usize, ArchiveError> {
        let columns: Vec<&str> =
            columns.iter().map(String::as_str).filter(|name| *name != "\"id\"").collect();
        let sql = format!(
            "INSERT INTO main.deliveries ({0}) SELECT {1} FROM backup.deliveries b JOIN main.deliveries m ON m.id = b.id
             WHERE b.id > ?1 AND b.id <= ?2 AND NOT ({SAME})
                 AND NOT EXISTS (SELECT 1 FROM backup.signatures s WHERE s.delivery = b.id AND s.refused = 1)
                 AND NOT EXISTS (SELECT 1 FROM main.deliveries e
                     WHERE e.source = b.source AND e.received_at = b.received_at AND e.body = b.body)",
            columns.join(", "),
            columns.iter().map(|column| format!("b.{column}")).collect::<Vec<_>>().join(", "),
        );
        Ok(self.0.execute(&sql, [after, to])?)
    }

    /// Adds the rows of a table that the archive lacks. What they belong to must be there.
    pub(super) fn missing_of(&self, table: &str) -> Result<usize, ArchiveError> {
        let Some(Columns { names: columns, .. }) = self.columns(table)? else { return Ok(0) };
        let mut condition = String::from("1");
        let mut select =
            self.0.prepare("SELECT \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1, 'main')")?;
        let mut keys = select.query([table])?;
        while let Some(key) = keys.next()? {
            let (parent, from, to): (String, String, String) = (key.get(0)?, key.get(1)?, key.get(2)?);
            if parent == "deliveries" {
                condition.push_str(&format!(
                    " AND EXISTS (SELECT 1 FROM main.deliveries m JOIN backup.deliveries b2 ON b2.id = m.id
                         WHERE m.id = b.\"{from}\" AND {})",
                    SAME.replace("b.", "b2.")
                ));
                continue;
            }
            condition.push_str(&format!(
                " AND (b.\"{from}\" IS NULL OR EXISTS (SELECT 1 FROM main.\"{parent}\" p WHERE p.\"{to}\" = b.\"{from}\"))"
            ));
        }
        let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let sql = format!(
            "INSERT OR IGNORE INTO main.\"{table}\" ({0}) SELECT {0} FROM backup.\"{table}\" b WHERE {condition}",
            columns.join(", ")
        );
        Ok(self.0.execute(&sql, [])?)
    }

    /// The columns that a table has in both, and those of its key; `None` when the backup has no such table.
    pub(super) fn columns(&self, table: &str) -> Result<Option<Columns>, ArchiveError> {
        let sql = "SELECT m.name, m.pk FROM pragma_table_info(?1, 'main') m
             JOIN pragma_table_info(?1, 'backup') b ON b.name = m.name ORDER BY m.cid";
        let mut select = self.0.prepare(sql)?;
        let rows = select.query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
        let keys = rows.iter().filter(|(_, key)| *key > 0).map(|(name, _)| name.clone()).collect();
        let names: Vec<String> = rows.into_iter().map(|(name, _)| name).collect();
        Ok((!names.is_empty()).then_some(Columns { names, keys }))
    }
}

/// Whether this backup has everything of the archive that is not derived: then a further one would only take room.
pub(crate) fn has_everything(connection: &Connection, backup: &Path) -> Result<bool, ArchiveError> {
    let attached = Attached::new(connection, backup)?;
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, bool>(0));
    if one("SELECT (SELECT count(*) FROM main.deliveries) <> (SELECT count(*) FROM backup.deliveries)
             OR EXISTS (SELECT 1 FROM main.deliveries m WHERE m.id NOT IN (SELECT id FROM backup.deliveries))")?
    {
        return Ok(false);
    }
    let rest = |care| !matches!(care, Care::Derived | Care::Journal | Care::Passing);
    for table in tables::of(connection, rest)? {
        let Some(Columns { names, .. }) = attached.columns(&table)? else {
            if one(&format!("SELECT EXISTS (SELECT 1 FROM main.\"{table}\")"))? {
                return Ok(false);
            }
            continue;
        };
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let except = format!(
            "SELECT {0} FROM main.\"{table}\" EXCEPT SELECT {0} FROM backup.\"{table}\"",
            names.join(", ")
        );
        let of_this_run = if table == "settings" {
            format!(" WHERE name <> '{}'", migrate::UNDER_WAY)
        } else {
            String::new()
        };
        if one(&format!("SELECT EXISTS (SELECT 1 FROM ({except}){of_this_run})"))? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        // At the end of a transaction that failed it may not be possible; then the connection is given up anyway.
        if let Err(error) = self.0.execute_batch("DETACH backup") {
            tracing::debug!(%error, "a backup stays attached until the connection is closed");
        }
    }
}

/// Whether bringing back was interrupted before its deliveries were handed to the projector.
pub(crate) fn interrupted(connection: &Connection) -> Result<bool, ArchiveError> {
    let sql = "SELECT 1 FROM settings WHERE name = ?1";
    Ok(connection.query_row(sql, [UNDER_WAY], |_| Ok(())).optional()?.is_some())
}

/// Lets the projector begin anew, so that deliveries it had passed by are read.
pub(crate) fn read_all_again(
    connection: &Connection,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<(), ArchiveError> {
    projector::forget(connection, tell)?;
    connection.execute("DELETE FROM settings WHERE name = ?1", [UNDER_WAY])?;
    Ok(())
}

impl Archive {
    /// Brings back what the backup of this name has and the archive lacks. `at` is told how far it is, of how much, and
    /// may stop it between two commits.
    ///
    /// # Errors
    /// When there is no such backup, it is damaged, or the archive cannot be written. What was brought back stays.
    pub fn bring_back(
        &self,
        name: &str,
        at: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<BroughtBack, ArchiveError> {
        let not_found = || ArchiveError::NotFound { what: "backup", name: name.to_owned() };
        let known = backup::list(self.folder()).into_iter().find(|backup| backup.name == name);
        let backup = known.ok_or_else(not_found)?;
        backup::examine(&backup.path)?;
        let path = backup.path;
        let (mut done, mut came_to) = (BroughtBack::default(), 0);
        let all = self.beside(&path, |attached| Ok(attached.besides()?.0))?;
        loop {
            let next = self.beside(&path, move |attached| {
                let sql = "INSERT OR IGNORE INTO settings VALUES (?1, '')";
                attached.0.execute(sql, [UNDER_WAY])?;
                attached.deliveries_after(came_to)
            })?;
            let Some((to, added)) = next else { break };
            came_to = to;
            done.deliveries += added;
            let (so_far, all) = (u64::try_from(done.deliveries), u64::try_from(all));
            if at(so_far.unwrap_or_default(), all.unwrap_or_default().max(1)).is_break() {
                done.cancelled = true;
                break;
            }
        }
        let (cancelled, added, offered) = (done.cancelled, done.deliveries, name.to_owned());
        done.others = self.beside(&path, move |attached| {
            let mut others = 0;
            let wanted = |care| matches!(care, Care::Beside | Care::Decided | Care::Addresses);
            let tables = tables::of(attached.0, wanted)?;
            let tables = tables.iter().filter(|_| !cancelled);
            // Twice: what a row belongs to may stand in a table that comes after its own.
            for table in tables.clone().chain(tables) {
                others += attached.missing_of(table)?;
            }
            read_all_again(attached.0, &mut |_, _| {})?;
            report::brought_back(attached.0, &offered, added, !cancelled)?;
            Ok(i64::try_from(others).unwrap_or(i64::MAX))
        })?;
        Ok(done)
    }

    /// Runs a change with a backup attached, in one transaction.
    fn beside<T: Send + 'static>(
        &self,
        backup: &Path,
        change: impl FnOnce(&Attached<'_>) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let backup = backup.to_owned();
        self.write_apart(move |connection| {
            let attached = Attached::new(connection, &backup)?;
            let transaction =
                rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)?;
            let value = change(&attached)?;
            transaction.commit()?;
            Ok(value)
        })
    }
}
