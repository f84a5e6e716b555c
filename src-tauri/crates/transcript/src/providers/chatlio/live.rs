//! Bodies with a single message: an offline message, and the shape shared by “new conversation”, “visitor not answered
//! in time” and “feedback after the chat”. The three cannot be told apart, and no message has a time.

use super::super::shared::told_with;
use super::{Cursor, Findings, Part, Value, has_all};
use crate::model::{Kind, MessageFacts, Role};
use crate::payload::Kind as Shape;
use crate::reading::Extent;

pub(super) fn recognises(payload: &Value) -> bool {
    let visitor = payload.get("visitor").filter(|visitor| matches!(visitor.kind, Shape::Object(_)));
    let chatlios = visitor.is_some_and(|visitor| {
        ["UUID", "handle", "identTraits", "IPAddress"].iter().any(|name| visitor.get(name).is_some())
    });
    let offline = has_all(payload, &["message", "emailPretty"]);
    let named = has_all(payload, &["message", "conversationUUID"]);
    let live = visitor.is_some() && (payload.get("slackChannelId").is_some() || chatlios);
    payload.get("message").is_some() && payload.get("messages").is_none() && (offline || named || live)
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    if payload.at("message").says_nothing() && payload.at("conversationUUID").says_nothing() {
        return;
    }
    let outside = ["conversationUUID", "channelId", "slackChannelId", "slackChannelName"];
    let live = outside.iter().any(|name| !payload.at(name).says_nothing());
    let mut part = Part::new(payload, if live { Extent::Fragment } else { Extent::Whole });
    part.external_id = payload.at("conversationUUID").text();
    super::read_visitor(&payload.at("visitor"), &mut part);
    super::read_channel(payload, &mut part);
    part.head.subject = payload.at("subject").text();
    super::shared::tell_email(&mut part, payload.at("email").text());
    super::tell_name(&mut part, payload.at("name").text());
    part.field(None, "emailPretty", payload.at("emailPretty").text());
    let mut message = MessageFacts::new(Role::Visitor);
    message.words.text = payload.at("message").any_text();
    if let Some(text) = message.words.text.as_ref().filter(|_| !live) {
        part.head.kind = Some(told_with(text, Kind::OfflineMessage));
    }
    if message.words.text.is_some() {
        part.messages.push(message);
    }
    findings.parts.push(part);
}
