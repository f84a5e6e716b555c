//! Finds where a JSON document ends, without reading it: several may follow one another in a file.

/// The bytes of the document that begins here with a bracket; `None` when it does not end within these bytes.
/// Comments are passed over, as the payload reader does.
pub(super) fn extent(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'/' => at = comment_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// Where the text that begins at this quote ends.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Where the comment that begins at this stroke ends; just after the stroke if it begins none.
pub(super) fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start + 1)? {
        b'/' => Some(start + bytes[start..].iter().position(|b| *b == b'\n')? + 1),
        b'*' => Some(start + 2 + bytes[start + 2..].windows(2).position(|pair| pair == b"*/")? + 2),
        _ => Some(start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::extent;

    #[test]
    fn a_document_ends_at_its_own_bracket() {
        let cases: [(&str, Option<usize>); 8] = [
            ("{}{}", Some(2)),
            (r#"{"a":"}"}{"#, Some(9)),
            (r#"{"a":"\"}"} "#, Some(11)),
            ("{ // }\n }", Some(9)),
            ("{ /* } */ }", Some(11)),
            ("[{},[1]],", Some(8)),
            (r#"{"a":"#, None),
            (r#"{"a":"}"#, None),
        ];
        for (text, end) in cases {
            assert_eq!(extent(text.as_bytes()), end, "{text}");
        }
    }
}
