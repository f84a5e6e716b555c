//! What people added to a conversation on this machine. It never comes from a payload and survives every rebuild.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::absent;
use crate::Instant;

/// What people did with a conversation here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Local {
    /// Somebody has read it up to its newest message.
    #[serde(default)]
    pub read: bool,
    /// It is marked with a star.
    #[serde(default)]
    pub starred: bool,
    /// It has been put away and shows in the archive only.
    #[serde(default)]
    pub archived: bool,
    /// Words people gave it.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub tags: Vec<String>,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Note>>")]
    pub notes: Vec<Note>,
}

/// A remark of somebody who read the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Note {
    /// When it was written.
    pub at: Instant,
    /// The remark.
    pub text: String,
}
