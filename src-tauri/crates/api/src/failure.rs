//! Failures as hosts and people see them: a stable code, and words.

use afterchat_archive::ArchiveError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something could not be done. The UI turns the code into words and a next step; `detail` says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{detail}")]
pub struct Failure {
    /// The stable code.
    pub code: String,
    /// What happened, what was kept and what to do, in words.
    pub detail: String,
}

impl Failure {
    pub(crate) fn new(code: &str, detail: &str) -> Self {
        Self { code: code.to_owned(), detail: detail.to_owned() }
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        Self::new(error.code(), &error.to_string())
    }
}
