//! Forwarding, while the door is open: what is due is sent to its targets, and what must be sent before the answer is sent
//! from the door.
//!
//! Each target is sent one delivery at a time, in order of arrival; what failed steps aside and is tried again later, so
//! that one delivery a target chokes on holds up no other. Targets do not wait for each other, and the door waits for
//! none of them unless a person asked it to, and then only so long. A target gets each delivery at least once.

mod attempt;
mod before;
mod course;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use afterchat_archive::{Archive, Target, TargetId, TargetSettings};
use afterchat_relay::written::recognisable;
use afterchat_transcript::Instant;
use serde::Serialize;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Api, Failure, now};

pub(crate) use attempt::leads_here;
pub(crate) use before::Forwarding;

/// How long one attempt may take when nobody said otherwise, and at most: seconds.
pub(crate) const DEADLINE: u32 = 10;
pub(crate) const LONGEST_DEADLINE: u32 = 30;
/// Deliveries that one target is sent from the door at once. What comes on top is answered and sent afterwards: a target
/// that hangs must not take all the door's connections.
const AT_DOOR: usize = 16;
/// Tellings that wait for a host that reads slowly.
const TOLD: usize = 1024;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// One attempt to forward a delivery, for a host that tells of them by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForwardTold {
    /// The delivery's number.
    pub delivery: String,
    /// The source it reached.
    pub source: String,
    /// The name of the target.
    pub target: String,
    /// Its address, without what its query holds that is secret.
    pub url: String,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// `done`, `again` or `dead`.
    pub outcome: &'static str,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Instant>,
}

/// Forwards while it is started. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Forwarder(Arc<Shared>);

struct Shared {
    archive: Archive,
    clock: Clock,
    /// Names this run of this program.
    holder: String,
    /// There may be something new.
    nudge: Notify,
    told: broadcast::Sender<ForwardTold>,
    /// The targets of this run of the command.
    runs: Mutex<Vec<TargetId>>,
    /// Targets that are sent to before the answer, by source: looked at for every delivery, so kept in memory.
    before: RwLock<Arc<HashMap<String, Vec<TargetId>>>>,
    /// Places at the door, by target.
    places: Mutex<HashMap<TargetId, Arc<Semaphore>>>,
    running: Mutex<Option<Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Forwarder").field("holder", &self.holder).finish_non_exhaustive()
    }
}

impl Forwarder {
    pub(crate) fn new(archive: Archive) -> Self {
        Self::with_clock(archive, Arc::new(now))
    }

    pub(crate) fn with_clock(archive: Archive, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            archive,
            clock,
            holder: format!("{:016x}", random()),
            nudge: Notify::new(),
            told: broadcast::Sender::new(TOLD),
            runs: Mutex::default(),
            before: RwLock::default(),
            places: Mutex::default(),
            running: Mutex::default(),
        }))
    }

    /// Begins to forward, unless it does already. Needs a tokio runtime.
    pub(crate) fn start(&self) {
        let mut running = self.running();
        if running.is_none() {
            self.look_at_targets();
            let stop = CancellationToken::new();
            let task = tokio::spawn(course::run(self.clone(), stop.clone()));
            *running = Some(Running { stop, task });
        }
    }

    /// Stops forwarding: what is under way may end soon, what is left is due again at once, for whoever forwards next.
    pub(crate) async fn stop(&self) {
        let running = self.running().take();
        if let Some(Running { stop, task }) = running {
            stop.cancel();
            if let Err(error) = task.await {
                tracing::error!(%error, "Forwarding broke off; what was not sent is sent after the next start.");
            }
        }
    }

    /// There may be something new to forward.
    pub(crate) fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// Somebody decided something about targets.
    pub(crate) fn decided(&self) {
        self.look_at_targets();
        self.nudge();
    }

    fn look_at_targets(&self) {
        let known = match self.0.archive.forward_targets() {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "The targets of forwarding could not be read again.");
                return;
            }
        };
        let mut before: HashMap<String, Vec<TargetId>> = HashMap::new();
        for Target { id, source, settings, paused, .. } in known {
            if let Some(source) = source.filter(|_| settings.before && !paused) {
                before.entry(source).or_default().push(id);
            }
        }
        *self.0.before.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(before);
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runs(&self) -> Vec<TargetId> {
        self.0.runs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn now(&self) -> Instant {
        (self.0.clock)()
    }
}

/// A number that nobody can foresee; where the system gives none, one that is at least not the same everywhere.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Checks an address that a person entered as a target.
pub(crate) fn check_address(archive: &Archive, text: &str) -> Result<(), Failure> {
    let url = url::Url::parse(text.trim()).map_err(|_| {
        Failure::new(
            "target_not_http",
            "Only addresses that begin with http:// or https:// can be forwarded to.",
        )
    })?;
    afterchat_relay::forward::check(&url).map_err(|error| Failure::new(error.code(), &error.to_string()))?;
    if leads_here(archive, &url) {
        return Err(Failure::new(
            "target_is_here",
            "This is a hook address of this very Afterchat: what arrives there would be forwarded to it without end.",
        ));
    }
    Ok(())
}

impl Api {
    /// Tells of every attempt to forward from now on. A host that reads too slowly misses some of them.
    #[must_use]
    pub fn forwards(&self) -> broadcast::Receiver<ForwardTold> {
        self.forwarder.0.told.subscribe()
    }

    /// Forwards what reaches any source from now on to this address, after the answer and for as long as this program
    /// runs. If the last program that did so was killed, what it left undone is gone on with.
    ///
    /// # Errors
    /// When the address cannot be forwarded to.
    pub fn forward_all_to(&self, url: &str) -> Result<(), Failure> {
        check_address(&self.archive, url)?;
        let settings = TargetSettings {
            name: recognisable(url.trim()),
            url: url.trim().to_owned(),
            before: false,
            pass_back: false,
            deadline: DEADLINE,
            credentials: false,
            numbered: true,
            quarantined: false,
        };
        let target = self.archive.begin_forward_run(settings, now())?;
        let mut runs = self.forwarder.0.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if !runs.contains(&target.id) {
            runs.push(target.id);
        }
        drop(runs);
        self.forwarder.nudge();
        Ok(())
    }

    /// Closes the door and ends what [`Api::forward_all_to`] began. Tells how many deliveries did not arrive at each
    /// address; they are sent by the next program that forwards there.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub async fn end_forwards(&self) -> Result<Vec<(String, i64)>, Failure> {
        self.door.close(&self.archive).await;
        self.forwarder.stop().await;
        let runs = std::mem::take(&mut *self.forwarder.0.runs.lock().unwrap_or_else(PoisonError::into_inner));
        let archive = self.archive.clone();
        crate::blocking(move || {
            let mut left = Vec::new();
            for id in runs {
                let target = archive.forward_target(id)?;
                left.push((recognisable(&target.settings.url), archive.end_forward_run(id, now())?));
            }
            Ok(left)
        })
        .await
    }
}
