//! What one source may have at once of what all sources share: half of the places, and half of the memory for bodies. Whoever
//! knows one address can stall as many requests as he likes; the other sources go on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Limits;
use crate::body::units;

/// The shares of all sources. It knows only sources that exist, so it stays small.
#[derive(Debug)]
pub(crate) struct Shares {
    each: Mutex<HashMap<String, Share>>,
    requests: usize,
    memory: usize,
}

/// The share of one source.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    requests: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

impl Shares {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (requests, memory) = (limits.connections / 2, (limits.bodies_bytes / 2).max(limits.body_bytes));
        Self { each: Mutex::default(), requests: requests.max(1), memory: units(memory) }
    }

    pub(crate) fn of(&self, source: &str) -> Share {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = each.get(source) {
            return share.clone();
        }
        let new = |count| Arc::new(Semaphore::new(count));
        let share = Share { requests: new(self.requests), memory: new(self.memory) };
        each.insert(source.to_owned(), share.clone());
        share
    }
}

impl Share {
    /// A place among the requests of this source, if there is one.
    pub(crate) fn request(&self) -> Option<OwnedSemaphorePermit> {
        self.requests.clone().try_acquire_owned().ok()
    }

    /// Waits until so many units of this source's memory are free.
    pub(crate) async fn memory(&self, units: u32) -> Option<OwnedSemaphorePermit> {
        self.memory.clone().acquire_many_owned(units).await.ok()
    }
}
