//! The `chat`, `offline_message` and `wrapup` objects.

use super::super::shared::{self, Agents, cut, pairs, tell, tell_email, tell_phone};
use super::lines::{self, Speakers};
use super::moment;
use crate::model::{AttachmentFacts, MessageFacts, PersonFacts, Quantity, Role, Sourced};
use crate::payload::{Cursor, Kind, Value};
use crate::reading::{Findings, Part};

/// What a chat and an offline message have in common: who the visitor said they were, and what they filled in.
fn read_form(form: &Cursor<'_>, group: &str, part: &mut Part) {
    let text = |name: &str| form.at(name).text();
    tell(part, |part| &mut part.visitor.name, "visitor.name", (group, "name"), text("name"));
    tell_email(part, text("email"));
    tell_phone(part, text("phone"));
    tell(part, |part| &mut part.visitor.company, "visitor.company", (group, "company"), text("company"));
    part.head.department = text("department");
    for name in ["product_service", "skill"] {
        let value = text(name);
        let same = value.as_ref().is_some_and(|value| {
            let visitors = |field: &&crate::model::FieldFacts| field.group.as_deref() == Some("visitor");
            part.fields
                .iter()
                .filter(visitors)
                .any(|field| field.name == name && field.value.value == value.value)
        });
        if same {
            part.echo(value, &format!("fields.visitor.{name}"));
        } else {
            part.field(Some(group), name, value);
        }
    }
    pairs(part, &format!("{group}.custom_fields"), Some("visitor.custom_fields"), &form.at("custom_fields"));
    let older = part.fields.iter().any(|field| field.group.as_deref() == Some("visitor.custom_variable"));
    let like = if older { "visitor.custom_variable" } else { "visitor.custom_variables" };
    for name in ["custom_variable", "custom_variables"] {
        pairs(part, &format!("{group}.{name}"), Some(like), &form.at(name));
    }
}

/// An offline message is one message and its sender.
pub(super) fn read_offline_message(offline: &Cursor<'_>, part: &mut Part) {
    read_form(offline, "offline_message", part);
    part.head.subject = offline.at("subject").text();
    part.head.started_at = offline.at("time").instant(moment);
    part.as_of = part.head.started_at.as_ref().map(|time| time.value);
    let mut message = MessageFacts::new(Role::Visitor);
    message.words.at.clone_from(&part.head.started_at);
    message.words.text = offline.at("content").any_text();
    message.author =
        PersonFacts { name: part.visitor.name.clone(), email: part.visitor.email.clone(), id: None };
    message.attachments = attachments(&offline.at("attachment"));
    if message.words.text.is_some() || !message.attachments.is_empty() {
        part.messages.push(message);
    }
}

/// The chat itself. `visited` is when the visit began, which dates the lines of a chat without a start.
pub(super) fn read(chat: &Cursor<'_>, visited: Option<&Value>, part: &mut Part, findings: &mut Findings) {
    read_form(chat, "chat", part);
    part.head.started_at = chat.at("start_time").instant(moment);
    part.head.ended_at = chat.at("end_time").instant(moment);
    part.as_of = part.head.ended_at.as_ref().map(|time| time.value);
    let waited = chat.at("waiting_time");
    part.timing.wait_seconds = waited.read(|value| seconds(&value.scalar()?));
    if part.timing.wait_seconds.is_none() {
        part.field(Some("chat"), "waiting_time", waited.text());
    }
    part.rating.value = chat.at("rating").quantity();
    if part.rating.value.is_none() {
        part.field(Some("chat"), "rating", chat.at("rating").text());
    }
    part.rating.comment = chat.at("rating_comment").text();
    shared::fields(part, "chat", chat, &["operator_comment", "agent_comment"]);
    read_wrap_up(&chat.at("wrap_up"), "wrap_up", part);
    for (number, file) in attachments(&chat.at("attachment")).into_iter().enumerate() {
        read_chat_attachment(part, number, file);
    }
    let transcript = chat.at("chat_transcript").text();
    let said = transcript.as_ref().map_or("", |transcript| transcript.value.as_str());
    let mut agents = Agents::default();
    let mut speakers = Speakers::default();
    for name in ["operators", "agents"] {
        for person in read_operators(&chat.at(name), said) {
            speakers.agents.extend(person.name.iter().map(|name| name.value.to_lowercase()));
            agents.tell(part, person);
        }
    }
    let names = part.visitor.name.iter().map(|name| name.value.to_lowercase());
    speakers.visitors =
        names.chain(chat.at("name").peek().and_then(Value::scalar).map(|name| name.to_lowercase())).collect();
    let visited = visited.and_then(Value::scalar).and_then(|time| moment(&time));
    let times = [&part.head.started_at, &part.head.ended_at].map(|time| time.as_ref().map(|time| time.value));
    let base = times[0].or(visited).or(times[1]);
    if let Some(transcript) = &transcript {
        lines::read(transcript, base, speakers, part, &mut agents, findings);
    }
}

/// A file belongs to the chat as a whole: no field says which line it came with.
fn read_chat_attachment(part: &mut Part, number: usize, file: AttachmentFacts) {
    let label = file.name.as_ref().map_or_else(|| "Attachment".to_owned(), |name| name.value.clone());
    if file.url.is_some() {
        part.echo(file.name, &format!("links[{}].label", part.links.len()));
        part.link(&label, file.url);
    } else {
        part.field(Some("chat.attachment"), &format!("name {}", number + 1), file.name);
    }
}

/// `wrapup` of its own event, or `wrap_up` inside a chat: an object, a text or nothing.
pub(super) fn read_wrap_up(wrap_up: &Cursor<'_>, group: &str, part: &mut Part) {
    let Some(Kind::Object(_)) = wrap_up.peek().map(|value| &value.kind) else {
        shared::flatten(part, group, wrap_up);
        return;
    };
    let time = wrap_up.at("time").instant(moment);
    part.as_of = part.as_of.max(time.as_ref().map(|time| time.value));
    shared::fields(part, group, wrap_up, &["category", "comment"]);
    part.field(Some(group), "time", time.map(|time| time.map(|time| time.to_string())));
    pairs(part, &format!("{group}.fields"), None, &wrap_up.at("fields"));
}

/// A list of files, or one, or an object of empty texts for none. The address is `uri`, in design notes also `url`.
fn attachments(place: &Cursor<'_>) -> Vec<AttachmentFacts> {
    let read = |file: &Cursor<'_>| AttachmentFacts {
        name: file.at("name").text(),
        url: file.text().or_else(|| file.at_any(&["uri", "url"]).text()),
        content_type: None,
        size: file.at("size").quantity(),
    };
    let places = if matches!(place.peek().map(|value| &value.kind), Some(Kind::Array(_))) {
        place.items()
    } else {
        vec![place.clone()]
    };
    places.iter().map(read).filter(|file| file.name.is_some() || file.url.is_some()).collect()
}

/// The people who answered: one name, names joined by a comma or semicolon, or a list. A comma inside a name is told
/// apart by the transcript, where the whole name speaks.
fn read_operators(place: &Cursor<'_>, transcript: &str) -> Vec<PersonFacts> {
    let person = |name: Option<Sourced<String>>| PersonFacts { name, ..PersonFacts::default() };
    match place.peek().map(|value| &value.kind) {
        Some(Kind::Array(_)) => place
            .items()
            .iter()
            .map(|item| match item.text() {
                Some(name) => person(Some(name)),
                None => PersonFacts {
                    id: item.at("id").text(),
                    name: item.at("name").text(),
                    email: item.at("email").text(),
                },
            })
            .collect(),
        Some(Kind::Object(_)) => vec![PersonFacts {
            id: place.at("id").text(),
            name: place.at("name").text(),
            email: place.at("email").text(),
        }],
        _ => {
            let Some(names) = place.text() else { return Vec::new() };
            if !names.value.contains([',', ';']) || transcript.contains(&format!("] {}:", names.value)) {
                return vec![person(Some(names))];
            }
            let mut start = 0;
            let mut found = Vec::new();
            for piece in names.value.split([',', ';']) {
                let at = start + (piece.len() - piece.trim_start().len());
                found.extend(cut(&names, at..at + piece.trim().len()).map(|name| person(Some(name))));
                start += piece.len() + 1;
            }
            if found.is_empty() { vec![person(Some(names))] } else { found }
        }
    }
}

/// `6s`, `1m 6s`, `00:01:06` or a bare number of seconds.
pub(super) fn seconds(text: &str) -> Option<Quantity> {
    let text = text.trim();
    if text.contains(':') {
        let parts: Vec<f64> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let plain = parts.len() <= 3 && parts.iter().all(|part| *part >= 0.0);
        return Quantity::new(parts.iter().fold(0.0, |sum, part| sum * 60.0 + part)).filter(|_| plain);
    }
    if let Ok(number) = text.parse::<f64>() {
        return Quantity::new(number).filter(|_| number >= 0.0);
    }
    let (mut sum, mut digits) = (0.0, String::new());
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let unit = match c {
            'h' => 3600.0,
            'm' => 60.0,
            's' => 1.0,
            c if c.is_ascii_digit() || c == '.' => {
                digits.push(c);
                continue;
            }
            _ => return None,
        };
        sum += std::mem::take(&mut digits).parse::<f64>().ok()? * unit;
    }
    Quantity::new(sum).filter(|_| digits.is_empty() && !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_waiting_time_is_read_in_every_way_it_is_written() {
        let read = |text| seconds(text).map(crate::model::Quantity::get);
        assert_eq!(read("6s"), Some(6.0));
        assert_eq!(read("1m 6s"), Some(66.0));
        assert_eq!(read("00:01:06"), Some(66.0));
        assert_eq!(read("12"), Some(12.0));
        for odd in ["", "soon", "6", "-6s", "6x", "NaN", "1:2:3:4", "s"] {
            let expected = if odd == "6" { Some(6.0) } else { None };
            assert_eq!(read(odd), expected, "{odd:?} must be read as an amount only if it is one");
        }
    }
}
