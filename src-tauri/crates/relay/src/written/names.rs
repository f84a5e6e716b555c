//! Names that say that what stands under them is secret.

use std::ops::Range;

use afterchat_transcript::payload::{Kind, Value};

/// What the names of secrets hold, in small letters and without what stands between words.
const TELLING: [&str; 13] = [
    "token",
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "password",
    "passwd",
    "credential",
    "session",
    "cookie",
    "csrf",
    "xsrf",
    "jwt",
];
/// What of those tells nothing in a body: sessions and cookies are what a chat service has to tell of, and what fixtures
/// are kept for.
const ORDINARY_IN_BODY: [&str; 2] = ["session", "cookie"];

/// True when a name says that its value is secret.
pub(super) fn tells(name: &str) -> bool {
    says(name, |_| true)
}

/// The same of a name in a body.
pub(super) fn tells_in_body(name: &str) -> bool {
    says(name, |word| !ORDINARY_IN_BODY.contains(&word))
}

/// True when the name that ends this JSON Pointer says so. Places in a list and the text beside an element's attributes
/// have the name of what they are in.
pub(super) fn tells_at(pointer: &str) -> bool {
    let name = |part: &&str| !part.starts_with('#') && !part.bytes().all(|b| b.is_ascii_digit());
    pointer.split('/').skip(1).filter(name).last().is_some_and(tells_in_body)
}

fn says(name: &str, counts: impl Fn(&str) -> bool) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    TELLING.into_iter().any(|word| counts(word) && plain.contains(word))
}

/// Finds the texts below this value whose names tell that they are secret, and where they stand.
pub(super) fn named(value: &Value, secret: bool, found: &mut Vec<(Range<usize>, String)>) {
    match &value.kind {
        Kind::Text(text) if secret && !text.is_empty() && !value.span.is_empty() => {
            found.push((value.span.clone(), text.clone()));
        }
        Kind::Array(items) => items.iter().for_each(|item| named(item, secret, found)),
        Kind::Object(entries) => {
            entries.iter().for_each(|(name, entry)| named(entry, tells_in_body(name), found));
        }
        // A number is a count of tokens rather than one.
        Kind::Text(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
    }
}
