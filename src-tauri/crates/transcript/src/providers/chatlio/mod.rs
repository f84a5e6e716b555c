//! Chatlio: the transcript, the offline message, and one shape that three live events share.
//!
//! Documented at <https://chatlio.com/docs/chat-transcripts-v1/> and <https://chatlio.com/docs/webhooks/>. Nothing is
//! signed, and no body names its event. Messages are written in Slack's markup.

mod guide;
mod live;
mod transcript;

use super::shared::{self, tell};
use super::{Provider, has_all};
use crate::Instant;
use crate::guide::Guide;
use crate::model::{FieldFacts, Origin, PageFacts, PageRole, Sourced};
use crate::payload::{Cursor, Kind, Value};
use crate::reading::{Findings, Part};

/// The Chatlio provider.
pub(super) struct Chatlio;

impl Provider for Chatlio {
    fn id(&self) -> &'static str {
        "chatlio"
    }

    fn name(&self) -> &'static str {
        "Chatlio"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    fn recognises(&self, payload: &Value) -> bool {
        transcript::recognises(payload) || live::recognises(payload)
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        if payload.at("message").exists() && !payload.at("messages").exists() {
            live::read(payload, findings);
        } else {
            transcript::read(payload, findings);
        }
    }
}

/// The visitor as every Chatlio body describes them.
fn read_visitor(visitor: &Cursor<'_>, part: &mut Part) {
    part.visitor.external_id = visitor.at("UUID").text();
    part.visitor.name = visitor.at("name").text();
    part.visitor.handle = visitor.at("handle").text();
    shared::tell_email(part, visitor.at("email").text());
    part.visitor.user_agent = visitor.at("userAgent").text();
    part.visitor.ip = visitor.at("IPAddress").text();
    part.visitor.location = visitor.at("location").text();
    part.visitor.first_seen_at = visitor.at("createdAt").instant(Instant::from_rfc3339);
    part.field(Some("visitor"), "identUserId", visitor.at("identUserId").text());
    part.page(visitor.at("referrerURL").text(), PageRole::Referrer);
    part.page(visitor.at("currentPage").text(), PageRole::Current);
    read_traits(part, "identTraits", &visitor.at("identTraits"));
}

/// Traits are an object, or the same object as JSON in a text, or just a text. The page that a site puts among them is
/// a step of the path.
fn read_traits(part: &mut Part, group: &str, traits: &Cursor<'_>) {
    match traits.peek().map(|value| &value.kind) {
        Some(Kind::Object(_)) => {
            for (name, entry) in traits.entries() {
                if name == "current_page" {
                    tell_page(part, entry.text());
                } else {
                    shared::collect(part, group, name, &entry);
                }
            }
        }
        Some(Kind::Text(_)) => {
            if let Some((origin, object)) = traits.embedded() {
                let before = part.fields.len() + part.pages.len() + part.echoes.len();
                read_embedded(part, group, "", &object, &origin);
                if part.fields.len() + part.pages.len() + part.echoes.len() > before {
                    return;
                }
            }
            part.field(None, group, traits.text());
        }
        _ => shared::flatten(part, group, traits),
    }
}

/// Every scalar of JSON inside a text; all of them come from the one place of that text.
fn read_embedded(part: &mut Part, group: &str, name: &str, value: &Value, origin: &Origin) {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match &value.kind {
        Kind::Array(items) => {
            for (number, item) in (1..).zip(items) {
                read_embedded(part, group, &inner(&format!("{number}")), item, origin);
            }
        }
        Kind::Object(entries) => {
            for (key, entry) in entries {
                read_embedded(part, group, &inner(key), entry, origin);
            }
        }
        _ => {
            let text = value.scalar().filter(|text| !text.is_empty());
            let Some(value) = text.map(|value| Sourced { value, origin: origin.clone() }) else { return };
            // A text may name the page any number of times; only the first few are steps of a path.
            if name == "current_page" && part.pages.len() < 8 {
                tell_page(part, Some(value));
            } else {
                part.fields.push(FieldFacts { group: Some(group.to_owned()), name: name.to_owned(), value });
            }
        }
    }
}

fn tell_page(part: &mut Part, url: Option<Sourced<String>>) {
    let Some(url) = url else { return };
    match part.pages.iter().position(|page| page.url.value == url.value) {
        Some(index) => part.echo(Some(url), &format!("pages[{index}].url")),
        None => part.pages.push(PageFacts::new(url, PageRole::Visited)),
    }
}

/// Where in Slack the conversation took place.
fn read_channel(payload: &Cursor<'_>, part: &mut Part) {
    for name in ["channelId", "channelName", "slackChannelName", "slackChannelId", "slackTeamID"] {
        part.field(None, name, payload.at(name).text());
    }
}

/// The visitor's name on the outside of a body is often nothing but the handle.
fn tell_name(part: &mut Part, name: Option<Sourced<String>>) {
    let handle = part.visitor.handle.as_ref().map(|handle| &handle.value);
    if name.is_some() && name.as_ref().map(|name| &name.value) == handle {
        part.echo(name, "visitor.handle");
    } else {
        tell(part, |part| &mut part.visitor.name, "visitor.name", ("visitor", "visitorName"), name);
    }
}
