//! The door's side of forwarding: what is kept is sent on, before the service is answered where a person asked for it.

use std::sync::{Arc, PoisonError};

use afterchat_archive::{
    AppendError, Archive, DeliveryId, Examined, Hook, Lease, Refusal, Risk, TargetId, Told,
};
use afterchat_listener::{Journal, Kept, Reply};
use afterchat_relay::Answered;
use afterchat_relay::forward::{Verdict, passed_back};
use afterchat_transcript::{Delivery, Instant};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::{AT_DOOR, Forwarder};
use crate::blocking;

/// The archive as the door sees it, with forwarding beside it. Whatever opens a door for services gives it this.
#[derive(Debug, Clone)]
pub(crate) struct Forwarding {
    archive: Archive,
    forwarder: Forwarder,
}

impl Forwarding {
    pub(crate) fn new(archive: Archive, forwarder: Forwarder) -> Self {
        Self { archive, forwarder }
    }
}

impl Journal for Forwarding {
    type Error = AppendError;

    fn hook(&self, source: &str, token: &str, now: Instant) -> Option<Hook> {
        self.archive.hook(source, token, now)
    }

    async fn append(&self, delivery: Arc<Delivery>, examined: Examined) -> Result<DeliveryId, AppendError> {
        let kept = Journal::append(&self.archive, delivery, examined).await?;
        self.forwarder.nudge();
        Ok(kept)
    }

    async fn reply(&self, kept: &Kept) -> Reply {
        match self.forwarder.before_answer(kept).await {
            Some(reply) => reply,
            None => Journal::reply(&self.archive, kept).await,
        }
    }

    fn told(&self, told: Told) {
        Journal::told(&self.archive, told);
    }

    fn refused(&self, refusal: Refusal) {
        Journal::refused(&self.archive, refusal);
    }
}

impl Forwarder {
    /// Sends what was just kept to the targets that come before the answer, to all at once. What the one says that passes
    /// back is the answer; `None` when there is none, or it said nothing that settles the matter: then the service is
    /// answered as always, and the delivery is tried again behind.
    async fn before_answer(&self, kept: &Kept) -> Option<Reply> {
        // What is in quarantine was refused, and that stands.
        if kept.refused || self.running().is_none() {
            return None;
        }
        let places = self.places(&kept.delivery.source);
        if places.is_empty() {
            return None;
        }
        let leases = self.take_at_door(places.iter().map(|(target, _)| *target).collect(), kept.id).await;
        let mut under_way = JoinSet::new();
        for lease in leases {
            let (forwarder, delivery) = (self.clone(), Arc::clone(&kept.delivery));
            under_way.spawn(async move {
                let went = forwarder.attempt(&lease, &delivery).await;
                (lease, went)
            });
        }
        let mut reply = None;
        while let Some(ended) = under_way.join_next().await {
            let Ok((lease, went)) = ended else { continue };
            if lease.target.settings.pass_back {
                let settled = matches!(went.verdict, Verdict::Good | Verdict::Final);
                reply = went.answered.filter(|_| settled).and_then(|answered| as_reply(&lease, answered));
            }
        }
        drop(places);
        reply
    }

    async fn take_at_door(&self, targets: Vec<TargetId>, delivery: DeliveryId) -> Vec<Lease> {
        let (archive, holder, now) = (self.0.archive.clone(), self.0.holder.clone(), self.now());
        let taken =
            blocking(move || Ok(archive.take_forwards_at_door(&holder, &targets, delivery, now)?)).await;
        taken.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "A delivery was answered before it was forwarded.");
            Vec::new()
        })
    }

    /// The targets of this source that come before the answer and have a place free at the door.
    fn places(&self, source: &str) -> Vec<(TargetId, OwnedSemaphorePermit)> {
        let before = Arc::clone(&self.0.before.read().unwrap_or_else(PoisonError::into_inner));
        let Some(targets) = before.get(source) else { return Vec::new() };
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = |target: &TargetId| {
            let of_target = places.entry(*target).or_insert_with(|| Arc::new(Semaphore::new(AT_DOOR)));
            Some((*target, Arc::clone(of_target).try_acquire_owned().ok()?))
        };
        targets.iter().filter_map(place).collect()
    }
}

/// A target's answer as the service's. A redirect stays here and so does 410, which services take as "never again", and
/// what is too long to be whole.
fn as_reply(lease: &Lease, answered: Answered) -> Option<Reply> {
    let risky = Risk::of(answered.status).is_some();
    if answered.truncated || risky || !matches!(answered.status, 200..=299 | 400..=499) {
        return None;
    }
    Some(Reply {
        status: answered.status,
        headers: passed_back(&answered.headers),
        body: answered.body,
        delay: Duration::ZERO,
        drop: false,
        because: Some(format!("{} answered", lease.target.settings.name)),
    })
}
