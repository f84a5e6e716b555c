//! `afterchat rebuild`: derives every conversation again from the journal.

use afterchat_api::Api;
use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::output::{self, say};
use crate::progress::{stop_flag, until_read};

/// Derive all conversations again from the journal
///
/// The journal holds everything that was received, so nothing can be lost by this, and the same
/// conversations come out. What people did with them (read, starred, put away) stays. Useful
/// after an update that reads more than the one before.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example:
  afterchat rebuild

It can be interrupted: whichever program opens the archive next goes on with it."
)]
pub(crate) struct Rebuild {
    /// Print one JSON document at the end
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let stop = stop_flag();
        let archive = api.archive().clone();
        tokio::task::spawn_blocking(move || archive.rebuild()).await??;
        if !until_read(api, &stop).await? {
            bail!("The rebuild was interrupted. It goes on when the archive is opened next.");
        }
        let overview = api.query("overview", json!({})).await?;
        let (deliveries, conversations) = (&overview["deliveries"], &overview["conversations"]);
        if self.json {
            return output::json(&json!({ "deliveries": deliveries, "conversations": conversations }));
        }
        say(&format!("{deliveries} deliveries were read again and tell of {conversations} conversations."));
        Ok(())
    }
}
