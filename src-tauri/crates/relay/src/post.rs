//! Posts one request and reads the beginning of its answer. Redirects are answers like any other: they are not
//! followed.

use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::target::{Target, resolve};

/// How long the whole exchange may take, from the name's resolution to the end of the answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// How much of an answer's body is read.
const ANSWER_BYTES: usize = 64 * 1024;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
}

/// Why nothing was sent, or no answer came.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address is not one that can be posted to.
    #[error("Only addresses that begin with http:// can be posted to. Nothing was sent.")]
    NotHttp,
    /// The address leads away from this machine.
    #[error("This address does not lead to this machine. Nothing was sent.")]
    NotThisMachine,
    /// The name stands for no address.
    #[error("The name in this address could not be resolved: {0}. Nothing was sent.")]
    NoAddress(#[source] io::Error),
    /// A header cannot be sent over HTTP.
    #[error("The header “{0}” has a name or a value that HTTP does not allow. Nothing was sent.")]
    BadHeader(String),
    /// Nobody listens there.
    #[error("Nothing answered at this address: {0}. Is it running?")]
    NoConnection(#[source] io::Error),
    /// The connection ended in the middle.
    #[error("The connection ended before the answer was complete: {0}.")]
    BrokenOff(#[source] hyper::Error),
    /// It took too long.
    #[error("There was no complete answer within {} seconds.", DEADLINE.as_secs())]
    TooSlow,
}

impl PostError {
    /// The stable code of this failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotHttp => "target_not_http",
            Self::NotThisMachine => "target_not_local",
            Self::NoAddress(_) => "target_unknown",
            Self::BadHeader(_) => "header_invalid",
            Self::NoConnection(_) => "target_unreachable",
            Self::BrokenOff(_) => "answer_broken_off",
            Self::TooSlow => "answer_too_slow",
        }
    }
}

/// Posts a body with these headers, in their order, to an address on this machine.
///
/// `Host` and the body's length are set here, whatever the headers say of them.
///
/// # Errors
/// When the address may not be posted to, a header cannot be sent, or no complete answer comes within ten seconds.
pub async fn post(url: &Url, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, PostError> {
    timeout(DEADLINE, exchange(url, headers, body)).await.unwrap_or(Err(PostError::TooSlow))
}

async fn exchange(url: &Url, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, PostError> {
    let target = resolve(url).await?;
    let request = request(&target, headers, body)?;
    let socket = TcpStream::connect(&target.addresses[..]).await.map_err(PostError::NoConnection)?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(socket)).await.map_err(PostError::BrokenOff)?;
    let exchanged = async {
        let answer = sender.send_request(request).await.map_err(PostError::BrokenOff)?;
        Ok(Answer { status: answer.status().as_u16(), body: beginning(answer.into_body()).await? })
    };
    let mut exchanged = std::pin::pin!(exchanged);
    tokio::select! {
        answer = &mut exchanged => answer,
        // The connection's end is also the exchange's; what it read by then still counts.
        _ended = connection => exchanged.await,
    }
}

fn request(
    target: &Target,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, PostError> {
    let mut request = Request::post(&target.path)
        .header(HOST, &target.authority)
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| PostError::NotHttp)?;
    for (name, value) in headers {
        let bad = || PostError::BadHeader(name.clone());
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let value = HeaderValue::from_str(value).map_err(|_| bad())?;
        if ![HOST, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&known) {
            request.headers_mut().append(known, value);
        }
    }
    Ok(request)
}

async fn beginning(mut body: Incoming) -> Result<Vec<u8>, PostError> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame.map_err(PostError::BrokenOff)?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    bytes.truncate(ANSWER_BYTES);
    Ok(bytes)
}
