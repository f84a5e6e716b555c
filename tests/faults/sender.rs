//! A chat service at the other end of a socket.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::ledger::Ledger;
use crate::program::Listening;

/// Longer than any answer takes, those that wait for a held archive included.
const PATIENCE: Duration = Duration::from_secs(30);
/// An answer of the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header line.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A connection that is kept alive, and opened again when it broke.
pub(crate) struct Sender {
    door: SocketAddr,
    socket: Option<TcpStream>,
}

impl Sender {
    pub(crate) fn new(door: SocketAddr) -> Self {
        Self { door, socket: None }
    }

    /// Sends a delivery once and writes down what came of it. No answer at all is an error.
    pub(crate) fn send(&mut self, to: &Listening, ledger: &Ledger, delivery: u64) -> io::Result<Answer> {
        self.send_as(to, ledger, delivery).1
    }

    /// The same, with the number of the attempt.
    pub(crate) fn send_as(
        &mut self,
        to: &Listening,
        ledger: &Ledger,
        delivery: u64,
    ) -> (usize, io::Result<Answer>) {
        let attempt = ledger.attempt(delivery);
        let request = request(to.hook(delivery), attempt, &ledger.body(delivery));
        let answer = self.exchange(&request);
        if let Ok(answer) = &answer {
            ledger.answered(attempt, answer);
        }
        (attempt, answer)
    }

    /// The port at this end of the connection; opens it if there is none.
    pub(crate) fn port(&mut self) -> io::Result<u16> {
        Ok(self.socket()?.local_addr()?.port())
    }

    /// Sends bytes, and no more is expected yet.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket()?.write_all(bytes)
    }

    /// Reads one answer.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let answer = read_answer(self.socket()?);
        if !answer.as_ref().is_ok_and(|answer| answer.header("connection") != Some("close")) {
            self.socket = None;
        }
        answer
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        if let Err(error) = self.write(request) {
            self.socket = None;
            return Err(error);
        }
        self.answer()
    }

    fn socket(&mut self) -> io::Result<&mut TcpStream> {
        if self.socket.is_none() {
            let socket = TcpStream::connect(self.door)?;
            socket.set_nodelay(true)?;
            socket.set_read_timeout(Some(PATIENCE))?;
            self.socket = Some(socket);
        }
        self.socket.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

/// A POST of this body. The number of the attempt stands in the query, which the journal keeps.
pub(crate) fn request(hook: &str, attempt: usize, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {hook}?attempt={attempt} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn read_answer(socket: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        more(socket, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer = Answer { status: status.unwrap_or_default(), head, body: Vec::new() };
    let length: usize = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        more(socket, &mut bytes)?;
    }
    answer.body = bytes.split_off(end);
    Ok(answer)
}

fn more(socket: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 4096];
    match socket.read(&mut piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        length => {
            bytes.extend_from_slice(&piece[..length]);
            Ok(())
        }
    }
}
