//! One HTTP request that reached a source, as it arrived.

use crate::Instant;

/// A request that reached a hook address, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The name of the source whose address it reached.
    pub source: String,
    /// The provider the source is set to; `None` when the source detects.
    pub provider: Option<String>,
    /// The request method in capitals.
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
