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
//!
//! What is joined are references to facts, each beside the delivery that told it. The plain transcript and the way back
//! from each of its values are two walks over the same [`Joined`].

mod joined;
mod lists;
mod messages;
mod walk;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use joined::Joined;

use crate::Instant;
use crate::model::{ConversationId, Transcript};
use crate::reading::{Part, Reading};

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
    let joined = join(id, tellings)?;
    Some(Folded { heard: joined.heard(), transcript: joined.plain() })
}

/// Joins what was told of one conversation, with the delivery and the place that told it; `None` when nothing was.
#[must_use]
pub fn join<'a>(id: &ConversationId, tellings: &[Telling<'a>]) -> Option<Joined<'a>> {
    let told = in_order(tellings);
    Joined::new(id.clone(), deliveries(tellings), told)
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

fn deliveries(tellings: &[Telling<'_>]) -> Vec<i64> {
    let mut numbers: Vec<_> = tellings.iter().map(|telling| telling.delivery).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
