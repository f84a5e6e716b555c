//! From a place that was read back to the bytes in the body, whatever the body's writing did to them.

use std::ops::Range;

use super::value::Value;
use super::{Format, Payload, form, xml};

/// A place in a payload, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The JSON Pointer of the value.
    pub pointer: String,
    /// The bytes of the value in the body's text, or of the part of it that is meant.
    pub span: Range<usize>,
}

/// How a text is written inside of its bytes.
#[derive(Clone, Copy)]
enum Writing {
    Json,
    Xml,
    Plain,
}

impl Payload {
    /// Finds a place by its pointer, behind which `@start-end` may name bytes within the text there. `text` is the
    /// body this payload was decoded from; bytes are those of the text, so they fit it also where bytes that are no
    /// UTF-8 were replaced. `None` when there is no such value, or its bytes are not known.
    #[must_use]
    pub fn locate(&self, text: &str, place: &str) -> Option<Located> {
        let root = self.root.as_ref()?;
        // A name may end like a range of bytes; then the value of that name is meant.
        if let Some(value) = root.at(place) {
            return located(place, value.span.clone(), text);
        }
        let (pointer, bytes) = place.rsplit_once('@')?;
        let (start, end) = bytes.split_once('-')?;
        let bytes = start.parse().ok()?..end.parse().ok()?;
        let value = root.at(pointer)?;
        let within = self.within(text.get(value.span.clone())?, pointer, value, bytes)?;
        located(pointer, value.span.start + within.start..value.span.start + within.end, text)
    }

    /// Where bytes of a text stand in what was written for it.
    fn within(&self, raw: &str, pointer: &str, value: &Value, bytes: Range<usize>) -> Option<Range<usize>> {
        let quoted = raw.starts_with('"') && matches!(value.kind, super::Kind::Text(_));
        match self.format {
            Format::Json if quoted => unwritten(raw, Writing::Json, bytes),
            Format::Xml => unwritten(raw, Writing::Xml, bytes),
            Format::Form => {
                let places = form::places(raw);
                let plain: Vec<u8> = form_urlencoded::parse(format!("={raw}").as_bytes())
                    .flat_map(|(_, value)| value.into_owned().into_bytes())
                    .collect();
                let plain = String::from_utf8(plain).ok()?;
                let nested = pointer.matches('/').count() > 1 && plain.starts_with('"');
                let writing = if nested { Writing::Json } else { Writing::Plain };
                let bytes = unwritten(&plain, writing, bytes)?;
                Some(*places.get(bytes.start)?..*places.get(bytes.end)?)
            }
            _ => unwritten(raw, Writing::Plain, bytes),
        }
    }
}

fn located(pointer: &str, span: Range<usize>, text: &str) -> Option<Located> {
    let known = !span.is_empty() && text.get(span.clone()).is_some();
    known.then(|| Located { pointer: pointer.to_owned(), span })
}

/// The written bytes that stand for these bytes of the text.
fn unwritten(raw: &str, writing: Writing, bytes: Range<usize>) -> Option<Range<usize>> {
    let mut at = if matches!(writing, Writing::Json) { 1 } else { 0 };
    let (mut read, mut start, mut verbatim) = (0, None, false);
    while read < bytes.end {
        let rest = raw.get(at..)?;
        let (written, text) = match writing {
            Writing::Json => json_unit(rest)?,
            Writing::Xml => xml_unit(rest, &mut verbatim)?,
            Writing::Plain => plain_unit(rest)?,
        };
        if text > 0 && read + text > bytes.start {
            start.get_or_insert(at);
        }
        at += written;
        read += text;
    }
    Some(start?..at)
}

/// How many bytes are written for the next piece of a text, and how many it has.
type Unit = Option<(usize, usize)>;

fn plain_unit(raw: &str) -> Unit {
    let length = raw.chars().next()?.len_utf8();
    Some((length, length))
}

fn json_unit(raw: &str) -> Unit {
    let Some(escape) = raw.strip_prefix('\\') else { return plain_unit(raw) };
    if !escape.starts_with('u') {
        return Some((2, 1));
    }
    let unit = |from: usize| u32::from_str_radix(raw.get(from..from + 4)?, 16).ok();
    let first = unit(2)?;
    let pair = (0xd800..0xdc00).contains(&first)
        && raw.get(6..8) == Some("\\u")
        && unit(8).is_some_and(|second| (0xdc00..0xe000).contains(&second));
    // Half of a pair alone shows as �.
    let alone = char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some(if pair { (12, 4) } else { (6, alone.len_utf8()) })
}

/// `verbatim` is true inside a CDATA section, where nothing is escaped.
fn xml_unit(raw: &str, verbatim: &mut bool) -> Unit {
    let border = if *verbatim { "]]>" } else { "<![CDATA[" };
    if raw.starts_with(border) {
        *verbatim = !*verbatim;
        return Some((border.len(), 0));
    }
    if *verbatim {
        return plain_unit(raw);
    }
    for (open, close) in [("<!--", "-->"), ("<", ">")] {
        if raw.starts_with(open) {
            return Some((raw.find(close)? + close.len(), 0));
        }
    }
    match raw.strip_prefix('&').and_then(|rest| rest.split_once(';')) {
        Some((name, _)) => Some((name.len() + 2, xml::reference(name).len())),
        None => plain_unit(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Payload;

    /// What stands in the body at a place.
    fn check(body: &str, place: &str, expected: Option<&str>) {
        let located = Payload::decode(body.as_bytes()).locate(body, place);
        assert_eq!(located.map(|located| &body[located.span]), expected, "{place} in {body}");
    }

    #[test]
    fn a_value_is_found_in_every_writing() {
        check(r#"  {"a": ["x", 12]}"#, "/a/1", Some("12"));
        check(r#"{"a": "x"}"#, "", Some(r#"{"a": "x"}"#));
        check("<a>\n  <b c=\"d\"> wörld &amp; more </b><e/>\n</a>", "/a/b/#text", Some("wörld &amp; more"));
        check("<a>\n  <b c=\"d\"> wörld </b><e/>\n</a>", "/a/b/@c", Some("d"));
        check("<a>\n  <b c=\"d\"> wörld </b><e/>\n</a>", "/a/e", Some("<e/>"));
        check("<a><b>1</b><b><![CDATA[2]]></b></a>", "/a/b/1", Some("<![CDATA[2]]>"));
        check("<a><b>1</b><b>2</b></a>", "/a/b", Some("1</b><b>2</b>"));
        check("a=1&&b=two+words%21&c", "/b", Some("two+words%21"));
        check("data=%7B%22a%22%3A%22x%C3%A9%22%2C%22b%22%3A2%7D", "/data/a", Some("%22x%C3%A9%22"));
        check("data=+{%22a%22:2}", "/data/a", Some("2"));
        check("data=%7B%22a%22%3A%22%F5%C3%22%2C%22b%22%3A2%7D", "/data/a", Some("%22%F5%C3%22"));
        check("data=%7B%22a%22%3A%22%F5%C3%22%2C%22b%22%3A2%7D", "/data/b", Some("2"));
        check(r#"{"a": "x"}"#, "/b", None);
        check("no payload", "/b", None);
    }

    #[test]
    fn a_part_of_a_text_is_found_whatever_was_escaped_before_it_and_in_it() {
        check(r#"{"a": "one two"}"#, "/a@4-7", Some("two"));
        check(r#"{"a": "\u2299\n\ud83d\ude00é\" two\tx"}"#, "/a@11-16", Some(r#" two\t"#));
        check(r#"{"a": "\ud83dx two"}"#, "/a@5-8", Some("two"));
        check("<a>1 &lt; <!-- no --><![CDATA[2 &<]]>three</a>", "/a@8-13", Some("three"));
        check("data=%7B%22a%22%3A%22%5Cn+two%22%7D", "/data/a@2-5", Some("two"));
        check("a=%C3%A9+two", "/a@3-6", Some("two"));
        check("a=%F5%+two", "/a@5-8", Some("two"));
        check(r#"{"a@1-2": "own", "a": "long"}"#, "/a@1-2", Some(r#""own""#));
        check(r#"{"a": "short"}"#, "/a@2-99", None);
        check(r#"{"a": "short"}"#, "/a@99-2", None);
    }
}
