//! A sender that writes and reads HTTP by hand, so that nothing is tidied up on the way.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything in these tests may take; reached only when the door hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// One connection to a door.
pub(crate) struct Sender {
    /// For what a test does with the bare socket.
    pub(crate) socket: TcpStream,
    unread: Vec<u8>,
}

/// What the door answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The status line and header lines.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header, whatever its spelling.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Sender {
    /// Connects to a door.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self { socket: TcpStream::connect(address).await.expect("the door is open"), unread: Vec::new() }
    }

    /// Sends bytes as they are.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).await.expect("the door takes bytes");
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        self.answer_to("POST").await.expect("an answer before the door closes")
    }

    /// The next answer, to a request of this method; an error when the connection ends before it.
    pub(crate) async fn answer_to(&mut self, method: &str) -> io::Result<Answer> {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            self.receive().await?;
        };
        let head =
            String::from_utf8(self.unread.drain(..end + 4).collect()).expect("an answer's head is text");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status code");
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        let length = if method == "HEAD" || status == 100 { 0 } else { length };
        while self.unread.len() < length {
            self.receive().await?;
        }
        answer.body = self.unread.drain(..length).collect();
        Ok(answer)
    }

    /// Waits until the door has closed its side, and gives what it sent before.
    pub(crate) async fn closed(&mut self) -> Vec<u8> {
        while self.receive().await.is_ok() {}
        std::mem::take(&mut self.unread)
    }

    async fn receive(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let length =
            timeout(PATIENCE, self.socket.read(&mut bytes)).await.expect("the door does not hang")?;
        self.unread.extend_from_slice(&bytes[..length]);
        if length == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}
