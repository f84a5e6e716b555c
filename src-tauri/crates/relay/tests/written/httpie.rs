//! What HTTPie sends when it is given what Afterchat wrote. It orders headers by itself, so they are compared sorted.

use afterchat_relay::written::{Address, BodyFrom, Mask, Remark, Secrets, Unwritable, httpie};
use afterchat_transcript::Delivery;
use proptest::prelude::*;

use crate::stage::{delivery, lines, run};

#[track_caller]
fn check(delivery: &Delivery) {
    let mut mask = Mask::new(Secrets::Shown, []);
    let written = httpie(delivery, &Address::Variable, BodyFrom::Command, &mut mask).unwrap();
    assert_eq!(written.remarks, [], "everything is said");
    let heard = run(&written.text, &[]);
    let query = delivery.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    assert_eq!(heard.line, format!("{} /h/shop/token{query} HTTP/1.1", delivery.method));
    let sorted = |mut lines: Vec<(String, Vec<u8>)>| {
        lines.sort();
        lines
    };
    // What HTTPie says of itself where the delivery says nothing.
    let own =
        |name: &str| ["User-Agent", "Accept-Encoding"].contains(&name) && delivery.header(name).is_none();
    let said: Vec<_> = heard.said().into_iter().filter(|(name, _)| !own(name)).collect();
    assert_eq!(sorted(said), sorted(lines(delivery)), "{}", written.text);
    assert_eq!(heard.body, delivery.body, "the body is sent byte for byte");
}

#[test]
fn a_request_is_said_again() {
    let hook: &[(&str, &[u8])] = &[
        ("User-Agent", b"Smartsupp/1.0"),
        ("Content-Type", b"application/json; charset=utf-8"),
        ("X-B", b"1"),
        ("X-B", b"2"),
    ];
    check(&delivery(hook, Some("a=1&b=%20"), b"{\n  \"text\": \"It's 100% \xc4\x8dau!\"\n}"));
    check(&delivery(&[], None, b"-n"));
    check(&delivery(&[], None, b"\x00\xff binary"));
    check(&delivery(
        &[("X-Empty", b""), ("X-At", b"@file"), ("X-Raw", b"=1"), ("X-Colon", b":=1")],
        None,
        b"{}",
    ));
    let mut get = delivery(&[], None, b"");
    get.method = "GET".to_owned();
    check(&get);
}

#[test]
fn what_httpie_cannot_say_is_told() {
    let told = delivery(&[("X-Bytes", b"caf\xe9"), ("X-Slash", b"a\\=b"), ("X-Fine", b"a\\b")], None, b"{}");
    let mut mask = Mask::new(Secrets::Shown, []);
    let written = httpie(&told, &Address::Variable, BodyFrom::Command, &mut mask).unwrap();
    assert_eq!(
        written.remarks,
        [Remark::HeaderLeftOut("X-Bytes".to_owned()), Remark::HeaderLeftOut("X-Slash".to_owned())]
    );
    let said = run(&written.text, &[]).said();
    assert!(said.contains(&("X-Fine".to_owned(), b"a\\b".to_vec())), "{said:?}");
    assert!(!said.iter().any(|(name, _)| name == "X-Bytes" || name == "X-Slash"), "{said:?}");
    let mut odd = delivery(&[], None, b"x");
    odd.method = "M-SEARCH".to_owned();
    let refused = httpie(&odd, &Address::Variable, BodyFrom::Command, &mut mask);
    assert_eq!(refused, Err(Unwritable::Method("M-SEARCH".to_owned())));
}

proptest! {
    // Starting HTTPie takes half a second.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn hostile_headers_and_bodies_stay_data(
        value in "[A-Za-z0-9]([ -\\[\\]-~]{0,20}[!-\\[\\]-~])?",
        body in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        check(&delivery(&[("X-Hostile", value.as_bytes()), ("X-Run", b"$(touch a)`touch b`'; touch c; '")], None, &body));
    }
}
