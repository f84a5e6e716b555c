//! A delivery as a `curl` command.

use super::head::{carried, carries, content_type, method, query, remarks, url};
use super::mask::Shown;
use super::shell::{fed, is_plain, word};
use super::{Address, BodyFrom, Remark, VARIABLE, Written};

/// From this size on curl would ask first whether the body is wanted.
const ASKS_FIRST: usize = 1 << 20;
/// Systems allow arguments of 128 KiB; what is longer comes through a pipe.
const LONGEST_ARGUMENT: usize = 100 << 10;

pub(super) fn write(shown: &Shown, address: &Address, body: BodyFrom<'_>) -> Written {
    let mut words = vec![command(shown, address)];
    let mut remarks = remarks(shown);
    for header in carried(shown) {
        words.push(format!("-H {}", line(&header.name, &header.value)));
    }
    if let Some(content_type) = content_type(shown) {
        words.push(format!("-H {}", line("Content-Type", content_type.as_bytes())));
    }
    // curl adds these by itself, and the delivery had none.
    let own = ["User-Agent", "Accept"].into_iter().filter(|name| !carries(shown, name));
    let typed = carries(shown, "Content-Type") || content_type(shown).is_some();
    let bytes = &shown.delivery.body;
    let has_body = !bytes.is_empty() || sends_length(shown);
    let own = own.chain((has_body && !typed).then_some("Content-Type"));
    let own = own.chain((bytes.len() >= ASKS_FIRST).then_some("Expect"));
    words.extend(own.map(|name| format!("-H '{name}:'")));
    let plain = is_plain(bytes).filter(|text| text.len() <= LONGEST_ARGUMENT && !text.starts_with('@'));
    let text = match (body, plain) {
        _ if !has_body => words.join(" \\\n  "),
        (BodyFrom::File(name), _) => {
            remarks.push(Remark::BodyInFile(name.to_owned()));
            words.push(format!("--data-binary {}", word(format!("@{name}").as_bytes())));
            words.join(" \\\n  ")
        }
        (BodyFrom::Command, Some(text)) => {
            words.push(format!("--data-binary {}", word(text.as_bytes())));
            words.join(" \\\n  ")
        }
        (BodyFrom::Command, None) => {
            words.push("--data-binary @-".to_owned());
            fed(&words.join(" \\\n  "), bytes)
        }
    };
    Written { text, hidden: shown.hidden.clone(), remarks }
}

fn command(shown: &Shown, address: &Address) -> String {
    let method = method(shown);
    // Of the answer to HEAD there is only a head; asked for by its name alone, curl would wait for more.
    let method = if method == "HEAD" && shown.delivery.body.is_empty() {
        "--head".to_owned()
    } else {
        format!("-X {}", word(method.as_bytes()))
    };
    let url = match url(shown, address) {
        Some(url) => word(url.as_bytes()),
        None => match query(shown) {
            Some(query) => {
                format!("\"${VARIABLE}\"{}", word(format!("?{}", super::head::escaped(query)).as_bytes()))
            }
            None => format!("\"${VARIABLE}\""),
        },
    };
    // Brackets and braces in an address are otherwise a list of addresses.
    let globs = url.contains(['[', ']', '{', '}']);
    format!("curl {method} {}{url}", if globs { "--globoff " } else { "" })
}

/// True when the delivery said that it had a body, if only an empty one.
fn sends_length(shown: &Shown) -> bool {
    shown.delivery.headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-length"))
        && method(shown) != "HEAD"
}

/// A header as an argument: its name, a colon and its value, or a semicolon where it is empty.
fn line(name: &str, value: &[u8]) -> String {
    if value.trim_ascii().is_empty() {
        return word(format!("{name};").as_bytes());
    }
    word(&[name.as_bytes(), b": ", value].concat())
}
