//! Characters that steer a terminal, a text's direction or a reader's eye, made visible.
//!
//! A visitor can write them, and an export is read where nobody expects them.

/// A run of text for a reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// Text as it is.
    Plain(&'a str),
    /// A character that must not act.
    Odd(char),
}

/// Cuts a text where it holds characters that must not act.
pub(super) fn runs(text: &str) -> Vec<Run<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| acts(*c)) {
        if start < at {
            found.push(Run::Plain(&text[start..at]));
        }
        start = at + c.len_utf8();
        // A line break of Windows is one line break.
        if c != '\r' || !text[start..].starts_with('\n') {
            found.push(Run::Odd(c));
        }
    }
    if start < text.len() {
        found.push(Run::Plain(&text[start..]));
    }
    found
}

/// The code of a character, as people look it up.
pub(super) fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The text with such characters written as their codes. Line breaks and tabs stay.
#[must_use]
pub fn visible(text: &str) -> String {
    let run = |run| match run {
        Run::Plain(text) => text.to_owned(),
        Run::Odd(c) => format!("[{}]", code(c)),
    };
    runs(text).into_iter().map(run).collect()
}

/// The same on one line: every run of space is one space.
#[must_use]
pub fn visible_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Control characters except line breaks and tabs, the marks that open or close a direction of text, and line
/// separators that only some programs break at. The marks that merely join or order letters are part of writing.
pub(super) fn acts(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_line};

    #[test]
    fn what_acts_is_shown_and_what_is_writing_stays() {
        assert_eq!(visible("a\u{0}b\u{1b}[31mc"), "a[U+0000]b[U+001B][31mc");
        assert_eq!(visible("\u{202e}gpj.exe"), "[U+202E]gpj.exe");
        assert_eq!(visible("one\r\ntwo\tthree"), "one\ntwo\tthree");
        assert_eq!(visible("می\u{200c}خواهم 👩\u{200d}💻"), "می\u{200c}خواهم 👩\u{200d}💻");
        assert_eq!(visible_line(" one\r\n two\t\u{0}"), "one two [U+0000]");
    }
}
