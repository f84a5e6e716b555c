//! Emoji written by name, such as `:smile:`, as Slack writes them.
//!
//! Names are those of gemoji, which Slack shares for the most part, and else Unicode's own with underscores.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use emojis::{Emoji, SkinTone};

/// No name is longer.
const LONGEST: usize = 64;

/// Names that only Slack has.
const SLACKS: [(&str, &str); 8] = [
    ("simple_smile", "🙂"),
    ("hugging_face", "🤗"),
    ("face_palm", "🤦"),
    ("the_horns", "🤘"),
    ("smiling_face_with_3_hearts", "🥰"),
    ("hand_with_index_and_middle_fingers_crossed", "🤞"),
    ("reversed_hand_with_middle_finger_extended", "🖕"),
    ("sign_of_the_horns", "🤘"),
];

/// Emoji by Unicode's names, written as one word.
static NAMES: LazyLock<HashMap<String, &'static Emoji>> =
    LazyLock::new(|| emojis::iter().map(|emoji| (one_word(emoji.name()), emoji)).collect());

/// The emoji whose name stands at the beginning of a text, and how many bytes the name takes, colons included.
/// `before` is the character in front of it.
pub(super) fn at(text: &str, before: Option<char>) -> Option<(usize, Cow<'static, str>)> {
    let name = named(text)?;
    let end = name.len() + 2;
    let after = text[end..].chars().next();
    // `10:30:45` is a time. Words stand nearer to each other.
    let digits = name.bytes().all(|b| b.is_ascii_digit());
    let joined = [before, after].into_iter().flatten().any(char::is_alphanumeric);
    if digits && joined {
        return None;
    }
    if let Some(flag) = flag(name) {
        return Some((end, flag));
    }
    let emoji = known(name)?;
    let toned =
        named(&text[end..]).and_then(|tone| Some((tone.len() + 2, emoji.with_skin_tone(skin(tone)?)?)));
    let (more, emoji) = toned.unwrap_or((0, emoji));
    Some((end + more, Cow::Borrowed(emoji.as_str())))
}

/// The name between the colon that a text begins with and the next one.
fn named(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(':')?;
    let plain =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'+' | b'\'');
    let length = rest.bytes().take(LONGEST + 1).take_while(|b| plain(*b)).count();
    (length > 0 && rest[length..].starts_with(':')).then(|| &rest[..length])
}

fn known(name: &str) -> Option<&'static Emoji> {
    let slacks = || SLACKS.iter().find(|(known, _)| *known == name).and_then(|(_, emoji)| emojis::get(emoji));
    emojis::get_by_shortcode(name).or_else(slacks).or_else(|| NAMES.get(&one_word(name)).copied())
}

/// `flag-cz` is the flag of that country.
fn flag(name: &str) -> Option<Cow<'static, str>> {
    let country = name.strip_prefix("flag-").filter(|country| country.len() == 2)?;
    let letters = country.bytes().map(|b| char::from_u32(0x1F1E6 + u32::from(b.checked_sub(b'a')?)));
    let flag: String = letters.collect::<Option<_>>()?;
    emojis::get(&flag).map(|flag| Cow::Borrowed(flag.as_str()))
}

fn skin(tone: &str) -> Option<SkinTone> {
    Some(match tone {
        "skin-tone-2" => SkinTone::Light,
        "skin-tone-3" => SkinTone::MediumLight,
        "skin-tone-4" => SkinTone::Medium,
        "skin-tone-5" => SkinTone::MediumDark,
        "skin-tone-6" => SkinTone::Dark,
        _ => return None,
    })
}

fn one_word(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    letters.collect::<String>().split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::at;

    fn check(text: &str, expected: Option<(usize, &str)>) {
        let found = at(text, None);
        assert_eq!(found.as_ref().map(|(end, emoji)| (*end, emoji.as_ref())), expected, "{text:?}");
    }

    #[test]
    fn an_emoji_is_known_by_every_name_that_slack_writes() {
        check(":smile: x", Some((7, "😄")));
        check(":+1:", Some((4, "👍")));
        check(":thinking_face:", Some((15, "🤔")));
        check(":man-shrugging:", Some((15, "🤷‍♂️")));
        check(":hugging_face:", Some((14, "🤗")));
        check(":wave::skin-tone-3:", Some((19, "👋🏼")));
        check(":wave::smile:", Some((6, "👋")));
        check(":flag-cz:", Some((9, "🇨🇿")));
        check(":100:", Some((5, "💯")));
    }

    #[test]
    fn what_names_no_emoji_stays() {
        for text in [":", "::", ":no such:", ":nosuchthing:", ":Smile:", ":100:5", ":flag-xx:", ":flag-c:"] {
            check(text, None);
        }
        assert_eq!(at(":100:", Some('1')), None, "`1:100:` is a number");
    }
}
