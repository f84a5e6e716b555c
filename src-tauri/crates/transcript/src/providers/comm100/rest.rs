//! Chats fetched over the RESTful API: flat as in version 4, with objects as in version 3, or as in version 2.
//!
//! Documented at <https://developer.comm100.com/docs/server-api-livechat-chat> (v4: the flat names; `messages` is called
//! a text there, public clients get a list with `senderType`) and in the vendor's older documents (jamyzhang/APIDesign:
//! v3 `messages[{type, senderName, sentTime, content}]`, v2 `chatTranscript[{time, sender, type, content}]`). Times
//! without a zone are read as UTC, the interface's documented default.

use super::super::shared::{self, Agents, pairs, tell_email, tell_phone, told_by, told_with};
use super::chat::seconds;
use super::lines::{self, Speakers};
use super::{Step, moment};
use crate::Instant;
use crate::model::{
    AttachmentFacts, Kind, MessageFacts, PageFacts, PageRole, PersonFacts, Quantity, Role, Sourced, State,
};
use crate::payload::{Cursor, Kind as Shape, Value};
use crate::reading::{Extent, Findings, Part};

pub(super) fn recognises(payload: &Value) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| payload.get(name).is_some());
    payload.get("id").is_some()
        && payload.get("event").is_none()
        && any(&["startTime", "requestedTime", "requestTime", "endTime"])
        && any(&[
            "messages",
            "chatTranscript",
            "chatAgents",
            "campaignId",
            "preChatName",
            "requestingPageURL",
        ])
}

pub(super) fn read(chat: &Cursor<'_>, findings: &mut Findings) {
    let mut part = Part::new(chat, Extent::Whole);
    // The chat as it was in the end, like the event that reports it.
    part.stage = Step::Ended.stage();
    part.external_id = chat.at("id").text();
    part.head.kind = Some(told_by(chat, Kind::Chat));
    read_times(chat, &mut part, findings);
    read_status(chat, &mut part);
    read_visitor(chat, &mut part);
    part.timing.wait_seconds = chat.at("waitingTime").read(|value| seconds(&value.scalar()?));
    part.timing.average_response_seconds = chat.at("avgResponseTime").quantity();
    part.timing.duration_seconds = chat.at("duration").quantity();
    let (url, title) = (chat.at("requestingPageURL").text(), chat.at("requestingPageTitle").text());
    match url {
        Some(url) => part.pages.push(PageFacts { title, ..PageFacts::new(url, PageRole::Chat) }),
        None => part.field(Some("chat"), "requestingPageTitle", title),
    }
    read_survey(chat, &mut part);
    for name in ["wrapup", "agentWrapUp", "chatWrapup", "chatWrapupCategories"] {
        shared::flatten(&mut part, name, &chat.at(name));
    }
    let plain = [
        "source",
        "isQueued",
        "ifQueued",
        "ifAudioChatHappened",
        "ifVideoChatHappened",
        "sessionId",
        "campaignId",
        "visitorMessagesCount",
        "agentMessagesCount",
        "lastMessageSentBy",
        "chatType",
        "skillId",
        "autoInvitationId",
    ];
    shared::fields(&mut part, "chat", chat, &plain);
    let mut agents = Agents::default();
    for name in ["agentIds", "customerSegments", "attachments", "noteAttachments"] {
        shared::collect(&mut part, "chat", name, &chat.at(name));
    }
    for person in chat.at_any(&["chatAgents", "agents"]).items() {
        agents.tell(&mut part, read_agent(&person));
        shared::fields(&mut part, "chatAgents", &person, &["agentId", "botId"]);
    }
    read_messages(chat, &mut part, &mut agents, findings);
    findings.parts.push(part);
}

/// RFC 3339, or without a zone; version 2 writes the lines' times in the American order.
fn time(text: &str) -> Option<Instant> {
    moment(text).or_else(|| Instant::from_zoneless(text))
}

fn read_times(chat: &Cursor<'_>, part: &mut Part, findings: &mut Findings) {
    let requested = chat.at_any(&["requestedTime", "requestTime"]);
    part.head.started_at = chat.at("startTime").instant(time);
    if part.head.started_at.is_some() {
        part.field(Some("chat"), "requestedTime", requested.text());
    } else {
        part.head.started_at = requested.instant(time);
    }
    part.head.ended_at = chat.at("endTime").instant(time);
    part.as_of = part.head.ended_at.as_ref().or(part.head.started_at.as_ref()).map(|time| time.value);
    let told = [("startTime", &part.head.started_at), ("endTime", &part.head.ended_at)];
    let without_zone = told.iter().find(|(name, _)| {
        chat.at(name).peek().and_then(Value::scalar).is_some_and(|text| moment(&text).is_none())
    });
    if let Some((_, Some(time))) = without_zone {
        let text = "The times of this chat name no zone. They were read as UTC, which the interface documents as its default.";
        findings.notice("time_without_zone", Some(&time.origin), text);
    }
}

fn read_status(chat: &Cursor<'_>, part: &mut Part) {
    let status = chat.at("status").text();
    let ended = part.head.ended_at.as_ref().map(|time| told_with(time, State::Ended));
    let missed = status.as_ref().filter(|status| {
        matches!(status.value.to_ascii_lowercase().as_str(), "missed" | "refused" | "1" | "2")
    });
    part.head.state = missed.map(|status| told_with(status, State::Missed)).or(ended);
    part.head.provider_status = status;
}

/// What somebody filled in before the chat: flat in version 4, an object in version 3, bare names in version 2.
fn read_visitor(chat: &Cursor<'_>, part: &mut Part) {
    let form = chat.at("preChat");
    let told = |flat: &str, inner: &str| chat.at(flat).text().or_else(|| form.at(inner).text());
    part.visitor.name = told("preChatName", "name").or_else(|| chat.at("name").text());
    tell_email(part, told("preChatEmail", "email").or_else(|| chat.at("email").text()));
    tell_phone(part, told("preChatPhone", "phone"));
    part.visitor.company = told("preChatCompany", "company");
    part.visitor.external_id = chat.at_any(&["visitorId", "ssoUserId"]).text();
    part.head.department = chat.at_any(&["department", "departmentId"]).text();
    part.field(Some("chat"), "product_service", told("preChatProductService", "productService"));
    let more = ["socialMediaSource", "socialProfileURL", "ticketID"];
    shared::fields(part, "preChat", &form, &more);
    shared::fields(
        part,
        "chat",
        chat,
        &["preChatSocialMediaSource", "preChatSocialProfileURL", "preChatTicketId"],
    );
    pairs(part, "prechatFields", None, &chat.at("prechatFields"));
    pairs(part, "preChat.fieldValues", None, &form.at("fieldValues"));
    for name in ["customVariables", "customVariable"] {
        pairs(part, "custom_variables", None, &chat.at(name));
    }
    let session = chat.at("session");
    part.visitor.ip = session.at("ip").text();
    part.page(session.at("referrerURL").text(), PageRole::Referrer);
}

/// `noRating` and -1 mean that nobody rated.
fn read_survey(chat: &Cursor<'_>, part: &mut Part) {
    let survey = chat.at_any(&["postChatSurvey", "postChat"]);
    let grade = survey.at("ratingGrade");
    part.rating.value = grade.read(|value| {
        let text = value.scalar()?;
        let number = text.strip_prefix("level").unwrap_or(&text).parse().ok().filter(|number| *number > 0.0);
        Quantity::new(number?)
    });
    if part.rating.value.is_none() {
        part.field(Some("postChat"), "ratingGrade", grade.text());
    }
    part.rating.comment = survey.at("ratingComment").text();
    shared::fields(part, "postChat", &survey, &["ratingTime"]);
    for name in ["fieldValues", "fields"] {
        pairs(part, "postChat", None, &survey.at(name));
    }
}

fn read_agent(person: &Cursor<'_>) -> PersonFacts {
    let inner = person.at("agent");
    let agent = if inner.exists() { inner } else { person.clone() };
    PersonFacts {
        id: agent.at("id").text(),
        name: agent.at_any(&["displayName", "display_name", "name"]).text(),
        email: agent.at("email").text(),
    }
}

fn read_messages(chat: &Cursor<'_>, part: &mut Part, agents: &mut Agents, findings: &mut Findings) {
    let messages = chat.at_any(&["messages", "chatTranscript"]);
    if let Some(Shape::Text(_)) = messages.peek().map(|value| &value.kind) {
        let lower = |name: &Sourced<String>| name.value.to_lowercase();
        let mut speakers = Speakers::default();
        speakers.agents = part.agents.iter().filter_map(|agent| agent.name.as_ref()).map(lower).collect();
        speakers.visitors = part.visitor.name.iter().map(lower).collect();
        let base = part.head.started_at.as_ref().map(|time| time.value);
        if let Some(transcript) = messages.text() {
            lines::read(&transcript, base, speakers, part, agents, findings);
        }
        return;
    }
    for message in messages.items() {
        read_message(&message, part, agents);
    }
}

fn read_message(place: &Cursor<'_>, part: &mut Part, agents: &mut Agents) {
    let told = place.at_any(&["senderType", "type"]).text();
    let note = place.at("isNoteMessage").flag();
    let word = told.as_ref().map(|told| told.value.to_ascii_lowercase());
    let role = match word.as_deref().map(|word| word.strip_prefix("enum").unwrap_or(word)) {
        _ if note.as_ref().is_some_and(|note| note.value) => Role::System,
        Some("visitor") => Role::Visitor,
        Some("agent" | "operator") => Role::Agent,
        Some("chatbot" | "bot") => Role::Bot,
        _ => Role::System,
    };
    let path = format!("messages[{}]", part.messages.len());
    let mut message = MessageFacts::new(role);
    message.words.event = told.clone().filter(|told| told.value == "note");
    part.echo(
        told.clone().filter(|told| role == Role::System && told.value != "note"),
        &format!("{path}.role"),
    );
    part.echo(note.map(|note| note.map(|note| note.to_string())), &format!("{path}.role"));
    message.role_origin = told.map(|told| told.origin);
    message.words.id = place.at("id").text();
    message.words.at = place.at_any(&["sentTime", "time", "createdTime"]).instant(time);
    message.words.text = place.at_any(&["content", "message", "body"]).any_text();
    message.author.id = place.at_any(&["senderId", "agentId"]).text();
    message.author.name = place.at_any(&["senderName", "sender"]).text();
    // The language is not told.
    message.translations.extend(place.at("translatedMessage").text().map(|text| ("und".to_owned(), text)));
    message.attachments.extend(
        place
            .at("attachmentUrl")
            .text()
            .map(|url| AttachmentFacts { url: Some(url), ..AttachmentFacts::default() }),
    );
    if role == Role::Agent {
        agents.add(part, &message.author);
    }
    part.messages.push(message);
}
