//! Opens the door, lets connections in and closes it again.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use afterchat_transcript::Instant;
use axum::Router;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::places::Places;
use crate::probe::probed;
use crate::{Journal, Limits, Probe, connection, router};

/// How many ports above the wanted one are tried.
const FURTHER_PORTS: u16 = 20;
/// How many connections may wait in the system to be let in. Where it is full, the system leaves a sender without a word and
/// the sender tries again after a second.
const QUEUE: u32 = 4096;
/// The first and the longest pause after the system could not give a connection, as when all its files are open.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// An open door. Dropping it stops it from taking connections; [`Door::close`] also waits for those it has.
#[derive(Debug)]
pub struct Door {
    /// Where it listens.
    pub address: SocketAddr,
    closing: CancellationToken,
    breaking: CancellationToken,
    tasks: TaskTracker,
}

/// Takes the wanted port on this machine's loopback address, or the next free one of the twenty above it. 0 takes any.
///
/// # Errors
/// When none of them can be had, with the reason of the last.
pub async fn bind(wanted: u16) -> io::Result<TcpListener> {
    let last = if wanted == 0 { 0 } else { wanted.saturating_add(FURTHER_PORTS) };
    let mut port = wanted;
    loop {
        match listen((Ipv4Addr::LOCALHOST, port).into()) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port < last => port += 1,
            bound => return bound,
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // As the usual ways of binding do: a port that was just left can be taken again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Opens the door on a bound listener. Connections are served on the current runtime, which is why
/// this is async, until the door is closed.
///
/// # Panics
/// When the listener is not bound, which no listener of [`bind`] is.
pub async fn open<J: Journal>(listener: TcpListener, journal: J, limits: Limits) -> Door {
    let router = router(journal, limits.clone(), now);
    serve(listener, router, limits)
}

/// Opens the door that a tunnel leads to: like [`open`], and it answers the probe.
///
/// # Panics
/// When the listener is not bound, which no listener of [`bind`] is.
pub async fn open_with_probe<J: Journal>(
    listener: TcpListener,
    journal: J,
    limits: Limits,
    probe: Probe,
) -> Door {
    let router = probed(router(journal, limits.clone(), now), probe);
    serve(listener, router, limits)
}

fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}

fn serve(listener: TcpListener, router: Router, limits: Limits) -> Door {
    let door = Door {
        address: listener.local_addr().expect("a bound listener has an address"),
        closing: CancellationToken::new(),
        breaking: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let guests = Guests {
        router,
        places: Places::new(limits.connections),
        limits: Arc::new(limits),
        closing: door.closing.clone(),
        breaking: door.breaking.clone(),
        tasks: door.tasks.clone(),
    };
    door.tasks.spawn(guests.let_in(listener));
    door
}

impl Door {
    /// Stops taking connections, closes idle ones, lets requests in flight finish, and breaks off what is left after
    /// `grace`. The port is free and no request is being answered when this returns.
    pub async fn close(&self, grace: Duration) {
        self.closing.cancel();
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            self.breaking.cancel();
            self.tasks.wait().await;
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

struct Guests {
    router: Router,
    places: Places,
    limits: Arc<Limits>,
    closing: CancellationToken,
    breaking: CancellationToken,
    tasks: TaskTracker,
}

impl Guests {
    async fn let_in(self, listener: TcpListener) {
        let closing = self.closing.clone();
        closing.run_until_cancelled(self.let_all_in(listener)).await;
    }

    async fn let_all_in(&self, listener: TcpListener) {
        let mut pause = PAUSES.0;
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    pause = PAUSES.0;
                    self.let_one_in(socket).await;
                }
                Err(error) if gave_up(&error) => {}
                Err(error) => {
                    // Whoever is idle may hold what the system is short of. Asking again at once would keep a processor
                    // busy for as long as the shortage lasts.
                    let cleared = self.places.clear();
                    tracing::warn!(%error, cleared, "The system could not give a connection; trying again shortly.");
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSES.1);
                }
            }
        }
    }

    async fn let_one_in(&self, socket: TcpStream) {
        let leave = self.breaking.child_token();
        let place = self.places.take(&leave).await;
        let (router, limits, closing) = (self.router.clone(), self.limits.clone(), self.closing.clone());
        self.tasks.spawn(async move {
            let served = connection::serve(socket, &place, router, &limits, closing);
            leave.run_until_cancelled(served).await;
        });
    }
}

/// True when only this one sender is gone.
fn gave_up(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::gave_up;

    #[test]
    fn a_sender_that_is_gone_is_no_shortage() {
        for (kind, gone) in [
            (ErrorKind::ConnectionAborted, true),
            (ErrorKind::ConnectionReset, true),
            (ErrorKind::ConnectionRefused, true),
            (ErrorKind::QuotaExceeded, false),
            (ErrorKind::OutOfMemory, false),
            (ErrorKind::Other, false),
        ] {
            assert_eq!(gave_up(&kind.into()), gone, "{kind:?}");
        }
    }
}
