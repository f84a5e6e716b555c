//! Headers are kept as they were sent, whichever way the bytes come.

use afterchat_listener::Limits;
use afterchat_transcript::Delivery;
use tokio::io::AsyncWriteExt;

use crate::ledger::{HOOK, met, post};

/// A request whose header lines tell it apart.
fn odd(mark: &str) -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let lines: [(&str, &[u8]); 8] = [
        ("hOsT", b"afterchat"),
        ("X-Mark", mark.as_bytes()),
        ("Cookie", b"a=1"),
        ("x-hook-Event", b"first"),
        ("cookie", b"b=2"),
        ("X-Hook-Event", b"second, third"),
        ("X-Latin", b"caf\xe9"),
        ("X-Empty", b""),
    ];
    let mut request = format!("POST {HOOK} HTTP/1.1\r\n").into_bytes();
    for (name, value) in lines {
        request.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    (request, lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
}

fn headers(delivery: &Delivery) -> Vec<(String, Vec<u8>)> {
    delivery.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect()
}

#[tokio::test]
async fn order_spelling_duplicates_and_bytes_of_headers_are_kept() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let (mut request, mut expected) = odd("one");
    request.extend_from_slice(b"content-LENGTH:  2 \r\nContent-Length: 2\r\n\r\nhi");
    expected.push(("content-LENGTH".to_owned(), b"2".to_vec()));
    expected.push(("Content-Length".to_owned(), b"2".to_vec()));
    sender.send(request).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(headers(&ledger.kept()[0]), expected, "headers stay as sent");
}

#[tokio::test]
async fn each_of_many_requests_on_one_connection_keeps_its_own_headers() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let bodies =
        ["", "{}", "POST / HTTP/1.1\r\nX-Mark: fake\r\n\r\n", "\r\n\r\n", "GET /h/shop HTTP/1.1\r\n\r\n"];
    let mut expected = Vec::new();
    for turn in 0..100 {
        let (mut request, lines) = odd(&turn.to_string());
        let body = bodies[turn % bodies.len()];
        request.extend_from_slice(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        sender.send(request).await;
        assert_eq!(sender.answer().await.status, 200);
        expected.push((lines, body.as_bytes().to_vec()));
    }
    let kept = ledger.kept();
    assert_eq!(kept.len(), 100, "every request is kept once");
    for (delivery, (lines, body)) in kept.iter().zip(expected) {
        assert_eq!(headers(delivery)[..lines.len()], lines, "a request must not get another's headers");
        assert_eq!(delivery.body, body);
    }
}

#[tokio::test]
async fn requests_sent_in_one_go_keep_their_own_headers() {
    let (_door, ledger, sender) = met(Limits::default()).await;
    let mut all = Vec::new();
    for turn in 0..200 {
        let (request, _) = odd(&turn.to_string());
        all.extend(request);
        let end: &[u8] = match turn % 3 {
            0 => b"\r\n",
            1 => b"Content-Length: 6\r\n\r\n\r\n\r\nhi",
            _ => b"Content-Length: 27\r\n\r\nPOST / HTTP/1.1\r\nX-Mark: 9\r\n",
        };
        all.extend_from_slice(end);
    }
    let (mut reading, mut writing) = sender.socket.into_split();
    let sending = tokio::spawn(async move { writing.write_all(&all).await.map(|()| writing) });
    let mut answers = Vec::new();
    while answers.windows(15).filter(|text| text == br#"{"result":"ok"}"#).count() < 200 {
        let length = tokio::io::AsyncReadExt::read_buf(&mut reading, &mut answers).await.expect("answers");
        assert_ne!(length, 0, "the door must not close between pipelined requests");
    }
    sending.await.expect("no panic").expect("all was sent");
    let marks: Vec<String> =
        ledger.kept().iter().map(|kept| kept.header("x-mark").unwrap_or_default().to_owned()).collect();
    assert_eq!(marks, (0..200).map(|turn| turn.to_string()).collect::<Vec<_>>(), "in order, each its own");
}

#[tokio::test]
async fn a_head_in_tiny_pieces_is_kept_whole() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    sender.socket.set_nodelay(true).expect("a socket option");
    let (mut request, expected) = odd("slow");
    request.extend_from_slice(b"Content-Length: 2\r\n\r\nhi");
    for byte in request {
        sender.send([byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(headers(&ledger.kept()[0])[..expected.len()], expected);
    assert_eq!(ledger.kept()[0].body, b"hi");
}

#[tokio::test]
async fn a_chunked_request_is_the_last_of_its_connection() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let (mut request, mut expected) = odd("chunks");
    request.extend_from_slice(
        b"Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n1;x=y\r\n\"\r\n3\r\n:1}\r\n0\r\n\r\n",
    );
    request.extend(post("next"));
    expected.push(("Transfer-Encoding".to_owned(), b"chunked".to_vec()));
    sender.send(post("before")).await;
    assert_eq!(sender.answer().await.status, 200);
    sender.send(request).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")), "the sender must be told");
    assert_eq!(sender.closed().await, b"", "and nothing after it may be answered");
    let kept = ledger.kept();
    assert_eq!(kept.len(), 2, "what was not answered is not kept");
    assert_eq!(kept[1].body, b"{\"a\":1}");
    assert_eq!(headers(&kept[1]), expected);
}

#[tokio::test]
async fn requests_without_a_body_are_followed_by_the_next() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    for method in ["GET", "HEAD", "POST", "OPTIONS", "HEAD"] {
        sender.send(format!("\r\n{method} {HOOK} HTTP/1.1\nX-Method:{method}\n\n")).await;
        assert_eq!(sender.answer_to(method).await.expect("an answer").status, 200);
    }
    for delivery in ledger.kept() {
        assert_eq!(headers(&delivery), [("X-Method".to_owned(), delivery.method.clone().into_bytes())]);
    }
}

#[tokio::test]
async fn a_missed_address_does_not_disturb_the_next_request() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let miss = "POST /h/shop/wrong HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    let (mut request, expected) = odd("after");
    request.extend_from_slice(b"\r\n");
    sender.send([miss.as_bytes(), &request].concat()).await;
    assert_eq!(sender.answer().await.status, 404);
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(headers(&ledger.kept()[0]), expected, "the miss's body must not be taken for a head");
}
