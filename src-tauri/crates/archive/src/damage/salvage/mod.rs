//! Takes out of a damaged archive whatever can still be read, into one that is made anew.
//!
//! SQLite itself reads nothing of a file whose head, schema or upper pages are broken, although nearly all rows are
//! whole; and its own recovery is no part of the library. So the pages are read here: first down the trees that the
//! schema names, then every page that no tree led to, which is known by what its rows look like. Nothing is written to the
//! damaged files.

mod log;
mod pages;
pub(crate) mod tables;
mod tree;

use std::collections::{BTreeSet, HashMap};

use rusqlite::types::Value;
use rusqlite::{Connection, params};

pub(crate) use log::Log;
use pages::Seen;
pub(crate) use pages::{MAGIC, Pages};

use crate::ArchiveError;
use tables::{Put, Table};
use tree::{Node, Record, long, walk};

/// Rows that share a commit of the archive that is made anew.
const TOGETHER: u32 = 2000;

/// What was taken out of a damaged archive, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Salvaged {
    /// Deliveries that are there.
    pub(crate) deliveries: i64,
    /// The highest number that any delivery ever had, as far as that is known.
    pub(crate) highest: i64,
    /// Rows of other tables that are there: what people decided, and what is noted beside deliveries.
    pub(crate) others: i64,
    /// Pages and rows that could not be read. They may have held anything, also what is derived.
    pub(crate) unreadable: i64,
    /// The tables that may have had rows in such places.
    pub(crate) broken: BTreeSet<String>,
}

/// The format that the head tells of, and how often it was written; `None` when the head is no SQLite file's.
pub(crate) fn format(pages: &mut Pages) -> Option<i64> {
    let head = pages.page(1).filter(|head| head.starts_with(MAGIC))?;
    long(&head, 60).map(i64::from)
}

/// The highest number of a delivery that the file knows of; it only grows.
pub(crate) fn highest(pages: &mut Pages) -> Option<i64> {
    let mut unheard = |_| {};
    let mut seen = Seen::new(pages, &mut unheard);
    let root = *roots(pages, &mut seen).get(SEQUENCES)?;
    sequences(pages, root, &mut seen)
        .into_iter()
        .find(|(name, _)| name == "deliveries")
        .map(|(_, number)| number)
}

/// Copies every readable row into `connection`, an empty archive of the same format with these tables. `looked` hears how
/// many pages were looked at; at the end it is all of them. What belongs to something that is not there waits for
/// [`Fresh::finish`].
pub(crate) fn salvage<'a>(
    pages: &mut Pages,
    tables: &'a [Table],
    connection: &'a Connection,
    looked: &mut dyn FnMut(u64),
) -> Result<Fresh<'a>, ArchiveError> {
    let mut seen = Seen::new(pages, looked);
    let mut roots = roots(pages, &mut seen);
    let mut fresh = Fresh {
        connection,
        salvaged: Salvaged::default(),
        numbers: Vec::new(),
        together: 0,
        later: Vec::new(),
    };
    // Deliveries first: what is noted beside them belongs to them.
    let mut order: Vec<&Table> = tables.iter().filter(|table| table.kept).collect();
    order.sort_by_key(|table| table.name != "deliveries");
    let mut failed = None;
    for table in order {
        let Some(root) = roots.remove(&table.name) else {
            fresh.salvaged.broken.insert(table.name.clone());
            continue;
        };
        let mut take = |page, record| {
            if failed.is_none() {
                failed = fresh.take(table, page, record, true).err();
            }
        };
        walk(pages, root, &mut seen, Some(&mut take));
    }
    if let Some(error) = failed {
        return Err(error);
    }
    fresh.numbers = roots.remove(SEQUENCES).map(|root| sequences(pages, root, &mut seen)).unwrap_or_default();
    for root in roots.into_values() {
        walk(pages, root, &mut seen, None);
    }
    mark_free(pages, &mut seen);
    lost(pages, tables, &mut seen, &mut fresh)?;
    seen.end();
    fresh.commit()?;
    Ok(fresh)
}

/// SQLite's own table of the numbers that were given.
const SEQUENCES: &str = "sqlite_sequence";

/// Where the trees begin, by the name of the table or index, as the schema tells. Where part of the schema cannot be
/// reached its pages are looked for: what stands in them is like nothing else.
fn roots(pages: &mut Pages, seen: &mut Seen<'_>) -> HashMap<String, u32> {
    let mut roots = HashMap::new();
    let mut whole = true;
    let mut note = |_, record: Option<Record>| match record.as_ref().and_then(root) {
        Some((name, root)) => drop(root.map(|root| roots.insert(name, root))),
        None => whole = false,
    };
    walk(pages, 1, seen, Some(&mut note));
    if !whole {
        for number in 2..=pages.count {
            let Some(node) = Node::read(pages, number).filter(|node| node.kind.is_table()) else { continue };
            let records: Vec<_> = node.records(pages).flatten().map(|record| root(&record)).collect();
            if !records.is_empty() && records.iter().all(Option::is_some) {
                let found = records.into_iter().flatten();
                found.filter_map(|(name, root)| Some((name, root?))).for_each(|(name, root)| {
                    roots.entry(name).or_insert(root);
                });
                if seen.mark(number) {
                    seen.looked();
                }
            }
        }
    }
    roots
}

/// A row of the schema: the name of what it describes, and where that begins; views and triggers begin nowhere.
fn root(record: &Record) -> Option<(String, Option<u32>)> {
    let [
        Value::Text(kind),
        Value::Text(name),
        Value::Text(_),
        Value::Integer(root),
        Value::Text(_) | Value::Null,
    ] = &record.values[..]
    else {
        return None;
    };
    let known = ["table", "index", "view", "trigger"].contains(&kind.as_str());
    known.then(|| (name.clone(), u32::try_from(*root).ok().filter(|root| *root > 1)))
}

fn sequences(pages: &mut Pages, root: u32, seen: &mut Seen<'_>) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    walk(
        pages,
        root,
        seen,
        Some(&mut |_, record| {
            if let Some([Value::Text(name), Value::Integer(number)]) =
                record.as_ref().map(|record| &record.values[..])
            {
                found.push((name.clone(), *number));
            }
        }),
    );
    found
}

/// Marks the pages that are not in use, so that erased rows do not come back from them.
fn mark_free(pages: &mut Pages, seen: &mut Seen<'_>) {
    let mut trunk = pages.page(1).filter(|head| head.starts_with(MAGIC)).and_then(|head| long(&head, 32));
    while let Some(number) = trunk.filter(|number| *number > 0) {
        if !seen.mark(number) {
            return;
        }
        seen.looked();
        let Some(page) = pages.page(number) else { return };
        let leaves = long(&page, 4).unwrap_or_default() as usize;
        for leaf in 0..leaves.min(page.len() / 4 - 2) {
            if long(&page, 8 + leaf * 4).is_some_and(|leaf| seen.mark(leaf)) {
                seen.looked();
            }
        }
        trunk = long(&page, 0);
    }
}

/// Looks at every page that no tree led to. Its rows are taken when they fit one table and nothing else.
fn lost<'a>(
    pages: &mut Pages,
    tables: &'a [Table],
    seen: &mut Seen<'_>,
    fresh: &mut Fresh<'a>,
) -> Result<(), ArchiveError> {
    for number in 2..=pages.count {
        if !seen.mark(number) {
            continue;
        }
        seen.looked();
        let Some(node) = Node::read(pages, number) else { continue };
        let records: Vec<Record> = node.records(pages).flatten().collect();
        // One row that fits nothing may be the damage itself.
        let fits = |table: &&Table| {
            records.iter().filter(|record| table.fits(record, false)).count() * 2 > records.len()
        };
        let mut like = tables.iter().filter(fits);
        if let (Some(table), None) = (like.next(), like.next())
            && table.kept
        {
            for record in records {
                fresh.take(table, number, Some(record), false)?;
            }
        }
    }
    Ok(())
}

/// A page that is read once more at the end.
#[derive(Debug, Clone, Copy)]
struct Later<'a> {
    table: &'a Table,
    page: u32,
    /// As for [`Table::fits`].
    shorter: bool,
}

/// The archive that is made anew, while rows are put into it.
pub(crate) struct Fresh<'a> {
    connection: &'a Connection,
    pub(crate) salvaged: Salvaged,
    /// The numbers that were given, by the name of the table.
    numbers: Vec<(String, i64)>,
    /// Rows since the last commit.
    together: u32,
    /// Pages with rows that could not be put yet: what they belong to may still come. Not the rows, which may be nearly all.
    later: Vec<Later<'a>>,
}

impl<'a> Fresh<'a> {
    /// Takes a row that stands on this page.
    fn take(
        &mut self,
        table: &'a Table,
        page: u32,
        record: Option<Record>,
        shorter: bool,
    ) -> Result<(), ArchiveError> {
        let Some(record) = record.filter(|record| table.fits(record, shorter)) else {
            self.salvaged.unreadable += 1;
            self.salvaged.broken.insert(table.name.clone());
            return Ok(());
        };
        if self.put(table, record)? == Put::Refused && self.later.last().is_none_or(|last| last.page != page)
        {
            self.later.push(Later { table, page, shorter });
        }
        Ok(())
    }

    fn put(&mut self, table: &Table, record: Record) -> Result<Put, ArchiveError> {
        if self.together == 0 {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        self.together += 1;
        let put = table.put(self.connection, record)?;
        if put == Put::Done {
            self.count(table);
        }
        if self.together >= TOGETHER {
            self.commit()?;
        }
        Ok(put)
    }

    fn count(&mut self, table: &Table) {
        if table.name == "deliveries" {
            self.salvaged.deliveries += 1;
        } else {
            self.salvaged.others += 1;
        }
    }

    fn commit(&mut self) -> Result<(), ArchiveError> {
        if std::mem::take(&mut self.together) > 0 {
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    /// Tries once more what belonged to something that came later, as long as that leads to more, and sees to it that no
    /// number is given twice. What was put already is there and stays: every table that is copied has a key.
    pub(crate) fn finish(mut self, pages: &mut Pages) -> Result<Salvaged, ArchiveError> {
        let later = std::mem::take(&mut self.later);
        loop {
            let mut more = false;
            for Later { table, page, shorter } in &later {
                let Some(node) = Node::read(pages, *page) else { continue };
                for record in node.records(pages).flatten().filter(|record| table.fits(record, *shorter)) {
                    more |= self.put(table, record)? == Put::Done;
                }
            }
            if !more {
                break;
            }
        }
        for (table, number) in &self.numbers {
            let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
            if self.connection.execute(sql, params![table, number])? == 0 {
                self.connection
                    .execute("INSERT INTO sqlite_sequence VALUES (?1, ?2)", params![table, number])?;
            }
        }
        self.commit()?;
        let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'deliveries'";
        self.salvaged.highest = self.connection.query_row(sql, [], |row| row.get(0))?;
        Ok(self.salvaged)
    }
}
