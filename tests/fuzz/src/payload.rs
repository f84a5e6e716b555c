//! Bodies: whatever they are, every value has its place and its bytes, and valid JSON is read as it is everywhere else.

use afterchat_transcript::payload::{Format, Kind, Payload, Value, multipart};
use serde_json::Value as Json;

use crate::parts;

pub(crate) fn check(body: &[u8]) {
    let payload = Payload::decode(body);
    let text = String::from_utf8_lossy(body);
    let treed = matches!(payload.format, Format::Json | Format::Form | Format::Xml);
    assert_eq!(payload.root.is_some(), treed, "only these have values");
    if let Some(root) = &payload.root {
        assert_eq!(count(root), payload.values, "every value has its number");
        assert!(root.at(&payload.start).is_some(), "a reader must have somewhere to start");
        each(root, "", &mut |pointer, value| {
            let span = value.span.clone();
            assert!(text.get(span.clone()).is_some(), "{pointer} lies outside of the body: {span:?}");
            assert!(root.at(pointer).is_some(), "{pointer} must lead to a value");
        });
    }
    if let Ok(expected @ (Json::Array(_) | Json::Object(_))) = serde_json::from_slice::<Json>(body) {
        let Some(root) = payload.root.filter(|_| payload.format == Format::Json) else {
            panic!("valid JSON must be read as such");
        };
        assert!(same(&root.to_json(), &expected), "{} is read otherwise than {expected}", root.to_json());
        let odd = payload.notices.iter().find(|notice| notice.code != "json_duplicate_name");
        assert!(odd.is_none(), "valid JSON is nothing odd: {odd:?}");
    }
}

/// The first line is the content type.
pub(crate) fn check_multipart(input: &[u8]) {
    let (kind, body) = parts::line(input);
    let Some(found) = multipart::read(&String::from_utf8_lossy(kind), body) else { return };
    let mut end = 0;
    for part in &found.parts {
        assert!(part.span.start >= end && body.get(part.span.clone()).is_some(), "{:?}", part.span);
        end = part.span.end;
    }
    assert!(found.more == 0 || found.parts.len() == 1000, "parts are left out only beyond a thousand");
}

fn count(value: &Value) -> usize {
    1 + match &value.kind {
        Kind::Array(items) => items.iter().map(count).sum(),
        Kind::Object(entries) => entries.iter().map(|(_, entry)| count(entry)).sum(),
        _ => 0,
    }
}

fn each(value: &Value, at: &str, look: &mut impl FnMut(&str, &Value)) {
    look(at, value);
    match &value.kind {
        Kind::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| each(item, &format!("{at}/{index}"), look));
        }
        Kind::Object(entries) => {
            // Of a name that stands twice a pointer means the last.
            let last = |at: usize| !entries[at + 1..].iter().any(|(name, _)| *name == entries[at].0);
            for (_, (name, entry)) in entries.iter().enumerate().filter(|(at, _)| last(*at)) {
                each(entry, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), look);
            }
        }
        _ => {}
    }
}

/// Whether two documents are the same, apart from how numbers are kept.
fn same(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Array(found), Json::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| same(a, b))
        }
        (Json::Object(found), Json::Object(expected)) => {
            found.len() == expected.len()
                && expected.iter().all(|(name, b)| found.get(name).is_some_and(|a| same(a, b)))
        }
        (Json::Number(_) | Json::String(_), Json::Number(_)) => true,
        (found, expected) => found == expected,
    }
}
