//! The tree of a payload: every value with its place in the bytes, duplicate keys and exact numbers kept.

use serde_json::Value as Json;

/// One value of a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the body as UTF-8 text, for XML with its tags where it holds other values; empty where they are not known.
    pub span: std::ops::Range<usize>,
    /// Its number in the tree, parents before children.
    pub(crate) number: usize,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, digit for digit as written.
    Number(String),
    /// A text, unescaped.
    Text(String),
    /// A list.
    Array(Vec<Value>),
    /// Names and values in the order written. A name may stand twice.
    Object(Vec<(String, Value)>),
}

/// The largest whole number JavaScript holds exactly.
const LARGEST_SAFE: u64 = (1 << 53) - 1;

impl Value {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, span: 0..0, number: 0 }
    }

    /// The same value at this place in the body.
    pub(crate) fn at_bytes(self, span: std::ops::Range<usize>) -> Self {
        Self { span, ..self }
    }

    pub(crate) fn object(entries: Vec<(String, Self)>) -> Self {
        Self::new(Kind::Object(entries))
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new(Kind::Text(text.into()))
    }

    /// The value of a name; of a name that stands twice, the last, as JSON readers do.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Object(entries) => {
                entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The value at this JSON Pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match &value.kind {
            Kind::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => value.get(&part.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// The items of a list; nothing for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    /// True for what holds no other value: a scalar, or an empty list or object.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        match &self.kind {
            Kind::Array(items) => items.is_empty(),
            Kind::Object(entries) => entries.is_empty(),
            _ => true,
        }
    }

    /// A scalar as text; `None` for lists, objects and `null`.
    #[must_use]
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Number(digits) => Some(digits.clone()),
            Kind::Text(text) => Some(text.clone()),
            Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
        }
    }

    /// The value as JSON that every reader understands: numbers that JavaScript cannot hold exactly become text,
    /// and of a name that stands twice the last value is taken.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Number(digits) => exact_number(digits),
            Kind::Text(text) => Json::String(text.clone()),
            Kind::Array(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Kind::Object(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }

    /// Numbers the tree, parents before children, and tells how many values it holds.
    pub(crate) fn number_all(&mut self) -> usize {
        fn visit(value: &mut Value, next: &mut usize) {
            value.number = *next;
            *next += 1;
            match &mut value.kind {
                Kind::Array(items) => items.iter_mut().for_each(|item| visit(item, next)),
                Kind::Object(entries) => entries.iter_mut().for_each(|(_, entry)| visit(entry, next)),
                _ => {}
            }
        }
        let mut next = 0;
        visit(self, &mut next);
        next
    }
}

/// A number that survives every JSON reader digit for digit, or its digits as text.
fn exact_number(digits: &str) -> Json {
    let whole = digits.parse::<i64>().ok().filter(|whole| whole.unsigned_abs() <= LARGEST_SAFE);
    if let Some(whole) = whole.filter(|whole| whole.to_string() == digits) {
        return Json::from(whole);
    }
    let fraction = digits.parse::<f64>().ok().filter(|fraction| fraction.is_finite() && digits.contains('.'));
    let short = digits.trim_start_matches(['-', '0', '.']).len() <= 16;
    match fraction.and_then(serde_json::Number::from_f64) {
        Some(number) if short && !digits.contains(['e', 'E']) => Json::Number(number),
        _ => Json::String(digits.to_owned()),
    }
}
