//! The inspector's list: deliveries newest first, all of them or those that a search wants.
//!
//! What is rare has an index, and the list then runs along that (`Course`). Everything else is looked at one after
//! another, newest first, and only so much at a time: whoever asks gets what was found, how far back that was, and where
//! to go on. So no question takes long, however little it finds, and none waits for the writer.

use afterchat_transcript::Instant;
use afterchat_transcript::query::deliveries::{Condition, DeliveryQuery, Is, Signed, Wanted};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::looking::{Columns, Looker};
use super::row::{self, DeliverySummary};
use super::{DeliveryId, instant};
use crate::{Archive, ArchiveError};

/// Which deliveries to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct JournalQuestion {
    /// Only those of this conversation.
    pub conversation: Option<String>,
    /// Only those of this source.
    pub source: Option<String>,
    /// Only those in quarantine.
    pub quarantined: bool,
    /// Only those older than this one: the last of the page before.
    pub before: Option<i64>,
    /// Only those newer than this one.
    pub since: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

/// How much one question may look at before it answers with what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Deliveries.
    pub deliveries: usize,
    /// Bytes of their headers and bodies.
    pub bytes: usize,
}

impl Effort {
    /// A step of a search in a window: some hundredths of a second.
    pub const STEP: Self = Self { deliveries: 20_000, bytes: 24 << 20 };
    /// Whatever it takes.
    pub const ANY: Self = Self { deliveries: usize::MAX, bytes: usize::MAX };
}

/// What one question found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The deliveries, newest first.
    pub rows: Vec<DeliverySummary>,
    /// Where to go on: pass as `before`. `None` when there is nothing more.
    pub next: Option<DeliveryId>,
    /// The newest delivery in the journal; 0 in an empty one.
    pub newest: DeliveryId,
    /// The oldest delivery in the journal; 0 in an empty one.
    pub oldest: DeliveryId,
    /// Every delivery that was asked for, from the newest down to this number, has been looked at.
    pub reached: DeliveryId,
    /// When the last one that was looked at arrived.
    pub reached_at: Option<Instant>,
}

impl Archive {
    /// Deliveries, newest first, a page at a time.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn deliveries(&self, question: &JournalQuestion) -> Result<Vec<DeliverySummary>, ArchiveError> {
        let found = self.find_deliveries(question, &DeliveryQuery::default(), Effort::ANY)?;
        Ok(found.rows)
    }

    /// Those deliveries that a search wants, newest first, as far as an effort goes.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn find_deliveries(
        &self,
        question: &JournalQuestion,
        query: &DeliveryQuery,
        effort: Effort,
    ) -> Result<Found, ArchiveError> {
        self.read(|connection| find(connection, question, query, effort))
    }
}

fn find(
    connection: &Connection,
    question: &JournalQuestion,
    query: &DeliveryQuery,
    effort: Effort,
) -> Result<Found, ArchiveError> {
    let (oldest, newest) = ends(connection)?;
    let course = Course::new(connection, question, query)?;
    let mut looker = Looker::new(connection, course.source.as_deref(), &course.left);
    let mut select = connection.prepare_cached(&course.sql(looker.columns()))?;
    let mut rows = select.query(params_from_iter(&course.values))?;
    let (mut ids, mut looked, mut last) = (Vec::new(), 0, None);
    let next = loop {
        let Some(row) = rows.next()? else { break None };
        // Another one is there, so the place to go on from is the last one that was looked at.
        if ids.len() >= question.limit || looked >= effort.deliveries || looker.bytes() >= effort.bytes {
            break last;
        }
        let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        looked += 1;
        last = Some((id, at));
        if looker.fits(id, row)? {
            ids.push(id);
        }
    };
    let lowest = question.since.map_or(oldest, |since| since.saturating_add(1).max(oldest));
    Ok(Found {
        rows: row::rows(connection, &ids)?,
        next: next.map(|(id, _)| DeliveryId(id)),
        newest: DeliveryId(newest),
        oldest: DeliveryId(oldest),
        reached: DeliveryId(next.map_or(lowest, |(id, _)| id)),
        reached_at: last.map(|(_, at)| instant(at)),
    })
}

/// The oldest and the newest number. One question for both would look at every row.
fn ends(connection: &Connection) -> Result<(i64, i64), ArchiveError> {
    let sql =
        "SELECT coalesce((SELECT min(id) FROM deliveries), 0), coalesce((SELECT max(id) FROM deliveries), 0)";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The rows that a list runs along, and what is left to be looked at in each.
struct Course {
    along: Along,
    conditions: Vec<&'static str>,
    values: Vec<Sql>,
    /// The only source whose deliveries are wanted, where the course does not see to it.
    source: Option<String>,
    left: Vec<Wanted>,
}

/// What finds the deliveries. Only where an index leads to few of them is it not the journal itself; then each row of
/// that index looks up its delivery, and never the other way round (`CROSS JOIN`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    Journal,
    Tellings,
    Notes,
    Drifts,
    Readings,
    Signatures,
}

impl Along {
    fn from(self) -> &'static str {
        match self {
            Self::Journal => "deliveries d",
            Self::Tellings => "tellings t CROSS JOIN deliveries d ON d.id = t.delivery",
            Self::Notes => "delivery_notes n CROSS JOIN deliveries d ON d.id = n.delivery",
            Self::Drifts => "drifts f CROSS JOIN deliveries d ON d.id = f.delivery",
            Self::Readings => "readings r CROSS JOIN deliveries d ON d.id = r.delivery",
            Self::Signatures => "signatures s CROSS JOIN deliveries d ON d.id = s.delivery",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Journal => "d.id",
            Self::Tellings => "t.delivery",
            Self::Notes => "n.delivery",
            Self::Drifts => "f.delivery",
            Self::Readings => "r.delivery",
            Self::Signatures => "s.delivery",
        }
    }

    /// Where a condition leads: the better of two is the lower, how few deliveries it leads to.
    fn of(wanted: &Wanted) -> Option<(u8, Self, &'static str, Option<&str>)> {
        if wanted.negated { None } else { Self::of_condition(&wanted.condition) }
    }

    fn of_condition(condition: &Condition) -> Option<(u8, Self, &'static str, Option<&str>)> {
        // The last condition of some is that of a partial index, without which SQLite does not see that it fits.
        Some(match condition {
            Condition::Conversation(id) => (0, Self::Tellings, "t.conversation = ?", Some(id)),
            Condition::Is(Is::Pinned) => (1, Self::Notes, "n.pinned_at IS NOT NULL", None),
            Condition::Is(Is::Noted) | Condition::Note(_) => (1, Self::Notes, "n.note IS NOT NULL", None),
            // There is a row only for what drifted.
            Condition::Is(Is::Drifted) => (2, Self::Drifts, "f.total > 0", None),
            Condition::Is(Is::Quarantined) => (2, Self::Readings, "r.outcome = 'quarantined'", None),
            Condition::Is(Is::Unreadable) => {
                (3, Self::Readings, "r.outcome = 'unreadable' AND r.outcome <> 'conversation'", None)
            }
            Condition::Signature(Signed::Missing) => {
                (4, Self::Signatures, "s.verdict = 'missing' AND s.verdict <> 'good'", None)
            }
            Condition::Signature(Signed::Wrong) => {
                (4, Self::Signatures, "s.verdict = 'wrong' AND s.verdict <> 'good'", None)
            }
            Condition::Signature(Signed::Late) => {
                (4, Self::Signatures, "s.verdict = 'late' AND s.verdict <> 'good'", None)
            }
            Condition::Is(Is::NoConversation) => {
                (5, Self::Readings, "r.outcome = 'no_conversation' AND r.outcome <> 'conversation'", None)
            }
            // What waits lies behind the projector's cursor.
            Condition::Is(Is::Pending) => {
                (6, Self::Journal, "d.id > (SELECT cursor.delivery FROM cursor)", None)
            }
            _ => return None,
        })
    }
}

impl Course {
    fn new(
        connection: &Connection,
        question: &JournalQuestion,
        query: &DeliveryQuery,
    ) -> Result<Self, ArchiveError> {
        let mut left = wanted(question, query);
        let mut source = source(connection, question, &mut left)?;
        let best = left.iter().enumerate().filter_map(|(at, wanted)| Some((Along::of(wanted)?.0, at))).min();
        let (mut along, mut conditions, mut values) = (Along::Journal, Vec::new(), Vec::new());
        if let Some((at, (_, found, condition, value))) =
            best.and_then(|(_, at)| Some((at, Along::of(&left[at])?)))
        {
            along = found;
            conditions.push(condition);
            values.extend(value.map(|value| Sql::from(value.to_owned())));
            // The words of a note are still to be looked at.
            if !matches!(left[at].condition, Condition::Note(_)) {
                left.swap_remove(at);
            }
        } else if let Some(source) = source.take() {
            conditions.push("d.source = ?");
            values.push(source.into());
        }
        let (mut lowest, mut highest) = (question.since.map_or(0, |since| since.saturating_add(1)), i64::MAX);
        if let Some(before) = question.before {
            highest = before.saturating_sub(1);
        }
        left.retain(|wanted| match &wanted.condition {
            Condition::Id(range) if !wanted.negated => {
                (lowest, highest) = (lowest.max(*range.start()), highest.min(*range.end()));
                false
            }
            _ => true,
        });
        values.extend([Sql::from(lowest), Sql::from(highest)]);
        Ok(Self { along, conditions, values, source, left })
    }

    fn sql(&self, columns: &Columns) -> String {
        let key = self.along.key();
        let mut conditions = self.conditions.join(" AND ");
        if !conditions.is_empty() {
            conditions.push_str(" AND ");
        }
        let along = self.along.from();
        // A table that the list runs along is there already.
        let joins: String =
            columns.joins().filter(|join| !along.starts_with(join.table)).map(|join| join.sql).collect();
        format!(
            "SELECT d.id, d.received_at, {} FROM {along}{joins} WHERE {conditions}{key} >= ? AND {key} <= ? ORDER BY {key} DESC",
            columns.select()
        )
    }
}

/// All that is asked for, but the source.
fn wanted(question: &JournalQuestion, query: &DeliveryQuery) -> Vec<Wanted> {
    let conversation = question.conversation.clone().map(Condition::Conversation);
    let quarantined = question.quarantined.then_some(Condition::Is(Is::Quarantined));
    let asked = conversation.into_iter().chain(quarantined);
    asked.map(|condition| Wanted { condition, negated: false }).chain(query.wanted.iter().cloned()).collect()
}

/// The only source that is asked for, if there is just one: the beginning of a name may stand for several.
fn source(
    connection: &Connection,
    question: &JournalQuestion,
    left: &mut Vec<Wanted>,
) -> Result<Option<String>, ArchiveError> {
    if question.source.is_some() {
        return Ok(question.source.clone());
    }
    let begins = left.iter().enumerate().find_map(|(at, wanted)| match &wanted.condition {
        Condition::Source(begin) if !wanted.negated => Some((at, begin.clone())),
        _ => None,
    });
    let Some((at, begin)) = begins else { return Ok(None) };
    let mut names = sources(connection)?;
    names.retain(|name| name.to_lowercase().starts_with(&begin));
    if names.len() > 1 {
        return Ok(None);
    }
    left.swap_remove(at);
    Ok(Some(names.pop().unwrap_or(begin)))
}

/// The sources that deliveries reached, each found by one step into the index instead of reading all of it.
fn sources(connection: &Connection) -> Result<Vec<String>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "WITH RECURSIVE names (name) AS (
             SELECT min(source) FROM deliveries
             UNION ALL SELECT (SELECT min(source) FROM deliveries WHERE source > name) FROM names WHERE name IS NOT NULL
         ) SELECT name FROM names WHERE name IS NOT NULL",
    )?;
    let names = select.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// How SQLite answers a question, in its own words.
#[cfg(test)]
pub(super) fn plan(
    connection: &Connection,
    question: &JournalQuestion,
    query: &DeliveryQuery,
) -> Result<Vec<String>, ArchiveError> {
    let course = Course::new(connection, question, query)?;
    let looker = Looker::new(connection, course.source.as_deref(), &course.left);
    let mut select = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", course.sql(looker.columns())))?;
    let steps = select.query_map(params_from_iter(&course.values), |row| row.get("detail"))?;
    Ok(steps.collect::<Result<_, _>>()?)
}
