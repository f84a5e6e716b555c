//! The POST hook: one JSON document for each finished chat, missed chat and offline message.
//!
//! Documented at <https://help.smartsupp.com/en_US/settings/export-to-3rd-party-system>. Times are milliseconds since
//! 1970. Nothing is signed. Until November 2018 `from` was a bare visitor id, an agent number or `null`, `group` was
//! `groupKey`, and messages had an `email`.

use super::super::shared::{Agents, told_with};
use crate::Instant;
use crate::model::{
    Kind, MessageFacts, PageFacts, PageRole, PersonFacts, Role, Sourced, State, VisitorFacts,
};
use crate::payload::Cursor;
use crate::reading::{Extent, Findings, Part};

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let channel = payload.at("channel");
    let messages = payload.at("messages").items();
    if channel.at("id").says_nothing() && messages.is_empty() {
        return;
    }
    let mut part = Part::new(payload, Extent::Whole);
    part.external_id = channel.at("id").text();
    part.account = payload.at("accountId").text();
    part.head.started_at = payload.at("beginAt").millis();
    part.head.ended_at = payload.at("endAt").millis();
    read_channel(&channel, &mut part);
    let visitor = payload.at("visitor");
    part.visitor = read_visitor(&visitor);
    for (name, variable) in visitor.at("variables").entries() {
        super::read_variable(&mut part, name, &variable);
    }
    part.page(visitor.at("referer").text(), PageRole::Referrer);
    part.pages.extend(payload.at("paths").items().iter().filter_map(read_page));
    let mut agents = Agents::default();
    for message in &messages {
        read_message(message, &mut part, &mut agents);
    }
    part.as_of = as_of(&part);
    if part.external_id.is_some() || !part.messages.is_empty() {
        findings.parts.push(part);
    }
}

/// The end, else the newest message, else the beginning: a chat that goes on is told again with a later one.
fn as_of(part: &Part) -> Option<Instant> {
    let ended = part.head.ended_at.as_ref().map(|time| time.value);
    let newest =
        part.messages.iter().filter_map(|message| message.words.at.as_ref()).map(|at| at.value).max();
    ended.or(newest).or(part.head.started_at.as_ref().map(|time| time.value))
}

/// The flags tell what it was: an offline message is no missed chat although nobody answered it, and a chat that broke
/// off unanswered is missed above all. Without these flags a conversation is over when its end is told.
fn read_channel(channel: &Cursor<'_>, part: &mut Part) {
    let offline = channel.at("isOffline").flag();
    let set = |name: &str| channel.at(name).flag().filter(|flag| flag.value);
    let told = |flag: Sourced<bool>, state: State| flag.map(|_| state);
    part.head.kind = match (&offline, set("isChat")) {
        (Some(flag), _) if flag.value => Some(told_with(flag, Kind::OfflineMessage)),
        (_, Some(flag)) => Some(told_with(&flag, Kind::Chat)),
        (Some(flag), None) => Some(told_with(flag, Kind::Chat)),
        (None, None) => None,
    };
    let ended = || part.head.ended_at.as_ref().map(|end| told_with(end, State::Ended));
    part.head.state = match offline.filter(|flag| flag.value) {
        Some(flag) => Some(told(flag, State::Ended)),
        None => set("isMissed")
            .map(|flag| told(flag, State::Missed))
            .or_else(|| set("isDropped").map(|flag| told(flag, State::Dropped)))
            .or_else(|| set("isCompleted").map(|flag| told(flag, State::Ended)))
            .or_else(ended),
    };
    part.timing.duration_seconds = channel.at("duration").quantity();
    part.timing.average_response_seconds = channel.at("avgResponse").quantity();
    part.timing.first_response_seconds = channel.at("firstResponse").quantity();
    super::read_rating(part, &channel.at("rating"), &channel.at("ratingDesc"));
    let flags = ["isChat", "isMissed", "isTriggered", "isOffline", "isCompleted", "isDropped"];
    super::super::shared::fields(part, "channel", channel, &flags);
    super::super::shared::fields(part, "channel", channel, &["messagesCount", "wordsCount"]);
}

/// City and country stand as given, although the vendor's own sample has them the wrong way round.
fn read_visitor(visitor: &Cursor<'_>) -> VisitorFacts {
    VisitorFacts {
        external_id: visitor.at("id").text(),
        name: visitor.at("name").text(),
        email: visitor.at("email").text(),
        note: visitor.at("note").text(),
        group: visitor.at_any(&["group", "groupKey"]).text(),
        ip: visitor.at("ipAddress").text(),
        city: visitor.at("city").text(),
        country: visitor.at("country").text(),
        country_code: visitor.at("countryCode").text(),
        user_agent: visitor.at("userAgent").text(),
        os: visitor.at("platform").text(),
        ..VisitorFacts::default()
    }
}

fn read_page(page: &Cursor<'_>) -> Option<PageFacts> {
    let url = page.at("url").text()?;
    Some(PageFacts { title: page.at("title").text(), ..PageFacts::new(url, PageRole::Visited) })
}

/// `type` says who speaks, except that an automatic message has the type of an agent and comes `from` the system;
/// `triggeredBy` names its rule. A type that nobody documents leaves it to the prefix of `from`.
fn read_message(message: &Cursor<'_>, part: &mut Part, agents: &mut Agents) {
    let kind = message.at("type").text();
    let trigger = message.at("triggeredBy").text();
    let author = PersonFacts {
        id: message.at("from").text(),
        name: message.at("name").text(),
        email: message.at("email").text(),
    };
    let from = author.id.as_ref().map_or("", |from| from.value.as_str());
    let automatic = trigger.is_some() || from == "system";
    let role = match kind.as_ref().map_or(from, |kind| kind.value.as_str()) {
        "visitor" | "contact" => Role::Visitor,
        "bot" => Role::Bot,
        "agent" if automatic => Role::Bot,
        "agent" => Role::Agent,
        "system" => Role::System,
        _ if from.starts_with("visitor:") => Role::Visitor,
        _ if from.starts_with("agent:") => Role::Agent,
        _ => Role::System,
    };
    let mut facts = MessageFacts::new(role);
    facts.words.at = message.at("sentAt").millis();
    facts.words.trigger = trigger;
    facts.words.text = message.at("content").any_text();
    if role == Role::System && facts.words.text.as_ref().is_some_and(|text| is_code(&text.value)) {
        facts.words.event = facts.words.text.take();
    }
    facts.author = author;
    let unknown = kind.clone().filter(|kind| !matches!(kind.value.as_str(), "visitor" | "agent" | "system"));
    let said_something = kind.is_some() || !facts.words.is_empty() || !facts.author.is_empty();
    facts.role_origin = kind.map(|kind| kind.origin);
    let joined = facts.words.event.as_ref().is_some_and(|code| code.value.starts_with("agent."));
    if role == Role::Agent || joined {
        agents.add(part, &facts.author);
    }
    if said_something {
        part.echo(unknown, &format!("messages[{}].role", part.messages.len()));
        part.messages.push(facts);
    }
}

/// Codes are words joined by a dot, such as `agent.join`; anything else that the system says is text.
fn is_code(text: &str) -> bool {
    text.contains('.')
        && text
            .split('.')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}
