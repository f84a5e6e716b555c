//! A stand-in for a service, a keeper in memory, and a clock that never waits.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use afterchat_relay::history::{
    Access, Clock, Fetched, HistoryError, Keeper, Kept, Place, Progress, Secret, Service, back_fill,
};
use afterchat_transcript::Instant;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use tokio_util::sync::CancellationToken;

/// The token of every test. Nothing but the stand-in may ever see it.
pub(crate) const CANARY: &str = "canary-0815-4711";

/// One request that reached a stand-in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

/// What a stand-in answers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

pub(crate) fn ok(body: impl std::fmt::Display) -> Answer {
    Answer { status: 200, headers: Vec::new(), body: format!("{body}") }
}

pub(crate) fn status(status: u16) -> Answer {
    Answer { status, headers: Vec::new(), body: String::new() }
}

/// A server that answers each request by a script and remembers what it was asked.
pub(crate) struct Standin {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Standin {
    /// `script` gets the request line's path and query, its body, and how many requests came before.
    pub(crate) async fn start(script: impl Fn(&str, &str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, script) = (Arc::clone(&asked), Arc::new(script));
        let answer = move |request: Request| {
            let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.expect("a small body");
                let body = String::from_utf8(body.to_vec()).expect("text");
                let target = parts.uri.to_string();
                let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
                let before = {
                    let mut seen = seen.lock().expect("no panic before");
                    seen.push(Asked {
                        line: format!("{} {target}", parts.method),
                        authorization: header.unwrap_or_default().to_owned(),
                        body: body.clone(),
                    });
                    seen.len() - 1
                };
                let answer = script(&target, &body, before);
                let mut response = Response::builder().status(answer.status);
                for (name, value) in answer.headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(answer.body)).expect("a response")
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
        Self { base, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic before").clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub(crate) fn access(&self) -> Access {
        Access {
            token: Secret::new(CANARY),
            account: "208".to_owned(),
            base: self.base.clone(),
            ..Access::default()
        }
    }
}

/// Begins at noon and moves only when somebody would wait.
pub(crate) struct Still {
    now: RefCell<Instant>,
    pub(crate) waits: RefCell<Vec<u64>>,
}

pub(crate) fn noon() -> Instant {
    Instant::from_rfc3339("2026-03-01T12:00:00Z").expect("a time")
}

impl Still {
    pub(crate) fn new() -> Self {
        Self { now: RefCell::new(noon()), waits: RefCell::default() }
    }
}

impl Clock for Still {
    fn now(&self) -> Instant {
        *self.now.borrow()
    }

    async fn sleep(&self, time: Duration) {
        self.waits.borrow_mut().push(time.as_secs());
        let millis = i64::try_from(time.as_millis()).expect("a short time");
        let later = Instant::from_millis(self.now.borrow().millis() + millis).expect("a time");
        *self.now.borrow_mut() = later;
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

/// Keeps in memory what it has not got yet.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) kept: Vec<Fetched>,
    pub(crate) place: Option<Place>,
    pub(crate) waited_until: Vec<Instant>,
    /// Cancels once this many objects are kept.
    pub(crate) cancel_at: Option<(usize, CancellationToken)>,
}

impl Shelf {
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.kept.iter().map(|fetched| String::from_utf8_lossy(&fetched.body).into_owned()).collect()
    }
}

impl Keeper for Shelf {
    fn keep(&mut self, fetched: Vec<Fetched>) -> Result<Kept, String> {
        let mut kept = Kept::default();
        for object in fetched {
            if self.kept.iter().any(|known| known.body == object.body) {
                kept.known += 1;
            } else {
                kept.new += 1;
                self.kept.push(object);
            }
        }
        if let Some((count, cancel)) = &self.cancel_at
            && self.kept.len() >= *count
        {
            cancel.cancel();
        }
        Ok(kept)
    }

    fn reached(&mut self, place: &Place) -> Result<(), String> {
        self.place = Some(place.clone());
        Ok(())
    }

    fn progress(&mut self, progress: &Progress) {
        self.waited_until.extend(progress.waiting_until);
    }
}

/// One run from where the shelf got to, or from the beginning of `since`.
pub(crate) async fn run(
    service: Service,
    access: &Access,
    since: Option<&str>,
    shelf: &mut Shelf,
    clock: &Still,
) -> Result<Progress, HistoryError> {
    let since = since.map(|since| Instant::from_rfc3339(since).expect("a time"));
    let place =
        shelf.place.clone().filter(|place| !place.done).unwrap_or_else(|| Place::start(since, noon()));
    let cancel = shelf.cancel_at.as_ref().map(|(_, cancel)| cancel.clone()).unwrap_or_default();
    back_fill(service, access, place, clock, &cancel, shelf).await
}
