//! tawk.to: a chat that begins, one that ends, its transcript, and a ticket for what is left while nobody is there.
//!
//! Documented at <https://developer.tawk.to/webhooks/>, with the signature and the retries (for twelve hours, with the
//! same `X-Hook-Event-Id` and the same body, so a retry is a repetition already). The lines of a transcript are known
//! from public consumers; the inside of `attchs`, the files sent along, is inferred.

mod guide;

use super::Provider;
use super::shared::{self, Agents, told_by, told_with};
use crate::Instant;
use crate::guide::Guide;
use crate::model::{AttachmentFacts, Kind, MessageFacts, PageRole, PersonFacts, Role, Sourced, State};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};
use crate::signature::{Digits, Hash, Scheme};

/// The tawk.to provider.
pub(super) struct Tawkto;

impl Provider for Tawkto {
    fn id(&self) -> &'static str {
        "tawkto"
    }

    fn name(&self) -> &'static str {
        "tawk.to"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    fn event_header(&self) -> Option<&'static str> {
        Some("X-Hook-Event-Id")
    }

    fn signature(&self) -> Option<Scheme> {
        Some(Scheme::hmac(Hash::Sha1, Digits::Hex, &["X-Tawk-Signature"]))
    }

    fn recognises(&self, payload: &Value) -> bool {
        let event = payload.get("event").and_then(Value::scalar).unwrap_or_default();
        let named = ["chat:", "ticket:"].iter().any(|kind| event.starts_with(kind));
        named && ["property", "chat", "chatId", "ticket"].iter().any(|name| payload.get(name).is_some())
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        let event = payload.at("event").peek().and_then(Value::scalar).filter(|event| !event.is_empty());
        let (chat, ticket) = (payload.at("chat"), payload.at("ticket"));
        let named = [chat.at("id"), payload.at("chatId"), ticket.at("id")];
        findings.event.clone_from(&event);
        if named.iter().all(Cursor::says_nothing) && chat.at("messages").says_nothing() {
            return;
        }
        let whole = ticket.exists() || chat.exists();
        let mut part = Part::new(payload, if whole { Extent::Whole } else { Extent::Fragment });
        for id in named {
            shared::tell(&mut part, |part| &mut part.external_id, "external_id", ("chat", "id"), id.text());
        }
        part.account = payload.at("property").at("id").text();
        part.field(Some("property"), "name", payload.at("property").at("name").text());
        let time = payload.at("time").instant(Instant::from_rfc3339);
        part.as_of = time.as_ref().map(|time| time.value);
        part.echo(time.clone(), "as_of");
        part.field(None, "domain", payload.at("domain").text());
        part.page(payload.at("referrer").text(), PageRole::Referrer);
        for person in [payload.at("visitor"), chat.at("visitor"), payload.at("requester")] {
            read_visitor(&person, &mut part);
        }
        read_event(payload.at("event").text(), time.clone(), &mut part);
        let mut agents = Agents::default();
        read_message(&payload.at("message"), &mut part, &mut agents);
        for message in chat.at("messages").items() {
            read_message(&message, &mut part, &mut agents);
        }
        if ticket.exists() {
            read_ticket(&ticket, time, &mut part);
        }
        findings.parts.push(part);
    }

    fn event_words(&self, code: &str, author: Option<&str>) -> Option<String> {
        let caller = author.unwrap_or("Somebody");
        (code == "webrtc-call").then(|| format!("{caller} called"))
    }
}

/// What happened says how far the chat is; the event's time is the beginning or the end only where it tells of one.
fn read_event(event: Option<Sourced<String>>, time: Option<Sourced<Instant>>, part: &mut Part) {
    let Some(event) = event else { return };
    let state = match event.value.as_str() {
        "chat:start" => Some(State::Open),
        "chat:end" | "chat:transcript_created" | "ticket:create" => Some(State::Ended),
        _ => None,
    };
    match event.value.as_str() {
        "chat:start" => part.head.started_at = time,
        "chat:end" => part.head.ended_at = time,
        _ => {}
    }
    part.head.state = state.map(|state| told_with(&event, state));
    part.echo(Some(event), "event");
}

fn read_visitor(person: &Cursor<'_>, part: &mut Part) {
    let slot = ("visitor", "name");
    shared::tell(part, |part| &mut part.visitor.name, "visitor.name", slot, person.at("name").text());
    shared::tell_email(part, person.at("email").text());
    let slot = ("visitor", "city");
    shared::tell(part, |part| &mut part.visitor.city, "visitor.city", slot, person.at("city").text());
    let country = person.at("country").text();
    let code = country.as_ref().is_some_and(|country| {
        country.value.len() == 2 && country.value.bytes().all(|b| b.is_ascii_uppercase())
    });
    let slot = ("visitor", "country");
    if code {
        shared::tell(part, |part| &mut part.visitor.country_code, "visitor.country_code", slot, country);
    } else {
        shared::tell(part, |part| &mut part.visitor.country, "visitor.country", slot, country);
    }
}

/// A line of a transcript (`sender.t`, `msg`, `time`), or the first message of a chat (`sender.type`, `text`), which has
/// no time of its own: the event's is later, and the transcript tells the same words with their time.
fn read_message(message: &Cursor<'_>, part: &mut Part, agents: &mut Agents) {
    let sender = message.at("sender");
    let speaker = sender.at_any(&["t", "type"]).text();
    let role = match speaker.as_ref().map_or("", |speaker| speaker.value.as_str()) {
        "v" | "visitor" => Role::Visitor,
        "a" | "agent" => Role::Agent,
        _ => Role::System,
    };
    let path = format!("messages[{}]", part.messages.len());
    let mut facts = MessageFacts::new(role);
    facts.words.at = message.at("time").instant(Instant::from_rfc3339);
    facts.words.text = message.at_any(&["msg", "text"]).any_text();
    facts.author = PersonFacts {
        id: sender.at("id").text(),
        name: sender.at_any(&["n", "name"]).text(),
        ..PersonFacts::default()
    };
    for file in message.at("attchs").items() {
        facts.attachments.extend(read_attachment(&file, part, &path));
    }
    let kind = message.at("type").text();
    let says_something = !facts.words.is_empty() || !facts.attachments.is_empty();
    match kind {
        Some(kind) if !matches!(kind.value.as_str(), "msg" | "file") => facts.words.event = Some(kind),
        kind if says_something => part.echo(kind, &format!("{path}.text")),
        kind => part.field(Some("message"), "type", kind),
    }
    if facts.words.is_empty() && facts.attachments.is_empty() && facts.author.is_empty() && speaker.is_none()
    {
        return;
    }
    if role == Role::System {
        part.echo(speaker.clone(), &format!("{path}.role"));
    }
    facts.role_origin = speaker.map(|speaker| speaker.origin);
    if role == Role::Agent {
        agents.add(part, &facts.author);
    }
    part.messages.push(facts);
}

/// `{type: "file", content: {file: {url, name, mimeType, size, extension}}}`.
fn read_attachment(attached: &Cursor<'_>, part: &mut Part, path: &str) -> Option<AttachmentFacts> {
    let file = attached.at("content").at("file");
    let url = file.at("url").text()?;
    let name = file.at("name").text();
    part.echo(attached.at("type").text(), &format!("{path}.attachments"));
    part.echo(file.at("extension").text(), &format!("{path}.attachments"));
    Some(AttachmentFacts {
        name,
        url: Some(url),
        content_type: file.at("mimeType").text(),
        size: file.at("size").quantity(),
    })
}

fn read_ticket(ticket: &Cursor<'_>, time: Option<Sourced<Instant>>, part: &mut Part) {
    part.field(Some("ticket"), "humanId", ticket.at("humanId").text());
    part.head.subject = ticket.at("subject").text();
    part.head.kind = Some(told_by(ticket, Kind::OfflineMessage));
    let mut message = MessageFacts::new(Role::Visitor);
    message.words.text = ticket.at("message").any_text();
    message.words.at = time;
    if message.words.text.is_some() {
        part.messages.push(message);
    }
}
