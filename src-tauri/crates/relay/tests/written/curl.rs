//! What `curl` sends when it is given what Afterchat wrote.

use afterchat_relay::written::{Address, BodyFrom, Mask, Remark, Secrets, Written, curl};
use afterchat_transcript::{Delivery, Header};
use proptest::prelude::*;

use crate::stage::{Heard, delivery, lines, run};

fn written(delivery: &Delivery) -> Written {
    curl(delivery, &Address::Variable, BodyFrom::Command, &mut Mask::new(Secrets::Shown, []))
}

#[track_caller]
fn check(delivery: &Delivery) -> Heard {
    let heard = run(&written(delivery).text, &[]);
    let query = delivery.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    assert_eq!(heard.line, format!("{} /h/shop/token{query} HTTP/1.1", delivery.method));
    assert_eq!(heard.said(), lines(delivery), "every header, in its order and spelling, and none beside");
    assert_eq!(heard.body, delivery.body, "the body is sent byte for byte");
    heard
}

#[test]
fn a_request_is_said_again_to_the_byte() {
    let hook: &[(&str, &[u8])] = &[
        ("User-Agent", b"Smartsupp/1.0"),
        ("x-B", b"2"),
        ("Content-Type", b"application/json; charset=utf-8"),
        ("X-b", b"1"),
        ("x-B", b"2"),
        ("Accept", b"*/*"),
    ];
    check(&delivery(hook, None, b"{\n  \"text\": \"It's 100% \xc4\x8dau!\"\n}"));
    check(&delivery(hook, Some("a=1&b[]=%20&c={x,y}&d=$(id)&e='"), b"{}"));
}

#[test]
fn what_a_shell_or_curl_reads_otherwise_is_only_data() {
    for body in [
        b"@/etc/hostname".as_slice(),
        b"$(touch a) `touch b` ; touch c\n'; touch d; '",
        b"\\n \\\\ \"!!\" !$ *\n",
        b"\x00\x01\xff\xfe",
        b"\t\r\n",
        b"\n\n",
        b"END\nEND\n",
        "\u{202e}\u{feff}x".as_bytes(),
    ] {
        check(&delivery(&[("X-A", b"b")], None, body));
    }
    for value in [
        b"'; touch a; '".as_slice(),
        b"$(touch a)`touch b`",
        b"a\tb",
        b"caf\xe9 100% !! \\041 \"$HOME\"",
        "čau \u{202e}".as_bytes(),
        b"@file",
        b";",
        b":",
        b"",
    ] {
        check(&delivery(&[("X-Hostile", value), ("X-After", b"1")], None, b"{}"));
    }
    check(&delivery(&[("!#$%&'*+-.^_`|~", b"every sign that a name may have")], None, b"{}"));
}

#[test]
fn methods_and_absent_bodies_are_kept() {
    let mut get = delivery(&[], Some("a=b"), b"");
    get.method = "GET".to_owned();
    let heard = check(&get);
    assert!(
        !heard.headers.iter().any(|(name, _)| name == "Content-Length"),
        "a GET without a body has no length"
    );
    let mut head = delivery(&[], None, b"");
    head.method = "HEAD".to_owned();
    check(&head);
    let mut odd = delivery(&[], None, b"x");
    odd.method = "M-SEARCH'".to_owned();
    check(&odd);
    let mut empty = delivery(&[("Content-Length", b"0")], None, b"");
    let heard = run(&written(&empty).text, &[]);
    assert!(heard.headers.contains(&("Content-Length".to_owned(), b"0".to_vec())), "{heard:?}");
    empty.method = "DELETE".to_owned();
    assert!(run(&written(&empty).text, &[]).line.starts_with("DELETE "));
}

#[test]
fn what_belongs_to_the_connection_is_left_to_curl() {
    let sent = delivery(
        &[
            ("Host", b"tunnel.example"),
            ("Connection", b"keep-alive, X-Hop"),
            ("Transfer-Encoding", b"chunked"),
            ("X-Hop", b"1"),
            ("X-Stays", b"1"),
            ("Expect", b"100-continue"),
        ],
        None,
        b"{}",
    );
    let heard = run(&written(&sent).text, &[]);
    assert_eq!(heard.said(), [("X-Stays".to_owned(), b"1".to_vec())]);
    assert_eq!(heard.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).count(), 1);
}

#[test]
fn a_body_of_megabytes_goes_through_a_pipe_or_a_file() {
    let large = delivery(&[], None, "{\"text\": \"lorem ipsum\"}\n".repeat(100_000).as_bytes());
    check(&large);
    let mut mask = Mask::new(Secrets::Shown, []);
    let written = curl(&large, &Address::Variable, BodyFrom::File("it's 12.json"), &mut mask);
    assert_eq!(written.remarks, [Remark::BodyInFile("it's 12.json".to_owned())]);
    assert_eq!(run(&written.text, &[("it's 12.json", &large.body)]).body, large.body);
}

#[test]
fn an_address_may_have_a_query_of_its_own() {
    let (address, serving) = crate::stage::server();
    let url = format!("http://{address}/in?x=1#part").parse().unwrap();
    let told = delivery(&[], Some("y=2"), b"{}");
    let written = curl(&told, &Address::Url(url), BodyFrom::Command, &mut Mask::new(Secrets::Hidden, []));
    let status = std::process::Command::new("sh").args(["-c", &written.text]).status().unwrap();
    assert!(status.success(), "{}", written.text);
    assert_eq!(serving.join().unwrap().line, "POST /in?x=1&y=2 HTTP/1.1");
}

#[test]
fn secrets_are_left_out_unless_they_are_asked_for() {
    let told = delivery(
        &[("Authorization", b"Bearer abc"), ("X-SnapEngage-Token", "…".as_bytes())],
        Some("token=abc"),
        b"{\"url\": \"/h/shop/sometoken2345\"}",
    );
    let written = curl(
        &told,
        &Address::Variable,
        BodyFrom::Command,
        &mut Mask::new(Secrets::Hidden, ["sometoken2345".to_owned()]),
    );
    insta::assert_snapshot!(written.text);
    assert_eq!(written.hidden, ["Authorization", "?token", "body"]);
    assert_eq!(written.remarks, [Remark::NotKept("X-SnapEngage-Token".to_owned())]);
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"$(touch a)".to_vec()),
        Just(b"`touch b`".to_vec()),
        Just(b"'; touch c; '".to_vec()),
        Just(b"\"; touch d; \"".to_vec()),
        Just(b"\\".to_vec()),
        Just(b"%s".to_vec()),
        Just(b"!!".to_vec()),
        Just("\u{202e}".as_bytes().to_vec()),
        proptest::collection::vec(
            any::<u8>().prop_filter("a header value", |b| *b == 9 || (*b >= 32 && *b != 127)),
            0..6
        ),
    ];
    // The door takes the space around a value away.
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat().trim_ascii().to_vec())
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "[ -~\n'$`\\\\!@]{0,80}".prop_map(String::into_bytes),
        any::<String>().prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_header_and_any_body_arrive_as_they_are(
        headers in proptest::collection::vec(("X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}", value()), 0..5),
        body in body(),
        query in proptest::option::of("[!$%&'()*+,./0-9:;=?@A-Z\\[\\]_a-z{|}~-]{1,30}"),
    ) {
        let mut told = delivery(&[], query.as_deref(), &body);
        told.headers = headers.into_iter().map(|(name, value)| Header { name, value }).collect();
        check(&told);
    }
}
