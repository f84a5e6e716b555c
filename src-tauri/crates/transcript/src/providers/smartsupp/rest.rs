//! Conversations fetched over the REST API v2: `{account_id, conversation, messages, contact, agents}`.
//!
//! This envelope is Afterchat's own; each value in it is an answer's object, byte for byte. The API is documented at
//! <https://docs.smartsupp.com/rest-api/>; the objects are known from public consumers and are those of the webhooks,
//! except that a conversation's place stands in an object `location`.

use super::super::shared::{self, Agents, tell};
use super::webhooks;
use crate::Instant;
use crate::model::{PersonFacts, Sourced};
use crate::payload::{Cursor, Value};
use crate::reading::{Extent, Findings, Part};

pub(super) fn recognises(payload: &Value) -> bool {
    payload.get("account_id").is_some()
        && payload.get("messages").is_some()
        && payload.get("conversation").is_some_and(|conversation| conversation.get("id").is_some())
}

pub(super) fn read(payload: &Cursor<'_>, findings: &mut Findings) {
    let conversation = payload.at("conversation");
    let mut part = Part::new(payload, Extent::Whole);
    part.account = payload.at("account_id").text();
    part.external_id = conversation.at("id").text();
    part.as_of = ["updated_at", "finished_at", "created_at"]
        .iter()
        .find_map(|name| Instant::from_rfc3339(&conversation.at(name).peek().and_then(Value::scalar)?));
    webhooks::read_conversation(&conversation, &mut part);
    read_place(&conversation.at("location"), &mut part);
    super::read_rating(&mut part, &conversation.at("rating_value"), &conversation.at("rating_text"));
    shared::fields(&mut part, "conversation", &conversation, &["group_id"]);
    for name in ["agent_ids", "assigned_ids", "last_message"] {
        shared::collect(&mut part, "conversation", name, &conversation.at(name));
    }
    webhooks::read_contact(&payload.at("contact"), &mut part);
    let people: Vec<PersonFacts> = payload.at("agents").items().iter().map(person).collect();
    let mut agents = Agents::default();
    for message in payload.at("messages").items() {
        let id = message.at("conversation_id").text();
        tell(&mut part, |part| &mut part.external_id, "external_id", ("messages", "conversation_id"), id);
        let agent = message.at("agent_id").peek().and_then(Value::scalar);
        let known = people.iter().find(|person| agent.is_some() && value(&person.id) == agent);
        webhooks::read_message(&message, "", known, &mut part, &mut agents);
        for name in ["contact_id", "channel", "tags", "ext_id", "delivery_to", "is_offline_reply"] {
            shared::collect(&mut part, "message", name, &message.at(name));
        }
    }
    for person in people {
        agents.tell(&mut part, person);
    }
    findings.parts.push(part);
}

fn value(fact: &Option<Sourced<String>>) -> Option<String> {
    fact.as_ref().map(|fact| fact.value.clone())
}

fn person(agent: &Cursor<'_>) -> PersonFacts {
    PersonFacts {
        id: agent.at("id").text(),
        name: agent.at_any(&["fullname", "name", "nickname"]).text(),
        email: agent.at("email").text(),
    }
}

fn read_place(location: &Cursor<'_>, part: &mut Part) {
    let visitor = &mut part.visitor;
    visitor.country = visitor.country.take().or_else(|| location.at("country").text());
    visitor.country_code = visitor.country_code.take().or_else(|| location.at("code").text());
    visitor.city = visitor.city.take().or_else(|| location.at("city").text());
    visitor.ip = visitor.ip.take().or_else(|| location.at("ip").text());
}
