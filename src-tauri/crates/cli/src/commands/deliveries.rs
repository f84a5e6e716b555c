//! `afterchat deliveries`: the journal, newest first.

use std::path::PathBuf;

use afterchat_api::Api;
use afterchat_api::types::{DeliveriesQuestion, DeliveryChoice};
use afterchat_archive::export::{Existing, visible_line};
use afterchat_archive::{DeliverySummary, Doubt, JournalQuestion, Outcome, Signature};
use clap::Args;
use serde_json::{Value, json};

use super::gaps::{self, Beside};
use super::handing::{Handing, hand_over};
use crate::output::{self, Style, moment};

/// Rows asked for at once.
const PAGE: usize = 200;

/// List what was received, newest first
///
/// The journal holds every request that reached a hook address and every imported payload,
/// whatever became of it. Between them stand the times of a minute and more in which the door was
/// closed; with --json these are rows of the kind "gap".
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat deliveries
  afterchat deliveries --source smartsupp --limit 10
  afterchat deliveries --json | jq 'select(.outcome == \"unreadable\")'
  afterchat deliveries --source smartsupp --har smartsupp.har
  afterchat deliveries --limit 20 --fixtures tests/fixtures/

With --har or --fixtures all of them are written, or the newest with --limit. What is secret is left
out and HIDDEN-1, HIDDEN-2 … stand there; --with-secrets keeps it."
)]
pub(crate) struct Deliveries {
    /// Only those of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Only those in quarantine: their signature was missing or wrong
    #[arg(long)]
    quarantined: bool,
    /// Only those that tell of this conversation
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// How many at most; 50 in the list
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only those older than this one: the id of the last row that was listed
    #[arg(long, value_name = "ID")]
    cursor: Option<i64>,
    /// Print one line of JSON for each
    #[arg(long)]
    json: bool,
    /// Write them into a HAR file; `-` is standard output
    #[arg(long, value_name = "PATH", conflicts_with_all = ["json", "cursor"])]
    har: Option<PathBuf>,
    /// Write them into a folder as test fixtures: payload, headers and expected transcripts of each
    #[arg(long, value_name = "DIR", conflicts_with_all = ["json", "cursor", "har"])]
    fixtures: Option<PathBuf>,
    /// Write also what is secret
    #[arg(long)]
    with_secrets: bool,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
}

/// Rows of the list, unless asked otherwise.
const USUAL: usize = 50;

impl Deliveries {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let to = self.har.clone().map(Handing::Har).or(self.fixtures.clone().map(Handing::Fixtures));
        if let Some(to) = to {
            let existing = if self.force { Existing::Replace } else { Existing::Keep };
            return hand_over(api, self.choice(), self.limit, to, self.with_secrets, existing).await;
        }
        let style = Style::of_output();
        // Where only some are listed, a time without any says nothing.
        let mut gaps = (!self.quarantined && self.conversation.is_none()).then(Beside::default);
        let (mut left, mut before) = (self.limit.unwrap_or(USUAL), self.cursor);
        while left > 0 {
            let question = JournalQuestion {
                conversation: self.conversation.clone(),
                source: self.source.clone(),
                quarantined: self.quarantined,
                before,
                since: None,
                limit: left.min(PAGE),
            };
            let archive = api.archive().clone();
            let page = tokio::task::spawn_blocking(move || archive.deliveries(&question)).await??;
            let Some(last) = page.last() else { break };
            before = Some(last.id.0);
            left -= page.len();
            if let Some(gaps) = &mut gaps {
                gaps.look(api, &page)?;
            }
            for delivery in &page {
                for gap in gaps.as_mut().map(|gaps| gaps.above(delivery)).unwrap_or_default() {
                    if self.json {
                        output::json(&gaps::json("kind", gap))?;
                    } else {
                        output::line(&style.dim(&gaps::in_short(gap)))?;
                    }
                }
                if self.json {
                    output::json(&json(delivery))?;
                } else {
                    let when = style.dim(&moment(delivery.received_at));
                    output::line(&format!("{when}  {}", words(delivery, style)))?;
                }
            }
        }
        Ok(())
    }

    fn choice(&self) -> DeliveryChoice {
        let list = DeliveriesQuestion {
            conversation: self.conversation.clone(),
            source: self.source.clone(),
            quarantined: Some(self.quarantined),
            ..DeliveriesQuestion::default()
        };
        DeliveryChoice { ids: None, list: Some(list), since: None, until: None }
    }
}

pub(crate) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "pending",
        Outcome::Conversation => "conversation",
        Outcome::NoConversation => "no_conversation",
        Outcome::Unreadable => "unreadable",
        Outcome::Quarantined => "quarantined",
    }
}

/// A delivery's row as JSON; what is absent is left out.
pub(crate) fn json(delivery: &DeliverySummary) -> Value {
    let mut row = json!({
        "id": delivery.id.to_string(),
        "received_at": delivery.received_at,
        "kind": delivery.kind,
        "source": delivery.source,
        "provider": delivery.provider,
        "method": delivery.method,
        "content_type": delivery.content_type,
        "size": delivery.size,
        "event": delivery.event,
        "outcome": outcome_word(delivery.outcome),
        "reason": delivery.reason,
        "conversations": delivery.conversations,
        "signature": delivery.signature.as_ref().map(verdict),
    });
    if let Some(row) = row.as_object_mut() {
        row.retain(|_, value| !value.is_null());
    }
    row
}

/// What was found of a signature, in a word.
fn verdict(signature: &Signature) -> &'static str {
    signature.doubt.map_or("good", Doubt::word)
}

/// What became of a delivery, in a few words.
pub(crate) fn became(delivery: &DeliverySummary) -> String {
    match delivery.outcome {
        Outcome::Quarantined => "quarantined".to_owned(),
        Outcome::Pending => "waits to be read".to_owned(),
        Outcome::Conversation => format!("→ {}", delivery.conversations.join(" ")),
        Outcome::NoConversation | Outcome::Unreadable => {
            visible_line(delivery.reason.as_deref().unwrap_or("It tells of no conversation."))
        }
    }
}

/// A delivery's row for people: number, source, size, and what became of it.
pub(crate) fn words(delivery: &DeliverySummary, style: Style) -> String {
    let event = delivery.event.as_deref().map(|event| format!(" ({})", visible_line(event)));
    let signature = delivery.signature.as_ref();
    let signature = signature.map(|signature| format!(", signature {}", verdict(signature)));
    let became = became(delivery);
    let provider = delivery.provider.as_deref().filter(|provider| *provider != delivery.source);
    let read_as = provider.map(|provider| format!(" as {provider}"));
    format!(
        "{}  {} {}{}{}, {} B{}  {became}",
        style.bold(&delivery.id.to_string()),
        visible_line(&delivery.method),
        delivery.source,
        read_as.unwrap_or_default(),
        event.unwrap_or_default(),
        delivery.size,
        signature.unwrap_or_default(),
    )
}
