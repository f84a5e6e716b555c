//! Serves one connection from its first byte to its last.

use std::pin::pin;

use axum::Router;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::Limits;
use crate::line::Line;
use crate::places::Place;
use crate::reception::HangUp;
use crate::recorder::{Heads, Recorder};
use crate::wire::Wire;

/// hyper's read buffer: room for the longest head and for decent pieces of a body.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves requests until the sender or a limit ends it, or, once `closing` is cancelled, until the request at hand is
/// answered.
pub(crate) async fn serve(
    socket: TcpStream,
    place: &Place,
    router: Router,
    limits: &Limits,
    closing: CancellationToken,
) {
    // Answers are one small segment each; waiting to fill it would only delay them.
    let _ = socket.set_nodelay(true);
    let heads = Heads::default();
    let recorder = Recorder::new(heads.clone(), limits.head_bytes);
    let line = Line::new(place.seat());
    let wire = TokioIo::new(Wire::new(socket, recorder, line.clone(), limits.answer));
    let service = service_fn(|request| answer(router.clone(), &heads, &line, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(limits.head_bytes)
        .max_buf_size(BUFFER_BYTES.max(limits.head_bytes))
        // Some senders close their side as soon as they have sent.
        .half_close(true)
        .serve_connection(wire, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "A connection ended early.");
    }
}

/// Ends a connection without an answer, because the answer is none.
#[derive(Debug, thiserror::Error)]
#[error("the connection was to be closed without an answer")]
struct HungUp;

async fn answer(
    router: Router,
    heads: &Heads,
    line: &Line,
    mut request: hyper::Request<Incoming>,
) -> Result<Response, HungUp> {
    let arrived = heads.next();
    let last = arrived.as_ref().is_none_or(|arrived| arrived.last);
    if let Some(arrived) = arrived {
        request.extensions_mut().insert(arrived.head);
    }
    request.extensions_mut().insert(line.clone());
    let mut response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    line.answered();
    if response.extensions().get::<HangUp>().is_some() {
        return Err(HungUp);
    }
    if last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
