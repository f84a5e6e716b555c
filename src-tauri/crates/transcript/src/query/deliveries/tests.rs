//! What a search means, as a table, and that no search and no bytes break it.

use proptest::prelude::*;

use super::{Condition, DeliveryQuery, Haystack, Is, Needle, Signed, Wanted};

/// A condition in one line.
fn shown(wanted: &Wanted) -> String {
    let at = |name: &str, needle: &Needle| format!("{name} has {}", needle.text());
    let words = match &wanted.condition {
        Condition::Anywhere(needle) => at("request", needle),
        Condition::Body(needle) => at("body", needle),
        Condition::Path(needle) => at("path", needle),
        Condition::Query(needle) => at("query", needle),
        Condition::Type(needle) => at("type", needle),
        Condition::Event(needle) => at("event", needle),
        Condition::Note(needle) => at("note", needle),
        Condition::Header(name, value) => {
            let value = value.as_ref().map_or("anything", Needle::text);
            format!("header {} has {value}", name.as_deref().unwrap_or("*"))
        }
        Condition::Method(method) => format!("method {method}"),
        Condition::Source(source) => format!("source {source}*"),
        Condition::Service(service) => format!("service {service}*"),
        Condition::Conversation(id) => format!("conversation {id}"),
        Condition::Status(range) => format!("status {range:?}"),
        Condition::Size(range) => format!("size {range:?}"),
        Condition::Id(range) => format!("id {range:?}"),
        Condition::Before(moment) => format!("before {moment}"),
        Condition::After(moment) => format!("after {moment}"),
        Condition::Is(is) => format!("is {is:?}"),
        Condition::Signature(signed) => format!("signature {signed:?}"),
    };
    format!("{}{words}", if wanted.negated { "not " } else { "" })
}

fn check(search: &str, expected: &[&str]) {
    let query = DeliveryQuery::parse(search);
    assert_eq!(query.problem, None, "{search:?} is understood");
    let found: Vec<String> = query.wanted.iter().map(shown).collect();
    assert_eq!(found, expected, "{search:?}");
}

#[test]
fn words_and_phrases_are_looked_for_anywhere_in_the_request() {
    check("", &[]);
    check("  - \"\" ", &[]);
    check(
        "Rocket \"Two Words\" -spam",
        &["request has rocket", "request has two words", "not request has spam"],
    );
    check("\"still typ", &["request has still typ"]);
    check("https://shop.example/a:b", &["request has https://shop.example/a:b"]);
    check("-\"not this\"", &["not request has not this"]);
    check("ŽLUŤOUČKÝ", &["request has žluťoučký"]);
}

#[test]
fn names_look_in_one_place() {
    check("body:\"a phrase\" -body:secret", &["body has a phrase", "not body has secret"]);
    check("path:/h/ query:debug=1", &["path has /h/", "query has debug=1"]);
    check("type:json event:Chat_Ended note:ask", &["type has json", "event has chat_ended", "note has ask"]);
    check("header.X-Topic:chat", &["header x-topic has chat"]);
    check("HEADER.x-topic: rest", &["header x-topic has anything", "request has rest"]);
    check("header.x-topic:\"two words\"", &["header x-topic has two words"]);
    check("-header.x-topic:", &["not header x-topic has anything"]);
    check("header:curl", &["header * has curl"]);
    check("header.:x", &["request has header.:x"]);
}

#[test]
fn names_choose_by_what_a_delivery_is() {
    check("method:post METHOD:\"Put\"", &["method POST", "method PUT"]);
    check("source:Smart service:chatlio provider:x", &["source smart*", "service chatlio*", "service x*"]);
    check("is:Unreadable -is:pinned", &["is Unreadable", "not is Pinned"]);
    check("is:fetched is:hook is:imported", &["is Kind(BackFill)", "is Kind(Hook)", "is Kind(Import)"]);
    check("signature:wrong -signature:none", &["signature Wrong", "not signature Unchecked"]);
    check("conversation:AbC", &["conversation AbC"]);
}

#[test]
fn numbers_are_ranges() {
    let (least, most) = (i64::MIN, i64::MAX);
    check("status:503 status:5xx status:2XX", &["status 503..=503", "status 500..=599", "status 200..=299"]);
    check("status:>=400 status:<300", &[&format!("status 400..={most}"), &format!("status {least}..=299")]);
    check("size:>10k", &[&format!("size 10001..={most}")]);
    check(
        "size:<=1.5MB size:300 size:1k-2k",
        &[&format!("size {least}..=1500000"), "size 300..=300", "size 1000..=2000"],
    );
    check("id:7 id:10-20 id:>5", &["id 7..=7", "id 10..=20", &format!("id 6..={most}")]);
}

#[test]
fn moments_are_days_or_times_in_utc() {
    check("after:2026-03-31", &["after 2026-03-31T00:00:00.000Z"]);
    check("before:2026-03-31T14:30", &["before 2026-03-31T14:30:00.000Z"]);
    check("before:\"2026-03-31 14:30:05\"", &["before 2026-03-31T14:30:05.000Z"]);
    check("after:2026-03-31T14:30:00+02:00", &["after 2026-03-31T12:30:00.000Z"]);
}

#[test]
fn a_name_whose_value_is_still_missing_wants_nothing_yet() {
    for search in ["is:", "method: ", "size:", "body:\"", "before:\"\""] {
        check(search, &[]);
    }
}

#[test]
fn what_cannot_be_understood_is_left_out_and_named() {
    for (search, named) in [
        ("is:purple rocket", "is:unreadable"),
        ("signature:maybe rocket", "signature:good"),
        ("size:huge rocket", "size:>10k"),
        ("size:>nan rocket", "size:>10k"),
        ("size:99999999999999999999g rocket", "size:>10k"),
        ("status:teapot rocket", "status:5xx"),
        ("id:-1 rocket", "id:12"),
        ("before:yesterday rocket", "before:2026-03-31"),
        ("after:0001-01-01 rocket", "before:2026-03-31"),
    ] {
        let query = DeliveryQuery::parse(search);
        assert_eq!(query.wanted.len(), 1, "{search:?}: the rest of the search still counts");
        let problem = query.problem.unwrap_or_default();
        assert!(problem.contains(named), "{search:?} says what would be right: {problem}");
    }
    let two = DeliveryQuery::parse("is:purple size:huge").problem.unwrap_or_default();
    assert!(two.contains("is:purple"), "the first problem is told, not the last");
}

/// Whether the bytes hold the text.
fn holds(bytes: &[u8], text: &str) -> bool {
    let mut room = b"what was here before".to_vec();
    Needle::new(text).is_some_and(|needle| needle.is_in(&Haystack::new(bytes, &mut room)))
}

#[test]
fn a_text_is_found_in_whatever_way_it_is_written() {
    let long = format!("{}ROCKET{}", "x".repeat(100_000), "y".repeat(100_000));
    for (bytes, text) in [
        (&b"{\"a\": \"Hello World\"}"[..], "hello world"),
        (long.as_bytes(), "rocket"),
        ("{\"a\":\"ŽLUŤOUČKÝ\"}".as_bytes(), "žluťoučký"),
        (br#"{"a":"\u017dlu\u0165ou\u010dk\u00FD"}"#, "ŽLUŤOUČKÝ"),
        (br#"{"a":"\ud83d\ude80 up"}"#, "🚀 up"),
        (br#"{"url":"https:\/\/shop.example\/a"}"#, "https://shop.example/a"),
        (br#"{"a":"say \"hi\""}"#, "say \"hi\""),
        (b"data=two+words&name=%C5%BElu%C5%A5", "two words"),
        (b"data=two+words&name=%C5%BElu%C5%A5", "ŽLUŤ"),
        (b"\xff\xfe\x00binary WORD\xff", "word"),
    ] {
        assert!(holds(bytes, text), "{text:?} is in {:?}", String::from_utf8_lossy(bytes).get(..60));
    }
    for (bytes, text) in [
        (&b""[..], "a"),
        (b"rock et", "rocket"),
        (br#"{"a":"\u0o7d"}"#, "ž"),
        (br#"{"a":"\u+17d"}"#, "ž"),
        (br"\u12", "ሴ"),
        (b"two+words", "two words and more"),
        (b"1 + 1", "1   1"),
    ] {
        assert!(!holds(bytes, text), "{text:?} is not in {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn every_way_to_be_is_told_apart() {
    let word = |search: &str| DeliveryQuery::parse(search).wanted.remove(0).condition;
    assert_eq!(word("is:no_conversation"), Condition::Is(Is::NoConversation));
    assert_eq!(word("is:conversation"), Condition::Is(Is::Conversation));
    assert_eq!(word("is:drifted"), Condition::Is(Is::Drifted));
    assert_eq!(word("signature:late"), Condition::Signature(Signed::Late));
}

proptest! {
    #[test]
    fn no_search_and_no_bytes_make_it_panic(
        search in any::<String>(),
        names in "(-?(header[.]?[a-z\"]*|is|size|status|before|body|id):[^ ]{0,12} ?){0,4}",
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        escapes in "(\\\\|u|d83d|00e9|%|[+]|c5|be|x){0,40}",
    ) {
        for text in [&search, &names] {
            for wanted in DeliveryQuery::parse(text).wanted {
                if let Condition::Anywhere(needle) | Condition::Body(needle) = wanted.condition {
                    let mut room = Vec::new();
                    let _found = needle.is_in(&Haystack::new(&bytes, &mut room));
                    let _found = needle.is_in(&Haystack::new(escapes.as_bytes(), &mut room));
                }
            }
        }
    }

    #[test]
    fn a_text_is_found_in_itself(before in any::<String>(), text in "\\PC{1,12}", after in any::<String>()) {
        prop_assume!(!text.trim().is_empty());
        prop_assert!(holds(format!("{before}{text}{after}").as_bytes(), &text), "as it stands there");
        let json = serde_json::to_string(&text).unwrap_or_default();
        prop_assert!(holds(json.as_bytes(), &text), "as JSON writes it");
    }
}
