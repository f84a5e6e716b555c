//! A request as it will stand on the wire, byte for byte: its head is written here and by nothing else.

use afterchat_transcript::{Delivery, DeliveryKind, Header};
use url::Url;

/// What speaks of one connection only, so that it is never passed on (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];
/// What lets its bearer in. It was meant for the one who received it.
const CREDENTIALS: [&str; 2] = ["authorization", "cookie"];
/// Methods that a server expects a body of, so that they tell a length even when there is none.
const WITH_A_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// What a header line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// The request: it is sent as it stands.
    Request,
    /// The target and the body: it is set when the request is sent.
    Target,
    /// One connection: it is never sent.
    Connection,
    /// Its bearer, who is let in by it.
    Bearer,
}

impl Belongs {
    /// What a line of this name belongs to.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is(&["host", "content-length", "transfer-encoding"]) {
            Self::Target
        } else if is(&HOP_BY_HOP) {
            Self::Connection
        } else if is(&CREDENTIALS) {
            Self::Bearer
        } else {
            Self::Request
        }
    }
}

/// A request that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Where it goes. A fragment stays here.
    pub url: Url,
    /// The header lines in their order, with their spelling and with duplicates. [`Request::lines`] tells what becomes of
    /// those that belong to the connection.
    pub headers: Vec<Header>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
}

/// Why a request cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// The method is no word that HTTP allows, or it opens a tunnel.
    #[error("“{0}” is no method that can be sent. Nothing was sent.")]
    Method(String),
    /// A header's name or value would break the head.
    #[error("The header “{0}” has a name or a value that HTTP does not allow. Nothing was sent.")]
    Header(String),
}

/// The request that a delivery stands for, with another address: method, header lines and body as they came.
///
/// What lets its bearer in stays here: `Authorization`, `Cookie`, and every secret that was taken out of the headers.
/// A payload that came in no request of its own, because it was fetched or imported, becomes a POST.
#[must_use]
pub fn of_delivery(delivery: &Delivery, url: Url) -> Request {
    let mut request = of_delivery_with_credentials(delivery, url);
    request.headers.retain(|header| Belongs::of(&header.name) != Belongs::Bearer);
    request
}

/// The same with `Authorization` and `Cookie` where the delivery has them.
#[must_use]
pub fn of_delivery_with_credentials(delivery: &Delivery, url: Url) -> Request {
    let method = match delivery.kind {
        DeliveryKind::Hook => delivery.method.clone(),
        DeliveryKind::BackFill | DeliveryKind::Import => "POST".to_owned(),
    };
    let taken_out = |header: &&Header| header.value == afterchat_transcript::signature::TAKEN_OUT;
    let headers = delivery.headers.iter().filter(|header| !taken_out(header)).cloned().collect();
    Request { method, url, headers, body: delivery.body.clone() }
}

impl Request {
    /// The header lines that go out, in order.
    ///
    /// `Host` and `Content-Length` say what is true of this request, at the place and in the spelling they have in
    /// `headers`. What speaks of one connection only is left out, and with it whatever `Connection` names.
    #[must_use]
    pub fn lines(&self) -> Vec<Header> {
        let named: Vec<String> = self.named_by_connection();
        let left_out = |name: &str| {
            Belongs::of(name) == Belongs::Connection
                || named.iter().any(|known| name.eq_ignore_ascii_case(known))
        };
        let (mut host, mut length) = (Some(self.authority()), Some(self.body.len().to_string()));
        let mut lines = Vec::with_capacity(self.headers.len() + 2);
        for Header { name, value } in &self.headers {
            let sized = name.eq_ignore_ascii_case("content-length");
            let own = if name.eq_ignore_ascii_case("host") {
                host.take().map(|host| line(name, host))
            } else if sized || name.eq_ignore_ascii_case("transfer-encoding") {
                let name = if sized { name } else { "Content-Length" };
                length.take().map(|length| line(name, length))
            } else {
                Some(Header { name: name.clone(), value: value.clone() }).filter(|_| !left_out(name))
            };
            lines.extend(own);
        }
        if let Some(host) = host {
            lines.insert(0, line("Host", host));
        }
        let sized = !self.body.is_empty() || WITH_A_BODY.contains(&self.method.as_str());
        lines.extend(length.filter(|_| sized).map(|length| line("Content-Length", length)));
        lines
    }

    /// The bytes before the body, from the request line to the blank line.
    ///
    /// # Errors
    /// When the method or a header cannot stand in a head: a line break in one would begin another line.
    pub fn head(&self) -> Result<Vec<u8>, BadRequest> {
        if !is_token(&self.method) || self.method.eq_ignore_ascii_case("CONNECT") {
            return Err(BadRequest::Method(self.method.clone()));
        }
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path()).into_bytes();
        for Header { name, value } in self.lines() {
            if !is_token(&name) || value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                return Err(BadRequest::Header(name));
            }
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(&value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        Ok(head)
    }

    /// What the request line asks for: the path and the query.
    fn path(&self) -> String {
        let path = self.url.path();
        self.url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }

    fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    fn named_by_connection(&self) -> Vec<String> {
        let lines = self.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("connection"));
        let values = lines.map(|header| String::from_utf8_lossy(&header.value).into_owned());
        values
            .flat_map(|value| value.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>())
            .collect()
    }
}

fn line(name: &str, value: String) -> Header {
    Header { name: name.to_owned(), value: value.into_bytes() }
}

/// A token of RFC 9110, section 5.6.2: what methods and header names are made of.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

    use super::{BadRequest, Request, of_delivery, of_delivery_with_credentials};

    fn headers(lines: &[(&str, &str)]) -> Vec<Header> {
        lines
            .iter()
            .map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() })
            .collect()
    }

    fn request(method: &str, url: &str, lines: &[(&str, &str)], body: &str) -> Request {
        let url = url.parse().expect("a URL");
        Request { method: method.to_owned(), url, headers: headers(lines), body: body.as_bytes().to_vec() }
    }

    fn check(request: &Request, expected: &str) {
        let head = request.head().map(|head| String::from_utf8_lossy(&head).replace("\r\n", "\n"));
        assert_eq!(head.as_deref(), Ok(expected), "the head must be written exactly like this");
    }

    #[test]
    fn a_head_keeps_order_spelling_and_duplicates() {
        let lines = [
            ("x-B", "2"),
            ("HOST", "service.example"),
            ("X-a", " 1 "),
            ("x-B", ""),
            ("content-LENGTH", "99"),
        ];
        check(
            &request("POST", "http://127.0.0.1:4780/h/a/b?c=d#e", &lines, "{}"),
            "POST /h/a/b?c=d HTTP/1.1\nx-B: 2\nHOST: 127.0.0.1:4780\nX-a:  1 \nx-B: \ncontent-LENGTH: 2\n\n",
        );
    }

    #[test]
    fn host_and_length_are_added_where_they_are_missing() {
        check(
            &request("POST", "https://[::1]/", &[("A", "1")], ""),
            "POST / HTTP/1.1\nHost: [::1]\nA: 1\nContent-Length: 0\n\n",
        );
        check(
            &request("GET", "https://shop.example:443/a%20b", &[], ""),
            "GET /a%20b HTTP/1.1\nHost: shop.example\n\n",
        );
        check(
            &request("DELETE", "http://shop.example", &[], "x"),
            "DELETE / HTTP/1.1\nHost: shop.example\nContent-Length: 1\n\n",
        );
    }

    #[test]
    fn what_belongs_to_a_connection_is_left_out() {
        let lines = [
            ("Connection", "close, X-Mine, host, content-length"),
            ("x-mine", "1"),
            ("Keep-Alive", "5"),
            ("TE", "trailers"),
            ("Trailer", "X"),
            ("Upgrade", "h2c"),
            ("Proxy-Authorization", "Basic x"),
            ("Transfer-Encoding", "chunked"),
            ("X-Kept", "1"),
            ("Content-Length", "7"),
        ];
        check(
            &request("POST", "http://shop.example/", &lines, "body"),
            "POST / HTTP/1.1\nHost: shop.example\nContent-Length: 4\nX-Kept: 1\n\n",
        );
    }

    #[test]
    fn nothing_can_break_out_of_its_line() {
        for (name, value) in [
            ("A", "1\r\nB: 2"),
            ("A", "1\n"),
            ("A", "\0"),
            ("A: 1\r\nB", ""),
            ("", ""),
            ("A B", ""),
            ("Ä", ""),
        ] {
            let head = request("POST", "http://shop.example/", &[(name, value)], "").head();
            assert_eq!(head, Err(BadRequest::Header(name.to_owned())), "{name:?}: {value:?}");
        }
        for method in ["", "GE T", "GET / HTTP/1.1\r\nA: b\r\n\r\nGET", "CONNECT", "connect", "PÖST"] {
            let head = request(method, "http://shop.example/", &[], "").head();
            assert_eq!(head, Err(BadRequest::Method(method.to_owned())), "{method:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_in_a_value() {
        let mut request = request("POST", "http://shop.example/", &[("X-Old", "")], "");
        request.headers[0].value = b"caf\xe9\x09\x7f".to_vec();
        let head = request.head().expect("a head");
        assert!(head.windows(8).any(|bytes| bytes == b": caf\xe9\x09\x7f"), "{}", head.escape_ascii());
    }

    #[test]
    fn a_delivery_becomes_its_request_without_what_lets_its_bearer_in() {
        let lines = [
            ("Authorization", "Bearer mine"),
            ("x-signature", "abc"),
            ("COOKIE", "a=b"),
            ("Token", "…"),
            ("X-Signature", "def"),
        ];
        let delivery = |kind, method: &str| Delivery {
            kind,
            source: "a".to_owned(),
            provider: None,
            method: method.to_owned(),
            path: "/h/a/…".to_owned(),
            query: Some("q".to_owned()),
            headers: headers(&lines),
            body: b"{}".to_vec(),
            received_at: Instant::from_millis(1_700_000_000_000).expect("a time"),
        };
        let url: url::Url = "http://shop.example/".parse().expect("a URL");
        let put = of_delivery(&delivery(DeliveryKind::Hook, "PUT"), url.clone());
        assert_eq!(put, request("PUT", url.as_str(), &[lines[1], lines[4]], "{}"));
        let fetched = of_delivery_with_credentials(&delivery(DeliveryKind::BackFill, "GET"), url.clone());
        assert_eq!(fetched, request("POST", url.as_str(), &[lines[0], lines[1], lines[2], lines[4]], "{}"));
    }
}
