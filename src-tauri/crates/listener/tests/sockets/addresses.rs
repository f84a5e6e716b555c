//! Which requests the door takes, and what all others learn from it.

use afterchat_listener::{Limits, Probe, bind, open_with_probe};

use crate::ledger::{HOOK, Ledger, TOKEN, met, post};
use crate::sender::Sender;

#[tokio::test]
async fn every_method_on_a_hook_address_is_kept_and_answered() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let methods =
        ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "x-Own!"];
    for method in methods {
        sender.send(format!("{method} {HOOK} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")).await;
        let answer = sender.answer_to(method).await.expect("an answer");
        assert_eq!(answer.status, 200, "{method} on a hook address must be answered 200");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{method}");
        let body: &[u8] = if method == "HEAD" { b"" } else { br#"{"result":"ok"}"# };
        assert_eq!(answer.body, body, "{method} must be answered with exactly this body");
    }
    let kept: Vec<String> = ledger.kept().into_iter().map(|delivery| delivery.method).collect();
    assert_eq!(kept, methods, "each is kept under its own method");
}

#[tokio::test]
async fn everything_else_is_the_same_empty_404() {
    let (door, ledger, mut sender) = met(Limits::default()).await;
    let targets = [
        "/".to_owned(),
        "/h".to_owned(),
        "/h/".to_owned(),
        "/h/shop".to_owned(),
        "/h/shop/".to_owned(),
        "/h/shop/wrong".to_owned(),
        format!("/h/shop/{TOKEN}x"),
        format!("/h/shop/{}", &TOKEN[1..]),
        format!("/h/shop/{}", TOKEN.to_uppercase()),
        format!("/h/other/{TOKEN}"),
        format!("/h//{TOKEN}"),
        format!("/H/shop/{TOKEN}"),
        format!("{HOOK}/"),
        format!("{HOOK}/more"),
        format!("/{HOOK}"),
        format!("/h/shop%2F{TOKEN}"),
        format!("/h/shop/{TOKEN}%00"),
        "/h/shop/%ff%fe".to_owned(),
        "/h/..%2f/%2e%2e".to_owned(),
        format!("/x/..{HOOK}"),
        "/api".to_owned(),
        "/metrics".to_owned(),
        "/debug/pprof".to_owned(),
        "/favicon.ico".to_owned(),
        format!("/?{HOOK}"),
    ];
    let mut seen = Vec::new();
    for target in &targets {
        for method in ["POST", "GET", "HEAD", "OPTIONS", "PROPFIND"] {
            sender
                .send(format!("{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}"))
                .await;
            let answer = sender.answer_to(method).await.expect("an answer");
            assert_eq!(
                (answer.status, answer.body.len()),
                (404, 0),
                "{method} {target} must be an empty 404"
            );
            let names = answer.head.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name);
            seen.push(names.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" "));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["content-length date"], "no header may tell one 404 from another, or what serves it");
    for request in [
        format!("CONNECT {HOOK} HTTP/1.1\r\nHost: a\r\n\r\n"),
        "CONNECT afterchat:80 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET http://169.254.169.254/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
    ] {
        let mut sender = Sender::connect(door.address).await;
        sender.send(&request).await;
        let answer = sender.answer().await;
        assert_eq!((answer.status, answer.body.len()), (404, 0), "{request:?} must be an empty 404");
    }
    assert_eq!(ledger.kept(), [], "nothing that missed a hook address is kept");
}

#[tokio::test]
async fn what_is_no_http_1_is_refused() {
    let (door, ledger, _) = met(Limits::default()).await;
    for bytes in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("POST {HOOK}\r\n\r\n"),
        format!("POST {HOOK} HTTP/1.1\r\nContent-Length: two\r\n\r\nhi"),
        format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nhi"),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\r\n\r\n".to_owned(),
    ] {
        let mut sender = Sender::connect(door.address).await;
        sender.send(&bytes).await;
        let answer = String::from_utf8_lossy(&sender.closed().await).into_owned();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{bytes:?} must not be told that it was kept: {answer}");
    }
    assert_eq!(ledger.kept(), [], "nothing of it is kept");
}

#[tokio::test]
async fn the_token_never_rests_in_the_journal() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    for target in [
        format!("{HOOK}?event=new%20chat&x"),
        format!("/h/%73hop/{TOKEN}?"),
        format!("/h/shop/%6{}", &TOKEN[..0])
            .replace("%6", &format!("%{:02x}{}", TOKEN.as_bytes()[0], &TOKEN[1..])),
        format!("http://127.0.0.1:4780{HOOK}?a=/h/b/c"),
    ] {
        sender.send(format!("POST {target} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert_eq!(sender.answer().await.status, 200, "{target} is the hook address");
    }
    let kept: Vec<_> = ledger.kept().into_iter().map(|delivery| (delivery.path, delivery.query)).collect();
    let expected = [
        ("/h/shop/…", Some("event=new%20chat&x")),
        ("/h/%73hop/…", Some("")),
        ("/h/shop/…", None),
        ("/h/shop/…", Some("a=/h/b/c")),
    ];
    let expected = expected.map(|(path, query)| (path.to_owned(), query.map(str::to_owned)));
    assert_eq!(kept, expected, "path and query stay as sent, without the token");
}

#[tokio::test]
async fn the_door_of_a_tunnel_proves_itself_to_who_opened_it_and_is_a_door_like_any_other() {
    let ledger = Ledger::default();
    let probe = Probe::new(|nonce| (nonce == "asked").then(|| "proof".to_owned()));
    assert_eq!(format!("{probe:?}"), "Probe", "a log holds no answer");
    let listener = bind(0).await.expect("a free port");
    let door = open_with_probe(listener, ledger.clone(), Limits::default(), probe).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send("GET /probe/asked HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"proof".as_slice()));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("cache-control"), Some("no-store"), "an old answer proves nothing");
    for other in ["GET /probe/other", "POST /probe/asked", "GET /probe/asked/more", "GET /probe/"] {
        sender.send(format!("{other} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let answer = sender.answer().await;
        assert_eq!((answer.status, answer.body.len()), (404, 0), "{other}");
    }
    sender.send(post("{}")).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(ledger.kept().len(), 1, "what reached the probe is no delivery");
}
