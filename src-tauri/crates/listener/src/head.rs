//! The head of a request as it was sent: hyper's own header map loses the order, the spelling and, for lengths, the
//! duplicates, which the journal must keep.

use afterchat_transcript::Header;
use axum::http::{HeaderMap, Method, header::CONTENT_LENGTH};

/// The most header lines in a head. hyper's own default, so that both sides read the same heads.
const LINES: usize = 100;

/// The exact bytes of one request's head, from its request line to the blank line.
#[derive(Debug, Clone)]
pub(crate) struct RawHead {
    bytes: Vec<u8>,
}

/// How many bytes of a request follow its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// As many as the head says.
    Bytes(u64),
    /// Only a decoder of chunks could tell.
    Chunks,
}

impl RawHead {
    /// A whole head, and what follows it. `None` for bytes that hyper will refuse to read as a head.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<(Self, Follows)> {
        let mut lines = [httparse::EMPTY_HEADER; LINES];
        let mut request = httparse::Request::new(&mut lines);
        if request.parse(&bytes).ok()? != httparse::Status::Complete(bytes.len()) {
            return None;
        }
        let follows = follows(request.headers)?;
        Some((Self { bytes }, follows))
    }

    /// The header lines in order, if this is the head of the request with this method and these headers.
    pub(crate) fn lines(&self, method: &Method, headers: &HeaderMap) -> Option<Vec<Header>> {
        let mut lines = [httparse::EMPTY_HEADER; LINES];
        let mut request = httparse::Request::new(&mut lines);
        request.parse(&self.bytes).ok()?;
        let same_lines = |name: &str| !name.eq_ignore_ascii_case(CONTENT_LENGTH.as_str());
        // hyper drops repeated lengths, so they cannot be counted.
        let sent = request.headers.iter().filter(|line| same_lines(line.name)).count();
        let read = headers.keys().filter(|name| same_lines(name.as_str()));
        let read: usize = read.map(|name| headers.get_all(name).iter().count()).sum();
        if request.method != Some(method.as_str()) || sent != read {
            return None;
        }
        let keep =
            |line: &httparse::Header<'_>| Header { name: line.name.to_owned(), value: line.value.to_owned() };
        Some(request.headers.iter().map(keep).collect())
    }
}

/// The header lines as hyper understood them, for a request that did not come through a recorded connection.
pub(crate) fn understood(headers: &HeaderMap) -> Vec<Header> {
    let keep = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| Header {
        name: name.as_str().to_owned(),
        value: value.as_bytes().to_owned(),
    };
    headers.iter().map(keep).collect()
}

/// What follows a head, by hyper's own rules. `None` where hyper refuses the request.
fn follows(lines: &[httparse::Header<'_>]) -> Option<Follows> {
    let named = |name: &'static str| lines.iter().filter(move |line| line.name.eq_ignore_ascii_case(name));
    if named("transfer-encoding").next().is_some() {
        return Some(Follows::Chunks);
    }
    let mut length = 0;
    for line in named("content-length") {
        let digits =
            std::str::from_utf8(line.value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        length = digits?.parse().ok()?;
    }
    Some(Follows::Bytes(length))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::{Follows, RawHead, understood};

    fn check(head: &str, expected: Option<Follows>) {
        let found = RawHead::read(head.as_bytes().to_vec()).map(|(_, follows)| follows);
        assert_eq!(found, expected, "a wrong length would mistake a body for the next head: {head:?}");
    }

    #[test]
    fn a_head_tells_how_much_follows_it() {
        check("GET / HTTP/1.1\r\n\r\n", Some(Follows::Bytes(0)));
        check("POST / HTTP/1.1\r\ncontent-LENGTH: 12\r\n\r\n", Some(Follows::Bytes(12)));
        check("POST / HTTP/1.1\nContent-Length:7\nContent-Length: 7\n\n", Some(Follows::Bytes(7)));
        check("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", Some(Follows::Chunks));
        check(
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            Some(Follows::Chunks),
        );
    }

    #[test]
    fn what_hyper_refuses_is_no_head() {
        check("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", None);
        check("POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n", None);
        check("POST / HTTP/1.1\r\n folded: line\r\n\r\n", None);
        check("POST /", None);
    }

    /// Headers as hyper understands them.
    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn lines_are_those_of_the_same_request_only() {
        let head = b"POST / HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n";
        let (head, _) = RawHead::read(head.to_vec()).expect("a head");
        let same = map(&[("x-a", "1"), ("x-a", "2"), ("content-length", "0")]);
        let names: Vec<_> =
            head.lines(&Method::POST, &same).expect("its own").into_iter().map(|line| line.name).collect();
        assert_eq!(names, ["X-A", "x-a", "Content-Length", "Content-Length"], "as they were sent");
        assert!(head.lines(&Method::PUT, &same).is_none(), "another method is another request");
        assert!(head.lines(&Method::POST, &map(&[("x-a", "1")])).is_none(), "so are other lines");
    }

    #[test]
    fn what_hyper_understood_stands_in_for_lines_that_were_not_recorded() {
        let lines = understood(&map(&[("x-a", "1"), ("x-b", "2"), ("x-a", "3")]));
        let lines: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.value.as_slice())).collect();
        assert_eq!(lines, [("x-a", b"1".as_slice()), ("x-a", b"3"), ("x-b", b"2")]);
    }
}
