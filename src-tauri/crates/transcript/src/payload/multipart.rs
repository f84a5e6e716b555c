//! `multipart/form-data` and its kin, taken apart where they stand (RFC 2046, RFC 7578).
//!
//! A reader of our own, because the inspector shows each part at its place in the body, and a body that breaks off or
//! holds odd lines must still show what it has. Nothing fails: what has no boundary has no parts.

use std::ops::Range;

use memchr::memmem;

use crate::Header;

/// Parts that are listed; what comes behind them is only counted.
const MOST: usize = 1_000;
/// A boundary has at most 70 characters; some senders do not care.
const LONGEST_BOUNDARY: usize = 200;

/// One part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its own headers, in order, as sent.
    pub headers: Vec<Header>,
    /// The name of its field.
    pub name: Option<String>,
    /// The file name that the sender gave it. A stranger chose it: it may hold anything.
    pub file_name: Option<String>,
    /// Its content type, as claimed.
    pub content_type: Option<String>,
    /// Its bytes in the body, without headers and delimiters.
    pub span: Range<usize>,
}

/// A body in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Multipart {
    /// The parts in order, at most a thousand.
    pub parts: Vec<Part>,
    /// How many parts there are behind those.
    pub more: usize,
    /// False when the closing delimiter is missing: the body broke off, or was made so.
    pub closed: bool,
}

/// Takes a body apart by the boundary that its content type names; `None` when that names none.
#[must_use]
pub fn read(content_type: &str, body: &[u8]) -> Option<Multipart> {
    let boundary = boundary(content_type)?;
    let delimiter = format!("--{boundary}");
    let mut found = Multipart::default();
    let mut begin: Option<usize> = None;
    for at in memmem::find_iter(body, delimiter.as_bytes()) {
        let Some(line) = Delimiter::at(body, at, delimiter.len()) else { continue };
        if let Some(begin) = begin {
            found.add(body, begin..line.before.max(begin));
        }
        if line.closes {
            found.closed = true;
            return Some(found);
        }
        begin = Some(line.after);
    }
    if let Some(begin) = begin {
        found.add(body, begin..body.len());
    }
    Some(found)
}

impl Multipart {
    fn add(&mut self, body: &[u8], span: Range<usize>) {
        if self.parts.len() < MOST {
            self.parts.push(part(body, span));
        } else {
            self.more += 1;
        }
    }
}

/// A line that parts are kept apart by.
struct Delimiter {
    /// Where the part before it ends: the line break belongs to the delimiter.
    before: usize,
    /// Where the next part begins.
    after: usize,
    closes: bool,
}

impl Delimiter {
    /// The delimiter that is written here; `None` where the same characters are part of something else.
    fn at(body: &[u8], at: usize, length: usize) -> Option<Self> {
        let before = match body[..at] {
            [] => 0,
            [.., b'\r', b'\n'] => at - 2,
            [.., b'\n'] => at - 1,
            _ => return None,
        };
        let rest = &body[at + length..];
        if rest.starts_with(b"--") {
            return Some(Self { before, after: body.len(), closes: true });
        }
        let blank = rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
        let line_end = match &rest[blank..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            [] => 0,
            _ => return None,
        };
        Some(Self { before, after: at + length + blank + line_end, closes: false })
    }
}

fn part(body: &[u8], span: Range<usize>) -> Part {
    let mut headers = Vec::new();
    let mut at = span.start;
    // The head ends with an empty line. Without one there is no head: then all of it is the part.
    let content = loop {
        let rest = &body[at..span.end];
        let Some(length) = memchr::memchr(b'\n', rest) else { break None };
        let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
        at += length + 1;
        if line.is_empty() {
            break Some(at);
        }
        match memchr::memchr(b':', line) {
            Some(colon) => headers.push(Header {
                name: String::from_utf8_lossy(&line[..colon]).trim().to_owned(),
                value: line[colon + 1..].trim_ascii().to_vec(),
            }),
            None => break None,
        }
    };
    if content.is_none() {
        headers.clear();
    }
    let value = |name: &str| {
        let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(&header.value).into_owned())
    };
    let disposition = value("content-disposition").unwrap_or_default();
    let plain = |name: &str| parameter(&disposition, name).map(|value| decoded(&value));
    Part {
        name: plain("name"),
        file_name: parameter(&disposition, "filename*")
            .and_then(|value| extended(&value))
            .or_else(|| plain("filename")),
        content_type: value("content-type"),
        span: content.unwrap_or(span.start)..span.end,
        headers,
    }
}

/// The boundary that a content type names, in whatever capitals and quotes.
fn boundary(content_type: &str) -> Option<String> {
    let kind = content_type.trim_start().get(.."multipart/".len())?;
    let boundary = parameter(content_type, "boundary").filter(|_| kind.eq_ignore_ascii_case("multipart/"))?;
    let fits = !boundary.is_empty() && boundary.len() <= LONGEST_BOUNDARY;
    fits.then_some(boundary)
}

/// A parameter of a header's value: `; name=value` or `; name="quoted"`. In quotes a backslash is only an escape before a
/// quote or another: some senders write whole paths of Windows.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        // What has no value is passed over.
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        let after = after.trim_start();
        let (found, next) = after.strip_prefix('"').map_or_else(
            || {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            },
            quoted,
        );
        if name.eq_ignore_ascii_case(wanted) {
            return Some(found);
        }
        rest = next.split_once(';')?.1;
    }
}

/// A text up to its closing quote, and what comes behind that.
fn quoted(text: &str) -> (String, &str) {
    let mut found = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (found, &text[at + 1..]),
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => found.push(escaped),
                None => found.push('\\'),
            },
            c => found.push(c),
        }
    }
    (found, "")
}

/// Browsers write a quote and line breaks in a name as `%22`, `%0D` and `%0A`, and nothing else so.
fn decoded(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// `UTF-8''na%C3%AFve.txt` (RFC 8187), which other than UTF-8 nobody may write.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut left = encoded.as_bytes();
    while let [first, rest @ ..] = left {
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        match (first, rest) {
            (b'%', [high, low, rest @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                bytes.push(hex(*high)? * 16 + hex(*low)?);
                left = rest;
            }
            _ => {
                bytes.push(*first);
                left = rest;
            }
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Multipart, read};

    const KIND: &str = "multipart/form-data; boundary=XX";

    /// Name, file name, type and content of each part.
    fn shown(found: &Multipart, body: &[u8]) -> Vec<String> {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        found
            .parts
            .iter()
            .map(|part| {
                let content = String::from_utf8_lossy(&body[part.span.clone()]).into_owned();
                format!("{}|{}|{}|{content}", or(&part.name), or(&part.file_name), or(&part.content_type))
            })
            .collect()
    }

    fn check(kind: &str, body: &str, closed: bool, expected: &[&str]) {
        let found = read(kind, body.as_bytes()).unwrap_or_default();
        assert_eq!(shown(&found, body.as_bytes()), expected, "{body:?}");
        assert_eq!(
            found.closed,
            closed,
            "{body:?} {} its closing delimiter",
            if closed { "has" } else { "lacks" }
        );
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--XX  \r\n\
            content-disposition: form-data; filename=\"x.png\"; NAME=b\r\nContent-Type: image/png\r\n\r\n\r\n--XX--\r\nepilogue";
        check(KIND, body, true, &["a|-|-|one\r\ntwo", "b|x.png|image/png|"]);
    }

    #[test]
    fn a_boundary_is_read_in_every_spelling() {
        let body = "--a b\r\n\r\nx\r\n--a b--";
        for kind in
            ["Multipart/Mixed; charset=utf-8; Boundary=\"a b\"", "multipart/form-data;boundary=\"a b\"; x=y"]
        {
            check(kind, body, true, &["-|-|-|x"]);
        }
        for kind in
            ["multipart/form-data", "text/plain; boundary=XX", "multipart/form-data; boundary=", "", "ž"]
        {
            assert_eq!(read(kind, b"--XX\r\n\r\nx"), None, "{kind:?} names no boundary");
        }
    }

    #[test]
    fn what_looks_like_a_delimiter_inside_a_part_is_none() {
        let body = "--XX\n\nin --XX text\n--XXL\n --XX\n--XX--";
        check(KIND, body, true, &["-|-|-|in --XX text\n--XXL\n --XX"]);
    }

    #[test]
    fn a_body_that_breaks_off_shows_what_it_has() {
        check(
            KIND,
            "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nhalf a te",
            false,
            &["a|-|-|half a te"],
        );
        check(KIND, "--XX\r\nContent-Dispo", false, &["-|-|-|Content-Dispo"]);
        check(KIND, "--XX", false, &["-|-|-|"]);
        check(KIND, "no delimiter", false, &[]);
        check(KIND, "--XX\r\n--XX--", true, &["-|-|-|"]);
    }

    #[test]
    fn names_of_files_are_read_as_senders_write_them() {
        for (written, expected) in [
            (r#"filename="a \"b\".txt""#, "a \"b\".txt"),
            (r#"filename="C:\dir\file.txt""#, r"C:\dir\file.txt"),
            (r#"filename="a%22b.txt""#, "a\"b.txt"),
            ("filename=plain.txt", "plain.txt"),
            ("filename=\"x.txt\"; filename*=UTF-8''na%C3%AFve%zz.txt", "naïve%zz.txt"),
            ("filename*=latin1''x; filename=\"y.txt\"", "y.txt"),
            (r#"flag; filename="semi;colon=.txt""#, "semi;colon=.txt"),
            (r#"filename="../../etc/passwd""#, "../../etc/passwd"),
        ] {
            let body = format!("--XX\r\nContent-Disposition: form-data; {written}\r\n\r\n\r\n--XX--");
            let found = read(KIND, body.as_bytes()).unwrap_or_default();
            assert_eq!(found.parts[0].file_name.as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn very_many_parts_are_counted() {
        let body = format!("{}--XX--", "--XX\r\n\r\nx\r\n".repeat(1_234));
        let found = read(KIND, body.as_bytes()).unwrap_or_default();
        assert_eq!((found.parts.len(), found.more, found.closed), (1_000, 234, true));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_parts_lie_in_order_in_the_body(
            kind in "(multipart/x; ?boundary=)?[\"X;= ]{0,6}",
            pieces in proptest::collection::vec(prop_oneof![
                Just(b"--XX".to_vec()), Just(b"\r\n".to_vec()), Just(b"--".to_vec()), Just(b": ".to_vec()),
                Just(b"Content-Disposition: form-data; name=\"".to_vec()), Just(b"filename*=UTF-8''%".to_vec()),
                proptest::collection::vec(any::<u8>(), 0..8),
            ], 0..40),
        ) {
            let body = pieces.concat();
            for kind in [kind.as_str(), KIND] {
                let mut end = 0;
                for part in read(kind, &body).unwrap_or_default().parts {
                    prop_assert!(part.span.start >= end && body.get(part.span.clone()).is_some(), "{:?}", part.span);
                    end = part.span.end;
                }
            }
        }
    }
}
