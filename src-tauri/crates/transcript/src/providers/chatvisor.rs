//! Chatvisor, later TeamViewer Engage: a conversation for each customer, told one message at a time.
//!
//! Documented at <https://developers.chatvisor.com/> (v1.9, section `WebHooks`). A body names no event and has no time;
//! agents' answers are never sent. The documented last message spells its text `test`. What a “new message” looks like
//! is not published, so anything with a `customerId` is read as far as it goes.

mod guide;
mod rest;

use super::shared::{fields, tell, tell_email, told_with};
use super::{Provider, has_all};
use crate::Instant;
use crate::guide::Guide;
use crate::model::{MessageFacts, Role, Sourced, State};
use crate::payload::{Cursor, Kind, Value};
use crate::reading::{Extent, Findings, Part};

/// The Chatvisor provider.
pub(super) struct Chatvisor;

/// Names under which the text of a message may stand; `test` is the documented one.
const TEXTS: [&str; 5] = ["text", "test", "message", "content", "body"];
/// Names of a message in a body, the documented one first.
const MESSAGES: [&str; 5] = ["lastMessage", "message", "text", "test", "content"];
/// Objects that a body may wrap the conversation in.
const WRAPPERS: [&str; 3] = ["conversation", "message", "data"];

impl Provider for Chatvisor {
    fn id(&self) -> &'static str {
        "chatvisor"
    }

    fn name(&self) -> &'static str {
        "Chatvisor"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    fn recognises(&self, payload: &Value) -> bool {
        let told = |value: &Value| {
            value.get("customerId").is_some()
                && ["status", "url"].iter().chain(&MESSAGES).any(|name| value.get(name).is_some())
        };
        let wrapped = WRAPPERS.iter().filter_map(|name| payload.get(name)).any(told);
        let foreign =
            ["conversationUUID", "accountId", "event"].iter().any(|name| payload.get(name).is_some());
        !foreign && (told(payload) || wrapped || is_customer_tag(payload) || rest::recognises(payload))
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        if payload.peek().is_some_and(is_customer_tag) {
            findings.no_conversation = Some(
                "This is the body of a request that tags a customer over the REST API. Chatvisor never sends it.",
            );
            return;
        }
        if payload.peek().is_some_and(rest::recognises) {
            rest::read(payload, findings);
            return;
        }
        let wrapped = WRAPPERS.iter().map(|name| payload.at(name));
        let conversation = std::iter::once(payload.clone())
            .chain(wrapped)
            .find(|place| !place.at("customerId").says_nothing())
            .unwrap_or_else(|| payload.clone());
        let Some(customer) = conversation.at("customerId").text() else { return };
        let mut part = Part::new(payload, Extent::Fragment);
        part.visitor.external_id = Some(customer.clone());
        part.external_id = Some(customer);
        read_status(&conversation, &mut part);
        read_customer(&conversation.at("customer"), &mut part);
        // The address may log an agent in, so it is never more than a link.
        part.link("Chatvisor conversation", conversation.at("url").text());
        let last = MESSAGES.iter().map(|name| conversation.at(name)).find(|place| !place.says_nothing());
        let message = if conversation.pointer() == payload.at("message").pointer() {
            read_message(&conversation)
        } else {
            last.and_then(|last| read_message(&last))
        };
        // Around a bare text the time may stand beside it.
        let beside = message.as_ref().is_some_and(|message| message.words.at.is_none());
        let at = if beside { read_time(&conversation) } else { None };
        part.messages.extend(message.map(|mut message| {
            message.words.at = message.words.at.or(at);
            message
        }));
        findings.parts.push(part);
    }
}

/// The object that a site sends to Chatvisor to tag a customer: exactly these names and no conversation.
fn is_customer_tag(payload: &Value) -> bool {
    let Kind::Object(entries) = &payload.kind else { return false };
    let known = ["email", "firstname", "id", "labels", "lastname"];
    has_all(payload, &["firstname", "labels"])
        && entries.iter().all(|(name, _)| known.contains(&name.as_str()))
}

/// The customer, where they stand beside the conversation: with the names they are tagged with over the REST API.
fn read_customer(customer: &Cursor<'_>, part: &mut Part) {
    let id = customer.at("id").text();
    tell(part, |part| &mut part.visitor.external_id, "visitor.external_id", ("customer", "id"), id);
    tell_email(part, customer.at("email").text());
    fields(part, "customer", customer, &["firstname", "lastname"]);
    part.labels.extend(customer.at("labels").items().iter().filter_map(Cursor::text));
}

fn read_status(conversation: &Cursor<'_>, part: &mut Part) {
    let status = conversation.at("status").text();
    part.head.state = status.as_ref().and_then(|status| match status.value.as_str() {
        "UNREAD" | "UNRESOLVED" => Some(told_with(status, State::Open)),
        "DONE" => Some(told_with(status, State::Ended)),
        _ => None,
    });
    part.head.provider_status = status;
}

/// A message is a text or an object with a text. Only customers' messages are sent.
fn read_message(place: &Cursor<'_>) -> Option<MessageFacts> {
    let mut message = MessageFacts::new(Role::Visitor);
    if let Some(Kind::Object(_)) = place.peek().map(|value| &value.kind) {
        message.words.text = place.at_any(&TEXTS).any_text();
        message.words.id = place.at_any(&["id", "messageId"]).text();
        message.words.at = read_time(place);
    } else {
        message.words.text = place.any_text();
    }
    (!message.words.is_empty()).then_some(message)
}

/// No time is documented; these are the names and forms it would have.
fn read_time(place: &Cursor<'_>) -> Option<Sourced<Instant>> {
    let time = place.at_any(&["createdAt", "created", "timestamp", "date", "time"]);
    time.instant(Instant::from_rfc3339).or_else(|| time.millis())
}
