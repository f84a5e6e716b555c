//! From a posted payload to a line, a search, a page.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Bench, Running, chat};

/// Sends one request to a hook address and gives back the whole answer.
pub(crate) fn post(address: &str, method: &str, body: &[u8]) -> String {
    post_with(address, method, "", body)
}

/// The same with further header lines.
pub(crate) fn post_with(address: &str, method: &str, lines: &str, body: &[u8]) -> String {
    let rest = address.strip_prefix("http://").expect("hook addresses are http");
    let (host, path) = rest.split_at(rest.find('/').expect("hook addresses have a path"));
    let mut stream = TcpStream::connect(host).expect("the door is open");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the request goes out");
    stream.write_all(body).expect("the body goes out");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer comes back");
    answer
}

pub(crate) fn address<'a>(listening: &'a Value, name: &str) -> &'a str {
    let sources = listening["sources"].as_array().expect("a list of sources");
    let source = sources.iter().find(|source| source["name"] == name).expect("a source of this name");
    source["hook_url"].as_str().expect("an address")
}

#[cfg(unix)]
#[test]
fn what_is_posted_is_told_found_shown_and_exported() {
    let bench = Bench::new();
    let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
    let listening = running.next();
    assert_eq!(listening["event"], "listening");
    assert!(listening["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));

    let answer =
        post(address(&listening, "smartsupp"), "POST", chat(1, "Are the lamps in stock?").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(r#"{"result":"ok"}"#), "{answer}");
    let told = running.next();
    assert_eq!((&told["event"], &told["outcome"]), (&"delivery".into(), &"conversation".into()));
    assert_eq!((&told["source"], &told["provider"]), (&"smartsupp".into(), &"smartsupp".into()));
    let id = told["conversations"][0].as_str().unwrap();

    post(address(&listening, "any"), "POST", b"no chat at all");
    assert_eq!(running.next()["outcome"], "unreadable");
    post(address(&listening, "any"), "HEAD", b"");
    let probe = running.next();
    assert_eq!((&probe["outcome"], &probe["method"]), (&"no_conversation".into(), &"HEAD".into()));

    // The archive is used by another program meanwhile.
    let found = bench.lines(&["search", "lamps"]);
    assert_eq!(found[0]["id"], *id);
    assert_eq!(found[0]["visitor"]["email"], "dusan@domain.example");
    assert_eq!(found[0]["snippet"], "Are the lamps in stock?");
    let transcript: Value = serde_json::from_str(&bench.ok(&["show", id, "--json"])).unwrap();
    assert_eq!(transcript["messages"][0]["text"], "Are the lamps in stock?");
    bench.ok(&["export", id, "--format", "html", "--out", "pages/chat.html"]);
    let page = std::fs::read_to_string(bench.path("pages/chat.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Are the lamps in stock?"));

    let (status, said) = running.stop();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""), "asked to stop, it ends without complaint");
}

#[cfg(unix)]
#[test]
fn an_address_that_is_rotated_now_stops_working_while_the_door_is_open() {
    let bench = Bench::new();
    let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
    let listening = running.next();
    let old = address(&listening, "chatlio").to_owned();
    let rotated = bench.lines(&["source", "rotate", "chatlio", "--now", "--json"]);
    let url = listening["url"].as_str().unwrap();
    let path = rotated[0]["hook_url"].as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
    let new = format!("{url}/{path}");
    // The open door hears of it with its next look at the archive.
    let works = |address: &str| post(address, "POST", b"{}").starts_with("HTTP/1.1 200");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !works(&new) {
        assert!(Instant::now() < deadline, "the new address works");
    }
    assert!(!works(&old), "whoever knew the old address is shut out");
    assert_eq!(running.stop().0.code(), Some(0));
}

/// The HMAC-SHA256 of the body `{"accountId":1,"channel":{"id":9,"isChat":true},"messages":[]}` with the key
/// `a-secret-of-the-app`, as `openssl dgst -sha256 -hmac` prints it.
const SIGNED: (&str, &str) = (
    r#"{"accountId":1,"channel":{"id":9,"isChat":true},"messages":[]}"#,
    "1167f0166c631f156ba64341c02eec71d0c7c4f33649ad29a76b24ea5bb0c067",
);

#[cfg(unix)]
#[test]
fn what_is_not_signed_is_quarantined_until_somebody_accepts_it() {
    let bench = Bench::new();
    let mut add = bench.command(&["source", "add-secret", "smartsupp", "--label", "app", "--json"]);
    bench.file("secret", "a-secret-of-the-app\n");
    add.stdin(std::fs::File::open(bench.path("secret")).unwrap());
    let added = String::from_utf8(add.output().unwrap().stdout).unwrap();
    assert!(added.contains(r#""ending":"-app""#) && !added.contains("a-secret-of"), "{added}");

    let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
    let listening = running.next();
    let hook = address(&listening, "smartsupp");
    let (body, signature) = SIGNED;
    assert!(post(hook, "POST", body.as_bytes()).starts_with("HTTP/1.1 401"));
    let told = running.next();
    assert_eq!((&told["outcome"], &told["signature"]), (&"quarantined".into(), &"missing".into()));
    let signed = post_with(hook, "POST", &format!("X-Smartsupp-Hmac: {signature}\r\n"), body.as_bytes());
    assert!(signed.starts_with("HTTP/1.1 200"), "{signed}");
    assert_eq!(running.next()["signature"], "good");

    assert!(bench.ok(&["deliveries"]).contains("signature missing  quarantined"));
    assert_eq!(bench.lines(&["deliveries", "--quarantined", "--json"])[0]["id"], "1");
    assert!(bench.ok(&["delivery", "1"]).contains("Signature: missing (X-Smartsupp-Hmac:"));
    bench.ok(&["accept", "1"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while bench.lines(&["deliveries", "--json"])[1]["outcome"] != "conversation" {
        assert!(Instant::now() < deadline, "the running program reads what was accepted");
    }
    let (status, said) = running.stop();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""), "the door's warning is for the log");
    let everything = bench.ok(&["source", "list"]) + &bench.ok(&["deliveries", "--json"]);
    assert!(!everything.contains("a-secret-of"), "{everything}");
}

#[cfg(unix)]
#[test]
fn services_are_answered_by_the_plan_of_this_run_and_everything_is_kept() {
    let bench = Bench::new();
    let running =
        Running::start(bench.command(&["listen", "--port", "0", "--json", "--answer", "503 x1, 200"]));
    let listening = running.next();
    let any = address(&listening, "any");
    assert!(post(any, "POST", b"first").starts_with("HTTP/1.1 503"), "the plan's first step");
    assert!(post(any, "POST", b"second").starts_with("HTTP/1.1 200"), "and its second");
    assert_eq!((running.next()["id"].clone(), running.next()["id"].clone()), ("1".into(), "2".into()));
    running.stop();
    let refused = bench.run(&["listen", "--answer", "410"]);
    assert_eq!(refused.code, 2, "an answer that may do harm is not given unawares");
    assert!(refused.err.contains("410!"), "{}", refused.err);
}
