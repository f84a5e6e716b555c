//! Joins what many deliveries say of one conversation.
//!
//! The result is a pure function of the set of deliveries: any order of arrival and any repetition gives the same
//! conversation. The rules, in the order they are applied:
//!
//! 1. **A repetition says nothing new.** Deliveries with equal bodies count once, at the earliest time of receipt.
//! 2. **Newer and older.** What is told is ordered by the event's stage in a conversation's life where only its name
//!    tells, then by the service's own clock, and by the time of receipt only where the payload has no time.
//! 3. **Single values:** the newest that says something wins. Silence erases nothing.
//! 4. **Messages:** of whole transcripts the fullest counts, the newest of equally full ones. Fragments add the
//!    messages it lacks: equal by id, else by time, role, author and text, each as often as it was told.
//! 5. **Lists** (agents, pages, fields, labels, links, addresses) grow; of a field told twice the newest value counts.

mod lists;
mod messages;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::Instant;
use crate::model::{
    ConversationId, HeadFacts, Kind, Local, Notice, OtherValue, RatingFacts, State, TimingFacts, Transcript,
    VisitorFacts, absent,
};
use crate::reading::{Extent, Part, Reading, other_of};

/// The SHA-256 of a body: what makes two deliveries a repetition.
pub type BodyDigest = [u8; 32];

/// The digest of these bytes.
#[must_use]
pub fn digest(body: &[u8]) -> BodyDigest {
    Sha256::digest(body).into()
}

/// What one delivery tells of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The number of the delivery in the journal.
    pub delivery: i64,
    /// The source it reached.
    pub source: &'a str,
    /// When it arrived.
    pub received_at: Instant,
    /// What makes it a repetition of another.
    pub digest: BodyDigest,
    /// What was read of it.
    pub reading: &'a Reading,
    /// The part of the reading that is meant.
    pub part: &'a Part,
}

/// A conversation folded from all that was told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The conversation, with nothing of what people added here.
    pub transcript: Transcript,
    /// The newest delivery that brought a message. Reading is measured against it: a later event without messages
    /// makes nothing unread.
    pub heard: i64,
}

/// The name of the conversation that a part of a reading tells of.
#[must_use]
pub fn conversation_id(reading: &Reading, index: usize, digest: &BodyDigest) -> Option<ConversationId> {
    let provider = reading.provider?;
    let part = reading.parts.get(index)?;
    let account = part.account.as_ref().map(|account| account.value.as_str());
    Some(match &part.external_id {
        Some(external_id) => ConversationId::of_external(provider, account, &external_id.value),
        None => ConversationId::of_payload(provider, digest, index),
    })
}

/// Folds one conversation; `None` when nothing was told.
#[must_use]
pub fn fold(id: &ConversationId, tellings: &[Telling<'_>]) -> Option<Folded> {
    let told = in_order(tellings);
    let provider = told.first()?.reading.provider?;
    let earliest = told.iter().min_by_key(|telling| (telling.received_at, telling.delivery))?;
    let mut head = HeadFacts::default();
    let mut timing = TimingFacts::default();
    let mut rating = RatingFacts::default();
    let mut visitor = VisitorFacts::default();
    for telling in &told {
        head.absorb(&telling.part.head);
        timing.absorb(&telling.part.timing);
        rating.absorb(&telling.part.rating);
        visitor.absorb(&telling.part.visitor);
    }
    let newest =
        |value: fn(&Part) -> Option<String>| told.iter().rev().find_map(|telling| value(telling.part));
    let messages = messages::join(&told, head.started_at.as_ref().map(|time| time.value));
    let first_message =
        messages.iter().filter(|message| !message.at_inferred).map(|message| message.at).min();
    let head = head.plain();
    let told_start = head.started_at.or(first_message);
    let ended = told.iter().any(|telling| telling.part.extent == Extent::Whole);
    let transcript = Transcript {
        id: id.clone(),
        provider: provider.to_owned(),
        account: newest(|part| part.account.as_ref().map(|account| account.value.clone())),
        external_id: newest(|part| part.external_id.as_ref().map(|external| external.value.clone())),
        source: Some(earliest.source.to_owned()),
        kind: head.kind.unwrap_or(Kind::Chat),
        state: head.state.unwrap_or(if ended { State::Ended } else { State::Open }),
        provider_status: head.provider_status,
        started_at: told_start.unwrap_or(earliest.received_at),
        ended_at: head.ended_at,
        started_at_inferred: told_start.is_none(),
        subject: head.subject,
        department: head.department,
        language: head.language,
        labels: lists::labels(&told),
        rating: Some(rating.plain()).filter(|rating| !absent(rating)),
        timing: Some(timing.plain()).filter(|timing| !absent(timing)),
        ended_by: head.ended_by,
        agents: lists::agents(&told),
        visitor: Some(lists::visitor(&visitor, &told)).filter(|visitor| !absent(visitor)),
        pages: lists::pages(&told),
        messages,
        fields: lists::fields(&told),
        links: lists::links(&told),
        other: other(&told),
        notices: notices(&told),
        deliveries: deliveries(tellings),
        local: Local::default(),
    };
    let brings_words =
        |telling: &&Telling<'_>| !telling.part.messages.is_empty() || telling.part.extent == Extent::Whole;
    let heard =
        told.iter().filter(brings_words).map(|telling| telling.delivery).max().unwrap_or(earliest.delivery);
    Some(Folded { transcript, heard })
}

/// Each body once, at its earliest receipt, from the oldest to the newest.
fn in_order<'a>(tellings: &[Telling<'a>]) -> Vec<Telling<'a>> {
    let mut once: BTreeMap<(BodyDigest, &str), Telling<'a>> = BTreeMap::new();
    for telling in tellings {
        let known = once.entry((telling.digest, telling.part.root.as_str())).or_insert(*telling);
        if (telling.received_at, telling.delivery) < (known.received_at, known.delivery) {
            *known = *telling;
        }
    }
    let mut told: Vec<_> = once.into_values().collect();
    told.sort_by_key(|telling| {
        let part = telling.part;
        (part.stage, part.as_of.unwrap_or(telling.received_at), part.messages.len(), telling.digest)
    });
    told
}

fn deliveries(tellings: &[Telling<'_>]) -> Vec<String> {
    let mut numbers: Vec<_> = tellings.iter().map(|telling| telling.delivery).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(ToString::to_string).collect()
}

fn other(told: &[Telling<'_>]) -> Vec<OtherValue> {
    let all = told.iter().flat_map(|telling| other_of(telling.reading, telling.part));
    lists::distinct_by(all, |other| (other.pointer.clone(), other.value.to_string()))
}

fn notices(told: &[Telling<'_>]) -> Vec<Notice> {
    lists::distinct_by(told.iter().flat_map(|telling| &telling.reading.notices), Clone::clone)
}
