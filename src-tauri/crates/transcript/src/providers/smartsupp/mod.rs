//! Smartsupp: the POST hook, which sends a finished conversation whole, the newer webhooks, which send one event at a
//! time, and conversations fetched over REST. Both hooks may be pointed at one address.

mod guide;
mod post_hook;
mod rest;
mod webhooks;

use super::{Provider, has_all};
use crate::guide::Guide;
use crate::model::{FieldFacts, Quantity, Sourced};
use crate::payload::{Cursor, Value};
use crate::reading::{Findings, Part};
use crate::signature::{Digits, Hash, Scheme};

/// The Smartsupp provider.
pub(super) struct Smartsupp;

impl Provider for Smartsupp {
    fn id(&self) -> &'static str {
        "smartsupp"
    }

    fn name(&self) -> &'static str {
        "Smartsupp"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    fn signature(&self) -> Option<Scheme> {
        let webhooks = Scheme::hmac(Hash::Sha256, Digits::Hex, &["X-Smartsupp-Hmac"]);
        Some(webhooks.except("The older POST hook, which sends whole conversations, is not signed."))
    }

    fn recognises(&self, payload: &Value) -> bool {
        let told = ["visitor", "messages", "beginAt"].iter().any(|name| payload.get(name).is_some());
        webhooks::recognises(payload)
            || rest::recognises(payload)
            || (has_all(payload, &["accountId", "channel"]) && told)
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        if payload.peek().is_some_and(rest::recognises) {
            rest::read(payload, findings);
        } else if payload.at("data").exists() {
            webhooks::read(payload, findings);
        } else {
            post_hook::read(payload, findings);
        }
    }

    fn event_words(&self, code: &str, author: Option<&str>) -> Option<String> {
        let agent = author.unwrap_or("An agent");
        let words = match code {
            "agent.join" | "agent_join" | "conversation.agent_joined" => format!("{agent} joined"),
            "agent.leave" | "agent_leave" | "conversation.agent_left" => format!("{agent} left"),
            "agent.assign" | "agent_assign" | "conversation.agent_assigned" => {
                format!("{agent} was assigned")
            }
            "agent.unassign" | "agent_unassign" | "conversation.agent_unassigned" => {
                format!("{agent} was unassigned")
            }
            "close.visitorClose" | "conversation.closed_by_contact" | "conversation.visitor_closed" => {
                format!("{} closed the chat", author.unwrap_or("The visitor"))
            }
            "close.agentClose" => format!("{agent} closed the chat"),
            "conversation.closed" => author
                .map_or_else(|| "The chat was closed".to_owned(), |who| format!("{who} closed the chat")),
            "conversation.visitor_connected" => format!("{} came back", author.unwrap_or("The visitor")),
            "conversation.visitor_disconnected" => format!("{} left", author.unwrap_or("The visitor")),
            "conversation.opened" => "The chat was opened".to_owned(),
            "conversation.rated" => "The visitor rated the chat".to_owned(),
            "conversation.message_delivery_failed" => "A message could not be delivered".to_owned(),
            "rate_form" => "The visitor was asked for a rating".to_owned(),
            code if code.starts_with("close.") || code == "chat_close" => "The chat was closed".to_owned(),
            _ => return None,
        };
        Some(words)
    }
}

/// Marks in Smartsupp run from one to five.
const BEST_RATING: f64 = 5.0;

/// Takes in a mark and its words; `null` means that the visitor did not rate.
fn read_rating(part: &mut Part, value: &Cursor<'_>, comment: &Cursor<'_>) {
    part.rating.value = value.quantity();
    part.rating.max = part.rating.value.as_ref().and_then(|rating| {
        Some(Sourced { value: Quantity::new(BEST_RATING)?, origin: rating.origin.clone() })
    });
    part.rating.comment = comment.text();
}

/// A variable is an object of a label and a value of any type, or a bare value.
fn read_variable(part: &mut Part, name: &str, variable: &Cursor<'_>) {
    let value = variable.at("value");
    if !value.exists() {
        super::shared::collect(part, "variables", name, variable);
        return;
    }
    let label = variable.at("label").text();
    let name = label.as_ref().map_or_else(|| name.to_owned(), |label| label.value.clone());
    if let Some(value) = value.any_text() {
        part.fields.push(FieldFacts { group: Some("variables".to_owned()), name: name.clone(), value });
    }
    part.echo(label, &format!("fields.variables.{name}"));
}
