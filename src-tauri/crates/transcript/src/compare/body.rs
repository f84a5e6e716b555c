//! Two bodies side by side: as trees where both have one, else as text, else as bytes.

use super::{Line, TextLine, texts, trees};
use crate::payload::{Format, Payload};

/// How two bodies differ.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyComparison<'a> {
    /// Not in one byte.
    Equal,
    /// As two trees. Where no line is a change they say the same and are only written differently.
    Trees(Vec<Line<'a>>),
    /// As two texts, line by line.
    Texts(Vec<TextLine<'a>>),
    /// As bytes, at least one of them no text.
    Bytes {
        /// The first byte that differs, counted from 0; the length of the shorter body where it is the beginning of the
        /// other.
        first: usize,
    },
}

/// A body to compare: its bytes, what they were decoded to, and their text.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// The exact bytes.
    pub bytes: &'a [u8],
    /// What they were decoded to.
    pub payload: &'a Payload,
    /// The bytes as text, with what is no UTF-8 replaced.
    pub text: &'a str,
}

/// Compares two bodies.
#[must_use]
pub fn bodies<'a>(left: Body<'a>, right: Body<'a>) -> BodyComparison<'a> {
    if left.bytes == right.bytes {
        return BodyComparison::Equal;
    }
    if let (Some(before), Some(after)) = (&left.payload.root, &right.payload.root) {
        return BodyComparison::Trees(trees(before, after));
    }
    if [left, right].iter().all(|body| body.payload.format != Format::Binary) {
        let lines = texts(left.text, right.text);
        // Bytes that are no text, and the last line break, show in no line.
        if lines.iter().any(|line| line.what.is_change()) {
            return BodyComparison::Texts(lines);
        }
    }
    let differs = left.bytes.iter().zip(right.bytes).position(|(one, other)| one != other);
    BodyComparison::Bytes { first: differs.unwrap_or(left.bytes.len().min(right.bytes.len())) }
}
