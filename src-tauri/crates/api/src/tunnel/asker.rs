//! Asks through the public address, by the same rules as everything that goes out.

use std::time::Duration;

use afterchat_relay::{Outside, Request};
use afterchat_transcript::Header;
use afterchat_tunnel::{Asker, Asking};
use url::Url;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct OverTheNetwork(pub(super) Outside);

impl Asker for OverTheNetwork {
    fn ask(&self, url: Url, chosen: bool) -> Asking {
        let outside = self.0.clone();
        Box::pin(async move {
            let agent = concat!("Afterchat/", env!("CARGO_PKG_VERSION"), " (probe)");
            let agent = Header { name: "User-Agent".to_owned(), value: agent.into() };
            let request = Request { method: "GET".to_owned(), url, headers: vec![agent], body: Vec::new() };
            let answered = if chosen {
                outside.send(&request, PATIENCE).await
            } else {
                outside.send_to_public(&request, PATIENCE).await
            };
            match answered {
                Ok(answered) if answered.status == 200 => Ok(answered.body),
                Ok(answered) => Err(format!("The public address answers with status {}.", answered.status)),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}
