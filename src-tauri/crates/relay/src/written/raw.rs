//! A delivery as a raw HTTP/1.1 request.

use super::head::{can_be_sent, content_type, escaped, method, query, remarks};
use super::mask::Shown;
use super::{Address, Remark, Written};

/// Stands in the path where the token of the hook address stood.
const HIDDEN_TOKEN: &str = "HIDDEN";

pub(super) fn bytes(shown: &Shown, address: &Address) -> Vec<u8> {
    [&head(shown, address), shown.delivery.body.as_slice()].concat()
}

pub(super) fn write(shown: &Shown, address: &Address) -> Written {
    let mut remarks = remarks(shown);
    let mut text = String::from_utf8_lossy(&head(shown, address)).into_owned();
    match std::str::from_utf8(&shown.delivery.body) {
        Ok(body) => text.push_str(body),
        Err(_) => remarks.push(Remark::BodyLeftOut),
    }
    Written { text, hidden: shown.hidden.clone(), remarks }
}

/// Request line and headers, with the blank line. A body in chunks was joined when it came, so its length stands where
/// its chunks were announced; a chosen address stands where the host was.
pub(super) fn head(shown: &Shown, address: &Address) -> Vec<u8> {
    let delivery = &shown.delivery;
    let mut head = format!("{} {} HTTP/1.1\r\n", method(shown), target(shown, address)).into_bytes();
    let host = host(address);
    let (mut has_host, mut has_length) = (false, false);
    let mut push = |name: &str, value: &[u8]| {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    };
    let length = delivery.body.len().to_string();
    if content_type(shown).is_none() {
        for header in delivery.headers.iter().filter(|header| can_be_sent(header)) {
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            if is("host") {
                if !std::mem::replace(&mut has_host, true) {
                    push(&header.name, host.as_deref().map_or(&header.value, str::as_bytes));
                }
            } else if is("content-length") || is("transfer-encoding") {
                if !std::mem::replace(&mut has_length, true) {
                    let name = if is("content-length") { &header.name } else { "Content-Length" };
                    push(name, length.as_bytes());
                }
            } else {
                push(&header.name, &header.value);
            }
        }
    }
    if !has_host {
        push("Host", host.as_deref().unwrap_or("127.0.0.1").as_bytes());
    }
    if let Some(content_type) = content_type(shown) {
        push("Content-Type", content_type.as_bytes());
    }
    if !has_length && !delivery.body.is_empty() {
        push("Content-Length", length.as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn host(address: &Address) -> Option<String> {
    let Address::Url(url) = address else { return None };
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The path and query of the request line.
pub(super) fn target(shown: &Shown, address: &Address) -> String {
    if let (Address::Url(_), Some(url)) = (address, super::head::url(shown, address)) {
        let after_host =
            url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
        return after_host.unwrap_or_else(|| "/".to_owned());
    }
    let path = shown.delivery.path.replace('…', HIDDEN_TOKEN);
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    let query = query(shown).map(|query| format!("?{}", escaped(query)));
    format!("{}{}", escaped(&path), query.unwrap_or_default())
}
