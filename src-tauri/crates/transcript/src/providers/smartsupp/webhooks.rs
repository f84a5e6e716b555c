//! Webhooks, version 2: one event for each delivery, `{type: "event_callback", event, timestamp, account_id, data}`.
//!
//! Documented at <https://docs.smartsupp.com/rest-api/webhooks/>; the objects inside `data` are known from public
//! consumers. `content` comes as `{type, text}` and as a plain text. Names and addresses of people are not sent.

use super::super::shared::{self, Agents, tell, told_with};
use crate::Instant;
use crate::model::{
    AttachmentFacts, Kind, MessageFacts, PageFacts, PageRole, PersonFacts, Role, Sourced, State,
};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};

pub(super) fn recognises(payload: &Value) -> bool {
    let text = |name: &str| payload.get(name).and_then(Value::scalar);
    text("type").as_deref() == Some("event_callback")
        && text("event").is_some_and(|event| event.contains('.'))
        && payload.get("data").is_some()
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let event = payload.at("event").peek().and_then(Value::scalar).unwrap_or_default();
    findings.event = Some(event.clone()).filter(|event| !event.is_empty());
    if event.starts_with("contact.") {
        findings.no_conversation = Some("This event tells about a contact, not about a conversation.");
        return;
    }
    if event.starts_with("visitor.") {
        findings.no_conversation =
            Some("This event tells about a visitor on the site, not about a conversation.");
        return;
    }
    let data = payload.at("data");
    let (conversation, message) = (data.at("conversation"), data.at("message"));
    let named = [conversation.at("id"), data.at("conversation_id"), message.at("conversation_id")];
    if named.iter().all(Cursor::says_nothing) && !message.exists() {
        return;
    }
    let mut part = Part::new(payload, Extent::Fragment);
    for name in &named {
        tell(
            &mut part,
            |part| &mut part.external_id,
            "external_id",
            ("data", "conversation_id"),
            name.text(),
        );
    }
    part.account = payload.at("account_id").text();
    part.echo(payload.at("type").text(), "provider");
    part.field(None, "app_id", payload.at("app_id").text());
    let timestamp = payload.at("timestamp").instant(Instant::from_rfc3339);
    part.as_of = timestamp.as_ref().map(|time| time.value);
    part.echo(timestamp.clone(), "as_of");
    read_conversation(&conversation, &mut part);
    super::read_rating(&mut part, &data.at("rating_value"), &data.at("rating_text"));
    let mut agents = Agents::default();
    if message.exists() {
        read_message(&message, &event, None, &mut part, &mut agents);
    }
    shared::fields(&mut part, "data", &data, &["message_id"]);
    read_event(payload, &event, timestamp, &mut part, &mut agents);
    findings.parts.push(part);
}

/// What happened: a reply is its message, everything else that a reader of the conversation wants to know is a line of
/// its own.
fn read_event(
    payload: &Cursor<'_>,
    event: &str,
    timestamp: Option<Sourced<Instant>>,
    part: &mut Part,
    agents: &mut Agents,
) {
    let code = payload.at("event").text();
    let data = payload.at("data");
    let agent = PersonFacts { id: data.at("agent_id").text(), ..PersonFacts::default() };
    if matches!(event, "conversation.agent_joined" | "conversation.closed") {
        agents.add(part, &agent);
    }
    let ended_by = data.at("close_type").text();
    part.head.ended_by = ended_by.clone().map(|word| word.map(|word| closer(&word)));
    part.echo(ended_by.filter(|word| closer(&word.value) != word.value), "ended_by");
    if let Some(code) = &code {
        let state = match event {
            "conversation.opened" => Some(State::Open),
            "conversation.closed" | "conversation.closed_by_contact" => Some(State::Ended),
            _ => None,
        };
        part.head.state = state.map(|state| told_with(code, state)).or(part.head.state.take());
        if event == "conversation.closed_by_contact" && part.head.ended_by.is_none() {
            part.head.ended_by = Some(told_with(code, "visitor".to_owned()));
        }
    }
    if part.head.ended_at.is_none() && event.starts_with("conversation.closed") {
        part.head.ended_at.clone_from(&timestamp);
    }
    let quiet = event.ends_with("_replied")
        || matches!(event, "" | "conversation.opened" | "conversation.message_delivered");
    if quiet {
        part.echo(code, "event");
        part.field(Some("data"), "agent_id", agent.id);
        return;
    }
    let mut line = MessageFacts::new(Role::System);
    line.words.event = code;
    line.words.at = timestamp;
    line.author = agent;
    part.messages.push(line);
}

fn closer(word: &str) -> String {
    match word {
        "agent" | "agent_close" => "agent",
        "visitor" | "contact" | "visitor_close" | "contact_close" => "visitor",
        word => word,
    }
    .to_owned()
}

pub(super) fn read_conversation(conversation: &Cursor<'_>, part: &mut Part) {
    let offline = conversation.at("is_offline").flag();
    part.head.kind =
        offline.map(|flag| flag.map(|offline| if offline { Kind::OfflineMessage } else { Kind::Chat }));
    let status = conversation.at("status").text();
    part.head.state = status.as_ref().and_then(|status| match status.value.as_str() {
        "open" | "pending" => Some(told_with(status, State::Open)),
        "closed" => Some(told_with(status, State::Ended)),
        _ => None,
    });
    part.head.provider_status = status;
    part.head.started_at = conversation.at("created_at").instant(Instant::from_rfc3339);
    part.head.ended_at = conversation.at("finished_at").instant(Instant::from_rfc3339);
    part.head.subject = conversation.at("subject").text();
    let contact = conversation.at("contact_id").text();
    let visitor = conversation.at("visitor_id").text();
    // The contact is the person over all browsers; somebody without one is known by the browser only.
    if contact.is_some() {
        part.visitor.external_id = contact;
        part.field(Some("conversation"), "visitor_id", visitor);
    } else {
        part.visitor.external_id = visitor;
    }
    part.visitor.country = conversation.at("location_country").text();
    part.visitor.country_code = conversation.at("location_code").text();
    part.visitor.city = conversation.at("location_city").text();
    part.visitor.ip = conversation.at("location_ip").text();
    part.page(conversation.at("referer").text(), PageRole::Referrer);
    for tag in conversation.at("tags").items() {
        part.labels.extend(tag.text().or_else(|| tag.at("name").text()));
    }
    for (name, variable) in conversation.at("variables").entries() {
        super::read_variable(part, name, &variable);
    }
    let plain =
        ["ext_id", "unread", "is_served", "domain", "last_message_at", "last_message_text", "updated_at"];
    shared::fields(part, "conversation", conversation, &plain);
    for name in ["channel", "assigned_agent_ids"] {
        shared::collect(part, "conversation", name, &conversation.at(name));
    }
}

/// `sub_type` says who speaks; without it the event does. What the service adds to a message is kept under its id.
/// `agent` is who wrote it, where that is known.
pub(super) fn read_message(
    message: &Cursor<'_>,
    event: &str,
    agent: Option<&PersonFacts>,
    part: &mut Part,
    agents: &mut Agents,
) {
    let sub_type = message.at("sub_type").text();
    let trigger = message.at("trigger_name").text();
    let speaker = sub_type.as_ref().map_or(event, |sub_type| sub_type.value.as_str());
    let role = match speaker {
        "contact" | "visitor" | "conversation.contact_replied" => Role::Visitor,
        "agent" | "conversation.agent_replied" if trigger.is_none() => Role::Agent,
        "agent" | "bot" | "trigger" | "conversation.bot_replied" => Role::Bot,
        _ => Role::System,
    };
    let path = format!("messages[{}]", part.messages.len());
    let mut facts = MessageFacts::new(role);
    part.echo(message.at("type").text(), &format!("{path}.role"));
    if role == Role::System || speaker == "trigger" {
        part.echo(sub_type.clone(), &format!("{path}.role"));
    }
    facts.role_origin = sub_type.map(|sub_type| sub_type.origin);
    facts.words.id = message.at("id").text();
    facts.words.at = message.at("created_at").instant(Instant::from_rfc3339);
    facts.words.trigger = trigger;
    read_content(&message.at("content"), &mut facts, part, &path);
    facts.attachments.extend(message.at("attachments").items().iter().filter_map(read_attachment));
    if let Some(url) = message.at("page_url").text() {
        part.pages.push(PageFacts { at: facts.words.at.clone(), ..PageFacts::new(url, PageRole::Visited) });
    }
    let group =
        facts.words.id.as_ref().map_or_else(|| "message".to_owned(), |id| format!("message {}", id.value));
    let visitor = message.at("visitor_id").text();
    if role == Role::Visitor {
        facts.author.id = visitor;
        part.field(Some(&group), "agent_id", message.at("agent_id").text());
    } else {
        facts.author.id = message.at("agent_id").text();
        part.field(Some(&group), "visitor_id", visitor);
    }
    facts.author.name = message.at("author_name").text().or_else(|| agent?.name.clone());
    facts.author.email = agent.and_then(|agent| agent.email.clone());
    if role == Role::Agent {
        agents.add(part, &facts.author);
    }
    let plain =
        ["delivery_status", "delivered_at", "is_offline", "is_reply", "is_first_reply", "response_time"];
    shared::fields(part, &group, message, &plain);
    shared::fields(part, &group, message, &["trigger_id", "updated_at"]);
    part.messages.push(facts);
}

/// Text, a file (`upload`), or what the system reports, whose type is its code.
fn read_content(content: &Cursor<'_>, facts: &mut MessageFacts, part: &mut Part, path: &str) {
    facts.words.text = content.text().or_else(|| content.at("text").text());
    let kind = content.at("type").text();
    if facts.role == Role::System && facts.words.text.is_none() {
        facts.words.event = kind;
    } else {
        part.echo(kind, &format!("{path}.text"));
    }
    facts.attachments.extend(read_attachment(&content.at("data")));
}

fn read_attachment(file: &Cursor<'_>) -> Option<AttachmentFacts> {
    let url = file.at("url").text()?;
    Some(AttachmentFacts {
        name: file.at_any(&["file_name", "fileName", "name"]).text(),
        url: Some(url),
        content_type: file.at_any(&["content_type", "file_type", "fileType", "mime_type"]).text(),
        size: file.at("size").quantity(),
    })
}
