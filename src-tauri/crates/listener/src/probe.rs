//! The one route that a tunnel's door has beside the hook addresses: whoever opened it asks there, through the public
//! network, whether the public address leads here.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, rejection::RawPathParamsRejection};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

type Answer = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What the door answers to a question; `None` to what nobody here asked, which is then an empty 404 like all else.
#[derive(Clone)]
pub struct Probe(Arc<Answer>);

impl Probe {
    /// Answered by this function.
    pub fn new(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Probe")
    }
}

/// The routes of a door that answers the probe too.
pub(crate) fn probed(router: Router, probe: Probe) -> Router {
    let answer = async move |method: Method, path: Result<RawPathParams, RawPathParamsRejection>| {
        let asked = path.ok().filter(|_| method == Method::GET);
        let answer = asked.and_then(|path| path.iter().next().and_then(|(_, nonce)| (probe.0)(nonce)));
        answer.map_or_else(|| StatusCode::NOT_FOUND.into_response(), answered)
    };
    router.route("/probe/{nonce}", any(answer))
}

fn answered(proof: String) -> Response {
    let mut response = proof.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    // An answer out of somebody's cache would prove nothing, and none can: every question is new.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
