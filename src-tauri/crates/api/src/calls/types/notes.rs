//! What people note beside a delivery.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

contract! {
    /// Deliveries to pin, or whose pins to take out.
    Pinning {
        /// The deliveries' numbers.
        ids: Vec<String>,
        /// True to pin.
        on: bool,
    }

    /// A note to write beside a delivery.
    NewNote {
        /// The delivery's number.
        id: String,
        /// The words; none take the note away.
        text: String,
    }

    /// What was noted.
    NoteKept {
        /// The note as it was kept; absent when there is none now.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The note before, with which this one is taken back.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    }
}
