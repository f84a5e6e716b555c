//! Behind the public door there are hook addresses, the probe of a tunnel, and nothing else: every path that the product
//! knows anywhere, in every spelling, with every method and every trick of a browser, is the same empty 404.

use std::collections::BTreeSet;
use std::time::Duration;

use afterchat_listener::{Door, Limits, Probe, bind, open, open_with_probe};

use crate::house::{House, post};
use crate::sender::{Answer, Sender};

/// Where the browser host's routes are declared, and where the names of all queries and acts are written down.
const ROUTES: &str = include_str!("../../src-tauri/crates/cli/src/serve/routes.rs");
const BINDINGS: &str = include_str!("../../ui/src/host/bindings.ts");

const METHODS: [&str; 11] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "x-own"];

/// The names in a type of the bindings: `Queries` or `Acts`.
fn names(of: &str) -> Vec<&'static str> {
    let begin = BINDINGS.split_once(&format!("export type {of} = {{")).expect("the bindings have it").1;
    let lines = begin.lines().skip(1).take_while(|line| *line != "};");
    lines.filter_map(|line| line.trim().split_once(": { ask:").map(|(name, _)| name)).collect()
}

/// Every path that the product answers to somewhere.
fn known() -> Vec<String> {
    let routes: Vec<&str> =
        ROUTES.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let (queries, acts) = (names("Queries"), names("Acts"));
    assert!(routes.len() >= 9 && queries.len() >= 30 && acts.len() >= 40, "the lists were found in the code");
    let mut paths = Vec::new();
    for route in routes {
        match route {
            "/api/query/{name}" => paths.extend(queries.iter().map(|name| route.replace("{name}", name))),
            "/api/act/{name}" => paths.extend(acts.iter().map(|name| route.replace("{name}", name))),
            _ => paths.push(fill(route)),
        }
    }
    paths.extend(
        [
            "/",
            "/index.html",
            "/assets/index.js",
            "/favicon.ico",
            "/robots.txt",
            "/.well-known/security.txt",
            "/.git/config",
            "/archive.sqlite",
            "/api",
            "/api/",
            "/api/query",
            "/metrics",
            "/debug/pprof/",
            "/health",
            "/ready",
            "/quicktunnel",
            "/config",
            "/probe",
            "/probe/",
            "/probe/0123456789abcdef0123456789abcdef",
            "/h",
            "/h/",
            "/h/any",
            "/h/any/",
            "/ipc",
            "/ws",
            "/graphql",
            "/_tunnel-probe/x",
        ]
        .map(str::to_owned),
    );
    paths
}

/// A route with something in its braces.
fn fill(route: &str) -> String {
    let mut parts = route.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| path + "/" + part)
}

/// A path written otherwise, as one reader may take for it what another does not.
fn spellings(path: &str, hook: &str) -> Vec<String> {
    let inner = &path[1..];
    vec![
        path.to_owned(),
        format!("/{path}"),
        format!("{path}/"),
        format!("{path}?a=1"),
        format!("{path};a=1"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("/./{inner}"),
        format!("/x/..{path}"),
        format!("/x/%2e%2e{path}"),
        format!("/x/%2E%2E/{inner}"),
        format!("/..%2f{inner}"),
        format!("/..%5c{inner}"),
        format!("/..\\{inner}"),
        format!("/%2f{inner}"),
        format!("/%252e%252e/{inner}"),
        format!("{hook}/..{path}"),
        format!("{hook}/../../..{path}"),
        format!("{hook}%2f..%2f..%2f..{path}"),
        format!("http://127.0.0.1{path}"),
        format!("https://afterchat.example:443{path}"),
        path.to_ascii_uppercase(),
    ]
}

/// What a browser, a proxy or somebody who pretends to be one may send along.
const TRICKS: [&str; 21] = [
    "",
    "Origin: https://attacker.example\r\n",
    "Origin: null\r\n",
    "Origin: http://127.0.0.1:4780\r\n",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n",
    "Sec-Fetch-Site: same-origin\r\n",
    "Origin: https://attacker.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-afterchat\r\nAccess-Control-Request-Private-Network: true\r\n",
    "X-HTTP-Method-Override: GET\r\nX-HTTP-Method: GET\r\nX-Method-Override: GET\r\n",
    "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1;host=localhost\r\n",
    "X-Forwarded-Host: localhost\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /api\r\n",
    "X-Original-URL: /api/query/overview\r\nX-Rewrite-URL: /api/query/overview\r\n",
    "X-Afterchat: 1\r\nCookie: afterchat-4780=aaaa\r\n",
    "Authorization: Bearer x\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "Range: bytes=0-9\r\nIf-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\nIf-None-Match: *\r\n",
    "Accept: text/html\r\nAccept-Encoding: gzip, br\r\nUser-Agent: Mozilla/5.0\r\n",
    "Max-Forwards: 0\r\nVia: 1.1 a\r\n",
    // A second host.
    "Host: evil.example\r\n",
    "Host: 127.0.0.1\r\nHost: localhost\r\n",
    "Accept: text/event-stream\r\nLast-Event-ID: 0\r\nCache-Control: no-cache\r\n",
];

const HOSTS: [&str; 12] = [
    "evil.example",
    "evil.example:4780",
    "EVIL.EXAMPLE.",
    "127.0.0.1.evil.example",
    "evil.example#127.0.0.1",
    "127.0.0.1",
    "localhost",
    "attacker.example",
    "169.254.169.254",
    "[::1]",
    "127.0.0.1:4780@attacker.example",
    "",
];

/// Everything of an answer but its date.
fn without_date(answer: &Answer) -> String {
    let lines = answer.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    lines.collect::<Vec<_>>().join("\n") + &String::from_utf8_lossy(&answer.body)
}

/// A connection that is opened again where the door closes it.
struct Asker<'a> {
    door: &'a Door,
    sender: Sender,
}

impl<'a> Asker<'a> {
    async fn at(door: &'a Door) -> Self {
        Self { door, sender: Sender::connect(door.address).await }
    }

    async fn ask(&mut self, method: &str, target: &str, host: &str, lines: &str) -> String {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n");
        self.sender.send(&request).await;
        let answer = self.sender.answer_to(method).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {target} must be answered: {error}"));
        if answer.header("connection") == Some("close") {
            self.sender = Sender::connect(self.door.address).await;
        }
        without_date(&answer)
    }
}

async fn nothing_is_behind(door: &Door, hook: &str) {
    let nothing: BTreeSet<String> = ["HTTP/1.1 404 Not Found\ncontent-length: 0\n".to_owned()].into();
    let paths = known();
    let mut asker = Asker::at(door).await;
    let (mut seen, mut asked) = (BTreeSet::new(), 0);
    for path in &paths {
        for target in spellings(path, hook) {
            for method in ["GET", "POST"] {
                seen.insert(asker.ask(method, &target, "a", "").await);
                assert_eq!(seen, nothing, "{method} {target}");
                asked += 1;
            }
        }
        for method in METHODS {
            seen.insert(asker.ask(method, path, "a", "").await);
            assert_eq!(seen, nothing, "{method} {path}");
            asked += 1;
        }
    }
    for path in ["/", "/api/query/overview", "/api/act/add_source", "/api/changes", "/open/1", "/h/any/wrong"]
    {
        for method in METHODS {
            for trick in TRICKS {
                seen.insert(asker.ask(method, path, "a", trick).await);
                assert_eq!(seen, nothing, "{method} {path} with {trick:?}");
                asked += 1;
            }
            for host in HOSTS {
                seen.insert(asker.ask(method, path, host, TRICKS[1]).await);
                assert_eq!(seen, nothing, "{method} {path} at {host:?}");
                asked += 1;
            }
        }
    }
    println!("{asked} requests to {} paths: one and the same answer", paths.len());
    for target in ["afterchat.example:443", "127.0.0.1:22", "*", "/api/query/overview"] {
        let mut asker = Asker::at(door).await;
        let answer = asker.ask("CONNECT", target, "a", "").await;
        assert!(
            answer.starts_with("HTTP/1.1 404 ") || answer.starts_with("HTTP/1.1 400 "),
            "CONNECT {target}: {answer}"
        );
        assert!(!answer.to_ascii_lowercase().contains("access-control"), "{answer}");
    }
}

#[tokio::test]
async fn nothing_is_behind_the_public_door() {
    let house = House::open().await;
    nothing_is_behind(&house.door, &house.hook("any")).await;
    assert!(house.journal().is_empty(), "and nothing of it is kept");
    assert_eq!(house.archive.refused_count().expect("the archive").0, 0, "or noted");
}

#[tokio::test]
async fn nothing_but_the_probe_is_behind_the_door_of_a_tunnel() {
    let house = House::open().await;
    let probe = Probe::new(|nonce| (nonce == "asked").then(|| "proof".to_owned()));
    let listener = bind(0).await.expect("a free port");
    let door = open_with_probe(listener, house.archive.clone(), Limits::default(), probe).await;
    nothing_is_behind(&door, &house.hook("any")).await;
    let mut asker = Asker::at(&door).await;
    let proof =
        "HTTP/1.1 200 OK\ncontent-type: text/plain\ncache-control: no-store\ncontent-length: 5\nproof";
    assert_eq!(asker.ask("GET", "/probe/asked", "a", TRICKS[1]).await, proof, "whoever asked is answered");
    for method in METHODS.into_iter().filter(|method| *method != "GET") {
        let answer = asker.ask(method, "/probe/asked", "a", "").await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{method}: {answer}");
    }
    door.close(Duration::from_secs(5)).await;
    assert!(house.journal().is_empty());
}

#[tokio::test]
async fn a_hook_address_takes_what_a_browser_sends_and_gives_it_nothing() {
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    let mut seen = BTreeSet::new();
    for trick in TRICKS {
        sender.send(post(&hook, trick, b"{}")).await;
        seen.insert(without_date(&sender.answer().await));
        sender.send(format!("OPTIONS {hook} HTTP/1.1\r\nHost: a\r\n{trick}\r\n")).await;
        seen.insert(without_date(&sender.answer().await));
        sender.send(format!("TRACE {hook} HTTP/1.1\r\nHost: a\r\n{trick}\r\n")).await;
        seen.insert(without_date(&sender.answer().await));
    }
    let usual = "HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 15\n{\"result\":\"ok\"}";
    assert_eq!(seen, [usual.to_owned()].into(), "no header lets another site read it, and nothing is echoed");
    assert_eq!(house.journal().len(), 3 * TRICKS.len(), "each is kept, whoever seems to have sent it");
}

/// A service reaches the door by the name of a tunnel, so no name is asked for; and none opens anything. Whoever knows a
/// token may post by every name, whoever does not is told by every name that there is nothing.
#[tokio::test]
async fn no_name_of_a_host_opens_a_hook_address_or_is_told_of_one() {
    let house = House::open().await;
    let hook = house.hook("any");
    let (token, door) = (hook.rsplit('/').next().expect("a token"), house.door.address);
    let (usual, nothing) = (
        "HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 15\n{\"result\":\"ok\"}",
        "HTTP/1.1 404 Not Found\ncontent-length: 0\n",
    );
    let mut asker = Asker::at(&house.door).await;
    let absolute = [
        "http://evil.example".to_owned(),
        "http://evil.example:4780".to_owned(),
        format!("http://{door}"),
        format!("http://{door}@evil.example"),
        "https://127.0.0.1.evil.example".to_owned(),
        "ftp://localhost".to_owned(),
        String::new(),
    ];
    let mut kept = 0;
    for before in &absolute {
        for host in HOSTS {
            for lines in ["", "Host: evil.example\r\n", "Host: 127.0.0.1\r\nHost: localhost\r\n"] {
                let lines = format!("{lines}Content-Length: 0\r\n");
                let said = asker.ask("POST", &format!("{before}{hook}"), host, &lines).await;
                assert_eq!(said, usual, "POST {before} at {host:?} with {lines:?}");
                kept += 1;
                for wrong in ["/h/any/wrong", "/h/any/", &hook[..hook.len() - 1], "/", "/api/query/overview"]
                {
                    let said = asker.ask("POST", &format!("{before}{wrong}"), host, &lines).await;
                    assert_eq!(said, nothing, "POST {before}{wrong} at {host:?} with {lines:?}");
                    assert!(!said.contains(token));
                }
            }
        }
    }
    let journal = house.journal();
    assert_eq!(journal.len(), kept, "what had the token is kept, and nothing else");
    for one in &journal {
        assert!(
            !one.delivery.path.contains(token),
            "the token is no part of what is kept: {}",
            one.delivery.path
        );
        assert_eq!(one.delivery.source, "any", "and no name leads to another source");
    }
    let hosts = journal.iter().map(|one| {
        one.delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host")).count()
    });
    assert_eq!(hosts.collect::<BTreeSet<_>>(), [1, 2, 3].into(), "each line of it is kept");
}

#[tokio::test]
async fn nobody_is_trusted_because_he_comes_from_this_machine() {
    let house = House::open().await;
    let hook = house.hook("any");
    let wrong = hook[..hook.len() - 1].to_owned() + if hook.ends_with('a') { "b" } else { "a" };
    let mut sender = house.sender().await;
    for lines in ["", "X-Forwarded-For: 127.0.0.1\r\n", "Host: localhost\r\n"] {
        sender.send(post(&wrong, lines, b"{}")).await;
        assert_eq!(sender.answer().await.status, 404, "what comes through a tunnel comes from 127.0.0.1 too");
    }
    let door = open(bind(0).await.expect("a free port"), house.archive.clone(), Limits::default()).await;
    assert!(door.address.ip().is_loopback(), "the door itself is open to this machine only");
    assert!(house.journal().is_empty());
}
