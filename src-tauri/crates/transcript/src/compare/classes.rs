//! Which values are equal, all at once: equal values of both trees get the same number.
//!
//! Two values are equal when they say the same, wherever they stand and however they are written: names of an object in
//! another order are the same object. Digits are compared as they were sent, so `1` and `1.0` differ.

use std::collections::HashMap;

use crate::payload::{Kind, Value};

#[derive(PartialEq, Eq, Hash)]
enum Shape<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(&'a str),
    Array(Vec<u32>),
    Object(Vec<(&'a str, u32)>),
}

/// The classes of two trees.
pub(super) struct Classes {
    left: Vec<u32>,
    right: Vec<u32>,
}

impl Classes {
    pub(super) fn of(left: &Value, right: &Value) -> Self {
        let (mut known, mut of_left, mut of_right) = (HashMap::new(), Vec::new(), Vec::new());
        visit(left, &mut known, &mut of_left);
        visit(right, &mut known, &mut of_right);
        Self { left: of_left, right: of_right }
    }

    pub(super) fn left(&self, value: &Value) -> u32 {
        self.left.get(value.number).copied().unwrap_or(u32::MAX)
    }

    pub(super) fn right(&self, value: &Value) -> u32 {
        self.right.get(value.number).copied().unwrap_or(u32::MAX)
    }
}

/// Children first, because an object is the same when what it holds is.
fn visit<'a>(value: &'a Value, known: &mut HashMap<Shape<'a>, u32>, classes: &mut Vec<u32>) -> u32 {
    let shape = match &value.kind {
        Kind::Null => Shape::Null,
        Kind::Bool(value) => Shape::Bool(*value),
        Kind::Number(digits) => Shape::Number(digits),
        Kind::Text(text) => Shape::Text(text),
        Kind::Array(items) => Shape::Array(items.iter().map(|item| visit(item, known, classes)).collect()),
        Kind::Object(entries) => {
            let mut named: Vec<_> =
                entries.iter().map(|(name, entry)| (name.as_str(), visit(entry, known, classes))).collect();
            // Stable, so that of a name that stands twice the order stays: the last one counts.
            named.sort_by_key(|(name, _)| *name);
            Shape::Object(named)
        }
    };
    // A tree holds fewer values than its body has bytes.
    let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let class = *known.entry(shape).or_insert(next);
    if classes.len() <= value.number {
        classes.resize(value.number + 1, u32::MAX);
    }
    if let Some(place) = classes.get_mut(value.number) {
        *place = class;
    }
    class
}
