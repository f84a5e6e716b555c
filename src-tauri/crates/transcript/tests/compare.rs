//! What differs between two deliveries: tables of what a person must be told, and what must hold for any two payloads.

mod common;

use std::time::{Duration, Instant as Moment};

use afterchat_transcript::compare::{
    Body, BodyComparison, Difference, bodies, conversations, headers, texts, trees, words,
};
use afterchat_transcript::fold::{self, Telling};
use afterchat_transcript::payload::{Kind, Payload, Value};
use afterchat_transcript::{Header, Instant, Reading, Transcript, read};
use common::{delivery, fixtures};
use proptest::prelude::*;

fn brief(value: &Value) -> String {
    match &value.kind {
        Kind::Array(items) => format!("[{}]", items.len()),
        Kind::Object(entries) => format!("{{{}}}", entries.len()),
        Kind::Text(text) => format!("\"{text}\""),
        Kind::Null => "null".to_owned(),
        _ => value.scalar().unwrap_or_default(),
    }
}

/// The changes of two JSON texts, one a line, as a person would note them.
fn changes(left: &str, right: &str) -> String {
    let (left, right) = (Payload::decode(left.as_bytes()), Payload::decode(right.as_bytes()));
    let (left, right) = (left.root.expect("a tree"), right.root.expect("a tree"));
    let lines = trees(&left, &right);
    let note = |line: &afterchat_transcript::compare::Line<'_>| {
        let (left, right) = (line.left.as_ref(), line.right.as_ref());
        let pointers: Vec<&str> = left.into_iter().chain(right).map(|place| place.pointer.as_str()).collect();
        let pointers = if pointers.first() == pointers.last() { &pointers[..1] } else { &pointers[..] };
        let values: Vec<String> = left.into_iter().chain(right).map(|place| brief(place.value)).collect();
        let values = if line.what == Difference::Same { &values[..1] } else { &values[..] };
        let mark = match line.what {
            Difference::Same | Difference::Holds => "↕",
            Difference::Added => "+",
            Difference::Removed => "-",
            Difference::Changed => "~",
            Difference::Retyped => "!",
        };
        format!("{mark} {} {}", pointers.join(" → "), values.join(" → "))
    };
    lines.iter().filter(|line| line.is_change()).map(note).collect::<Vec<_>>().join("\n")
}

fn check(left: &str, right: &str, expected: &str, why: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(changes(left, right), expected.join("\n"), "{why}");
}

#[test]
fn trees_tell_what_was_added_removed_changed_and_retyped() {
    let same = "";
    check(
        r#"{"a":1,"b":[1,2]}"#,
        r#"{ "b": [1, 2], "a": 1 }"#,
        same,
        "the order of names and spaces say nothing",
    );
    check(r#"{"a":1}"#, r#"{"a":2}"#, "~ /a 1 → 2", "a value of the same type changed");
    check(r#"{"a":1}"#, r#"{"a":"1"}"#, "! /a 1 → \"1\"", "a number that became a text is told as such");
    check(r#"{"a":null}"#, r#"{}"#, "- /a null", "null and absent are not the same");
    check(r#"{"a":{}}"#, r#"{"a":[]}"#, "! /a {0} → [0]", "an empty list is no empty object");
    check(r#"{"a":1}"#, r#"{"b":1}"#, "- /a 1\n+ /b 1", "a name that changed went and came");
    check(r#"[1]"#, r#"{"a":1}"#, "!  [1] → {1}", "the roots may differ too");
    check(
        r#"{"n":9007199254740993}"#,
        r#"{"n":9007199254740992}"#,
        "~ /n 9007199254740993 → 9007199254740992",
        "digits that JavaScript would lose are compared as sent",
    );
    check(r#"{"n":1.0}"#, r#"{"n":1}"#, "~ /n 1.0 → 1", "digits are compared as sent");
    check(
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"a":3}"#,
        "~ /a 2 → 3",
        "of a name that stands twice each value has its partner",
    );
    check(r#"{"a":1,"a":2}"#, r#"{"a":2}"#, "~ /a 1 → 2\n- /a 2", "and the one that went is told");
    check(r#"{"a/b":{"~":1}}"#, r#"{"a/b":{"~":2}}"#, "~ /a~1b/~0 1 → 2", "pointers are escaped");
}

#[test]
fn items_are_the_same_by_their_id_else_by_their_order() {
    check(
        r#"[{"id":1,"t":"a"},{"id":2,"t":"b"}]"#,
        r#"[{"id":3,"t":"c"},{"id":1,"t":"a"},{"id":2,"t":"x"}]"#,
        "+ /0 {2}\n~ /1/t → /2/t \"b\" → \"x\"",
        "an item in front moves none of the others",
    );
    check(
        r#"[{"id":1},{"id":2},{"id":3}]"#,
        r#"[{"id":3},{"id":1},{"id":2}]"#,
        "↕ /2 → /0 {1}",
        "one item moved, not two",
    );
    check(
        r#"[{"id":7,"t":"a"}]"#,
        r#"[{"id":"7","t":"a"}]"#,
        "! /0/id 7 → \"7\"",
        "an id that became a text still finds its item",
    );
    check(
        r#"[{"messageId":1,"t":"a"},{"messageId":2,"t":"b"}]"#,
        r#"[{"messageId":2,"t":"b"}]"#,
        "- /0 {2}",
        "other names identify too",
    );
    check(
        r#"[{"id":1,"t":"a"}]"#,
        r#"[{"id":2,"t":"a"}]"#,
        "~ /0/id 1 → 2",
        "where no item is known again, items are compared in their order",
    );
    check(r#"[1,2,3,4]"#, r#"[1,3,4]"#, "- /1 2", "the longest equal run stands");
    check(r#"["a","b"]"#, r#"["a","x","b"]"#, "+ /1 \"x\"", "what comes between moves nothing");
    check(r#"["a","b","c"]"#, r#"["c","a","b"]"#, "↕ /2 → /0 \"c\"", "an equal item elsewhere has moved");
    check(
        r#"[{"t":"a"},{"t":"b"}]"#,
        r#"[{"t":"a"},{"t":"c"},{"t":"d"}]"#,
        "~ /1/t \"b\" → \"c\"\n+ /2 {1}",
        "items without an id are paired in their order",
    );
    check(
        r#"[1,{"a":1}]"#,
        r#"[{"a":1},2]"#,
        "- /0 1\n+ /1 2",
        "what stands around one that stays is not its partner",
    );
}

#[test]
fn headers_tell_order_spelling_and_duplicates() {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a header line");
        Header { name: name.to_owned(), value: value.as_bytes().to_vec() }
    };
    let told = |left: &[&str], right: &[&str]| {
        let of = |lines: &[&str]| lines.iter().map(|line| header(line)).collect::<Vec<_>>();
        let (left, right) = (of(left), of(right));
        let lines = headers(&left, &right);
        let note = |line: &afterchat_transcript::compare::HeaderLine<'_>| {
            let (_, header) = line.right.or(line.left).expect("one of both");
            let words = [("respelled", line.respelled), ("moved", line.moved)];
            let words: String =
                words.iter().filter(|(_, is)| *is).map(|(word, _)| format!(" {word}")).collect();
            format!("{} {:?}{words}", header.name, line.what)
        };
        lines.iter().filter(|line| line.is_change()).map(note).collect::<Vec<_>>()
    };
    type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);
    let cases: [Case; 7] = [
        (&["A: 1", "B: 2"], &["A: 1", "B: 2"], &[], "equal headers"),
        (&["Content-Type: a"], &["content-type: a"], &["content-type Same respelled"], "spelling alone"),
        (&["Host: a"], &["host: b"], &["host Changed respelled"], "spelling and value"),
        (&["A: 1", "B: 2", "C: 3"], &["C: 3", "A: 1", "B: 2"], &["C Same moved"], "one moved, not two"),
        (&["X: 1", "X: 2"], &["X: 2"], &["X Removed"], "of a duplicate the equal one stays"),
        (&["X: 1"], &["X: 1", "X: 2"], &["X Added"], "a duplicate that came"),
        (&["X: 1", "X: 2"], &["X: 3", "X: 4"], &["X Changed", "X Changed"], "duplicates in their order"),
    ];
    for (left, right, expected, why) in cases {
        assert_eq!(told(left, right), expected, "{why}");
    }
}

#[test]
fn texts_are_compared_by_lines_and_lines_by_words() {
    let lines = texts("one\ntwo\nthree\n", "one\n2\nthree\nfour\n");
    let told: Vec<_> = lines.iter().map(|line| (line.what, line.left, line.right)).collect();
    assert_eq!(
        told,
        [
            (Difference::Same, Some((1, "one")), Some((1, "one"))),
            (Difference::Changed, Some((2, "two")), Some((2, "2"))),
            (Difference::Same, Some((3, "three")), Some((3, "three"))),
            (Difference::Added, None, Some((4, "four"))),
        ]
    );
    let pieces = words("Thank you, Jim!", "Thank you, Jane!");
    let told: Vec<_> = pieces.iter().map(|piece| (piece.what, piece.text)).collect();
    assert_eq!(
        told,
        [
            (Difference::Same, "Thank you, "),
            (Difference::Removed, "Jim"),
            (Difference::Added, "Jane"),
            (Difference::Same, "!"),
        ]
    );
}

#[test]
fn bodies_are_compared_as_trees_texts_or_bytes() {
    let compare = |left: &[u8], right: &[u8]| {
        let payloads = (Payload::decode(left), Payload::decode(right));
        let texts = (String::from_utf8_lossy(left), String::from_utf8_lossy(right));
        let body = |bytes, payload, text| Body { bytes, payload, text };
        match bodies(body(left, &payloads.0, &texts.0), body(right, &payloads.1, &texts.1)) {
            BodyComparison::Equal => "equal".to_owned(),
            BodyComparison::Trees(lines) => {
                format!("trees {}", lines.iter().filter(|line| line.is_change()).count())
            }
            BodyComparison::Texts(lines) => {
                format!("texts {}", lines.iter().filter(|line| line.what.is_change()).count())
            }
            BodyComparison::Bytes { first } => format!("bytes {first}"),
        }
    };
    let cases: [(&[u8], &[u8], &str, &str); 9] = [
        (b"{}", b"{}", "equal", "the same bytes"),
        (b"{\"a\":1}", b"{ \"a\": 1 }", "trees 0", "the same values, written differently"),
        (b"{\"a\":1}", b"a=1", "trees 1", "JSON and a form are both trees"),
        (b"<a><b>1</b></a>", b"<a><b>2</b></a>", "trees 1", "XML is a tree"),
        (b"{\"a\":1", b"{\"a\":2", "texts 1", "broken JSON is text"),
        (b"hello", b"", "texts 1", "no body at all"),
        (b"\x00\x01\x02\x03", b"\x00\x01\xff\x03", "bytes 2", "bytes that are no text"),
        (b"\x00\x01\x02", b"\x00\x01\x02\x03", "bytes 3", "one is the beginning of the other"),
        (b"hello\n", b"hello", "bytes 5", "a line break at the end shows in no line"),
    ];
    for (left, right, expected, why) in cases {
        assert_eq!(compare(left, right), expected, "{why}");
    }
}

/// What one payload makes of its first conversation.
fn transcript(bodies: &[&[u8]]) -> Transcript {
    let readings: Vec<(Reading, fold::BodyDigest)> =
        bodies.iter().map(|body| (read(&delivery(None, body)), fold::digest(body))).collect();
    let id = fold::conversation_id(&readings[0].0, 0, &readings[0].1).expect("a conversation");
    let tellings: Vec<Telling<'_>> = (1..)
        .zip(&readings)
        .map(|(number, (reading, digest))| Telling {
            delivery: number,
            source: "fixtures",
            received_at: Instant::from_millis(1_800_000_000_000 + number).expect("a plausible time"),
            digest: *digest,
            reading,
            part: &reading.parts[0],
        })
        .collect();
    fold::fold(&id, &tellings).expect("something was told").transcript
}

/// The changes of two conversations as a person would note them.
fn told(before: &Transcript, after: &Transcript) -> Vec<String> {
    let note = |change: &afterchat_transcript::compare::ConversationChange| {
        let side = |said: &Option<afterchat_transcript::compare::Said>| {
            said.as_ref().map(|said| format!(" {} “{}”", said.path, said.text)).unwrap_or_default()
        };
        let moved = if change.moved { " moved" } else { "" };
        let (before, after) = (side(&change.before), side(&change.after));
        format!("{:?} {:?}{moved}{before} →{after}", change.area, change.what)
    };
    conversations(before, after).iter().map(note).collect()
}

#[test]
fn a_conversation_that_goes_on_tells_what_came() {
    let before = transcript(&[&std::fs::read(a_chat()).expect("a fixture")]);
    assert_eq!(told(&before, &before), Vec::<String>::new(), "nothing changed");

    let mut after = before.clone();
    after.local.starred = true;
    after.deliveries.push("2".to_owned());
    assert_eq!(
        told(&before, &after),
        Vec::<String>::new(),
        "what people did and how often it was told is no change"
    );

    let last = after.messages.last().cloned().expect("messages");
    let count = after.messages.len();
    after.messages.push(afterchat_transcript::model::Message { text: Some("one more".to_owned()), ..last });
    after.state = afterchat_transcript::model::State::Missed;
    after.messages[0].text = Some("other words".to_owned());
    let first = before.messages[0].text.clone().expect("words");
    assert_eq!(
        told(&before, &after),
        [
            format!("State Changed state “{}” → state “missed”", word(&before.state)),
            format!("Message Changed messages[0].text “{first}” → messages[0].text “other words”"),
            format!("Message Added → messages[{count}] “one more”"),
        ]
    );
    assert_eq!(
        told(&after, &before)[2],
        format!("Message Removed messages[{count}] “one more” →"),
        "the other way round it went"
    );

    let mut after = before.clone();
    let visitor = after.visitor.get_or_insert_default();
    visitor.emails.push("new@example.org".to_owned());
    visitor.company = Some("ACME".to_owned());
    after.pages.remove(0);
    let at = before.visitor.as_ref().map_or(0, |visitor| visitor.emails.len());
    assert_eq!(
        told(&before, &after),
        [
            format!("Visitor Added → visitor.emails[{at}] “new@example.org”"),
            "Visitor Added → visitor.company “ACME”".to_owned(),
            format!("Page Removed pages[0] “{}” →", before.pages[0].url),
        ]
    );
}

fn a_chat() -> std::path::PathBuf {
    let found = fixtures().into_iter().map(|(_, path)| path).find(|path| {
        let body = std::fs::read(path).unwrap_or_default();
        let reading = read(&delivery(None, &body));
        reading.parts.first().is_some_and(|part| part.messages.len() > 2 && !part.pages.is_empty())
    });
    found.expect("a fixture with messages and pages")
}

fn word(state: &afterchat_transcript::model::State) -> String {
    serde_json::to_value(state).expect("a word").as_str().unwrap_or_default().to_owned()
}

#[test]
fn hostile_lists_cost_no_quadratic_time() {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let numbers = |from: u32, to: u32| (from..to).map(|number| number.to_string()).collect::<Vec<_>>();
    let repeated = |word: &str| vec![format!("\"{word}\""); 100_000];
    let reversed: Vec<String> = (0..100_000).rev().map(|number: u32| number.to_string()).collect();
    let alternating: Vec<String> = (0..100_000).map(|number: u32| (number % 3).to_string()).collect();
    let other: Vec<String> =
        (0..100_000).map(|number: u32| (number.wrapping_mul(number) % 7).to_string()).collect();
    let objects = |shift: u32| {
        (0..50_000).map(|number: u32| format!("{{\"t\":{}}}", number.wrapping_mul(shift) % 977)).collect()
    };
    let names = |mark: &str| {
        let names: Vec<String> = (0..100_000).map(|number| format!("\"{mark}{number}\":1")).collect();
        format!("{{{}}}", names.join(","))
    };
    let cases = [
        (list(numbers(0, 100_000)), list(numbers(100_000, 200_000)), "nothing in common"),
        (list(numbers(0, 100_000)), list(reversed), "the other way round"),
        (list(repeated("a")), list(repeated("b")), "one item a hundred thousand times"),
        (list(alternating), list(other), "few items, often"),
        (list(objects(31)), list(objects(37)), "small objects without an id"),
        (names("a"), names("b"), "an object of a hundred thousand names"),
    ];
    for (left, right, what) in cases {
        let started = Moment::now();
        let found = changes(&left, &right).lines().count();
        assert!(found > 0, "{what}: something differs");
        // Every pair of items would be ten thousand million steps: minutes even where one step is a nanosecond.
        assert!(started.elapsed() < Duration::from_secs(30), "{what} took {:?}", started.elapsed());
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (0..4_i64).prop_map(Into::into),
        "[ab]{0,2}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("id|[a-d]", inner, 0..5)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn count(value: &Value) -> usize {
    let below: usize = match &value.kind {
        Kind::Array(items) => items.iter().map(count).sum(),
        Kind::Object(entries) => entries.iter().map(|(_, entry)| count(entry)).sum(),
        _ => 0,
    };
    below + 1
}

proptest! {
    #[test]
    fn every_value_of_both_trees_is_accounted_for_once(left in json(), right in json()) {
        let decode = |json: &serde_json::Value| Payload::decode(format!("[{json}]").as_bytes()).root.expect("a tree");
        let (left, right) = (decode(&left), decode(&right));
        let lines = trees(&left, &right);
        let sides = [
            (&left, lines.iter().filter_map(|line| Some((line.what, line.left.as_ref()?))).collect::<Vec<_>>()),
            (&right, lines.iter().filter_map(|line| Some((line.what, line.right.as_ref()?))).collect()),
        ];
        for (root, places) in sides {
            // A container that holds differences stands for itself, every other line for all it holds.
            let told: usize = places.iter().map(|(what, place)| if *what == Difference::Holds { 1 } else { count(place.value) }).sum();
            prop_assert_eq!(told, count(root));
            for (_, place) in places {
                prop_assert!(root.at(&place.pointer).is_some(), "{} leads nowhere", place.pointer);
            }
        }
        for line in &lines {
            if let (Difference::Same, Some(left), Some(right)) = (line.what, &line.left, &line.right) {
                prop_assert_eq!(left.value.to_json(), right.value.to_json());
            }
        }
        let equal = left.to_json() == right.to_json();
        prop_assert_eq!(lines.iter().all(|line| !line.is_change()), equal, "a change is told exactly where there is one");
    }

    #[test]
    fn nothing_differs_from_itself(body in any::<Vec<u8>>(), json in json()) {
        for body in [body, json.to_string().into_bytes()] {
            let payload = Payload::decode(&body);
            if let Some(root) = &payload.root {
                prop_assert!(trees(root, root).iter().all(|line| !line.is_change()));
            }
            let text = String::from_utf8_lossy(&body);
            prop_assert!(texts(&text, &text).iter().all(|line| line.what == Difference::Same));
        }
    }

    #[test]
    fn words_put_both_texts_together_again(left in "[a-c ,é\n]{0,30}", right in "[a-c ,é\n]{0,30}") {
        let pieces = words(&left, &right);
        let side = |other: Difference| -> String {
            pieces.iter().filter(|piece| piece.what != other).map(|piece| piece.text).collect()
        };
        prop_assert_eq!(side(Difference::Added), left.clone());
        prop_assert_eq!(side(Difference::Removed), right.clone());
    }

    #[test]
    fn every_line_of_both_texts_is_told_once(left in "([ab]{0,2}\n){0,8}", right in "([ab]{0,2}\n){0,8}") {
        let lines = texts(&left, &right);
        let of_left: Vec<&str> = lines.iter().filter_map(|line| Some(line.left?.1)).collect();
        let of_right: Vec<&str> = lines.iter().filter_map(|line| Some(line.right?.1)).collect();
        prop_assert_eq!(of_left, left.lines().collect::<Vec<_>>());
        prop_assert_eq!(of_right, right.lines().collect::<Vec<_>>());
    }

    #[test]
    fn headers_are_all_told_once(
        left in proptest::collection::vec(("[aAbB]", "[01]"), 0..8),
        right in proptest::collection::vec(("[aAbB]", "[01]"), 0..8),
    ) {
        let of = |pairs: Vec<(String, String)>| -> Vec<Header> {
            pairs.into_iter().map(|(name, value)| Header { name, value: value.into_bytes() }).collect()
        };
        let (left, right) = (of(left), of(right));
        let lines = headers(&left, &right);
        let mut of_left: Vec<usize> = lines.iter().filter_map(|line| Some(line.left?.0)).collect();
        let of_right: Vec<usize> = lines.iter().filter_map(|line| Some(line.right?.0)).collect();
        of_left.sort_unstable();
        prop_assert_eq!(of_left, (0..left.len()).collect::<Vec<_>>());
        prop_assert_eq!(of_right, (0..right.len()).collect::<Vec<_>>());
        prop_assert_eq!(lines.iter().all(|line| !line.is_change()), left == right);
    }
}

#[test]
fn any_two_fixtures_of_a_service_can_be_compared() {
    let bodies: Vec<(String, Vec<u8>)> = fixtures()
        .into_iter()
        .filter_map(|(service, path)| Some((service, std::fs::read(path).ok()?)))
        .collect();
    for pair in bodies.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let (left, right) = (Payload::decode(&pair[0].1), Payload::decode(&pair[1].1));
        let (Some(left), Some(right)) = (&left.root, &right.root) else { continue };
        let lines = trees(left, right);
        let equal = left.to_json() == right.to_json();
        assert_eq!(lines.iter().all(|line| !line.is_change()), equal, "{} {}", pair[0].0, lines.len());
    }
}
