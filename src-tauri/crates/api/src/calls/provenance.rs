//! From a value that is shown to the delivery that told it, and back. Both are computed from the journal when asked.

use afterchat_archive::DeliveryId;
use afterchat_transcript::fold::{self, Joined};
use afterchat_transcript::model::{ConversationId, Inference, Origin, Provenance};
use afterchat_transcript::reading;

use super::deliveries::number;
use super::types::{Elsewhere, OriginAnswer, OriginQuestion, ShownAnswer, ShownQuestion};
use crate::{Api, Failure};

pub(super) fn origin(api: &Api, ask: &OriginQuestion) -> Result<OriginAnswer, Failure> {
    let conversation = ConversationId::from_text(&ask.conversation);
    let answer = api.archive.joined(&conversation, |joined| {
        let (delivery, at, inferred) = joined.trace(&ask.place, told)?;
        let also =
            delivery.filter(|_| at.is_some()).map_or_else(Vec::new, |by| joined.also_told(&ask.place, by));
        let elsewhere = |(delivery, at): (i64, String)| Elsewhere { delivery: delivery.to_string(), at };
        let delivery = delivery.map(|delivery| delivery.to_string());
        Some(OriginAnswer { delivery, at, inferred, also: also.into_iter().map(elsewhere).collect() })
    })?;
    let gone =
        "No delivery that is kept says this. It may have been erased, or a newer one may say otherwise.";
    answer.ok_or_else(|| Failure::new("no_origin", gone))
}

fn told(provenance: Provenance<'_>) -> (Option<i64>, Option<String>, Option<Inference>) {
    match provenance {
        Provenance::Told { delivery, pointer, bytes, .. } => {
            let origin = Origin { pointer: pointer.to_owned(), bytes };
            (Some(delivery), Some(origin.to_string()), None)
        }
        Provenance::Inferred { why, delivery } => (delivery, None, Some(why)),
    }
}

pub(super) fn shown(api: &Api, ask: &ShownQuestion) -> Result<ShownAnswer, Failure> {
    let delivery = api.archive.delivery(DeliveryId(number(&ask.delivery)?))?.delivery;
    let digest = fold::digest(&delivery.body);
    let reading = reading::read(&delivery);
    let mut belongs = None;
    for (index, part) in reading.parts.iter().enumerate() {
        let typed = part.origins().iter().any(|became| became.pointer == ask.at && became.field == ask.field);
        let says = typed
            || (ask.field == "other"
                && reading::other_of(&reading, part).iter().any(|other| other.pointer == ask.at));
        let Some(conversation) = fold::conversation_id(&reading, index, &digest).filter(|_| says) else {
            continue;
        };
        let look = |joined: &Joined<'_>| {
            let shown = joined.shown(&digest, &ask.at, &ask.field);
            // A list of another delivery has other items, so only a single value can be said to stand there.
            let instead = || Some(ask.field.clone()).filter(|field| !field.contains('['));
            let replaced = shown.is_none();
            let place = shown.or_else(|| instead().filter(|place| joined.trace(place, |_| ()).is_some()));
            (place, replaced)
        };
        let (place, replaced) = api.archive.joined(&conversation, look)?;
        let conversation = conversation.as_str().to_owned();
        if !replaced {
            return Ok(ShownAnswer { conversation, place, replaced });
        }
        belongs = belongs.or(Some(ShownAnswer { conversation, place, replaced }));
    }
    belongs.ok_or_else(|| {
        Failure::new("no_such_place", "This delivery says nothing of a conversation at this place.")
    })
}
