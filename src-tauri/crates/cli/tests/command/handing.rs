//! Deliveries handed on and sent again from a terminal.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::thread::JoinHandle;

use serde_json::Value;

use crate::program::{Bench, chat};

/// A server that answers so many requests with 200, and tells the bodies it heard.
fn server(requests: usize) -> (SocketAddr, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = std::thread::spawn(move || {
        let take = |_| {
            let (mut socket, _) = listener.accept().expect("a connection");
            let mut bytes = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let count = socket.read(&mut piece).expect("bytes");
                bytes.extend_from_slice(&piece[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                    socket
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        .expect("an answer");
                    return body.as_bytes().to_vec();
                }
            }
        };
        (0..requests).map(take).collect()
    });
    (address, serving)
}

fn with_three() -> (Bench, Vec<String>) {
    let bench = Bench::new();
    let bodies: Vec<String> = (1..=3).map(|number| chat(number, "It's $HOME; `id`")).collect();
    for (number, body) in (1..).zip(&bodies) {
        bench.file(&format!("saved/{number}.json"), body);
    }
    bench.ok(&["import", "saved"]);
    (bench, bodies)
}

#[test]
fn a_delivery_is_printed_as_a_command_that_sends_it_again() {
    let (bench, bodies) = with_three();
    for form in [&[][..], &["--httpie"]] {
        let (address, serving) = server(1);
        let to = format!("http://{address}/hook");
        let line = bench.ok(&[&["curl", "1", "--to", &to], form].concat());
        let mut sh = std::process::Command::new("sh").stdin(Stdio::piped()).spawn().expect("sh is there");
        sh.stdin.take().expect("it is piped").write_all(line.as_bytes()).expect("the line is given");
        assert!(sh.wait().expect("it ends").success(), "{line}");
        assert_eq!(serving.join().expect("a request"), [bodies[0].as_bytes()]);
    }
    let line = bench.ok(&["curl", "1"]);
    assert!(line.starts_with("curl -X POST \"$HOOK_URL\" \\\n"), "{line}");
    let raw = bench.ok(&["curl", "1", "--raw"]);
    assert!(raw.ends_with(&bodies[0]), "a raw request ends with the very body: {raw}");
    assert_eq!(bench.run(&["curl", "9"]).code, 1);
    assert_eq!(bench.run(&["curl", "1", "--raw", "--httpie"]).code, 2);
}

#[test]
fn deliveries_are_sent_again_and_each_is_told() {
    let (bench, bodies) = with_three();
    let (address, serving) = server(3);
    let to = format!("http://{address}/hook");
    let told = bench.lines(&["replay", "3", "1-2", "--to", &to, "--pace", "1000/s", "--json"]);
    let heard = serving.join().expect("three requests");
    assert_eq!(
        heard,
        bodies.iter().map(|body| body.clone().into_bytes()).collect::<Vec<_>>(),
        "in order of arrival"
    );
    let of = |line: &Value| {
        (line["delivery"].as_str().unwrap_or("-").to_owned(), line["outcome"].clone(), line["status"].clone())
    };
    assert_eq!(of(&told[0]), ("1".to_owned(), "taken".into(), 200.into()));
    assert_eq!(told[3], serde_json::json!({ "event": "summary", "taken": 3, "stopped": false }));

    let dry = bench.run(&["replay", "--all", "--dry"]);
    assert_eq!((dry.code, dry.err.as_str()), (0, "3 understood.\n"), "{}", dry.out);
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let failed = bench.run(&["replay", "--source", "import", "--to", &format!("http://{free}/"), "--stop"]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.contains("1 unanswered.") && failed.err.contains("stopped"), "{}", failed.err);
    let nowhere = bench.run(&["replay", "1"]);
    assert_eq!(nowhere.code, 1, "what was imported reached no address: {}", nowhere.out);
    for wrong in [
        &["replay"][..],
        &["replay", "0"],
        &["replay", "5-2"],
        &["replay", "1", "--pace", "-3x"],
        &["replay", "1", "--all"],
    ] {
        assert_eq!(bench.run(wrong).code, 2, "{wrong:?} is wrong use");
    }
    assert_eq!(bench.run(&["replay", "--all", "--to", "nobody"]).code, 1);
}

#[test]
fn deliveries_are_written_as_a_har_file_and_as_fixtures() {
    let (bench, bodies) = with_three();
    bench.ok(&["deliveries", "--har", "all.har"]);
    let har: Value = serde_json::from_slice(&std::fs::read(bench.path("all.har")).unwrap()).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["request"]["postData"]["text"], bodies[0]);
    let refused = bench.run(&["deliveries", "--har", "all.har"]);
    assert!(refused.code == 1 && refused.err.contains("--force"), "{}", refused.err);
    let shown: Value =
        serde_json::from_str(&bench.ok(&["deliveries", "--har", "-", "--limit", "1"])).unwrap();
    assert_eq!(shown["log"]["entries"][0]["request"]["postData"]["text"], bodies[2], "the newest");

    bench.ok(&["deliveries", "--fixtures", "tests/fixtures"]);
    let mut names: Vec<_> = std::fs::read_dir(bench.path("tests/fixtures"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3 * 3 + 1, "{names:?}");
    assert_eq!(
        std::fs::read_to_string(bench.path("tests/fixtures/00002_smartsupp.json")).unwrap(),
        bodies[1]
    );
    let refused = bench.run(&["deliveries", "--fixtures", "tests/fixtures"]);
    assert!(refused.code == 1 && refused.err.contains("--force"), "{}", refused.err);
    bench.ok(&["deliveries", "--fixtures", "tests/fixtures", "--force"]);
    // What was written can be taken in again, by another archive.
    let other = Bench::new();
    let folder = bench.path("tests/fixtures/00001_smartsupp.json");
    assert_eq!(other.ok(&["import", folder.to_str().unwrap()]), "1 new.\n");
    assert_eq!(bench.run(&["deliveries", "--source", "nobody", "--har", "none.har"]).code, 1);
    assert!(!bench.path("none.har").exists());
}
