//! bore, built in: a client of its public protocol. Plain TCP, so nothing is encrypted; the secret protects only the
//! right to open a port.
//!
//! The server says that it is there twice a second. A client that waits for ever notices no dead server, one that takes any
//! port after a break loses its address, and one that closes both directions when one is closed cuts answers off:
//! none of that here.

mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::{Account, Address, Encryption, Event, Facts, Readers, Run, Running, Trouble, Tunnel};
use wire::{FromServer, ToServer, Wire, answer};

/// The port that bore servers listen on.
const CONTROL_PORT: u16 = 7835;
/// How long a connection to the server, and each step of its opening, may take.
const OPENING: Duration = Duration::from_secs(5);
/// How long the server's challenge may take. A server without a secret sends none, and closes after three seconds.
const CHALLENGE: Duration = Duration::from_millis(2500);
/// How long the server may be silent. It speaks twice a second.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How many requests are carried at once; the server gives up what waits for longer than ten seconds.
const CARRIED: usize = 256;
/// How long requests that are under way may take to end when the tunnel does.
const DRAINING: Duration = Duration::from_secs(2);
/// How often the port of before is asked for again, while the server still holds it for the connection that broke.
const SAME_PORT: u32 = 6;

/// A tunnel through a bore server.
pub struct Bore {
    host: String,
    control: u16,
    port: u16,
    secret: Option<String>,
    public_url: Option<Url>,
    /// The port of the last time, and how often in a row it was refused since.
    last: AtomicU16,
    refused: AtomicU32,
}

impl std::fmt::Debug for Bore {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Bore({}:{}, port {}, secret {})",
            self.host,
            self.control,
            self.port,
            self.secret.is_some()
        )
    }
}

impl Bore {
    /// `server` is a name or address, with the control port behind a colon if it is not 7835; `port` is the public port,
    /// 0 for any. `public_url` is the address of a proxy before the server, if there is one.
    ///
    /// # Errors
    /// When `server` is neither a name nor an address.
    pub fn new(
        server: &str,
        port: u16,
        secret: Option<String>,
        public_url: Option<Url>,
    ) -> Result<Self, Trouble> {
        let wrong =
            || Trouble::lasting("bad_settings", format!("“{server}” is no name or address of a server."));
        let url = Url::parse(&format!("bore://{}", server.trim())).map_err(|_| wrong())?;
        let plain = url.username().is_empty() && url.password().is_none() && url.path().is_empty();
        let host = url.host_str().filter(|_| plain && url.query().is_none()).ok_or_else(wrong)?.to_owned();
        let control = url.port().unwrap_or(CONTROL_PORT);
        let (last, refused) = (AtomicU16::new(0), AtomicU32::new(0));
        Ok(Self { host, control, port, secret, public_url, last, refused })
    }
}

impl Tunnel for Bore {
    fn facts(&self) -> Facts {
        let proxied = self.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        Facts {
            address: if self.port == 0 { Address::Changes } else { Address::Stays },
            encryption: if proxied { Encryption::OwnServer } else { Encryption::None },
            readers: Readers::Everybody,
            account: Account::None,
        }
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            let mut carried = JoinSet::new();
            let ended = tokio::select! {
                biased;
                () = run.stop.cancelled() => Trouble::passing("stopped", "It was asked to stop."),
                trouble = self.hold(&run, &mut carried) => trouble,
            };
            // What is under way has a connection of its own and may end well; it is not waited for long.
            let _left = timeout(DRAINING, async { while carried.join_next().await.is_some() {} }).await;
            carried.shutdown().await;
            ended
        })
    }
}

impl Bore {
    /// Opens the port and carries requests until the server is gone.
    async fn hold(self: &Arc<Self>, run: &Run, carried: &mut JoinSet<()>) -> Trouble {
        let mut wire = match self.open(run).await {
            Ok(wire) => wire,
            Err(trouble) => return trouble,
        };
        loop {
            let message = tokio::select! {
                message = timeout(HEARTBEAT, wire.receive()) => message,
                // Taken out as they end, or they would only grow.
                Some(_) = carried.join_next() => continue,
            };
            match message {
                Err(_) => {
                    let words =
                        format!("The server has not been heard of for {} seconds.", HEARTBEAT.as_secs());
                    return Trouble::passing("lost", words);
                }
                Ok(Err(error)) => return Trouble::passing("lost", format!("The connection broke: {error}.")),
                Ok(Ok(FromServer::Error(words))) => {
                    return Trouble::passing("ended", format!("The server says: {words}"));
                }
                Ok(Ok(FromServer::Connection(_))) if carried.len() >= CARRIED => {
                    run.log.write(SystemTime::now(), "Too many requests at once; one was not taken.");
                }
                Ok(Ok(FromServer::Connection(id))) => {
                    let (bore, door, log) = (self.clone(), run.door, run.log.clone());
                    carried.spawn(async move {
                        if let Err(error) = bore.carry(id, door).await {
                            log.write(SystemTime::now(), &format!("A request broke off: {error}."));
                        }
                    });
                }
                Ok(Ok(FromServer::Heartbeat | FromServer::Hello(_) | FromServer::Challenge(_))) => {}
            }
        }
    }

    /// Asks for the port, the one of the last time if no other is wished for.
    async fn open(&self, run: &Run) -> Result<Wire, Trouble> {
        let last = self.last.load(Ordering::Relaxed);
        let wanted = if self.port == 0 { last } else { self.port };
        let mut wire = self.connect().await?;
        wire.send(&ToServer::Hello(wanted)).await.map_err(|error| lost(&error))?;
        let port = match timeout(OPENING, wire.receive()).await {
            Ok(Ok(FromServer::Hello(port))) => port,
            Ok(Ok(FromServer::Error(words))) => return Err(self.refused(&words, wanted)),
            Ok(Ok(FromServer::Challenge(_))) => {
                return Err(Trouble::lasting("auth_refused", "The server asks for a secret."));
            }
            Ok(Ok(FromServer::Heartbeat | FromServer::Connection(_))) => {
                return Err(Trouble::passing(
                    "unreachable",
                    "The server does not speak as a bore server does.",
                ));
            }
            Ok(Err(error)) => return Err(lost(&error)),
            Err(_) => return Err(Trouble::passing("unreachable", "The server did not answer in time.")),
        };
        self.last.store(port, Ordering::Relaxed);
        self.refused.store(0, Ordering::Relaxed);
        let url =
            self.public_url.clone().or_else(|| Url::parse(&format!("http://{}:{port}", self.host)).ok());
        let url =
            url.ok_or_else(|| Trouble::lasting("bad_settings", "The server's name makes no web address."))?;
        run.log.write(SystemTime::now(), &format!("{}:{} leads port {port} here.", self.host, self.control));
        run.tell(Event::Assigned { url, chosen: true }).await;
        Ok(wire)
    }

    fn refused(&self, words: &str, wanted: u16) -> Trouble {
        let said = format!("The server says: {words}");
        if words.contains("secret") {
            return Trouble::lasting("auth_refused", said);
        }
        if self.port == 0 && wanted != 0 {
            // Most likely the broken connection still holds it; after a while any other is better than none.
            if self.refused.fetch_add(1, Ordering::Relaxed) + 1 >= SAME_PORT {
                self.last.store(0, Ordering::Relaxed);
            }
            return Trouble::passing("port_refused", said);
        }
        Trouble::lasting("port_refused", said)
    }

    /// A connection to the server, with its challenge answered if there is a secret.
    async fn connect(&self) -> Result<Wire, Trouble> {
        let host = self.host.trim_matches(['[', ']']);
        let socket = match timeout(OPENING, TcpStream::connect((host, self.control))).await {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) => {
                let words = format!("{}:{} cannot be reached: {error}.", self.host, self.control);
                return Err(Trouble::passing("unreachable", words));
            }
            Err(_) => {
                let words = format!("{}:{} did not answer in time.", self.host, self.control);
                return Err(Trouble::passing("unreachable", words));
            }
        };
        let mut wire = Wire::new(socket);
        let Some(secret) = &self.secret else { return Ok(wire) };
        match timeout(CHALLENGE, wire.receive()).await {
            Ok(Ok(FromServer::Challenge(challenge))) => {
                let answer = ToServer::Authenticate(answer(secret, &challenge));
                wire.send(&answer).await.map_err(|error| lost(&error))?;
                Ok(wire)
            }
            Ok(Err(error)) => Err(lost(&error)),
            Ok(Ok(_)) | Err(_) => {
                Err(Trouble::passing("auth_refused", "The server asks for no secret; leave the field empty."))
            }
        }
    }

    /// Carries one request over a connection of its own.
    async fn carry(&self, id: wire::Id, door: SocketAddr) -> std::io::Result<()> {
        let mut wire = self.connect().await.map_err(std::io::Error::other)?;
        wire.send(&ToServer::Accept(id)).await?;
        let mut door = TcpStream::connect(door).await?;
        // It ends each direction by itself, so that who closes the one still gets the answer over the other.
        copy_bidirectional(&mut wire.into_stream(), &mut door).await?;
        Ok(())
    }
}

fn lost(error: &std::io::Error) -> Trouble {
    Trouble::passing("unreachable", format!("The server broke off: {error}."))
}

#[cfg(test)]
mod tests {
    use super::Bore;

    #[test]
    fn a_server_is_a_name_or_an_address_with_or_without_a_port() {
        let open = |server: &str| {
            Bore::new(server, 0, Some("s3cret-word".to_owned()), None)
                .map(|bore| (bore.host.clone(), bore.control))
        };
        let table = [
            ("bore.pub", Some(("bore.pub", 7835))),
            (" 127.0.0.2:9000 ", Some(("127.0.0.2", 9000))),
            ("[::1]:9000", Some(("[::1]", 9000))),
            ("", None),
            ("a b", None),
            ("user@bore.pub", None),
            ("bore.pub/path", None),
            ("bore.pub:99999", None),
        ];
        for (server, expected) in table {
            let found = open(server).ok();
            assert_eq!(found.as_ref().map(|(host, port)| (host.as_str(), *port)), expected, "{server:?}");
        }
        let bore = Bore::new("bore.pub", 0, Some("s3cret-word".to_owned()), None).expect("a server");
        assert!(!format!("{bore:?}").contains("s3cret"), "{bore:?}");
    }
}
