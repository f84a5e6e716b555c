//! The cursor every reader walks a payload with.
//!
//! It remembers which values were taken. Whatever no typed place took is listed by [`Tracker::untaken`], so that no
//! value of a payload disappears because nobody thought of it. A value is taken only when it was understood: text
//! where a number belongs stays untaken and shows up among the other fields.

use std::cell::RefCell;

use super::value::{Kind, Value};
use super::{json, pointer};
use crate::Instant;
use crate::model::{Origin, OtherValue, Quantity, Sourced};

/// A longer list of plain values that nobody took is listed as one value: a row for each number of a drawing or a sound
/// helps nobody, and a stranger chooses how many there are.
const LONG_LIST: usize = 32;

/// Remembers which values of one payload were taken.
#[derive(Debug)]
pub struct Tracker<'a> {
    root: &'a Value,
    start: String,
    taken: RefCell<Vec<bool>>,
}

impl<'a> Tracker<'a> {
    /// A tracker for a tree of this many values; readers start at the pointer `start`.
    #[must_use]
    pub fn new(root: &'a Value, start: &str, values: usize) -> Self {
        Self { root, start: start.to_owned(), taken: RefCell::new(vec![false; values]) }
    }

    /// The cursor at the value a reader starts from.
    #[must_use]
    pub fn start(&self) -> Cursor<'_> {
        Cursor { tracker: self, value: self.root.at(&self.start), pointer: self.start.clone() }
    }

    /// Every scalar and every empty list or object that nobody took, in the order written. A long list of them is one.
    #[must_use]
    pub fn untaken(&self) -> Vec<OtherValue> {
        let mut found = Vec::new();
        self.collect(self.root, String::new(), &mut found);
        found
    }

    fn collect(&self, value: &Value, at: String, found: &mut Vec<OtherValue>) {
        if value.is_leaf() {
            if !self.is_taken(value) {
                found.push(OtherValue { pointer: at, value: value.to_json() });
            }
            return;
        }
        match &value.kind {
            Kind::Array(items)
                if items.len() > LONG_LIST && items.iter().all(|item| self.is_untaken_leaf(item)) =>
            {
                found.push(OtherValue { pointer: at, value: value.to_json() });
            }
            Kind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect(item, format!("{at}/{index}"), found);
                }
            }
            Kind::Object(entries) => {
                for (name, entry) in entries {
                    self.collect(entry, pointer(&at, name), found);
                }
            }
            _ => {}
        }
    }

    fn is_untaken_leaf(&self, value: &Value) -> bool {
        value.is_leaf() && !self.is_taken(value)
    }

    fn is_taken(&self, value: &Value) -> bool {
        self.taken.borrow().get(value.number).copied().unwrap_or(false)
    }

    fn take(&self, value: &Value) {
        if let Some(taken) = self.taken.borrow_mut().get_mut(value.number) {
            *taken = true;
        }
    }
}

/// A place in a payload, present or not.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    tracker: &'a Tracker<'a>,
    value: Option<&'a Value>,
    pointer: String,
}

impl<'a> Cursor<'a> {
    /// The value of a name.
    #[must_use]
    pub fn at(&self, name: &str) -> Cursor<'a> {
        let value = self.value.and_then(|value| value.get(name));
        Cursor { tracker: self.tracker, value, pointer: pointer(&self.pointer, name) }
    }

    /// The first of these names that holds something, for values that services renamed over the years. Those that
    /// stand there empty say nothing and are taken.
    #[must_use]
    pub fn at_any(&self, names: &[&str]) -> Cursor<'a> {
        let mut found = None;
        for name in names {
            let place = self.at(name);
            if place.says_nothing() {
                let _empty = place.take();
            } else if found.is_none() {
                found = Some(place);
            }
        }
        found.unwrap_or_else(|| self.at(names.first().copied().unwrap_or_default()))
    }

    /// The JSON Pointer of this place.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The value itself, to look at without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&'a Value> {
        self.value
    }

    /// True when the payload has this place, whatever stands there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.value.is_some()
    }

    /// True when there is no value, or `null`, or an empty text.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        match self.value.map(|value| &value.kind) {
            None | Some(Kind::Null) => true,
            Some(Kind::Text(text)) => text.is_empty(),
            _ => false,
        }
    }

    /// The origin of this place, and the value taken.
    #[must_use]
    pub fn take(&self) -> Option<Origin> {
        self.value.map(|value| {
            self.tracker.take(value);
            Origin { pointer: self.pointer.clone(), bytes: None }
        })
    }

    /// A text, or a number as text. Empty text and `null` are absent; a truth value is no name, address or id.
    #[must_use]
    pub fn text(&self) -> Option<Sourced<String>> {
        self.read(|value| value.scalar().filter(|_| !matches!(value.kind, Kind::Bool(_))))
    }

    /// A text, number or truth value as text, for fields that hold anything.
    #[must_use]
    pub fn scalar(&self) -> Option<Sourced<String>> {
        self.read(Value::scalar)
    }

    /// Anything as text: scalars as they are, lists and objects as JSON.
    #[must_use]
    pub fn any_text(&self) -> Option<Sourced<String>> {
        let value = self.value?;
        if value.is_leaf() {
            return self.scalar();
        }
        self.take_all(value);
        Some(self.sourced(value.to_json().to_string()))
    }

    /// A truth value, also when written as text.
    #[must_use]
    pub fn flag(&self) -> Option<Sourced<bool>> {
        self.read(|value| match &value.kind {
            Kind::Bool(flag) => Some(*flag),
            Kind::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Kind::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    /// A whole number that counts something, also when written as text.
    #[must_use]
    pub fn count(&self) -> Option<Sourced<u32>> {
        self.read(|value| value.scalar()?.trim().parse().ok())
    }

    /// An amount, also when written as text.
    #[must_use]
    pub fn quantity(&self) -> Option<Sourced<Quantity>> {
        self.read(|value| Quantity::new(value.scalar()?.trim().parse().ok()?))
    }

    /// A number of degrees, also when written as text.
    #[must_use]
    pub fn degrees(&self) -> Option<Sourced<f64>> {
        self.read(|value| value.scalar()?.trim().parse().ok().filter(|degrees: &f64| degrees.abs() <= 360.0))
    }

    /// A moment given as milliseconds since 1970.
    #[must_use]
    pub fn millis(&self) -> Option<Sourced<Instant>> {
        self.read(|value| Instant::from_millis(value.scalar()?.trim().parse().ok()?).filter(plausible))
    }

    /// A moment in one of the ways [`Instant`] knows, such as [`Instant::from_rfc3339`].
    #[must_use]
    pub fn instant(&self, parse: fn(&str) -> Option<Instant>) -> Option<Sourced<Instant>> {
        self.read(|value| parse(&value.scalar()?).filter(plausible))
    }

    /// Anything this function makes of the value; it is taken only when something was made.
    #[must_use]
    pub fn read<T>(&self, make: impl FnOnce(&Value) -> Option<T>) -> Option<Sourced<T>> {
        let value = self.value?;
        if self.says_nothing() {
            self.tracker.take(value);
            return None;
        }
        let made = make(value)?;
        self.tracker.take(value);
        Some(self.sourced(made))
    }

    /// The items of a list. An empty list is taken; anything else has no items.
    #[must_use]
    pub fn items(&self) -> Vec<Cursor<'a>> {
        let Some(value) = self.value else { return Vec::new() };
        if self.says_nothing() || matches!(&value.kind, Kind::Array(items) if items.is_empty()) {
            self.tracker.take(value);
        }
        let cursor = |(index, item)| Cursor {
            tracker: self.tracker,
            value: Some(item),
            pointer: format!("{}/{index}", self.pointer),
        };
        value.items().iter().enumerate().map(cursor).collect()
    }

    /// The names and values of an object, in the order written. Of a name that stands twice only the last is given.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'a str, Cursor<'a>)> {
        let Some(value) = self.value else { return Vec::new() };
        let Kind::Object(entries) = &value.kind else {
            let _absent = self.items();
            return Vec::new();
        };
        if entries.is_empty() {
            self.tracker.take(value);
        }
        let mut seen = std::collections::HashSet::new();
        let last: Vec<_> = entries.iter().rev().filter(|(name, _)| seen.insert(name)).collect();
        let cursor = |(name, entry): &'a (String, Value)| {
            let at = pointer(&self.pointer, name);
            (name.as_str(), Cursor { tracker: self.tracker, value: Some(entry), pointer: at })
        };
        last.into_iter().rev().map(cursor).collect()
    }

    /// The object inside a text that holds JSON, as Chatlio's `identTraits` does. Its values all come from this place.
    #[must_use]
    pub fn embedded(&self) -> Option<(Origin, Value)> {
        let Some(Value { kind: Kind::Text(text), .. }) = self.value else { return None };
        let document =
            json::read(text, 0).ok().filter(|document| matches!(document.root.kind, Kind::Object(_)))?;
        Some((self.take()?, document.root))
    }

    /// Takes what [`Value::to_json`] writes. Of a name that stands twice it writes the last, so the others stay.
    fn take_all(&self, value: &Value) {
        self.tracker.take(value);
        match &value.kind {
            Kind::Array(items) => items.iter().for_each(|item| self.take_all(item)),
            Kind::Object(entries) => {
                let mut seen = std::collections::HashSet::new();
                let last = entries.iter().rev().filter(|(name, _)| seen.insert(name));
                last.for_each(|(_, entry)| self.take_all(entry));
            }
            _ => {}
        }
    }

    fn sourced<T>(&self, value: T) -> Sourced<T> {
        Sourced { value, origin: Origin { pointer: self.pointer.clone(), bytes: None } }
    }
}

/// The web's first live chats are younger than this; seconds taken for milliseconds land in 1970.
const FIRST_CHAT_MS: i64 = 788_918_400_000;

fn plausible(instant: &Instant) -> bool {
    instant.millis() >= FIRST_CHAT_MS
}

#[cfg(test)]
mod tests {
    use super::Tracker;
    use crate::payload::Payload;

    fn untaken(json: &str) -> Vec<(String, String)> {
        let payload = Payload::decode(json.as_bytes());
        let root = payload.root.expect("this is JSON");
        let tracker = Tracker::new(&root, &payload.start, payload.values);
        let _taken = tracker.start().at("taken").text();
        tracker.untaken().into_iter().map(|other| (other.pointer, other.value.to_string())).collect()
    }

    #[test]
    fn what_nobody_took_is_listed_where_it_stands() {
        let listed = untaken(r#"{"taken": "x", "a": {"b/c": [1, null]}, "empty": {}, "taken": "y"}"#);
        let expected = [("/taken", "\"x\""), ("/a/b~1c/0", "1"), ("/a/b~1c/1", "null"), ("/empty", "{}")];
        assert_eq!(listed, expected.map(|(pointer, value)| (pointer.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_long_list_of_plain_values_is_one_value_and_loses_none() {
        let numbers: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let listed = untaken(&format!(r#"{{"samples": [{}]}}"#, numbers.join(", ")));
        assert_eq!(listed, [("/samples".to_owned(), format!("[{}]", numbers.join(",")))]);
    }
}
