//! A difference between a delivery and the shape known until then.

use afterchat_transcript::payload::{Kind, Value};
use serde::{Deserialize, Serialize};

use super::names::ANY;
use crate::DeliveryId;

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// `null`.
    Null,
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// Names and values.
    Object,
    /// A list or an object that holds nothing: many programs write one for the other.
    Empty,
}

impl ValueType {
    const ALL: [Self; 7] =
        [Self::Null, Self::Bool, Self::Number, Self::Text, Self::List, Self::Object, Self::Empty];

    pub(super) fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Null => Self::Null,
            Kind::Bool(_) => Self::Bool,
            Kind::Number(_) => Self::Number,
            Kind::Text(_) => Self::Text,
            Kind::Array(items) if items.is_empty() => Self::Empty,
            Kind::Object(entries) if entries.is_empty() => Self::Empty,
            Kind::Array(_) => Self::List,
            Kind::Object(_) => Self::Object,
        }
    }
}

/// The types that were seen at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Types(u8);

impl Types {
    pub(super) fn add(&mut self, found: ValueType) -> bool {
        let before = self.0;
        self.0 |= 1 << found as u8;
        self.0 != before
    }

    fn has(self, each: ValueType) -> bool {
        self.0 & 1 << each as u8 != 0
    }

    pub(super) fn list(self) -> Vec<ValueType> {
        ValueType::ALL.into_iter().filter(|each| self.has(*each)).collect()
    }

    /// Whether a value of this type was not to be expected. `null` says that there is no value: it surprises nobody, and
    /// after it any type may come. An empty list and an empty object fit each other and whatever they could hold.
    pub(super) fn surprised_by(self, found: ValueType) -> bool {
        let only_null = self.0 & !(1 << ValueType::Null as u8) == 0;
        if only_null || found == ValueType::Null || self.has(found) {
            return false;
        }
        match found {
            ValueType::Empty => !self.has(ValueType::List) && !self.has(ValueType::Object),
            ValueType::List => !self.has(ValueType::Empty) || self.has(ValueType::Object),
            ValueType::Object => !self.has(ValueType::Empty) || self.has(ValueType::List),
            _ => true,
        }
    }
}

/// What a delivery did that none before it had done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// It has a name that was never there.
    New,
    /// It lacks a name that was always there.
    Missing,
    /// A value is of a type that was never there.
    Retyped,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What is different.
    pub kind: DriftKind,
    /// The place in the learned shape, written like a JSON Pointer: `*` stands for any item of a list, `{}` for any name
    /// that is data.
    pub path: String,
    /// The JSON Pointer of the value in this body, of a missing one the pointer of the object that lacks it. `None` where
    /// a sender's own names make it too long to note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The types that were seen there until then; empty for a new name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<ValueType>,
    /// The type that is there now; `None` for a missing name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<ValueType>,
}

/// All that was different in one delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drifted {
    /// How many differences there are.
    pub total: usize,
    /// The first of them.
    pub noted: Vec<Drift>,
}

/// An earlier delivery that was as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftExample {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The JSON Pointer of the value in its body.
    pub pointer: String,
}

/// How many values are looked at for an example in one body.
const LOOKED_AT: usize = 10_000;

/// The pointer of the first value at a place of the shape that is of one of these types.
pub(super) fn example(root: &Value, path: &str, types: &[ValueType]) -> Option<String> {
    let steps: Vec<String> =
        path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let mut stack = vec![(root, String::new(), steps.as_slice())];
    for _ in 0..LOOKED_AT {
        let (value, pointer, steps) = stack.pop()?;
        let Some((step, rest)) = steps.split_first() else {
            if types.contains(&ValueType::of(value)) {
                return Some(pointer);
            }
            continue;
        };
        match &value.kind {
            Kind::Array(items) if step == "*" => {
                let items = items.iter().take(LOOKED_AT).enumerate().rev();
                stack.extend(items.map(|(at, item)| (item, format!("{pointer}/{at}"), rest)));
            }
            Kind::Object(entries) => {
                let fits = |name: &String| step == ANY || name == step;
                let entries = entries.iter().filter(|(name, _)| fits(name)).take(LOOKED_AT);
                stack.extend(entries.map(|(name, entry)| (entry, child(&pointer, name), rest)));
            }
            _ => {}
        }
    }
    None
}

/// The JSON Pointer of a child.
pub(super) fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
