//! Where secrets stand in a body: in texts whose names tell that they are secret.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use afterchat_transcript::payload::{Payload, multipart};
use regex::Regex;

use super::names::{named, tells_in_body};

/// A secret in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its bytes, without the quotes around them.
    pub(super) span: Range<usize>,
    /// What they say.
    pub(super) secret: Vec<u8>,
}

/// A name and a value of what was JSON until it broke off or was spoiled. The end of the value may be missing.
static IN_QUOTES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?s)"([^"\\]{1,100})"\s*:\s*"((?:[^"\\]|\\.)+)"#));
/// The same of a form.
static BEHIND_EQUALS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[&?;\s])([\w.\[\]-]{1,100})=([^&;\s]+)"));

fn pattern(text: &str) -> Regex {
    // Both stand in this file, and the tests of a body read them.
    Regex::new(text).expect("a pattern")
}

/// The secrets of a body, in their order and apart from each other. Each part of a body in parts is one by itself: it may
/// be secret by its own name, or hold what is.
pub(super) fn secrets(content_type: Option<&str>, body: &[u8]) -> Vec<Place> {
    let Some(parted) = content_type.and_then(|named| multipart::read(named, body)) else {
        return in_document(body, 0);
    };
    let in_part = |part: multipart::Part| {
        let bytes = body.get(part.span.clone()).unwrap_or_default();
        if part.name.as_deref().is_some_and(tells_in_body) && !bytes.is_empty() {
            vec![Place { span: part.span, secret: bytes.to_owned() }]
        } else {
            in_document(bytes, part.span.start)
        }
    };
    parted.parts.into_iter().flat_map(in_part).collect()
}

/// The same of a document that begins at this byte of a body.
fn in_document(bytes: &[u8], from: usize) -> Vec<Place> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    match &Payload::decode(bytes).root {
        Some(root) => named(root, false, &mut found),
        None => {
            for captures in
                [&*IN_QUOTES, &*BEHIND_EQUALS].into_iter().flat_map(|each| each.captures_iter(&text))
            {
                let (Some(name), Some(value)) = (captures.get(1), captures.get(2)) else { continue };
                if tells_in_body(name.as_str()) {
                    found.push((value.range(), value.as_str().to_owned()));
                }
            }
        }
    }
    found.sort_by_key(|(span, _)| span.start);
    let (mut places, mut done, mut bytes_at) =
        (Vec::with_capacity(found.len()), 0, BytesAt::new(&text, bytes));
    for (span, secret) in found {
        // Places that do not fit into each other are none.
        let Some(written) = text.get(span.clone()).filter(|_| span.start >= done) else { continue };
        done = span.end;
        let quote = ["\"", "%22"].into_iter().find(|quote| {
            written.len() >= 2 * quote.len() && written.starts_with(quote) && written.ends_with(quote)
        });
        let quote = quote.map_or(0, str::len);
        let (start, end) = (bytes_at.of(span.start + quote), bytes_at.of(span.end - quote));
        places.push(Place { span: from + start..from + end, secret: secret.into_bytes() });
    }
    places
}

/// Leads from places in a text back to the bytes it was made of, where some of them were no text and stand there as �.
/// Places have to be asked for in their order.
struct BytesAt<'a> {
    /// Stretches of text and of bytes of equal length, each followed by bytes that were replaced.
    chunks: Option<std::str::Utf8Chunks<'a>>,
    text: usize,
    bytes: usize,
    next: (usize, usize),
}

impl<'a> BytesAt<'a> {
    fn new(text: &Cow<'_, str>, bytes: &'a [u8]) -> Self {
        let chunks = matches!(text, Cow::Owned(_)).then(|| bytes.utf8_chunks());
        Self { chunks, text: 0, bytes: 0, next: (0, 0) }
    }

    fn of(&mut self, at: usize) -> usize {
        let Some(chunks) = &mut self.chunks else { return at };
        while at >= self.next.0 {
            (self.text, self.bytes) = self.next;
            let Some(chunk) = chunks.next() else { break };
            let replaced =
                if chunk.invalid().is_empty() { 0 } else { char::REPLACEMENT_CHARACTER.len_utf8() };
            let valid = chunk.valid().len();
            self.next = (self.text + valid + replaced, self.bytes + valid + chunk.invalid().len());
        }
        self.bytes + (at - self.text)
    }
}
