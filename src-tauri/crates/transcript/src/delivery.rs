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

/// Who made a request that no chat service sent, to try an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// Afterchat, which posted a sample through its own door.
    Sample,
    /// Somebody on this machine, with a program that posts by hand.
    ByHand,
}

/// Programs that people post with by hand, as their `User-Agent` begins.
const HAND_TOOLS: [&str; 6] = ["curl/", "wget/", "httpie/", "xh/", "postmanruntime/", "insomnia/"];
/// Headers that a tunnel or a proxy adds: behind one, also a request to loopback came from elsewhere.
const PASSED_ON: [&str; 6] =
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP", "Via"];

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
        first(&self.headers, name)
    }
}

fn first<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(&header.value).ok()
}

impl Trial {
    /// Who made the request with these headers to try an address; `None` for what came from a service, as far as they
    /// tell. By hand means a known tool that named this machine as the host: a service on the internet cannot have
    /// done that.
    #[must_use]
    pub fn of(headers: &[Header]) -> Option<Self> {
        let agent = first(headers, "User-Agent").unwrap_or_default().to_ascii_lowercase();
        if agent.starts_with("afterchat/") && agent.ends_with("(sample)") {
            return Some(Self::Sample);
        }
        let by_hand = HAND_TOOLS.iter().any(|tool| agent.starts_with(tool))
            && first(headers, "Host").is_some_and(is_loopback)
            && !PASSED_ON.iter().any(|name| first(headers, name).is_some());
        by_hand.then_some(Self::ByHand)
    }
}

/// Whether a `Host` names the machine itself, with or without a port.
fn is_loopback(host: &str) -> bool {
    if host.starts_with("[::1]") {
        return true;
    }
    let name = host.split(':').next().unwrap_or_default();
    let octets: Vec<&str> = name.split('.').collect();
    let four_numbers = octets.len() == 4 && octets.iter().all(|octet| octet.parse::<u8>().is_ok());
    name.eq_ignore_ascii_case("localhost") || (four_numbers && octets[0] == "127")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (&'a [(&'a str, &'a str)], Option<Trial>);

    #[test]
    fn a_trial_is_a_sample_or_a_hand_tool_on_this_machine_and_nothing_else() {
        let cases: &[Case<'_>] = &[
            (&[("user-agent", "Afterchat/0.1.0 (sample)"), ("Host", "127.0.0.1:4780")], Some(Trial::Sample)),
            (&[("User-Agent", "Afterchat/0.1.0 (sample)"), ("Host", "shop.example")], Some(Trial::Sample)),
            (&[("User-Agent", "Afterchat/0.1.0")], None),
            (&[("User-Agent", "curl/8.5.0"), ("Host", "127.0.0.1:4780")], Some(Trial::ByHand)),
            (&[("User-Agent", "HTTPie/3.2"), ("Host", "LOCALHOST:4780")], Some(Trial::ByHand)),
            (&[("User-Agent", "curl/8.5.0"), ("Host", "[::1]:4780")], Some(Trial::ByHand)),
            (&[("User-Agent", "curl/8.5.0"), ("Host", "[::1]")], Some(Trial::ByHand)),
            (&[("User-Agent", "curl/8.5.0"), ("Host", "127.0.0.1.example:4780")], None),
            (&[("User-Agent", "curl/8.5.0"), ("Host", "hooks.example")], None),
            (
                &[("User-Agent", "curl/8.5.0"), ("Host", "127.0.0.1:4780"), ("X-Forwarded-For", "192.0.2.1")],
                None,
            ),
            (&[("User-Agent", "curl/8.5.0")], None),
            (&[("User-Agent", "GuzzleHttp/7"), ("Host", "127.0.0.1:4780")], None),
            (&[("Host", "127.0.0.1:4780")], None),
            (&[], None),
        ];
        for (headers, expected) in cases {
            let line = |(name, value): &(&str, &str)| Header { name: (*name).into(), value: (*value).into() };
            let headers: Vec<Header> = headers.iter().map(line).collect();
            assert_eq!(Trial::of(&headers), *expected, "{headers:?}");
        }
    }
}
