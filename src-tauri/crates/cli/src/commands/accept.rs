//! `afterchat accept`: takes quarantined deliveries for good, or puts them back.

use afterchat_api::Api;
use afterchat_api::types::Marked;
use clap::Args;
use serde_json::json;

use crate::output::say;

/// Accept deliveries that are in quarantine
///
/// A source with a signing secret puts what is not signed with it into quarantine. Look at such a
/// delivery with “afterchat delivery ID” first; once accepted, it is read like every other.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat deliveries --quarantined
  afterchat accept 12 13
  afterchat accept 12 --put-back"
)]
pub(crate) struct Accept {
    /// The deliveries' numbers
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
    /// Put accepted deliveries back into quarantine
    #[arg(long)]
    put_back: bool,
}

impl Accept {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let ids: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        let on = !self.put_back;
        let done = api.act("accept_deliveries", json!({ "ids": ids, "on": on })).await?;
        let Marked { changed } = serde_json::from_value(done)?;
        let what = if on { "accepted" } else { "put back into quarantine" };
        say(&format!("{changed} of {} deliveries were {what}.", ids.len()));
        Ok(())
    }
}
