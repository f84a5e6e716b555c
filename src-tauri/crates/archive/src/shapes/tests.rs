//! What a shape learns and tells, payload by payload.

use std::collections::BTreeSet;

use afterchat_transcript::fold::digest;
use afterchat_transcript::payload::Payload;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::drift::{DriftKind, ValueType};
use super::shape::{LEARNED_AFTER, Shape};

/// A shape that has learned from enough payloads.
struct Taught {
    shape: Shape,
    number: u64,
}

impl Taught {
    /// Learned from these, over and over, each time with another number in it, as payloads have.
    fn by(payloads: &[Value]) -> Self {
        let mut taught = Self { shape: Shape::default(), number: 0 };
        for payload in payloads.iter().cycle().take(usize::from(LEARNED_AFTER).max(payloads.len())) {
            assert_eq!(taught.told(payload), Vec::<String>::new(), "nothing is told while it learns");
        }
        taught
    }

    /// What is told of a payload, a line each.
    fn told(&mut self, payload: &Value) -> Vec<String> {
        self.number += 1;
        let mut payload = payload.clone();
        if let Some(object) = payload.as_object_mut() {
            object.insert("number".to_owned(), self.number.into());
        }
        self.judged(&payload.to_string())
    }

    fn judged(&mut self, body: &str) -> Vec<String> {
        let payload = Payload::decode(body.as_bytes());
        let judged = self.shape.judge(payload.root.as_ref().unwrap(), &digest(body.as_bytes()));
        assert!(judged.drifted.noted.len() <= judged.drifted.total, "more is counted than noted");
        let line = |drift: &super::Drift| {
            let at = drift.pointer.as_deref().unwrap_or("?");
            match drift.kind {
                DriftKind::New => format!("new {} at {at} is {:?}", drift.path, drift.found.unwrap()),
                DriftKind::Missing => format!("missing {} in {at} was {:?}", drift.path, drift.expected),
                DriftKind::Retyped => {
                    format!(
                        "retyped {} at {at} was {:?} is {:?}",
                        drift.path,
                        drift.expected,
                        drift.found.unwrap()
                    )
                }
            }
        };
        judged.drifted.noted.iter().map(line).collect()
    }
}

/// Teaches, shows one payload and checks what is told; then shows it again, when nothing may be told any more.
fn check(known: &[Value], shown: &Value, expected: &[&str], why: &str) {
    let mut taught = Taught::by(known);
    assert_eq!(taught.told(shown), expected, "{why}");
    assert_eq!(taught.told(shown), Vec::<String>::new(), "{why}: told once, then known");
}

#[test]
fn a_new_a_missing_and_a_retyped_key_are_told_once() {
    let known = [json!({ "a": 1, "b": { "c": "x" }, "m": [{ "t": "hi" }] })];
    check(&known, &known[0], &[], "what is as ever is not told");
    check(
        &known,
        &json!({ "a": 1, "b": { "c": "x" }, "m": [{ "t": "hi" }], "n": { "deep": [1] } }),
        &["new /n at /n is Object"],
        "a new key is told as a whole, not with each key that it holds",
    );
    check(
        &known,
        &json!({ "a": 1, "b": {}, "m": [] }),
        &[],
        "an empty object or list lacks nothing: many programs write one where they have none",
    );
    check(
        &known,
        &json!({ "b": { "c": "x" }, "m": [{ "t": "hi" }] }),
        &["missing /a in  was [Number]"],
        "a missing key",
    );
    check(
        &known,
        &json!({ "a": "1", "b": { "c": 5 }, "m": [{ "t": "hi" }] }),
        &["retyped /a at /a was [Number] is Text", "retyped /b/c at /b/c was [Text] is Number"],
        "values of other types",
    );
    check(
        &known,
        &json!({ "a": 1, "b": { "c": "x" }, "m": [{ "t": "hi" }, { "t": true, "u": 1 }, {"t": true, "u": 1}] }),
        &["retyped /m/*/t at /m/1/t was [Text] is Bool", "new /m/*/u at /m/1/u is Number"],
        "items are of one shape, and each difference is told at the first of them",
    );
    check(
        &known,
        &json!({ "a": 1, "b": ["c"], "m": { "t": "hi" } }),
        &["retyped /b at /b was [Object] is List", "retyped /m at /m was [List] is Object"],
        "an object is no list",
    );
}

#[test]
fn null_is_no_value_and_absent_is_no_null() {
    let known = [json!({ "a": "x", "n": null, "e": [] })];
    check(&known, &json!({ "a": null, "n": null, "e": [] }), &[], "null says that there is no value");
    check(&known, &json!({ "a": "x", "n": 5, "e": [] }), &[], "after null any type may come");
    check(&known, &json!({ "a": "x", "n": { "k": 1 }, "e": [] }), &[], "also an object");
    check(
        &known,
        &json!({ "a": "x", "n": null, "e": { "k": 1 } }),
        &[],
        "an empty list may have been an empty object",
    );
    check(
        &known,
        &json!({ "a": "x", "e": [] }),
        &["missing /n in  was [Null]"],
        "but the key itself was always there",
    );
    check(
        &known,
        &json!({ "a": "x", "n": null, "e": "" }),
        &["retyped /e at /e was [Empty] is Text"],
        "a text is no list",
    );
}

#[test]
fn what_is_optional_is_not_missed() {
    let known = [json!({ "a": 1, "b": 1 }), json!({ "a": 1 })];
    check(&known, &json!({ "a": 1 }), &[], "it was not always there");
    check(&known, &json!({ "b": 1 }), &["missing /a in  was [Number]"], "this one was");
    let mut taught = Taught::by(&known);
    taught.told(&json!({ "b": 1 }));
    assert_eq!(taught.told(&json!({ "a": 1 })), Vec::<String>::new(), "what was missed comes back unnoticed");
}

#[test]
fn an_object_that_came_late_is_learned_before_it_is_judged() {
    let mut taught = Taught::by(&[json!({ "a": 1 })]);
    assert_eq!(taught.told(&json!({ "a": 1, "r": { "x": 1, "y": 1 } })).len(), 1, "it is new");
    assert_eq!(
        taught.told(&json!({ "a": 1, "r": { "x": 1 } })),
        Vec::<String>::new(),
        "it is still being learned"
    );
    for _ in 0..LEARNED_AFTER {
        taught.told(&json!({ "a": 1, "r": { "x": 1 } }));
    }
    assert_eq!(
        taught.told(&json!({ "a": 1, "r": { "z": 1 } })).len(),
        2,
        "now it is known: one new, one missing"
    );
}

#[test]
fn custom_variables_are_not_told_for_ever() {
    let mut taught = Taught::by(&[json!({ "vars": { "plan": "pro" } }), json!({ "vars": { "age": 5 } })]);
    let told: usize =
        (0..50).map(|number| taught.told(&json!({ "vars": { format!("v{number}x"): "y" } })).len()).sum();
    assert_eq!(told, 3, "after the third surprise names of this object are data");
    let by_id = |id: &str| json!({ "seen": { id: { "at": 1 } } });
    let mut taught = Taught::by(&[by_id("70fe3290-11ad-11e9-a30a-515671621700"), by_id("vera@shop.example")]);
    assert_eq!(taught.told(&by_id("81")), Vec::<String>::new(), "names that are data are never told");
    let odd = json!({ "seen": { "82": { "at": "noon" } } });
    assert_eq!(
        taught.told(&odd),
        ["retyped /seen/{}/at at /seen/82/at was [Number] is Text"],
        "what such names hold is of one shape all the same"
    );
    // A record that grows with the service's releases stays a record.
    let mut record = json!({ "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": 1 });
    let mut taught = Taught::by(&[record.clone()]);
    for name in ["i", "j", "k", "l"] {
        record[name] = json!(1);
        assert_eq!(taught.told(&record).len(), 1, "{name} is new");
    }
    record.as_object_mut().unwrap().remove("a");
    assert_eq!(taught.told(&record).len(), 1, "and what it lacks is still told");
}

#[test]
fn a_repetition_teaches_nothing() {
    let mut taught = Taught { shape: Shape::default(), number: 0 };
    for _ in 0..100 {
        taught.judged(r#"{"a":1}"#);
    }
    assert_eq!(
        taught.judged(r#"{"b":1}"#),
        Vec::<String>::new(),
        "one payload a hundred times is one payload"
    );
}

#[test]
fn a_payload_that_is_a_list_is_judged_as_one() {
    let mut taught = Taught { shape: Shape::default(), number: 0 };
    for number in 0..LEARNED_AFTER {
        assert_eq!(taught.judged(&format!("[{number}]")), Vec::<String>::new(), "it is being learned");
    }
    assert_eq!(taught.judged(r#"["x"]"#), ["retyped /* at /0 was [Number] is Text"]);
    assert_eq!(taught.judged(r#"{"a":1}"#), ["retyped  at  was [List] is Object"]);
}

#[test]
fn a_stranger_cannot_make_a_shape_grow_without_end() {
    let mut taught = Taught { shape: Shape::default(), number: 0 };
    for round in 0..60 {
        let wide: Vec<String> = (0..400).map(|name| format!("\"n{round}_{name}\":{{\"x\":1}}")).collect();
        taught.judged(&format!("{{\"w{round}\":{{{}}}}}", wide.join(",")));
        let deep = format!("{}1{}", "{\"d\":[".repeat(50), "]}".repeat(50));
        taught.judged(&deep);
        taught.judged(&format!("{{\"{}\":1}}", "long".repeat(50_000)));
    }
    let stored = serde_json::to_vec(&taught.shape).unwrap();
    assert!(stored.len() < 200_000, "{} bytes", stored.len());
    let again: Shape = serde_json::from_slice(&stored).unwrap();
    assert_eq!(serde_json::to_vec(&again).unwrap(), stored, "it is read back as it was");
    let mut taught = Taught::by(&[json!({ "a": 1 })]);
    let wide: Vec<String> = (0..5_000).map(|name| format!("\"n{name}\":1")).collect();
    assert!(taught.judged(&format!("{{{}}}", wide.join(","))).len() <= 20, "few are noted");
}

fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-e]|[0-9]{2}", inner, 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_shown_twice_is_not_told_the_second_time(
        payloads in prop::collection::vec(payload(), 1..40),
        stored in prop::collection::btree_set(0..40_usize, 0..5),
    ) {
        let mut shape = Shape::default();
        let mut kept = Shape::default();
        for (number, payload) in payloads.iter().enumerate() {
            let body = format!("{{\"number\":{number},\"p\":{payload}}}");
            let decoded = Payload::decode(body.as_bytes());
            let root = decoded.root.as_ref().unwrap();
            let judged = shape.judge(root, &digest(body.as_bytes()));
            for drift in &judged.drifted.noted {
                let pointer = drift.pointer.as_deref().unwrap();
                prop_assert!(root.at(pointer).is_some(), "{pointer} leads nowhere");
                prop_assert!(drift.found.is_some() || !drift.expected.is_empty());
            }
            // Writing a shape down between two payloads changes nothing: slices may end anywhere.
            if stored.contains(&number) {
                kept = serde_json::from_slice(&serde_json::to_vec(&kept).unwrap()).unwrap();
            }
            let other = kept.judge(root, &digest(body.as_bytes()));
            prop_assert_eq!(&judged.drifted, &other.drifted);
            let again = shape.judge(root, &[7; 32]).drifted.total;
            kept.judge(root, &[7; 32]);
            prop_assert_eq!(again, 0, "told once, then known");
        }
    }
}

#[test]
fn types_are_told_in_words() {
    let all: BTreeSet<String> = [ValueType::Null, ValueType::Empty, ValueType::List]
        .map(|each| serde_json::to_string(&each).unwrap())
        .into();
    assert_eq!(all, ["\"empty\"", "\"list\"", "\"null\""].map(str::to_owned).into());
}
