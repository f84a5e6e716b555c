//! One line of a conversation.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::facts::{Became, Inference, Provenance, Slot, Sourced, Told, Walk, became, facts};
use super::{Origin, Quantity, absent};
use crate::Instant;

/// Who speaks. It comes from the service's own type fields, never from a name or a text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person on the site.
    Visitor,
    /// A person who answers.
    Agent,
    /// A program that answers: a bot, or a rule that sends a message by itself.
    Bot,
    /// The service reporting what happened.
    System,
}

/// How a text is written, where it is not plain. [`crate::richtext`] renders it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Slack's: `<https://a.example|words>`, `*strong*`, `:smile:`, `&amp;`.
    Slack,
    /// HTML.
    Html,
}

facts! {
    /// Somebody who wrote or answered.
    Person from PersonFacts told as PersonTold {
        /// The service's id of them.
        id: Option<String>,
        /// The name shown in the chat.
        name: Option<String>,
        /// The e-mail address.
        email: Option<String>,
    }
}

facts! {
    /// A file sent along. It is never fetched.
    Attachment from AttachmentFacts told as AttachmentTold {
        /// The file's name.
        name: Option<String>,
        /// Where the service keeps it.
        url: Option<String>,
        /// Its media type.
        content_type: Option<String>,
        /// Its size in bytes.
        size: Option<Quantity>,
    }
}

facts! {
    /// The plain values of a message.
    Words from WordsFacts told as WordsTold {
        /// The service's id of the message.
        id: Option<String>,
        /// When it was sent.
        at: Option<Instant>,
        /// The text exactly as sent.
        text: Option<String>,
        /// The service's code for a system line.
        event: Option<String>,
        /// The rule that sent an automatic message.
        trigger: Option<String>,
    }
}

/// One message or system line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(optional_fields)]
pub struct Message {
    /// The service's id of the message.
    #[serde(default, skip_serializing_if = "absent")]
    pub id: Option<String>,
    /// When it was sent.
    pub at: Instant,
    /// True when the payload gave no time and the time of receipt stands in.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<bool>")]
    pub at_inferred: bool,
    /// Who speaks.
    pub role: Role,
    /// Who exactly.
    #[serde(default, skip_serializing_if = "absent")]
    pub author: Option<Person>,
    /// The text exactly as the service sent it.
    #[serde(default, skip_serializing_if = "absent")]
    pub text: Option<String>,
    /// How the text is written; absent for plain text.
    #[serde(default, skip_serializing_if = "absent")]
    pub markup: Option<Markup>,
    /// The service's code for a system line, such as `agent.join`.
    #[serde(default, skip_serializing_if = "absent")]
    pub event: Option<String>,
    /// The rule that sent an automatic message.
    #[serde(default, skip_serializing_if = "absent")]
    pub trigger: Option<String>,
    /// The text in other languages, by language code.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub translations: BTreeMap<String, String>,
    /// Files sent along.
    #[serde(default, skip_serializing_if = "absent")]
    #[ts(optional, as = "Option<Vec<Attachment>>")]
    pub attachments: Vec<Attachment>,
}

/// What one reading says of a message, with origins.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageFacts {
    /// Who speaks.
    pub role: Role,
    /// Where the role was read, when one value says it.
    pub role_origin: Option<Origin>,
    /// How the text is written; `None` for plain text.
    pub markup: Option<Markup>,
    /// Id, time, text, event and trigger.
    pub words: WordsFacts,
    /// Who exactly.
    pub author: PersonFacts,
    /// The text in other languages, by language code.
    pub translations: Vec<(String, Sourced<String>)>,
    /// Files sent along.
    pub attachments: Vec<AttachmentFacts>,
}

impl MessageFacts {
    /// A message of this role about which nothing else is known yet.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            role,
            role_origin: None,
            markup: None,
            words: WordsFacts::default(),
            author: PersonFacts::default(),
            translations: Vec::new(),
            attachments: Vec::new(),
        }
    }

    /// The message without origins. `stands_in` is its time where none was told.
    #[must_use]
    pub fn plain(&self, stands_in: Instant) -> Message {
        let words = WordsTold::of(&self.words, 0).plain();
        Message {
            id: words.id,
            at: words.at.unwrap_or(stands_in),
            at_inferred: words.at.is_none(),
            role: self.role,
            author: Some(PersonTold::of(&self.author, 0).plain()).filter(|author| !absent(author)),
            markup: self.markup.filter(|_| words.text.is_some()),
            text: words.text,
            event: words.event,
            trigger: words.trigger,
            translations: self
                .translations
                .iter()
                .map(|(code, text)| (code.clone(), text.value.clone()))
                .collect(),
            attachments: self.attachments.iter().map(|file| AttachmentTold::of(file, 0).plain()).collect(),
        }
    }

    /// Tells where each value came from that this delivery told; `path` ends with a dot.
    pub fn walk(&self, path: &str, delivery: i64, walk: &mut Walk<'_>) {
        let role = format!("{path}role");
        match &self.role_origin {
            Some(Origin { pointer, bytes }) => {
                walk(&role, Provenance::Told { delivery, pointer, bytes: *bytes, value: &self.role });
            }
            None => walk(&role, Provenance::Inferred { why: Inference::Shape, delivery: Some(delivery) }),
        }
        if self.markup.is_some() && self.words.text.is_some() {
            walk(
                &format!("{path}markup"),
                Provenance::Inferred { why: Inference::Shape, delivery: Some(delivery) },
            );
        }
        WordsTold::of(&self.words, delivery).walk(path, walk);
        PersonTold::of(&self.author, delivery).walk(&format!("{path}author."), walk);
        // Of a language that was told twice the last text is shown.
        let texts: BTreeMap<_, _> = self.translations.iter().map(|(code, text)| (code, text)).collect();
        for (code, fact) in texts {
            walk(&format!("{path}translations.{code}"), Told { fact, delivery }.provenance());
        }
        for (index, file) in self.attachments.iter().enumerate() {
            AttachmentTold::of(file, delivery).walk(&format!("{path}attachments[{index}]."), walk);
        }
    }

    /// Where each value came from; `path` ends with a dot.
    pub fn origins(&self, path: &str, found: &mut Vec<Became>) {
        if let Some(origin) = &self.role_origin {
            <Option<Role> as Slot>::origins(
                &Some(Sourced { value: self.role, origin: origin.clone() }),
                &format!("{path}role"),
                found,
            );
        }
        self.words.origins(path, found);
        self.author.origins(&format!("{path}author."), found);
        for (code, text) in &self.translations {
            found.push(became(text, &format!("{path}translations.{code}")));
        }
        for (index, attachment) in self.attachments.iter().enumerate() {
            attachment.origins(&format!("{path}attachments[{index}]."), found);
        }
    }
}

impl super::facts::Shown for Role {
    fn shown(&self) -> String {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::System => "system",
        }
        .to_owned()
    }
}
