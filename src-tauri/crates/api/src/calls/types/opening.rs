//! How far opening the archive is, for a host that is asked before it is open.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is being done before the archive is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OpeningStage {
    /// Its files are looked at.
    #[default]
    Looking,
    /// Everything that can be read of a damaged archive goes into a new one.
    Repairing,
    /// The newest backup is looked through, and what it has besides is counted.
    Comparing,
    /// What was made is looked through before it counts.
    Checking,
    /// Another program repairs or exchanges the files.
    Waiting,
    /// A copy is made before the format changes.
    BackingUp,
    /// It is brought to the newest format.
    Changing,
}

/// How far opening the archive is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct OpeningRow {
    /// What is being done.
    pub stage: OpeningStage,
    /// The part of it that is done, between 0 and 1; absent where nobody knows how long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub part: Option<f64>,
}

/// Whether the archive is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct OpeningAnswer {
    /// How far opening it is; absent once it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub opening: Option<OpeningRow>,
}
