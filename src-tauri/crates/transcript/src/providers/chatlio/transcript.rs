//! The transcript: a conversation whole, sent by hand from Slack or automatically, possibly more than once.
//!
//! Consumers post a minimal form without usable messages; then the text body is the conversation. The vendor's sample
//! contradicts itself (a start in 2015, messages of 2016, an end in 2018), so nothing here expects order.

use super::super::shared::{self, Agents, told_with};
use super::{Cursor, Findings, Part, Value};
use crate::Instant;
use crate::model::{Markup, MessageFacts, PersonFacts, Role, Sourced, State};
use crate::payload::Kind as Shape;
use crate::reading::Extent;

pub(super) fn recognises(payload: &Value) -> bool {
    let has = |name: &&str| payload.get(name).is_some();
    let listed = payload.get("messages").is_some_and(|messages| matches!(messages.kind, Shape::Array(_)));
    let own = ["conversationUUID", "visitorEmail", "visitorTraits", "textBody", "htmlBody", "archiveUrl"];
    let told = own.iter().filter(|name| has(name)).count();
    (listed && told > 0 && !has(&"customerId")) || (told > 1 && !has(&"message"))
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let messages = payload.at("messages").items();
    let telling = ["conversationUUID", "textBody", "htmlBody"];
    if messages.is_empty() && telling.iter().all(|name| payload.at(name).says_nothing()) {
        return;
    }
    let mut part = Part::new(payload, Extent::Whole);
    // The live events of the same conversation come before it.
    part.stage = 1;
    part.external_id = payload.at("conversationUUID").text();
    part.head.started_at = payload.at("startedAt").instant(Instant::from_rfc3339);
    part.head.ended_at = payload.at("endedAt").instant(Instant::from_rfc3339);
    part.head.state = part.head.ended_at.as_ref().map(|end| told_with(end, State::Ended));
    super::read_visitor(&payload.at("visitor"), &mut part);
    super::tell_name(&mut part, payload.at("visitorName").text());
    shared::tell_email(&mut part, payload.at("visitorEmail").text());
    super::read_traits(&mut part, "visitorTraits", &payload.at("visitorTraits"));
    super::read_channel(payload, &mut part);
    shared::flatten(&mut part, "extraData", &payload.at("extraData"));
    part.link("Slack archive", payload.at("archiveUrl").text());
    read_agent(payload, &mut part);
    let mut agents = Agents::default();
    for message in &messages {
        read_message(message, &mut part, &mut agents);
    }
    read_bodies(payload, &mut part);
    let ended = part.head.ended_at.as_ref().map(|time| time.value);
    let newest =
        part.messages.iter().filter_map(|message| message.words.at.as_ref()).map(|at| at.value).max();
    part.as_of = ended.or(newest);
    if part.external_id.is_some() || !part.messages.is_empty() || !part.fields.is_empty() {
        findings.parts.push(part);
    }
}

/// The agent on the outside may have another name than in the messages, where Slack shortens it. The address to reply
/// to is the visitor's, or the agent's if that is unknown.
fn read_agent(payload: &Cursor<'_>, part: &mut Part) {
    let agent = PersonFacts {
        id: None,
        name: payload.at("agentName").text(),
        email: payload.at("agentEmail").text(),
    };
    let reply_to = payload.at("replyToEmail").text();
    let is = |known: &Option<Sourced<String>>| matches!((known, &reply_to), (Some(known), Some(told)) if known.value.eq_ignore_ascii_case(&told.value));
    if is(&part.visitor.email) {
        part.echo(reply_to, "visitor.email");
    } else if is(&agent.email) {
        part.echo(reply_to, &format!("agents[{}].email", part.agents.len()));
    } else {
        part.field(None, "replyToEmail", reply_to);
    }
    if !agent.is_empty() {
        part.agents.push(agent);
    }
}

fn read_message(message: &Cursor<'_>, part: &mut Part, agents: &mut Agents) {
    let author =
        PersonFacts { id: message.at("userId").text(), name: message.at("username").text(), email: None };
    let from_visitor = message.at("isVisitorMsg").flag();
    // Without the flag only the id speaks: people in Slack have one.
    let role = match (&from_visitor, &author.id) {
        (Some(flag), _) if flag.value => Role::Visitor,
        (Some(_), _) | (None, Some(_)) => Role::Agent,
        (None, None) => Role::System,
    };
    let mut facts = MessageFacts::new(role);
    facts.role_origin = from_visitor.map(|flag| flag.origin);
    facts.words.id = message.at("ts").text();
    let sent = message.at("sentAt").instant(Instant::from_rfc3339);
    facts.words.at = sent.or_else(|| facts.words.id.as_ref().and_then(slack_time));
    facts.words.text = message.at("text").any_text();
    facts.markup = Some(Markup::Slack);
    facts.author = author;
    if facts.role_origin.is_none() && facts.words.is_empty() && facts.author.is_empty() {
        // An empty object says nothing, and is read.
        let _nothing = message.entries();
        return;
    }
    if role == Role::Agent {
        agents.add(part, &facts.author);
    }
    part.messages.push(facts);
}

/// Slack's `ts` is the second and a number within it.
fn slack_time(ts: &Sourced<String>) -> Option<Sourced<Instant>> {
    let seconds = ts.value.split('.').next().filter(|seconds| seconds.len() == 10)?;
    let millis = seconds.parse::<i64>().ok()?.checked_mul(1000)?;
    Some(told_with(ts, Instant::from_millis(millis)?))
}

/// The bodies repeat the messages as text and as HTML. Where there are no messages, one of them is all there is, best
/// the text; who says what inside of it no field tells.
fn read_bodies(payload: &Cursor<'_>, part: &mut Part) {
    let bodies = [("textBody", None), ("htmlBody", Some(Markup::Html))];
    for (name, markup) in bodies {
        let body = payload.at(name).any_text();
        if part.messages.is_empty() && body.is_some() {
            let mut message = MessageFacts::new(Role::System);
            message.words.text = body;
            message.markup = markup;
            message.words.at.clone_from(&part.head.ended_at);
            part.messages.push(message);
        } else {
            part.field(None, name, body);
        }
    }
}
