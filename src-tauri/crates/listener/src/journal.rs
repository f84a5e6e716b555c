//! What the door needs from the place that keeps deliveries, and nothing more: it cannot read there.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use afterchat_archive::{AppendError, Archive, DeliveryId, Examined, Hook, Refusal, Told};
use afterchat_transcript::{Delivery, Instant};

use crate::{Kept, Reply};

/// Where deliveries are kept. Whoever wraps one passes on every call, or what it tells is not noted.
pub trait Journal: Clone + Send + Sync + 'static {
    /// Why a delivery was not kept.
    type Error: Error + Send + 'static;

    /// The source of this name if the token is its own or was once, compared in constant time.
    fn hook(&self, source: &str, token: &str, now: Instant) -> Option<Hook>;

    /// Keeps a delivery, with what the door found of it, and gives its number. Resolves to `Ok` only after it is
    /// durably committed; every error means that it is not kept.
    fn append(
        &self,
        delivery: Arc<Delivery>,
        examined: Examined,
    ) -> impl Future<Output = Result<DeliveryId, Self::Error>> + Send;

    /// Decides what the service is told about a delivery that is kept. It runs to its end even if the sender leaves.
    fn reply(&self, kept: &Kept) -> impl Future<Output = Reply> + Send {
        std::future::ready(Reply::usual(kept.refused))
    }

    /// Notes what a delivery's service was told and how long it took. Must not wait. Nothing depends on the note.
    fn told(&self, _: Told) {}

    /// Notes a request that reached a hook address and was not taken. Must not wait. Nothing depends on the note.
    fn refused(&self, _: Refusal) {}
}

impl Journal for Archive {
    type Error = AppendError;

    fn hook(&self, source: &str, token: &str, now: Instant) -> Option<Hook> {
        Self::hook(self, source, token, now)
    }

    async fn append(&self, delivery: Arc<Delivery>, examined: Examined) -> Result<DeliveryId, AppendError> {
        self.append_examined(delivery, examined).await
    }

    async fn reply(&self, kept: &Kept) -> Reply {
        let usual = Reply::usual(kept.refused);
        if !self.has_answer_plan(&kept.delivery.source) {
            return usual;
        }
        // Looking up an event may wait for the disk.
        let (archive, kept) = (self.clone(), kept.clone());
        let asked = tokio::task::spawn_blocking(move || {
            archive.planned_answer(kept.id, &kept.delivery, kept.refused)
        });
        match asked.await {
            Ok(Ok(Some(planned))) => usual.planned(planned),
            Ok(Ok(None)) => usual,
            Ok(Err(error)) => {
                tracing::error!(%error, "The answer plan could not be followed; the usual answer was given.");
                usual
            }
            Err(_) => usual,
        }
    }

    fn told(&self, told: Told) {
        Self::told(self, told);
    }

    fn refused(&self, refusal: Refusal) {
        Self::refused(self, refusal);
    }
}
