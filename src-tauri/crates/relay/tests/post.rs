//! Posting, against servers that say what a test tells them to.

use std::net::SocketAddr;

use afterchat_relay::{Answer, PostError, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// Takes one request that ends with `end`, answers it, and tells what it was.
async fn server(end: &'static str, answer: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(end.as_bytes()) {
            assert_ne!(socket.read_buf(&mut request).await.expect("bytes"), 0, "the request is whole");
        }
        // A client that has read enough may hang up before the end of a long answer.
        let _ = socket.write_all(&answer).await;
        String::from_utf8(request).expect("the request is text")
    });
    (address, serving)
}

fn url(address: SocketAddr, path: &str) -> Url {
    Url::parse(&format!("http://{address}{path}")).expect("a URL")
}

#[tokio::test]
async fn what_is_posted_arrives_and_the_answer_comes_back() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"result\":\"ok\"}".to_vec();
    let (address, serving) = server("body!", answer).await;
    let headers = [("X-B", "2"), ("x-a", "1"), ("X-B", "3"), ("Host", "elsewhere"), ("Content-Length", "9")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = post(&url(address, "/h/a/b?c=d"), &headers, b"the body!".to_vec()).await.expect("an answer");
    assert_eq!(answer, Answer { status: 200, body: b"{\"result\":\"ok\"}".to_vec() });
    let request = serving.await.expect("the server ends");
    assert!(request.starts_with("POST /h/a/b?c=d HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains(&format!("host: {address}\r\n")),
        "the host is the one that was chosen: {request}"
    );
    assert!(request.contains("x-b: 2\r\n") && request.contains("x-b: 3\r\n"), "{request}");
    assert_eq!(request.matches("content-length").count(), 1, "{request}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let to = elsewhere.local_addr().expect("an address");
    let answer = format!("HTTP/1.1 307 Go\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n");
    let (address, _serving) = server("{}", answer.into_bytes()).await;
    let answer = post(&url(address, "/"), &[], b"{}".to_vec()).await.expect("an answer");
    assert_eq!(answer.status, 307);
    let followed = tokio::time::timeout(std::time::Duration::from_millis(50), elsewhere.accept()).await;
    assert!(followed.is_err(), "nobody may be led elsewhere by an answer");
}

#[tokio::test]
async fn only_the_beginning_of_a_long_answer_is_read() {
    let mut answer = b"HTTP/1.1 500 No\r\nContent-Length: 99999999\r\n\r\n".to_vec();
    answer.resize(1_000_000, b'x');
    let (address, _serving) = server("{}", answer).await;
    let answer = post(&url(address, "/"), &[], b"{}".to_vec()).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (500, 64 * 1024));
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let unreachable = post(&url(free, "/"), &[], Vec::new()).await;
    assert!(matches!(unreachable, Err(PostError::NoConnection(_))), "{unreachable:?}");

    let (address, _serving) =
        server("{}", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec()).await;
    let broken = post(&url(address, "/"), &[], b"{}".to_vec()).await;
    assert!(matches!(broken, Err(PostError::BrokenOff(_))), "{broken:?}");

    let bad = [("X-Bad".to_owned(), "line\r\nbreak".to_owned())];
    let bad = post(&url(address, "/"), &bad, Vec::new()).await;
    assert!(matches!(bad, Err(PostError::BadHeader(_))), "{bad:?}");

    let away = Url::parse("http://192.0.2.1/").expect("a URL");
    let away = post(&away, &[], Vec::new()).await;
    assert!(matches!(away, Err(PostError::NotThisMachine)), "{away:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = post(&url(listener.local_addr().expect("an address"), "/"), &[], Vec::new()).await;
    assert!(matches!(silent, Err(PostError::TooSlow)), "{silent:?}");
}
