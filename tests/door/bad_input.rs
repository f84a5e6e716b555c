//! Whatever arrives on a hook address is answered 200 and kept to the byte, and is then read without a crash.

use afterchat_archive::Outcome;
use afterchat_transcript::Header;

use crate::house::{House, now, post};

const MIB: usize = 1024 * 1024;

/// A name, the header lines it comes with, and its bytes.
fn bad_bodies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let json = "Content-Type: application/json\r\n";
    let mut bodies: Vec<(_, _, Vec<u8>)> = vec![
        ("invalid JSON", json, b"{\"messages\": [{\"text\": \"cut off".to_vec()),
        ("JSON with comments", json, b"{\"a\": 1, // the vendor's own page has one\n\"b\": 2}".to_vec()),
        ("empty", json, Vec::new()),
        ("white space", json, b" \r\n\t ".to_vec()),
        ("wrong content type", "Content-Type: image/png\r\n", b"{\"a\":1}".to_vec()),
        ("no content type", "", b"{\"a\":1}".to_vec()),
        (
            "form",
            "content-type: application/x-www-form-urlencoded\r\n",
            b"data=%7B%22a%22%3A1%7D&x=+%zz&data".to_vec(),
        ),
        ("XML", "Content-Type: text/xml\r\n", b"<?xml version=\"1.0\"?><case><id>1</id></case>".to_vec()),
        (
            "XML that includes a file",
            "",
            b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_vec(),
        ),
        ("binary", "Content-Type: application/octet-stream\r\n", (0..=255).cycle().take(70_000).collect()),
        ("claims to be compressed", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0not gzip at all".to_vec()),
        ("invalid UTF-8", json, b"{\"text\": \"\xff\xfe \xc3( \xed\xa0\x80\"}".to_vec()),
        ("byte order mark", json, b"\xef\xbb\xbf{\"a\":1}".to_vec()),
        ("UTF-16", json, "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("duplicate keys", json, br#"{"a":1,"a":2,"a":{"a":3,"a":4}}"#.to_vec()),
        (
            "big numbers",
            json,
            b"[9007199254740993,-0,1e999,123456789012345678901234567890,0.1e-400]".to_vec(),
        ),
        ("NUL", json, b"{\"text\":\"a\\u0000b\0c\"}".to_vec()),
        ("lone surrogates", json, br#"{"text":"\ud800 \udc00\ud800"}"#.to_vec()),
        ("right to left and emoji", json, "{\"text\":\"\u{202e}שלום 👩🏽‍🚀🏳️‍🌈\"}".as_bytes().to_vec()),
        ("HTML", json, br#"{"text":"<script>alert(1)</script><img src=x onerror=alert(1)>"}"#.to_vec()),
        ("a request", "", b"POST /h/any/x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello".to_vec()),
    ];
    bodies.push(("10 MiB of nesting", json, vec![b'['; 10 * MIB]));
    bodies.push((
        "10 MiB of nested objects",
        json,
        b"{\"a\":".iter().copied().cycle().take(10 * MIB).collect(),
    ));
    bodies.push(("10 MiB of nested elements", "", b"<a>".iter().copied().cycle().take(10 * MIB).collect()));
    bodies
}

#[tokio::test]
async fn every_bad_input_is_answered_and_kept_to_the_byte() {
    let house = House::open().await;
    let hooks = ["any", "smartsupp"].map(|source| (source, house.hook(source)));
    let mut expected = Vec::new();
    for (name, lines, body) in bad_bodies() {
        let mut sender = house.sender().await;
        for (source, hook) in &hooks {
            sender.send(post(hook, lines, &body)).await;
            let answer = sender.answer().await;
            assert_eq!(
                (answer.status, &answer.body[..]),
                (200, &br#"{"result":"ok"}"#[..]),
                "{name} to {source}"
            );
            expected.push((name, *source, lines, body.clone()));
        }
    }
    let journal = house.journal();
    assert_eq!(journal.len(), expected.len(), "each is kept once");
    for (kept, (name, source, lines, body)) in journal.iter().zip(&expected) {
        let kept = &kept.delivery;
        assert!(kept.body == *body, "{name} must be kept to the byte");
        assert_eq!((kept.source.as_str(), kept.path.as_str()), (*source, format!("/h/{source}/…").as_str()));
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header line");
            Header { name: name.to_owned(), value: value.as_bytes().to_owned() }
        };
        let sent = format!("Host: a\r\n{lines}Content-Length: {}", body.len());
        assert_eq!(kept.headers, sent.split("\r\n").map(header).collect::<Vec<_>>(), "{name}");
    }
    let outcomes = house.outcomes().await;
    assert!(!outcomes.contains(&Outcome::Conversation), "none of it tells of a conversation");
}

#[tokio::test]
async fn every_method_reaches_the_journal_and_no_miss_does() {
    let house = House::open().await;
    let hook = house.hook("any");
    let methods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND", "POST"];
    let mut sender = house.sender().await;
    for method in methods {
        sender.send(format!("{method} {hook}?probe={method} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert_eq!(sender.answer_to(method).await.expect("an answer").status, 200, "{method}");
    }
    let old = house.hook("smartsupp");
    house.archive.rotate_source("smartsupp", None, now()).expect("a new token");
    for target in [old.as_str(), &format!("{hook}/"), &hook[..hook.len() - 1], &hook.replace("any", "nope")] {
        sender.send(post(target, "", b"{}")).await;
        assert_eq!(sender.answer().await.status, 404, "{target} is no hook address");
    }
    let kept: Vec<_> =
        house.journal().into_iter().map(|kept| (kept.delivery.method, kept.delivery.query)).collect();
    let expected = methods.map(|method| (method.to_owned(), Some(format!("probe={method}"))));
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_body_that_is_too_long_or_breaks_off_leaves_no_trace() {
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", &vec![b'x'; 10 * MIB + 1])).await;
    assert_eq!(sender.answer().await.status, 413);
    assert_eq!(sender.closed().await, b"", "nothing can follow a body that was not read");
    let mut sender = house.sender().await;
    sender.send(format!("POST {hook} HTTP/1.1\r\nContent-Length: 20\r\n\r\n{{\"half\":")).await;
    drop(sender);
    house.door.close(std::time::Duration::from_secs(5)).await;
    assert_eq!(house.journal().len(), 0);
}
