//! Where a value came from, and where it is shown.

use afterchat_transcript::model::Inference;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

contract! {
    /// Where did this value of a conversation come from?
    OriginQuestion {
        /// The conversation's name.
        conversation: String,
        /// The value's path in the transcript, such as `visitor.email`, `messages[3].author.name` or `fields[0].value`.
        place: String,
    }

    /// A place in a delivery's payload.
    Elsewhere {
        /// The delivery's number.
        delivery: String,
        /// The JSON Pointer; `@start-end` follows for a part of the text there, in bytes.
        at: String,
    }

    /// Where a value came from: a delivery and a place in it, or the reason why no payload says it.
    OriginAnswer {
        /// The delivery's number.
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery: Option<String>,
        /// The JSON Pointer; `@start-end` follows for a part of the text there, in bytes. Absent for an inferred value.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
        /// Why the value is there although no payload says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        inferred: Option<Inference>,
        /// Other deliveries that say something here too, oldest first. Theirs is not what is shown.
        also: Vec<Elsewhere>,
    }

    /// Where is a value of a delivery shown?
    ShownQuestion {
        /// The delivery's number.
        delivery: String,
        /// Where it stands in the payload, as `Became` writes it.
        at: String,
        /// What it became in the reading of that delivery; `other` for a value that no typed place took.
        field: String,
    }

    /// The conversation that a value of a delivery belongs to.
    ShownAnswer {
        /// The conversation's name.
        conversation: String,
        /// The value's path in the transcript. Absent when the conversation shows nothing of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// True when another delivery says what is shown there.
        replaced: bool,
    }

    /// Where in the body is this place?
    SpotQuestion {
        /// The delivery's number.
        delivery: String,
        /// The JSON Pointer, with `@start-end` for a part of the text there.
        at: String,
        /// With what is secret in the body.
        #[serde(default)]
        secrets: Option<bool>,
    }

    /// A part of a body.
    Excerpt {
        /// Where it begins in the body, in bytes of its text.
        start: u32,
        /// The number of its first line.
        line: u32,
        /// The text.
        text: String,
    }

    /// A place in a body.
    SpotAnswer {
        /// The JSON Pointer of the value.
        pointer: String,
        /// Where the bytes begin in the body's text.
        start: u32,
        /// Where they end.
        end: u32,
        /// What stands around it, where that is behind the part of the body that a delivery's answer holds.
        #[serde(skip_serializing_if = "Option::is_none")]
        excerpt: Option<Excerpt>,
    }
}
