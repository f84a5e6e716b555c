//! Webhooks, version 2: one event for each delivery, `{type: "event_callback", event, timestamp, account_id, data}`.
//!
//! Documented at <https://docs.smartsupp.com/rest-api/webhooks/>; the objects inside `data` are known from public
//! consumers and their tests, where `type` may be missing and `data` may be the conversation itself. `content` comes as
//! `{type, text}` and as a plain text. What the REST API tells of a past conversation has the same objects.

use super::super::shared::{self, Agents, tell, told_with};
use crate::Instant;
use crate::model::{
    AttachmentFacts, Kind, MessageFacts, PageFacts, PageRole, PersonFacts, Role, Sourced, State,
};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};

pub(super) fn recognises(payload: &Value) -> bool {
    let text = |name: &str| payload.get(name).and_then(Value::scalar);
    let event = text("event").is_some_and(|event| event.contains('.'));
    let enveloped = ["account_id", "app_id"].iter().any(|name| payload.get(name).is_some());
    let called = text("type").map_or(enveloped, |kind| kind == "event_callback");
    event && called && payload.get("data").is_some()
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let event = payload.at("event").peek().and_then(Value::scalar).unwrap_or_default();
    findings.event = Some(event.clone()).filter(|event| !event.is_empty());
    if event.starts_with("contact.") {
        findings.no_conversation = Some(
            "This event tells about a contact, not about a conversation. Conversations name their contact themselves.",
        );
        return;
    }
    if event.starts_with("visitor.") {
        findings.no_conversation =
            Some("This event tells about a visitor on the site, not about a conversation.");
        return;
    }
    let data = payload.at("data");
    let message = data.at("message");
    let flat = !data.at("conversation").exists() && event.starts_with("conversation.");
    let conversation = if flat { data.clone() } else { data.at("conversation") };
    let named = [conversation.at("id"), data.at("conversation_id"), message.at("conversation_id")];
    if named.iter().all(Cursor::says_nothing) && !message.exists() {
        if !event.starts_with("conversation.") && !event.starts_with("message.") {
            findings.no_conversation = Some("This event tells about something other than a conversation.");
        }
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
    read_contact(&data.at("contact"), &mut part);
    super::read_rating(
        &mut part,
        &first(&[data.at("rating_value"), conversation.at("rating")]),
        &first(&[data.at("rating_text"), conversation.at("rating_text")]),
    );
    let mut agents = Agents::default();
    if message.exists() {
        read_message(&message, &event, None, &mut part, &mut agents);
    }
    shared::fields(&mut part, "data", &data, &["message_id"]);
    read_event(payload, &conversation, timestamp, &mut part, &mut agents);
    findings.parts.push(part);
}

/// What happened: a reply is its message, everything else that a reader of the conversation wants to know is a line of
/// its own.
fn read_event(
    payload: &Cursor<'_>,
    conversation: &Cursor<'_>,
    timestamp: Option<Sourced<Instant>>,
    part: &mut Part,
    agents: &mut Agents,
) {
    let code = payload.at("event").text();
    let event = code.clone().map(|code| code.value).unwrap_or_default();
    let event = event.as_str();
    let data = payload.at("data");
    let doer = if matches!(event, "conversation.closed") { "closed_by_agent_id" } else { "assigned" };
    let who =
        [data.at("agent_id"), data.at(doer), data.at("unassigned"), conversation.at("closed_by_agent_id")];
    let agent = PersonFacts { id: first(&who).text(), ..PersonFacts::default() };
    if matches!(event, "conversation.agent_joined" | "conversation.agent_assigned" | "conversation.closed") {
        agents.add(part, &agent);
    }
    shared::fields(part, "data", &data, &["assigned_by", "unassigned_by"]);
    let ended_by = first(&[data.at("close_type"), conversation.at("close_type")]).text();
    part.head.ended_by = ended_by.clone().map(|word| word.map(|word| closer(&word)));
    part.echo(ended_by.filter(|word| closer(&word.value) != word.value), "ended_by");
    if let Some(code) = &code {
        let state = match event {
            "conversation.opened" => Some(State::Open),
            "conversation.closed" | "conversation.closed_by_contact" | "conversation.visitor_closed" => {
                Some(State::Ended)
            }
            _ => None,
        };
        part.head.state = state.map(|state| told_with(code, state)).or(part.head.state.take());
        if matches!(event, "conversation.closed_by_contact" | "conversation.visitor_closed")
            && part.head.ended_by.is_none()
        {
            part.head.ended_by = Some(told_with(code, "visitor".to_owned()));
        }
    }
    if part.head.ended_at.is_none()
        && (event.starts_with("conversation.closed") || event == "conversation.visitor_closed")
    {
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

/// The first of these places that says something.
fn first<'a>(places: &[Cursor<'a>]) -> Cursor<'a> {
    let told = places.iter().find(|place| !place.says_nothing());
    told.unwrap_or(&places[0]).clone()
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
    let email = conversation.at("contact_email").text();
    part.visitor.name = conversation.at("contact_name").text();
    shared::tell_email(part, email);
    part.visitor.avatars.extend(conversation.at("contact_avatar_url").text());
    for (number, tag) in (1..).zip(conversation.at("tags").items()) {
        part.labels.extend(tag.text().or_else(|| tag.at("name").text()));
        part.field(Some("conversation"), &format!("tags.{number}.id"), tag.at("id").text());
    }
    for (name, variable) in conversation.at("variables").entries() {
        super::read_variable(part, name, &variable);
    }
    let plain =
        ["ext_id", "unread", "is_served", "domain", "last_message_at", "last_message_text", "updated_at"];
    shared::fields(part, "conversation", conversation, &plain);
    shared::fields(part, "conversation", conversation, &["last_closed_at"]);
    for name in ["channel", "assigned_agent_ids"] {
        shared::collect(part, "conversation", name, &conversation.at(name));
    }
}

/// The person behind the conversation, with what agents know of them.
pub(super) fn read_contact(contact: &Cursor<'_>, part: &mut Part) {
    let text = |name: &str| contact.at(name).text();
    let own = ("contact", "id");
    tell(part, |part| &mut part.visitor.external_id, "visitor.external_id", own, text("id"));
    tell(
        part,
        |part| &mut part.visitor.name,
        "visitor.name",
        ("contact", "name"),
        contact.at_any(&["name", "fullname"]).text(),
    );
    shared::tell_email(part, text("email"));
    shared::tell_phone(part, text("phone"));
    tell(part, |part| &mut part.visitor.note, "visitor.note", ("contact", "note"), text("note"));
    let plain = ["gdpr_approved", "banned_at", "banned_by", "created_at", "updated_at"];
    shared::fields(part, "contact", contact, &plain);
    for name in ["tags", "properties"] {
        shared::collect(part, "contact", name, &contact.at(name));
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
    let group =
        facts.words.id.as_ref().map_or_else(|| "message".to_owned(), |id| format!("message {}", id.value));
    read_content(&message.at("content"), &mut facts, part, (&path, &group));
    for (number, file) in (1..).zip(message.at("attachments").items()) {
        facts.attachments.extend(read_attachment(&file));
        part.field(Some(&group), &format!("attachments.{number}.type"), file.at("type").text());
    }
    if let Some(url) = message.at("page_url").text() {
        part.pages.push(PageFacts { at: facts.words.at.clone(), ..PageFacts::new(url, PageRole::Visited) });
    }
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

/// Text, a file (`upload`), or what the system reports, whose type is its code. `place` is the message's path in the
/// transcript and the group of its fields.
fn read_content(content: &Cursor<'_>, facts: &mut MessageFacts, part: &mut Part, place: (&str, &str)) {
    facts.words.text = content.text().or_else(|| content.at("text").text());
    let kind = content.at("type").text();
    if facts.role == Role::System && facts.words.text.is_none() {
        facts.words.event = kind;
    } else {
        part.echo(kind, &format!("{}.text", place.0));
    }
    let data = content.at("data");
    match read_attachment(&data) {
        Some(file) => facts.attachments.push(file),
        None => shared::collect(part, place.1, "content.data", &data),
    }
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
