//! `afterchat listen --tunnel`. A shell script stands in for ngrok, whose other end lives on the internet; a small forwarder in
//! the test stands in for whatever leads a person's own public address here.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::program::{Bench, Running};

/// Connects whoever comes here with the door, once it is known.
fn forwarder(door: Arc<Mutex<Option<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let Some(door) = door.lock().expect("unpoisoned").clone() else { continue };
            let Ok(there) = TcpStream::connect(door) else { continue };
            let (from, to) = (socket.try_clone().expect("a socket"), there.try_clone().expect("a socket"));
            std::thread::spawn(move || copy(from, to));
            std::thread::spawn(move || copy(there, socket));
        }
    });
    format!("http://{address}")
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(std::net::Shutdown::Write);
}

fn post(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut socket = TcpStream::connect(host).expect("connects");
    write!(
        socket,
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    )
    .expect("sends");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn public_addresses_are_printed_once_a_question_came_back() {
    let bench = Bench::new();
    let door = Arc::new(Mutex::new(None));
    let public = forwarder(door.clone());
    let running = Running::start(bench.command(&["listen", "--port", "0", "--json", "--tunnel", &public]));
    assert_eq!(running.next()["event"], "listening");
    let starting = loop {
        let told = running.next();
        if told["state"] != "starting" {
            break told;
        }
    };
    assert_eq!(
        (&starting["event"], &starting["state"]),
        (&"tunnel".into(), &"assigned".into()),
        "not yet proved"
    );
    // Whoever has an address of their own leads it to the tunnel's door.
    let there = starting["door"].as_str().and_then(|door| door.strip_prefix("http://")).expect("a door");
    *door.lock().expect("unpoisoned") = Some(there.to_owned());
    let reachable = running.next();
    assert_eq!(reachable["state"], "reachable", "{reachable}");
    let any = reachable["sources"].as_array().expect("sources").iter().find(|source| source["name"] == "any");
    let hook = any.expect("detects")["public_url"].as_str().expect("an address").to_owned();
    assert!(hook.starts_with(&public), "{hook}");
    assert!(post(&hook).starts_with("HTTP/1.1 200"));
    assert_eq!(running.next()["event"], "delivery");
    let (status, _) = running.stop();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_tunnel_that_cannot_be_is_an_error_and_no_quiet_fallback() {
    let bench = Bench::new();
    let mut command = bench.command(&["listen", "--port", "0", "--tunnel", "ngrok"]);
    let output = command.env("PATH", bench.path("empty")).output().expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("“ngrok” is not installed"), "{said}");
    let said = bench.run(&["listen", "--port", "0", "--tunnel", "carrier-pigeon"]);
    assert!(said.code == 1 && said.err.contains("no kind of tunnel"), "{}", said.err);
}

/// A quick tunnel was found running six days after its application had crashed.
#[test]
fn a_program_and_its_children_die_with_afterchat_however_it_ends() {
    let bench = Bench::new();
    let script = format!(
        "#!/bin/sh\nsleep 600 &\necho $! $$ > '{0}.part'\nmv '{0}.part' '{0}'\nwait\n",
        bench.path("pids").display()
    );
    let file = bench.file("bin/ngrok", script);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("executable");
    let mut command = bench.command(&["listen", "--port", "0", "--json", "--tunnel", "ngrok"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", bench.path("bin").display()));
    let running = Running::start(command);
    let pids = wait_for("the program runs", || std::fs::read_to_string(bench.path("pids")).ok());
    let pids: Vec<&str> = pids.split_whitespace().collect();
    assert!(pids.len() == 2 && pids.iter().all(|pid| alive(pid)), "{pids:?}");
    let killed = Command::new("kill").args(["-9", &running.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    wait_for("both are gone", || pids.iter().all(|pid| !alive(pid)).then_some(()));
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} in time");
        std::thread::yield_now();
    }
}

fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, behind)| !behind.trim_start().starts_with(['Z', 'X']))
}
