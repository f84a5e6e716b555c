//! Where secrets stand in a body: in texts whose names tell that they are secret.

use std::ops::Range;

use afterchat_transcript::payload::{Payload, multipart};
use memchr::{memchr2, memchr2_iter, memrchr};

use super::names::{named, tells_in_body};

/// A secret in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its bytes, without the quotes around them.
    pub(super) span: Range<usize>,
    /// What they say.
    pub(super) secret: Vec<u8>,
}

/// Longer names are none.
const LONGEST_NAME: usize = 100;

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
        None => spoiled(&text, &mut found),
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

/// The same of a text that is no document, or is one no more because it broke off or was changed: what follows a name and
/// a colon, both in quotes, or a name and an equals sign.
fn spoiled(text: &str, found: &mut Vec<(Range<usize>, String)>) {
    let (bytes, mut done) = (text.as_bytes(), 0);
    for at in memchr2_iter(b':', b'=', bytes) {
        // A value is looked through once, whatever stands in it.
        if at < done {
            continue;
        }
        let name = if bytes[at] == b':' { quoted_before(text, at) } else { bare_before(text, at) };
        if !name.is_some_and(tells_in_body) {
            continue;
        }
        let span =
            if bytes[at] == b':' { quoted_after(bytes, at + 1) } else { Some(bare_after(bytes, at + 1)) };
        if let Some(span) = span.filter(|span| !span.is_empty()) {
            let secret = text[span.clone()].to_owned();
            done = span.end;
            found.push((span, secret));
        }
    }
}

fn quoted_before(text: &str, at: usize) -> Option<&str> {
    let name = text[..at].trim_ascii_end().strip_suffix('"')?;
    let from = memrchr(b'"', &name.as_bytes()[name.len().saturating_sub(LONGEST_NAME)..])?;
    name.get(name.len().saturating_sub(LONGEST_NAME) + from + 1..)
}

fn bare_before(text: &str, at: usize) -> Option<&str> {
    let bytes = &text.as_bytes()[at.saturating_sub(LONGEST_NAME)..at];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.[]-".contains(byte);
    let length = bytes.iter().rev().take_while(|byte| is_name(byte)).count();
    text.get(at - length..at)
}

/// The text in quotes that begins here. Its end may be missing.
fn quoted_after(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let space = bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = from + space + 1;
    if bytes.get(start - 1) != Some(&b'"') {
        return None;
    }
    let mut end = start;
    while let Some(at) = memchr2(b'"', b'\\', &bytes[end..]) {
        if bytes[end + at] == b'"' {
            return Some(start..end + at);
        }
        // What a backslash stands before ends nothing.
        end = (end + at + 2).min(bytes.len());
    }
    Some(start..bytes.len())
}

fn bare_after(bytes: &[u8], from: usize) -> Range<usize> {
    let ends = |byte: &u8| b"&;\"'<>".contains(byte) || byte.is_ascii_whitespace();
    from..bytes[from..].iter().position(ends).map_or(bytes.len(), |length| from + length)
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
    fn new(text: &str, bytes: &'a [u8]) -> Self {
        let chunks = (text.as_bytes() != bytes).then(|| bytes.utf8_chunks());
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
