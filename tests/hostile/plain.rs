//! Plain text and JSON exports.

use afterchat_archive::export::Format;
use afterchat_transcript::Transcript;

use crate::corpus::{Vector, steers, written};

/// What steers a terminal, and whether JSON lost something.
pub(crate) fn wrong(_vector: &Vector, transcript: &Transcript) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(at) = written(transcript, Format::Text).find(steers) {
        wrong.push(format!("text steers a terminal at {at}"));
    }
    let json = written(transcript, Format::Json);
    if serde_json::from_str::<Transcript>(&json).ok().as_ref() != Some(transcript) {
        wrong.push("JSON is not the transcript".to_owned());
    }
    wrong
}
