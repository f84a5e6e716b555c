//! A journal in memory that can be told to fail or to take its time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use afterchat_archive::{Hook, Signature};
use afterchat_listener::{Door, Journal, Limits, bind, open};
use afterchat_transcript::Delivery;
use tokio::sync::{Semaphore, watch};

use crate::sender::Sender;

/// The only token, of the only source `shop`.
pub(crate) const TOKEN: &str = "k3q7zt4m5n6p";
/// The request line's target for the only hook address.
pub(crate) const HOOK: &str = "/h/shop/k3q7zt4m5n6p";

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
pub(crate) struct Full;

/// Keeps deliveries in memory.
#[derive(Clone)]
pub(crate) struct Ledger {
    kept: Arc<Mutex<Vec<Delivery>>>,
    /// Whether appends fail.
    pub(crate) full: Arc<AtomicBool>,
    /// Each append waits for a permit and uses it up.
    pub(crate) gate: Arc<Semaphore>,
    /// How many appends have begun.
    pub(crate) begun: watch::Sender<usize>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            kept: Arc::default(),
            full: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            begun: watch::Sender::new(0),
        }
    }
}

impl Journal for Ledger {
    type Error = Full;

    fn hook(&self, source: &str, token: &str) -> Option<Hook> {
        (source == "shop" && token == TOKEN).then(|| Hook {
            source: source.to_owned(),
            provider: None,
            guard: None,
        })
    }

    async fn append(&self, delivery: Delivery, _: Option<Signature>) -> Result<(), Full> {
        self.begun.send_modify(|begun| *begun += 1);
        self.gate.acquire().await.expect("the gate is never taken away").forget();
        if self.full.load(Ordering::SeqCst) {
            return Err(Full);
        }
        self.kept.lock().expect("no test panics while keeping").push(delivery);
        Ok(())
    }
}

impl Ledger {
    /// What was kept, in order.
    pub(crate) fn kept(&self) -> Vec<Delivery> {
        self.kept.lock().expect("no test panics while keeping").clone()
    }

    /// A ledger whose appends wait until permits are added to its gate.
    pub(crate) fn closed_gate() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), ..Self::default() }
    }
}

/// A door with its ledger and one connection to it.
pub(crate) async fn met(limits: Limits) -> (Door, Ledger, Sender) {
    let ledger = Ledger::default();
    let door = opened(&ledger, limits).await;
    let sender = Sender::connect(door.address).await;
    (door, ledger, sender)
}

/// A door before this ledger.
pub(crate) async fn opened(ledger: &Ledger, limits: Limits) -> Door {
    open(bind(0).await.expect("a free port"), ledger.clone(), limits).await
}

/// A POST to the hook address.
pub(crate) fn post(body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("POST {HOOK} HTTP/1.1\r\nHost: afterchat\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
