//! Objects cut out of an answer byte for byte, and put together again.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::HistoryError;

/// Understands an answer, or tells what is wrong with it without repeating it.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8], path: &str) -> Result<T, HistoryError> {
    serde_json::from_slice(body)
        .map_err(|error| unreadable(path, &format!("{} (line {})", kind(&error), error.line())))
}

/// The error's words without the values that serde puts into them: they are a stranger's.
fn kind(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends in the middle",
        serde_json::error::Category::Data => "it has another shape than documented",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is no valid JSON",
    }
}

pub(super) fn unreadable(path: &str, reason: &str) -> HistoryError {
    HistoryError::Unreadable { path: path.to_owned(), reason: reason.to_owned() }
}

/// The list in an answer: the answer itself, or what stands under one of these names.
pub(super) fn list<'a>(
    body: &'a [u8],
    names: &[&str],
    path: &str,
) -> Result<Vec<&'a RawValue>, HistoryError> {
    if body.trim_ascii_start().starts_with(b"[") {
        return parse(body, path);
    }
    let object: std::collections::HashMap<String, &'a RawValue> = parse(body, path)?;
    let found = names.iter().find_map(|name| object.get(*name));
    let Some(found) = found else { return Err(unreadable(path, "it holds no list")) };
    match found.get() {
        "null" => Ok(Vec::new()),
        list => parse(list.as_bytes(), path),
    }
}

/// A value of an object as text, whether it is a text or a number. Absent and empty are the same.
pub(super) fn text(object: &RawValue, name: &str) -> Option<String> {
    let object: Value = serde_json::from_str(object.get()).ok()?;
    let text = match object.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// An id that can be a segment of a path.
pub(super) fn id(object: &RawValue, name: &str) -> Option<String> {
    text(object, name).filter(|id| id != "." && id != "..")
}

/// An object of these names, each with the bytes it came with.
pub(super) fn object(entries: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<String> = entries.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", entries.join(",")).into_bytes()
}

/// A list of these objects, each with the bytes it came with.
pub(super) fn array<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::{array, list, object, text};

    #[test]
    fn objects_keep_their_bytes() {
        let body = br#"{"items": [{"id" : 12345678901234567890, "b":"\u00e4"}, {}], "after":null}"#;
        let items = list(body, &["list", "items"], "x").expect("a list");
        assert_eq!(
            items[0].get(),
            r#"{"id" : 12345678901234567890, "b":"\u00e4"}"#,
            "spaces, digits and escapes stay"
        );
        assert_eq!(text(items[0], "id").as_deref(), Some("12345678901234567890"));
        let joined = object(&[("a", &array(items.iter().map(|item| item.get()))), ("b", "1")]);
        assert_eq!(joined, br#"{"a":[{"id" : 12345678901234567890, "b":"\u00e4"},{}],"b":1}"#);
    }

    #[test]
    fn what_is_wrong_is_told_without_the_words_of_a_stranger() {
        for body in [&b"{"[..], b"<html>canary", b"[1,", b"\"canary\"", b"{}", b"{\"items\":\"canary\"}"] {
            let error = list(body, &["items"], "conversations").expect_err("no list");
            assert_eq!(error.code(), "history_unreadable");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
