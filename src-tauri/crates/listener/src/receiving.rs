//! A request whose body is on its way. When it is not taken, whatever the reason, the journal hears what came of it.

use afterchat_archive::{Hook, Refusal, RefusalReason};
use afterchat_transcript::{Delivery, DeliveryKind, Header};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;

use crate::Journal;
use crate::body::NotTaken;
use crate::head::{self, RawHead};

/// Stands in a delivery's path where the token stood.
const TOKEN_TAKEN_OUT: &str = "…";

/// A request that reached a hook address and has not been taken yet. Dropped as it is, it counts as broken off.
pub(crate) struct Receiving<J: Journal> {
    journal: J,
    clock: crate::Clock,
    hook: Hook,
    parts: Parts,
    /// The body so far.
    pub(crate) bytes: Vec<u8>,
    /// How many bytes of the body were seen, also those that are not in `bytes`.
    pub(crate) seen: u64,
    open: bool,
}

impl<J: Journal> Receiving<J> {
    pub(crate) fn new(journal: J, clock: crate::Clock, hook: Hook, parts: Parts) -> Self {
        Self { journal, clock, hook, parts, bytes: Vec::new(), seen: 0, open: true }
    }

    /// The whole request, received now.
    pub(crate) fn whole(&mut self) -> Delivery {
        self.open = false;
        Delivery {
            kind: DeliveryKind::Hook,
            source: self.hook.source.clone(),
            provider: self.hook.provider.clone(),
            method: self.parts.method.as_str().to_owned(),
            path: without_token(self.parts.uri.path()),
            query: self.parts.uri.query().map(str::to_owned),
            headers: headers(&self.parts),
            body: std::mem::take(&mut self.bytes),
            received_at: (self.clock)(),
        }
    }

    /// It is not taken, and its sender is told so.
    pub(crate) fn not_taken(mut self, reason: NotTaken) {
        let status = reason.status().as_u16();
        self.note(reason.in_words(), Some(status));
    }

    fn note(&mut self, reason: RefusalReason, status: Option<u16>) {
        self.open = false;
        let announced = self.parts.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        let (bytes, seen) = (std::mem::take(&mut self.bytes), self.seen);
        let mut delivery = self.whole();
        if let Some(guard) = &self.hook.guard {
            guard.conceal(&mut delivery.headers);
        }
        delivery.body = bytes;
        self.journal.refused(Refusal::new(&delivery, reason, status, seen, announced));
    }
}

impl<J: Journal> Drop for Receiving<J> {
    fn drop(&mut self) {
        if self.open {
            self.note(RefusalReason::BrokenOff, None);
        }
    }
}

fn headers(request: &Parts) -> Vec<Header> {
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
