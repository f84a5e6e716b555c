//! Deliveries as a HAR 1.2 file (<http://www.softwareishard.com/blog/har-12-spec/>), which browsers and proxies read.
//! Written entry by entry, so that a file of many needs no memory for all.

use std::io::{self, Write};
use std::time::Duration;

use afterchat_transcript::{Delivery, Header};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::mask::Shown;
use super::{Address, Mask, head, raw};

/// What a delivery was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code; `None` when the connection was closed without an answer.
    pub status: Option<u16>,
    /// The beginning of its body, as far as it is known.
    pub body: Option<Vec<u8>>,
    /// How long the request's body took to arrive.
    pub receiving: Duration,
    /// How long the answer took after that.
    pub answering: Duration,
    /// Why it was answered so, in words.
    pub because: Option<String>,
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
    let millis = |duration: Duration| (duration.as_secs_f64() * 1e6).round() / 1e3;
    let send = answer.map_or(0.0, |answer| millis(answer.receiving));
    let wait = answer.map_or(0.0, |answer| millis(answer.answering));
    let mut comment = format!("Delivery {id} to {}", delivery.source);
    if !shown.hidden.is_empty() {
        comment.push_str(&format!("; hidden: {}", shown.hidden.join(", ")));
    }
    json!({
        "startedDateTime": delivery.received_at,
        "time": send + wait,
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
        "timings": { "blocked": -1, "dns": -1, "connect": -1, "send": send, "wait": wait, "receive": 0, "ssl": -1 },
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
    let status = answer.and_then(|answer| answer.status);
    let body = answer.and_then(|answer| answer.body.as_deref());
    let mut content = json!({ "size": body.map_or(0, <[u8]>::len), "mimeType": "x-unknown" });
    if let (Some(body), Some(content)) = (body, content.as_object_mut()) {
        let (text, encoding) = text(body);
        content.insert("text".to_owned(), text.into());
        content.extend(encoding.map(|encoding| ("encoding".to_owned(), encoding.into())));
    }
    let comment = match answer {
        None => Some("What was answered was not noted."),
        Some(Answer { status: None, because: None, .. }) => {
            Some("The connection was closed without an answer.")
        }
        Some(answer) => answer.because.as_deref(),
    };
    // No status is 0, as browsers write it for a request without an answer.
    let mut response = json!({
        "status": status.unwrap_or(0), "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
        "content": content, "redirectURL": "", "headersSize": -1, "bodySize": body.map_or(-1, |body| {
            i64::try_from(body.len()).unwrap_or(-1)
        }),
    });
    if let (Some(comment), Some(response)) = (comment, response.as_object_mut()) {
        response.insert("comment".to_owned(), comment.into());
    }
    response
}

fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (BASE64.encode(bytes), Some("base64")),
    }
}
