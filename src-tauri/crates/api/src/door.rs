//! Opens and closes the public door for the hosts, and remembers its port.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use afterchat_archive::Archive;
use afterchat_listener::{Door, Limits};

use crate::Failure;
use crate::calls::types::Listener;
use crate::forward::Forwarding;
use crate::presence::Presence;

/// The port asked for when nothing else was said.
const USUAL_PORT: u16 = 4780;
/// How long closing waits for requests in flight.
const GRACE: Duration = Duration::from_secs(3);

/// Where the door listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListeningAt {
    /// The address services post to through a tunnel, without a path.
    pub url: String,
    /// The port.
    pub port: u16,
}

/// Keeps the door and what is known of it.
#[derive(Debug)]
pub(crate) struct Doorkeeper {
    state: Mutex<State>,
    presence: Arc<Presence>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Stopped,
    Open {
        door: Door,
        wanted: u16,
    },
    Failed(String),
}

impl Doorkeeper {
    pub(crate) fn new(presence: Arc<Presence>) -> Self {
        Self { state: Mutex::default(), presence }
    }

    pub(crate) async fn open(
        &self,
        archive: &Archive,
        journal: Forwarding,
        wanted: Option<u16>,
    ) -> Result<ListeningAt, Failure> {
        let remembered = archive.remembered_port()?;
        let wanted = wanted.or(remembered).unwrap_or(USUAL_PORT);
        let listener = match afterchat_listener::bind(wanted).await {
            Ok(listener) => listener,
            Err(error) => {
                let reason = format!("No port from {wanted} on could be opened on this machine: {error}.");
                self.set(State::Failed(reason.clone()));
                return Err(Failure::new("port_unavailable", &reason));
            }
        };
        // Before anything can arrive, so that what arrives never lies in a gap.
        self.presence.opened().await;
        let door = afterchat_listener::open(listener, journal, Limits::default()).await;
        let port = door.address.port();
        // A tunnel and the services' settings point at this port: the next start wants the same one.
        if remembered != Some(port)
            && wanted != 0
            && let Err(error) = archive.remember_port(port)
        {
            self.presence.closed().await;
            return Err(error.into());
        }
        self.set(State::Open { door, wanted });
        Ok(ListeningAt { url: base(port), port })
    }

    /// At the end of the program.
    pub(crate) async fn close(&self, archive: &Archive) {
        let state = std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        if let State::Open { door, .. } = state {
            door.close(GRACE).await;
            // Who was in flight has an answer now or is gone, and what is left to note does not hold up the end for long.
            archive.hurry();
            self.presence.closed().await;
        }
    }

    pub(crate) fn listener(&self) -> Listener {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Stopped => Listener::Stopped,
            State::Failed(reason) => Listener::Failed { reason: reason.clone() },
            State::Open { door, wanted } => {
                let port = door.address.port();
                let elsewhere = *wanted != 0 && *wanted != port;
                Listener::Listening { url: base(port), port, wanted_port: elsewhere.then_some(*wanted) }
            }
        }
    }

    /// What hook addresses begin with: the open door, or the one that would be opened.
    pub(crate) fn base(&self, archive: &Archive) -> Result<String, Failure> {
        Ok(match self.listener() {
            Listener::Listening { url, .. } => url,
            Listener::Stopped | Listener::Failed { .. } => {
                base(archive.remembered_port()?.unwrap_or(USUAL_PORT))
            }
        })
    }

    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
