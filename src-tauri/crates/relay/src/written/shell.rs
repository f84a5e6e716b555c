//! Words of a POSIX shell. What stands in them is data, whatever it is: nothing ends a word, starts a command, expands,
//! or acts on the terminal it is pasted into.

use std::fmt::Write as _;

use data_encoding::BASE64;

/// Ends the Base64 of a body. No line of Base64 is this: its length is no multiple of four.
const END: &str = "END";
/// Characters of Base64 on a line.
const LINE: usize = 76;

/// One word that stands for exactly these bytes, which hold no NUL.
pub(super) fn word(bytes: &[u8]) -> String {
    let bare = |b: &u8| b.is_ascii_alphanumeric() || b"_./:%,+-".contains(b);
    if !bytes.is_empty() && bytes.iter().all(bare) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(|c| c == '\n' || is_quiet(c)) => quoted(text),
        _ => printed(bytes),
    }
}

/// True for a body that stands in a command as itself: text that a shell's argument can hold and a person can read.
pub(super) fn is_plain(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    text.chars().all(|c| c == '\n' || is_quiet(c)).then_some(text)
}

/// A command that is given these bytes on its standard input.
pub(super) fn fed(command: &str, body: &[u8]) -> String {
    let encoded = BASE64.encode(body);
    let mut text = format!("base64 --decode <<'{END}' | {command}\n");
    for line in encoded.as_bytes().chunks(LINE) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(END);
    text
}

/// Text between single quotes, in which a shell reads nothing but the next quote.
fn quoted(text: &str) -> String {
    let text = text.replace('\'', r"'\''");
    // Older shells on a terminal look for their history in every line but the first.
    let text = if text.contains('\n') { text.replace('!', r"'\!'") } else { text };
    format!("'{text}'")
}

/// Bytes that are no quiet text, printed by the shell itself. A substitution loses line breaks at its end, so these
/// follow it.
fn printed(bytes: &[u8]) -> String {
    let kept = bytes.iter().rposition(|b| *b != b'\n').map_or(0, |last| last + 1);
    let mut format = String::new();
    for chunk in bytes[..kept].utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '%' => format.push_str("%%"),
                '\\' => format.push_str(r"\\"),
                // Within the double quotes around it a shell on a terminal would look for `!` in its history.
                '\'' | '!' | '"' | '`' | '$' => octal(&mut format, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c if is_quiet(c) => format.push(c),
                c => octal(&mut format, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        octal(&mut format, chunk.invalid());
    }
    let ending = &bytes[kept..];
    let ending = if ending.is_empty() { String::new() } else { quoted(&String::from_utf8_lossy(ending)) };
    format!("\"$(printf '{format}')\"{ending}")
}

fn octal(format: &mut String, bytes: &[u8]) {
    for b in bytes {
        let _infallible = write!(format, "\\{b:03o}");
    }
}

/// True for characters that only show: no control character, nothing that turns text around or hides in it.
pub(super) fn is_quiet(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

#[cfg(test)]
mod tests {
    use super::{fed, word};

    #[test]
    fn a_word_shows_what_it_is_as_far_as_it_can() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(word(bytes), expected);
        check(b"POST", "POST");
        check(b"", "''");
        check(b"a b", "'a b'");
        check("čau".as_bytes(), "'čau'");
        check(b"it's", r"'it'\''s'");
        check(b"$(rm -rf ~)`id`!!", "'$(rm -rf ~)`id`!!'");
        check(b"a!\nb!", "'a'\\!'\nb'\\!''");
        check(b"caf\xe9 100%", r#""$(printf 'caf\351 100%%')""#);
        check("a\u{202e}b".as_bytes(), r#""$(printf 'a\342\200\256b')""#);
        check(b"\t\n\n", "\"$(printf '\\011')\"'\n\n'");
    }

    #[test]
    fn a_body_is_fed_in_lines() {
        assert_eq!(fed("cat", b"\0\x01"), "base64 --decode <<'END' | cat\nAAE=\nEND");
        assert_eq!(fed("cat", &[0; 60]).lines().map(str::len).max(), Some(76));
    }
}
