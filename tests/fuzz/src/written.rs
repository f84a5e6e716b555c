//! Deliveries as commands and files: what a stranger sent stays data, and what is secret stays out.

use afterchat_relay::written::{
    Address, BodyFrom, Mask, Secrets, curl, fixture, har, httpie, raw_bytes, raw_text,
};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use serde_json::Value as Json;

use crate::parts;

/// Stands in an input for the secret below.
const MARK: &[u8] = b"%S";
const SECRET: &str = "ahooktokenthatnobodymaysee2345";

/// The first line is method and query; header lines follow up to an empty line, and the body.
pub(crate) fn check(input: &[u8]) {
    let (line, rest) = parts::line(input);
    let line = String::from_utf8_lossy(line);
    let (method, query) = line.split_once(' ').unwrap_or((&line, ""));
    let (mut headers, body) = parts::headers(rest);
    for header in &mut headers {
        header.name = String::from_utf8_lossy(&marked(header.name.as_bytes())).into_owned();
        header.value = marked(&header.value);
    }
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "shop".to_owned(),
        provider: None,
        method: method.to_owned(),
        path: "/h/shop/…".to_owned(),
        query: (!query.is_empty()).then(|| String::from_utf8_lossy(&marked(query.as_bytes())).into_owned()),
        headers,
        body: marked(body),
        received_at: Instant::from_millis(1_800_000_000_000).unwrap(),
    };
    let url = "https://hooks.example/in?own=1".parse().unwrap();
    for address in [Address::Variable, Address::Url(url)] {
        texts(&delivery, &address);
    }
    covers(&delivery);
    a_har_file(&delivery);
    a_raw_request(&delivery);
}

fn marked(bytes: &[u8]) -> Vec<u8> {
    let mut marked = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        marked.extend_from_slice(&rest[..at]);
        marked.extend_from_slice(SECRET.as_bytes());
        rest = &rest[at + MARK.len()..];
    }
    marked.extend_from_slice(rest);
    marked
}

fn mask() -> Mask {
    Mask::new(Secrets::Hidden, [SECRET.to_owned()])
}

fn texts(delivery: &Delivery, address: &Address) {
    let command = curl(delivery, address, BodyFrom::Command, &mut mask()).text;
    is_quiet(&command);
    tells_no_secret(command.as_bytes());
    if let Ok(written) = httpie(delivery, address, BodyFrom::File("body.json"), &mut mask()) {
        is_quiet(&written.text);
        tells_no_secret(written.text.as_bytes());
    }
    tells_no_secret(raw_text(delivery, address, &mut mask()).text.as_bytes());
    let fixture = fixture(7, delivery, &mut mask());
    for (name, content) in &fixture.files {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        assert!(name.chars().all(plain) && !name.starts_with('.'), "{name:?} is a name on every system");
        tells_no_secret(content);
    }
}

/// A command is made of characters that show and of line breaks.
fn is_quiet(command: &str) {
    let loud = command.chars().find(|c| {
        (c.is_control() && *c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    });
    assert_eq!(loud, None, "in {command:?}");
}

fn tells_no_secret(text: &[u8]) {
    let told = text.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(!told, "the secret stands in {:?}", String::from_utf8_lossy(text));
}

/// What is covered stays where it is, and holds no secret any more.
fn covers(delivery: &Delivery) {
    let content_type = delivery.header("content-type");
    let Some((covered, count)) = mask().covered(content_type, &delivery.body) else {
        return tells_no_secret(&delivery.body);
    };
    tells_no_secret(&covered);
    assert!(count > 0 && covered.len() == delivery.body.len());
    let moved = covered.iter().zip(&delivery.body).position(|(now, before)| now != before && *now != b'*');
    assert_eq!(moved, None, "a byte that is no star in {:?}", String::from_utf8_lossy(&covered));
    assert_eq!(mask().covered(content_type, &covered), None, "nothing is left to be covered");
}

fn a_har_file(delivery: &Delivery) {
    let mut writer = har::Writer::new(Vec::new()).unwrap();
    for _ in 0..2 {
        writer.add(7, delivery, None, "http://127.0.0.1:4780", &mut mask()).unwrap();
    }
    let file = writer.finish().unwrap();
    tells_no_secret(&file);
    let file: Json = serde_json::from_slice(&file).expect("a HAR file is JSON");
    assert_eq!(file["log"]["entries"].as_array().map(Vec::len), Some(2));
}

/// What is written as a request is read as the same one, where HTTP has such a request at all.
fn a_raw_request(delivery: &Delivery) {
    let bytes = raw_bytes(delivery, &Address::Variable, &mut Mask::new(Secrets::Shown, []));
    let mut lines = [httparse::EMPTY_HEADER; 200];
    let mut request = httparse::Request::new(&mut lines);
    let Ok(httparse::Status::Complete(head)) = request.parse(&bytes) else { return };
    assert!(bytes[head..] == delivery.body, "no header line ends the head before its end");
    if delivery.query.is_none() {
        assert_eq!(request.path, Some("/h/shop/HIDDEN"), "a method is no address");
    }
}
