//! Deliveries that were read, and the conversations that are folded from them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use afterchat_transcript::fold::{BodyDigest, Folded, Telling, conversation_id, digest, fold};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::reading::{Reading, read};
use afterchat_transcript::{Delivery, DeliveryKind, Instant, Transcript};

/// A delivery that was read, with the number and the time it arrived under.
#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) number: i64,
    pub(crate) delivery: Delivery,
    pub(crate) digest: BodyDigest,
    pub(crate) reading: Arc<Reading>,
}

impl Arrived {
    /// The same delivery under another number, a minute later for each.
    pub(crate) fn again(&self, number: i64) -> Self {
        let mut again = self.clone();
        again.number = number;
        again.delivery.received_at = Instant::from_millis(1_900_000_000_000 + number * 60_000).unwrap();
        again
    }
}

/// Reads this body as the delivery of this number.
pub(crate) fn arrived(number: i64, body: &[u8]) -> Arrived {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "any".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/any/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.to_vec(),
        received_at: Instant::from_millis(1_900_000_000_000 + number * 60_000).unwrap(),
    };
    Arrived { number, digest: digest(body), reading: Arc::new(read(&delivery)), delivery }
}

/// Every conversation these deliveries tell of.
pub(crate) fn folded(all: &[Arrived]) -> BTreeMap<ConversationId, Folded> {
    let mut told: BTreeMap<ConversationId, Vec<Telling<'_>>> = BTreeMap::new();
    for one in all {
        let digest = one.digest;
        for (index, part) in one.reading.parts.iter().enumerate() {
            let id = conversation_id(&one.reading, index, &digest).unwrap();
            told.entry(id).or_default().push(Telling {
                delivery: one.number,
                source: &one.delivery.source,
                received_at: one.delivery.received_at,
                digest,
                reading: &one.reading,
                part,
            });
        }
    }
    told.into_iter().map(|(id, tellings)| (id.clone(), fold(&id, &tellings).unwrap())).collect()
}

/// Their transcripts.
pub(crate) fn transcripts(all: &[Arrived]) -> BTreeMap<ConversationId, Transcript> {
    folded(all).into_iter().map(|(id, folded)| (id, folded.transcript)).collect()
}

/// The same without the numbers of the deliveries, which tell how often something was sent.
pub(crate) fn told_again(all: &[Arrived]) -> Vec<Transcript> {
    let without = transcripts(all).into_values().map(|mut transcript| {
        transcript.deliveries.clear();
        transcript
    });
    without.collect()
}
