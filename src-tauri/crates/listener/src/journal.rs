//! What the door needs from the place that keeps deliveries, and nothing more: it cannot read there.

use std::error::Error;
use std::future::Future;

use afterchat_archive::{AppendError, Archive, Hook, Signature};
use afterchat_transcript::Delivery;

/// Where deliveries are kept.
pub trait Journal: Clone + Send + Sync + 'static {
    /// Why a delivery was not kept.
    type Error: Error + Send + 'static;

    /// The source of this name if the token is its own, compared in constant time.
    fn hook(&self, source: &str, token: &str) -> Option<Hook>;

    /// Keeps a delivery, with what was found of its signature. Resolves to `Ok` only after it is durably committed;
    /// every error means that it is not kept.
    fn append(
        &self,
        delivery: Delivery,
        signature: Option<Signature>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

impl Journal for Archive {
    type Error = AppendError;

    fn hook(&self, source: &str, token: &str) -> Option<Hook> {
        Self::hook(self, source, token)
    }

    async fn append(&self, delivery: Delivery, signature: Option<Signature>) -> Result<(), AppendError> {
        self.append_examined(delivery, signature).await.map(drop)
    }
}
