//! `afterchat listen`: the public door, and a line for each delivery once it was read.

use afterchat_api::types::{Listener, Overview, SourceRow};
use afterchat_api::{Api, recognisable};
use afterchat_archive::export::visible_line;
use afterchat_archive::{AnswerPlan, DeliverySummary, Gap};
use afterchat_transcript::Instant;
use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use super::damage::{self, Damage, unless_damaged};
use super::deliveries;
use super::forwarding::{self, Forward, Forwarding};
use super::gaps::{self, Gaps};
use super::tunnel::Tunnel;
use crate::follow::Follow;
use crate::live;
use crate::output::{self, Style, moment, say, time_of_day};
use crate::stop::stop_requested;

/// Receive webhooks
///
/// Opens the public door on 127.0.0.1 and prints a hook address for each service. Whatever
/// arrives there is kept byte for byte before it is answered, and shown here once it was read.
/// Runs until it is stopped with Ctrl-C or SIGTERM.
///
/// On a terminal it is a live view with keys to open, replay and copy a delivery and to pause
/// (`?` tells all); elsewhere, and with --plain, it prints a line for each.
///
/// The services need a way to this machine: `--tunnel` starts one and prints the public addresses
/// once a question went out and came back. It leads to a door of its own that serves nothing
/// else. KIND is cloudflared, localhost.run, pinggy, bore[:SERVER], ssh:USER@HOST, ngrok,
/// tailscale, zrok, devtunnel, or a public address that already leads here. What else a kind
/// needs is what was entered for it in the window.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat listen
  afterchat listen --port 4780
  afterchat listen --forward http://localhost:3000/hook
  afterchat listen --tunnel cloudflared
  afterchat listen --answer 'per event: 503 x2, 200'      See how a service tries again
  afterchat listen --json | jq 'select(.event == \"delivery\")'

With --json the first line is
  {\"event\":\"listening\",\"url\":…,\"sources\":[{\"name\":…,\"provider\":…,\"hook_url\":…}]}
and then there is one {\"event\":\"delivery\",…} for each delivery, one {\"event\":\"forward\",…} for
each attempt to send one on, and one
  {\"event\":\"tunnel\",\"state\":…,\"url\":…,\"door\":…,\"trouble\":{\"code\":…,\"detail\":…},\"sources\":[{\"name\":…,\"public_url\":…}]}
for each change of the tunnel: starting, assigned, reachable, changed, degraded, stopped. One
  {\"event\":\"gap\",\"from\":…,\"to\":…,\"seconds\":…,\"began\":\"closed\"|\"slept\"}
tells of the time in which the door was closed before this began, or the machine slept, and
  {\"event\":\"damaged\",\"code\":\"archive_damaged\",\"detail\":…}
that deliveries are answered 503 until the next start has repaired the archive."
)]
pub(crate) struct Listen {
    /// The port; 0 takes any free one. Without it the one of the last time, else 4780, or the next free one
    #[arg(long)]
    port: Option<u16>,
    #[command(flatten)]
    forward: Forward,
    /// Answer every service by this plan as long as this runs, to learn how it tries again: "503 x2, 200",
    /// "wait 12s", "drop", "per event: 503 x2, 200". What arrives is kept whatever is answered
    #[arg(long, value_name = "PLAN")]
    answer: Option<AnswerPlan>,
    /// Lead the public network here
    #[arg(long, value_name = "KIND")]
    tunnel: Option<String>,
    /// Print one line of JSON for each event
    #[arg(long)]
    json: bool,
    /// Print lines also on a terminal, instead of the live view
    #[arg(long)]
    plain: bool,
}

impl Listen {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let follow = Follow::from_now(api)?;
        let mut gaps = Gaps::from_now();
        if let Some(plan) = self.answer.clone() {
            api.archive().answer_for_this_run(plan, Instant::from_utc(chrono::Utc::now()));
        }
        let forwarding = self.forward.begin(api)?;
        // Before anybody hears that the door is open, because who has heard it may ask for an end.
        let stop = (self.json || self.plain || !live::is_possible()).then(stop_requested);
        let listening = api.listen(self.port).await?;
        let overview: Overview = serde_json::from_value(api.query("overview", json!({})).await?)?;
        if let Some(stop) = stop {
            self.tell_addresses(&listening.url, &overview)?;
            return self.tell_lines(api, follow, gaps, forwarding, stop).await;
        }
        let tunnel = Tunnel::wished(api, self.tunnel.as_deref()).await?;
        let mut head = vec![format!("Afterchat is listening on {}", listening.url)];
        head.extend(moved(&overview));
        head.extend(self.answer.as_ref().map(|plan| format!("Every service is answered: {plan}")));
        let address =
            |source: &SourceRow| live::Address { source: source.name.clone(), url: source.hook_url.clone() };
        head.extend(gaps.since(api)?.into_iter().map(gaps::words));
        head.extend(
            self.forward.to.iter().map(|url| format!("Forwarding to {}", visible_line(&recognisable(url)))),
        );
        let addresses = overview.sources.iter().map(address).collect();
        let target = self.forward.to.first().map_or("http://127.0.0.1:", String::as_str);
        let view = live::View::new(head, addresses, target, time_of_day);
        live::run(api, (follow, gaps), forwarding, tunnel, view).await
    }

    /// A line for each delivery, until the program is asked to stop.
    async fn tell_lines(
        &self,
        api: &Api,
        mut follow: Follow,
        mut gaps: Gaps,
        mut forwarding: Forwarding,
        stop: impl Future<Output = std::io::Result<()>>,
    ) -> anyhow::Result<()> {
        let mut changes = api.changes();
        let mut tunnel = Tunnel::wished(api, self.tunnel.as_deref()).await?;
        let mut damage = Damage::default();
        tokio::pin!(stop);
        loop {
            if let Some(tunnel) = &mut tunnel {
                unless_damaged(api, tunnel.tell(api, self.json).await)?;
            }
            for gap in unless_damaged(api, gaps.since(api))? {
                self.tell_gap(gap)?;
            }
            for delivery in unless_damaged(api, follow.since(api))? {
                self.tell(&delivery)?;
            }
            if damage.is_news(api) {
                self.tell_damage()?;
            }
            tokio::select! {
                asked = &mut stop => {
                    unless_damaged(api, forwarding.end(api).await)?;
                    return asked.context("Signals cannot be received.");
                }
                told = forwarding.next() => forwarding::tell(&told, self.json)?,
                changed = changes.changed() => changed.context("The archive was closed.")?,
            }
        }
    }

    fn tell_addresses(&self, url: &str, overview: &Overview) -> anyhow::Result<()> {
        if let Some(words) = moved(overview) {
            say(&words);
        }
        if let Some(plan) = &self.answer {
            say(&format!("Every service is answered by the plan “{plan}” as long as this runs."));
        }
        if self.json {
            let source = |source: &SourceRow| json!({ "name": source.name, "provider": source.provider, "hook_url": source.hook_url });
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

    fn tell_gap(&self, gap: Gap) -> anyhow::Result<()> {
        if self.json {
            return output::json(&gaps::json("event", gap));
        }
        output::line(&Style::of_output().dim(&gaps::words(gap)))
    }

    fn tell_damage(&self) -> anyhow::Result<()> {
        if self.json {
            return output::json(&damage::event());
        }
        damage::LINES.into_iter().for_each(say);
        Ok(())
    }

    fn tell(&self, delivery: &DeliverySummary) -> anyhow::Result<()> {
        if self.json {
            return output::json(&event(delivery));
        }
        let style = Style::of_output();
        let when = style.dim(&moment(delivery.received_at));
        output::line(&format!("{when}  {}", deliveries::words(delivery, style)))
    }
}

/// What to say when another program has the wanted port.
fn moved(overview: &Overview) -> Option<String> {
    let Listener::Listening { port, wanted_port: Some(wanted), .. } = overview.listener else { return None };
    Some(format!("Port {wanted} is taken by another program, so this is port {port}."))
}

fn event(delivery: &DeliverySummary) -> Value {
    let mut event = json!({ "event": "delivery" });
    if let (Some(event), Value::Object(told)) = (event.as_object_mut(), deliveries::json(delivery)) {
        event.extend(told);
    }
    event
}
