//! One case: a chat or an offline request with everything known of it.

use std::collections::HashMap;

use super::super::shared::{self, Agents, pairs, tell_email, told_with};
use super::{requester, time};
use crate::model::{Kind, MessageFacts, PageRole, PersonFacts, Role, Sourced};
use crate::payload::{Cursor, Kind as Shape};
use crate::reading::{Extent, Findings, Part};

pub(super) fn read(case: &Cursor<'_>, findings: &mut Findings) {
    let lines = list(&case.at("transcripts"), "transcript");
    if value(case, "id").says_nothing() && lines.is_empty() && case.at("requested_by").says_nothing() {
        return;
    }
    let mut part = Part::new(case, Extent::Whole);
    part.external_id = value(case, "id").text();
    read_kind(case, &mut part);
    let date = if case.at("created_at_date").exists() {
        case.at("created_at_date")
    } else {
        value(case, "created_at")
    };
    part.head.started_at = time::read(case, "created_at", &date, "started_at", &mut part, findings);
    tell_email(&mut part, value(case, "requested_by").text());
    requester::read(&case.at("requester_details"), &mut part);
    read_place(case, &mut part);
    read_course(case, &mut part);
    let mut agents = Agents::default();
    for line in &lines {
        read_line(line, &mut part, &mut agents, findings);
    }
    read_description(case, &mut part);
    read_agent(case, &mut part, &mut agents);
    read_variables(case, &mut part);
    part.link("SnapEngage case", value(case, "url").text());
    part.link("Snapshot", value(case, "snapshot_image_url").text());
    part.link("Destination", value(case, "destination_url").text());
    let times = part.messages.iter().filter_map(|message| message.words.at.as_ref()).map(|at| at.value);
    part.as_of = times.max().max(part.head.started_at.as_ref().map(|time| time.value));
    echo_annotations(case, &mut part);
    findings.parts.push(part);
}

/// A value of a case. In XML it may carry an annotation, and then its text is a child.
fn value<'a>(case: &Cursor<'a>, name: &str) -> Cursor<'a> {
    let place = case.at(name);
    let text = place.at("#text");
    if text.exists() { text } else { place }
}

/// The items of a list; in XML those of the elements inside of it.
fn list<'a>(place: &Cursor<'a>, element: &str) -> Vec<Cursor<'a>> {
    let inner = place.at(element);
    if !inner.exists() {
        return place.items();
    }
    if matches!(inner.peek().map(|value| &value.kind), Some(Shape::Array(_))) {
        inner.items()
    } else {
        vec![inner]
    }
}

/// `type` names the kind in words; `source_id`, older, as 1 for offline and 2 for chat.
fn read_kind(case: &Cursor<'_>, part: &mut Part) {
    let word = value(case, "type").text();
    let number = value(case, "source_id").text();
    let kind = |fact: &Option<Sourced<String>>| {
        let fact = fact.as_ref()?;
        let kind = match fact.value.as_str() {
            "chat" | "2" => Kind::Chat,
            "offline" | "1" => Kind::OfflineMessage,
            _ => return None,
        };
        Some(told_with(fact, kind))
    };
    let (by_word, by_number) = (kind(&word), kind(&number));
    let agree = by_word.as_ref().map(|kind| kind.value) == by_number.as_ref().map(|kind| kind.value);
    if by_word.is_none() {
        part.field(None, "type", word);
    }
    if agree && by_word.is_some() {
        part.echo(number, "kind");
    } else if by_word.is_some() || by_number.is_none() {
        part.field(None, "source_id", number);
    }
    part.head.kind = by_word.or(by_number);
}

/// Where the visitor came from and what they came with.
fn read_place(case: &Cursor<'_>, part: &mut Part) {
    part.page(value(case, "referrer_url").text(), PageRole::Referrer);
    part.page(value(case, "entry_url").text(), PageRole::Landing);
    part.page(value(case, "page_url").text(), PageRole::Chat);
    let visitor = &mut part.visitor;
    visitor.ip = value(case, "ip_address").text();
    visitor.user_agent = value(case, "user_agent").text();
    visitor.browser = value(case, "browser").text();
    visitor.os = value(case, "os").text();
    visitor.country_code = value(case, "country_code").text();
    visitor.country = value(case, "country").text();
    visitor.region = value(case, "region").text();
    visitor.city = value(case, "city").text();
    visitor.latitude = value(case, "latitude").degrees();
    visitor.longitude = value(case, "longitude").degrees();
    visitor.language = value(case, "language_code").text();
    let languages = list(&case.at("languages"), "language");
    for (number, language) in (1..).zip(&languages) {
        let code = language.at("code").text();
        if part.visitor.language.is_none() {
            part.visitor.language = code;
        } else {
            part.field(Some("languages"), &format!("{number}.code"), code);
        }
        part.field(Some("languages"), &format!("{number}.name"), language.at("name").text());
    }
}

/// How the chat went. An offline request has none of these.
fn read_course(case: &Cursor<'_>, part: &mut Part) {
    part.timing.wait_seconds = value(case, "chat_waittime").quantity();
    part.timing.duration_seconds = value(case, "chat_duration").quantity();
    part.head.ended_by = value(case, "chat_ended_by").text().map(|word| {
        word.map(|word| match word.as_str() {
            "AGENT" => "agent".to_owned(),
            "VISITOR" => "visitor".to_owned(),
            _ => word,
        })
    });
    part.field(None, "proactive_chat", value(case, "proactive_chat").scalar());
    part.field(None, "widget_id", value(case, "widget_id").text());
    part.rating.value = value(case, "survey_score").quantity();
    part.rating.comment = value(case, "survey_comments").text();
}

/// `sender` says who speaks. Before there was one, a line with an empty id was the visitor's.
fn read_line(line: &Cursor<'_>, part: &mut Part, agents: &mut Agents, findings: &mut Findings) {
    let sender = line.at("sender").text();
    let id = line.at("id");
    let role = match sender.as_ref().map(|sender| sender.value.to_ascii_uppercase()).as_deref() {
        Some("VISITOR") => Role::Visitor,
        Some("AGENT") => Role::Agent,
        Some("BOT") => Role::Bot,
        None if id.exists() && id.says_nothing() => Role::Visitor,
        None if id.exists() => Role::Agent,
        _ => Role::System,
    };
    let path = format!("messages[{}]", part.messages.len());
    let mut message = MessageFacts::new(role);
    message.words.at = time::read(line, "date", &line.at("date"), &format!("{path}.at"), part, findings);
    message.words.text = line.at("message").any_text();
    message.author = PersonFacts { id: id.text(), name: line.at("alias").text(), email: None };
    for (language, text) in line.at("translations").entries() {
        message.translations.extend(text.text().map(|text| (language.to_owned(), text)));
    }
    let role_told = sender.is_some();
    if role == Role::System {
        part.echo(sender.clone(), &format!("{path}.role"));
    }
    message.role_origin = sender.map(|sender| sender.origin);
    if !role_told && message.words.is_empty() && message.author.is_empty() && message.translations.is_empty()
    {
        return;
    }
    if role == Role::Agent {
        agents.add(part, &message.author);
    }
    part.messages.push(message);
}

/// In an offline request the description is the message. In a chat it is what it was about, often its first line.
fn read_description(case: &Cursor<'_>, part: &mut Part) {
    let Some(description) = value(case, "description").any_text() else { return };
    let same = part
        .messages
        .iter()
        .position(|message| message.words.text.as_ref().is_some_and(|text| text.value == description.value));
    let offline = part.head.kind.as_ref().is_some_and(|kind| kind.value == Kind::OfflineMessage);
    match same {
        Some(index) => part.echo(Some(description), &format!("messages[{index}].text")),
        None if offline && part.messages.is_empty() => {
            let mut message = MessageFacts::new(Role::Visitor);
            message.words.text = Some(description);
            message.words.at.clone_from(&part.head.started_at);
            message.author =
                PersonFacts { id: None, name: part.visitor.name.clone(), email: part.visitor.email.clone() };
            part.messages.push(message);
        }
        None => part.head.subject = Some(description),
    }
}

/// The agent as the Logs API names them, who may have written nothing.
fn read_agent(case: &Cursor<'_>, part: &mut Part, agents: &mut Agents) {
    let agent = PersonFacts {
        id: value(case, "chat_agent_id").text(),
        name: value(case, "chat_agent_alias").text(),
        email: None,
    };
    agents.tell(part, agent);
}

/// `labels` is the newer name of `operator_variables`, and both are sent. Labels without a value are words.
fn read_variables(case: &Cursor<'_>, part: &mut Part) {
    pairs(part, "javascript_variables", None, &case.at("javascript_variables"));
    let labels = case.at("labels");
    let words = labels
        .items()
        .iter()
        .all(|label| matches!(label.peek().map(|value| &value.kind), Some(Shape::Text(_))));
    if words {
        part.labels.extend(labels.items().iter().filter_map(Cursor::text));
    } else {
        pairs(part, "labels", None, &labels);
    }
    pairs(part, "operator_variables", Some("labels"), &case.at("operator_variables"));
    shared::flatten(part, "plugins", &case.at("plugins"));
}

/// What annotates a value of the XML form, such as its type, goes with the value.
fn echo_annotations(case: &Cursor<'_>, part: &mut Part) {
    let annotated: Vec<_> =
        case.entries().into_iter().filter(|(_, entry)| entry.at("@type").exists()).collect();
    if annotated.is_empty() {
        return;
    }
    let mut became = HashMap::new();
    for origin in part.origins() {
        let inside = origin.pointer.strip_prefix(case.pointer()).and_then(|inside| inside.split('/').nth(1));
        if let Some(name) = inside {
            became.entry(name.to_owned()).or_insert(origin.field);
        }
    }
    for (name, entry) in annotated {
        if let Some(field) = became.get(name) {
            part.echo(entry.at("@type").text(), field);
        }
    }
}
