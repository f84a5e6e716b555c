//! What does not belong on a connection to the door: messages that two readers could read differently, other protocols, and
//! bytes that are no text. Each is either kept as the one request that it is, or refused, and nothing behind it is believed.

use std::time::{Duration, Instant};

use afterchat_listener::Limits;
use tokio::io::AsyncWriteExt;

use crate::ledger::{HOOK, Ledger, opened, post};
use crate::sender::Sender;

/// What came of some bytes.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    /// The statuses that were answered.
    answered: Vec<u16>,
    /// The bodies that were kept.
    kept: Vec<Vec<u8>>,
}

/// Sends these bytes on a connection of their own, closes our side, and reads until the door closes its own.
async fn sent(bytes: &[u8]) -> Came {
    let ledger = Ledger::default();
    let limits = Limits { head: Duration::from_secs(3), ..Limits::default() };
    let door = opened(&ledger, limits).await;
    let mut sender = Sender::connect(door.address).await;
    // The door may close in the middle.
    let _early = sender.socket.write_all(bytes).await;
    let _early = sender.socket.shutdown().await;
    let answered = sender.closed().await;
    let text = String::from_utf8_lossy(&answered);
    let statuses = text.match_indices("HTTP/1.1 ").map(|(at, _)| text[at + 9..at + 12].parse());
    Came {
        answered: statuses.collect::<Result<_, _>>().expect("statuses"),
        kept: ledger.kept().into_iter().map(|kept| kept.body).collect(),
    }
}

async fn check(name: &str, bytes: impl AsRef<[u8]>, answered: &[u16], kept: &[&str]) {
    let came = sent(bytes.as_ref()).await;
    let kept = kept.iter().map(|body| body.as_bytes().to_vec()).collect();
    assert_eq!(came, Came { answered: answered.to_vec(), kept }, "{name}");
}

/// A POST to the hook address with these header lines, and what stands behind its head.
fn request(lines: &str, behind: &str) -> String {
    format!("POST {HOOK} HTTP/1.1\r\nHost: a\r\n{lines}\r\n{behind}")
}

/// A request that must never be kept, because it stands where a body or nothing at all stands.
fn smuggled() -> String {
    String::from_utf8(post("smuggled")).expect("text")
}

#[tokio::test]
async fn a_wrong_length_is_refused_or_ends_the_body_where_it_says() {
    let more = smuggled();
    check("too long, and then the end", request("Content-Length: 9\r\n", "short"), &[400], &[]).await;
    check("too short", request("Content-Length: 2\r\n", "four"), &[200], &["fo"]).await;
    check("none at all", request("", "body"), &[200], &[""]).await;
    for length in
        ["-1", "+5", "5.0", "0x5", "5 5", "5;5", "five", "", "5, 6", "5,5", "18446744073709551616", "1e1"]
    {
        let bytes = request(&format!("Content-Length: {length}\r\n"), &format!("12345{more}"));
        check(&format!("Content-Length: {length:?}"), bytes, &[400], &[]).await;
    }
    let twice = |one, two| format!("Content-Length: {one}\r\nContent-Length: {two}\r\n");
    check("two lengths", request(&twice(5, 6), &format!("12345{more}")), &[400], &[]).await;
    check("one length twice", request(&twice(5, 5), "12345"), &[200], &["12345"]).await;
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_message_that_could_be_read_in_two_ways() {
    let more = smuggled();
    let inside = format!("0\r\n\r\n{more}");
    let length = inside.len();
    let table = [
        (
            "a length that covers a second request, and chunks that do not",
            format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
            inside.clone(),
            &[200][..],
            &[""][..],
        ),
        (
            "the same in the other order",
            format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
            inside.clone(),
            &[200],
            &[""],
        ),
        (
            "a length that covers less than the chunks",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n".to_owned(),
            format!("{:x}\r\n{more}\r\n0\r\n\r\n", more.len()),
            &[200],
            &[more.as_str()],
        ),
        ("a coding that is none", "Transfer-Encoding: xchunked\r\n".to_owned(), inside.clone(), &[400], &[]),
        (
            "chunked twice",
            "Transfer-Encoding: chunked, chunked\r\n".to_owned(),
            inside.clone(),
            &[200],
            &[""],
        ),
        (
            "chunked before another",
            "Transfer-Encoding: chunked, identity\r\n".to_owned(),
            inside.clone(),
            &[400],
            &[],
        ),
        (
            "two codings on two lines",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned(),
            inside.clone(),
            &[400],
            &[],
        ),
        (
            "a space before the colon",
            "Transfer-Encoding : chunked\r\n".to_owned(),
            inside.clone(),
            &[400],
            &[],
        ),
        (
            "a space before the colon of a length",
            "Content-Length : 0\r\n".to_owned(),
            more.clone(),
            &[400],
            &[],
        ),
        (
            "a line that goes on",
            "X-A: b\r\n Transfer-Encoding: chunked\r\n".to_owned(),
            inside.clone(),
            &[400],
            &[],
        ),
        ("a tab that goes on", "Content-Length: 0\r\n\t5\r\n".to_owned(), more.clone(), &[400], &[]),
        (
            "a line feed alone inside a value",
            "X-A: b\nContent-Length: 3\r\n".to_owned(),
            "one".to_owned(),
            &[200],
            &["one"],
        ),
        (
            "a carriage return alone",
            "X-A: b\rContent-Length: 3\r\n".to_owned(),
            "one".to_owned(),
            &[400],
            &[],
        ),
        (
            "a coding behind a vertical tab",
            "Transfer-Encoding:\u{b}chunked\r\n".to_owned(),
            inside.clone(),
            &[400],
            &[],
        ),
        ("a name with NUL", "Content-Length\0: 0\r\n".to_owned(), more.clone(), &[400], &[]),
        (
            "a chunk that is longer than it says",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            format!("2\r\nfour\r\n0\r\n\r\n{more}"),
            &[400],
            &[],
        ),
        (
            "a chunk of a negative size",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            format!("-1\r\nx\r\n0\r\n\r\n{more}"),
            &[400],
            &[],
        ),
        (
            "a chunk of more bytes than there are numbers",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            format!("fffffffffffffffff\r\nx\r\n0\r\n\r\n{more}"),
            &[400],
            &[],
        ),
        (
            "chunk extensions and trailers",
            "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n".to_owned(),
            format!("3;a=\"b\";c\r\none\r\n0;last\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n{more}"),
            &[200],
            &["one"],
        ),
    ];
    for (name, lines, behind, answered, kept) in table {
        check(name, request(&lines, &behind), answered, kept).await;
    }
    check(
        "HTTP/1.0 with chunks",
        format!("POST {HOOK} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n{inside}"),
        &[400],
        &[],
    )
    .await;
}

#[tokio::test]
async fn pipelined_requests_are_each_kept_once_and_in_order() {
    let all: Vec<u8> = (0..50).flat_map(|turn| post(turn.to_string())).collect();
    let came = sent(&all).await;
    assert_eq!(came.answered, vec![200; 50]);
    let expected: Vec<_> = (0..50).map(|turn| turn.to_string().into_bytes()).collect();
    assert_eq!(came.kept, expected);
}

#[tokio::test]
async fn another_protocol_reaches_nothing_and_ends_cleanly() {
    let hello: Vec<u8> = [
        // A TLS record with a ClientHello of TLS 1.2, its random bytes, one cipher suite and a name.
        &[0x16, 3, 1, 0, 69, 1, 0, 0, 65, 3, 3][..],
        &[0x5a; 32],
        &[0, 0, 2, 0x13, 1, 1, 0, 0, 22, 0, 0, 0, 18, 0, 16, 0, 0, 13],
        b"shop.example\0",
    ]
    .concat();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d".to_vec();
    let socks = b"\x05\x01\0".to_vec();
    let table = [
        ("a TLS greeting", hello),
        ("HTTP/2 with prior knowledge", preface),
        ("SOCKS", socks),
        ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        ("SMTP", b"EHLO shop.example\r\nMAIL FROM:<a@b>\r\n".to_vec()),
        ("Redis", b"*1\r\n$4\r\nPING\r\n".to_vec()),
        ("HTTP/0.9", format!("GET {HOOK}\r\n").into_bytes()),
        ("a version that is none", format!("POST {HOOK} HTTP/3.0\r\n\r\n").into_bytes()),
        ("the PROXY protocol", [&b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"[..], &post("x")].concat()),
    ];
    for (name, bytes) in table {
        let began = Instant::now();
        let came = sent(&bytes).await;
        assert_eq!(came.kept, Vec::<Vec<u8>>::new(), "{name}");
        assert!(came.answered.iter().all(|status| *status == 400), "{name}: {came:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "{name} is given up at once");
    }
}

#[tokio::test]
async fn nothing_upgrades_a_connection() {
    for lines in [
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
    ] {
        let length = "Content-Length: 2\r\n";
        check(
            "on a hook address it is a request",
            request(&format!("{lines}{length}"), "{}"),
            &[200],
            &["{}"],
        )
        .await;
        let elsewhere = format!("GET /api/changes HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        check("elsewhere it is nothing", elsewhere, &[404], &[]).await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_break_nothing() {
    let with = |target: &[u8], line: &[u8]| {
        [b"POST ".as_slice(), target, b" HTTP/1.1\r\nHost: a\r\n", line, b"Content-Length: 1\r\n\r\n1"]
            .concat()
    };
    let hook = |more: &[u8]| [HOOK.as_bytes(), more].concat();
    type Row = (&'static str, Vec<u8>, &'static [u16], &'static [&'static str]);
    let table: [Row; 12] = [
        ("NUL in the target", with(&hook(b"\0"), b""), &[400], &[]),
        ("NUL in the query", with(&hook(b"?a=\0"), b""), &[400], &[]),
        ("NUL, encoded, in the path", with(&hook(b"%00"), b""), &[404], &[]),
        ("NUL, encoded, in the query", with(&hook(b"?a=%00"), b""), &[200], &["1"]),
        ("bytes that are no UTF-8, encoded, in the path", with(b"/h/%ff%fe/%c3%28", b""), &[404], &[]),
        ("bytes that are no UTF-8 in the path", with(b"/h/\xff\xfe/x", b""), &[400], &[]),
        ("bytes that are no UTF-8 in the query", with(&hook(b"?\xff\xfe"), b""), &[400], &[]),
        ("NUL in a value", with(&hook(b""), b"X-A: a\0b\r\n"), &[400], &[]),
        (
            "bytes that are no UTF-8 in a value",
            with(&hook(b""), b"X-A: \xff\xfe\xc3\x28\r\n"),
            &[200],
            &["1"],
        ),
        ("NUL in a name", with(&hook(b""), b"X-\0A: a\r\n"), &[400], &[]),
        ("bytes that are no UTF-8 in a name", with(&hook(b""), b"X-\xff: a\r\n"), &[400], &[]),
        (
            "NUL in the method",
            [b"PO\0ST ".as_slice(), HOOK.as_bytes(), b" HTTP/1.1\r\n\r\n"].concat(),
            &[400],
            &[],
        ),
    ];
    for (name, bytes, answered, kept) in table {
        check(name, bytes, answered, kept).await;
    }
    let body: &[u8] = b"\0\xff\xfe\xc3\x28\r\n\r\n\0";
    assert_eq!(sent(&post(body)).await.kept, [body], "a body is whatever it is");
}
