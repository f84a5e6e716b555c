//! A server that keeps exactly what it is sent, and a shell in an empty folder.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

/// Longer than anything takes here; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    /// The headers without those that the program sets for the connection.
    pub(crate) fn said(&self) -> Vec<(String, Vec<u8>)> {
        let own = ["host", "content-length", "connection"];
        self.headers.iter().filter(|(name, _)| !own.contains(&&*name.to_ascii_lowercase())).cloned().collect()
    }
}

/// Takes one request and answers it.
pub(crate) fn server() -> (SocketAddr, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        take(socket)
    });
    (address, serving)
}

fn take(mut socket: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        more(&mut socket, &mut bytes);
    };
    let mut lines =
        bytes[..end - 4].split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let line = String::from_utf8(lines.next().unwrap().to_vec()).unwrap();
    let headers: Vec<(String, Vec<u8>)> = lines
        .map(|line| {
            let colon = line.iter().position(|b| *b == b':').unwrap();
            let value = line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..]);
            (String::from_utf8(line[..colon].to_vec()).unwrap(), value.to_vec())
        })
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| std::str::from_utf8(value).unwrap().parse().unwrap());
    while bytes.len() < end + length {
        more(&mut socket, &mut bytes);
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    Heard { line, headers, body: bytes[end..].to_vec() }
}

fn more(socket: &mut TcpStream, bytes: &mut Vec<u8>) {
    let mut piece = [0; 16 << 10];
    let count = socket.read(&mut piece).unwrap();
    assert_ne!(count, 0, "the request is whole: {}", String::from_utf8_lossy(bytes));
    bytes.extend_from_slice(&piece[..count]);
}

/// Lets `sh` run this text, which must do nothing but send, and tells what was sent.
pub(crate) fn run(text: &str, files: &[(&str, &[u8])]) -> Heard {
    let (address, serving) = server();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), text).unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let output = Command::new("sh")
        .arg("script")
        .current_dir(folder.path())
        .env("HOOK_URL", format!("http://{address}/h/shop/token"))
        .env("HOME", folder.path().join("nobody"))
        .env("LC_ALL", "C.UTF-8")
        .env_remove("http_proxy")
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .output()
        .expect("sh is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "the command must succeed: {said}\n{text}");
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "nobody")
        .collect();
    left.sort();
    let mut given: Vec<_> =
        files.iter().map(|(name, _)| (*name).to_owned()).chain(["script".to_owned()]).collect();
    given.sort();
    assert_eq!(left, given, "nothing of a delivery may be run as a command:\n{text}");
    serving.join().expect("the server has heard a whole request")
}

/// A POST to the source `shop`.
pub(crate) fn delivery(headers: &[(&str, &[u8])], query: Option<&str>, body: &[u8]) -> Delivery {
    let header = |(name, value): &(&str, &[u8])| Header { name: (*name).to_owned(), value: value.to_vec() };
    Delivery {
        kind: DeliveryKind::Hook,
        source: "shop".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/shop/…".to_owned(),
        query: query.map(str::to_owned),
        headers: headers.iter().map(header).collect(),
        body: body.to_vec(),
        received_at: Instant::from_millis(1_800_000_000_000).unwrap(),
    }
}

/// The headers of a delivery as they must be heard again, without the space around their values.
pub(crate) fn lines(delivery: &Delivery) -> Vec<(String, Vec<u8>)> {
    delivery.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect()
}
