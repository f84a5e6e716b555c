//! The conversation as a whole.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use super::facts::{Became, Shown, Sourced, became, facts};
use super::{Local, Message, Person, Quantity, Visitor, absent};
use crate::Instant;

/// The name of a conversation: the same on every machine and after every rebuild.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(transparent)]
pub struct ConversationId(String);

impl ConversationId {
    /// Derived from what the service calls the conversation.
    #[must_use]
    pub fn of_external(provider: &str, account: Option<&str>, external_id: &str) -> Self {
        Self::of_parts(&[
            b"external",
            provider.as_bytes(),
            account.unwrap_or_default().as_bytes(),
            external_id.as_bytes(),
        ])
    }

    /// Derived from the payload, for a service that gives a conversation no name. `part` tells apart the
    /// conversations inside one payload.
    #[must_use]
    pub fn of_payload(provider: &str, body: &[u8], part: usize) -> Self {
        Self::of_parts(&[b"payload", provider.as_bytes(), body, &part.to_le_bytes()])
    }

    /// An id that somebody wrote down, taken as it is.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Each part is hashed with its length, so that no two lists of parts read alike.
    fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(BASE32_NOPAD.encode(&hash.finalize()[..15]).to_ascii_lowercase())
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What kind of conversation it was.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A live chat, answered or not.
    Chat,
    /// A message left while nobody was there.
    OfflineMessage,
}

/// How far the conversation got.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It may still go on.
    Open,
    /// It is over.
    Ended,
    /// The visitor's last message got no answer.
    Missed,
    /// It broke off.
    Dropped,
}

/// Which step of the visitor's path a page was.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum PageRole {
    /// The first page of the visit.
    Landing,
    /// A page on the way.
    Visited,
    /// The page the chat began on.
    Chat,
    /// The page that was open when the payload was made.
    Current,
    /// The page that led to the site.
    Referrer,
}

macro_rules! shown_as_written {
    ($($type:ty),*) => { $(impl Shown for $type {
        fn shown(&self) -> String {
            serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        }
    })* };
}
shown_as_written!(Kind, State, PageRole);

facts! {
    /// The single values of a conversation.
    Head from HeadFacts told as HeadTold {
        /// What kind of conversation it was.
        kind: Option<Kind>,
        /// How far it got.
        state: Option<State>,
        /// The service's own word for the state.
        provider_status: Option<String>,
        /// The beginning.
        started_at: Option<Instant>,
        /// The end.
        ended_at: Option<Instant>,
        /// What it was about.
        subject: Option<String>,
        /// The department asked.
        department: Option<String>,
        /// The language of the conversation.
        language: Option<String>,
        /// Who ended it: `visitor`, `agent`, `system`, or the service's own word.
        ended_by: Option<String>,
    }
}

facts! {
    /// What the visitor thought of it.
    Rating from RatingFacts told as RatingTold {
        /// The mark that was given.
        value: Option<Quantity>,
        /// The best possible mark, where the service says.
        max: Option<Quantity>,
        /// The words that came with it.
        comment: Option<String>,
    }
}

facts! {
    /// How long things took, in seconds.
    Timing from TimingFacts told as TimingTold {
        /// From the visitor's first message to an agent's coming.
        wait_seconds: Option<Quantity>,
        /// From the visitor's first message to the first answer.
        first_response_seconds: Option<Quantity>,
        /// The mean over all answers.
        average_response_seconds: Option<Quantity>,
        /// From beginning to end.
        duration_seconds: Option<Quantity>,
    }
}

/// One step of the visitor's path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct PageVisit {
    /// The page's address, as given. It is never fetched.
    pub url: String,
    /// The page's title.
    #[serde(default, skip_serializing_if = "absent")]
    pub title: Option<String>,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "absent")]
    pub at: Option<Instant>,
    /// Which step it was.
    pub role: PageRole,
}

/// What one reading says of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFacts {
    /// The page's address.
    pub url: Sourced<String>,
    /// The page's title.
    pub title: Option<Sourced<String>>,
    /// When it was opened.
    pub at: Option<Sourced<Instant>>,
    /// Which step it was.
    pub role: PageRole,
}

impl PageFacts {
    /// A page with nothing but its address.
    #[must_use]
    pub fn new(url: Sourced<String>, role: PageRole) -> Self {
        Self { url, title: None, at: None, role }
    }

    /// Where each value came from; `path` ends with a dot.
    pub fn origins(&self, path: &str, found: &mut Vec<Became>) {
        found.push(became(&self.url, &format!("{path}url")));
        found.extend(self.title.iter().map(|title| became(title, &format!("{path}title"))));
        found.extend(self.at.iter().map(|at| became(at, &format!("{path}at"))));
    }
}

/// A custom variable, trait, label or anything else with a name and a value but no place of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Field {
    /// The payload's name for the collection it stands in.
    #[serde(default, skip_serializing_if = "absent")]
    pub group: Option<String>,
    /// Its name, for people.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

/// What one reading says of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldFacts {
    /// The payload's name for the collection it stands in.
    pub group: Option<String>,
    /// Its name, for people.
    pub name: String,
    /// Its value as text.
    pub value: Sourced<String>,
}

/// An address the service gives for the conversation. It is opened by a click only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Link {
    /// What it leads to.
    pub label: String,
    /// The address as given.
    pub url: String,
}

/// What one reading says of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkFacts {
    /// What it leads to.
    pub label: String,
    /// The address as given.
    pub url: Sourced<String>,
}

/// A value of the payload that no typed place took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OtherValue {
    /// Where it stands.
    pub pointer: String,
    /// The value; numbers that JavaScript cannot hold exactly are written as text.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// Something odd that a reader met and survived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Notice {
    /// A stable code.
    pub code: String,
    /// Where it was met.
    #[serde(default, skip_serializing_if = "absent")]
    pub pointer: Option<String>,
    /// What it means, for people.
    pub text: String,
}

/// One conversation, unified: what `afterchat show --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Transcript {
    /// Derived from provider, account and external id, or from the delivery where a payload names no conversation.
    pub id: ConversationId,
    /// The chat service.
    pub provider: String,
    /// The account at the service, where one service's ids repeat between accounts.
    #[serde(default, skip_serializing_if = "absent")]
    pub account: Option<String>,
    /// What the service calls the conversation.
    #[serde(default, skip_serializing_if = "absent")]
    pub external_id: Option<String>,
    /// The source its first delivery reached.
    #[serde(default, skip_serializing_if = "absent")]
    pub source: Option<String>,
    /// What kind of conversation it was.
    pub kind: Kind,
    /// How far it got.
    pub state: State,
    /// The service's own word for the state.
    #[serde(default, skip_serializing_if = "absent")]
    pub provider_status: Option<String>,
    /// The beginning.
    pub started_at: Instant,
    /// The end.
    #[serde(default, skip_serializing_if = "absent")]
    pub ended_at: Option<Instant>,
    /// True when the payload gave no beginning and the time of receipt stands in.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<bool>")]
    pub started_at_inferred: bool,
    /// What it was about.
    #[serde(default, skip_serializing_if = "absent")]
    pub subject: Option<String>,
    /// The department asked.
    #[serde(default, skip_serializing_if = "absent")]
    pub department: Option<String>,
    /// The language of the conversation.
    #[serde(default, skip_serializing_if = "absent")]
    pub language: Option<String>,
    /// Labels the service put on it.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub labels: Vec<String>,
    /// What the visitor thought of it.
    #[serde(default, skip_serializing_if = "absent")]
    pub rating: Option<Rating>,
    /// How long things took.
    #[serde(default, skip_serializing_if = "absent")]
    pub timing: Option<Timing>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "absent")]
    pub ended_by: Option<String>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Person>>")]
    pub agents: Vec<Person>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "absent")]
    pub visitor: Option<Visitor>,
    /// The visitor's path, in order.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<PageVisit>>")]
    pub pages: Vec<PageVisit>,
    /// Every line, in order.
    pub messages: Vec<Message>,
    /// Values with a name but no place of their own.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Field>>")]
    pub fields: Vec<Field>,
    /// Addresses the service gives for it.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Link>>")]
    pub links: Vec<Link>,
    /// Values that no typed place took.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<OtherValue>>")]
    pub other: Vec<OtherValue>,
    /// What was odd.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Notice>>")]
    pub notices: Vec<Notice>,
    /// The deliveries it was made from, oldest first.
    pub deliveries: Vec<String>,
    /// What people added here.
    #[serde(default)]
    pub local: Local,
}

impl Transcript {
    /// When the conversation was last active: its newest message, else its end, else its beginning.
    #[must_use]
    pub fn active_at(&self) -> Instant {
        let newest = self.messages.iter().map(|message| message.at).max();
        newest.or(self.ended_at).unwrap_or(self.started_at)
    }
}
