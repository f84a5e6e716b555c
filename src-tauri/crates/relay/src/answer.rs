//! An answer, read from the wire: its status, its header lines as they stand there, and the beginning of its body.
//!
//! What a server answers is as hostile as what a stranger sends: everything here is read up to a limit.

use std::io;
use std::time::Duration;

use afterchat_transcript::Header;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much of a body is read.
pub(crate) const BODY: usize = 64 * 1024;
/// The longest head that is read, and the longest of all that come before an answer together.
const HEAD: usize = 64 * 1024;
/// The most header lines in a head.
const LINES: usize = 256;
/// The longest line that tells the size of a chunk.
const CHUNK_LINE: usize = 4 * 1024;
/// What is asked of the connection at once.
const READ: usize = 16 * 1024;

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The header lines in order, with their spelling and with duplicates.
    pub headers: Vec<Header>,
    /// The first 64 KiB of the body, without the marks of chunks. Nothing is decompressed.
    pub body: Vec<u8>,
    /// True when the body is longer than that.
    pub truncated: bool,
    /// How long it took.
    pub took: Timing,
}

/// How long each step took to be reached, counted from the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// The name stood for addresses.
    pub resolved: Duration,
    /// The connection was there.
    pub connected: Duration,
    /// It was secret; `None` where it is not to be.
    pub secured: Option<Duration>,
    /// The first byte of an answer was there.
    pub first_byte: Duration,
    /// All of the answer was there that is read.
    pub whole: Duration,
}

/// Why reading an answer stopped.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The connection ended or failed.
    Ended(io::Error),
    /// What came is no answer of HTTP/1.1.
    NotHttp(&'static str),
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Bytes(u64),
    Chunks,
    UntilClosed,
}

/// Bytes that were received and not yet understood.
#[derive(Debug)]
pub(crate) struct Received<R> {
    from: R,
    bytes: Vec<u8>,
    at: usize,
}

impl<R: AsyncRead + Unpin> Received<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from, bytes: Vec::new(), at: 0 }
    }

    /// Waits for more bytes; false at the end of the connection.
    pub(crate) async fn more(&mut self) -> io::Result<bool> {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.reserve(READ);
        Ok((&mut self.from).take(READ as u64).read_buf(&mut self.bytes).await? > 0)
    }

    async fn need_more(&mut self) -> Result<(), Unread> {
        if self.more().await.map_err(Unread::Ended)? { Ok(()) } else { Err(ended()) }
    }

    fn waiting(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Takes up to `most` of the bytes that wait.
    fn take(&mut self, most: usize) -> &[u8] {
        let from = self.at;
        self.at += most.min(self.bytes.len() - from);
        &self.bytes[from..self.at]
    }

    /// Takes one line, without its end.
    async fn line(&mut self, most: usize) -> Result<Vec<u8>, Unread> {
        loop {
            if let Some(end) = self.waiting().iter().position(|byte| *byte == b'\n') {
                let line = self.take(end + 1);
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                return Ok(line.strip_suffix(b"\r").unwrap_or(line).to_owned());
            }
            if self.waiting().len() > most {
                return Err(Unread::NotHttp("a line has no end"));
            }
            self.need_more().await?;
        }
    }
}

pub(crate) fn ended() -> Unread {
    Unread::Ended(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed it"))
}

/// Reads an answer to a request with this method, whose first byte is there. What was understood stands in `answered`
/// at any moment.
pub(crate) async fn read<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    method: &str,
    first_byte: Duration,
    answered: &mut Option<Answered>,
) -> Result<(), Unread> {
    let mut left = HEAD;
    let (head, framing) = loop {
        let (head, length) = head(received, left).await?;
        received.take(length);
        left -= length;
        // What comes before an answer says nothing of it; 101 is one, though nobody asked for it.
        if head.status >= 200 || head.status == 101 {
            let framing = framing(&head, method)?;
            break (head, framing);
        }
    };
    let answered = answered.insert(head);
    answered.took.first_byte = first_byte;
    match framing {
        Framing::Bytes(length) => bytes(received, answered, length).await.map(drop),
        Framing::Chunks => chunks(received, answered).await,
        Framing::UntilClosed => until_closed(received, answered).await,
    }
}

/// Waits for a whole head, and tells how long it is.
async fn head<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    left: usize,
) -> Result<(Answered, usize), Unread> {
    loop {
        if let Some(found) = parse(received.waiting())? {
            return if found.1 <= left { Ok(found) } else { Err(Unread::NotHttp("its head is too long")) };
        }
        if received.waiting().len() > left {
            return Err(Unread::NotHttp("its head is too long"));
        }
        received.need_more().await?;
    }
}

fn parse(bytes: &[u8]) -> Result<Option<(Answered, usize)>, Unread> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut response = httparse::Response::new(&mut lines);
    let mut lenient = httparse::ParserConfig::default();
    lenient
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    let length = match lenient.parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Unread::NotHttp("it has too many headers")),
        Err(_) => return Err(Unread::NotHttp("its head cannot be read")),
    };
    let keep =
        |line: &httparse::Header<'_>| Header { name: line.name.to_owned(), value: line.value.to_owned() };
    let headers = response.headers.iter().map(keep).collect();
    // A complete head has a code.
    let status = response.code.unwrap_or_default();
    Ok(Some((Answered { status, headers, ..Answered::default() }, length)))
}

fn framing(head: &Answered, method: &str) -> Result<Framing, Unread> {
    let named =
        |name: &'static str| head.headers.iter().filter(move |line| line.name.eq_ignore_ascii_case(name));
    if method.eq_ignore_ascii_case("HEAD") || matches!(head.status, 101 | 204 | 304) {
        return Ok(Framing::Bytes(0));
    }
    if let Some(last) = named("transfer-encoding").next_back() {
        let last = last.value.rsplit(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
        return Ok(if last.eq_ignore_ascii_case(b"chunked") {
            Framing::Chunks
        } else {
            Framing::UntilClosed
        });
    }
    let mut length = None;
    for line in named("content-length") {
        let digits =
            std::str::from_utf8(&line.value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let told: Option<u64> = digits.and_then(|digits| digits.parse().ok());
        if told.is_none() || length.is_some_and(|length| Some(length) != told) {
            return Err(Unread::NotHttp("its length cannot be read"));
        }
        length = told;
    }
    Ok(length.map_or(Framing::UntilClosed, Framing::Bytes))
}

/// Reads this many bytes into the body; false when there is no room for all of them.
async fn bytes<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    answered: &mut Answered,
    mut length: u64,
) -> Result<bool, Unread> {
    while length > 0 {
        let room = BODY - answered.body.len();
        if room == 0 {
            answered.truncated = true;
            return Ok(false);
        }
        if received.waiting().is_empty() {
            received.need_more().await?;
        }
        let taken = received.take(usize::try_from(length).map_or(room, |length| length.min(room)));
        length -= taken.len() as u64;
        answered.body.extend_from_slice(taken);
    }
    Ok(true)
}

async fn chunks<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    answered: &mut Answered,
) -> Result<(), Unread> {
    loop {
        let line = received.line(CHUNK_LINE).await?;
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(size).ok().filter(|size| size.bytes().all(|b| b.is_ascii_hexdigit()));
        let size = size.and_then(|size| u64::from_str_radix(size, 16).ok());
        let size = size.ok_or(Unread::NotHttp("the size of a chunk cannot be read"))?;
        if size == 0 {
            // What may follow are further headers, which nothing here looks at.
            return Ok(());
        }
        if !bytes(received, answered, size).await? {
            return Ok(());
        }
        if !received.line(CHUNK_LINE).await?.is_empty() {
            return Err(Unread::NotHttp("a chunk is longer than it says"));
        }
    }
}

async fn until_closed<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    answered: &mut Answered,
) -> Result<(), Unread> {
    loop {
        let room = BODY - answered.body.len();
        answered.truncated = room < received.waiting().len();
        answered.body.extend_from_slice(received.take(room));
        if answered.truncated {
            return Ok(());
        }
        match received.more().await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            // TLS has a farewell that many servers leave out.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(Unread::Ended(error)),
        }
    }
}
