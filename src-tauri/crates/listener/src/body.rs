//! Reads a request's body within its limits.

use std::sync::Arc;

use afterchat_archive::RefusalReason;
use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::Limits;

/// The unit in which memory is set aside.
const KIB: usize = 1024;

/// Why a request was not taken. It is no delivery; only a note of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// It is longer than allowed, or says so.
    TooLong,
    /// It took or paused too long.
    TooSlow,
    /// It ended before its end.
    Interrupted,
    /// Too many bodies are on their way already.
    Busy,
    /// It arrived whole and could not be kept.
    NotKept,
}

impl NotTaken {
    /// The answer for the sender.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Interrupted => StatusCode::BAD_REQUEST,
            Self::Busy | Self::NotKept => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The reason as it is noted.
    pub(crate) fn in_words(self) -> RefusalReason {
        match self {
            Self::TooLong => RefusalReason::TooLong,
            Self::TooSlow => RefusalReason::TooSlow,
            Self::Interrupted => RefusalReason::BrokenOff,
            Self::Busy => RefusalReason::Busy,
            Self::NotKept => RefusalReason::NotKept,
        }
    }
}

/// The memory for bodies on their way into the journal.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<Semaphore>);

impl Memory {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Semaphore::new(limits.bodies_bytes.max(limits.body_bytes).div_ceil(KIB))))
    }

    /// Waits until this many bytes may be taken in, and sets them aside until the permit is dropped. As each body sets
    /// aside all it can need before it is read, bodies never wait for each other in a circle.
    async fn set_aside(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(bytes.div_ceil(KIB)).ok()?;
        self.0.clone().acquire_many_owned(units).await.ok()
    }
}

/// Takes a whole body into `bytes`, and gives the memory set aside for it. `seen` counts its bytes, also those that were
/// not taken.
pub(crate) async fn take(
    mut body: Body,
    memory: &Memory,
    limits: &Limits,
    bytes: &mut Vec<u8>,
    seen: &mut u64,
) -> Result<OwnedSemaphorePermit, NotTaken> {
    let said = body.size_hint();
    let fits = |bytes: u64| usize::try_from(bytes).is_ok_and(|bytes| bytes <= limits.body_bytes);
    if !fits(said.lower()) {
        return Err(NotTaken::TooLong);
    }
    let length = said.exact().and_then(|exact| usize::try_from(exact).ok());
    let waited = timeout(limits.body, memory.set_aside(length.unwrap_or(limits.body_bytes))).await;
    let mut memory = waited.ok().flatten().ok_or(NotTaken::Busy)?;

    let deadline = Instant::now() + limits.body;
    bytes.reserve_exact(length.unwrap_or(0));
    loop {
        let patience = deadline.min(Instant::now() + limits.body_idle);
        match timeout_at(patience, body.frame()).await {
            Err(_) => return Err(NotTaken::TooSlow),
            Ok(Some(Err(_))) => return Err(NotTaken::Interrupted),
            Ok(None) => {
                // Of a body without a length the longest was set aside; an answer may be long in coming.
                let unused = memory.num_permits().saturating_sub(bytes.len().div_ceil(KIB));
                drop(memory.split(unused));
                return Ok(memory);
            }
            Ok(Some(Ok(frame))) => {
                let Ok(data) = frame.into_data() else { continue };
                *seen += data.len() as u64;
                let room = limits.body_bytes - bytes.len();
                bytes.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    return Err(NotTaken::TooLong);
                }
            }
        }
    }
}
