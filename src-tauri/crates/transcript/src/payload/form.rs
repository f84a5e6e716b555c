//! Form bodies: `data={…}` as Olark sends it, and anything else a form can hold.

use std::ops::Range;

use super::json;
use super::value::{Kind, Value};

/// The fields of a form.
pub(super) struct Form {
    pub(super) fields: Vec<(String, Value)>,
    /// The field whose text is a JSON document, if there is just one.
    pub(super) document: Option<String>,
    /// The bytes of the form in the body.
    pub(super) span: Range<usize>,
}

/// Reads a form, which begins at `offset` in the body; `None` when the text does not look like one.
pub(super) fn read(text: &str, offset: usize) -> Option<Form> {
    let text = text.trim_end();
    let (name, _) = text.split_once('=')?;
    let looks_encoded =
        text.bytes().all(|b| (b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'`')) || b == b' ');
    if name.is_empty() || name.len() > 200 || !looks_encoded || name.contains([' ', '{', ':', '/']) {
        return None;
    }
    let mut documents = Vec::new();
    let fields = form_urlencoded::parse(text.as_bytes())
        .zip(written(text, offset))
        .map(|((name, value), span)| {
            let trimmed = value.trim();
            let nested = Some(trimmed)
                .filter(|value| value.starts_with(['{', '[']))
                .and_then(|value| json::read(value, 0).ok());
            let value = match nested {
                Some(document) => {
                    documents.push(name.to_string());
                    let places = places(&text[span.start - offset..span.end - offset]);
                    let before = value.len() - value.trim_start().len();
                    moved(document.root, &|at| Some(span.start + *places.get(before + at)?))
                }
                None => Value::text(value.as_ref()).at_bytes(span),
            };
            (name.into_owned(), value)
        })
        .collect();
    let document = if documents.len() == 1 { documents.pop() } else { None };
    Some(Form { fields, document, span: offset..offset + text.len() })
}

/// The bytes of each field's value, in the order in which the fields are read.
fn written(text: &str, offset: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = offset;
    let pieces = text.split('&').map(move |piece| {
        let value = piece.find('=').map_or(piece.len(), |equals| equals + 1);
        let span = start + value..start + piece.len();
        start += piece.len() + 1;
        (piece, span)
    });
    pieces.filter(|(piece, _)| !piece.is_empty()).map(|(_, span)| span)
}

/// Where each byte of a decoded value stands in the encoded one, and where it ends.
pub(super) fn places(encoded: &str) -> Vec<usize> {
    let bytes = encoded.as_bytes();
    let (mut decoded, mut starts) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while at < bytes.len() {
        starts.push(at);
        let digits = encoded.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        // A sign is no digit, although it begins a number.
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    let mut found = Vec::with_capacity(decoded.len() + 1);
    let mut read = 0;
    for chunk in decoded.utf8_chunks() {
        let valid = chunk.valid().len();
        found.extend_from_slice(&starts[read..read + valid]);
        read += valid;
        if let Some(start) = starts.get(read).filter(|_| !chunk.invalid().is_empty()) {
            // Bytes that are no text show as one �.
            found.extend([*start; char::REPLACEMENT_CHARACTER.len_utf8()]);
            read += chunk.invalid().len();
        }
    }
    found.push(at);
    found
}

/// The tree with the places that its values have in the body; none where that is not known.
fn moved(mut value: Value, place: &impl Fn(usize) -> Option<usize>) -> Value {
    let span = place(value.span.start).zip(place(value.span.end));
    value.span = span.map_or(0..0, |(start, end)| start..end);
    value.kind = match value.kind {
        Kind::Array(items) => Kind::Array(items.into_iter().map(|item| moved(item, place)).collect()),
        Kind::Object(entries) => {
            Kind::Object(entries.into_iter().map(|(name, entry)| (name, moved(entry, place))).collect())
        }
        kind => kind,
    };
    value
}
