//! Two deliveries side by side.

use afterchat_transcript::compare::{ConversationChange, Difference};
use afterchat_transcript::payload::Format;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DeliveryRow, Header, TreeKind};

/// As what two bodies were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ComparedAs {
    /// Not one byte differs.
    Equal,
    /// As trees of values.
    Trees,
    /// As text, line by line.
    Texts,
    /// As bytes: one of them is no text, or only bytes differ that show in no line.
    Bytes,
}

contract! {
    /// Which two deliveries to compare.
    CompareQuestion {
        /// The number of the left one: what it was before.
        left: String,
        /// The number of the right one: what it is now.
        right: String,
    }

    /// A header line of both, or of one of them.
    ComparedHeader {
        /// How the values stand to each other.
        what: Difference,
        /// Whether the name is spelled in another way.
        respelled: bool,
        /// Whether it stands elsewhere among the headers that both have.
        moved: bool,
        /// Whether its value is secret.
        secret: bool,
        /// The left line.
        #[serde(skip_serializing_if = "Option::is_none")]
        left: Option<Header>,
        /// The right line.
        #[serde(skip_serializing_if = "Option::is_none")]
        right: Option<Header>,
    }

    /// A piece of two texts that were compared word by word.
    ComparedPiece {
        /// Same, added or removed.
        what: Difference,
        /// The piece; of a long one the beginning and the end, with `…` between.
        text: String,
    }

    /// A value, or a line of text, in one of the two bodies.
    ComparedValue {
        /// The JSON Pointer of a value.
        #[serde(skip_serializing_if = "Option::is_none")]
        pointer: Option<String>,
        /// The number of a line, counted from 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        /// What a value is.
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<TreeKind>,
        /// A scalar as written, or a line; the beginning of a long one.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// True when only the beginning is here.
        cut: bool,
        /// How many values it holds.
        count: u32,
    }

    /// One line of the comparison of two bodies.
    ComparedLine {
        /// How deep it stands; 0 for the roots, and for lines of text.
        depth: u32,
        /// How the two stand to each other.
        what: Difference,
        /// Whether it stands elsewhere in its list than before.
        moved: bool,
        /// Whether it only spells out a line above it that is the same, added or removed as a whole.
        inside: bool,
        /// The name of the value, in an object.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The left place.
        #[serde(skip_serializing_if = "Option::is_none")]
        left: Option<ComparedValue>,
        /// The right place.
        #[serde(skip_serializing_if = "Option::is_none")]
        right: Option<ComparedValue>,
        /// The two texts word by word, where both are text and differ.
        pieces: Vec<ComparedPiece>,
    }

    /// Two bodies side by side.
    ComparedBody {
        /// As what they were compared.
        compared_as: ComparedAs,
        /// How the left one is written.
        left: Format,
        /// How the right one is written.
        right: Format,
        /// The lines in order. Trees without a change say the same and are only written differently.
        lines: Vec<ComparedLine>,
        /// How many lines are a change, also of those that are left out.
        changes: u32,
        /// How many further lines are left out.
        more: u32,
        /// The first byte that differs, for bodies that were compared as bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        first_byte: Option<u32>,
    }

    /// What changed in a conversation that both tell of, from after the left to after the right.
    ComparedConversation {
        /// The conversation's name.
        id: String,
        /// What changed.
        changes: Vec<ConversationChange>,
        /// How many further changes are left out.
        more: u32,
    }

    /// One of the two deliveries.
    ComparedSide {
        /// Its row.
        row: DeliveryRow,
        /// The path, with the token taken out.
        path: String,
        /// The query string.
        #[serde(skip_serializing_if = "Option::is_none")]
        query: Option<String>,
    }

    /// Two deliveries side by side.
    CompareAnswer {
        /// The left one.
        left: ComparedSide,
        /// The right one.
        right: ComparedSide,
        /// Every header of both in the order of the right one.
        headers: Vec<ComparedHeader>,
        /// The bodies.
        body: ComparedBody,
        /// The conversations that both tell of. Empty where they tell of different ones, or of none.
        conversations: Vec<ComparedConversation>,
    }

    /// The deliveries before one, each in another sense.
    NeighboursAnswer {
        /// The one before it that tells of the same conversation.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<DeliveryRow>,
        /// The one before it that reached the same source with the same event.
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<DeliveryRow>,
        /// The one before it that reached the same source.
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<DeliveryRow>,
    }
}
