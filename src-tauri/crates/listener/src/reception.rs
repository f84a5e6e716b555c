//! The routes of the door: hook addresses, and an empty 404 for all else.

use std::sync::Arc;

use afterchat_archive::Hook;
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use axum::Router;
use axum::extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection};
use axum::http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::body::{self, Memory, NotTaken};
use crate::head::{self, RawHead};
use crate::{Journal, Limits};

/// Tells the time of receipt.
pub type Clock = fn() -> Instant;

/// What services are told when a delivery is kept. Some show or store other fields of an answer.
const KEPT: &str = r#"{"result":"ok"}"#;
/// What services are told when their signature is missing or wrong. The delivery is kept, but tells of nothing yet.
const QUARANTINED: &str = r#"{"result":"signature refused"}"#;
/// How many seconds a service should wait before it sends again what could not be kept.
const RETRY_SECONDS: &str = "30";
/// Stands in a delivery's path where the token stood.
const TOKEN_TAKEN_OUT: &str = "…";

struct Reception<J> {
    journal: J,
    limits: Limits,
    memory: Memory,
    clock: Clock,
}

/// The routes of the door. There is nothing else behind it, whatever the method and path.
pub fn router<J: Journal>(journal: J, limits: Limits, clock: Clock) -> Router {
    let memory = Memory::new(&limits);
    Router::new()
        .route("/h/{source}/{token}", any(receive::<J>))
        .fallback(async || nowhere())
        .with_state(Arc::new(Reception { journal, limits, memory, clock }))
}

async fn receive<J: Journal>(
    State(reception): State<Arc<Reception<J>>>,
    address: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    // A CONNECT names a host and never a path, and a 200 to it would turn the connection into a tunnel.
    if request.method() == Method::CONNECT {
        return nowhere();
    }
    match address.ok().and_then(|address| hook(&reception.journal, &address)) {
        Some(hook) => take(&reception, hook, request).await,
        None => nowhere(),
    }
}

fn hook<J: Journal>(journal: &J, address: &RawPathParams) -> Option<Hook> {
    let mut parts = address.iter().map(|(_, value)| value);
    journal.hook(parts.next()?, parts.next()?)
}

async fn take<J: Journal>(reception: &Reception<J>, hook: Hook, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match body::take(body, &reception.memory, &reception.limits).await {
        Ok(body) => body,
        Err(reason) => {
            tracing::info!(source = hook.source, ?reason, "A request was not taken.");
            return not_taken(reason);
        }
    };
    let mut delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: hook.source,
        provider: hook.provider,
        method: parts.method.as_str().to_owned(),
        path: without_token(parts.uri.path()),
        query: parts.uri.query().map(str::to_owned),
        headers: headers(&parts),
        body: body.bytes,
        received_at: (reception.clock)(),
    };
    let signature = hook.guard.and_then(|guard| guard.examine(&mut delivery));
    let refused = signature.clone().filter(|signature| signature.refused);
    let source = delivery.source.clone();
    let (journal, memory) = (reception.journal.clone(), body.memory);
    // A sender that stops waiting for the answer drops this future. Its delivery arrived whole, so it is kept on a
    // task of its own: many services never send again.
    let appended = tokio::spawn(async move {
        let appended = journal.append(delivery, signature).await;
        drop(memory);
        appended
    });
    match appended.await {
        Ok(Ok(())) if let Some(signature) = refused => {
            let (doubt, scheme) = (signature.doubt, signature.scheme);
            tracing::warn!(source, ?doubt, scheme, "A delivery is in quarantine because of its signature.");
            refusal()
        }
        Ok(Ok(())) => ([(CONTENT_TYPE, "application/json")], KEPT).into_response(),
        Ok(Err(error)) => {
            tracing::error!(source, %error, "A delivery could not be kept; its service was told to send it again.");
            not_taken(NotTaken::Busy)
        }
        Err(error) => {
            tracing::error!(source, %error, "Keeping a delivery broke off; its service was told to send it again.");
            not_taken(NotTaken::Busy)
        }
    }
}

fn headers(request: &axum::http::request::Parts) -> Vec<afterchat_transcript::Header> {
    let recorded = request.extensions.get::<RawHead>();
    let lines = recorded.and_then(|head| head.lines(&request.method, &request.headers));
    if recorded.is_some() && lines.is_none() {
        tracing::error!(
            "The recorded head is not this request's; order and spelling of its headers are lost."
        );
    }
    lines.unwrap_or_else(|| head::understood(&request.headers))
}

/// The path as sent, with the token taken out: it must not rest in the journal.
fn without_token(path: &str) -> String {
    let address = path.rsplit_once('/').map_or("", |(address, _)| address);
    format!("{address}/{TOKEN_TAKEN_OUT}")
}

/// The answer to a delivery in quarantine. Its service shows the failure to whoever looks there, and may send again.
fn refusal() -> Response {
    (StatusCode::UNAUTHORIZED, [(CONTENT_TYPE, "application/json")], QUARANTINED).into_response()
}

fn nowhere() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

fn not_taken(reason: NotTaken) -> Response {
    let mut response = reason.status().into_response();
    let headers = response.headers_mut();
    if reason == NotTaken::Busy {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    } else {
        // The rest of the body is not read, so nothing can follow it.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
