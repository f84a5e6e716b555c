//! A JSON reader for payloads, which are kept whatever they hold.
//!
//! It differs from a general JSON library in what a message archive needs: every value knows its bytes, duplicate
//! names and the exact digits of numbers stay, and what senders and vendors' own documents get wrong (comments,
//! trailing commas, raw control characters, lone surrogates) is read with a notice. It never recurses deeper than
//! [`DEEPEST`].

use std::fmt;

use super::value::{Kind, Value};
use crate::model::Notice;

/// Deeper nesting is refused: no service nests beyond ten, and a stack is finite.
const DEEPEST: usize = 128;

/// A JSON text that was read.
pub(super) struct Document {
    pub(super) root: Value,
    pub(super) values: usize,
    pub(super) notices: Vec<Notice>,
}

/// Why a text is not JSON, for people.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    what: &'static str,
    line: usize,
    column: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Not JSON: {} at line {}, column {}. The body is kept as it came.",
            self.what, self.line, self.column
        )
    }
}

/// Reads one JSON document; `offset` is where the text begins in the body.
pub(super) fn read(text: &str, offset: usize) -> Result<Document, Problem> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, offset, values: 0, oddities: Vec::new() };
    let root = reader
        .skip_space()
        .and_then(|()| reader.value(0))
        .and_then(|root| reader.skip_space().map(|()| root))
        .and_then(|root| if reader.at < reader.bytes.len() { Err("text after the end") } else { Ok(root) });
    match root {
        Ok(root) => Ok(Document {
            root,
            values: reader.values,
            notices: reader.oddities.iter().map(Oddity::notice).collect(),
        }),
        Err(what) => Err(reader.problem(what)),
    }
}

/// Departures from the letter of JSON, each reported once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Oddity {
    Comment,
    TrailingComma,
    ControlCharacter,
    LoneSurrogate,
    DuplicateName,
}

impl Oddity {
    fn notice(&self) -> Notice {
        let (code, text) = match self {
            Self::Comment => (
                "json_comment",
                "The JSON holds comments, which the standard does not allow. They were passed over.",
            ),
            Self::TrailingComma => {
                ("json_trailing_comma", "The JSON has a comma before a closing bracket. It was passed over.")
            }
            Self::ControlCharacter => (
                "json_control_character",
                "A text holds control characters that JSON wants escaped. They were kept.",
            ),
            Self::LoneSurrogate => {
                ("json_lone_surrogate", "A text holds half of a UTF-16 pair. It shows as �.")
            }
            Self::DuplicateName => (
                "json_duplicate_name",
                "A name stands twice in one object. The last value counts, the others are under “other fields”.",
            ),
        };
        Notice { code: code.to_owned(), pointer: None, text: text.to_owned() }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    offset: usize,
    values: usize,
    oddities: Vec<Oddity>,
}

type Step<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Step<Value> {
        if depth > DEEPEST {
            return Err("more than 128 levels of nesting");
        }
        let (start, number) = (self.at, self.values);
        self.values += 1;
        let kind = match self.bytes.get(self.at) {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) => return Err("a value was expected"),
            None => return Err("the text ends too early"),
        };
        Ok(Value { kind, span: self.offset + start..self.offset + self.at, number })
    }

    fn object(&mut self, depth: usize) -> Step<Kind> {
        self.at += 1;
        let mut entries: Vec<(String, Value)> = Vec::new();
        self.skip_space()?;
        while !self.take(b'}') {
            if self.bytes.get(self.at) != Some(&b'"') {
                return Err("a name in quotes was expected");
            }
            let name = self.string()?;
            self.skip_space()?;
            if !self.take(b':') {
                return Err("a colon was expected");
            }
            self.skip_space()?;
            let value = self.value(depth + 1)?;
            // Looking back over a handful of names is cheaper than a set; a long object is not checked.
            if entries.len() < 64 && entries.iter().any(|(known, _)| *known == name) {
                self.note(Oddity::DuplicateName);
            }
            entries.push((name, value));
            self.separator(b'}')?;
        }
        Ok(Kind::Object(entries))
    }

    fn array(&mut self, depth: usize) -> Step<Kind> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space()?;
        while !self.take(b']') {
            items.push(self.value(depth + 1)?);
            self.separator(b']')?;
        }
        Ok(Kind::Array(items))
    }

    /// Passes the comma between two members, or stops before the closing bracket.
    fn separator(&mut self, close: u8) -> Step<()> {
        self.skip_space()?;
        if self.bytes.get(self.at) == Some(&close) {
            return Ok(());
        }
        if !self.take(b',') {
            return Err(if self.at < self.bytes.len() {
                "a comma or a closing bracket was expected"
            } else {
                "the text ends too early"
            });
        }
        self.skip_space()?;
        if self.bytes.get(self.at) == Some(&close) {
            self.note(Oddity::TrailingComma);
        }
        Ok(())
    }

    fn string(&mut self) -> Step<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.bytes[self.at..].iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f));
            let Some(length) = plain else { return Err("a text in quotes does not end") };
            // Quotes, backslashes and control characters are single bytes, so both ends are character borders.
            text.push_str(&self.text[self.at..self.at + length]);
            self.at += length + 1;
            match self.bytes[self.at - 1] {
                b'"' => return Ok(text),
                b'\\' => self.escape(&mut text)?,
                control => {
                    self.note(Oddity::ControlCharacter);
                    text.push(char::from(control));
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Step<()> {
        let Some(letter) = self.bytes.get(self.at) else { return Err("a text in quotes does not end") };
        self.at += 1;
        text.push(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return Err("an unknown escape in a text"),
        });
        Ok(())
    }

    fn unicode(&mut self) -> Step<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xe000).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if first < 0xdc00 && self.bytes[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        self.note(Oddity::LoneSurrogate);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Step<u32> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or("a text in quotes does not end")?;
        let code =
            digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?));
        self.at += 4;
        code.ok_or("an unknown escape in a text")
    }

    fn number(&mut self) -> Step<Kind> {
        let start = self.at;
        self.take(b'-');
        let whole = self.digits();
        if whole == 0 {
            return Err("a number was expected");
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err("digits were expected after the point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err("digits were expected in the exponent");
            }
        }
        Ok(Kind::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> usize {
        let count = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn word(&mut self, word: &str, kind: Kind) -> Step<Kind> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err("a value was expected");
        }
        self.at += word.len();
        Ok(kind)
    }

    fn skip_space(&mut self) -> Step<()> {
        loop {
            match self.bytes.get(self.at..).unwrap_or_default() {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => self.at += 1,
                [b'/', b'/', rest @ ..] => {
                    self.note(Oddity::Comment);
                    self.at += 2 + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                }
                [b'/', b'*', rest @ ..] => {
                    self.note(Oddity::Comment);
                    let length =
                        rest.windows(2).position(|pair| pair == b"*/").ok_or("a comment does not end")?;
                    self.at += length + 4;
                }
                _ => return Ok(()),
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn note(&mut self, oddity: Oddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }

    fn problem(&self, what: &'static str) -> Problem {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        Problem { what, line: before.iter().filter(|b| **b == b'\n').count() + 1, column }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Value, read};

    fn codes(text: &str) -> Vec<String> {
        read(text, 0)
            .map(|document| document.notices.into_iter().map(|notice| notice.code).collect())
            .unwrap_or_default()
    }

    #[test]
    fn what_senders_get_wrong_is_read_with_a_notice() {
        assert_eq!(codes("{\"a\": 1, // why\n\"b\": 2}"), ["json_comment"]);
        assert_eq!(codes("{\"a\": [1,2,],}"), ["json_trailing_comma"]);
        assert_eq!(codes("{\"a\": \"x\ny\"}"), ["json_control_character"]);
        assert_eq!(codes(r#"{"a": "\ud800"}"#), ["json_lone_surrogate"]);
        assert_eq!(codes(r#"{"a": 1, "a": 2}"#), ["json_duplicate_name"]);
        assert_eq!(codes(r#"{"a": "// no comment"}"#), [""; 0]);
    }

    #[test]
    fn what_is_no_json_names_the_place() {
        let problem = |text| read(text, 0).err().map(|problem| (problem.line, problem.column));
        assert_eq!(problem("{\n  \"a\": nope}"), Some((2, 8)));
        assert_eq!(problem("{\"ä\" 1}"), Some((1, 6)), "columns count characters, not bytes");
        assert_eq!(problem("{"), Some((1, 2)));
        assert!(
            read(&"[".repeat(10 << 20), 0).is_err(),
            "ten mebibytes of nesting must be refused, not overflow the stack"
        );
    }

    #[test]
    fn a_value_knows_its_bytes_and_its_digits() {
        let text = r#"  {"n": 12345678901234567890.10, "s": "é"}"#;
        let document = read(text, 0).ok();
        let at = |key: &str| {
            document
                .as_ref()
                .and_then(|d| d.root.get(key))
                .map(|v: &Value| (v.scalar(), &text[v.span.clone()]))
        };
        assert_eq!(at("n"), Some((Some("12345678901234567890.10".to_owned()), "12345678901234567890.10")));
        assert_eq!(at("s"), Some((Some("é".to_owned()), "\"é\"")));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            (-(1_i64 << 53) + 1..(1_i64 << 53)).prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn valid_json_is_read_as_serde_json_reads_it(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let document = read(&text, 0).unwrap();
            prop_assert_eq!(document.root.to_json(), value);
            prop_assert!(document.notices.is_empty(), "valid JSON is nothing odd");
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[\\[\\]{}:,\"\\\\/*un0-9.eE+\\-a \\n\u{e9}\u{1f600}]{0,40}") {
            let _ = read(&text, 0);
        }
    }
}
