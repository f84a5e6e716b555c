//! What is secret in deliveries and addresses: in no log, and on no output that did not ask for it.

#[cfg(target_os = "linux")]
mod acts;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod planted;
#[cfg(unix)]
mod queries;
#[cfg(target_os = "linux")]
mod running;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::program::{Bench, Running};

/// What a request carries that nobody else may know.
const CANARIES: [&str; 3] = ["canary-query", "canary-bearer", "canary-cookie"];

/// Posts to a hook address with a secret in each place of the head.
fn post(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut socket = TcpStream::connect(host).expect("the door is open");
    let head = format!(
        "POST /{path}?access_token=canary-query HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer canary-bearer\r\n\
         Cookie: session=canary-cookie\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    socket.write_all(head.as_bytes()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

#[cfg(unix)]
#[test]
fn no_log_and_no_output_tells_a_secret_unasked() {
    let bench = Bench::new();
    let mut listen = bench.command(&["listen", "--port", "0", "--json"]);
    listen.env("AFTERCHAT_LOG", "trace");
    let listening = Running::start(listen);
    let first = listening.next();
    let sources = first["sources"].as_array().expect("sources");
    let of = |name: &str| sources.iter().find(|source| source["name"] == name);
    let url = of("smartsupp").and_then(|source| source["hook_url"].as_str()).expect("an address").to_owned();
    let token = url.rsplit('/').next().expect("a token").to_owned();
    assert!(post(&url).starts_with("HTTP/1.1 200"));
    assert!(post(&format!("{url}x")).starts_with("HTTP/1.1 404"), "an address that is nearly right is none");
    listening.next();
    let (_, log) = listening.stop();
    let told = |text: &str| {
        let mut secrets = CANARIES.iter().copied().chain([token.as_str()]);
        secrets.find(|secret| text.contains(secret)).map(str::to_owned)
    };
    assert_eq!(told(&log), None, "a log is sent to whoever helps: {log}");

    for arguments in [
        &["delivery", "1"][..],
        &["delivery", "1", "--json"],
        &["deliveries"],
        &["deliveries", "--json"],
        &["deliveries", "--har", "-"],
        &["curl", "1"],
        &["curl", "1", "--raw"],
        &["curl", "1", "--httpie"],
    ] {
        let mut command = bench.command(arguments);
        let output = command.env("AFTERCHAT_LOG", "trace").output().expect("the program starts");
        assert!(output.status.success(), "{arguments:?}");
        let said = [output.stdout, output.stderr].concat();
        assert_eq!(told(&String::from_utf8_lossy(&said)), None, "{arguments:?} was not asked for secrets");
    }
    let asked = bench.ok(&["delivery", "1", "--secrets"]);
    for secret in CANARIES {
        assert!(asked.contains(secret), "who asks is told {secret}");
    }
}
