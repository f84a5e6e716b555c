//! Every query and every act of the product, once. The window, the browser host and the command line all ask here.
//!
//! A *query* reads and changes nothing; an *act* changes something. Both are declared in [`calls`] with their types,
//! from which the UI's TypeScript is generated. Nothing here knows a window or a browser.

mod body;
mod calls;
mod care;
mod choice;
mod door;
mod failure;
mod folder;
mod forward;
mod handover;
mod history;
mod import;
mod links;
mod opening;
mod outgoing;
mod presence;
mod product;
mod repeat;
mod replay;
mod report;
mod trial;
mod tunnel;
mod work;

use std::path::Path;
use std::sync::Arc;

use afterchat_archive::{Archive, Opening};
use afterchat_transcript::Instant;
use afterchat_transcript::model::ConversationId;
use serde_json::Value;
use tokio::sync::watch;

pub use afterchat_relay::history::Secret;
pub use afterchat_relay::written::recognisable;
pub use body::Saved;
pub use calls::{remarks, types};
pub use door::ListeningAt;
pub use failure::Failure;
pub use folder::data_folder;
pub use forward::ForwardTold;
pub use handover::{HandedOver, Scribe, Step};
pub use history::{BackFill, BackFillProgress};
pub use import::{Announced, Upload};
pub use links::openable;
pub use opening::while_opening;
pub use product::Product;
pub use replay::Resent;
pub use report::{Report, ReportFormat};

use care::Keeper;
use door::Doorkeeper;
use forward::{Forwarder, Forwarding};
use presence::Presence;
use tunnel::Tunnels;
use work::Works;

/// The product behind every host. Clones share one archive, one door and all long work.
#[derive(Debug, Clone)]
pub struct Api {
    archive: Archive,
    door: Arc<Doorkeeper>,
    tunnels: Arc<Tunnels>,
    works: Works,
    forwarder: Forwarder,
    presence: Arc<Presence>,
    keeper: Arc<Keeper>,
}

impl Api {
    /// Opens the archive in this folder; it is made if there is none. Blocking.
    ///
    /// # Errors
    /// When the archive cannot be opened, with a code and a next step.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        Self::open_telling(folder, &mut |_| {})
    }

    /// The same, and `tell` hears how far it is: it can take minutes when a large archive is repaired or its format changes.
    /// Blocking.
    ///
    /// # Errors
    /// As [`Api::open`].
    pub fn open_telling(folder: &Path, tell: &mut dyn FnMut(Opening)) -> Result<Self, Failure> {
        let archive = Archive::open_telling(folder, now(), tell)?;
        let works = Works::new(archive.clone());
        let forwarder = Forwarder::new(archive.clone());
        let presence = Arc::new(Presence::new(archive.clone(), Arc::new(afterchat_tunnel::Wall)));
        let door = Arc::new(Doorkeeper::new(presence.clone()));
        Ok(Self {
            archive,
            door,
            tunnels: Arc::default(),
            works,
            forwarder,
            presence,
            keeper: Arc::default(),
        })
    }

    /// The archive itself, for what is no query of a window: export, import, rebuild.
    #[must_use]
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Opens the public door on 127.0.0.1: on the wanted port, else the one of the last time, else 4780, or the next
    /// free one above it. Backups are made from now on. Needs a tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn listen(&self, wanted_port: Option<u16>) -> Result<ListeningAt, Failure> {
        self.keep_backups();
        let listening = self.door.open(&self.archive, self.journal(), wanted_port).await?;
        self.forwarder.start();
        Ok(listening)
    }

    /// What a door for services is given: the archive, with forwarding beside it.
    pub(crate) fn journal(&self) -> Forwarding {
        Forwarding::new(self.archive.clone(), self.forwarder.clone())
    }

    /// Answers a query by its name.
    ///
    /// # Errors
    /// When there is no such query, the question has another shape, or the archive cannot answer.
    pub async fn query(&self, name: &str, ask: Value) -> Result<Value, Failure> {
        self.run(calls::query, name, ask).await
    }

    /// Carries out an act by its name.
    ///
    /// # Errors
    /// When there is no such act, the question has another shape, or the archive cannot do it.
    pub async fn act(&self, name: &str, ask: Value) -> Result<Value, Failure> {
        self.run(calls::act, name, ask).await
    }

    /// A number that moves with every commit that changes what a person sees, also another program's, and as long work
    /// goes on.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.archive.changes()
    }

    /// One conversation as a page of its own, to be handed on without secrets: a file name for it, and the HTML.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub async fn export_html(&self, id: &str) -> Result<(String, String), Failure> {
        let (api, id) = (self.clone(), ConversationId::from_text(id));
        blocking(move || {
            let transcript = api.scribe(false)?.conversation(&id)?;
            let format = afterchat_archive::export::Format::Html;
            let page = afterchat_archive::export::render(&transcript, format, &chrono::Local);
            Ok((afterchat_archive::export::file_name(&transcript, format, &chrono::Local), page))
        })
        .await
    }

    /// Stops the tunnel, closes the door, finishes what was accepted, stops forwarding, ends long work at its next whole
    /// step, and stops the writer.
    pub async fn close(&self) {
        self.close_tunnel().await;
        self.door.close(&self.archive).await;
        self.forwarder.stop().await;
        self.keeper.stop().await;
        self.works.close().await;
        let archive = self.archive.clone();
        let closed = blocking(move || {
            archive.close();
            Ok(())
        });
        if let Err(failure) = closed.await {
            tracing::error!(%failure, "the archive was not closed cleanly; what was acknowledged is safe");
        }
    }

    async fn run(
        &self,
        call: fn(&Self, &str, Value) -> Result<Value, Failure>,
        name: &str,
        ask: Value,
    ) -> Result<Value, Failure> {
        let (api, name) = (self.clone(), name.to_owned());
        blocking(move || call(&api, &name, ask)).await
    }
}

/// Archive work blocks; it runs where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Failure::new("internal", &error.to_string())))
}

pub(crate) fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}
