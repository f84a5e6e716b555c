//! Files between the page and the program: what it sends to be imported, and what it saves.

use afterchat_api::{Announced, Api, Failure, Product};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

/// The list of names before the files: enough for a hundred thousand.
const LONGEST_LIST: usize = 32 << 20;
/// Pieces of a file that may wait to be sent.
const WAITING_PIECES: usize = 4;

/// Takes files in as they come: a line of JSON that announces their names and sizes, then their bytes one after
/// another. Nothing is held in memory but the list. Answers the name of the work.
pub(super) async fn receive(api: &Api, request: Request) -> Result<String, Failure> {
    let mut body = request.into_body().into_data_stream();
    let mut list = Vec::new();
    let rest = loop {
        let piece = body.next().await.ok_or_else(broken_off)?.map_err(|_| broken_off())?;
        let end = piece.iter().position(|b| *b == b'\n');
        list.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        if list.len() > LONGEST_LIST {
            return Err(failure("upload_too_large", "The list of files is too long. Nothing was taken in."));
        }
        if let Some(end) = end {
            break piece.slice(end + 1..);
        }
    };
    let files: Vec<Announced> =
        serde_json::from_slice(&list).map_err(|error| failure("bad_question", &error.to_string()))?;
    let upload = api.import_upload(files)?;
    let mut wanted = rest.is_empty() || upload.give(rest.to_vec()).await;
    // Of a cancelled import the rest is passed over: a browser whose sending is cut off does not read the answer.
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| broken_off())?;
        wanted = wanted && upload.give(piece.to_vec()).await;
    }
    Ok(upload.work)
}

fn broken_off() -> Failure {
    failure("upload_broken_off", "The page did not send everything. Nothing was taken in.")
}

fn failure(code: &str, detail: &str) -> Failure {
    Failure { code: code.to_owned(), detail: detail.to_owned() }
}

/// A file for the browser to save.
pub(super) fn download(name: &str, kind: &'static str, bytes: impl Into<Body>) -> Response {
    (named(name, kind), bytes.into()).into_response()
}

/// A file that long work made, piece by piece as the browser takes them.
pub(super) fn send(product: Product) -> Response {
    let (pieces, sent) = mpsc::channel(WAITING_PIECES);
    let mut headers = named(&product.name, "application/octet-stream");
    headers.extend([(header::CONTENT_LENGTH, HeaderValue::from(product.size))]);
    tokio::task::spawn_blocking(move || {
        let mut at = 0;
        loop {
            let piece = product.piece(at);
            let last = piece.as_ref().map_or(true, Vec::is_empty);
            at += piece.as_ref().map_or(0, |piece| piece.len() as u64);
            // A browser that closed the download takes no more.
            if pieces.blocking_send(piece).is_err() || last {
                return;
            }
        }
    });
    (headers, Body::from_stream(ReceiverStream::new(sent))).into_response()
}

fn named(name: &str, kind: &'static str) -> HeaderMap {
    // File names are made of letters, digits, dots and hyphens, and percent-encoded all the same.
    let name: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b".-_".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Percent-encoded names hold nothing that a header cannot.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers
}
