//! The full-text index: what of a conversation goes into it, and how a query asks it.

use afterchat_transcript::Transcript;
use afterchat_transcript::query::{Column, Comparison, Filter, Is, Query, Term, texts};
use chrono::{NaiveDate, NaiveTime};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};

use crate::ArchiveError;

/// The words of a conversation, one text for each column of the index.
pub(crate) struct Words([String; 5]);

impl Words {
    pub(crate) fn of(transcript: &Transcript) -> Self {
        Self(Column::ALL.map(|column| texts(transcript, column).collect::<Vec<_>>().join(APART)))
    }
}

/// Stands between two values of a column. To the index it is a word of its own that nobody can type, so that no phrase is
/// found half in one message and half in the next.
const APART: &str = " \u{e000} ";

/// Stores the words of a conversation. A long chat is one entry, so that two words of it are found wherever they stand.
pub(crate) fn put(connection: &Connection, position: i64, words: &Words) -> Result<(), ArchiveError> {
    let [messages, visitor, pages, agents, fields] = &words.0;
    connection
        .prepare_cached("INSERT INTO search (rowid, messages, visitor, pages, agents, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![position, messages, visitor, pages, agents, fields])?;
    Ok(())
}

/// The words a query wants, in FTS5's own language; `None` when it wants none. Words hold letters and digits only, so
/// there is nothing to escape.
pub(crate) fn wanted(query: &Query) -> Option<String> {
    let wanted: Vec<String> = query.terms.iter().filter(|term| !term.negated).map(term).collect();
    (!wanted.is_empty()).then(|| wanted.join(" AND "))
}

/// The words a query does not want. FTS5 cannot look for "all but", so these are taken out of the list.
pub(crate) fn unwanted(query: &Query) -> Option<String> {
    let unwanted: Vec<String> = query.terms.iter().filter(|term| term.negated).map(term).collect();
    (!unwanted.is_empty()).then(|| unwanted.join(" OR "))
}

fn term(term: &Term) -> String {
    let column = match term.column {
        None => "",
        Some(Column::Message) => "messages : ",
        Some(Column::Visitor) => "visitor : ",
        Some(Column::Page) => "pages : ",
        Some(Column::Agent) => "agents : ",
        Some(Column::Field) => "fields : ",
    };
    format!("{column}\"{}\"{}", term.words.join(" "), if term.prefix { " *" } else { "" })
}

/// The condition on the list's row for a filter.
pub(crate) fn condition(filter: &Filter) -> (String, Vec<Sql>) {
    let start = |day: &NaiveDate| Sql::from(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    match filter {
        Filter::Service(name) => ("c.provider = ?".to_owned(), vec![name.clone().into()]),
        Filter::Is(is) => (is_condition(*is).to_owned(), Vec::new()),
        Filter::Rating(comparison, mark) => {
            let sign = match comparison {
                Comparison::Below => "<",
                Comparison::AtMost => "<=",
                Comparison::Equal => "=",
                Comparison::AtLeast => ">=",
                Comparison::Above => ">",
            };
            (format!("c.rating {sign} ?"), vec![(*mark).into()])
        }
        Filter::Before(day) => ("c.active_at < ?".to_owned(), vec![start(day)]),
        Filter::After(day) => ("c.active_at >= ?".to_owned(), vec![start(day)]),
    }
}

fn is_condition(is: Is) -> &'static str {
    match is {
        Is::Unread => "c.unread = 1",
        Is::Starred => "c.starred = 1",
        Is::Archived => "c.archived = 1",
        Is::Missed => "c.state = 'missed'",
        Is::Offline => "c.kind = 'offline_message'",
        Is::Open => "c.state = 'open'",
        Is::Ended => "c.state = 'ended'",
        Is::Dropped => "c.state = 'dropped'",
    }
}
