//! What a connection's requests and its socket tell each other: that an answer waits, that the sender has left
//! meanwhile, that a request is on a hook address, and that its answer was handed to the socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::places::{Engaged, Seat};
use crate::receipt::Receipt;

/// One connection, as its requests and its socket both see it.
#[derive(Debug, Clone)]
pub(crate) struct Line(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    seat: Seat,
    state: Mutex<State>,
    broken: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// True while an answer takes long enough that the sender may leave before it.
    watched: bool,
    /// When the sender was seen to have closed its side or broken off.
    left: Option<Instant>,
    /// The answers that hyper has been given and the socket has not. More than one only where a sender does not wait
    /// for an answer before its next request.
    receipts: Vec<Receipt>,
    /// Keeps the connection's place while a request on a hook address has not been answered.
    engaged: Option<Engaged>,
    /// True once its answer was given to hyper.
    answered: bool,
}

impl Drop for State {
    /// The connection has ended before these answers were handed over.
    fn drop(&mut self) {
        let left = self.left;
        self.receipts.drain(..).for_each(|receipt| receipt.missed(left));
    }
}

impl Line {
    pub(crate) fn new(seat: Seat) -> Self {
        Self(Arc::new(Shared { seat, state: Mutex::default(), broken: Notify::new() }))
    }

    /// A request on a hook address has begun. False when the connection was asked to leave before.
    pub(crate) fn engage(&self) -> bool {
        let mut state = self.state();
        state.answered = false;
        if state.engaged.is_none() {
            state.engaged = self.0.seat.engage();
        }
        state.engaged.is_some()
    }

    /// The answer to the request at hand goes out next.
    pub(crate) fn answered(&self) {
        self.state().answered = true;
    }

    /// Asks the socket to look whether the sender leaves.
    pub(crate) fn watch(&self) {
        self.state().watched = true;
    }

    /// True while somebody wants to know whether the sender leaves and it has not left.
    pub(crate) fn is_watched(&self) -> bool {
        let state = self.state();
        state.watched && state.left.is_none()
    }

    /// The sender has closed its side, which some do while they wait for the answer.
    pub(crate) fn closed(&self) {
        self.state().left.get_or_insert_with(Instant::now);
    }

    /// The connection is broken: no answer can arrive.
    pub(crate) fn broke(&self) {
        self.closed();
        self.0.broken.notify_one();
    }

    /// Resolves once the connection is known to be broken.
    pub(crate) async fn broken(&self) {
        self.0.broken.notified().await;
    }

    /// The answer that goes out next.
    pub(crate) fn expect(&self, receipt: Receipt) {
        let mut state = self.state();
        state.watched = false;
        state.receipts.push(receipt);
    }

    /// All answers so far were handed to the socket.
    pub(crate) fn handed(&self) {
        let mut state = self.state();
        let engaged = if state.answered { state.engaged.take() } else { None };
        let (receipts, left) = (std::mem::take(&mut state.receipts), state.left);
        drop(state);
        drop(engaged);
        receipts.into_iter().for_each(|receipt| receipt.handed(left));
    }

    /// When the sender was seen to have left.
    pub(crate) fn left(&self) -> Option<Instant> {
        self.state().left
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
