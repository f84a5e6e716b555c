//! What goes over the wire, and where it goes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use afterchat_relay::{SendError, send};
use proptest::prelude::*;
use tokio::net::TcpListener;

use crate::standin::{SOON, answers, header, names, post, request, server};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that tells at once whether somebody has connected.
fn nobody_may_connect() -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener that does not wait");
    listener
}

#[tokio::test]
async fn a_request_arrives_exactly_as_it_stands() {
    let (address, serving) = server("!", answers(OK)).await;
    let mut sent = request(
        "pAtCh",
        &format!("http://{address}/h/a/b%2Fc?d=%20&&e#here"),
        &[("x-B", "2"), ("HOST", "service.example"), ("X-b", ""), ("x-B", "3"), ("X-Ünsent", "")],
        b"the \r\n\r\n\0body\xff!",
    );
    let refused = send(&sent, SOON).await;
    assert!(matches!(refused, Err(ref error) if error.code() == "header_invalid"), "{refused:?}");
    sent.headers[4] = header("X-Latin", b"caf\xe9");
    let answer = send(&sent, SOON).await.expect("an answer");
    assert_eq!((answer.status, &answer.body[..], answer.truncated), (200, &b"ok"[..], false));
    let head = format!(
        "pAtCh /h/a/b%2Fc?d=%20&&e HTTP/1.1\r\nx-B: 2\r\nHOST: {address}\r\nX-b: \r\nx-B: 3\r\nX-Latin: caf"
    );
    let expected = [head.as_bytes(), b"\xe9\r\nContent-Length: 15\r\n\r\nthe \r\n\r\n\0body\xff!"].concat();
    let arrived = serving.await.expect("the server ends");
    assert_eq!(arrived.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_header_lines_and_any_body_arrive_as_they_are(
        lines in prop::collection::vec(("X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}", prop::collection::vec(prop_oneof![b' '..=b'~', 0x80u8..=0xff, Just(b'\t')], 0..40)), 0..20),
        body in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (address, serving) = server("THE END", answers(OK)).await;
            let body = [&body[..], b"THE END"].concat();
            let mut sent = request("POST", &format!("http://{address}/"), &[], &body);
            sent.headers = lines.iter().map(|(name, value)| header(name, value)).collect();
            send(&sent, SOON).await.expect("an answer");
            let mut expected = format!("POST / HTTP/1.1\r\nHost: {address}\r\n").into_bytes();
            for (name, value) in &lines {
                expected.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
            }
            expected.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            expected.extend(&body);
            let arrived = serving.await.expect("the server ends");
            assert_eq!(arrived.escape_ascii().to_string(), expected.escape_ascii().to_string());
        });
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = nobody_may_connect();
    let to = elsewhere.local_addr().expect("an address");
    for status in [301, 302, 303, 307, 308] {
        let (address, _) = server(
            "{}",
            answers(&format!("HTTP/1.1 {status} Go\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n")),
        )
        .await;
        let answer = send(&post(address), SOON).await.expect("an answer");
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers[0], header("Location", format!("http://{to}/").as_bytes()));
    }
    // Whoever follows has connected before `send` returns.
    assert!(elsewhere.accept().is_err(), "nobody may be led elsewhere by an answer");
}

#[tokio::test]
async fn names_that_lead_to_forbidden_places_are_refused_before_a_connection() {
    let listener = nobody_may_connect();
    let port = listener.local_addr().expect("an address").port();
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let public = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34));
    let metadata = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
    let outside = names(&[
        ("rebound.example", here),
        ("mixed.example", public),
        ("mixed.example", here),
        ("metadata.example", metadata),
        ("mapped.example", IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped())),
        ("linked.example", IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1))),
    ]);
    let table = [
        ("rebound.example", "target_refused"),
        ("mixed.example", "target_refused"),
        ("mapped.example", "target_refused"),
        ("metadata.example", "target_refused"),
        ("linked.example", "target_refused"),
        ("169.254.169.254", "target_refused"),
        ("[fe80::1]", "target_refused"),
        ("0.0.0.0", "target_refused"),
        ("nobody.example", "target_unknown"),
        ("user:secret@127.0.0.1", "target_with_credentials"),
    ];
    for (host, code) in table {
        let sent = request("POST", &format!("http://{host}:{port}/"), &[], b"{}");
        let error = outside.send(&sent, SOON).await.expect_err(host);
        assert_eq!(error.code(), code, "{host}: {error}");
        assert!(error.nothing_was_sent(), "{host}");
    }
    for url in ["ftp://127.0.0.1/", "file:///etc/passwd", "data:text/plain,a"] {
        let error = outside.send(&request("POST", url, &[], b""), SOON).await.expect_err(url);
        assert_eq!(error.code(), "target_not_http", "{url}");
    }
    assert!(listener.accept().is_err(), "a refused name must not even be connected to");
}

#[tokio::test]
async fn a_name_that_was_meant_is_reached_and_told_in_the_host_line() {
    let (address, serving) = server("{}", answers(OK)).await;
    let outside = names(&[("app.localhost", IpAddr::V4(Ipv4Addr::LOCALHOST))]);
    let url = format!("http://App.Localhost:{}/", address.port());
    outside.send(&request("POST", &url, &[], b"{}"), SOON).await.expect("an answer");
    let arrived = serving.await.expect("the server ends");
    let host = format!("Host: app.localhost:{}\r\n", address.port());
    assert!(String::from_utf8_lossy(&arrived).contains(&host), "{}", arrived.escape_ascii());
}

#[tokio::test]
async fn the_second_address_is_tried_when_the_first_refuses() {
    let (address, _) = server("{}", answers(OK)).await;
    let outside = names(&[
        ("app.localhost", IpAddr::V6(Ipv6Addr::LOCALHOST)),
        ("app.localhost", IpAddr::V4(Ipv4Addr::LOCALHOST)),
    ]);
    let url = format!("http://app.localhost:{}/", address.port());
    let answer = outside.send(&request("POST", &url, &[], b"{}"), SOON).await.expect("an answer");
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let error = send(&post(free), SOON).await.expect_err("nobody listens");
    assert!(matches!(error, SendError::NoConnection { .. }) && error.nothing_was_sent(), "{error:?}");
}
