//! What must hold for any bytes: reading never panics, no value of a payload is lost, and what is said to stand at a
//! pointer stands there.

mod common;

use std::collections::HashMap;
use std::sync::LazyLock;

use afterchat_transcript::model::Became;
use afterchat_transcript::payload::{Kind, Payload, Value};
use afterchat_transcript::providers::PROVIDERS;
use afterchat_transcript::reading::{Part, Verdict};
use afterchat_transcript::{Reading, read};
use common::{delivery, dump, fixtures};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// What a place became, and which bytes of it.
type Taken<'a> = (&'a Became, Option<(usize, usize)>);

/// The bytes of every fixture.
static BODIES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| fixtures().into_iter().filter_map(|(_, path)| std::fs::read(path).ok()).collect());

/// Every fixture that is JSON.
static SAMPLES: LazyLock<Vec<Json>> =
    LazyLock::new(|| BODIES.iter().filter_map(|body| serde_json::from_slice(body).ok()).collect());

/// One change of a payload: what is done at which of its values.
#[derive(Debug, Clone)]
enum Change {
    Replace(prop::sample::Index, Json),
    Drop(prop::sample::Index),
    Rename(prop::sample::Index, String),
    Wrap(prop::sample::Index),
}

fn odd_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[ 0-9:/()⊙\\[\\]A-Za-zé.,\\\\n-]{0,40}".prop_map(Into::into),
        prop::sample::select(vec![
            "true",
            "0",
            "[10:00:00] Sam: hi⊙[1",
            "/Date(1584423203253)/",
            "{\"a\":{\"b\":1}}",
            "https://x"
        ])
        .prop_map(Into::into),
        Just(json!({})),
        Just(json!([])),
        any::<String>().prop_map(|text| json!({ "text": text, "name": "n", "value": [1, { "deep": text }] })),
        any::<u32>().prop_map(|number| json!([number, { "name": number, "value": "v", "id": 1 }, "word"])),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), odd_value()).prop_map(|(index, value)| Change::Replace(index, value)),
        2 => index().prop_map(Change::Drop),
        1 => (index(), "[a-zA-Z_~/]{0,12}").prop_map(|(index, name)| Change::Rename(index, name)),
        1 => index().prop_map(Change::Wrap),
    ]
}

/// The pointers of every value below the root.
fn pointers(value: &Json, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Json)> = match value {
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Json::Object(entries) => {
            entries.iter().map(|(name, entry)| (name.replace('~', "~0").replace('/', "~1"), entry)).collect()
        }
        _ => Vec::new(),
    };
    for (name, child) in children {
        let at = format!("{at}/{name}");
        pointers(child, &at, found);
        found.push(at);
    }
}

fn apply(payload: &mut Json, change: &Change) {
    let mut all = Vec::new();
    pointers(payload, "", &mut all);
    if all.is_empty() {
        return;
    }
    let (Change::Replace(index, _) | Change::Drop(index) | Change::Rename(index, _) | Change::Wrap(index)) =
        change;
    let target = index.get(&all).clone();
    match change {
        Change::Replace(_, new) => {
            if let Some(place) = payload.pointer_mut(&target) {
                *place = new.clone();
            }
        }
        Change::Wrap(_) => {
            if let Some(place) = payload.pointer_mut(&target) {
                *place = json!([place.take()]);
            }
        }
        Change::Drop(_) | Change::Rename(..) => {
            let Some((parent, name)) = target.rsplit_once('/') else { return };
            let name = name.replace("~1", "/").replace("~0", "~");
            let Some(Json::Object(entries)) = payload.pointer_mut(parent) else { return };
            let Some(value) = entries.shift_remove(&name) else { return };
            if let Change::Rename(_, new) = change {
                entries.insert(new.clone(), value);
            }
        }
    }
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
fn check_pointers(root: &Value, reading: &Reading) -> Result<(), TestCaseError> {
    for line in reading.parts.iter().flat_map(Part::origins) {
        let (pointer, bytes) = split(&line.pointer, root);
        let Some(place) = root.at(pointer) else {
            return Err(TestCaseError::fail(format!("{} does not exist", line.pointer)));
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
        prop_assert!(
            told == line.value || inside,
            "{} is said to be {:?} and is {:?}",
            line.pointer,
            line.value,
            told
        );
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
fn check_leaves(root: &Value, reading: &Reading) -> Result<(), TestCaseError> {
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
        if reading.other.iter().any(|other| other.pointer == pointer && other.value == json) {
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
        prop_assert!(kept || embedded || cut || written, "{pointer} ({text:?}) is lost: {:?}", dump(reading));
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

/// A payload with some names written twice, which no JSON library writes.
fn doubled(payload: &Json, every: usize) -> String {
    fn write(value: &Json, every: usize, count: &mut usize, text: &mut String) {
        match value {
            Json::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    write(item, every, count, text);
                }
                text.push(']');
            }
            Json::Object(entries) => {
                text.push('{');
                for (index, (name, entry)) in entries.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    *count += 1;
                    if count.is_multiple_of(every) {
                        text.push_str(&format!("{}:\"earlier {count}\",", json!(name)));
                    }
                    text.push_str(&format!("{}:", json!(name)));
                    write(entry, every, count, text);
                }
                text.push('}');
            }
            scalar => text.push_str(&scalar.to_string()),
        }
    }
    let mut text = String::new();
    write(payload, every, &mut 0, &mut text);
    text
}

fn check(body: &[u8]) -> Result<(), TestCaseError> {
    let payload = Payload::decode(body);
    let Some(root) = &payload.root else { return Ok(()) };
    let text = String::from_utf8_lossy(body);
    let set = PROVIDERS.iter().map(|provider| Some(provider.id()));
    for provider in std::iter::once(None).chain(set) {
        let reading = read(&delivery(provider, body));
        check_pointers(root, &reading)?;
        check_leaves(root, &reading)?;
        for line in reading.parts.iter().flat_map(Part::origins) {
            let bytes = payload.locate(&text, &line.pointer);
            prop_assert!(bytes.is_some(), "{} must have bytes in the body", line.pointer);
        }
    }
    Ok(())
}

#[test]
fn no_value_of_any_fixture_is_lost() {
    for (_, path) in fixtures() {
        let body = std::fs::read(&path).expect("a fixture must be readable");
        check(&body).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    }
}

#[test]
fn ten_mebibytes_of_nesting_are_refused_and_kept() {
    for open in ["[", "{\"a\":", "<a>"] {
        let body = open.repeat((10 << 20) / open.len());
        let reading = read(&delivery(None, body.as_bytes()));
        assert!(matches!(reading.verdict, Verdict::Unreadable(_)), "{open:?} without end is no payload");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..512)) {
        check(&body)?;
    }

    #[test]
    fn no_damaged_sample_makes_a_reader_panic(
        sample in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut body = sample.get(&BODIES).clone();
        for (at, byte) in cuts.iter().filter(|_| !sample.get(&BODIES).is_empty()) {
            let at = at.index(body.len());
            body[at] = *byte;
        }
        check(&body)?;
    }

    #[test]
    fn no_value_of_a_changed_sample_is_lost(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..8),
        double in prop::option::of(2_usize..9),
    ) {
        let mut payload = sample.get(&SAMPLES).clone();
        for change in &changes {
            apply(&mut payload, change);
        }
        let body = double.map_or_else(|| payload.to_string(), |every| doubled(&payload, every));
        check(body.as_bytes())?;
    }
}
