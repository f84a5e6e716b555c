//! The door that the tunnel leads to: hook addresses and the probe, on a port of its own, and word of every delivery.

use std::sync::Arc;

use afterchat_archive::{DeliveryId, Examined, Hook, Refusal, Told};
use afterchat_listener::{Journal, Kept, Reply};
use afterchat_transcript::{Delivery, Instant};
use afterchat_tunnel::Supervisor;

/// A journal that tells the supervisor of what came through the tunnel.
#[derive(Clone)]
pub(super) struct ThroughTunnel<J> {
    pub(super) journal: J,
    pub(super) supervisor: Arc<Supervisor>,
}

impl<J: Journal> Journal for ThroughTunnel<J> {
    type Error = J::Error;

    fn hook(&self, source: &str, token: &str, now: Instant) -> Option<Hook> {
        self.journal.hook(source, token, now)
    }

    async fn append(&self, delivery: Arc<Delivery>, examined: Examined) -> Result<DeliveryId, Self::Error> {
        let host = delivery.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
        let host = host.map(|host| String::from_utf8_lossy(&host.value).into_owned());
        let kept = self.journal.append(delivery, examined).await?;
        self.supervisor.delivered(host);
        Ok(kept)
    }

    fn reply(&self, kept: &Kept) -> impl Future<Output = Reply> + Send {
        self.journal.reply(kept)
    }

    fn told(&self, told: Told) {
        self.journal.told(told);
    }

    fn refused(&self, refusal: Refusal) {
        self.journal.refused(refusal);
    }
}
