//! The inbox in a browser on this machine is for the browser that opened the link, and for nobody else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[cfg(target_os = "linux")]
use crate::listening::{address, post_with};
use crate::program::{Bench, PATIENCE, Running};

/// Where the browser host's routes are declared.
const ROUTES: &str = include_str!("../../src/serve/routes.rs");

/// A running `afterchat serve` with its link.
struct Served {
    running: Running,
    at: String,
    secret: String,
    /// The address of the public door.
    door: String,
}

impl Served {
    fn start(bench: &Bench) -> Self {
        let running = Running::start(bench.command(&["serve", "--ui-port", "0", "--port", "0", "--json"]));
        let serving = running.next();
        let link =
            serving["link"].as_str().expect("a link").strip_prefix("http://").expect("of this machine");
        let (at, secret) = link.split_once("/open/").expect("with a secret");
        let door = serving["listening"].as_str().expect("a door").to_owned();
        Self { at: at.to_owned(), secret: secret.to_owned(), door, running }
    }

    /// The whole answer to a request with these header lines; `{at}` stands for where it is served.
    fn ask(&self, request: &str, lines: &[&str]) -> String {
        self.ask_with(request, lines, "{}")
    }

    fn ask_with(&self, request: &str, lines: &[&str], body: &str) -> String {
        let mut socket = TcpStream::connect(&self.at).expect("it serves");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        let lines: Vec<String> = lines.iter().map(|line| line.replace("{at}", &self.at)).collect();
        let head = format!(
            "{request} HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n\r\n{body}",
            body.len(),
            lines.join("\r\n")
        );
        socket.write_all(head.as_bytes()).expect("it takes a request");
        let mut answer = Vec::new();
        // What was not read of a refused request may end the connection with a reset behind the answer.
        let _reset = socket.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn status(&self, request: &str, lines: &[&str]) -> u16 {
        let answer = self.ask(request, lines);
        let lowered = answer.to_ascii_lowercase();
        assert!(!lowered.contains("access-control-"), "no other site may read it: {answer}");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{answer}"));
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        let silent = match status {
            401 => body.starts_with(r#"{"code":"session_over""#),
            400 | 403 => body.is_empty(),
            _ => return status,
        };
        assert!(silent && !lowered.contains("set-cookie"), "who is refused is given nothing: {answer}");
        status
    }

    /// What an answer begins with that does not end by itself.
    fn begins(&self, request: &str, lines: &[&str]) -> String {
        let mut socket = TcpStream::connect(&self.at).expect("it serves");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        let lines = lines.join("\r\n").replace("{at}", &self.at);
        socket.write_all(format!("{request} HTTP/1.1\r\n{lines}\r\n\r\n").as_bytes()).expect("a request");
        let mut answer = [0; 4096];
        let count = socket.read(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer[..count]).into_owned()
    }

    /// Opens the link and gives the cookie.
    fn open(&self) -> String {
        let answer = self.ask(&format!("GET /open/{}", self.secret), &["Host: {at}"]);
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a session");
        for kept in ["HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(kept), "{cookie}");
        }
        format!("Cookie: {}", cookie.split(';').next().expect("its value"))
    }
}

/// A request for each route that reads or changes something.
fn behind_the_session() -> Vec<String> {
    let declared = ROUTES.split(".route(\"").skip(1).filter_map(|rest| {
        let (path, rest) = rest.split_once('"')?;
        let method = if rest.trim_start_matches(", ").starts_with("post(") { "POST" } else { "GET" };
        let filled = path
            .replace("/query/{name}", "/query/overview")
            .replace("/act/{name}", "/act/rotate_source")
            .replace("{file}", "1.html")
            .replace("{work}", "1")
            .replace("{id}", "1")
            .replace("{what}", "body");
        (!path.starts_with("/open/")).then(|| format!("{method} {filled}"))
    });
    let all: Vec<_> = declared.collect();
    assert!(all.len() >= 8 && all.iter().all(|route| !route.contains('{')), "{all:?}");
    all
}

#[test]
fn the_link_works_once() {
    let bench = Bench::new();
    let served = Served::start(&bench);
    let open = format!("GET /open/{}", served.secret);
    assert_eq!(served.status("GET /open/something-else", &["Host: {at}"]), 410, "another secret");
    assert_eq!(served.status(&open[..open.len() - 1], &["Host: {at}"]), 410, "a part of it");
    let cookie = served.open();
    assert_eq!(served.status(&open, &["Host: {at}"]), 410, "the link works once");
    assert_eq!(served.status(&open, &["Host: {at}", &cookie]), 303, "save in the browser that used it");
    assert!(served.secret.len() >= 32, "160 random bits");
}

/// A browser that was led here by another name: the name is an attacker's and was pointed at this machine, so that for the
/// browser all of it is one site. `{at}` stands for where it is served, `{port}` for the port alone.
const REBOUND: [&[&str]; 14] = [
    &["Host: evil.example"],
    &["Host: evil.example:{port}"],
    &["Host: EVIL.EXAMPLE:{port}", "Origin: http://evil.example:{port}", "Sec-Fetch-Site: same-origin"],
    &["Host: 127.0.0.1.evil.example:{port}"],
    &["Host: localhost.evil.example:{port}"],
    &["Host: 127.0.0.1:{port}.evil.example"],
    &["Host: {at}@evil.example"],
    &["Host: evil.example#{at}"],
    &["Host: 0.0.0.0:{port}"],
    &["Host: 127.1:{port}"],
    &["Host: {at}", "Host: evil.example:{port}"],
    &["Host: evil.example:{port}", "Host: {at}"],
    &["Host: evil.example:{port}", "X-Forwarded-Host: {at}", "Forwarded: host={at}"],
    &["Host:"],
];

/// What asks for a stream instead of an answer.
const STREAMS: [&[&str]; 3] = [
    &[],
    &["Accept: text/event-stream", "Cache-Control: no-cache", "Last-Event-ID: 0"],
    &[
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ],
];

/// Every place there is, and some where there is nothing.
fn every_place() -> Vec<String> {
    let others = ["/", "/index.html", "/favicon.ico", "/ws", "/anything", "/api/", "/api/changes/"];
    let others = others.iter().map(|path| format!("GET {path}"));
    behind_the_session().into_iter().chain(others).collect()
}

#[test]
fn a_name_that_was_pointed_at_this_machine_is_given_nothing() {
    let bench = Bench::new();
    let served = Served::start(&bench);
    let port = served.at.split(':').nth(1).expect("a port").to_owned();
    let rebound = |lines: &[&str], more: &[&str]| -> Vec<String> {
        lines.iter().chain(more).map(|line| line.replace("{port}", &port)).collect()
    };
    let status = |request: &str, lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        served.status(request, &lines)
    };
    // The link too: a browser that has it asks under our own name.
    let link = format!("GET /open/{}", served.secret);
    for lines in REBOUND {
        for request in [&link, "GET /open/wrong"] {
            let answer = status(request, &rebound(lines, &[]));
            assert!(matches!(answer, 400 | 403), "{request} with {lines:?}: {answer}");
        }
    }
    let absolute = |request: &str, at: &str| request.replacen(" /", &format!(" {at}/"), 1);
    let elsewhere = [
        "http://evil.example",
        "http://evil.example:{port}",
        "https://evil.example",
        "http://{at}@evil.example",
    ];
    let elsewhere = elsewhere.map(|at| at.replace("{port}", &port).replace("{at}", &served.at));
    for at in &elsewhere {
        let answer = served.status(&absolute(&link, at), &["Host: {at}"]);
        assert!(matches!(answer, 400 | 403), "the link at {at}: {answer}");
    }
    let cookie = served.open();
    let mut asked = 0;
    // Even with the cookie, which a browser would not send along.
    for request in every_place() {
        for stream in STREAMS {
            let own = [&["X-Afterchat: 1", &*cookie], stream].concat();
            for lines in REBOUND {
                let answer = status(&request, &rebound(lines, &own));
                assert!(matches!(answer, 400 | 403), "{request} with {lines:?} and {stream:?}: {answer}");
                asked += 1;
            }
            for more in ["Origin: null", "Origin: http://evil.example:{port}", "Sec-Fetch-Site: cross-site"] {
                let answer = status(&request, &rebound(&["Host: {at}", more], &own));
                assert_eq!(answer, 403, "{request} with {more} and {stream:?}");
                asked += 1;
            }
            for at in &elsewhere {
                let answer = status(&absolute(&request, at), &rebound(&["Host: {at}"], &own));
                assert!(matches!(answer, 400 | 403), "{request} at {at} with {stream:?}: {answer}");
                asked += 1;
            }
        }
    }
    println!("{asked} requests under another name");
    // The same is answered under our own name, so that the refusals mean something.
    let own = ["Host: {at}", "X-Afterchat: 1", &cookie];
    for (request, begin) in [
        ("GET /", "HTTP/1.1 200"),
        ("GET /api/changes", "HTTP/1.1 200"),
        ("GET http://{at}/api/changes", "HTTP/1.1 200"),
        ("GET http://localhost:{port}/", "HTTP/1.1 200"),
        ("GET /api/delivery/1/body", "HTTP/1.1 404"),
    ] {
        let request = request.replace("{at}", &served.at).replace("{port}", &port);
        let answer = served.begins(&request, &own);
        assert!(answer.starts_with(begin), "{request}: {answer}");
    }
    let upgrade = served.begins("GET /api/changes", &[&own[..], STREAMS[2]].concat());
    assert!(upgrade.starts_with("HTTP/1.1 200"), "nothing here becomes a web socket: {upgrade}");
}

#[test]
fn nothing_can_be_read_or_changed_without_the_session() {
    let bench = Bench::new();
    let before = Served::start(&bench);
    let old_cookie = before.open();
    drop(before.running);
    let served = Served::start(&bench);
    let cookie = served.open();
    let own = ["Host: {at}", "X-Afterchat: 1", &cookie];
    assert_eq!(served.status("POST /api/query/overview", &own), 200, "the session's own page may");
    let renamed = old_cookie.replace(
        old_cookie.split(['-', '=']).nth(1).expect("a port"),
        served.at.split(':').nth(1).expect("a port"),
    );
    let wrong = format!("{}x", &cookie[..cookie.len() - 1]);
    let table: [(&[&str], u16, &str); 16] = [
        (&["Host: {at}", "X-Afterchat: 1"], 401, "no cookie"),
        (&["Host: {at}", "X-Afterchat: 1", &wrong], 401, "another cookie"),
        (&["Host: {at}", "X-Afterchat: 1", &old_cookie], 401, "the cookie of the run before"),
        (&["Host: {at}", "X-Afterchat: 1", &renamed], 401, "the same under the name of today"),
        (
            &["Host: attacker.example", "X-Afterchat: 1", &cookie],
            403,
            "a name that was pointed at this machine",
        ),
        (
            &["Host: attacker.example:{at}", "X-Afterchat: 1", &cookie],
            403,
            "a name with our address behind it",
        ),
        (&["Host: 127.0.0.1", "X-Afterchat: 1", &cookie], 403, "another port"),
        (&["Host: [::1]:80", "X-Afterchat: 1", &cookie], 403, "another address"),
        (&["X-Afterchat: 1", &cookie], 403, "no host"),
        (&["Host: {at}", "Origin: https://attacker.example", "X-Afterchat: 1", &cookie], 403, "another site"),
        (&["Host: {at}", "Origin: null", "X-Afterchat: 1", &cookie], 403, "a page in a sandbox"),
        (
            &["Host: {at}", "Origin: https://{at}", "X-Afterchat: 1", &cookie],
            403,
            "our address with another scheme",
        ),
        (
            &["Host: {at}", "Origin: http://127.0.0.1:1", "X-Afterchat: 1", &cookie],
            403,
            "another program of this machine",
        ),
        (
            &["Host: {at}", "Sec-Fetch-Site: cross-site", "X-Afterchat: 1", &cookie],
            403,
            "another site's request",
        ),
        (
            &["Host: {at}", "Sec-Fetch-Site: same-site", "X-Afterchat: 1", &cookie],
            403,
            "another port's request",
        ),
        (&["Host: {at}", "Host: attacker.example", "X-Afterchat: 1", &cookie], 403, "two hosts"),
    ];
    for request in behind_the_session() {
        for (lines, status, why) in &table {
            assert_eq!(served.status(&request, lines), *status, "{request}: {why}");
        }
        let method = request.split(' ').next().expect("a method");
        if method == "POST" {
            let without = ["Host: {at}", &cookie];
            assert_eq!(
                served.status(&request, &without),
                401,
                "{request}: a form cannot send our own header"
            );
            let form = ["Host: {at}", "Origin: https://attacker.example", &cookie];
            assert_eq!(served.status(&request, &form), 403, "{request}: a form of another site");
        }
        let preflight = request.replacen(method, "OPTIONS", 1);
        let asked = ["Host: {at}", "Origin: https://attacker.example", "Access-Control-Request-Method: POST"];
        assert_eq!(served.status(&preflight, &asked), 403, "{preflight}: nobody is given leave");
    }
    for path in ["/", "/index.html", "/assets/x.js", "/anything"] {
        let rebound = ["Host: attacker.example"];
        assert_eq!(
            served.status(&format!("GET {path}"), &rebound),
            403,
            "{path} is shown under our own name only"
        );
    }
    let sources = bench.lines(&["source", "list", "--json"]);
    assert!(
        sources.iter().all(|source| source["old_addresses"].as_array().is_some_and(Vec::is_empty)),
        "nothing was changed by any of it"
    );
}

#[test]
fn there_is_no_option_to_open_it_to_the_network() {
    let bench = Bench::new();
    for option in ["--host", "--bind", "--address", "--listen", "--ui-host", "--interface", "--public"] {
        for command in ["serve", "listen"] {
            let said = bench.run(&[command, option, "0.0.0.0"]);
            assert_eq!(said.code, 2, "{command} {option} must be unknown: {}", said.err);
        }
    }
    for port in ["0.0.0.0:80", "[::]:80", "-1", "65536"] {
        assert_eq!(bench.run(&["serve", "--ui-port", port]).code, 2, "{port} is no port");
    }
}

/// The addresses on which a process takes connections, as the system tells them.
#[cfg(target_os = "linux")]
fn listening(process: u32) -> Vec<String> {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).expect("its files");
    let sockets: Vec<String> = files
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let lines = std::fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for line in lines.lines().skip(1) {
            let columns: Vec<&str> = line.split_whitespace().collect();
            // 0A is a socket that takes connections; one of UDP has no such state.
            let takes = columns[3] == "0A" || table.starts_with("udp");
            if takes && sockets.iter().any(|socket| socket == columns[9]) {
                found.push(columns[1].split(':').next().expect("an address").to_owned());
            }
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn every_port_is_open_to_this_machine_only() {
    let bench = Bench::new();
    let served = Served::start(&bench);
    let port = served.at.split(':').nth(1).expect("a port");
    let own = listening(served.running.id());
    // 127.0.0.1, with its bytes in the order of the processor.
    let loopback = format!("{:08X}", u32::from_ne_bytes([127, 0, 0, 1]));
    assert_eq!(own, [loopback.clone(), loopback], "the inbox and the door, and nothing else");
    // Another address of this same machine stands for every other interface.
    assert!(TcpStream::connect(format!("127.0.0.2:{port}")).is_err(), "no other address leads there");
}

/// The most memory that a process has had so far, in bytes.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

/// 64 KiB of zeros, as gzip writes them. As many of them as one likes, one behind another, are one gzip file.
#[cfg(target_os = "linux")]
const ZEROS: &str = "1f8b0800000000000203edc101010000008090feafee080a0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006aeb8e97d700000100";

#[cfg(target_os = "linux")]
#[test]
fn a_gzip_bomb_is_kept_as_it_was_sent_and_is_opened_a_little() {
    const MIB: usize = 1 << 20;
    let bench = Bench::new();
    let served = Served::start(&bench);
    let cookie = served.open();
    let sources = serde_json::Value::from(bench.lines(&["source", "list", "--json"]));
    let hook = address(&serde_json::json!({ "sources": sources }), "any").to_owned();
    let hook = format!("{}/{}", served.door, hook.splitn(4, '/').nth(3).expect("a path"));
    let member: Vec<u8> = (0..ZEROS.len() / 2)
        .map(|at| u8::from_str_radix(&ZEROS[at * 2..at * 2 + 2], 16).expect("digits"))
        .collect();
    let bomb = member.repeat(64 * 1024);
    assert!(bomb.len() < 10 * MIB, "it stands for 4 GiB and fits through the door");
    let before = peak(served.running.id());
    assert!(post_with(&hook, "POST", "Content-Encoding: gzip\r\n", &bomb).starts_with("HTTP/1.1 200"));
    assert!(post_with(&hook, "POST", "", &vec![b'['; 10 * MIB]).starts_with("HTTP/1.1 200"));
    let own = ["Host: {at}", "X-Afterchat: 1", &cookie];
    let asked = served.ask_with("POST /api/query/delivery", &own, r#"{"id":"1"}"#);
    assert!(asked.starts_with("HTTP/1.1 200"), "{}", &asked[..asked.len().min(300)]);
    assert!(asked.contains(r#""truncated":true"#), "the viewer opens it up to its limit only");
    let grown = peak(served.running.id()) - before;
    println!(
        "a bomb of 4 GiB in {} bytes and a body of 10 MiB: memory grew by {} MiB at most",
        bomb.len(),
        grown / MIB
    );
    assert!(grown < 192 * MIB, "memory grew by {grown} bytes");
    let kept = bench.command(&["delivery", "1", "--body"]).output().expect("it runs").stdout;
    assert!(kept == bomb, "to the byte");
}
