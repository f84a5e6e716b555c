//! The query language of the search box and of `afterchat search`.
//!
//! Words are looked for everywhere, `"two words"` as a phrase, `-word` must not occur, and the last word of a search
//! that is still being typed stands for every word it begins. `from:` looks in the visitor, `page:` in the path,
//! `agent:` in who answered, `field:` in the fields. `service:`, `is:`, `rating:`, `before:` and `after:` choose
//! conversations by what they are. Parsing never fails: what cannot be understood is left out and named.

pub mod deliveries;
mod texts;
mod tokens;
mod words;

use std::ops::Range;

use chrono::NaiveDate;

pub use texts::texts;
pub use words::{Word, words};

use tokens::{Token, next_token};

/// Where a term is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What was said.
    Message,
    /// Who asked: name, addresses, place.
    Visitor,
    /// Addresses and titles of pages.
    Page,
    /// Who answered.
    Agent,
    /// Fields, labels, subject.
    Field,
}

impl Column {
    /// Every column, in the order a person would look.
    pub const ALL: [Self; 5] = [Self::Message, Self::Visitor, Self::Page, Self::Agent, Self::Field];
}

/// Words that must stand one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where to look; everywhere if not given.
    pub column: Option<Column>,
    /// The words, folded as the index folds them.
    pub words: Vec<String>,
    /// True when the last word may go on.
    pub prefix: bool,
    /// True when the words must not occur.
    pub negated: bool,
}

/// A way a conversation can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Nobody has read it up to its newest message.
    Unread,
    /// Marked with a star.
    Starred,
    /// Put away.
    Archived,
    /// The last message got no answer.
    Missed,
    /// A message left while nobody was there.
    Offline,
    /// It may still go on.
    Open,
    /// It is over.
    Ended,
    /// It broke off.
    Dropped,
}

/// How a mark compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Lower than.
    Below,
    /// At most.
    AtMost,
    /// Just this.
    Equal,
    /// At least.
    AtLeast,
    /// Higher than.
    Above,
}

/// Chooses conversations by what they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// By chat service.
    Service(String),
    /// By a way it is.
    Is(Is),
    /// By the visitor's mark.
    Rating(Comparison, f64),
    /// Active before this day began.
    Before(NaiveDate),
    /// Active on this day or later.
    After(NaiveDate),
}

/// A search, understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// What to look for in the text.
    pub terms: Vec<Term>,
    /// What the conversation must be; each may be negated.
    pub filters: Vec<(Filter, bool)>,
    /// What could not be understood, in words.
    pub problem: Option<String>,
}

impl Query {
    /// Understands a search as far as it goes.
    #[must_use]
    pub fn parse(search: &str) -> Self {
        let mut query = Self::default();
        let mut rest = search;
        while let Some(token) = next_token(&mut rest, is_name) {
            query.add(&token);
        }
        query
    }

    /// True when nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.filters.is_empty()
    }

    /// Where the search matches a text of this column, as byte ranges in order.
    #[must_use]
    pub fn hits(&self, column: Column, text: &str) -> Vec<Range<usize>> {
        let found: Vec<Word> = words(text).collect();
        let mut hits: Vec<Range<usize>> = Vec::new();
        let looks_here = |term: &&Term| !term.negated && term.column.is_none_or(|wanted| wanted == column);
        for term in self.terms.iter().filter(looks_here) {
            let length = term.words.len();
            for run in found.windows(length) {
                let matches = run.iter().zip(&term.words).enumerate().all(|(index, (word, wanted))| {
                    if term.prefix && index + 1 == length {
                        word.folded.starts_with(wanted.as_str())
                    } else {
                        word.folded == *wanted
                    }
                });
                if matches {
                    hits.extend(run.iter().map(|word| word.range.clone()));
                }
            }
        }
        hits.sort_by_key(|range| range.start);
        hits.dedup();
        hits
    }

    fn add(&mut self, token: &Token<'_>) {
        let Some((name, value)) = token.name.map(|name| (name, token.value)) else {
            return self.add_term(None, token);
        };
        let filter = match name {
            "from" | "visitor" => return self.add_term(Some(Column::Visitor), token),
            "page" => return self.add_term(Some(Column::Page), token),
            "agent" => return self.add_term(Some(Column::Agent), token),
            "field" | "label" => return self.add_term(Some(Column::Field), token),
            "message" => return self.add_term(Some(Column::Message), token),
            "service" | "provider" => {
                Some(Filter::Service(value.to_lowercase())).filter(|_| !value.is_empty())
            }
            "is" => is(value).map(Filter::Is),
            "rating" => rating(value),
            "before" => value.parse().ok().map(Filter::Before),
            // `after` means that day or later.
            _ => value.parse().ok().map(Filter::After),
        };
        match filter {
            Some(filter) => self.filters.push((filter, token.negated)),
            None if self.problem.is_none() => self.problem = Some(expected(name, value)),
            None => {}
        }
    }

    fn add_term(&mut self, column: Option<Column>, token: &Token<'_>) {
        let words: Vec<String> = words(token.value).map(|word| word.folded).collect();
        if !words.is_empty() {
            self.terms.push(Term {
                column,
                words,
                prefix: token.unfinished && !token.negated,
                negated: token.negated,
            });
        }
    }
}

/// What stands before a colon in this language.
fn is_name(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "from", "visitor", "page", "agent", "field", "label", "message", "service", "provider", "is",
        "rating", "before", "after",
    ];
    NAMES.contains(&name)
}

fn is(value: &str) -> Option<Is> {
    Some(match value {
        "unread" => Is::Unread,
        "starred" => Is::Starred,
        "archived" => Is::Archived,
        "missed" => Is::Missed,
        "offline" => Is::Offline,
        "open" => Is::Open,
        "ended" => Is::Ended,
        "dropped" => Is::Dropped,
        _ => return None,
    })
}

fn rating(value: &str) -> Option<Filter> {
    let signs = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Below),
        (">", Comparison::Above),
        ("=", Comparison::Equal),
        ("", Comparison::Equal),
    ];
    let (mark, comparison) =
        signs.iter().find_map(|(sign, comparison)| Some((value.strip_prefix(sign)?, *comparison)))?;
    mark.parse().ok().filter(|mark: &f64| mark.is_finite()).map(|mark| Filter::Rating(comparison, mark))
}

fn expected(name: &str, value: &str) -> String {
    let known = match name {
        "is" => "is:unread, is:starred, is:archived, is:missed, is:offline, is:open, is:ended or is:dropped",
        "rating" => "rating:5, rating:<3 or rating:>=4",
        "before" | "after" => "a day such as before:2026-03-31",
        _ => "a value",
    };
    format!("“{name}:{value}” was left out: it takes {known}.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Column, Comparison, Filter, Is, Query};

    fn terms(search: &str) -> Vec<String> {
        let shown = |term: super::Term| {
            let column = match term.column {
                None => "",
                Some(Column::Message) => "message:",
                Some(Column::Visitor) => "from:",
                Some(Column::Page) => "page:",
                Some(Column::Agent) => "agent:",
                Some(Column::Field) => "field:",
            };
            let (minus, star) = (if term.negated { "-" } else { "" }, if term.prefix { "*" } else { "" });
            format!("{minus}{column}{}{star}", term.words.join(" "))
        };
        Query::parse(search).terms.into_iter().map(shown).collect()
    }

    #[test]
    fn words_phrases_places_and_what_is_still_typed() {
        assert_eq!(terms("Hello wor"), ["hello", "wor*"]);
        assert_eq!(terms("hello "), ["hello"]);
        assert_eq!(terms("\"how can I\" hel"), ["how can i", "hel*"]);
        assert_eq!(terms("\"how can"), ["how can*"]);
        assert_eq!(terms("from:dusan@domain.com -page:cart "), ["from:dusan domain com", "-page:cart"]);
        assert_eq!(terms("from:\"Dušan Kmeť\""), ["from:dusan kmet"]);
        assert_eq!(
            terms("https://shop.example/a"),
            ["https shop example a*"],
            "an address is no name of a filter"
        );
        assert_eq!(terms("- -- \"\" !"), [""; 0]);
        assert_eq!(terms("\u{64b} \"\u{9cb}\" \u{64b}a "), ["a"], "a mark alone is no word");
    }

    #[test]
    fn filters_choose_by_what_a_conversation_is() {
        let query = Query::parse("is:unread -is:archived rating:<=3 service:Smartsupp after:2026-01-31");
        assert_eq!(
            query.filters,
            [
                (Filter::Is(Is::Unread), false),
                (Filter::Is(Is::Archived), true),
                (Filter::Rating(Comparison::AtMost, 3.0), false),
                (Filter::Service("smartsupp".to_owned()), false),
                (Filter::After("2026-01-31".parse().unwrap()), false),
            ]
        );
        assert_eq!(query.problem, None);
    }

    #[test]
    fn what_cannot_be_understood_is_left_out_and_named() {
        let query = Query::parse("is:purple hello ");
        assert_eq!(query.terms.len(), 1, "the rest of the search still counts");
        assert!(query.problem.is_some_and(|problem| problem.contains("is:purple")));
    }

    #[test]
    fn hits_are_found_without_accents_and_capitals() {
        let text = "Dobrý den, DOBRY";
        let hits = |search| {
            Query::parse(search)
                .hits(Column::Message, text)
                .into_iter()
                .map(|range| &text[range])
                .collect::<Vec<_>>()
        };
        assert_eq!(hits("dobry "), ["Dobrý", "DOBRY"]);
        assert_eq!(hits("do"), ["Dobrý", "DOBRY"]);
        assert_eq!(hits("\"dobry den\""), ["Dobrý", "den"]);
        assert_eq!(hits("-dobry "), [""; 0]);
        assert_eq!(hits("from:dobry "), [""; 0], "a term of another column marks nothing here");
    }

    proptest! {
        #[test]
        fn no_search_makes_the_parser_panic(search in any::<String>(), text in any::<String>()) {
            for range in Query::parse(&search).hits(Column::Message, &text) {
                prop_assert!(text.get(range).is_some(), "a hit must lie on character borders");
            }
        }
    }
}
