//! How far opening the archive is, as hosts show it: the only thing that can be asked before it is open.

use afterchat_archive::{Opening, OpeningStage as Stage};
use serde_json::Value;

use crate::Failure;
use crate::calls::types::{OpeningAnswer, OpeningRow, OpeningStage};

impl From<Opening> for OpeningRow {
    fn from(now: Opening) -> Self {
        let stage = match now.stage {
            Stage::Looking => OpeningStage::Looking,
            Stage::Repairing => OpeningStage::Repairing,
            Stage::Comparing => OpeningStage::Comparing,
            Stage::Checking => OpeningStage::Checking,
            Stage::Waiting => OpeningStage::Waiting,
            Stage::BackingUp => OpeningStage::BackingUp,
            Stage::Changing => OpeningStage::Changing,
        };
        #[allow(
            clippy::cast_precision_loss,
            reason = "a bar is drawn of it, and there are far fewer than 2^52 pages"
        )]
        let part = now.all.map(|all| if all == 0 { 1.0 } else { now.done.min(all) as f64 / all as f64 });
        Self { stage, part }
    }
}

impl Failure {
    /// What a host answers before its archive is open.
    #[must_use]
    pub fn opening() -> Self {
        Self::new("opening", "The archive is still being opened. Nothing was done. Please ask again.")
    }
}

/// Answers a query for a host whose archive is not open yet: how far that is.
///
/// # Errors
/// With the code `opening`, when something else was asked.
pub fn while_opening(query: &str, now: OpeningRow) -> Result<Value, Failure> {
    if query != "opening" {
        return Err(Failure::opening());
    }
    let answer = OpeningAnswer { opening: Some(now) };
    serde_json::to_value(answer).map_err(|error| Failure::new("internal", &error.to_string()))
}

#[cfg(test)]
mod tests {
    use afterchat_archive::{Opening, OpeningStage};

    use super::while_opening;

    #[test]
    fn only_how_far_it_is_can_be_asked_before_the_archive_is_open() {
        let now = Opening { stage: OpeningStage::BackingUp, done: 1, all: Some(4) };
        let answer = while_opening("opening", now.into()).unwrap();
        assert_eq!(answer, serde_json::json!({ "opening": { "stage": "backing_up", "part": 0.25 } }));
        let unknown = Opening { stage: OpeningStage::Checking, done: 0, all: None };
        let answer = while_opening("opening", unknown.into()).unwrap();
        assert_eq!(answer, serde_json::json!({ "opening": { "stage": "checking" } }));
        for other in ["overview", "conversations", "", "nothing like it"] {
            assert_eq!(while_opening(other, now.into()).unwrap_err().code, "opening", "{other}");
        }
    }

    #[test]
    fn an_open_archive_says_that_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut told = Vec::new();
        let api = crate::Api::open_telling(folder.path(), &mut |now| told.push(now.stage)).unwrap();
        assert_eq!(told, [OpeningStage::Looking], "a new archive is made in a moment");
        let answer = crate::calls::query(&api, "opening", serde_json::json!({})).unwrap();
        assert_eq!(answer, serde_json::json!({}));
        api.archive().close();
    }
}
