//! Comm100: offline messages, and five steps in the life of a chat, of which only the last but one holds the transcript;
//! and chats fetched over REST.
//!
//! Documented in the knowledge base (“Reference for Webhook event …” at `portal11.comm100.site` and `dash12.comm100.io`);
//! chats that are requested or transferred, and the later part of `chat`, only in design notes. Times are
//! `/Date(ms)/`. Empty texts mean that nothing is known. Nothing is signed.

mod chat;
mod clock;
mod guide;
mod lines;
mod rest;
mod visitor;

use super::Provider;
use super::shared::{tell, told_by, told_with};
use crate::Instant;
use crate::guide::Guide;
use crate::model::{Kind, Origin, State};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};

/// The Comm100 provider.
pub(super) struct Comm100;

/// What an event's name tells.
#[derive(Clone, Copy)]
enum Step {
    Offline,
    Requested,
    Started,
    Transferred,
    Ended,
    WrappedUp,
    AgentStatus,
}

impl Step {
    /// Both spellings of events that the vendor spells in two ways.
    fn of(event: &str) -> Option<Self> {
        Some(match event {
            "offline_message_submitted" | "offline_message_is_submitted" => Self::Offline,
            "chat_request" | "chat_requested" | "chat_is_requested" => Self::Requested,
            "chat_started" | "chat_starts" => Self::Started,
            "chat_transferred" | "chat_transfered" | "chat_is_transferred" => Self::Transferred,
            "chat_ended" | "chat_ends" => Self::Ended,
            "chat_wrapped_up" | "chat_wraped_up" | "chat_is_wrapped_up" => Self::WrappedUp,
            "online" | "away" | "login" | "logout" => Self::AgentStatus,
            _ => return None,
        })
    }

    fn stage(self) -> u8 {
        match self {
            Self::Requested | Self::Offline | Self::AgentStatus => 0,
            Self::Started => 1,
            Self::Transferred => 2,
            Self::Ended => 3,
            Self::WrappedUp => 4,
        }
    }

    /// Wrapping up may happen before or after the end, so it tells nothing of it.
    fn state(self) -> Option<State> {
        match self {
            Self::Requested | Self::Started | Self::Transferred => Some(State::Open),
            Self::Ended => Some(State::Ended),
            Self::Offline | Self::WrappedUp | Self::AgentStatus => None,
        }
    }
}

fn event_of(payload: &Value) -> Option<String> {
    payload.get("event").and_then(Value::scalar)
}

impl Provider for Comm100 {
    fn id(&self) -> &'static str {
        "comm100"
    }

    fn name(&self) -> &'static str {
        "Comm100"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    fn recognises(&self, payload: &Value) -> bool {
        let holds = |names: &[&str]| names.iter().any(|name| payload.get(name).is_some());
        match event_of(payload).as_deref().and_then(Step::of) {
            Some(Step::AgentStatus) => holds(&["operator_id", "agent_id"]),
            Some(Step::Offline) => holds(&["offline_message"]),
            Some(_) => holds(&["visitor", "chat", "chat_id"]),
            None => rest::recognises(payload),
        }
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        if payload.peek().is_some_and(rest::recognises) {
            rest::read(payload, findings);
            return;
        }
        let event = payload.peek().and_then(event_of);
        let step = event.as_deref().and_then(Step::of);
        findings.event = event;
        if matches!(step, Some(Step::AgentStatus)) {
            findings.no_conversation =
                Some("This event tells about an agent's presence, not about a conversation.");
            return;
        }
        let offline = payload.at("offline_message");
        let is_offline = matches!(step, Some(Step::Offline)) || offline.exists();
        let (visitor, chat) = (payload.at("visitor"), payload.at("chat"));
        let ids = if is_offline {
            [offline.at("id"), visitor.at("chat_id"), payload.at("chat_id")]
        } else {
            [visitor.at("chat_id"), chat.at("id"), payload.at("chat_id")]
        };
        if ids.iter().all(Cursor::says_nothing) && !chat.exists() && !offline.exists() {
            return;
        }
        let whole = is_offline || matches!(step, Some(Step::Ended));
        let mut part = Part::new(payload, if whole { Extent::Whole } else { Extent::Fragment });
        part.stage = step.map_or(0, Step::stage);
        for id in &ids {
            tell(&mut part, |part| &mut part.external_id, "external_id", ("visitor", "chat_id"), id.text());
        }
        let kind = if is_offline { Kind::OfflineMessage } else { Kind::Chat };
        let event = payload.at("event").text();
        part.head.kind = Some(event.as_ref().map_or_else(
            || told_by(if is_offline { &offline } else { payload }, kind),
            |event| told_with(event, kind),
        ));
        part.head.state =
            event.as_ref().zip(step.and_then(Step::state)).map(|(event, state)| told_with(event, state));
        part.echo(event.filter(|_| step.is_none()), "event");
        visitor::read(&visitor, step, &mut part);
        if is_offline {
            chat::read_offline_message(&offline, &mut part);
        }
        if chat.exists() {
            chat::read(&chat, visitor.at("visit_time").peek(), &mut part, findings);
        }
        chat::read_wrap_up(&payload.at("wrapup"), "wrapup", &mut part);
        findings.parts.push(part);
    }

    fn event_words(&self, code: &str, author: Option<&str>) -> Option<String> {
        (code == "note")
            .then(|| format!("A note of {}, which the visitor does not see", author.unwrap_or("an agent")))
    }
}

/// The place of a part of a text.
fn bytes_of(whole: &Origin, start: usize, end: usize) -> Origin {
    Origin { pointer: whole.pointer.clone(), bytes: Some((start, end)) }
}

/// Times are documented as `/Date(ms)/`; design notes write a bare number, in both ways also seconds, and the vendor's
/// newer interfaces RFC 3339.
fn moment(text: &str) -> Option<Instant> {
    let inner = text.trim().strip_prefix("/Date(").and_then(|inner| inner.strip_suffix(")/"));
    let number = inner.unwrap_or(text).trim().parse::<i64>().ok();
    let seconds = number.filter(|number| (FIRST_SECOND..LAST_SECOND).contains(number));
    let seconds = seconds.and_then(|seconds| Instant::from_millis(seconds * 1000));
    let millis = || number.filter(|_| inner.is_none()).and_then(Instant::from_millis);
    seconds.or_else(|| Instant::from_microsoft(text)).or_else(millis).or_else(|| Instant::from_rfc3339(text))
}

/// A number between the years 2001 and 2286 in seconds is one of 1970 in milliseconds, when there was no chat.
const FIRST_SECOND: i64 = 1_000_000_000;
const LAST_SECOND: i64 = 10_000_000_000;
