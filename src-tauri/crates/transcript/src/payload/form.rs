//! Form bodies: `data={…}` as Olark sends it, and anything else a form can hold.

use super::json;
use super::value::{Kind, Value};

/// The fields of a form.
pub(super) struct Form {
    pub(super) fields: Vec<(String, Value)>,
    /// The field whose text is a JSON document, if there is just one.
    pub(super) document: Option<String>,
}

/// Reads a form; `None` when the text does not look like one.
pub(super) fn read(text: &str) -> Option<Form> {
    let text = text.trim_end();
    let (name, _) = text.split_once('=')?;
    let looks_encoded =
        text.bytes().all(|b| (b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'`')) || b == b' ');
    if name.is_empty() || name.len() > 200 || !looks_encoded || name.contains([' ', '{', ':', '/']) {
        return None;
    }
    let mut documents = Vec::new();
    let fields = form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| {
            let nested = Some(value.trim())
                .filter(|value| value.starts_with(['{', '[']))
                .and_then(|value| json::read(value, 0).ok());
            let value = match nested {
                Some(document) => {
                    documents.push(name.to_string());
                    without_spans(document.root)
                }
                None => Value::text(value),
            };
            (name.into_owned(), value)
        })
        .collect();
    let document = if documents.len() == 1 { documents.pop() } else { None };
    Some(Form { fields, document })
}

/// Places inside an encoded field are no places in the body.
fn without_spans(mut value: Value) -> Value {
    value.span = 0..0;
    value.kind = match value.kind {
        Kind::Array(items) => Kind::Array(items.into_iter().map(without_spans).collect()),
        Kind::Object(entries) => {
            Kind::Object(entries.into_iter().map(|(name, entry)| (name, without_spans(entry))).collect())
        }
        kind => kind,
    };
    value
}
