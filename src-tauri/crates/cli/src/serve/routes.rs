//! The routes of the browser host.

use std::convert::Infallible;

use afterchat_api::{Api, Failure, ReportFormat, Saved};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use super::assets;
use super::files;
use super::session::Sessions;

/// What the page may do: the same as in the window.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

#[derive(Clone)]
struct Host {
    api: Api,
    sessions: Sessions,
    stopped: watch::Receiver<bool>,
}

pub(super) fn router(api: Api, sessions: Sessions, stopped: watch::Receiver<bool>) -> Router {
    let host = Host { api, sessions, stopped };
    let behind_session = Router::new()
        .route("/api/query/{name}", post(query))
        .route("/api/act/{name}", post(act))
        .route("/api/changes", get(changes))
        .route("/api/export/{file}", get(export))
        .route("/api/import", post(import))
        .route("/api/report/{file}", get(report))
        .route("/api/file/{work}", get(file))
        .route("/api/delivery/{id}/{what}", get(body))
        .layer(middleware::from_fn_with_state(host.clone(), check_session));
    Router::new()
        .merge(behind_session)
        .route("/open/{secret}", get(open))
        .fallback(get(assets::serve))
        .layer(middleware::from_fn_with_state(host.clone(), check_host))
        .with_state(host)
}

async fn check_host(State(host): State<Host>, request: Request, next: Next) -> Response {
    // Following the one-time link from a mail or a chat is another site's doing, and harmless: the secret decides. But the
    // link says this machine, so under another name nobody is even told that it was used.
    let link = request.uri().path().starts_with("/open/");
    let sessions = &host.sessions;
    let allowed = sessions.is_named(request.uri(), request.headers())
        && (link || sessions.is_from_here(request.headers()));
    let mut response = if allowed { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

async fn check_session(State(host): State<Host>, request: Request, next: Next) -> Response {
    // A form of another site can post, but not with a header of its own.
    let own_header = request.method() == "GET" || request.headers().contains_key("x-afterchat");
    if own_header && host.sessions.admits(request.headers()) {
        return next.run(request).await;
    }
    let detail = "This page's session is over. Run `afterchat serve` again and open the link it prints.";
    failed(StatusCode::UNAUTHORIZED, &Failure { code: "session_over".to_owned(), detail: detail.to_owned() })
}

async fn open(State(host): State<Host>, Path(secret): Path<String>, headers: HeaderMap) -> Response {
    match host.sessions.open(&secret) {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        // The same browser may follow its link again.
        None if host.sessions.admits(&headers) => Redirect::to("/").into_response(),
        None => (StatusCode::GONE, "This link has been used. Run `afterchat serve` again for a new one.")
            .into_response(),
    }
}

async fn query(State(host): State<Host>, Path(name): Path<String>, Json(ask): Json<Value>) -> Response {
    answered(host.api.query(&name, ask).await)
}

async fn act(State(host): State<Host>, Path(name): Path<String>, Json(ask): Json<Value>) -> Response {
    answered(host.api.act(&name, ask).await)
}

/// Change numbers as they come. A slow page sees only the newest, and none keeps the program from stopping.
async fn changes(State(host): State<Host>) -> Response {
    let (sender, events) = mpsc::channel(1);
    let (mut changes, mut stopped) = (host.api.changes(), host.stopped);
    tokio::spawn(async move {
        loop {
            let change = *changes.borrow_and_update();
            if sender.send(Ok::<_, Infallible>(Event::default().data(change.to_string()))).await.is_err() {
                break;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { break },
                _ = stopped.wait_for(|stop| *stop) => break,
                () = sender.closed() => break,
            }
        }
    });
    Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::default()).into_response()
}

async fn export(State(host): State<Host>, Path(file): Path<String>) -> Response {
    let id = file.strip_suffix(".html").unwrap_or(&file);
    match host.api.export_html(id).await {
        Err(failure) => failed(StatusCode::NOT_FOUND, &failure),
        Ok((name, page)) => files::download(&name, "text/html; charset=utf-8", page),
    }
}

async fn import(State(host): State<Host>, request: Request) -> Response {
    match files::receive(&host.api, request).await {
        Ok(work) => Json(json!({ "id": work })).into_response(),
        Err(failure) => failed(StatusCode::BAD_REQUEST, &failure),
    }
}

async fn report(State(host): State<Host>, Path(file): Path<String>) -> Response {
    let (work, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
    let Some(format) = ReportFormat::of_extension(extension) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match host.api.report(work, format).await {
        Err(failure) => failed(StatusCode::NOT_FOUND, &failure),
        Ok((name, text)) => {
            let kind = match format {
                ReportFormat::Csv => "text/csv; charset=utf-8",
                ReportFormat::Json => "application/json",
            };
            files::download(&name, kind, text)
        }
    }
}

async fn file(State(host): State<Host>, Path(work): Path<String>) -> Response {
    match host.api.product(&work) {
        Err(failure) => failed(StatusCode::NOT_FOUND, &failure),
        Ok(product) => files::send(product),
    }
}

/// A body or a part of one. Whatever it is, the browser is to save it and not to show it.
async fn body(State(host): State<Host>, Path((id, what)): Path<(String, String)>) -> Response {
    let Some(what) = Saved::of_word(&what) else { return StatusCode::NOT_FOUND.into_response() };
    match host.api.body_file(&id, what).await {
        Err(failure) => failed(StatusCode::NOT_FOUND, &failure),
        Ok((name, bytes)) => files::download(&name, "application/octet-stream", bytes),
    }
}

fn answered(answer: Result<Value, Failure>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(failure) => {
            // The page goes by the code; the status is for whoever looks at the exchange.
            let status = match failure.code.as_str() {
                "not_found" | "no_origin" | "no_such_place" | "no_such_part" => StatusCode::NOT_FOUND,
                "archive_busy" | "archive_damaged" | "archive_failed" | "archive_read_only" | "closing"
                | "disk_full" | "folder_unusable" | "internal" | "io" => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_REQUEST,
            };
            failed(status, &failure)
        }
    }
}

fn failed(status: StatusCode, failure: &Failure) -> Response {
    (status, Json(failure)).into_response()
}
