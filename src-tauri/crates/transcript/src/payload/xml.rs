//! XML as a tree of the same values: an element is an object of its children, an element without children is its text,
//! repeated elements are a list, and an attribute is a child named `@name`.

use std::collections::HashMap;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::value::{Kind, Value};

/// Deeper nesting is refused, as in JSON.
const DEEPEST: usize = 128;

/// An element that is being read.
#[derive(Default)]
struct Open {
    name: String,
    /// Where its tag begins.
    start: usize,
    /// Where its text stands, from the first piece of it to the last.
    inside: Option<Range<usize>>,
    children: Vec<(String, Value)>,
    /// Where each name stands among the children: a sender chooses how many there are.
    places: HashMap<String, usize>,
    text: String,
}

/// Reads one XML document, which begins at `offset` in the body. External entities are never resolved and document
/// types are passed over.
pub(super) fn read(text: &str, offset: usize) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Open::default()];
    let place = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let problem =
            |error: &dyn std::fmt::Display| format!("Not XML: {error}. The body is kept as it came.");
        let from = place(&reader);
        let event = reader.read_event().map_err(|error| problem(&error))?;
        let here = offset + from..offset + place(&reader);
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(problem(&"more than 128 levels of nesting"));
                }
                open.push(element(&start, here.start));
            }
            Event::Empty(start) => close(&mut open, element(&start, here.start), text, offset, here.end),
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    close(&mut open, done, text, offset, here.end);
                }
            }
            Event::Text(text) => append(&mut open, &text, here),
            Event::CData(text) => append(&mut open, &text, here),
            Event::GeneralRef(name) => append(&mut open, &reference(&name), here),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let [root] = <[Open; 1]>::try_from(open)
        .map_err(|_| "Not XML: it ends too early. The body is kept as it came.".to_owned())?;
    if root.children.is_empty() {
        return Err("Not XML: there is no element. The body is kept as it came.".to_owned());
    }
    Ok(Value::object(root.children).at_bytes(offset..offset + text.len()))
}

/// `start` is where the tag begins in the body.
fn element(tag: &quick_xml::events::BytesStart<'_>, start: usize) -> Open {
    let attributes = tag.attributes().flatten().map(|attribute| {
        let value: &str = attribute.value.as_ref();
        // The value is a piece of the tag, and the tag stands behind its angle bracket.
        let at = value.as_ptr().addr().wrapping_sub(tag.as_ptr().addr());
        let span = if at <= tag.len() { start + 1 + at..start + 1 + at + value.len() } else { 0..0 };
        (format!("@{}", attribute.key.as_ref()), Value::text(value).at_bytes(span))
    });
    Open { name: tag.name().as_ref().to_owned(), start, children: attributes.collect(), ..Open::default() }
}

fn append(open: &mut [Open], text: &str, here: Range<usize>) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
        let start = element.inside.as_ref().map_or(here.start, |inside| inside.start);
        element.inside = Some(start..here.end);
    }
}

/// The predefined entities and character references; any other entity stays as it was written.
pub(super) fn reference(name: &str) -> String {
    let code = name.strip_prefix('#').and_then(|digits| {
        digits.strip_prefix('x').map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
    });
    match (name, code.and_then(char::from_u32)) {
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("amp", _) => "&".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        (_, Some(c)) => c.to_string(),
        (name, None) => format!("&{name};"),
    }
}

/// Puts an element that ends at `end` into the one around it.
fn close(open: &mut [Open], done: Open, whole: &str, offset: usize, end: usize) {
    let Some(parent) = open.last_mut() else { return };
    let text = done.text.trim();
    let written = done.inside.filter(|_| !text.is_empty()).map(|inside| {
        let raw = &whole[inside.start - offset..inside.end - offset];
        let start = inside.start + (raw.len() - raw.trim_start().len());
        start..start + raw.trim().len()
    });
    let element = done.start..end;
    let value = if done.children.is_empty() {
        Value::text(text).at_bytes(written.unwrap_or(element))
    } else {
        let mut children = done.children;
        if let Some(written) = written {
            children.push(("#text".to_owned(), Value::text(text).at_bytes(written)));
        }
        Value::object(children).at_bytes(element)
    };
    match parent.places.get(&done.name).and_then(|place| parent.children.get_mut(*place)) {
        None => {
            parent.places.insert(done.name.clone(), parent.children.len());
            parent.children.push((done.name, value));
        }
        Some((_, Value { kind: Kind::Array(items), span, .. })) => {
            span.end = end;
            items.push(value);
        }
        Some((_, known)) => {
            let span = known.span.start..end;
            let first = std::mem::replace(known, Value::new(Kind::Null));
            *known = Value::new(Kind::Array(vec![first, value])).at_bytes(span);
        }
    }
}
