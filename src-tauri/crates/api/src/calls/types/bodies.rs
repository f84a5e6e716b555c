//! Bodies in parts, in hexadecimal, and inflated.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Header;

/// Why a compressed body could not be inflated, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InflateProblem {
    /// Its compression is none that is known here.
    Unknown,
    /// It is not compressed in the way its sender says.
    NotSo,
    /// It breaks off, or goes on with something else.
    Damaged,
}

contract! {
    /// What was made of a compressed body, for the viewer only: it is kept as it was sent.
    InflatedRow {
        /// How its sender says it is compressed.
        encoding: String,
        /// How many bytes it is inflated to; those of the body as sent when it is not.
        size: u32,
        /// True when there is more of it than is shown.
        truncated: bool,
        /// Why it could not be inflated, or not to its end.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<InflateProblem>,
    }

    /// One part of a multipart body.
    PartRow {
        /// The name of its field.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The file name that its sender gave it.
        #[serde(skip_serializing_if = "Option::is_none")]
        file_name: Option<String>,
        /// Its content type, as claimed.
        #[serde(skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// Its own headers, in order.
        headers: Vec<Header>,
        /// Where its bytes begin in the body.
        start: u32,
        /// How many they are.
        size: u32,
        /// Its beginning, when it is text.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The name it is saved under.
        saved_as: String,
    }

    /// The parts of a multipart body.
    PartsRow {
        /// The parts in order.
        rows: Vec<PartRow>,
        /// How many there are behind those.
        more: u32,
        /// False when the closing delimiter is missing.
        closed: bool,
    }

    /// Some bytes of a body.
    BytesQuestion {
        /// The delivery's number.
        delivery: String,
        /// Of the body as it is inflated, instead of as sent.
        #[serde(default)]
        inflated: Option<bool>,
        /// With what is secret in it.
        #[serde(default)]
        secrets: Option<bool>,
        /// The first byte.
        start: u32,
        /// How many at most; never more than 65,536.
        length: u32,
    }

    /// Bytes in hexadecimal.
    BytesAnswer {
        /// Two digits for each byte.
        digits: String,
        /// How many bytes the whole body has.
        total: u32,
    }
}
