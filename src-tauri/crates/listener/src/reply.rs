//! What a service is told about a delivery that is kept.

use std::sync::Arc;
use std::time::Duration;

use afterchat_archive::{DeliveryId, PlannedAnswer, Said};
use afterchat_transcript::{Delivery, Header};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// What services are told when a delivery is kept. Some show or store other fields of an answer.
const KEPT: &[u8] = br#"{"result":"ok"}"#;
/// What services are told when their signature is missing or wrong. The delivery is kept, but tells of nothing yet.
const QUARANTINED: &[u8] = br#"{"result":"signature refused"}"#;
/// Header lines that belong to the connection, not to an answer: hyper writes those that are needed.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A delivery that is durably kept and waits for its answer.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number.
    pub id: DeliveryId,
    /// The request as it came, without its token.
    pub delivery: Arc<Delivery>,
    /// True when its signature was missing or wrong, so that it is in quarantine.
    pub refused: bool,
}

/// What a service is told. The delivery is kept whatever this says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code, 200 to 599. Another number is told as 200, because the delivery is kept.
    pub status: u16,
    /// Header lines in order. Those of the connection itself (lengths, encodings, keep-alive) are left out, and so is
    /// what HTTP does not allow in a header.
    pub headers: Vec<Header>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// How long the answer waits once it is decided. Only so many answers wait at once ([`crate::Limits::waiting`]);
    /// further ones go out at once.
    pub delay: Duration,
    /// True to close the connection without a single byte, after the delay. The sender sees an orderly end (FIN), as
    /// from a server that was stopped in the middle of the request; nothing of status, headers and body is sent.
    pub drop: bool,
    /// Who decided that it is not the usual answer, in a few words for whoever looks at the delivery; `None` for the
    /// usual one.
    pub because: Option<String>,
}

impl Reply {
    /// What is told when nobody decided otherwise: 200 `{"result":"ok"}`, or 401 to what is in quarantine.
    #[must_use]
    pub fn usual(refused: bool) -> Self {
        let (status, body) = if refused { (401, QUARANTINED) } else { (200, KEPT) };
        Self {
            status,
            headers: vec![Header {
                name: CONTENT_TYPE.as_str().to_owned(),
                value: b"application/json".to_vec(),
            }],
            body: body.to_vec(),
            delay: Duration::ZERO,
            drop: false,
            because: None,
        }
    }

    /// What a source's plan says instead of this.
    #[must_use]
    pub(crate) fn planned(self, planned: PlannedAnswer) -> Self {
        let (because, delay) = (Some(planned.because), planned.step.wait);
        match planned.step.said {
            Said::Usual => Self { because, delay, ..self },
            Said::Drop => Self { because, delay, drop: true, ..self },
            Said::Own { status, mut headers, body } => {
                let body = body.unwrap_or_else(|| {
                    if status == 200 { String::from_utf8_lossy(KEPT).into_owned() } else { String::new() }
                });
                let named = headers.iter().any(|line| line.name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
                if !named && !body.is_empty() {
                    headers.push(content_type(&body));
                }
                Self { status, headers, body: body.into_bytes(), delay, drop: false, because }
            }
        }
    }

    /// The status code that goes out.
    pub(crate) fn code(&self) -> StatusCode {
        let code = StatusCode::from_u16(self.status).ok();
        code.filter(|code| (200..600).contains(&code.as_u16())).unwrap_or(StatusCode::OK)
    }

    /// The body, when it is not what this status usually says.
    pub(crate) fn unusual_body(&self) -> Option<&[u8]> {
        let usual: &[u8] = match self.status {
            200 => KEPT,
            401 => QUARANTINED,
            _ => b"",
        };
        Some(self.body.as_slice()).filter(|body| *body != usual)
    }

    /// The answer itself.
    pub(crate) fn into_response(self) -> Response {
        let code = self.code();
        let bodiless = matches!(code, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let body = if bodiless { Vec::new() } else { self.body };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = code;
        *response.headers_mut() = header_map(&self.headers);
        response
    }
}

/// The type of a body whose type nobody named.
fn content_type(body: &str) -> Header {
    let value = if body.trim_start().starts_with(['{', '[']) {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    };
    Header { name: CONTENT_TYPE.as_str().to_owned(), value: value.into() }
}

fn header_map(lines: &[Header]) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(lines.len());
    for line in lines {
        let name = HeaderName::from_bytes(line.name.as_bytes());
        let value = HeaderValue::from_bytes(&line.value);
        let (Ok(name), Ok(value)) = (name, value) else {
            tracing::warn!("A header line of an answer was left out: HTTP does not allow it.");
            continue;
        };
        if !OF_THE_CONNECTION.contains(&name.as_str()) {
            map.append(name, value);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{KEPT, QUARANTINED, Reply, header_map};
    use afterchat_archive::{PlannedAnswer, Said, Step};
    use afterchat_transcript::Header;
    use axum::body::HttpBody as _;
    use axum::http::StatusCode;

    fn line(name: &str, value: &str) -> Header {
        Header { name: name.into(), value: value.into() }
    }

    /// What is told where a plan says this: to a delivery in quarantine, so that its usual answer is none of a plan's.
    fn check(said: Said, expected: Reply) {
        let step = Step { said, wait: Duration::from_secs(7), times: None };
        let told = Reply::usual(true).planned(PlannedAnswer { step, because: "answer 1".to_owned() });
        let noted = Reply { delay: Duration::from_secs(7), because: Some("answer 1".to_owned()), ..expected };
        assert_eq!(told, noted);
    }

    #[test]
    fn a_plan_tells_what_it_says_and_keeps_the_rest_usual() {
        let own = |status, headers: &[Header], body: Option<&str>| Said::Own {
            status,
            headers: headers.to_vec(),
            body: body.map(str::to_owned),
        };
        let told = |status, headers: &[Header], body: &[u8]| Reply {
            status,
            headers: headers.to_vec(),
            body: body.to_vec(),
            ..Reply::usual(false)
        };
        let json = line("content-type", "application/json");
        let text = line("content-type", "text/plain; charset=utf-8");
        let own_line = line("X-Own", "1");
        let own_type = line("Content-Type", "text/html");
        check(Said::Usual, Reply { body: QUARANTINED.to_vec(), status: 401, ..Reply::usual(false) });
        check(Said::Drop, Reply { drop: true, ..Reply::usual(true) });
        check(own(200, &[], None), Reply::usual(false));
        check(
            own(200, std::slice::from_ref(&own_line), None),
            told(200, &[own_line.clone(), json.clone()], KEPT),
        );
        check(own(200, &[], Some("fine")), told(200, std::slice::from_ref(&text), b"fine"));
        check(own(503, &[], None), told(503, &[], b""));
        check(own(503, &[], Some(" [1]")), told(503, &[json], b" [1]"));
        check(own(202, std::slice::from_ref(&own_type), Some("<p>")), told(202, &[own_type], b"<p>"));
    }

    #[test]
    fn only_a_body_that_says_something_else_is_noted() {
        let noted = |status, body: &[u8]| {
            let reply = Reply { status, body: body.to_vec(), ..Reply::usual(false) };
            reply.unusual_body().map(<[u8]>::to_vec)
        };
        for (status, usual) in [(200, KEPT), (401, QUARANTINED), (503, b"".as_slice())] {
            assert_eq!(noted(status, usual), None, "{status}");
            assert_eq!(noted(status, b"own"), Some(b"own".to_vec()), "{status}");
        }
        assert_eq!(noted(401, KEPT), Some(KEPT.to_vec()));
    }

    #[test]
    fn an_answer_without_content_has_none() {
        for status in [204, 304] {
            let response = Reply { status, ..Reply::usual(false) }.into_response();
            assert_eq!(response.body().size_hint().exact(), Some(0), "{status}");
        }
    }

    #[test]
    fn only_an_answer_can_be_told() {
        for status in [0, 99, 100, 101, 199, 600, 999, u16::MAX] {
            let reply = Reply { status, ..Reply::usual(false) };
            assert_eq!(reply.code(), StatusCode::OK, "{status} would leave the sender without an answer");
        }
        assert_eq!(Reply { status: 503, ..Reply::usual(false) }.code(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn no_header_line_can_break_the_connection() {
        let map = header_map(&[
            line("Content-Length", "99"),
            line("Transfer-Encoding", "chunked"),
            line("X-Split", "a\r\nX-Other: b"),
            line("X Space", "a"),
            line("", "a"),
            line("X-Two", "1"),
            line("x-two", "2"),
        ]);
        let kept: Vec<_> = map.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(kept, [("x-two", b"1".as_slice()), ("x-two", b"2")]);
    }
}
