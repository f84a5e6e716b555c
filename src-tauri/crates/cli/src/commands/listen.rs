//! `afterchat listen`: the public door, and a line for each delivery once it was read.

use afterchat_api::Api;
use afterchat_api::types::{Listener, Overview};
use afterchat_archive::{DeliverySummary, JournalQuestion};
use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use super::deliveries;
use super::forwarding::{self, Forward};
use crate::output::{self, Style, moment, say};
use crate::stop::stop_requested;

/// Deliveries asked for at once.
const PAGE: usize = 200;

/// Receive webhooks
///
/// Opens the public door on 127.0.0.1 and prints a hook address for each service. Whatever
/// arrives there is kept byte for byte before it is answered, and shown here once it was read.
/// Runs until it is stopped with Ctrl-C or SIGTERM.
///
/// The services need a way to this machine: a tunnel that leads to the printed port.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat listen
  afterchat listen --port 4780
  afterchat listen --forward http://localhost:3000/hook
  afterchat listen --json | jq 'select(.event == \"delivery\")'

With --json the first line is
  {\"event\":\"listening\",\"url\":…,\"sources\":[{\"name\":…,\"provider\":…,\"hook_url\":…}]}
and then there is one {\"event\":\"delivery\",…} for each delivery,
and one {\"event\":\"forward\",…} for each attempt to send one on."
)]
pub(crate) struct Listen {
    /// The port; 0 takes any free one. Without it the one of the last time, else 4780, or the next free one
    #[arg(long)]
    port: Option<u16>,
    #[command(flatten)]
    forward: Forward,
    /// Print one line of JSON for each event
    #[arg(long)]
    json: bool,
}

impl Listen {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let mut seen = api.archive().newest_delivery()?;
        let mut changes = api.changes();
        let mut forwarding = self.forward.begin(api)?;
        let listening = api.listen(self.port).await?;
        let overview: Overview = serde_json::from_value(api.query("overview", json!({})).await?)?;
        self.tell_addresses(&listening.url, &overview)?;
        let stop = stop_requested();
        tokio::pin!(stop);
        loop {
            seen = self.tell_since(api, seen)?;
            tokio::select! {
                asked = &mut stop => {
                    forwarding.end(api).await?;
                    return asked.context("Signals cannot be received.");
                }
                told = forwarding.next() => forwarding::tell(&told, self.json)?,
                changed = changes.changed() => changed.context("The archive was closed.")?,
            }
        }
    }

    fn tell_addresses(&self, url: &str, overview: &Overview) -> anyhow::Result<()> {
        if let Listener::Listening { port, wanted_port: Some(wanted), .. } = overview.listener {
            say(&format!("Port {wanted} is taken by another program, so this is port {port}."));
        }
        if self.json {
            let source = |source: &afterchat_api::types::SourceRow| json!({ "name": source.name, "provider": source.provider, "hook_url": source.hook_url });
            let sources: Vec<Value> = overview.sources.iter().map(source).collect();
            return output::json(&json!({ "event": "listening", "url": url, "sources": sources }));
        }
        let style = Style::of_output();
        output::line(&format!("Listening on {}. Give each service its own address:\n", style.bold(url)))?;
        let width = overview.sources.iter().map(|source| source.name.len()).max().unwrap_or_default();
        for source in &overview.sources {
            output::line(&format!("  {:<width$}  {}", source.name, source.hook_url))?;
        }
        output::line(&style.dim("\nStop with Ctrl-C. Whoever knows an address can post to it."))
    }

    /// Tells of what was read since; what waits to be read is told later, so that every line says what became of it.
    fn tell_since(&self, api: &Api, seen: i64) -> anyhow::Result<i64> {
        let read = api.archive().progress()?.done;
        let mut found: Vec<DeliverySummary> = Vec::new();
        let mut before = read + 1;
        loop {
            let question = JournalQuestion {
                before: Some(before),
                since: Some(seen),
                limit: PAGE,
                ..JournalQuestion::default()
            };
            let page = api.archive().deliveries(&question)?;
            let Some(last) = page.last() else { break };
            before = last.id.0;
            found.extend(page);
        }
        for delivery in found.iter().rev() {
            if self.json {
                output::json(&event(delivery))?;
            } else {
                let style = Style::of_output();
                output::line(&format!(
                    "{}  {}",
                    style.dim(&moment(delivery.received_at)),
                    deliveries::words(delivery, style)
                ))?;
            }
        }
        // A rebuild begins from the first delivery again; what was told is not told twice.
        Ok(seen.max(read))
    }
}

fn event(delivery: &DeliverySummary) -> Value {
    let mut event = json!({ "event": "delivery" });
    if let (Some(event), Value::Object(told)) = (event.as_object_mut(), deliveries::json(delivery)) {
        event.extend(told);
    }
    event
}
