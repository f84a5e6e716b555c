//! Which headers of a delivery a new request carries.

use afterchat_transcript::{DeliveryKind, Header};

use super::mask::Shown;
use super::{Address, Remark};

/// Headers that belong to one connection or that whoever sends sets anew.
const OF_THE_CONNECTION: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// The headers that a new request carries, in their order.
pub(super) fn carried(shown: &Shown) -> impl Iterator<Item = &Header> {
    let delivery = &shown.delivery;
    let named: Vec<String> = delivery
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("connection"))
        .flat_map(|header| {
            String::from_utf8_lossy(&header.value)
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
                .collect::<Vec<_>>()
        })
        .collect();
    // What came from a file or was fetched has no headers of a request of its own.
    let came = delivery.kind == DeliveryKind::Hook;
    delivery.headers.iter().filter(move |header| {
        let name = header.name.to_ascii_lowercase();
        came && !OF_THE_CONNECTION.contains(&&*name) && !named.contains(&name) && can_be_sent(header)
    })
}

/// True for what HTTP allows as a header line. The door takes nothing else, but an archive is a file.
pub(super) fn can_be_sent(header: &Header) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let value = |b: &u8| *b == b'\t' || (*b >= b' ' && *b != 0x7f);
    !header.name.is_empty() && header.name.bytes().all(token) && header.value.iter().all(value)
}

/// True when the new request carries a header of this name.
pub(super) fn carries(shown: &Shown, name: &str) -> bool {
    carried(shown).any(|header| header.name.eq_ignore_ascii_case(name))
}

/// What a delivery from a file or a fetched one lacks as a request: what its body is.
pub(super) fn content_type(shown: &Shown) -> Option<&'static str> {
    let delivery = &shown.delivery;
    (delivery.kind != DeliveryKind::Hook).then(|| match super::extension(&delivery.body) {
        "json" => "application/json",
        "form" => "application/x-www-form-urlencoded",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}

/// The method of the new request. A fetched payload came by GET, but a service would have posted it.
pub(super) fn method(shown: &Shown) -> &str {
    if shown.delivery.kind == DeliveryKind::Hook { &shown.delivery.method } else { "POST" }
}

/// The query string of the new request. That of a fetched payload asked something of a service.
pub(super) fn query(shown: &Shown) -> Option<&str> {
    shown.delivery.query.as_deref().filter(|_| shown.delivery.kind == DeliveryKind::Hook)
}

/// The address with the delivery's own query string added.
pub(super) fn url(shown: &Shown, address: &Address) -> Option<String> {
    let Address::Url(url) = address else { return None };
    let mut url = url.clone();
    url.set_fragment(None);
    let query = query(shown).map(|query| {
        let between = if url.query().is_some() { '&' } else { '?' };
        format!("{between}{}", escaped(query))
    });
    Some(format!("{url}{}", query.unwrap_or_default()))
}

/// A query string with what no request line can hold percent-encoded: spaces, `#` and control characters.
pub(super) fn escaped(query: &str) -> String {
    query
        .chars()
        .map(|c| {
            if c == ' ' || c == '#' || c.is_ascii_control() {
                format!("%{:02X}", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// What the text says otherwise than the delivery did, as far as every form has it.
pub(super) fn remarks(shown: &Shown) -> Vec<Remark> {
    let sent = |name: &&String| carries(shown, name);
    shown.not_kept.iter().filter(sent).cloned().map(Remark::NotKept).collect()
}
