//! What comes back: whole, cut, slow, endless, and what is no answer at all.

use std::time::Duration;

use afterchat_relay::{SendError, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::standin::{Does, SOON, answers, header, post, request, server};

/// Sends `{}` with this method and expects this status and body, and whether there was more.
async fn check(method: &str, does: Does, expected: (u16, &[u8], bool)) {
    let said = format!("{method}: {does:?}").chars().take(200).collect::<String>();
    let (address, _) = server("{}", does).await;
    let answer = send(&request(method, &format!("http://{address}/"), &[], b"{}"), SOON).await;
    let answer = answer.unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!((answer.status, answer.truncated), (expected.0, expected.2), "{said}");
    assert_eq!(answer.body.escape_ascii().to_string(), expected.1.escape_ascii().to_string(), "{said}");
}

fn hangs(bytes: &str) -> Does {
    Does::Hangs(bytes.as_bytes().to_vec())
}

#[tokio::test]
async fn a_body_ends_where_the_answer_says() {
    check("POST", hangs("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcd"), (200, b"abc", false)).await;
    check("POST", hangs("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), (200, b"", false)).await;
    check("POST", answers("HTTP/1.0 500 No\n\nall of it"), (500, b"all of it", false)).await;
    check("POST", hangs("HTTP/1.1 204 None\r\n\r\n"), (204, b"", false)).await;
    check("POST", hangs("HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n"), (304, b"", false)).await;
    check("HEAD", hangs("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), (200, b"", false)).await;
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 1\r\n\r\n";
    check(
        "POST",
        hangs(&format!("{chunks}3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\n")),
        (200, b"abc0123456789", false),
    )
    .await;
}

#[tokio::test]
async fn what_comes_before_an_answer_is_no_answer() {
    let before = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n";
    check(
        "POST",
        hangs(&format!("{before}HTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx")),
        (201, b"x", false),
    )
    .await;
    let (address, _) =
        server("{}", Does::Forever(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())).await;
    let error = send(&post(address), SOON).await.expect_err("an answer never comes");
    assert_eq!(error.code(), "answer_not_http", "{error}");
}

#[tokio::test]
async fn only_the_beginning_of_a_long_body_is_read() {
    let kept = vec![b'x'; 64 * 1024];
    let long = |head: &str| Does::Forever(head.as_bytes().to_vec(), vec![b'x'; 4096]);
    check("POST", long("HTTP/1.1 500 No\r\nContent-Length: 99999999\r\n\r\n"), (500, &kept, true)).await;
    check("POST", long("HTTP/1.1 200 OK\r\n\r\n"), (200, &kept, true)).await;
    check(
        "POST",
        long("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"),
        (200, &kept, true),
    )
    .await;
    let exactly = [b"HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n".to_vec(), kept.clone()].concat();
    check("POST", Does::Hangs(exactly), (200, &kept, false)).await;
}

#[tokio::test]
async fn the_lines_of_an_answer_are_kept_as_they_stand() {
    let head = b"HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a:caf\xe9\r\nx-B:  2 \r\nContent-Length: 0\r\n\r\n".to_vec();
    let (address, _) = server("{}", Does::Answers(head)).await;
    let answer = send(&post(address), SOON).await.expect("an answer");
    let expected =
        [header("x-B", b"1"), header("X-a", b"caf\xe9"), header("x-B", b"2"), header("Content-Length", b"0")];
    assert_eq!(answer.headers, expected);
    let took = answer.took;
    let order = [took.resolved, took.connected, took.first_byte, took.whole];
    assert!(order.is_sorted() && took.secured.is_none(), "each step comes after the one before: {took:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_with_what_had_come() {
    for (cut, begun) in [
        ("", None),
        ("HTTP/1.1 200 OK\r\nContent-", None),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Some("half")),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf", Some("half")),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Some("half")),
    ] {
        let (address, _) = server("{}", answers(cut)).await;
        let error = send(&post(address), SOON).await.expect_err(cut);
        assert!(
            matches!(error, SendError::BrokenOff { .. }) && !error.nothing_was_sent(),
            "{cut:?}: {error:?}"
        );
        let body = error.begun().map(|begun| String::from_utf8_lossy(&begun.body).into_owned());
        assert_eq!(body.as_deref(), begun, "{cut:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_refused() {
    let endless = Does::Forever(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'x'; 4096]);
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(300));
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let endless_size = Does::Forever(chunks.as_bytes().to_vec(), vec![b'0'; 4096]);
    for does in [
        answers("SSH-2.0-OpenSSH_9.2\r\n"),
        answers("HTTP/2 200\r\n\r\n"),
        answers("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx"),
        answers("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        answers("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"),
        answers("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx"),
        answers(&format!("{chunks}x\r\n")),
        answers(&format!("{chunks}+1\r\nx\r\n0\r\n\r\n")),
        answers(&format!("{chunks}fffffffffffffffff\r\nx")),
        answers(&format!("{chunks}1\r\nxx\r\n0\r\n\r\n")),
        answers(&many),
        endless,
        endless_size,
    ] {
        let said = format!("{does:?}").chars().take(120).collect::<String>();
        let (address, _) = server("{}", does).await;
        let error = send(&post(address), SOON).await.expect_err(&said);
        assert_eq!(error.code(), "answer_not_http", "{said}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_for_everything_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = send(&post(listener.local_addr().expect("an address")), Duration::from_secs(7)).await;
    assert!(matches!(silent, Err(SendError::TooSlow { unsent: false, begun: None, .. })), "{silent:?}");
}

#[tokio::test]
async fn what_had_come_by_the_deadline_is_told() {
    let (address, _) = server("{}", hangs("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")).await;
    let slow = send(&post(address), Duration::from_millis(700)).await.expect_err("half is not all");
    assert_eq!(slow.code(), "answer_too_slow");
    let begun = slow.begun().expect("the head was there");
    assert_eq!((begun.status, &begun.body[..]), (200, &b"half"[..]));
    assert!(begun.took.whole >= Duration::from_millis(700), "{:?}", begun.took);
}

/// A server that refuses a body does not read it to the end, and its answer counts all the same.
#[tokio::test]
async fn an_answer_is_heard_while_the_body_is_still_being_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut some = vec![0; 1000];
        socket.read_exact(&mut some).await.expect("the beginning");
        socket.write_all(b"HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n").await.expect("answered");
        socket
    });
    let body = vec![b'x'; 32 << 20];
    let answer = send(&request("POST", &format!("http://{address}/"), &[], &body), SOON).await;
    assert_eq!(answer.expect("an answer").status, 413);
    drop(serving.await.expect("the server ends"));
}
