//! `afterchat serve`: the inbox in a browser on this machine.
//!
//! A second host for the same UI, behind a door of its own: loopback only, never the one the tunnel leads to. A link
//! that works once gives the browser a session; `Host` and `Origin` are checked against other sites' tricks.

mod assets;
mod files;
mod routes;
mod session;

use std::net::Ipv4Addr;

use afterchat_api::Api;
use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use session::Sessions;

/// Where the inbox can be opened.
#[derive(Debug)]
pub(crate) struct Serving {
    /// The link that opens it, once.
    pub(crate) link: String,
    stop: watch::Sender<bool>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Serves the inbox on this port of 127.0.0.1; 0 takes any.
pub(crate) async fn serve(api: &Api, port: u16) -> anyhow::Result<Serving> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
        format!("Port {port} of this machine cannot be used for the inbox. Choose another with --ui-port.")
    })?;
    let address = listener.local_addr()?;
    let sessions = Sessions::new(address.port())?;
    let link = format!("http://{address}/open/{}", sessions.one_time_secret());
    let (stop, stopped) = watch::channel(false);
    let router = routes::router(api.clone(), sessions, stopped.clone());
    let mut stopping = stopped;
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        // The sender lives as long as the server is held; both its word and its end mean stop.
        let _stopped = stopping.wait_for(|stop| *stop).await;
    });
    Ok(Serving { link, stop, server: tokio::spawn(async move { server.await }) })
}

impl Serving {
    /// Stops serving and waits until the last answer is out.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        Ok(self.server.await??)
    }
}
