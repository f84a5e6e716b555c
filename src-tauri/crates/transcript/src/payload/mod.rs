//! Payloads as they arrive: bytes into one tree of values, and the cursor that walks it without losing any.
//!
//! JSON, forms and XML all become a [`Value`] tree. Nothing fails here: a body that is none of these is text or bytes,
//! and everything odd is a [`Notice`].

mod cursor;
mod form;
mod json;
mod locate;
pub mod multipart;
mod value;
mod xml;

pub use cursor::{Cursor, Tracker};
pub use locate::Located;
pub use value::{Kind, Value};

use crate::model::Notice;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON, possibly with comments.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// XML.
    Xml,
    /// Text of no known form.
    Text,
    /// Bytes that are not text.
    Binary,
    /// No byte at all.
    Empty,
}

/// A body, decoded as far as it could be.
#[derive(Debug, Clone)]
pub struct Payload {
    /// How it is written.
    pub format: Format,
    /// The tree, for the formats that have one.
    pub root: Option<Value>,
    /// The pointer of the value a reader starts at: the root, or the JSON document inside a form field.
    pub start: String,
    /// How many values the tree holds.
    pub values: usize,
    /// What was odd about the body as a whole.
    pub notices: Vec<Notice>,
}

impl Payload {
    /// Decodes a body by what it is, not by what its content type claims: none of the services documents one.
    #[must_use]
    pub fn decode(body: &[u8]) -> Self {
        if body.is_empty() {
            return Self::without_tree(Format::Empty, None);
        }
        let text = String::from_utf8_lossy(body);
        let mut notices = Vec::new();
        if matches!(text, std::borrow::Cow::Owned(_)) {
            notices.push(notice(
                "invalid_utf8",
                "Some bytes are no UTF-8 text and show as �. The body is kept as it came.",
            ));
        }
        let trimmed = text.trim_start_matches('\u{feff}').trim_start();
        let offset = text.len() - trimmed.len();
        let mut payload = match trimmed.bytes().next() {
            Some(b'{' | b'[') => Self::json(trimmed, offset),
            // A vendor's sample may begin with a comment.
            Some(b'/') if trimmed.starts_with("//") || trimmed.starts_with("/*") => {
                Self::json(trimmed, offset)
            }
            Some(b'<') => Self::xml(trimmed, offset),
            _ => form::read(trimmed, offset)
                .map_or_else(|| Self::without_tree(plain_format(&text), None), |form| Self::form(&form)),
        };
        payload.notices.splice(0..0, notices);
        payload
    }

    fn json(text: &str, offset: usize) -> Self {
        match json::read(text, offset) {
            Ok(document) => Self {
                format: Format::Json,
                values: document.values,
                root: Some(document.root),
                start: String::new(),
                notices: document.notices,
            },
            Err(problem) => {
                Self::without_tree(plain_format(text), Some(notice("invalid_json", &problem.to_string())))
            }
        }
    }

    fn xml(text: &str, offset: usize) -> Self {
        match xml::read(text, offset) {
            Ok(root) => Self::tree(Format::Xml, root, String::new()),
            Err(problem) => Self::without_tree(plain_format(text), Some(notice("invalid_xml", &problem))),
        }
    }

    fn form(form: &form::Form) -> Self {
        let root = Value::object(form.fields.clone()).at_bytes(form.span.clone());
        Self::tree(
            Format::Form,
            root,
            form.document.as_ref().map_or_else(String::new, |field| pointer("", field)),
        )
    }

    fn tree(format: Format, mut root: Value, start: String) -> Self {
        let values = root.number_all();
        Self { format, root: Some(root), start, values, notices: Vec::new() }
    }

    fn without_tree(format: Format, problem: Option<Notice>) -> Self {
        Self { format, root: None, start: String::new(), values: 0, notices: problem.into_iter().collect() }
    }
}

/// Text and bytes are told apart by what a person could read: control characters other than line breaks and tabs are rare in text.
fn plain_format(text: &str) -> Format {
    let odd = text
        .chars()
        .filter(|c| *c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t')))
        .count();
    if odd * 10 > text.chars().count() { Format::Binary } else { Format::Text }
}

fn notice(code: &str, text: &str) -> Notice {
    Notice { code: code.to_owned(), pointer: None, text: text.to_owned() }
}

/// The JSON Pointer (RFC 6901) of a child.
pub(crate) fn pointer(parent: &str, key: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + key.len() + 1);
    pointer.push_str(parent);
    pointer.push('/');
    for c in key.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
    pointer
}
