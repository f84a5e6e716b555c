//! Where a delivery differed from the shape that its source and event had until then.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Elsewhere;

/// What a delivery did that none before it had done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// It has a name that was never there.
    New,
    /// It lacks a name that was always there.
    Missing,
    /// A value is of a type that was never there.
    Retyped,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DriftType {
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
    /// A list or an object that holds nothing.
    Empty,
}

contract! {
    /// One difference.
    DriftRow {
        /// What is different.
        kind: DriftKind,
        /// The place in the learned shape, written like a JSON Pointer: `*` stands for any item of a list, `{}` for any
        /// name that is data.
        path: String,
        /// The JSON Pointer of the value in this body; of a missing one that of the object that lacks it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pointer: Option<String>,
        /// The types that were seen there until then; empty for a new name.
        expected: Vec<DriftType>,
        /// The type that is there now; absent for a missing name.
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<DriftType>,
        /// The newest earlier delivery that was as expected, where one of the last few was.
        #[serde(skip_serializing_if = "Option::is_none")]
        example: Option<Elsewhere>,
    }

    /// Where a delivery differed.
    DriftAnswer {
        /// The first differences.
        rows: Vec<DriftRow>,
        /// How many further ones there are.
        more: u32,
    }
}
