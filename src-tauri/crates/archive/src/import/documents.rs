//! The payloads of one file, one after another, as the exact bytes that stand in it.
//!
//! A file may be one payload of any kind, a JSON list of payloads, a payload on each line, or JSON documents written
//! one after another, as scripts that log to a file do. It is read piece by piece: a log can be larger than memory.

use std::io::{self, Read};

use super::extent::{comment_end, extent};
use super::files::{Body, LARGEST_BODY};

/// Bytes read at first; later as many as are waiting, so that a long document is not looked through again and again.
const PIECE: usize = 64 << 10;

/// How the payloads of a file stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// The whole file is one.
    Whole,
    /// They are the items of a JSON list.
    List,
    /// One on each line.
    Lines,
    /// JSON documents, one after another.
    Sequence { first: bool },
    /// Nothing follows.
    Done,
}

/// Cuts a file into payloads.
pub(super) struct Documents<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    manner: Option<Manner>,
}

impl<R: Read> Documents<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), at: 0, ended: false, manner: None }
    }

    /// The next payload; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Body>> {
        let manner = match self.manner {
            Some(manner) => manner,
            None => self.begin()?,
        };
        self.manner = Some(manner);
        match manner {
            Manner::Whole => self.whole().map(Some),
            Manner::Lines => self.line(),
            Manner::List => self.document(false, true),
            Manner::Sequence { first } => self.document(first, false),
            Manner::Done => Ok(None),
        }
    }

    /// Looks at the beginning of the file.
    fn begin(&mut self) -> io::Result<Manner> {
        while !self.ended && self.buffer.len() < PIECE {
            self.fill()?;
        }
        let start = self.skip(0, |b| b.is_ascii_whitespace());
        let start = if self.buffer[start..].starts_with("\u{feff}".as_bytes()) { start + 3 } else { start };
        let start = self.skip(start, |b| b.is_ascii_whitespace());
        Ok(match self.buffer.get(start) {
            Some(b'[') => {
                let first = self.skip(start + 1, |b| b.is_ascii_whitespace());
                if self.buffer.get(first) == Some(&b'{') {
                    self.at = first;
                    Manner::List
                } else {
                    Manner::Whole
                }
            }
            Some(b'{') if self.has_lines(start) => {
                self.at = start;
                Manner::Lines
            }
            Some(b'{') => {
                self.at = start;
                Manner::Sequence { first: true }
            }
            _ => Manner::Whole,
        })
    }

    /// True when most lines are a document each: only then does a broken one end with its line.
    fn has_lines(&self, start: usize) -> bool {
        let text = &self.buffer[start..];
        let known = if self.ended { text.len() } else { text.iter().rposition(|b| *b == b'\n').unwrap_or(0) };
        let lines =
            text[..known].split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let (mut all, mut whole) = (0, 0);
        for line in lines {
            all += 1;
            whole += usize::from(line.starts_with(b"{") && extent(line) == Some(line.len()));
        }
        all > 1 && whole * 2 > all
    }

    fn whole(&mut self) -> io::Result<Body> {
        self.manner = Some(Manner::Done);
        while !self.ended {
            if self.buffer.len() > LARGEST_BODY {
                return Ok(Body::TooLarge);
            }
            self.fill()?;
        }
        Ok(sized(std::mem::take(&mut self.buffer)))
    }

    fn line(&mut self) -> io::Result<Option<Body>> {
        loop {
            self.at = self.skip(self.at, |b| b.is_ascii_whitespace());
            let end = self.buffer[self.at..].iter().position(|b| *b == b'\n').map(|length| self.at + length);
            match end {
                Some(end) => {
                    let line = sized(self.buffer[self.at..end].trim_ascii().to_vec());
                    self.at = end;
                    return Ok(Some(line));
                }
                None if !self.ended => self.fill()?,
                None if self.at == self.buffer.len() => return Ok(None),
                None => {
                    let line = self.buffer[self.at..].trim_ascii().to_vec();
                    self.at = self.buffer.len();
                    return Ok(Some(sized(line)));
                }
            }
            if self.buffer.len() - self.at > LARGEST_BODY {
                return self.pass_over(b'\n').map(Some);
            }
        }
    }

    /// A document, or whatever stands in its place.
    fn document(&mut self, first: bool, list: bool) -> io::Result<Option<Body>> {
        loop {
            self.at = self.skip(self.at, |b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | 0x1e));
            match self.buffer.get(self.at) {
                None if self.ended => return Ok(None),
                None => self.fill()?,
                Some(b']') if list => {
                    self.at += 1;
                    self.manner = Some(Manner::Sequence { first: false });
                    return self.document(false, false);
                }
                Some(b'{' | b'[') => {
                    if let Some(length) = extent(&self.buffer[self.at..]) {
                        return self.cut(length, first).map(Some);
                    }
                    if self.ended {
                        return self.cut(self.buffer.len() - self.at, first).map(Some);
                    }
                    if self.buffer.len() - self.at > LARGEST_BODY {
                        // Where it ends cannot be told, nor whether anything follows.
                        self.manner = Some(Manner::Done);
                        return Ok(Some(Body::TooLarge));
                    }
                    self.fill()?;
                }
                Some(_) => {
                    let ends = |b: &u8| matches!(b, b'{') || list && matches!(b, b',' | b']');
                    match self.buffer[self.at..].iter().position(ends) {
                        Some(length) => return self.cut(length, false).map(Some),
                        None if self.ended => return self.cut(self.buffer.len() - self.at, false).map(Some),
                        None if self.buffer.len() - self.at > LARGEST_BODY => {
                            self.manner = Some(Manner::Done);
                            return Ok(Some(Body::TooLarge));
                        }
                        None => self.fill()?,
                    }
                }
            }
        }
    }

    /// Takes so many bytes. A document that is alone in its file is the whole file, with the space around it.
    fn cut(&mut self, length: usize, first: bool) -> io::Result<Body> {
        let end = self.at + length;
        if first {
            self.manner = Some(Manner::Sequence { first: false });
            let mut after = self.skip(end, |b| b.is_ascii_whitespace());
            while after == self.buffer.len() && !self.ended && after - end < PIECE {
                self.fill()?;
                after = self.skip(end, |b| b.is_ascii_whitespace());
            }
            if self.ended && after == self.buffer.len() {
                self.manner = Some(Manner::Done);
                return Ok(sized(std::mem::take(&mut self.buffer)));
            }
        }
        let body = self.buffer[self.at..end].trim_ascii().to_vec();
        self.at = end;
        Ok(sized(body))
    }

    /// Passes over what is too large, up to this byte.
    fn pass_over(&mut self, end: u8) -> io::Result<Body> {
        loop {
            if let Some(length) = self.buffer[self.at..].iter().position(|b| *b == end) {
                self.at += length;
                return Ok(Body::TooLarge);
            }
            self.at = self.buffer.len();
            if self.ended {
                return Ok(Body::TooLarge);
            }
            self.fill()?;
        }
    }

    /// The first place from here on where such a byte does not stand, nor a comment.
    fn skip(&self, from: usize, passed: impl Fn(u8) -> bool) -> usize {
        let mut at = from;
        while let Some(b) = self.buffer.get(at) {
            if passed(*b) {
                at += 1;
            } else if *b == b'/' {
                match comment_end(&self.buffer, at) {
                    Some(end) if end > at + 1 => at = end,
                    _ => return at,
                }
            } else {
                return at;
            }
        }
        at
    }

    /// Reads on, and lets go of what was taken.
    fn fill(&mut self) -> io::Result<()> {
        let alone = matches!(self.manner, None | Some(Manner::Whole | Manner::Sequence { first: true }));
        if !alone && self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let more = self.buffer.len().clamp(PIECE, LARGEST_BODY) as u64;
        let read = self.input.by_ref().take(more).read_to_end(&mut self.buffer)?;
        self.ended = read == 0;
        Ok(())
    }
}

fn sized(body: Vec<u8>) -> Body {
    if body.len() > LARGEST_BODY { Body::TooLarge } else { Body::Bytes(body) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Body, Documents, LARGEST_BODY};

    fn split(file: &[u8]) -> Vec<String> {
        let mut documents = Documents::new(file);
        let mut found = Vec::new();
        while let Some(body) = documents.next().unwrap() {
            found.push(match body {
                Body::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Body::TooLarge => "too large".to_owned(),
                Body::Failed(reason) => reason,
            });
        }
        found
    }

    #[track_caller]
    fn check(file: &str, expected: &[&str]) {
        assert_eq!(split(file.as_bytes()), expected, "{file:?}");
    }

    #[test]
    fn one_payload_is_the_whole_file_to_the_byte() {
        check("\u{feff} {\"a\":1}\r\n", &["\u{feff} {\"a\":1}\r\n"]);
        check("{ // a comment with a }\n \"a\": 1 }\n", &["{ // a comment with a }\n \"a\": 1 }\n"]);
        check("data=%7B%7D\n", &["data=%7B%7D\n"]);
        check("<a><b/></a>\n", &["<a><b/></a>\n"]);
        check("[1, 2]", &["[1, 2]"]);
        check("[]", &["[]"]);
        check("", &[""]);
        check("{\"a\": {\"b\"\n", &["{\"a\": {\"b\"\n"]);
    }

    #[test]
    fn lists_lines_and_sequences_are_cut_between_payloads() {
        check("[{\"a\":1}, {\"b\":[2]}\n]\n", &["{\"a\":1}", "{\"b\":[2]}"]);
        check("[{\"a\":1}, 7, {\"b\":2}", &["{\"a\":1}", "7", "{\"b\":2}"]);
        check("{\"a\":1}{\"b\":\"}{\"}\n{\"c\":3}", &["{\"a\":1}", "{\"b\":\"}{\"}", "{\"c\":3}"]);
        check("{\"a\":1}\n{\"b\":2}\n\n{\"c\":3}\n", &["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        check("{\n\"a\":\n{\n}\n}\n{\n}", &["{\n\"a\":\n{\n}\n}", "{\n}"]);
    }

    #[test]
    fn a_broken_line_ends_with_its_line() {
        check(
            "{\"a\":1}\n{\"b\":\n{\"c\":3}\n{\"d\":4}\n",
            &["{\"a\":1}", "{\"b\":", "{\"c\":3}", "{\"d\":4}"],
        );
        check("{\"a\":1}\r\noops\r\n{\"c\":3}\r\n{}", &["{\"a\":1}", "oops", "{\"c\":3}", "{}"]);
        check("{\n}oops{\n}", &["{\n}", "oops", "{\n}"]);
    }

    #[test]
    fn what_is_too_large_is_told_and_the_lines_after_it_are_read() {
        let long = "x".repeat(LARGEST_BODY + 1);
        assert_eq!(
            split(format!("{{\"a\":1}}\n{{\"b\":2}}\n{{\"c\":\"{long}\"}}\n{{\"d\":4}}\n").as_bytes()),
            ["{\"a\":1}", "{\"b\":2}", "too large", "{\"d\":4}"]
        );
        assert_eq!(split(long.as_bytes()), ["too large"]);
        assert_eq!(split(format!("{{\"c\":\"{long}\"}}").as_bytes()), ["too large"]);
    }

    #[test]
    fn documents_longer_than_a_piece_are_read_whole() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
        assert_eq!(split(format!("[{long},{long}]").as_bytes()), [long.as_str(), long.as_str()]);
        assert_eq!(split(format!("{long}{long}").as_bytes()), [long.as_str(), long.as_str()]);
    }

    proptest! {
        #[test]
        fn no_file_hangs_or_breaks_the_splitter(file in "[\\[\\]{}:,\"/*\\\\\n a1;]{0,60}") {
            let found = split(file.as_bytes());
            prop_assert!(found.len() <= file.len() + 1, "each payload has bytes of its own");
        }
    }
}
