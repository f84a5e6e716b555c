//! A journal in memory that can be told to fail or to take its time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use afterchat_archive::{Address, DeliveryId, Examined, Hook, Refusal, Told};
use afterchat_listener::{Door, Journal, Kept, Limits, Reply, bind, open};
use afterchat_transcript::{Delivery, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::sender::Sender;

/// The token of both sources, `shop` and `elsewhere`.
pub(crate) const TOKEN: &str = "k3q7zt4m5n6p";
/// The request line's target for the hook address of `shop`.
pub(crate) const HOOK: &str = "/h/shop/k3q7zt4m5n6p";
/// The one for the hook address of `elsewhere`.
pub(crate) const OTHER_HOOK: &str = "/h/elsewhere/k3q7zt4m5n6p";

/// Longer than anything in these tests may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
pub(crate) struct Full;

/// Keeps deliveries in memory.
#[derive(Clone)]
pub(crate) struct Ledger {
    kept: Arc<Mutex<Vec<Arc<Delivery>>>>,
    told: Arc<Mutex<Vec<Told>>>,
    refused: Arc<Mutex<Vec<Refusal>>>,
    /// What is told about each delivery in turn; the usual answer when there is none left.
    pub(crate) replies: Arc<Mutex<VecDeque<Reply>>>,
    /// Whether appends fail.
    pub(crate) full: Arc<AtomicBool>,
    /// Each append waits for a permit and uses it up.
    pub(crate) gate: Arc<Semaphore>,
    /// How many answers and refused requests have been noted.
    pub(crate) notes: watch::Sender<usize>,
    /// How many appends have begun.
    pub(crate) begun: watch::Sender<usize>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            kept: Arc::default(),
            told: Arc::default(),
            refused: Arc::default(),
            replies: Arc::default(),
            notes: watch::Sender::new(0),
            full: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            begun: watch::Sender::new(0),
        }
    }
}

impl Journal for Ledger {
    type Error = Full;

    fn hook(&self, source: &str, token: &str, _: Instant) -> Option<Hook> {
        (["shop", "elsewhere"].contains(&source) && token == TOKEN).then(|| Hook {
            source: source.to_owned(),
            provider: None,
            guard: None,
            address: Address::Present,
        })
    }

    async fn append(&self, delivery: Arc<Delivery>, _: Examined) -> Result<DeliveryId, Full> {
        self.begun.send_modify(|begun| *begun += 1);
        self.gate.acquire().await.expect("the gate is never taken away").forget();
        if self.full.load(Ordering::SeqCst) {
            return Err(Full);
        }
        let mut kept = self.kept.lock().expect("no test panics while keeping");
        kept.push(delivery);
        Ok(DeliveryId(i64::try_from(kept.len()).expect("a small number")))
    }

    async fn reply(&self, kept: &Kept) -> Reply {
        let next = self.replies.lock().expect("no test panics while answering").pop_front();
        next.unwrap_or_else(|| Reply::usual(kept.refused))
    }

    fn told(&self, told: Told) {
        self.told.lock().expect("no test panics while noting").push(told);
        self.notes.send_modify(|notes| *notes += 1);
    }

    fn refused(&self, refusal: Refusal) {
        self.refused.lock().expect("no test panics while noting").push(refusal);
        self.notes.send_modify(|notes| *notes += 1);
    }
}

impl Ledger {
    /// What was kept, in order.
    pub(crate) fn kept(&self) -> Vec<Delivery> {
        let kept = self.kept.lock().expect("no test panics while keeping");
        kept.iter().map(|delivery| Delivery::clone(delivery)).collect()
    }

    /// Waits until this many answers and refused requests have been noted, and gives them.
    pub(crate) async fn noted(&self, count: usize) -> (Vec<Told>, Vec<Refusal>) {
        let mut notes = self.notes.subscribe();
        let enough = timeout(PATIENCE, notes.wait_for(|notes| *notes >= count)).await;
        enough.expect("every request is noted in the end").expect("the ledger is there");
        let told = self.told.lock().expect("no test panics while noting").clone();
        (told, self.refused.lock().expect("no test panics while noting").clone())
    }

    /// A ledger that tells these replies, one after another.
    pub(crate) fn telling(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Arc::new(Mutex::new(replies.into_iter().collect()));
        Self { replies, ..Self::default() }
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

/// A POST to the hook address of `shop`.
pub(crate) fn post(body: impl AsRef<[u8]>) -> Vec<u8> {
    post_to(HOOK, body)
}

/// A POST to a hook address.
pub(crate) fn post_to(hook: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("POST {hook} HTTP/1.1\r\nHost: afterchat\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
