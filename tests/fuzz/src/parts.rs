//! How one input holds several things: lines before an empty line, and bytes behind it.

use afterchat_transcript::Header;

/// The first line, and what follows it.
pub(crate) fn line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &[]),
    }
}

/// Header lines up to an empty line, and what follows it.
pub(crate) fn headers(mut input: &[u8]) -> (Vec<Header>, &[u8]) {
    let mut headers = Vec::new();
    while !input.is_empty() {
        let (next, rest) = line(input);
        input = rest;
        if next.is_empty() {
            break;
        }
        let colon = next.iter().position(|byte| *byte == b':');
        let (name, value) = next.split_at(colon.unwrap_or(next.len()));
        headers.push(Header {
            name: String::from_utf8_lossy(name).into_owned(),
            value: value.get(1..).unwrap_or_default().trim_ascii().to_owned(),
        });
    }
    (headers, input)
}
