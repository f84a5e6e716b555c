//! What is known of a conversation and its visitor, in words and in the order people ask for it.

use afterchat_transcript::model::{Kind, Person, Rating, Role, State, Visitor};
use afterchat_transcript::{Instant, Transcript, providers};

use super::clock::Clock;

/// Something known, with its name.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) values: Vec<Value>,
}

/// A value, by how it is shown.
pub(super) enum Value {
    Text(String),
    Mail(String),
    Address(String),
    Time(Instant),
}

impl Value {
    pub(super) fn text(&self, clock: &Clock<'_>) -> String {
        match self {
            Self::Text(text) | Self::Mail(text) | Self::Address(text) => text.clone(),
            Self::Time(at) => clock.moment(*at),
        }
    }
}

pub(super) fn visitor_name(transcript: &Transcript) -> Option<&str> {
    let visitor = transcript.visitor.as_ref()?;
    let names = [&visitor.name, &visitor.handle, &visitor.email];
    names.into_iter().flatten().map(|name| name.trim()).find(|name| !name.is_empty())
}

/// What to call the conversation in a heading.
pub(super) fn title(transcript: &Transcript) -> &str {
    visitor_name(transcript).unwrap_or("Unnamed visitor")
}

/// The service's name as people write it.
pub(super) fn service(transcript: &Transcript) -> &str {
    providers::by_id(&transcript.provider).map_or(transcript.provider.as_str(), |provider| provider.name())
}

/// How far it got, or that it never was a chat.
pub(super) fn state(transcript: &Transcript) -> &'static str {
    match (transcript.kind, transcript.state) {
        (Kind::OfflineMessage, _) => "offline message",
        (Kind::Chat, State::Open) => "open",
        (Kind::Chat, State::Ended) => "ended",
        (Kind::Chat, State::Missed) => "missed",
        (Kind::Chat, State::Dropped) => "broken off",
    }
}

/// How much was said. What the service reports is no message.
pub(super) fn message_count(transcript: &Transcript) -> String {
    let said = transcript.messages.iter().filter(|message| message.role != Role::System).count();
    if said == 1 { "1 message".to_owned() } else { format!("{said} messages") }
}

/// `4 of 5`; only the words where no mark was given.
pub(super) fn mark(rating: &Rating) -> Option<String> {
    let value = rating.value?;
    Some(rating.max.map_or_else(|| value.to_string(), |max| format!("{value} of {max}")))
}

/// Filled and empty stars, where the mark counts a few of them.
pub(super) fn stars(rating: &Rating) -> Option<String> {
    let (value, max) = (rating.value?.get(), rating.max?.get());
    let few = (1.0..=10.0).contains(&max) && (0.0..=max).contains(&value);
    if !few || value.fract() != 0.0 || max.fract() != 0.0 {
        return None;
    }
    // Both are whole numbers from 0 to 10.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (full, all) = (value as usize, max as usize);
    Some("★".repeat(full) + &"☆".repeat(all - full))
}

/// `2 min 5 s`.
pub(super) fn duration(seconds: f64) -> String {
    if !(0.0..1e9).contains(&seconds) {
        return format!("{seconds} s");
    }
    // In range, by the line above.
    #[allow(clippy::cast_possible_truncation)]
    let whole = seconds.round() as i64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// `12.3 kB`.
pub(super) fn size(bytes: f64) -> String {
    match bytes {
        _ if bytes < 1000.0 => format!("{bytes:.0} B"),
        _ if bytes < 1e6 => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

/// Collects facts; what is unknown or blank is left out.
#[derive(Default)]
struct List(Vec<Fact>);

impl List {
    fn add(&mut self, name: &'static str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values
            .into_iter()
            .filter(|value| match value {
                Value::Text(text) | Value::Mail(text) | Value::Address(text) => !text.trim().is_empty(),
                Value::Time(_) => true,
            })
            .collect();
        if !values.is_empty() {
            self.0.push(Fact { name, values });
        }
    }

    fn text(&mut self, name: &'static str, text: Option<&String>) {
        self.add(name, text.cloned().map(Value::Text));
    }

    fn number<T: ToString>(&mut self, name: &'static str, number: Option<T>) {
        self.add(name, number.map(|number| Value::Text(number.to_string())));
    }
}

/// Who the visitor was.
pub(super) fn visitor(visitor: &Visitor) -> Vec<Fact> {
    let mut list = List::default();
    list.text("Name", visitor.name.as_ref());
    list.text("Handle", visitor.handle.as_ref().filter(|handle| visitor.name.as_ref() != Some(handle)));
    let distinct = |first: &Option<String>, all: &[String]| {
        let mut found: Vec<String> = Vec::new();
        for value in first.iter().chain(all) {
            if !found.contains(value) {
                found.push(value.clone());
            }
        }
        found
    };
    list.add("E-mail", distinct(&visitor.email, &visitor.emails).into_iter().map(Value::Mail));
    list.add("Telephone", distinct(&visitor.phone, &visitor.phones).into_iter().map(Value::Text));
    list.text("Company", visitor.company.as_ref());
    list.text("Group", visitor.group.as_ref());
    list.text("Note", visitor.note.as_ref());
    let place = [&visitor.city, &visitor.region, &visitor.country];
    let mut place: Vec<String> = place.into_iter().flatten().cloned().collect();
    place.dedup();
    let code = visitor.country_code.as_ref().filter(|code| !place.contains(code));
    let code = code.map(|code| if place.is_empty() { code.clone() } else { format!("({code})") });
    let place = [place.join(", ")].into_iter().chain(code).filter(|part| !part.is_empty());
    list.text("Place", Some(&place.collect::<Vec<_>>().join(" ")));
    list.text("Location", visitor.location.as_ref());
    let coordinates = visitor.latitude.zip(visitor.longitude);
    list.text("Coordinates", coordinates.map(|(north, east)| format!("{north}, {east}")).as_ref());
    list.text("Language", visitor.language.as_ref());
    list.text("Time zone", visitor.time_zone.as_ref());
    list.text("IP address", visitor.ip.as_ref());
    list.text("Browser", visitor.browser.as_ref());
    list.text("System", visitor.os.as_ref());
    list.text("Screen", visitor.screen.as_ref());
    list.text("User agent", visitor.user_agent.as_ref());
    list.add("First seen", visitor.first_seen_at.map(Value::Time));
    list.number("Visits", visitor.visits);
    list.number("Chats", visitor.chats);
    list.number("Pages seen", visitor.page_views);
    list.add("Profiles", visitor.profiles.iter().cloned().map(Value::Address));
    list.add("Pictures", visitor.avatars.iter().cloned().map(Value::Address));
    list.text("Service’s id", visitor.external_id.as_ref());
    list.0
}

/// What else is known of the conversation.
pub(super) fn about(transcript: &Transcript) -> Vec<Fact> {
    let mut list = List::default();
    list.text("Subject", transcript.subject.as_ref());
    list.text("Department", transcript.department.as_ref());
    list.add("Answered by", transcript.agents.iter().map(|agent| Value::Text(person(agent))));
    list.add("Labels", transcript.labels.iter().cloned().map(Value::Text));
    list.text("Language", transcript.language.as_ref());
    list.text("Service’s status", transcript.provider_status.as_ref());
    list.text("Ended by", transcript.ended_by.as_ref());
    if let Some(timing) = &transcript.timing {
        let times = [
            ("Waited", timing.wait_seconds),
            ("First answer after", timing.first_response_seconds),
            ("Answers on average after", timing.average_response_seconds),
            ("Lasted", timing.duration_seconds),
        ];
        for (name, seconds) in times {
            list.add(name, seconds.map(|seconds| Value::Text(duration(seconds.get()))));
        }
    }
    list.text("Service’s number", transcript.external_id.as_ref());
    list.text("Account", transcript.account.as_ref());
    list.text("Afterchat’s id", Some(&transcript.id.to_string()));
    list.0
}

fn person(person: &Person) -> String {
    match (&person.name, &person.email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => person.id.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, size};

    #[test]
    fn amounts_are_written_as_people_say_them() {
        assert_eq!(duration(36.0), "36 s");
        assert_eq!(duration(125.4), "2 min 5 s");
        assert_eq!(duration(7300.0), "2 h 1 min");
        assert_eq!(duration(-3.0), "-3 s", "an impossible duration is shown as it came");
        assert_eq!(size(999.0), "999 B");
        assert_eq!(size(12_345.0), "12.3 kB");
    }
}
