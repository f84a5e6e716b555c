//! One payload of a service and how it came: as a request that reached a source, fetched, or from a file.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Instant;

/// How a payload came into the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// A service posted it to a hook address.
    #[default]
    Hook,
    /// It was fetched from a service's REST interface.
    BackFill,
    /// It was taken from a file.
    Import,
}

impl DeliveryKind {
    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::BackFill => "back_fill",
            Self::Import => "import",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Hook, Self::BackFill, Self::Import].into_iter().find(|kind| kind.word() == word)
    }
}

/// A payload as it came, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How it came.
    pub kind: DeliveryKind,
    /// The name of the source whose address it reached.
    pub source: String,
    /// The provider the source is set to; `None` when the source detects.
    pub provider: Option<String>,
    /// The request method in capitals; of a fetched payload that of the request that brought it.
    pub method: String,
    /// The path as sent, with the token taken out.
    pub path: String,
    /// The query string as sent, without the question mark.
    pub query: Option<String>,
    /// Every header in the order of arrival, with its own spelling and with duplicates.
    pub headers: Vec<Header>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// When the last byte of the request had arrived, by this machine's clock.
    pub received_at: Instant,
}

/// One header line of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as the sender spelled it.
    pub name: String,
    /// The value's exact bytes; HTTP does not promise that they are text.
    pub value: Vec<u8>,
}

impl Delivery {
    /// The first header of this name, as text, whatever its spelling.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(&header.value).ok()
    }
}
