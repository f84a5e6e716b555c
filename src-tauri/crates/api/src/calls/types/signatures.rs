//! Signing secrets, what was found of a delivery's signature, and what a person decides about it.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// There is none.
    Missing,
    /// It was made with another secret or for another body.
    Wrong,
    /// It is right, but was made too long before or after it arrived.
    Late,
}

contract! {
    /// What the door found when it checked a delivery's signature.
    SignatureRow {
        /// What is wrong with it; absent when it is good.
        #[serde(skip_serializing_if = "Option::is_none")]
        doubt: Option<Doubt>,
        /// What was looked at and where, in words.
        scheme: String,
        /// The label of the secret it was made with, when it is good.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// True when it was answered 401 and put into quarantine.
        refused: bool,
        /// When a person accepted it all the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        accepted_at: Option<Instant>,
    }

    /// What a signature covers and where it stands, in one delivery.
    SignedRow {
        /// The headers that may carry it.
        headers: Vec<String>,
        /// What stands in them.
        claims: Vec<super::Header>,
        /// How it is made, in words; absent for the secret itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        made: Option<String>,
        /// The bytes it covers, one piece after another; none for the secret itself.
        pieces: Vec<SignedPieceRow>,
    }

    /// A piece of the signed bytes: letters, the value of a header or, with neither, the exact body.
    SignedPieceRow {
        /// Letters that the service puts in.
        #[serde(skip_serializing_if = "Option::is_none")]
        letters: Option<String>,
        /// The header whose value is meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        /// Its value; absent where the request has none.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    }

    /// How a chat service signs.
    SchemeRow {
        /// What is looked at and where, in words.
        words: String,
        /// What the service sends without a signature, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        unsigned: Option<String>,
    }

    /// A secret that a source's service signs with. It is never shown again.
    SecretRow {
        /// What a person calls it.
        label: String,
        /// Its last four characters; absent for short ones.
        #[serde(skip_serializing_if = "Option::is_none")]
        ending: Option<String>,
        /// When it was set.
        added_at: Instant,
    }

    /// Which secret.
    SecretName {
        /// The source's name.
        source: String,
        /// The secret's label.
        label: String,
    }

    /// Whether a source with secrets also takes what has no signature.
    TakeUnsigned {
        /// The source's name.
        source: String,
        /// True to take it.
        on: bool,
    }

    /// Quarantined deliveries to accept, or accepted ones to put back.
    Acceptance {
        /// The deliveries' numbers.
        ids: Vec<String>,
        /// True to accept.
        on: bool,
    }
}

/// A secret to add. It goes one way only: it can be neither printed nor sent back.
#[derive(Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct NewSecret {
    /// The source's name.
    pub source: String,
    /// What to call it; absent for a number.
    #[serde(default)]
    pub label: Option<String>,
    /// The secret, as the service shows it.
    pub secret: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NewSecret").field("source", &self.source).finish_non_exhaustive()
    }
}
