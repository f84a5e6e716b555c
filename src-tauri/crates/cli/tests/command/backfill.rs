//! `afterchat backfill`, from a stand-in: a server on this machine that answers as SnapEngage's Logs API is documented.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use crate::program::Bench;

/// Comes by the environment; nothing the program says or keeps may hold it.
const CANARY: &str = "canary-0815-4711";

/// Answers with one case to whoever shows the token.
fn standin() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            let head = BufReader::new(socket.try_clone().expect("a socket")).lines();
            let head: Vec<String> = head.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let known = head.iter().any(|line| line.to_lowercase() == format!("authorization: {CANARY}"));
            let status = if known { "200 OK" } else { "401 No" };
            let body = r#"{"cases":[{"id":"c1","type":"chat","source_id":2,"transcripts":[{"id":"","message":"Hi"}]}]}"#;
            let length = body.len();
            let _gone = write!(
                socket,
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            );
        }
    });
    base
}

#[test]
fn past_chats_come_in_with_a_token_from_the_environment() {
    let (bench, base) = (Bench::new(), standin());
    let run = |token: &str| {
        let arguments = [
            "backfill",
            "snapengage",
            "--account",
            "208",
            "--since",
            "2026-03-01",
            "--base",
            &base,
            "--json",
        ];
        let done = bench.command(&arguments).env("AFTERCHAT_TOKEN", token).output().expect("it runs");
        let told = [done.stdout, done.stderr].map(|told| String::from_utf8(told).expect("text"));
        assert!(!told.concat().contains(CANARY), "{told:?}");
        (done.status.code(), told[0].clone())
    };
    let (code, told) = run(CANARY);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(r#""new":1"#), "{told}");
    let (_, again) = run(CANARY);
    assert!(again.contains(r#""new":0"#), "fetching again changes nothing: {again}");
    let (code, refused) = run("another");
    assert_eq!(code, Some(1));
    assert!(refused.contains("history_credential_refused"), "{refused}");
    assert!(!bench.ok(&["deliveries", "--json"]).contains(CANARY));
    assert!(!bench.ok(&["delivery", "1"]).contains(CANARY));
}
