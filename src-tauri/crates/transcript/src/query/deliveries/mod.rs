//! The query language of the inspector: which deliveries a developer looks for.
//!
//! Words and `"phrases"` are looked for anywhere in the request: path, query string, headers and body. Names before a
//! colon look in one place (`body:`, `header.X-Topic:`, `path:`) or choose by what a delivery is (`method:`, `is:`,
//! `size:>10k`). `-` in front means that it must not fit. Capitals make no difference. Parsing never fails: what cannot
//! be understood is left out and named.

mod needle;
#[cfg(test)]
mod tests;
mod values;

use std::ops::RangeInclusive;

use super::tokens::{Token, next_token};
use crate::{DeliveryKind, Instant};

pub use needle::{Haystack, Needle};

/// A way a delivery can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// It waits to be read.
    Pending,
    /// It tells of a conversation.
    Conversation,
    /// It was understood and tells of none.
    NoConversation,
    /// It was not understood.
    Unreadable,
    /// Its signature was missing or wrong, and nobody has accepted it.
    Quarantined,
    /// A person pinned it.
    Pinned,
    /// A person wrote a note beside it.
    Noted,
    /// It differs from what its source and event looked like until then.
    Drifted,
    /// It came in this way.
    Kind(DeliveryKind),
}

/// What the door can have found of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// It is good.
    Good,
    /// There is none, although there was a secret to check it with.
    Missing,
    /// It was made with another secret or for another body.
    Wrong,
    /// It is right, but was made too long before or after it arrived.
    Late,
    /// There was no secret to check it with.
    Unchecked,
}

/// Something that is true of a delivery or not.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The path, the query string, a header line or the body holds this.
    Anywhere(Needle),
    /// The body holds this.
    Body(Needle),
    /// The path holds this.
    Path(Needle),
    /// The query string holds this.
    Query(Needle),
    /// A header of this name is there and, if something is given, holds it. Without a name any header line may.
    Header(Option<String>, Option<Needle>),
    /// The content type, as claimed, holds this.
    Type(Needle),
    /// The payload's own word for what happened holds this.
    Event(Needle),
    /// The note beside it holds this.
    Note(Needle),
    /// The method is this one, in capitals.
    Method(String),
    /// The name of the source begins with this, in small letters.
    Source(String),
    /// The id of the chat service begins with this, in small letters.
    Service(String),
    /// It tells of this conversation.
    Conversation(String),
    /// The status it was answered with lies in here.
    Status(RangeInclusive<i64>),
    /// The size of the body in bytes lies in here.
    Size(RangeInclusive<i64>),
    /// Its number lies in here.
    Id(RangeInclusive<i64>),
    /// It arrived before this moment.
    Before(Instant),
    /// It arrived at this moment or later.
    After(Instant),
    /// It is so.
    Is(Is),
    /// This was found of its signature.
    Signature(Signed),
}

/// A condition, and whether it must be true or must not.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The condition.
    pub condition: Condition,
    /// True when it must not be true.
    pub negated: bool,
}

/// A search for deliveries, understood. All that is wanted must be so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeliveryQuery {
    /// What is wanted.
    pub wanted: Vec<Wanted>,
    /// What could not be understood, in words.
    pub problem: Option<String>,
}

impl DeliveryQuery {
    /// Understands a search as far as it goes.
    #[must_use]
    pub fn parse(search: &str) -> Self {
        let mut query = Self::default();
        let mut rest = search;
        while let Some(token) = next_token(&mut rest, is_name) {
            match understood(&token) {
                Ok(Some(condition)) => query.wanted.push(Wanted { condition, negated: token.negated }),
                // Nothing is wanted, or not yet.
                Ok(None) => {}
                Err(problem) => {
                    query.problem.get_or_insert(problem);
                }
            }
        }
        query
    }

    /// True when nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }
}

/// Names that stand before a colon, beside `header.` with a name of its own.
const NAMES: [&str; 19] = [
    "method",
    "status",
    "source",
    "service",
    "provider",
    "path",
    "query",
    "type",
    "event",
    "header",
    "body",
    "note",
    "conversation",
    "is",
    "signature",
    "size",
    "before",
    "after",
    "id",
];

const HEADER: &str = "header.";

fn is_name(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) || header_of(name).is_some()
}

/// The header that `header.NAME` speaks of. Names of headers hold no spaces and no control characters.
fn header_of(name: &str) -> Option<&str> {
    let (word, header) = name.split_at_checked(HEADER.len())?;
    let fits = word.eq_ignore_ascii_case(HEADER)
        && !header.is_empty()
        && header.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    fits.then_some(header)
}

/// What a piece of a search wants; nothing when its value is still missing.
fn understood(token: &Token<'_>) -> Result<Option<Condition>, String> {
    let value = token.value;
    let Some(name) = token.name else { return Ok(Needle::new(value).map(Condition::Anywhere)) };
    if let Some(header) = header_of(name) {
        return Ok(Some(Condition::Header(Some(header.to_ascii_lowercase()), Needle::new(value))));
    }
    if value.trim().is_empty() {
        return Ok(None);
    }
    let name = name.to_ascii_lowercase();
    let needle = || Needle::new(value);
    let small = value.to_lowercase();
    let found = match name.as_str() {
        "path" => needle().map(Condition::Path),
        "query" => needle().map(Condition::Query),
        "type" => needle().map(Condition::Type),
        "event" => needle().map(Condition::Event),
        "note" => needle().map(Condition::Note),
        "body" => needle().map(Condition::Body),
        "header" => needle().map(|needle| Condition::Header(None, Some(needle))),
        "method" => Some(Condition::Method(value.to_uppercase())),
        "source" => Some(Condition::Source(small)),
        "service" | "provider" => Some(Condition::Service(small)),
        "conversation" => Some(Condition::Conversation(value.to_owned())),
        "status" => values::statuses(&small).map(Condition::Status),
        "size" => values::sizes(&small).map(Condition::Size),
        "id" => values::numbers(&small).map(Condition::Id),
        "before" => values::moment(value).map(Condition::Before),
        // That moment or later; a day begins with it.
        "after" => values::moment(value).map(Condition::After),
        "is" => values::is(&small).map(Condition::Is),
        _ => values::signed(&small).map(Condition::Signature),
    };
    found
        .map(Some)
        .ok_or_else(|| format!("“{name}:{value}” was left out: it takes {}.", values::taken(&name)))
}
