//! Deliveries as a HAR 1.2 file (<http://www.softwareishard.com/blog/har-12-spec/>), which browsers and proxies read.
//! Written entry by entry, so that a file of many needs no memory for all.

use std::io::{self, Write};

use afterchat_transcript::{Delivery, Header};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::mask::Shown;
use super::{Address, Mask, head, raw};

/// What a delivery was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Its headers, in their order.
    pub headers: Vec<Header>,
    /// Its body.
    pub body: Vec<u8>,
    /// Milliseconds from the request's end to the answer's.
    pub took_millis: u64,
}

/// Writes a HAR file.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    entries: usize,
}

impl<W: Write> Writer<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        let creator = json!({ "name": "Afterchat", "version": env!("CARGO_PKG_VERSION") });
        write!(out, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"pages\":[],\"entries\":[")?;
        Ok(Self { out, entries: 0 })
    }

    /// Adds a delivery, and what it was answered if that is known. `at` is where its source's address begins, such as
    /// `http://127.0.0.1:4780`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(
        &mut self,
        id: i64,
        delivery: &Delivery,
        answer: Option<&Answer>,
        at: &str,
        mask: &mut Mask,
    ) -> io::Result<()> {
        let comma: &[u8] = if self.entries > 0 { b",\n" } else { b"\n" };
        self.out.write_all(comma)?;
        self.entries += 1;
        serde_json::to_writer(&mut self.out, &entry(id, &mask.apply(delivery), answer, at))?;
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn entry(id: i64, shown: &Shown, answer: Option<&Answer>, at: &str) -> Value {
    let delivery = &shown.delivery;
    let target = raw::target(shown, &Address::Variable);
    let took = answer.map_or(0, |answer| answer.took_millis);
    let mut comment = format!("Delivery {id} to {}", delivery.source);
    if !shown.hidden.is_empty() {
        comment.push_str(&format!("; hidden: {}", shown.hidden.join(", ")));
    }
    json!({
        "startedDateTime": delivery.received_at,
        "time": took,
        "request": {
            "method": head::method(shown),
            "url": format!("{at}{target}"),
            "httpVersion": "HTTP/1.1",
            "cookies": cookies(shown),
            "headers": headers(&delivery.headers),
            "queryString": query(shown),
            "postData": post_data(shown),
            "headersSize": raw::head(shown, &Address::Variable).len(),
            "bodySize": delivery.body.len(),
        },
        "response": response(answer),
        "cache": {},
        "timings": { "blocked": -1, "dns": -1, "connect": -1, "send": 0, "wait": took, "receive": 0, "ssl": -1 },
        "comment": comment,
    })
}

fn headers(headers: &[Header]) -> Vec<Value> {
    let header =
        |header: &Header| json!({ "name": header.name, "value": String::from_utf8_lossy(&header.value) });
    headers.iter().map(header).collect()
}

fn cookies(shown: &Shown) -> Vec<Value> {
    let lines = shown.delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("cookie"));
    let mut found = Vec::new();
    for line in lines {
        for cookie in String::from_utf8_lossy(&line.value).split(';') {
            let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
            found.push(json!({ "name": name.trim(), "value": value.trim() }));
        }
    }
    found
}

fn query(shown: &Shown) -> Vec<Value> {
    let query = head::query(shown).unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The body as text, or in Base64 as the content of a response would be: the format has no other word for it.
fn post_data(shown: &Shown) -> Value {
    let delivery = &shown.delivery;
    let kind = delivery.header("content-type").map(str::to_owned);
    let kind = kind.or_else(|| head::content_type(shown).map(str::to_owned));
    let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
    let (text, encoding) = text(&delivery.body);
    let mut data = json!({ "mimeType": kind, "params": [], "text": text });
    if let (Some(encoding), Some(data)) = (encoding, data.as_object_mut()) {
        data.insert("encoding".to_owned(), encoding.into());
    }
    data
}

fn response(answer: Option<&Answer>) -> Value {
    let Some(answer) = answer else {
        return json!({
            "status": 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "", "headersSize": -1, "bodySize": -1,
            "comment": "What was answered was not kept.",
        });
    };
    let kind = answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
    let kind = kind.map_or("x-unknown".into(), |header| String::from_utf8_lossy(&header.value));
    let (text, encoding) = text(&answer.body);
    let mut content = json!({ "size": answer.body.len(), "mimeType": kind, "text": text });
    if let (Some(encoding), Some(content)) = (encoding, content.as_object_mut()) {
        content.insert("encoding".to_owned(), encoding.into());
    }
    json!({
        "status": answer.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": headers(&answer.headers), "content": content, "redirectURL": "",
        "headersSize": -1, "bodySize": answer.body.len(),
    })
}

fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (BASE64.encode(bytes), Some("base64")),
    }
}
