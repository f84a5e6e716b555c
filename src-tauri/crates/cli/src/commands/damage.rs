//! Damage that is met while the door is open: told once, and no reason to close the door. Services that are answered 503 send
//! again; those that find nobody may give up.

use afterchat_api::Api;
use serde_json::{Value, json};

/// What a person must know, in lines that fit a terminal.
pub(crate) const LINES: [&str; 3] = [
    "The archive is damaged: new deliveries are answered 503, and none is confirmed.",
    "Nothing more is written to it, so that all that can be read stays as it is.",
    "Quit every Afterchat program and start it again: it then repairs the archive.",
];

/// Whether it was told.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    told: bool,
}

impl Damage {
    /// True once, when damage was met.
    pub(crate) fn is_news(&mut self, api: &Api) -> bool {
        let is_news = !self.told && api.archive().damage().is_some();
        self.told |= is_news;
        is_news
    }
}

/// What the archive answers; nothing where damage keeps it from answering.
pub(crate) fn unless_damaged<T: Default>(api: &Api, answer: anyhow::Result<T>) -> anyhow::Result<T> {
    match answer {
        Err(_) if api.archive().damage().is_some() => Ok(T::default()),
        answer => answer,
    }
}

/// The same for a script.
pub(crate) fn event() -> Value {
    json!({ "event": "damaged", "code": "archive_damaged", "detail": LINES.join(" ") })
}
