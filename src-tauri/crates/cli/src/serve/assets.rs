//! The built UI inside the program, and what is said when it was built without.

use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

/// The UI as Vite built it. A program built without the UI has none, and says so.
#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Built;

const WITHOUT_UI: &str = "<!doctype html><html lang=en><title>Afterchat</title><h1>This program was built without its pages</h1>\
    <p>Run <code>cargo xtask ui</code> and build it again. Everything else of <code>afterchat</code> works.</p>";

/// Answers with a file of the UI; every other path shows the UI itself.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = Built::get(path) else {
        return match path {
            "index.html" => Html(WITHOUT_UI).into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
    };
    // Vite names files by their content, except the page itself.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-store" };
    (
        [(header::CONTENT_TYPE, file.metadata.mimetype()), (header::CACHE_CONTROL, cache)],
        file.data.into_owned(),
    )
        .into_response()
}
