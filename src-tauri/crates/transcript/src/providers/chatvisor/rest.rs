//! Conversations fetched over REST: `{customerId, conversation, messages}`.
//!
//! This envelope is Afterchat's own; each value in it is an answer's object, byte for byte. The Conversation object is
//! the documented one. The Message object is not published, so everything read of it is inferred: who speaks is told by
//! a direction, a type or the id of a user, and where none of these is there the line stays the service's.

use super::{TEXTS, read_status, read_time};
use crate::model::{AttachmentFacts, MessageFacts, Role, Sourced};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};

pub(super) fn recognises(payload: &Value) -> bool {
    ["customerId", "conversation", "messages"].iter().all(|name| payload.get(name).is_some())
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let conversation = payload.at("conversation");
    let Some(customer) = payload.at("customerId").text() else { return };
    let mut part = Part::new(payload, Extent::Whole);
    part.echo(conversation.at("customerId").text(), "external_id");
    part.visitor.external_id = Some(customer.clone());
    part.external_id = Some(customer);
    read_status(&conversation, &mut part);
    // The address may log an agent in, so it is never more than a link.
    part.link("Chatvisor conversation", conversation.at("url").text());
    let mut doubtful = None;
    for message in payload.at("messages").items() {
        let Some((message, known)) = read_message(&message, &mut part) else { continue };
        if !known {
            doubtful = doubtful.or_else(|| message.words.text.as_ref().map(|text| text.origin.clone()));
        }
        part.messages.push(message);
    }
    read_last(&conversation.at("lastMessage"), &mut part);
    part.as_of =
        part.messages.iter().filter_map(|message| message.words.at.as_ref()).map(|at| at.value).max();
    if let Some(origin) = doubtful {
        let text = "Nothing in these messages tells who wrote them in a way that is known. They are shown as lines of the service.";
        findings.notice("role_unknown", Some(&origin), text);
    }
    findings.parts.push(part);
}

/// Who speaks, and the value that tells it.
fn role(message: &Cursor<'_>) -> Option<(Role, Sourced<String>)> {
    let word =
        message.at_any(&["direction", "senderType", "type", "sender", "from", "author"]).read(|value| {
            let word = value.scalar()?;
            let known = [
                "IN", "INBOUND", "INCOMING", "CUSTOMER", "VISITOR", "OUT", "OUTBOUND", "OUTGOING", "USER",
                "AGENT",
            ];
            let automatic = ["BOT", "CHATBOT", "AUTOMATIC", "SYSTEM"];
            known.iter().chain(&automatic).any(|known| word.eq_ignore_ascii_case(known)).then_some(word)
        });
    if let Some(word) = word {
        let role = match word.value.to_ascii_uppercase().as_str() {
            "IN" | "INBOUND" | "INCOMING" | "CUSTOMER" | "VISITOR" => Role::Visitor,
            "OUT" | "OUTBOUND" | "OUTGOING" | "USER" | "AGENT" => Role::Agent,
            "SYSTEM" => Role::System,
            _ => Role::Bot,
        };
        return Some((role, word));
    }
    let agent = message.at_any(&["userId", "agentId"]);
    let id = agent.peek().and_then(Value::scalar).filter(|_| !agent.says_nothing())?;
    let origin = crate::model::Origin { pointer: agent.pointer().to_owned(), bytes: None };
    Some((Role::Agent, Sourced { value: id, origin }))
}

fn read_message(place: &Cursor<'_>, part: &mut Part) -> Option<(MessageFacts, bool)> {
    let mut message = MessageFacts::new(Role::System);
    message.words.text = place.at_any(&TEXTS).any_text();
    message.words.id = place.at_any(&["id", "messageId"]).text();
    message.words.at = read_time(place);
    message.attachments.extend(place.at("attachments").items().iter().filter_map(|file| {
        Some(AttachmentFacts {
            url: Some(file.at("url").text()?),
            name: file.at("name").text(),
            ..AttachmentFacts::default()
        })
    }));
    // What is no message is left alone: taking who spoke would swallow it.
    if message.words.is_empty() && message.attachments.is_empty() {
        return None;
    }
    let told = role(place);
    message.role = told.as_ref().map_or(Role::System, |(role, _)| *role);
    message.author.id = place.at_any(&["userId", "agentId"]).text();
    message.author.name = place.at_any(&["userName", "senderName", "name"]).text();
    let path = format!("messages[{}]", part.messages.len());
    part.echo(place.at("customerId").text(), "external_id");
    let known = told.is_some();
    if let Some((_, word)) = told {
        message.role_origin = Some(word.origin.clone());
        part.echo(Some(word).filter(|_| message.role == Role::System), &format!("{path}.role"));
    }
    Some((message, known))
}

/// The last message stands once more in the conversation. Without a list it is all that is known.
fn read_last(last: &Cursor<'_>, part: &mut Part) {
    let Some(text) = last.at_any(&TEXTS).any_text() else { return };
    let same =
        |message: &MessageFacts| message.words.text.as_ref().is_some_and(|known| known.value == text.value);
    match part.messages.iter().rposition(same) {
        Some(index) => part.echo(Some(text), &format!("messages[{index}].text")),
        None if part.messages.is_empty() => {
            let mut message = MessageFacts::new(Role::Visitor);
            message.words.text = Some(text);
            message.words.at = read_time(last);
            part.messages.push(message);
        }
        None => part.field(Some("conversation"), "lastMessage", Some(text)),
    }
}
