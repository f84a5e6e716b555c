//! An address that something else leads here: a tunnel of one's own making, a reverse proxy, a port opened in a router.

use std::sync::Arc;

use url::Url;

use crate::{Account, Address, Encryption, Event, Facts, Readers, Run, Running, Trouble, Tunnel};

/// A public address that a person says leads to the door.
#[derive(Debug, Clone)]
pub struct External {
    /// The address.
    pub url: Url,
}

impl Tunnel for External {
    fn facts(&self) -> Facts {
        Facts {
            address: Address::Stays,
            encryption: Encryption::Unknown,
            readers: Readers::Unknown,
            account: Account::None,
        }
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            run.tell(Event::Assigned { url: self.url.clone(), chosen: true }).await;
            run.stop.cancelled().await;
            Trouble::passing("stopped", "It was asked to stop.")
        })
    }

    fn can_restart(&self) -> bool {
        false
    }
}
