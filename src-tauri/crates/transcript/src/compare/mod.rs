//! What differs between two deliveries: their headers, their bodies, and what they make of a conversation.
//!
//! Everything is total and pure, like reading. What is compared is as long as a stranger chooses, so every step is near
//! linear: lists are aligned by an id that their items have, else by a sequence comparison that gives up being minimal
//! before it becomes slow. Nothing is shortened here; that is for whoever shows it.

mod align;
mod body;
mod classes;
mod headers;
mod text;
mod transcripts;
mod tree;

pub use body::{Body, BodyComparison, bodies};
pub use headers::{HeaderLine, headers};
pub use text::{TextLine, WordPiece, texts, words};
pub use transcripts::{ConversationArea, ConversationChange, Said, conversations};
pub use tree::{Line, Place, trees};

/// How one place of the left stands to one of the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Both are equal.
    Same,
    /// Both hold other values, and some of those differ.
    Holds,
    /// Only the right has it.
    Added,
    /// Only the left has it.
    Removed,
    /// The value is another one of the same type.
    Changed,
    /// The value is of another type.
    Retyped,
}

impl Difference {
    /// True for what a person looks for: a difference that is not only somewhere below.
    #[must_use]
    pub fn is_change(self) -> bool {
        !matches!(self, Self::Same | Self::Holds)
    }
}
