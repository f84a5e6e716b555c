//! File names of exports: a day, a person, and enough of the id to tell two chats of one day apart.

use std::fmt::Display;

use afterchat_transcript::Transcript;
use chrono::TimeZone;

use super::clock::Clock;
use super::{Format, facts};

/// Bytes of the visitor's name that fit; with the day, the id and the ending the whole stays below 120.
const NAME_BYTES: usize = 80;
/// Characters of the id.
const ID: usize = 8;

/// A name that every system takes, such as `2015-03-27_Dusan-Kmet_k3f9x2ab.html`. A stranger chose the visitor's name,
/// so only its letters and digits are used: no path, no reserved name, nothing that hides or turns around.
pub fn file_name<Z: TimeZone>(transcript: &Transcript, format: Format, zone: &Z) -> String
where
    Z::Offset: Display,
{
    let clock = Clock::new(zone);
    let date = clock.date(transcript.started_at).format("%Y-%m-%d");
    let id: String = transcript.id.as_str().chars().filter(char::is_ascii_alphanumeric).take(ID).collect();
    let name = words(facts::title(transcript));
    let name = if name.is_empty() { "visitor".to_owned() } else { name };
    format!("{date}_{name}_{id}.{}", format.extension())
}

/// The letters and digits, with a hyphen for whatever stands between them.
fn words(text: &str) -> String {
    let mut found = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let room = NAME_BYTES.saturating_sub(found.len() + 1);
        let word: String =
            word.char_indices().take_while(|(at, c)| at + c.len_utf8() <= room).map(|(_, c)| c).collect();
        if word.is_empty() {
            break;
        }
        if !found.is_empty() {
            found.push('-');
        }
        found.push_str(&word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn only_letters_and_digits_of_a_name_are_used() {
        assert_eq!(words("Dušan Kmeť"), "Dušan-Kmeť");
        assert_eq!(words("../../etc/passwd"), "etc-passwd");
        assert_eq!(words("CON.\\\u{202e}gpj\u{0}"), "CON-gpj");
        assert_eq!(words("..."), "");
        assert!(words(&"語".repeat(200)).len() <= super::NAME_BYTES, "a long name is cut between characters");
    }
}
