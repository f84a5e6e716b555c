//! The tables of an archive as the records in a file show them: what a row of each looks like, and which are worth having.

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::tree::Record;
use crate::ArchiveError;
use crate::compress::decompress;

/// What becomes of a table when an archive is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// The projector makes it again, or it is the search's own.
    Derived,
    /// The deliveries themselves: what a backup has besides is offered.
    Journal,
    /// What belongs to rows of other tables, or tells when the door was open, and is never removed by itself: what cannot be
    /// read is taken from a backup at once, and the rest comes back with what it belongs to.
    Beside,
    /// What people decided: what a backup has besides is offered, and its rows are counted.
    Decided,
    /// The same, and services rely on it: what cannot be read is taken from a backup at once.
    Addresses,
    /// Where deliveries are sent on to: what cannot be read is taken from a backup at once, and rests until a person says so.
    Targets,
    /// What the program remembers, much of it entered by hand: what cannot be read is taken from a backup at once.
    Remembered,
    /// What was done or told to others meanwhile: an old state of it would be wrong today.
    Passing,
}

/// What becomes of each table. Every table of the newest format stands here; a test sees to it.
const CARE: &[(&str, Care)] = &[
    ("deliveries", Care::Journal),
    ("signatures", Care::Beside),
    ("answers", Care::Beside),
    ("by_old_address", Care::Beside),
    ("open_times", Care::Beside),
    ("sources", Care::Addresses),
    ("secrets", Care::Addresses),
    ("old_tokens", Care::Addresses),
    ("answer_plans", Care::Addresses),
    ("forward_targets", Care::Targets),
    ("settings", Care::Remembered),
    ("accepted", Care::Decided),
    ("local", Care::Decided),
    ("decisions", Care::Decided),
    ("decision_names", Care::Beside),
    ("delivery_notes", Care::Decided),
    ("samples", Care::Decided),
    ("forwards", Care::Passing),
    ("forward_attempts", Care::Passing),
    ("refusals", Care::Passing),
    ("readings", Care::Derived),
    ("tellings", Care::Derived),
    ("conversations", Care::Derived),
    ("transcripts", Care::Derived),
    ("identities", Care::Derived),
    ("known_as", Care::Derived),
    ("heard", Care::Derived),
    ("heard_hours", Care::Derived),
    ("troubles", Care::Derived),
    ("cursor", Care::Derived),
    ("rereads", Care::Derived),
    ("attempts", Care::Derived),
    ("shapes", Care::Derived),
    ("drifts", Care::Derived),
];

/// What becomes of the table of this name. One that nobody thought of is kept and offered, rather than lost.
pub(crate) fn care(table: &str) -> Care {
    if table == "search" || table.starts_with("search_") {
        return Care::Derived;
    }
    CARE.iter().find(|(name, _)| *name == table).map_or(Care::Decided, |(_, care)| *care)
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Done,
    /// A row of the same name or number was there.
    There,
    /// What it belongs to is not there.
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Integer,
    Real,
    Text,
    Blob,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    kind: Option<Type>,
    required: bool,
}

/// A tree of the archive: a table, or an index.
#[derive(Debug)]
pub(crate) struct Table {
    /// What it is called; an index has the name of none.
    pub(crate) name: String,
    /// Its rows are copied: it is neither derived nor an index.
    pub(crate) kept: bool,
    /// Its rows have numbers.
    numbered: bool,
    columns: Vec<Column>,
    /// The column that is the row's number.
    alias: Option<usize>,
    insert: String,
}

impl Table {
    /// Whether a row could be one of this table. Columns that a later format added may be missing where `shorter`.
    pub(crate) fn fits(&self, record: &Record, shorter: bool) -> bool {
        let (have, want) = (record.values.len(), self.columns.len());
        let length = have == want || (shorter && have < want && have > 0);
        length
            && self.numbered == record.rowid.is_some()
            && record.values.iter().zip(&self.columns).enumerate().all(|(place, (value, column))| {
                if self.alias == Some(place) { *value == Value::Null } else { column.takes(value) }
            })
            && (self.name != "deliveries" || is_whole_delivery(&record.values))
    }

    /// Puts the row into the archive that is made anew.
    pub(crate) fn put(&self, connection: &Connection, record: Record) -> Result<Put, ArchiveError> {
        let Record { rowid, mut values } = record;
        let given = values.len().min(self.columns.len());
        values.resize(self.columns.len(), Value::Null);
        if let (Some(alias), Some(rowid)) = (self.alias, rowid) {
            values[alias] = Value::Integer(rowid);
        }
        let sql = if given == self.columns.len() { self.insert.clone() } else { self.insert_of(given) };
        let put = connection.prepare_cached(&sql)?.execute(params_from_iter(&values[..given]));
        match put {
            Ok(0) => Ok(Put::There),
            Ok(_) => Ok(Put::Done),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Ok(Put::Refused)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn insert_of(&self, columns: usize) -> String {
        let names: Vec<&str> = self.columns[..columns].iter().map(|column| column.name.as_str()).collect();
        let marks = vec!["?"; columns].join(", ");
        format!("INSERT OR IGNORE INTO \"{}\" ({}) VALUES ({marks})", self.name, names.join(", "))
    }
}

impl Column {
    fn takes(&self, value: &Value) -> bool {
        match (value, self.kind) {
            (Value::Null, _) => !self.required,
            (_, None) => true,
            (Value::Integer(_), Some(kind)) => matches!(kind, Type::Integer | Type::Real),
            (Value::Real(_), Some(kind)) => kind == Type::Real,
            (Value::Text(_), Some(kind)) => kind == Type::Text,
            (Value::Blob(_), Some(kind)) => kind == Type::Blob,
        }
    }
}

/// A delivery whose body cannot be had back is none: it stays in the damaged file.
fn is_whole_delivery(values: &[Value]) -> bool {
    let [.., Value::Blob(body), Value::Integer(compressed), Value::Integer(size), Value::Text(kind)] = values
    else {
        return false;
    };
    let known = afterchat_transcript::DeliveryKind::from_word(kind).is_some();
    known
        && match (compressed, usize::try_from(*size)) {
            (0, Ok(size)) => body.len() == size,
            (1, Ok(size)) => decompress(body, size).is_ok_and(|body| body.len() == size),
            _ => false,
        }
}

/// Every tree of an archive of this format.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Table>, ArchiveError> {
    let mut found = Vec::new();
    let mut list = connection.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')",
    )?;
    let tables = list.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
    for table in tables {
        let (name, without_number) = table?;
        if !name.starts_with("sqlite_") {
            found.push(table_of(connection, name.clone(), without_number)?);
        }
        let mut indexes =
            connection.prepare("SELECT name FROM pragma_index_list(?1) WHERE origin <> 'pk' OR ?2 = 0")?;
        let indexes =
            indexes.query_map(rusqlite::params![name, without_number], |row| row.get::<_, String>(0))?;
        for index in indexes {
            found.push(index_of(connection, &name, &index?)?);
        }
    }
    Ok(found)
}

fn table_of(connection: &Connection, name: String, without_number: bool) -> Result<Table, ArchiveError> {
    let mut select =
        connection.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1) ORDER BY cid")?;
    let rows = select.query_map([&name], |row| {
        Ok((column(row.get(0)?, &row.get::<_, String>(1)?, row.get(2)?), row.get::<_, i64>(3)?))
    })?;
    let rows: Vec<(Column, i64)> = rows.collect::<Result<_, _>>()?;
    let keys = rows.iter().filter(|(_, key)| *key > 0).count();
    let alias = (!without_number && keys == 1)
        .then(|| rows.iter().position(|(column, key)| *key > 0 && column.kind == Some(Type::Integer)))
        .flatten();
    let kept = care(&name) != Care::Derived;
    let columns = rows.into_iter().map(|(column, _)| column).collect::<Vec<_>>();
    let mut table = Table { name, kept, numbered: !without_number, alias, insert: String::new(), columns };
    table.insert = table.insert_of(table.columns.len());
    Ok(table)
}

/// An index is told apart from tables that look alike; nothing is taken from it.
fn index_of(connection: &Connection, table: &str, index: &str) -> Result<Table, ArchiveError> {
    let mut select = connection.prepare(
        "SELECT coalesce(i.name, ''), coalesce(t.type, 'INTEGER'), coalesce(t.\"notnull\", 1)
         FROM pragma_index_xinfo(?1) i LEFT JOIN pragma_table_info(?2) t ON t.cid = i.cid ORDER BY i.seqno",
    )?;
    let rows = select
        .query_map([index, table], |row| Ok(column(row.get(0)?, &row.get::<_, String>(1)?, row.get(2)?)))?;
    let columns = rows.collect::<Result<_, _>>()?;
    Ok(Table {
        name: String::new(),
        kept: false,
        numbered: false,
        alias: None,
        insert: String::new(),
        columns,
    })
}

fn column(name: String, kind: &str, required: bool) -> Column {
    let kind = match kind {
        "INTEGER" | "INT" => Some(Type::Integer),
        "REAL" => Some(Type::Real),
        "TEXT" => Some(Type::Text),
        "BLOB" => Some(Type::Blob),
        _ => None,
    };
    Column { name, kind, required }
}

/// The names of the tables of which this becomes.
pub(crate) fn of(
    connection: &Connection,
    wanted: impl Fn(Care) -> bool,
) -> Result<Vec<String>, ArchiveError> {
    let named = all(connection)?.into_iter().map(|table| table.name).filter(|name| !name.is_empty());
    Ok(named.filter(|name| wanted(care(name))).collect())
}

#[cfg(test)]
mod tests {
    use super::{CARE, all};
    use crate::migrate::{make, newest};

    #[test]
    fn somebody_thought_of_every_table_of_the_newest_format() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        make(&mut connection, newest(), &mut |_, _| {}).unwrap();
        let tables = all(&connection).unwrap().into_iter().map(|table| table.name);
        let mut there: Vec<String> =
            tables.filter(|name| !name.is_empty() && !name.starts_with("search")).collect();
        let mut known: Vec<&str> = CARE.iter().map(|(name, _)| *name).collect();
        there.sort();
        known.sort_unstable();
        assert_eq!(there, known, "say in `CARE` what a repair does with a new table");
    }
}
