//! Reads a request's body within its limits.

use std::sync::Arc;

use afterchat_archive::RefusalReason;
use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::Limits;
use crate::shares::Share;

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
    /// Its source has had more requests than it takes; the next one is taken after so many seconds.
    TooMany(u64),
    /// It came to an address that is no longer good.
    OldAddress,
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
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::OldAddress => StatusCode::NOT_FOUND,
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
            Self::TooMany(_) => RefusalReason::TooMany,
            Self::OldAddress => RefusalReason::OldAddress,
            Self::NotKept => RefusalReason::NotKept,
        }
    }
}

/// The memory for bodies on their way into the journal.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<Semaphore>);

impl Memory {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Semaphore::new(units(limits.bodies_bytes.max(limits.body_bytes)))))
    }

    /// Waits until this many bytes may be taken in, of the source's share and of all, and sets them aside until that is
    /// dropped. As each body sets aside all it can need before it is read, bodies never wait for each other in a circle.
    async fn set_aside(&self, bytes: usize, share: &Share) -> Option<SetAside> {
        let units = u32::try_from(units(bytes)).ok()?;
        let of_share = share.memory(units).await?;
        Some(SetAside { of_share, of_all: self.0.clone().acquire_many_owned(units).await.ok()? })
    }
}

/// How many units of memory so many bytes are.
pub(crate) fn units(bytes: usize) -> usize {
    bytes.div_ceil(KIB)
}

/// Memory that is set aside for one body.
#[derive(Debug)]
pub(crate) struct SetAside {
    of_share: OwnedSemaphorePermit,
    of_all: OwnedSemaphorePermit,
}

impl SetAside {
    /// Gives back all but what this many bytes need.
    fn shrink(&mut self, bytes: usize) {
        for permit in [&mut self.of_share, &mut self.of_all] {
            let unused = permit.num_permits().saturating_sub(units(bytes));
            drop(permit.split(unused));
        }
    }
}

/// Takes a whole body into `bytes`, and gives the memory set aside for it. `seen` counts its bytes, also those that were
/// not taken.
pub(crate) async fn take(
    mut body: Body,
    (memory, share): (&Memory, &Share),
    limits: &Limits,
    bytes: &mut Vec<u8>,
    seen: &mut u64,
) -> Result<SetAside, NotTaken> {
    let said = body.size_hint();
    let fits = |bytes: u64| usize::try_from(bytes).is_ok_and(|bytes| bytes <= limits.body_bytes);
    if !fits(said.lower()) {
        return Err(NotTaken::TooLong);
    }
    let length = said.exact().and_then(|exact| usize::try_from(exact).ok());
    let waited = timeout(limits.body, memory.set_aside(length.unwrap_or(limits.body_bytes), share)).await;
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
                memory.shrink(bytes.len());
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
