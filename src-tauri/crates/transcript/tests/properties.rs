//! What must hold for any bytes: reading never panics, no value of a payload is lost, and what is said to stand at a
//! pointer stands there.

mod common;

use std::sync::LazyLock;

use afterchat_transcript::read;
use afterchat_transcript::reading::Verdict;
use common::{delivery, fixtures, kept};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

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
    kept::check(body).map_err(TestCaseError::fail)
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
