//! Looking for a text in bytes that may be anything: JSON with its escapes, a form, a header, a picture.

use std::cell::OnceCell;

use memchr::memmem::Finder;

/// A text to look for, whatever its capitals.
#[derive(Debug, Clone)]
pub struct Needle {
    /// In small letters.
    text: String,
    finder: Finder<'static>,
    /// True when JSON may write it otherwise: `\u00e9`, `\/`.
    escaped: bool,
    /// True when a form may write it otherwise: `%C3%A9`, `+`.
    encoded: bool,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Bytes that are looked through, perhaps for several needles. What a needle needs of them is made once.
pub struct Haystack<'a> {
    bytes: &'a [u8],
    /// The same with A to Z in small letters.
    lowered: &'a [u8],
    folded: OnceCell<String>,
    unescaped: OnceCell<String>,
    decoded: OnceCell<String>,
}

impl std::fmt::Debug for Haystack<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Haystack").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl<'a> Haystack<'a> {
    /// Looks through these bytes. `room` is written over; kept from one to the next, it is not asked for each time.
    pub fn new(bytes: &'a [u8], room: &'a mut Vec<u8>) -> Self {
        room.clear();
        room.extend_from_slice(bytes);
        room.make_ascii_lowercase();
        Self {
            bytes,
            lowered: room,
            folded: OnceCell::new(),
            unescaped: OnceCell::new(),
            decoded: OnceCell::new(),
        }
    }

    fn folded(&self) -> &str {
        self.folded.get_or_init(|| small(&String::from_utf8_lossy(self.bytes)))
    }

    fn unescaped(&self) -> &str {
        self.unescaped.get_or_init(|| small(&unescaped(&String::from_utf8_lossy(self.bytes))))
    }

    fn decoded(&self) -> &str {
        self.decoded.get_or_init(|| {
            // Names are decoded with the values: the text is looked through as a whole.
            let pairs = form_urlencoded::parse(self.bytes);
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
            small(&pairs.join("&"))
        })
    }

    /// True when it may be a form, or a part of an address: no byte of those is a space.
    fn is_encoded(&self) -> bool {
        memchr::memchr2(b'%', b'+', self.bytes).is_some()
            && memchr::memchr2(b' ', b'\n', self.bytes).is_none()
    }
}

impl Needle {
    /// Something to look for; `None` when it is no text at all.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let text = small(text);
        Some(Self {
            finder: Finder::new(text.as_bytes()).into_owned(),
            escaped: text.contains(|c: char| !c.is_ascii() || matches!(c, '/' | '"' | '\\')),
            encoded: text
                .contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '_' | '*')),
            text,
        })
    }

    /// What is looked for, in small letters.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when the bytes hold it: as it is, or in the way JSON or a form writes it.
    #[must_use]
    pub fn is_in(&self, hay: &Haystack<'_>) -> bool {
        self.finder.find(hay.lowered).is_some()
            || (!self.text.is_ascii() && !hay.bytes.is_ascii() && hay.folded().contains(&self.text))
            || (self.escaped
                && memchr::memchr(b'\\', hay.bytes).is_some()
                && hay.unescaped().contains(&self.text))
            || (self.encoded && hay.is_encoded() && hay.decoded().contains(&self.text))
    }

    /// True when a short text holds it.
    #[must_use]
    pub fn is_in_text(&self, text: &str) -> bool {
        small(text).contains(&self.text)
    }
}

/// The text in small letters, each by itself: a whole text would be folded otherwise than its parts (the Greek sigma).
fn small(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The text with JSON's escapes written out, wherever they stand. What is no escape stays as it is.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (written, length) = match after.chars().next() {
            Some(c @ ('/' | '"' | '\\')) => (Some(c), 1),
            Some('n') => (Some('\n'), 1),
            Some('t') => (Some('\t'), 1),
            Some('u') => code_unit(after).map_or((None, 0), |first| character(first, after)),
            _ => (None, 0),
        };
        match written {
            Some(c) => out.push(c),
            None => out.push('\\'),
        }
        rest = &after[length..];
    }
    out.push_str(rest);
    out
}

/// The four digits of `uXXXX`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    let digits = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

/// The character that begins with this code unit, and the length of what was read.
fn character(first: u16, text: &str) -> (Option<char>, usize) {
    let second = text.get(5..).and_then(|next| next.strip_prefix('\\')).and_then(code_unit);
    let pair = second.map(|second| char::decode_utf16([first, second]).next());
    match (char::from_u32(u32::from(first)), pair) {
        (Some(c), _) => (Some(c), 5),
        (None, Some(Some(Ok(c)))) => (Some(c), 11),
        _ => (Some(char::REPLACEMENT_CHARACTER), 5),
    }
}
