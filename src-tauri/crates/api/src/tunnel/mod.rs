//! The tunnel of an archive: what is entered, who keeps it up, and what it leads to.
//!
//! It is off until a person starts it, and on again at the next start when it was on at the end. Only one program of
//! several on the same archive keeps it up.

mod asker;
mod door;
mod kinds;

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use afterchat_archive::Archive;
use afterchat_listener::{Door, Limits, Probe};
use afterchat_transcript::Instant;
use afterchat_tunnel::{self as tunnel, Clock as _, Log, Plan, Status, Supervisor, Trouble, Wall, Wish};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

pub(crate) use kinds::{Entered, KINDS, Kind, by_id};

use crate::calls::types::{TunnelFields, TunnelLine, TunnelStatus};
use crate::{Api, Failure};

/// The port of the tunnel's door, or the next free one above it. Some tunnels are told it at the service, so it is kept.
const USUAL_PORT: u16 = 4790;
/// How long closing waits for requests in flight.
const GRACE: Duration = Duration::from_secs(3);
/// Hosts hear of the tunnel's lines at most this often.
const BETWEEN_LINES: Duration = Duration::from_millis(200);

const ON: &str = "tunnel.on";
const KNOWN: &str = "tunnel.known";
const PORT: &str = "tunnel.port";

/// Keeps the tunnel, and what is known of it.
#[derive(Debug, Default)]
pub(crate) struct Tunnels {
    /// Starting and stopping take turns.
    open: tokio::sync::Mutex<Option<Open>>,
    shown: Mutex<Option<Shown>>,
}

/// What is there while a tunnel is wished for.
#[derive(Debug)]
struct Open {
    supervisor: Arc<Supervisor>,
    door: Door,
    /// Ends once the supervisor is gone and what it told last is remembered.
    following: JoinHandle<()>,
    /// Held so that no other program keeps a tunnel up for this archive.
    _lock: File,
}

/// What is told of the tunnel, also after it was stopped.
#[derive(Debug, Clone)]
struct Shown {
    kind: String,
    status: watch::Receiver<Status>,
    log: Log,
    door: Option<String>,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::new(&format!("tunnel_{}", trouble.code), &trouble.detail)
    }
}

/// What is stored of a kind.
#[derive(Serialize, Deserialize)]
struct Stored {
    fields: TunnelFields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn setting(kind: &Kind) -> String {
    format!("tunnel.kind.{}", kind.id)
}

/// The kind with this id.
pub(crate) fn kind(id: &str) -> Result<&'static Kind, Failure> {
    by_id(id).ok_or_else(|| Failure::new("not_found", &format!("There is no kind of tunnel “{id}”.")))
}

impl Api {
    /// What is entered for this kind, or its defaults.
    pub(crate) fn tunnel_entered(&self, kind: &Kind) -> Result<Entered, Failure> {
        let stored = self.archive.setting(&setting(kind))?;
        let stored: Option<Stored> = stored.and_then(|text| serde_json::from_str(&text).ok());
        Ok(stored.map_or_else(
            || Entered { fields: kind.defaults(), secret: None },
            |stored| Entered { fields: stored.fields, secret: stored.secret },
        ))
    }

    pub(crate) fn set_tunnel_entered(&self, kind: &Kind, entered: Entered) -> Result<(), Failure> {
        let stored = Stored { fields: entered.fields, secret: entered.secret };
        let text =
            serde_json::to_string(&stored).map_err(|error| Failure::new("internal", &error.to_string()))?;
        Ok(self.archive.set_setting(&setting(kind), Some(&text))?)
    }

    /// Where tunnels write down known keys and running programs.
    pub(crate) fn tunnel_folder(&self) -> PathBuf {
        self.archive.folder().join("tunnel")
    }

    /// Starts a tunnel of this kind with what is entered for it, or with a server or address given here. It is started
    /// again at the next start of a host that resumes tunnels. Needs a tokio runtime.
    ///
    /// # Errors
    /// When too little is entered, another program keeps the tunnel up, or no port can be had.
    pub async fn start_tunnel(&self, id: &str, place: Option<&str>, remember: bool) -> Result<(), Failure> {
        let kind = kind(id)?;
        let mut entered = self.tunnel_entered(kind)?;
        if let Some(place) = place {
            let fields = &mut entered.fields;
            let field = if kind.id == "external" { &mut fields.public_url } else { &mut fields.server };
            place.clone_into(field);
        }
        let folder = self.tunnel_folder();
        let tunnel = kind.tunnel(&entered, &folder)?;
        let mut open = self.tunnels.open.lock().await;
        if open.is_none() {
            *open = Some(self.open_tunnel(&folder).await?);
        }
        let Some(Open { supervisor, door, .. }) = open.as_ref() else { return Ok(()) };
        supervisor.log().hide(entered.secret);
        // What was proved just now is on its way into the archive.
        let stored = self.archive.setting(KNOWN)?.and_then(|known| Url::parse(&known).ok());
        let known = supervisor.status().borrow().known.clone().or(stored);
        self.tunnels.show(Shown {
            kind: kind.id.to_owned(),
            status: supervisor.status(),
            log: supervisor.log().clone(),
            door: Some(format!("http://{}", door.address)),
        });
        supervisor.start(Wish { tunnel, door: door.address, known });
        if remember {
            self.archive.set_setting(ON, Some(kind.id))?;
        }
        drop(open);
        Ok(())
    }

    async fn open_tunnel(&self, folder: &std::path::Path) -> Result<Open, Failure> {
        let lock = lock(folder)?;
        let left = tunnel::sweep(folder);
        if left > 0 {
            tracing::warn!(left, "Tunnel programs of an earlier run were ended.");
        }
        let mut key = [0; 32];
        Wall.fill(&mut key);
        let probe = Arc::new(tunnel::Probe::new(&key));
        let answers = probe.clone();
        let asker = Arc::new(asker::OverTheNetwork::default());
        let supervisor =
            Arc::new(Supervisor::new(Plan::default(), Arc::new(Wall), asker, probe, Log::default()));
        let wanted = self.archive.setting(PORT)?.and_then(|port| port.parse().ok()).unwrap_or(USUAL_PORT);
        let listener = afterchat_listener::bind(wanted).await.map_err(|error| {
            let words = format!("No port from {wanted} on could be opened for the tunnel: {error}.");
            Failure::new("port_unavailable", &words)
        })?;
        let journal = door::ThroughTunnel { journal: self.journal(), supervisor: supervisor.clone() };
        let probe = Probe::new(move |nonce| answers.answer(nonce));
        self.presence.opened().await;
        let door = afterchat_listener::open_with_probe(listener, journal, Limits::default(), probe).await;
        if let Err(error) = self.archive.set_setting(PORT, Some(&door.address.port().to_string())) {
            self.presence.closed().await;
            return Err(error.into());
        }
        let following =
            tokio::spawn(follow(self.archive.clone(), supervisor.status(), supervisor.log().written()));
        Ok(Open { supervisor, door, following, _lock: lock })
    }

    /// Starts the tunnel that was on at the end of the last run, if there was one.
    pub async fn resume_tunnel(&self) {
        let Ok(Some(on)) = self.archive.setting(ON) else { return };
        if let Err(failure) = self.start_tunnel(&on, None, true).await {
            tracing::warn!(code = failure.code, detail = failure.detail, "the tunnel was not started again");
        }
    }

    /// Stops the tunnel and closes its door. It stays off.
    ///
    /// # Errors
    /// When the archive cannot be written; the tunnel is stopped all the same.
    pub async fn stop_tunnel(&self) -> Result<(), Failure> {
        self.close_tunnel().await;
        Ok(self.archive.set_setting(ON, None)?)
    }

    /// Stops the tunnel at the end of the program.
    pub(crate) async fn close_tunnel(&self) {
        let mut open = self.tunnels.open.lock().await;
        if let Some(Open { supervisor, door, following, _lock: lock }) = open.take() {
            // Requests under way still have their way back while the door finishes them.
            door.close(GRACE).await;
            self.presence.closed().await;
            supervisor.stop().await;
            drop((supervisor, door));
            if timeout(GRACE, following).await.is_err() {
                tracing::warn!("the tunnel's last address may not be remembered");
            }
            drop(lock);
        }
        drop(open);
        self.tunnels.hide_door();
        self.archive.announce();
    }

    /// Hands an order to the tunnel that is on.
    pub(crate) fn order_tunnel(&self, order: fn(&Supervisor)) -> Result<(), Failure> {
        let open = self.tunnels.open.blocking_lock();
        let off = || Failure::new("tunnel_off", "The tunnel is off.");
        open.as_ref().map(|open| order(&open.supervisor)).ok_or_else(off)
    }

    /// How the tunnel is.
    #[must_use]
    pub fn tunnel_status(&self) -> TunnelStatus {
        let shown = self.tunnels.shown();
        let status =
            shown.as_ref().map_or_else(|| Status::stopped(Wall.now()), |shown| shown.status.borrow().clone());
        TunnelStatus {
            state: status.state.into(),
            kind: shown.as_ref().map(|shown| shown.kind.clone()),
            url: status.url.as_ref().map(ToString::to_string),
            since: instant(status.since),
            proved_at: status.proved.map(instant),
            changed_from: status.changed_from().map(ToString::to_string),
            trouble: status.trouble.map(Failure::from),
            retry_at: status.retry_at.map(instant),
            door: shown.and_then(|shown| shown.door),
        }
    }

    /// The public address of a hook address, while the tunnel has one.
    pub(crate) fn public_url(&self, path: &str) -> Option<String> {
        let base = self.tunnels.shown()?.status.borrow().url.clone()?;
        tunnel::below(&base, path).map(String::from)
    }

    /// The last lines of what the tunnel said.
    pub(crate) fn tunnel_log(&self) -> Vec<TunnelLine> {
        let lines = self.tunnels.shown().map(|shown| shown.log.lines()).unwrap_or_default();
        lines.into_iter().map(|(at, text)| TunnelLine { at: instant(at), text }).collect()
    }
}

impl Tunnels {
    fn shown(&self) -> Option<Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, shown: Shown) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
    }

    fn hide_door(&self) {
        if let Some(shown) = &mut *self.shown.lock().unwrap_or_else(PoisonError::into_inner) {
            shown.door = None;
        }
    }
}

/// The lock of the one program that keeps the tunnel of an archive up.
fn lock(folder: &std::path::Path) -> Result<File, Failure> {
    let failed = |error: std::io::Error| {
        let words = format!("The tunnel's folder cannot be used: {error}.");
        Failure::new("io", &words)
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = File::options().create(true).append(true).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::new(
            "tunnel_elsewhere",
            "Another Afterchat program on this machine keeps this archive's tunnel up. Use it there, or stop it first.",
        )),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Tells hosts of every change, and remembers the address that services know, until the supervisor is gone.
async fn follow(archive: Archive, mut status: watch::Receiver<Status>, mut lines: watch::Receiver<u64>) {
    let mut known = None;
    loop {
        let newest = status.borrow_and_update().known.clone();
        if newest != known && newest.is_some() {
            known.clone_from(&newest);
            let (archive, text) = (archive.clone(), newest.map(String::from));
            let kept = tokio::task::spawn_blocking(move || archive.set_setting(KNOWN, text.as_deref())).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "the tunnel's address could not be remembered");
            }
        }
        archive.announce();
        tokio::select! {
            biased;
            changed = status.changed() => if changed.is_err() { return },
            written = lines.changed() => {
                if written.is_err() {
                    return;
                }
                tokio::time::sleep(BETWEEN_LINES).await;
                lines.mark_unchanged();
            }
        }
    }
}

fn instant(at: SystemTime) -> Instant {
    Instant::from_utc(at.into())
}
