//! The archive as the commands find it: not there before it is open, and then only how far that is can be asked.

use std::sync::{Mutex, OnceLock, PoisonError};

use afterchat_api::types::OpeningRow;
use afterchat_api::{Api, Failure, while_opening};
use serde_json::Value;

/// The archive once it is open, and how far it is before.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    archive: OnceLock<Api>,
    now: Mutex<OpeningRow>,
}

impl Opened {
    /// Opening is so far.
    pub(crate) fn tell(&self, now: OpeningRow) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The archive is open from now on.
    pub(crate) fn set(&self, archive: Api) {
        // There is one start, so nobody set it before.
        let _first = self.archive.set(archive);
    }

    /// The archive; `None` as long as it is being opened.
    pub(crate) fn archive(&self) -> Option<&Api> {
        self.archive.get()
    }

    /// The archive for whoever needs it open; the failure says to ask again.
    pub(crate) fn ready(&self) -> Result<&Api, Failure> {
        self.archive().ok_or_else(Failure::opening)
    }

    /// Answers a query as far as that is possible.
    pub(crate) async fn query(&self, name: &str, ask: Value) -> Result<Value, Failure> {
        match self.archive() {
            Some(archive) => archive.query(name, ask).await,
            None => while_opening(name, *self.now.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
