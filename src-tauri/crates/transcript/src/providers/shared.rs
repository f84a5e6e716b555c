//! What several readers need: variables of any shape as fields, values that a payload tells twice, people who answered.

use std::collections::{HashMap, HashSet};

use crate::model::{Origin, PersonFacts, Sourced};
use crate::payload::{Cursor, Kind};
use crate::reading::Part;

/// A value that a place tells by being there; the place is not taken.
pub(super) fn told_by<T>(place: &Cursor<'_>, value: T) -> Sourced<T> {
    Sourced { value, origin: Origin { pointer: place.pointer().to_owned(), bytes: None } }
}

/// Another value that the same place tells.
pub(super) fn told_with<T, U>(fact: &Sourced<T>, value: U) -> Sourced<U> {
    Sourced { value, origin: fact.origin.clone() }
}

/// A part of a text, with its bytes.
pub(super) fn cut(text: &Sourced<String>, bytes: std::ops::Range<usize>) -> Option<Sourced<String>> {
    let value = text.value.get(bytes.clone()).filter(|value| !value.is_empty())?.to_owned();
    let origin = Origin { pointer: text.origin.pointer.clone(), bytes: Some((bytes.start, bytes.end)) };
    Some(Sourced { value, origin })
}

/// One text place of a part.
pub(super) type Slot = fn(&mut Part) -> &mut Option<Sourced<String>>;

/// Puts a value into its place if that is free. The same value again is an echo, another one is a field.
pub(super) fn tell(
    part: &mut Part,
    slot: Slot,
    path: &str,
    field: (&str, &str),
    value: Option<Sourced<String>>,
) {
    let Some(value) = value else { return };
    match slot(part) {
        place @ None => *place = Some(value),
        Some(known) if known.value == value.value => part.echo(Some(value), path),
        Some(_) => part.field(Some(field.0), field.1, Some(value)),
    }
}

/// One more e-mail address of the visitor; the first one told is the one to answer to.
pub(super) fn tell_email(part: &mut Part, email: Option<Sourced<String>>) {
    let Some(email) = email else { return };
    match &part.visitor.email {
        None => part.visitor.email = Some(email),
        Some(known) if known.value.eq_ignore_ascii_case(&email.value) => {
            part.echo(Some(email), "visitor.email");
        }
        Some(_) => part.visitor.emails.push(email),
    }
}

/// One more telephone number of the visitor.
pub(super) fn tell_phone(part: &mut Part, phone: Option<Sourced<String>>) {
    let Some(phone) = phone else { return };
    match &part.visitor.phone {
        None => part.visitor.phone = Some(phone),
        Some(known) if known.value == phone.value => part.echo(Some(phone), "visitor.phone"),
        Some(_) => part.visitor.phones.push(phone),
    }
}

/// Adds these values of an object as fields of a group, by their own names.
pub(super) fn fields(part: &mut Part, group: &str, place: &Cursor<'_>, names: &[&str]) {
    for name in names {
        part.field(Some(group), name, place.at(name).scalar());
    }
}

/// Everything below a place as fields of a group. Names of deeper values are joined with dots, items of lists are
/// counted from one; a bare value is a field of its own.
pub(super) fn flatten(part: &mut Part, group: &str, place: &Cursor<'_>) {
    match place.peek().map(|value| &value.kind) {
        Some(Kind::Array(_)) => {
            for (number, item) in (1..).zip(place.items()) {
                collect(part, group, &format!("{number}"), &item);
            }
        }
        Some(Kind::Object(_)) => {
            for (name, entry) in place.entries() {
                collect(part, group, name, &entry);
            }
        }
        _ => part.field(None, group, place.scalar()),
    }
}

/// Everything at and below a place as fields whose names begin with this one.
pub(super) fn collect(part: &mut Part, group: &str, name: &str, place: &Cursor<'_>) {
    match place.peek().map(|value| &value.kind) {
        Some(Kind::Array(_)) => {
            for (number, item) in (1..).zip(place.items()) {
                collect(part, group, &format!("{name}.{number}"), &item);
            }
        }
        Some(Kind::Object(_)) => {
            for (inner, entry) in place.entries() {
                collect(part, group, &format!("{name}.{inner}"), &entry);
            }
        }
        _ => part.field(Some(group), name, place.scalar()),
    }
}

/// A list of `{name, value}` objects as fields of a group. A pair that the group `like` holds already, because the
/// service sends it twice, is an echo. Any other shape is flattened.
pub(super) fn pairs(part: &mut Part, group: &str, like: Option<&str>, place: &Cursor<'_>) {
    if !matches!(place.peek().map(|value| &value.kind), Some(Kind::Array(_))) {
        flatten(part, group, place);
        return;
    }
    let told: HashSet<(String, String)> = part
        .fields
        .iter()
        .filter(|field| like.is_some() && field.group.as_deref() == like)
        .map(|field| (field.name.clone(), field.value.value.clone()))
        .collect();
    for (number, item) in (1..).zip(place.items()) {
        let (name, value) = (item.at("name"), item.at("value"));
        if name.says_nothing() || !value.exists() {
            collect(part, group, &format!("{number}"), &item);
            continue;
        }
        let Some(name) = name.text() else {
            collect(part, group, &format!("{number}"), &item);
            continue;
        };
        let known = value.peek().and_then(crate::payload::Value::scalar);
        let known = known.is_some_and(|value| told.contains(&(name.value.clone(), value)));
        let path = format!("fields.{}.{}", like.filter(|_| known).unwrap_or(group), name.value);
        if known {
            part.echo(value.scalar(), &path);
        } else {
            collect(part, group, &name.value, &value);
        }
        part.echo(item.at_any(&["id", "field_id"]).text(), &path);
        part.echo(Some(name), &path);
    }
}

/// Collects who answered, each once.
#[derive(Default)]
pub(super) struct Agents {
    known: HashMap<[Option<String>; 3], usize>,
}

impl Agents {
    /// Adds somebody who wrote a message, which keeps their values too.
    pub(super) fn add(&mut self, part: &mut Part, person: &PersonFacts) {
        let _known = self.place(part, person);
    }

    /// Adds somebody whom the payload names apart from any message. Who is known already is an echo.
    pub(super) fn tell(&mut self, part: &mut Part, person: PersonFacts) {
        if let Some(known) = self.place(part, &person) {
            part.echo(person.id, &format!("agents[{known}].id"));
            part.echo(person.name, &format!("agents[{known}].name"));
            part.echo(person.email, &format!("agents[{known}].email"));
        }
    }

    /// Where somebody stands who was added before; nobody is added twice.
    fn place(&mut self, part: &mut Part, person: &PersonFacts) -> Option<usize> {
        let text = |fact: &Option<Sourced<String>>| fact.as_ref().map(|fact| fact.value.clone());
        let key = [text(&person.id), text(&person.name), text(&person.email)];
        if person.is_empty() {
            return None;
        }
        let known = self.known.get(&key).copied();
        if known.is_none() {
            self.known.insert(key, part.agents.len());
            part.agents.push(person.clone());
        }
        known
    }
}
