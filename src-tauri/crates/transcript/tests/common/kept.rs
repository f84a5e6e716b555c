//! What must hold of every reading: what is said to stand at a pointer stands there, and no value of a payload is lost.

use std::collections::HashMap;

use afterchat_transcript::model::{Became, OtherValue};
use afterchat_transcript::payload::{Kind, Payload, Value};
use afterchat_transcript::providers::PROVIDERS;
use afterchat_transcript::reading::Part;
use afterchat_transcript::{Reading, read};

use super::{delivery, dump};

/// What a place became, and which bytes of it.
type Taken<'a> = (&'a Became, Option<(usize, usize)>);

/// Reads a body at a source that detects and at one of every service, and tells the first thing that is not so.
pub(crate) fn check(body: &[u8]) -> Result<(), String> {
    std::iter::once(None)
        .chain(PROVIDERS.iter().map(|provider| Some(provider.id())))
        .try_for_each(|provider| check_at(provider, body))
}

/// Reads a body at a source of this service.
pub(crate) fn check_at(provider: Option<&str>, body: &[u8]) -> Result<(), String> {
    let payload = Payload::decode(body);
    let Some(root) = &payload.root else { return Ok(()) };
    let text = String::from_utf8_lossy(body);
    let reading = read(&delivery(provider, body));
    check_pointers(root, &reading)?;
    check_leaves(root, &reading)?;
    for line in reading.parts.iter().flat_map(Part::origins) {
        if payload.locate(&text, &line.pointer).is_none() {
            return Err(format!("{} must have bytes in the body", line.pointer));
        }
    }
    Ok(())
}

/// Every scalar that says something, with its pointer.
fn leaves<'a>(value: &'a Value, at: String, found: &mut Vec<(String, &'a Value)>) {
    match &value.kind {
        Kind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, format!("{at}/{index}"), found);
            }
        }
        Kind::Object(entries) => {
            for (name, entry) in entries {
                leaves(entry, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Kind::Null => {}
        Kind::Text(text) if text.is_empty() => {}
        _ => found.push((at, value)),
    }
}

/// Fields whose value is made of what the payload says: times, roles and words for codes.
fn is_made(line: &Became) -> bool {
    let last = line.field.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "at" | "started_at" | "ended_at" | "first_seen_at" | "as_of" | "kind" | "state" | "role" | "ended_by"
    ) || matches!(line.field.as_str(), "provider_status" | "rating.max" | "fields.visitor.status")
        || line.field.ends_with("_seconds")
        || matches!(
            line.field.as_str(),
            "fields.visitor.visit_time" | "fields.wrapup.time" | "fields.wrap_up.time"
        )
        || matches!(line.field.as_str(), "rating.value" | "visitor.latitude" | "visitor.longitude")
        || line.field.starts_with("visitor.") && matches!(last, "visits" | "chats" | "page_views")
        || last == "size"
}

/// Checks that everything that became something stands where it is said to stand.
fn check_pointers(root: &Value, reading: &Reading) -> Result<(), String> {
    for line in reading.parts.iter().flat_map(Part::origins) {
        let (pointer, bytes) = split(&line.pointer, root);
        let Some(place) = root.at(pointer) else {
            return Err(format!("{} does not exist", line.pointer));
        };
        if is_made(&line) {
            continue;
        }
        let told = match (place.scalar(), bytes) {
            (Some(text), Some((start, end))) => text.get(start..end).map(str::to_owned),
            (Some(text), None) => Some(text),
            (None, _) => Some(place.to_json().to_string()),
        };
        let told = told.unwrap_or_default();
        // A text that holds JSON became the values inside of it.
        let inside = Payload::decode(told.as_bytes()).root.is_some_and(|document| {
            let mut found = Vec::new();
            leaves(&document, String::new(), &mut found);
            found.iter().any(|(_, leaf)| leaf.scalar().as_deref() == Some(line.value.as_str()))
        });
        if told != line.value && !inside {
            return Err(format!("{} is said to be {:?} and is {told:?}", line.pointer, line.value));
        }
    }
    Ok(())
}

/// The pointer and the bytes of a place. A name may itself end like bytes, so a place that exists wins.
fn split<'a>(place: &'a str, root: &Value) -> (&'a str, Option<(usize, usize)>) {
    let bytes = place.rsplit_once('@').and_then(|(pointer, bytes)| {
        let (start, end) = bytes.split_once('-')?;
        Some((pointer, (start.parse().ok()?, end.parse().ok()?)))
    });
    match bytes {
        Some((pointer, bytes)) if root.at(place).is_none() => (pointer, Some(bytes)),
        _ => (place, None),
    }
}

/// Checks that every scalar became something or is listed, and that no word of it is lost.
fn check_leaves(root: &Value, reading: &Reading) -> Result<(), String> {
    let origins: Vec<Became> = reading.parts.iter().flat_map(Part::origins).collect();
    let mut became: HashMap<&str, Vec<Taken<'_>>> = HashMap::new();
    for line in &origins {
        let (pointer, bytes) = split(&line.pointer, root);
        became.entry(pointer).or_default().push((line, bytes));
    }
    let mut found = Vec::new();
    leaves(root, String::new(), &mut found);
    for (pointer, leaf) in found {
        let text = leaf.scalar().unwrap_or_default();
        let json = leaf.to_json();
        // A list of plain values is listed as one.
        let listed = |other: &OtherValue| {
            let inside = pointer.strip_prefix(&other.pointer);
            inside.and_then(|inside| other.value.pointer(inside)) == Some(&json)
        };
        if reading.other.iter().any(listed) {
            continue;
        }
        let taken = |at: &str| became.get(at).map_or(&[][..], Vec::as_slice);
        let kept = taken(&pointer).iter().any(|(line, _)| is_made(line) || line.value == text);
        let embedded = leaf_is_inside(&text, taken(&pointer));
        let cut = covered(&text, taken(&pointer));
        let written = pointer.match_indices('/').any(|(end, _)| {
            let written = serde_json::to_string(&json).unwrap_or_default();
            taken(&pointer[..end]).iter().any(|(line, _)| line.value.contains(&written))
        });
        if !(kept || embedded || cut || written) {
            return Err(format!("{pointer} ({text:?}) is lost: {:?}", dump(reading)));
        }
    }
    Ok(())
}

/// True when every scalar of the JSON in a text became something.
fn leaf_is_inside(text: &str, taken: &[Taken<'_>]) -> bool {
    Payload::decode(text.as_bytes()).root.is_some_and(|document| {
        let mut found = Vec::new();
        leaves(&document, String::new(), &mut found);
        let told = |leaf: &Value| {
            taken.iter().any(|(line, _)| leaf.scalar().as_deref() == Some(line.value.as_str()))
        };
        !found.is_empty() && found.iter().all(|(_, leaf)| told(leaf))
    })
}

/// True when every letter and digit of a text is in one of the parts that were cut out of it.
fn covered(text: &str, taken: &[Taken<'_>]) -> bool {
    let parts: Vec<(usize, usize)> = taken.iter().filter_map(|(_, bytes)| *bytes).collect();
    let joint = |at: usize| ["\\n", "\\r"].iter().any(|joint| text[..at + 1].ends_with(joint));
    !parts.is_empty()
        && text
            .char_indices()
            .filter(|(_, c)| c.is_alphanumeric())
            .all(|(at, _)| parts.iter().any(|(start, end)| (*start..*end).contains(&at)) || joint(at))
}
