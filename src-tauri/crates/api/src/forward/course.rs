//! The course of forwarding: takes what is due, sends it, and rests until something new comes or the next time is there.

use std::collections::HashMap;
use std::time::Duration;

use afterchat_archive::{Asker, Taken, TargetId};
use afterchat_transcript::Instant;
use tokio::task::{Id, JoinError, JoinSet, yield_now};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Forwarder;
use crate::{Failure, blocking};

/// Targets that are sent to at once.
const AT_ONCE: usize = 32;
/// How long stopping waits for what is under way.
const GRACE: Duration = Duration::from_secs(3);
/// After a failure of the archive forwarding rests, instead of trying a full disk a thousand times a second.
const REST: Duration = Duration::from_secs(1);
/// A wall clock may be put forward while a timer sleeps: nothing sleeps for longer.
const LOOK: Duration = Duration::from_secs(60);

/// Forwards until it is stopped.
pub(super) async fn run(forwarder: Forwarder, stop: CancellationToken) {
    let mut changes = forwarder.0.archive.changes();
    let mut under_way = JoinSet::new();
    let mut busy: HashMap<Id, TargetId> = HashMap::new();
    forwarder.tidy().await;
    loop {
        changes.mark_unchanged();
        forwarder.look_at_targets();
        let taken = match forwarder.take(&busy, AT_ONCE.saturating_sub(busy.len())).await {
            Ok(taken) => taken,
            Err(failure) => {
                tracing::error!(%failure, "What is to be forwarded could not be looked up; trying again shortly.");
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = sleep(REST) => continue,
                }
            }
        };
        for lease in taken.leases {
            let (forwarder, target) = (forwarder.clone(), lease.target.id);
            let task = under_way.spawn(async move { forwarder.forward(&lease).await });
            busy.insert(task.id(), target);
        }
        let rest = taken.next_at.filter(|_| busy.len() < AT_ONCE).map(|next| until(next, forwarder.now()));
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = under_way.join_next_with_id() => {
                let task = ended.as_ref().map_or_else(JoinError::id, |(task, ())| *task);
                busy.remove(&task);
                if let Err(error) = ended {
                    tracing::error!(%error, "Forwarding a delivery broke off; it is tried again.");
                }
            }
            () = forwarder.0.nudge.notified() => {}
            Ok(()) = changes.changed() => {}
            () = pass(rest.unwrap_or_default()), if rest.is_some() => {}
        }
    }
    let finished = async { while under_way.join_next().await.is_some() {} };
    if timeout(GRACE, finished).await.is_err() {
        under_way.shutdown().await;
    }
    forwarder.release().await;
}

/// Lets this time pass. A timer wakes no sooner than at its next whole millisecond, so what is due already has none.
async fn pass(rest: Duration) {
    if rest.is_zero() { yield_now().await } else { sleep(rest).await }
}

/// How long until this time.
fn until(next: Instant, now: Instant) -> Duration {
    let millis = next.millis().saturating_sub(now.millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LOOK)
}

impl Forwarder {
    async fn take(&self, busy: &HashMap<Id, TargetId>, most: usize) -> Result<Taken, Failure> {
        let (archive, holder, now) = (self.0.archive.clone(), self.0.holder.clone(), self.now());
        let (runs, busy) = (self.runs(), busy.values().copied().collect::<Vec<_>>());
        blocking(move || {
            let asker = Asker { holder: &holder, runs: &runs, busy: &busy, most };
            Ok(archive.take_forwards(&asker, now)?)
        })
        .await
    }

    async fn tidy(&self) {
        let (archive, now) = (self.0.archive.clone(), self.now());
        if let Err(failure) = blocking(move || Ok(archive.tidy_forwards(now)?)).await {
            tracing::warn!(%failure, "Removed targets of forwarding were not let go of; that is tried at the next start.");
        }
    }

    async fn release(&self) {
        let (archive, holder) = (self.0.archive.clone(), self.0.holder.clone());
        if let Err(failure) = blocking(move || Ok(archive.release_forwards(&holder)?)).await {
            tracing::warn!(%failure, "What was being forwarded is tried again only after a while.");
        }
    }
}
