//! A conversation in the order it is read: days, lines, and the pages the visitor opened in between.

use afterchat_transcript::model::{Attachment, Message, PageRole, PageVisit, Role};
use afterchat_transcript::{Instant, Transcript, providers};
use chrono::NaiveDate;

use super::clock::Clock;
use super::facts;

/// Something that stands in the transcript.
pub(super) enum Entry<'a> {
    /// A new day begins.
    Day(NaiveDate),
    /// Somebody says something, or something happens.
    Line(Line<'a>),
    /// The visitor opens a page.
    Page(Instant, &'a PageVisit),
}

/// How a line is told apart at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// The visitor speaks.
    Visitor,
    /// Somebody answers.
    Agent,
    /// A program answers.
    Bot,
    /// A rule sent it.
    Automatic,
    /// Nobody speaks: the service tells what happened.
    System,
}

impl Manner {
    /// The name of the manner for those who do not see it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Automatic => "automatic",
            Self::System => "system",
        }
    }
}

/// One message or system line.
pub(super) struct Line<'a> {
    pub(super) message: &'a Message,
    pub(super) manner: Manner,
    /// Who speaks; empty for the service itself.
    pub(super) speaker: String,
    /// What happened, in words, where the service sent a code.
    pub(super) words: Option<String>,
}

impl Line<'_> {
    /// The rule that sent it.
    pub(super) fn sent_by(&self) -> Option<String> {
        let rule = self.message.trigger.as_deref();
        (self.manner == Manner::Automatic).then(|| {
            rule.map_or_else(|| "sent automatically".to_owned(), |rule| format!("sent by the rule “{rule}”"))
        })
    }
}

/// The whole transcript.
pub(super) fn entries<'a>(transcript: &'a Transcript, clock: &Clock<'_>) -> Vec<Entry<'a>> {
    let pages = transcript.pages.iter().filter_map(|page| Some((page.at?, Entry::Page(page.at?, page))));
    let lines =
        transcript.messages.iter().map(|message| (message.at, Entry::Line(line(transcript, message))));
    // A page that was opened at the very time of a message was opened before it was written.
    let mut all: Vec<(Instant, Entry<'a>)> = pages.chain(lines).collect();
    all.sort_by_key(|(at, _)| *at);
    let mut entries = Vec::with_capacity(all.len() + 1);
    let mut today = None;
    for (at, entry) in all {
        let date = clock.date(at);
        if today.replace(date) != Some(date) {
            entries.push(Entry::Day(date));
        }
        entries.push(entry);
    }
    entries
}

fn line<'a>(transcript: &'a Transcript, message: &'a Message) -> Line<'a> {
    let author =
        message.author.as_ref().and_then(|author| author.name.as_deref().or(author.email.as_deref()));
    let author = author.filter(|author| !author.trim().is_empty());
    let manner = match message.role {
        Role::Visitor => Manner::Visitor,
        Role::System => Manner::System,
        Role::Bot | Role::Agent if message.trigger.is_some() => Manner::Automatic,
        Role::Bot => Manner::Bot,
        Role::Agent => Manner::Agent,
    };
    let speaker = match (manner, author) {
        (Manner::System, _) => String::new(),
        (_, Some(author)) => author.to_owned(),
        (Manner::Visitor, None) => facts::visitor_name(transcript).unwrap_or("Visitor").to_owned(),
        (Manner::Agent, None) => "Agent".to_owned(),
        (Manner::Bot, None) => "Bot".to_owned(),
        (Manner::Automatic, None) => "auto".to_owned(),
    };
    let words = message.event.as_deref().map(|code| {
        let known =
            providers::by_id(&transcript.provider).and_then(|provider| provider.event_words(code, author));
        // A code without words says more than nothing, unless the service sent a text with it.
        known.or_else(|| message.text.is_none().then(|| code.to_owned()))
    });
    Line { message, manner, speaker, words: words.flatten() }
}

/// What the visitor did with a page.
pub(super) fn step(role: PageRole) -> &'static str {
    match role {
        PageRole::Landing => "landed on",
        PageRole::Visited => "opened",
        PageRole::Chat => "began the chat on",
        PageRole::Current => "was last on",
        PageRole::Referrer => "came from",
    }
}

/// A file's name, type and size on one line.
pub(super) fn attachment(attachment: &Attachment) -> String {
    let name = attachment.name.clone().unwrap_or_else(|| "file without a name".to_owned());
    let size = attachment.size.map(|size| facts::size(size.get()));
    let about = attachment.content_type.iter().chain(&size).cloned().collect::<Vec<_>>().join(", ");
    if about.is_empty() { name } else { format!("{name} ({about})") }
}
