//! A delivery as an HTTPie command. HTTPie sends exact bodies, but orders headers its own way, knows only text in them,
//! and always says `User-Agent` and `Accept-Encoding`.

use super::head::{carried, carries, content_type, escaped, method, query, remarks, url};
use super::mask::Shown;
use super::shell::{fed, is_plain, word};
use super::{Address, BodyFrom, Remark, Unwritable, VARIABLE, Written};

/// Systems allow arguments of 128 KiB; what is longer comes through a pipe.
const LONGEST_ARGUMENT: usize = 100 << 10;
/// What separates a name from a value, in one meaning or another.
const SEPARATING: &str = ":;=@?";

pub(super) fn write(shown: &Shown, address: &Address, body: BodyFrom<'_>) -> Result<Written, Unwritable> {
    let method = method(shown);
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(Unwritable::Method(method.to_owned()));
    }
    let url = match url(shown, address) {
        Some(url) => word(url.as_bytes()),
        None => {
            let query = query(shown).map(|query| word(format!("?{}", escaped(query)).as_bytes()));
            format!("\"${VARIABLE}\"{}", query.unwrap_or_default())
        }
    };
    let mut words = vec![format!("{method} {url}")];
    let mut remarks = remarks(shown);
    for header in carried(shown) {
        match line(&header.name, &header.value) {
            Some(line) => words.push(word(line.as_bytes())),
            None => remarks.push(Remark::HeaderLeftOut(header.name.clone())),
        }
    }
    if let Some(content_type) = content_type(shown) {
        words.extend(line("Content-Type", content_type.as_bytes()).map(|line| word(line.as_bytes())));
    }
    let bytes = &shown.delivery.body;
    let typed = carries(shown, "Content-Type") || content_type(shown).is_some();
    // HTTPie adds these by itself, and the delivery had none. What HTTPie says of itself cannot be taken away.
    let own = (!carries(shown, "Accept")).then_some("Accept").into_iter();
    let own = own.chain((!bytes.is_empty() && !typed).then_some("Content-Type"));
    words.extend(own.map(|name| format!("'{name}:'")));
    let plain = is_plain(bytes).filter(|text| text.len() <= LONGEST_ARGUMENT);
    let text = match (body, plain) {
        _ if bytes.is_empty() => format!("http --ignore-stdin {}", words.join(" \\\n  ")),
        (BodyFrom::File(name), _) => {
            remarks.push(Remark::BodyInFile(name.to_owned()));
            format!("http {} < {}", words.join(" \\\n  "), word(name.as_bytes()))
        }
        (BodyFrom::Command, Some(text)) => {
            // `=` keeps a body that begins with a hyphen from being read as an option.
            let raw = format!("--raw={}", word(text.as_bytes()));
            format!("http --ignore-stdin {} \\\n  {raw}", words.join(" \\\n  "))
        }
        (BodyFrom::Command, None) => fed(&format!("http {}", words.join(" \\\n  ")), bytes),
    };
    Ok(Written { text, hidden: shown.hidden.clone(), remarks })
}

/// A header as HTTPie reads it; `None` for what it cannot send: bytes that are no text, and a backslash before a
/// character that separates, which it takes away.
fn line(name: &str, value: &[u8]) -> Option<String> {
    let value = std::str::from_utf8(value).ok()?.trim();
    if value.is_empty() {
        return Some(format!("{name};"));
    }
    let taken_away =
        value.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && SEPARATING.as_bytes().contains(&pair[1]));
    if taken_away {
        return None;
    }
    // Right after the colon `=` and `@` would make it something else than a header.
    let escape = if value.starts_with(['=', '@', ':']) { "\\" } else { "" };
    Some(format!("{name}:{escape}{value}"))
}
