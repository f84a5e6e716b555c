//! The one trait of all tunnels, and what one says while it runs.

use std::fmt::Debug;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Facts, Log, Trouble};

/// A tunnel that runs; it resolves to why it ended.
pub type Running = Pin<Box<dyn Future<Output = Trouble> + Send>>;

/// A way from the public network to a door on this machine.
pub trait Tunnel: Debug + Send + Sync + 'static {
    /// What is true of it.
    fn facts(&self) -> Facts;

    /// Runs until it ends by itself or is asked to stop. Everything it started is gone when this resolves.
    fn run(self: Arc<Self>, run: Run) -> Running;

    /// True when starting it again could mend something.
    fn can_restart(&self) -> bool {
        true
    }
}

/// What one start of a tunnel gets. Its events reach nobody once the supervisor has gone on to another start.
#[derive(Debug, Clone)]
pub struct Run {
    /// The door it leads to.
    pub door: SocketAddr,
    /// Cancelled when it is to stop.
    pub stop: CancellationToken,
    /// Where it writes what it has to say.
    pub log: Log,
    pub(crate) events: mpsc::Sender<Event>,
}

impl Run {
    /// One start, and its events.
    #[must_use]
    pub fn new(door: SocketAddr, log: Log) -> (Self, mpsc::Receiver<Event>) {
        // An event is a rare thing; a tunnel that sends many waits for the supervisor.
        let (events, heard) = mpsc::channel(16);
        (Self { door, stop: CancellationToken::new(), log, events }, heard)
    }

    /// Says what happened.
    pub async fn tell(&self, event: Event) {
        // Nobody listens any more: another start has taken this one's place.
        let _late = self.events.send(event).await;
    }
}

/// What happened to a running tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It has a public address, or another one than before.
    Assigned {
        /// The address, without a path.
        url: Url,
        /// True when a person named this very host, so that it may be asked although it is on this machine or a
        /// private network.
        chosen: bool,
    },
    /// It says of itself that it is not connected.
    Disconnected(Trouble),
    /// It says of itself that it is connected again.
    Connected,
}
