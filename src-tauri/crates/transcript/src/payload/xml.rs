//! XML as a tree of the same values: an element is an object of its children, an element without children is its text,
//! repeated elements are a list, and an attribute is a child named `@name`.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::value::{Kind, Value};

/// Deeper nesting is refused, as in JSON.
const DEEPEST: usize = 128;

/// An element that is being read.
#[derive(Default)]
struct Open {
    name: String,
    children: Vec<(String, Value)>,
    /// Where each name stands among the children: a sender chooses how many there are.
    places: HashMap<String, usize>,
    text: String,
}

/// Reads one XML document. External entities are never resolved and document types are passed over.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Open::default()];
    loop {
        let problem =
            |error: &dyn std::fmt::Display| format!("Not XML: {error}. The body is kept as it came.");
        match reader.read_event().map_err(|error| problem(&error))? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(problem(&"more than 128 levels of nesting"));
                }
                open.push(element(&start));
            }
            Event::Empty(start) => close(&mut open, element(&start)),
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    close(&mut open, done);
                }
            }
            Event::Text(text) => append(&mut open, &text),
            Event::CData(text) => append(&mut open, &text),
            Event::GeneralRef(name) => append(&mut open, &reference(&name)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let [root] = <[Open; 1]>::try_from(open)
        .map_err(|_| "Not XML: it ends too early. The body is kept as it came.".to_owned())?;
    if root.children.is_empty() {
        return Err("Not XML: there is no element. The body is kept as it came.".to_owned());
    }
    Ok(Value::object(root.children))
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Open {
    let attributes = start.attributes().flatten().map(|attribute| {
        let name = format!("@{}", attribute.key.as_ref());
        (name, Value::text(attribute.value.as_ref()))
    });
    Open { name: start.name().as_ref().to_owned(), children: attributes.collect(), ..Open::default() }
}

fn append(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The predefined entities and character references; any other entity stays as it was written.
fn reference(name: &str) -> String {
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

fn close(open: &mut [Open], done: Open) {
    let Some(parent) = open.last_mut() else { return };
    let text = done.text.trim();
    let value = if done.children.is_empty() {
        Value::text(text)
    } else {
        let mut children = done.children;
        if !text.is_empty() {
            children.push(("#text".to_owned(), Value::text(text)));
        }
        Value::object(children)
    };
    match parent.places.get(&done.name).and_then(|place| parent.children.get_mut(*place)) {
        None => {
            parent.places.insert(done.name.clone(), parent.children.len());
            parent.children.push((done.name, value));
        }
        Some((_, Value { kind: Kind::Array(items), .. })) => items.push(value),
        Some((_, known)) => {
            let first = std::mem::replace(known, Value::new(Kind::Null));
            known.kind = Kind::Array(vec![first, value]);
        }
    }
}
