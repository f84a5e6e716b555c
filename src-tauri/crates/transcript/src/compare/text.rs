//! Two texts side by side, by lines and within a line by words.

use super::Difference;
use super::align;

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLine<'a> {
    /// How the two stand to each other: same, added, removed or changed.
    pub what: Difference,
    /// The number of the left line, counted from 1, and its text without the line break.
    pub left: Option<(usize, &'a str)>,
    /// The number of the right line, counted from 1, and its text without the line break.
    pub right: Option<(usize, &'a str)>,
}

/// A piece of two texts that were compared word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordPiece<'a> {
    /// Same, added or removed.
    pub what: Difference,
    /// The piece of the text.
    pub text: &'a str,
}

/// Compares two texts by lines. Changed lines stand side by side where as many came as went.
#[must_use]
pub fn texts<'a>(left: &'a str, right: &'a str) -> Vec<TextLine<'a>> {
    let (before, after): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let hunks = align::hunks(&before, &after);
    let mut lines = Vec::with_capacity(before.len().max(after.len()));
    let (mut l, mut r) = (0, 0);
    let line = |what, left: Option<usize>, right: Option<usize>| TextLine {
        what,
        left: left.map(|at| (at + 1, before[at])),
        right: right.map(|at| (at + 1, after[at])),
    };
    let end = (before.len()..before.len(), after.len()..after.len());
    for (gone, come) in hunks.into_iter().chain([end]) {
        while l < gone.start && r < come.start {
            lines.push(line(Difference::Same, Some(l), Some(r)));
            (l, r) = (l + 1, r + 1);
        }
        (l, r) = (gone.end, come.end);
        if gone.len() == come.len() {
            lines.extend(gone.zip(come).map(|(l, r)| line(Difference::Changed, Some(l), Some(r))));
        } else {
            lines.extend(gone.map(|l| line(Difference::Removed, Some(l), None)));
            lines.extend(come.map(|r| line(Difference::Added, None, Some(r))));
        }
    }
    lines
}

/// Compares two texts word by word. The same and the removed pieces together are the left text, the same and the added
/// ones the right.
#[must_use]
pub fn words<'a>(left: &'a str, right: &'a str) -> Vec<WordPiece<'a>> {
    let (before, after) = (pieces(left), pieces(right));
    let mut found = Vec::new();
    let mut l = 0;
    let mut take = |what, text: &'a str| {
        if !text.is_empty() {
            found.push(WordPiece { what, text });
        }
    };
    let end = (before.len()..before.len(), after.len()..after.len());
    for (gone, come) in align::hunks(&before, &after).into_iter().chain([end]) {
        take(Difference::Same, joined(left, &before, l, gone.start));
        take(Difference::Removed, joined(left, &before, gone.start, gone.end));
        take(Difference::Added, joined(right, &after, come.start, come.end));
        l = gone.end;
    }
    found
}

/// The part of a text that these pieces of it are.
fn joined<'a>(text: &'a str, pieces: &[&'a str], from: usize, to: usize) -> &'a str {
    let Some((first, last)) = pieces.get(from).zip(to.checked_sub(1).and_then(|to| pieces.get(to))) else {
        return "";
    };
    let place = |piece: &str| piece.as_ptr().addr() - text.as_ptr().addr();
    text.get(place(first)..place(last) + last.len()).unwrap_or_default()
}

/// Words, runs of white space, and every other character by itself.
fn pieces(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let here = kind(c);
        if at > start && (here == 2 || last != Some(here)) {
            found.push(&text[start..at]);
            start = at;
        }
        last = Some(here);
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}
