//! Words as the full-text index sees them: runs of letters and digits, in small letters and without accents, as
//! SQLite's `unicode61 remove_diacritics 2` cuts and folds them.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The word in small letters without accents.
    pub folded: String,
}

/// The words of a text, in order.
pub fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        // A mark without a letter to stand on is no word, although Unicode counts some as letters.
        let begins = |c: char| c.is_alphanumeric() && !is_combining_mark(c);
        while characters.next_if(|(_, c)| !begins(*c)).is_some() {}
        let start = characters.peek()?.0;
        let mut end = start;
        let mut folded = String::new();
        while let Some((at, c)) = characters.next_if(|(_, c)| c.is_alphanumeric() || is_combining_mark(*c)) {
            end = at + c.len_utf8();
            folded.extend(c.nfd().filter(|part| !is_combining_mark(*part)).flat_map(char::to_lowercase));
        }
        Some(Word { range: start..end, folded })
    })
}
