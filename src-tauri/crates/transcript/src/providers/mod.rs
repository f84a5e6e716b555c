//! One file for each chat service, and the registry that lists them.
//!
//! A provider is pure: it looks at a payload through the cursor and fills in findings. Each file has the same order:
//! what the service sends and where that is documented, recognition, reading, its small vocabulary.

mod chatlio;
mod chatvisor;
mod comm100;
mod shared;
mod smartsupp;
mod snapengage;
mod tawkto;

use crate::guide::Guide;
use crate::payload::{Cursor, Value};
use crate::reading::Findings;
use crate::signature::Scheme;

/// A chat service: how to know its payloads and how to read them.
pub trait Provider: Sync {
    /// The stable id used in sources, transcripts and fixtures.
    fn id(&self) -> &'static str;

    /// The service's name as people write it.
    fn name(&self) -> &'static str;

    /// How it is connected.
    fn guide(&self) -> &'static Guide;

    /// True when a payload has this service's shape. The shapes of two services never overlap.
    fn recognises(&self, payload: &Value) -> bool;

    /// How it shows that a request is its own; `None` when it signs nothing.
    fn signature(&self) -> Option<Scheme> {
        None
    }

    /// The header that numbers its events, the same one in every attempt; `None` when it does not.
    fn event_header(&self) -> Option<&'static str> {
        None
    }

    /// Reads a payload. Called also for payloads that were not recognised but came to this service's address.
    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings);

    /// A system line's code in plain words, `None` for codes it does not know. `author` is who the line is about.
    fn event_words(&self, _code: &str, _author: Option<&str>) -> Option<String> {
        None
    }
}

/// Every service Afterchat reads.
pub const PROVIDERS: &[&dyn Provider] = &[
    &chatlio::Chatlio,
    &chatvisor::Chatvisor,
    &comm100::Comm100,
    &smartsupp::Smartsupp,
    &snapengage::SnapEngage,
    &tawkto::Tawkto,
];

/// The provider with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.id() == id)
}

/// The provider that recognises a payload.
#[must_use]
pub fn detect(payload: &Value) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.recognises(payload))
}

/// True when the object has all of these names.
pub(crate) fn has_all(payload: &Value, names: &[&str]) -> bool {
    names.iter().all(|name| payload.get(name).is_some())
}
