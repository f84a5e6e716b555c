//! The routes of the door: hook addresses, and an empty 404 for all else.

use std::sync::Arc;
use std::time::Duration;

use afterchat_archive::{Address, Examined, Hook, Refusal};
use afterchat_transcript::Delivery;
use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection};
use axum::http::header::{CONNECTION, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use crate::body::{self, Memory, NotTaken, SetAside};
use crate::line::Line;
use crate::rate::Rates;
use crate::receipt::Receipt;
use crate::receiving::Receiving;
use crate::shares::{Share, Shares};
use crate::{Journal, Kept, Limits, Reply};

/// Tells the time of receipt.
pub type Clock = fn() -> afterchat_transcript::Instant;

/// How many seconds a service should wait before it sends again what could not be kept.
const RETRY_SECONDS: u64 = 30;
/// An answer that takes longer than this is watched: its sender may leave before it.
const PROMPT: Duration = Duration::from_millis(20);

/// Marks a response that is none: the connection ends instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp;

struct Reception<J> {
    journal: J,
    limits: Limits,
    rates: Rates,
    shares: Shares,
    memory: Memory,
    /// Places for answers that wait.
    waiting: Semaphore,
    clock: Clock,
}

/// The routes of the door. There is nothing else behind it, whatever the method and path.
pub fn router<J: Journal>(journal: J, limits: Limits, clock: Clock) -> Router {
    let (memory, waiting) = (Memory::new(&limits), Semaphore::new(limits.waiting));
    let (rates, shares) = (Rates::new(limits.rate), Shares::new(&limits));
    Router::new()
        .route("/h/{source}/{token}", any(receive::<J>))
        .fallback(async || nowhere())
        .with_state(Arc::new(Reception { journal, limits, rates, shares, memory, waiting, clock }))
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
    match address.ok().and_then(|address| reception.hook(&address)) {
        Some(hook) if hook.address == Address::Ended => {
            let (parts, _) = request.into_parts();
            // Whoever has a wrong token must not learn that it was a right one. Who owns the address should: its service
            // has been forgotten.
            Receiving::new(reception.journal.clone(), reception.clock, hook, parts)
                .not_taken(NotTaken::OldAddress);
            nowhere()
        }
        Some(hook) => take(&reception, hook, request).await,
        None => nowhere(),
    }
}

async fn take<J: Journal>(reception: &Reception<J>, hook: Hook, request: Request) -> Response {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let line = parts.extensions.get::<Line>().cloned();
    if line.as_ref().is_some_and(|line| !line.engage()) {
        return hang_up();
    }
    let (source, guard) = (hook.source.clone(), hook.guard.clone());
    let old_token = match hook.address {
        Address::Old(id) => Some(id),
        Address::Present | Address::Ended => None,
    };
    let mut receiving = Receiving::new(reception.journal.clone(), reception.clock, hook, parts);
    let share = reception.shares.of(&source);
    let place = share.request();
    let taken = match (reception.rates.count(&source), &place) {
        (Err(seconds), _) => Err(NotTaken::TooMany(seconds)),
        (Ok(()), None) => Err(NotTaken::Busy),
        (Ok(()), Some(_)) => reception.receive(body, &share, &mut receiving).await,
    };
    let memory = match taken {
        Ok(memory) => memory,
        Err(reason) => {
            tracing::info!(source, ?reason, "A request was not taken.");
            receiving.not_taken(reason);
            return not_taken(reason);
        }
    };
    let whole = Instant::now();
    let mut delivery = receiving.whole();
    let signature = guard.and_then(|guard| guard.examine(&mut delivery));
    let examined = Examined { signature, old_token };
    let journal = reception.journal.clone();
    // A sender that stops waiting for the answer drops this future. Its delivery arrived whole, so it is kept on a
    // task of its own: many services never send again.
    let mut answering = tokio::spawn(async move {
        let answer = keep(&journal, delivery, examined, begun, whole).await;
        // The body is no longer needed; waiting for the moment of the answer takes no room for others.
        drop(memory);
        answer
    });
    let answer = match (timeout(PROMPT, &mut answering).await, &line) {
        (Ok(answer), _) => answer,
        (Err(_), line) => {
            line.iter().for_each(Line::watch);
            answering.await
        }
    };
    match answer {
        Ok(Some((receipt, reply))) => reception.answer(line, receipt, reply).await,
        Ok(None) => not_taken(NotTaken::NotKept),
        Err(error) => {
            tracing::error!(source, %error, "Keeping a delivery broke off; its service was told to send it again.");
            not_taken(NotTaken::NotKept)
        }
    }
}

/// Keeps a delivery and decides what is told; `None` when it could not be kept.
async fn keep<J: Journal>(
    journal: &J,
    delivery: Delivery,
    examined: Examined,
    begun: Instant,
    whole: Instant,
) -> Option<(Receipt, Reply)> {
    let delivery = Arc::new(delivery);
    let refused = examined.signature.clone().filter(|signature| signature.refused);
    let id = match journal.append(Arc::clone(&delivery), examined).await {
        Ok(id) => id,
        Err(error) => {
            let source = &delivery.source;
            tracing::error!(source, %error, "A delivery could not be kept; its service was told to send it again.");
            let (reason, length) = (NotTaken::NotKept, delivery.body.len() as u64);
            let status = Some(reason.status().as_u16());
            journal.refused(Refusal::new(&delivery, reason.in_words(), status, length, Some(length)));
            return None;
        }
    };
    if let Some(signature) = &refused {
        let (source, doubt, scheme) = (&delivery.source, signature.doubt, &signature.scheme);
        tracing::warn!(source, ?doubt, scheme, "A delivery is in quarantine because of its signature.");
    }
    let noting = journal.clone();
    let mut receipt = Receipt::new(id, begun, whole, move |told| noting.told(told));
    let reply = journal.reply(&Kept { id, delivery, refused: refused.is_some() }).await;
    receipt.decided(&reply);
    Some((receipt, reply))
}

impl<J: Journal> Reception<J> {
    fn hook(&self, address: &RawPathParams) -> Option<Hook> {
        let mut parts = address.iter().map(|(_, value)| value);
        self.journal.hook(parts.next()?, parts.next()?, (self.clock)())
    }

    async fn receive(
        &self,
        body: Body,
        share: &Share,
        receiving: &mut Receiving<J>,
    ) -> Result<SetAside, NotTaken> {
        body::take(body, (&self.memory, share), &self.limits, &mut receiving.bytes, &mut receiving.seen).await
    }

    /// Tells what was decided, once its time has come. Dropped while it waits, it was not told.
    async fn answer(&self, line: Option<Line>, receipt: Receipt, reply: Reply) -> Response {
        if !reply.delay.is_zero() {
            // Beyond the limit an answer does not wait: it takes a connection, of which there are only so many.
            if let Ok(_place) = self.waiting.try_acquire() {
                wait(line.as_ref(), reply.delay).await;
            }
        }
        if reply.drop {
            receipt.handed(line.as_ref().and_then(Line::left));
            return hang_up();
        }
        match line {
            Some(line) => line.expect(receipt),
            None => receipt.handed(None),
        }
        reply.into_response()
    }
}

/// Waits, but not for a sender that certainly has left.
async fn wait(line: Option<&Line>, delay: Duration) {
    let Some(line) = line else { return sleep(delay).await };
    line.watch();
    tokio::select! {
        () = sleep(delay) => {}
        () = line.broken() => {}
    }
}

fn nowhere() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// Stands for the connection's end without an answer.
fn hang_up() -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

fn not_taken(reason: NotTaken) -> Response {
    let mut response = reason.status().into_response();
    let headers = response.headers_mut();
    let seconds = match reason {
        NotTaken::Busy | NotTaken::NotKept => Some(RETRY_SECONDS),
        NotTaken::TooMany(seconds) => Some(seconds),
        NotTaken::TooLong | NotTaken::TooSlow | NotTaken::Interrupted | NotTaken::OldAddress => None,
    };
    match seconds {
        Some(seconds) => headers.insert(RETRY_AFTER, seconds.into()),
        // The rest of the body is not read, so nothing can follow it.
        None => headers.insert(CONNECTION, HeaderValue::from_static("close")),
    };
    response
}
