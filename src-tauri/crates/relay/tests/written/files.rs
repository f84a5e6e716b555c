//! HAR files and fixture folders.

use std::path::Path;
use std::time::Duration;

use afterchat_relay::written::har::{Answer, Writer};
use afterchat_relay::written::{Mask, Secrets, fixture, sources_page};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use serde_json::Value;

use crate::stage::delivery;

fn payload(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures").join(name)).unwrap()
}

fn smartsupp() -> Delivery {
    let mut told = delivery(
        &[
            ("Content-Type", b"application/json"),
            ("Authorization", b"Bearer abc"),
            ("x-b", b"1"),
            ("X-B", b"2"),
        ],
        Some("a=%20b&a=c"),
        &payload("smartsupp/post_hook.json"),
    );
    told.source = "shop".to_owned();
    told
}

fn har(deliveries: &[(Delivery, Option<Answer>)]) -> Value {
    let mut writer = Writer::new(Vec::new()).unwrap();
    let mut mask = Mask::new(Secrets::Hidden, []);
    for (number, (delivery, answer)) in (1..).zip(deliveries) {
        writer.add(number, delivery, answer.as_ref(), "http://127.0.0.1:4780", &mut mask).unwrap();
    }
    serde_json::from_slice(&writer.finish().unwrap()).expect("a HAR file is JSON")
}

#[test]
fn a_har_file_tells_requests_and_answers() {
    let answer = Answer {
        status: Some(503),
        body: Some(b"{\"result\":\"later\"}".to_vec()),
        receiving: Duration::from_micros(1500),
        answering: Duration::from_millis(12),
        because: Some("The answer of this source".to_owned()),
    };
    let mut binary = delivery(&[("Content-Type", b"application/octet-stream")], None, b"\x00\xff");
    binary.method = "PUT".to_owned();
    let mut small = smartsupp();
    small.body = b"{\"accountId\": 1}".to_vec();
    let mut file = har(&[(small, Some(answer)), (binary, None)]);
    file["log"]["creator"]["version"] = "…".into();
    insta::assert_json_snapshot!(file);
}

#[test]
fn an_empty_har_file_and_a_large_one_are_json() {
    assert_eq!(har(&[])["log"]["entries"], Value::Array(Vec::new()));
    let many: Vec<_> = (0..50).map(|_| (smartsupp(), None)).collect();
    let file = har(&many);
    assert_eq!(file["log"]["entries"].as_array().unwrap().len(), 50);
    let body = file["log"]["entries"][49]["request"]["postData"]["text"].as_str().unwrap();
    assert_eq!(body.as_bytes(), payload("smartsupp/post_hook.json"));
}

#[test]
fn a_fixture_holds_the_exact_payload_and_what_the_reader_makes_of_it() {
    let fixture = fixture(12, &smartsupp(), &mut Mask::new(Secrets::Hidden, []));
    let names: Vec<_> = fixture.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["00012_smartsupp.json", "00012_smartsupp.headers.txt", "00012_smartsupp.expected.json"]
    );
    let [payload_file, headers, expected] = [0, 1, 2].map(|at| fixture.files[at].1.clone());
    assert_eq!(payload_file, payload("smartsupp/post_hook.json"));
    let headers = String::from_utf8(headers).unwrap();
    assert!(headers.starts_with("POST /h/shop/HIDDEN?a=%20b&a=c HTTP/1.1\r\nContent-Type"), "{headers}");
    assert!(headers.contains("Authorization: Bearer HIDDEN-1\r\nx-b: 1\r\nX-B: 2\r\n"), "{headers}");
    let expected: Vec<afterchat_transcript::Transcript> = serde_json::from_slice(&expected).unwrap();
    assert_eq!(expected.len(), 1);
    assert_eq!(expected[0].visitor.as_ref().and_then(|visitor| visitor.name.as_deref()), Some("Dusan Kmet"));
    let page = sources_page(&[fixture]);
    assert!(
        page.contains("| `00012_smartsupp.json` | 2027-01-15T08:00:00.000Z | shop | smartsupp | yes"),
        "{page}"
    );
}

#[test]
fn names_of_files_are_no_strangers_choice() {
    let hostile = |body: &[u8]| {
        let mut told = delivery(&[], None, body);
        told.source = "../../x|y\n".to_owned();
        told
    };
    let mut mask = Mask::new(Secrets::Hidden, []);
    let event = b"{\"event\": \"../../etc/passwd\\n|CON\", \"accountId\": \"a\", \"data\": {\"conversation\": {\"id\": \"1\"}}}";
    for (body, ending) in
        [(event.as_slice(), "json"), (b"\xff\x00", "bin"), (b"", "txt"), (b"<a/>", "xml"), (b"a=b", "form")]
    {
        let fixture = fixture(7, &hostile(body), &mut mask);
        for (name, _) in &fixture.files {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            assert!(
                plain && !name.contains("..") && name.len() < 100,
                "{name:?} must be a name on every system"
            );
        }
        assert!(fixture.files[0].0.ends_with(ending), "{} is what the body is", fixture.files[0].0);
        let rows = sources_page(&[fixture]).lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, 1, "no value may break the table");
    }
}

#[test]
fn what_was_imported_or_fetched_becomes_a_post() {
    let mut fetched = delivery(&[("x-afterchat-file", b"a.json")], Some("key=1"), b"{}");
    fetched.kind = DeliveryKind::BackFill;
    fetched.method = "GET".to_owned();
    fetched.path = "/v2/chats".to_owned();
    fetched.received_at = Instant::from_millis(1_800_000_000_000).unwrap();
    let request = &har(&[(fetched.clone(), None)])["log"]["entries"][0]["request"];
    assert_eq!(
        (&request["method"], &request["postData"]["mimeType"]),
        (&"POST".into(), &"application/json".into())
    );
    let written = afterchat_relay::written::curl(
        &fetched,
        &afterchat_relay::written::Address::Variable,
        afterchat_relay::written::BodyFrom::Command,
        &mut Mask::new(Secrets::Hidden, []),
    );
    assert!(
        !written.text.contains("x-afterchat-file") && !written.text.contains("key=1"),
        "{}",
        written.text
    );
}
