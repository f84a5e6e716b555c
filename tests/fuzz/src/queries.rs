//! The two query languages: what is understood can be written down and is then understood as the same search.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use afterchat_transcript::DeliveryKind;
use afterchat_transcript::query::deliveries::{Condition, DeliveryQuery, Haystack, Is as DeliveryIs, Signed};
use afterchat_transcript::query::{Column, Comparison, Filter, Is, Query};

use crate::parts;

/// The first line is a search, the rest a text that it may match.
pub(crate) fn check(input: &[u8]) {
    let (search, text) = parts::line(input);
    let (search, text) = (String::from_utf8_lossy(search), String::from_utf8_lossy(text));
    let query = Query::parse(&search);
    for column in Column::ALL {
        let mut end = 0;
        for range in query.hits(column, &text) {
            assert!(text.get(range.clone()).is_some_and(|hit| !hit.is_empty()), "{range:?} is no hit");
            assert!(range.start >= end, "hits stand in order");
            end = range.start;
        }
    }
    assert!(query.terms.iter().all(|term| term.words.iter().all(|word| !word.is_empty())), "{query:?}");
    let written = write(&query);
    let again = Query::parse(&written);
    assert_eq!((&again.terms, &again.filters), (&query.terms, &query.filters), "{written:?} for {search:?}");
    assert_eq!(again.problem, None, "{written:?} is understood as a whole");
}

/// The same for deliveries, with bytes that may hold what is looked for.
pub(crate) fn check_deliveries(input: &[u8]) {
    let (search, bytes) = parts::line(input);
    let search = String::from_utf8_lossy(search);
    let query = DeliveryQuery::parse(&search);
    let mut room = Vec::new();
    let hay = Haystack::new(bytes, &mut room);
    for wanted in &query.wanted {
        if let Condition::Anywhere(needle) | Condition::Body(needle) = &wanted.condition {
            let found = needle.is_in(&hay);
            if let Ok(text) = std::str::from_utf8(bytes) {
                assert!(found || !needle.is_in_text(text), "{:?} is in {text:?}", needle.text());
            }
        }
    }
    let mut written = String::new();
    for wanted in &query.wanted {
        written.push_str(if wanted.negated { "-" } else { "" });
        written.push_str(&condition(&wanted.condition));
        written.push(' ');
    }
    let again = DeliveryQuery::parse(&written);
    assert_eq!(again.wanted, query.wanted, "{written:?} for {search:?}");
    assert_eq!(again.problem, None, "{written:?} is understood as a whole");
}

/// A value behind a name. Quotes hold spaces, and what holds quotes holds no spaces.
fn quoted(value: &str) -> String {
    if value.contains('"') { value.to_owned() } else { format!("\"{value}\"") }
}

fn write(query: &Query) -> String {
    let mut text = String::new();
    for (filter, negated) in &query.filters {
        text.push_str(if *negated { "-" } else { "" });
        let written = match filter {
            Filter::Service(name) => write!(text, "service:{}", quoted(name)),
            Filter::Is(is) => write!(text, "is:{}", is_word(*is)),
            Filter::Rating(comparison, mark) => write!(text, "rating:{}{mark}", sign(*comparison)),
            Filter::Before(day) => write!(text, "before:{day}"),
            Filter::After(day) => write!(text, "after:{day}"),
        };
        written.unwrap();
        text.push(' ');
    }
    for term in &query.terms {
        text.push_str(if term.negated { "-" } else { "" });
        text.push_str(match term.column {
            None => "",
            Some(Column::Message) => "message:",
            Some(Column::Visitor) => "from:",
            Some(Column::Page) => "page:",
            Some(Column::Agent) => "agent:",
            Some(Column::Field) => "field:",
        });
        // What is still being typed has no closing quote, and nothing behind it.
        let (words, end) = (term.words.join(" "), if term.prefix { "" } else { "\" " });
        write!(text, "\"{words}{end}").unwrap();
    }
    text
}

fn is_word(is: Is) -> &'static str {
    match is {
        Is::Unread => "unread",
        Is::Starred => "starred",
        Is::Archived => "archived",
        Is::Missed => "missed",
        Is::Offline => "offline",
        Is::Open => "open",
        Is::Ended => "ended",
        Is::Dropped => "dropped",
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Below => "<",
        Comparison::AtMost => "<=",
        Comparison::Equal => "=",
        Comparison::AtLeast => ">=",
        Comparison::Above => ">",
    }
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Anywhere(needle) => quoted(needle.text()),
        Condition::Body(needle) => format!("body:{}", quoted(needle.text())),
        Condition::Path(needle) => format!("path:{}", quoted(needle.text())),
        Condition::Query(needle) => format!("query:{}", quoted(needle.text())),
        Condition::Header(name, needle) => {
            let name = name.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
            let value = needle.as_ref().map(|needle| quoted(needle.text())).unwrap_or_default();
            format!("header{name}:{value}")
        }
        Condition::Type(needle) => format!("type:{}", quoted(needle.text())),
        Condition::Event(needle) => format!("event:{}", quoted(needle.text())),
        Condition::Note(needle) => format!("note:{}", quoted(needle.text())),
        Condition::Method(method) => format!("method:{}", quoted(method)),
        Condition::Source(name) => format!("source:{}", quoted(name)),
        Condition::Service(name) => format!("service:{}", quoted(name)),
        Condition::Conversation(id) => format!("conversation:{}", quoted(id)),
        Condition::Status(range) => format!("status:{}", numbers(range)),
        Condition::Size(range) => format!("size:{}", numbers(range)),
        Condition::Id(range) => format!("id:{}", numbers(range)),
        Condition::Before(moment) => format!("before:{moment}"),
        Condition::After(moment) => format!("after:{moment}"),
        Condition::Is(is) => format!("is:{}", delivery_is(*is)),
        Condition::Signature(signed) => format!("signature:{}", signed_word(*signed)),
    }
}

/// Numbers from one to another, as somebody would write them. Nothing is below 0.
fn numbers(range: &RangeInclusive<i64>) -> String {
    let (from, to) = (*range.start(), *range.end());
    match (from, to) {
        (i64::MIN, to) if to < 0 => format!("<{}", to + 1),
        (i64::MIN, to) => format!("<={to}"),
        (from, i64::MAX) if from > 0 => format!(">{}", from - 1),
        (from, i64::MAX) => format!(">={from}"),
        (from, to) if from == to => format!("={from}"),
        (from, to) => format!("{from}-{to}"),
    }
}

fn delivery_is(is: DeliveryIs) -> &'static str {
    match is {
        DeliveryIs::Pending => "pending",
        DeliveryIs::Conversation => "conversation",
        DeliveryIs::NoConversation => "no_conversation",
        DeliveryIs::Unreadable => "unreadable",
        DeliveryIs::Quarantined => "quarantined",
        DeliveryIs::Pinned => "pinned",
        DeliveryIs::Noted => "noted",
        DeliveryIs::Drifted => "drifted",
        DeliveryIs::Kind(DeliveryKind::Hook) => "hook",
        DeliveryIs::Kind(DeliveryKind::BackFill) => "fetched",
        DeliveryIs::Kind(DeliveryKind::Import) => "imported",
    }
}

fn signed_word(signed: Signed) -> &'static str {
    match signed {
        Signed::Good => "good",
        Signed::Missing => "missing",
        Signed::Wrong => "wrong",
        Signed::Late => "late",
        Signed::Unchecked => "none",
    }
}
