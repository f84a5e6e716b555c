//! The house of a test: a door that answers the probe and keeps what is posted, an asker, and a supervisor.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use afterchat_tunnel::{Asker, Asking, Log, Plan, Probe, State, Status, Supervisor, Tunnel, Wall, Wish};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use url::Url;

/// How long anything may take before a test gives up. Nothing here waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct House {
    pub(crate) supervisor: Supervisor,
    pub(crate) door: SocketAddr,
    pub(crate) folder: tempfile::TempDir,
    /// Every body that was answered 200 by the door itself.
    pub(crate) kept: Arc<Mutex<BTreeSet<String>>>,
}

/// The intervals of the tests: those that a person would wait for are short.
pub(crate) fn plan() -> Plan {
    let millis = Duration::from_millis;
    Plan {
        first_proof: millis(50),
        again: millis(50),
        question: Duration::from_secs(2),
        pauses: (millis(100), millis(500)),
        ..Plan::default()
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(|_| Arc::new(Direct)).await
    }

    /// With another way to ask, which gets the address of the door.
    pub(crate) async fn with(asker: impl FnOnce(SocketAddr) -> Arc<dyn Asker>) -> Self {
        let probe = Arc::new(Probe::new(&[9; 32]));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = listener.local_addr().unwrap();
        let kept = Arc::default();
        tokio::spawn(serve(listener, probe.clone(), Arc::clone(&kept)));
        let supervisor = Supervisor::new(plan(), Arc::new(Wall), asker(door), probe, Log::default());
        Self { supervisor, door, folder: tempfile::tempdir().unwrap(), kept }
    }

    pub(crate) fn start(&self, tunnel: impl Tunnel) {
        self.supervisor.start(Wish { tunnel: Arc::new(tunnel), door: self.door, known: None });
    }

    /// Starts it when whatever was before is gone and forgotten, its trouble included.
    pub(crate) async fn start_anew(&self, tunnel: impl Tunnel) {
        self.supervisor.stop().await;
        self.start(tunnel);
    }

    pub(crate) async fn until(&self, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        let mut status = self.supervisor.status();
        let found = timeout(PATIENCE, status.wait_for(|status| is(status)))
            .await
            .map(|found| found.map(|it| it.clone()));
        match found {
            Ok(Ok(status)) => status,
            _ => panic!("{what}: {:?}\n{:#?}", self.supervisor.status().borrow(), self.lines()),
        }
    }

    pub(crate) async fn state(&self, state: State) -> Status {
        self.until(&format!("waiting for {state:?}"), |status| status.state == state).await
    }

    /// The code of the trouble that ends it for good.
    pub(crate) async fn fails_for_good(&self) -> (&'static str, String) {
        let status =
            self.until("stops", |status| status.state == State::Stopped && status.trouble.is_some()).await;
        let trouble = status.trouble.unwrap();
        (trouble.code, trouble.detail)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.supervisor.log().lines().into_iter().map(|(_, line)| line).collect()
    }
}

/// Posts a body and tells whether it was answered 200.
pub(crate) async fn post(url: &Url, body: &str) -> bool {
    exchange(url, "POST", body).await.is_ok_and(|(status, _)| status == 200)
}

/// One request on a connection of its own: status and body.
pub(crate) async fn exchange(url: &Url, method: &str, body: &str) -> Result<(u16, Vec<u8>), String> {
    let address = (url.host_str().unwrap(), url.port_or_known_default().unwrap());
    let exchanged = async {
        let mut socket = TcpStream::connect(address).await?;
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            url.path(),
            url.authority(),
            body.len()
        );
        socket.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = timeout(Duration::from_secs(10), exchanged).await.map_err(|_| "too slow")?;
    let answer = answer.map_err(|error| error.to_string())?;
    let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| answer[at + 4..].to_vec());
    status.zip(body).ok_or_else(|| "no answer".to_owned())
}

/// Asks where the address leads.
#[derive(Debug)]
pub(crate) struct Direct;

impl Asker for Direct {
    fn ask(&self, url: Url, chosen: bool) -> Asking {
        Box::pin(async move {
            if !chosen {
                return Err("this machine was not chosen by a person".to_owned());
            }
            let (status, body) = exchange(&url, "GET", "").await?;
            if status == 200 { Ok(body) } else { Err(format!("HTTP {status}")) }
        })
    }
}

/// Stands in for the public network: whatever the name, it leads to the door.
#[derive(Debug)]
pub(crate) struct Everywhere(pub(crate) SocketAddr);

impl Asker for Everywhere {
    fn ask(&self, url: Url, _: bool) -> Asking {
        let url: Url = format!("http://{}{}", self.0, url.path()).parse().unwrap();
        Direct.ask(url, true)
    }
}

/// Answers the probe, and 200 to a POST once its whole body is kept.
async fn serve(listener: TcpListener, probe: Arc<Probe>, kept: Arc<Mutex<BTreeSet<String>>>) {
    loop {
        let Ok((mut socket, _)) = listener.accept().await else { continue };
        let (probe, kept) = (probe.clone(), kept.clone());
        tokio::spawn(async move {
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            let answer = loop {
                let read = socket.read(&mut piece).await.unwrap_or(0);
                request.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&request);
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
                    if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                        let nonce = head.split(' ').nth(1).and_then(|path| path.strip_prefix(Probe::PATH));
                        break match nonce {
                            Some(nonce) => probe.answer(nonce),
                            None => {
                                kept.lock().unwrap().insert(body.to_owned());
                                Some("kept".to_owned())
                            }
                        };
                    }
                }
                if read == 0 {
                    break None;
                }
            };
            let (status, body) = answer.map_or(("404 Not Found", String::new()), |body| ("200 OK", body));
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _given = socket.write_all(answer.as_bytes()).await;
        });
    }
}
