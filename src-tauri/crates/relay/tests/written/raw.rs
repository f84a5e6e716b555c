//! A raw request, sent as it is to a server and to the eye.

use std::io::Write as _;
use std::net::TcpStream;

use afterchat_relay::written::{Address, Mask, Remark, Secrets, raw_bytes, raw_text};

use crate::stage::{delivery, server};

#[test]
fn a_raw_request_is_a_request() {
    let (address, serving) = server();
    let told = delivery(
        &[("Host", b"tunnel.example"), ("X-b", b"1"), ("Transfer-Encoding", b"chunked"), ("x-B", b"caf\xe9")],
        Some("a=b"),
        b"\x00\xff",
    );
    let url = format!("http://{address}/in?own=1").parse().unwrap();
    let bytes = raw_bytes(&told, &Address::Url(url), &mut Mask::new(Secrets::Hidden, []));
    TcpStream::connect(address).unwrap().write_all(&bytes).unwrap();
    let heard = serving.join().unwrap();
    assert_eq!(heard.line, "POST /in?own=1&a=b HTTP/1.1");
    let expected = [
        ("Host", address.to_string().as_bytes().to_vec()),
        ("X-b", b"1".to_vec()),
        ("Content-Length", b"2".to_vec()),
        ("x-B", b"caf\xe9".to_vec()),
    ];
    assert_eq!(heard.headers, expected.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!(heard.body, b"\x00\xff");
}

#[test]
fn as_text_it_shows_no_token_and_leaves_bytes_out() {
    let told = delivery(&[("Host", b"tunnel.example"), ("Cookie", b"a=b")], Some("x"), b"{}");
    let mut mask = Mask::new(Secrets::Hidden, []);
    let written = raw_text(&told, &Address::Variable, &mut mask);
    assert_eq!(
        written.text,
        "POST /h/shop/HIDDEN?x HTTP/1.1\r\nHost: tunnel.example\r\nCookie: a=HIDDEN-1\r\nContent-Length: 2\r\n\r\n{}"
    );
    let binary = raw_text(&delivery(&[], None, b"\xff"), &Address::Variable, &mut mask);
    assert_eq!(binary.remarks, [Remark::BodyLeftOut]);
    assert!(binary.text.ends_with("\r\n\r\n"), "{}", binary.text);
}
