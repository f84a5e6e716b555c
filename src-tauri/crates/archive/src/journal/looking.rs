//! Whether a delivery is one that a search wants: what no index answers, looked at row by row.
//!
//! What costs little is looked at first, and a body only when everything else fits.

use afterchat_transcript::query::deliveries::{Condition, Haystack, Is, Needle, Signed, Wanted};
use rusqlite::{Connection, Row as SqlRow};

use super::row::{blob, text, value_of, values_of};
use super::{Outcome, kind};
use crate::ArchiveError;
use crate::compress::decompress_into;

/// What of a row is asked for: a body that nobody looks at is not read from the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Columns {
    brief: bool,
    head: bool,
    body: bool,
    readings: bool,
    signatures: bool,
    notes: bool,
    answers: bool,
    drifts: bool,
}

/// A table beside the journal that a condition needs.
pub(super) struct Join {
    pub(super) table: &'static str,
    pub(super) sql: &'static str,
}

impl Columns {
    /// The columns after number and time, always in the same places.
    pub(super) fn select(&self) -> String {
        let columns =
            |wanted: bool, names: &'static str, none: &'static str| if wanted { names } else { none };
        [
            columns(self.brief, "d.source, d.method, d.size, d.kind", "NULL, NULL, NULL, NULL"),
            columns(self.head, "d.path, d.query, d.headers", "NULL, NULL, NULL"),
            columns(self.body, "d.body, d.compressed, d.size", "NULL, NULL, NULL"),
            columns(self.readings, "r.provider, r.outcome, r.event", "NULL, NULL, NULL"),
            columns(self.signatures, "s.verdict", "NULL"),
            columns(self.notes, "n.pinned_at, n.note", "NULL, NULL"),
            columns(self.answers, "w.status", "NULL"),
            columns(self.drifts, "f.total", "NULL"),
        ]
        .join(", ")
    }

    pub(super) fn joins(&self) -> impl Iterator<Item = Join> {
        let joins = [
            (self.readings, "readings", " LEFT JOIN readings r ON r.delivery = d.id"),
            (self.signatures, "signatures", " LEFT JOIN signatures s ON s.delivery = d.id"),
            (self.notes, "delivery_notes", " LEFT JOIN delivery_notes n ON n.delivery = d.id"),
            (self.answers, "answers", " LEFT JOIN answers w ON w.delivery = d.id"),
            (self.drifts, "drifts", " LEFT JOIN drifts f ON f.delivery = d.id"),
        ];
        joins.into_iter().filter(|(wanted, ..)| *wanted).map(|(_, table, sql)| Join { table, sql })
    }
}

/// Looks at rows, one after another, with room that is kept from one to the next.
pub(super) struct Looker<'a> {
    connection: &'a Connection,
    source: Option<&'a str>,
    /// In the order of what they cost.
    wanted: Vec<&'a Wanted>,
    /// How many of them need no body.
    light: usize,
    columns: Columns,
    bytes: usize,
    body: Vec<u8>,
    lowered: [Vec<u8>; 2],
}

impl<'a> Looker<'a> {
    pub(super) fn new(connection: &'a Connection, source: Option<&'a str>, wanted: &'a [Wanted]) -> Self {
        let mut wanted: Vec<&Wanted> = wanted.iter().collect();
        wanted.sort_by_key(|wanted| cost(&wanted.condition));
        let light = wanted.partition_point(|wanted| cost(&wanted.condition) < BODY);
        let mut columns = Columns { brief: source.is_some(), ..Columns::default() };
        wanted.iter().for_each(|wanted| need(&wanted.condition, &mut columns));
        Self {
            connection,
            source,
            wanted,
            light,
            columns,
            bytes: 0,
            body: Vec::new(),
            lowered: <[Vec<u8>; 2]>::default(),
        }
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many bytes of heads and bodies have been looked at.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// True when this row is all that is wanted.
    pub(super) fn fits(&mut self, id: i64, row: &SqlRow<'_>) -> Result<bool, ArchiveError> {
        if let Some(source) = self.source
            && text(row, 2)? != Some(source)
        {
            return Ok(false);
        }
        if self.columns.head {
            self.bytes += blob(row, 8)?.len();
        }
        for at in 0..self.light {
            let wanted = self.wanted[at];
            if self.is_so(&wanted.condition, id, row)? == wanted.negated {
                return Ok(false);
            }
        }
        if self.light == self.wanted.len() {
            return Ok(true);
        }
        self.read_body(row)?;
        let [of_body, of_head] = &mut self.lowered;
        let body = Haystack::new(&self.body, of_body);
        for wanted in &self.wanted[self.light..] {
            let so = match &wanted.condition {
                Condition::Body(needle) => needle.is_in(&body),
                Condition::Anywhere(needle) => in_head(needle, row, of_head)? || needle.is_in(&body),
                _ => false,
            };
            if so == wanted.negated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_body(&mut self, row: &SqlRow<'_>) -> Result<(), ArchiveError> {
        let stored = blob(row, 9)?;
        if row.get(10)? {
            let size = usize::try_from(row.get::<_, i64>(11)?).unwrap_or_default();
            decompress_into(stored, size, &mut self.body)?;
        } else {
            self.body.clear();
            self.body.extend_from_slice(stored);
        }
        self.bytes += self.body.len();
        Ok(())
    }

    /// Whether a condition that needs no body is so.
    fn is_so(&mut self, condition: &Condition, id: i64, row: &SqlRow<'_>) -> Result<bool, ArchiveError> {
        let words = |at: usize| Ok::<_, ArchiveError>(text(row, at)?.unwrap_or_default());
        Ok(match condition {
            Condition::Id(range) => range.contains(&id),
            Condition::Before(moment) => row.get::<_, i64>(1)? < moment.millis(),
            Condition::After(moment) => row.get::<_, i64>(1)? >= moment.millis(),
            Condition::Source(begin) => words(2)?.to_lowercase().starts_with(begin),
            Condition::Method(method) => words(3)?.to_uppercase() == *method,
            Condition::Size(range) => range.contains(&row.get(4)?),
            Condition::Path(needle) => {
                needle.is_in(&Haystack::new(words(6)?.as_bytes(), &mut self.lowered[0]))
            }
            Condition::Query(needle) => {
                needle.is_in(&Haystack::new(words(7)?.as_bytes(), &mut self.lowered[0]))
            }
            Condition::Header(name, needle) => {
                in_header(name.as_deref(), needle.as_ref(), blob(row, 8)?, &mut self.lowered[0])
            }
            Condition::Type(needle) => value_of(blob(row, 8)?, b"content-type")
                .is_some_and(|value| needle.is_in_text(&String::from_utf8_lossy(value))),
            Condition::Service(begin) => words(12)?.starts_with(begin.as_str()),
            Condition::Event(needle) => needle.is_in_text(words(14)?),
            Condition::Is(is) => is_now(*is, row)?,
            Condition::Signature(signed) => text(row, 15)? == verdict(*signed),
            Condition::Note(needle) => needle.is_in_text(words(17)?),
            Condition::Status(range) => {
                row.get::<_, Option<i64>>(18)?.is_some_and(|status| range.contains(&status))
            }
            Condition::Conversation(conversation) => self
                .connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM tellings WHERE conversation = ?1 AND delivery = ?2)",
                )?
                .query_row((conversation, id), |row| row.get(0))?,
            Condition::Anywhere(_) | Condition::Body(_) => false,
        })
    }
}

/// Conditions of at least this cost need the body.
const BODY: u8 = 3;

fn cost(condition: &Condition) -> u8 {
    match condition {
        Condition::Anywhere(_) | Condition::Body(_) => BODY,
        Condition::Conversation(_) => 2,
        Condition::Header(..) | Condition::Type(_) | Condition::Path(_) | Condition::Query(_) => 1,
        _ => 0,
    }
}

fn need(condition: &Condition, columns: &mut Columns) {
    match condition {
        Condition::Id(_) | Condition::Before(_) | Condition::After(_) | Condition::Conversation(_) => {}
        Condition::Source(_) | Condition::Method(_) | Condition::Size(_) | Condition::Is(Is::Kind(_)) => {
            columns.brief = true;
        }
        Condition::Path(_) | Condition::Query(_) | Condition::Header(..) | Condition::Type(_) => {
            columns.head = true;
        }
        Condition::Body(_) => columns.body = true,
        Condition::Anywhere(_) => (columns.head, columns.body) = (true, true),
        Condition::Is(Is::Drifted) => columns.drifts = true,
        Condition::Is(Is::Pinned | Is::Noted) | Condition::Note(_) => columns.notes = true,
        Condition::Service(_) | Condition::Event(_) | Condition::Is(_) => columns.readings = true,
        Condition::Signature(_) => columns.signatures = true,
        Condition::Status(_) => columns.answers = true,
    }
}

fn is_now(is: Is, row: &SqlRow<'_>) -> Result<bool, ArchiveError> {
    let outcome = || -> Result<Outcome, ArchiveError> { Ok(Outcome::from_word(text(row, 13)?)) };
    Ok(match is {
        Is::Pinned => row.get::<_, Option<i64>>(16)?.is_some(),
        Is::Noted => text(row, 17)?.is_some(),
        Is::Drifted => row.get::<_, Option<i64>>(19)?.is_some(),
        Is::Kind(wanted) => text(row, 5)?.map(kind) == Some(wanted),
        Is::Pending => outcome()? == Outcome::Pending,
        Is::Conversation => outcome()? == Outcome::Conversation,
        Is::NoConversation => outcome()? == Outcome::NoConversation,
        Is::Unreadable => outcome()? == Outcome::Unreadable,
        Is::Quarantined => outcome()? == Outcome::Quarantined,
    })
}

fn verdict(signed: Signed) -> Option<&'static str> {
    match signed {
        Signed::Good => Some("good"),
        Signed::Missing => Some("missing"),
        Signed::Wrong => Some("wrong"),
        Signed::Late => Some("late"),
        Signed::Unchecked => None,
    }
}

fn in_head(needle: &Needle, row: &SqlRow<'_>, room: &mut Vec<u8>) -> Result<bool, ArchiveError> {
    for at in [6, 7] {
        let text = text(row, at)?.unwrap_or_default();
        if needle.is_in(&Haystack::new(text.as_bytes(), room)) {
            return Ok(true);
        }
    }
    Ok(needle.is_in(&Haystack::new(blob(row, 8)?, room)))
}

fn in_header(name: Option<&str>, needle: Option<&Needle>, lines: &[u8], room: &mut Vec<u8>) -> bool {
    match (name, needle) {
        (None, None) => !lines.is_empty(),
        (None, Some(needle)) => needle.is_in(&Haystack::new(lines, room)),
        (Some(name), None) => value_of(lines, name.as_bytes()).is_some(),
        (Some(name), Some(needle)) => {
            values_of(lines, name.as_bytes()).any(|value| needle.is_in(&Haystack::new(value, room)))
        }
    }
}
