//! Follows the bytes that a connection receives and keeps the head of each request until the request is served.
//!
//! hyper serves the requests of a connection in order, so the first head kept belongs to the next request served.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::head::{Follows, RawHead};

/// The heads that were received and not yet served. As hyper reads no further while its own buffer is full, they
/// never hold more than that buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heads(Arc<Mutex<VecDeque<Arrived>>>);

/// A head that was received.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) head: RawHead,
    /// True when the recorder cannot tell where the next head begins, so that there must be none.
    pub(crate) last: bool,
}

impl Heads {
    /// The head of the request that is being served now.
    pub(crate) fn next(&self) -> Option<Arrived> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn push(&self, arrived: Arrived) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(arrived);
    }
}

/// Follows what a connection receives.
#[derive(Debug)]
pub(crate) struct Recorder {
    heads: Heads,
    longest: usize,
    expects: Expects,
}

#[derive(Debug)]
enum Expects {
    /// The bytes of a head so far, and where its newest line begins.
    Head { bytes: Vec<u8>, line: usize },
    /// The rest of a body.
    Body(u64),
    /// Nothing that could be told apart: chunks, or what hyper refuses.
    Unknown,
}

const START: Expects = Expects::Head { bytes: Vec::new(), line: 0 };

impl Recorder {
    /// Puts heads of up to `longest` bytes into `heads`. hyper must refuse longer ones.
    pub(crate) fn new(heads: Heads, longest: usize) -> Self {
        Self { heads, longest, expects: START }
    }

    /// True when the sender may still be in the middle of a request.
    pub(crate) fn mid_request(&self) -> bool {
        match &self.expects {
            Expects::Head { bytes, .. } => !bytes.is_empty(),
            Expects::Body(_) | Expects::Unknown => true,
        }
    }

    /// Takes the next bytes received.
    pub(crate) fn follow(&mut self, mut received: &[u8]) {
        while !received.is_empty() {
            received = match &mut self.expects {
                Expects::Unknown => return,
                Expects::Body(left) => {
                    let taken =
                        usize::try_from(*left).map_or(received.len(), |left| left.min(received.len()));
                    *left -= taken as u64;
                    if *left == 0 {
                        self.expects = START;
                    }
                    &received[taken..]
                }
                Expects::Head { .. } => self.follow_head(received),
            };
        }
    }

    /// Takes bytes up to the end of a line, and the head as a whole when that line is blank.
    fn follow_head<'a>(&mut self, received: &'a [u8]) -> &'a [u8] {
        let Expects::Head { bytes, line } = &mut self.expects else { return received };
        let end = received.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let (taken, rest) = received.split_at(end.unwrap_or(received.len()));
        bytes.extend_from_slice(taken);
        if bytes.len() > self.longest {
            self.expects = Expects::Unknown;
        } else if end.is_some() {
            let blank = matches!(&bytes[*line..], b"\n" | b"\r\n");
            if !blank {
                *line = bytes.len();
            } else if *line == 0 {
                // Blank lines before a request are allowed and mean nothing.
                bytes.clear();
            } else {
                let bytes = std::mem::take(bytes);
                self.head_is_whole(bytes);
            }
        }
        rest
    }

    fn head_is_whole(&mut self, bytes: Vec<u8>) {
        let Some((head, follows)) = RawHead::read(bytes) else {
            self.expects = Expects::Unknown;
            return;
        };
        self.expects = match follows {
            Follows::Bytes(0) => START,
            Follows::Bytes(length) => Expects::Body(length),
            Follows::Chunks => Expects::Unknown,
        };
        self.heads.push(Arrived { head, last: follows == Follows::Chunks });
    }
}

#[cfg(test)]
mod tests {
    use super::{Heads, Recorder};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    /// Feeds the bytes in pieces of each size and expects the named first header of every head found.
    fn check(sent: &[u8], expected: &[&str]) {
        for size in 1..=sent.len() {
            let heads = Heads::default();
            let mut recorder = Recorder::new(heads.clone(), 256);
            sent.chunks(size).for_each(|piece| recorder.follow(piece));
            let found: Vec<String> = std::iter::from_fn(|| heads.next())
                .map(|arrived| {
                    let mut one = HeaderMap::new();
                    one.insert(HeaderName::from_static("any"), HeaderValue::from_static("any"));
                    let lines = arrived.head.lines(&Method::POST, &one).expect("a POST with one header");
                    format!("{}={}", lines[0].name, String::from_utf8_lossy(&lines[0].value))
                })
                .collect();
            assert_eq!(found, expected, "heads must be found however the bytes are cut, here by {size}");
        }
    }

    #[test]
    fn heads_are_found_one_after_another() {
        check(b"POST / HTTP/1.1\r\nX-A: 1\r\n\r\nPOST / HTTP/1.1\r\nx-B:2\r\n\r\n", &["X-A=1", "x-B=2"]);
        check(b"\r\n\r\nPOST / HTTP/1.1\nA:1\n\n\r\nPOST / HTTP/1.1\nb: 2 \n\n", &["A=1", "b=2"]);
    }

    /// Like `check`, with a body behind each head.
    #[test]
    fn a_body_that_looks_like_a_request_is_none() {
        let body = "POST / HTTP/1.1\r\nX-Fake: 1\r\n\r\n";
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
        let sent = format!("{head}{body}{head}{body}");
        for size in 1..=sent.len() {
            let heads = Heads::default();
            let mut recorder = Recorder::new(heads.clone(), 256);
            sent.as_bytes().chunks(size).for_each(|piece| recorder.follow(piece));
            assert_eq!(std::iter::from_fn(|| heads.next()).count(), 2, "bodies are no heads, cut by {size}");
            assert!(!recorder.mid_request(), "both requests are whole");
        }
    }

    #[test]
    fn nothing_is_kept_after_chunks_or_a_head_that_is_too_long() {
        check(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST / HTTP/1.1\r\nA: 1\r\n\r\n",
            &["Transfer-Encoding=chunked"],
        );
        // The longest that is allowed here has 256 bytes.
        let of_length = |length: usize| format!("POST / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(length - 24));
        assert_eq!(of_length(256).len(), 256);
        check(of_length(256).as_bytes(), &[&format!("A={}", "a".repeat(256 - 24))]);
        check(of_length(257).as_bytes(), &[]);
    }
}
