//! Joins the messages of whole transcripts and of fragments (rule 4 of the fold).

use super::Telling;
use crate::Instant;
use crate::model::{Message, MessageFacts};
use crate::reading::Extent;

/// Every message once for each time it was said, in the order of time.
pub(super) fn join(told: &[Telling<'_>], started_at: Option<Instant>) -> Vec<Message> {
    // `told` runs from the oldest to the newest, and of equal maxima the last is taken: the newest of the fullest.
    let whole = told
        .iter()
        .filter(|telling| telling.part.extent == Extent::Whole)
        .max_by_key(|telling| telling.part.messages.len());
    let mut messages =
        whole.map_or_else(Vec::new, |whole| timed(&whole.part.messages, started_at, whole.received_at));
    // What the whole transcript holds can account for one fragment each.
    let mut unclaimed: Vec<usize> = (0..messages.len()).collect();
    let mut newest_untimed: Option<Message> = None;
    for telling in told.iter().filter(|telling| telling.part.extent == Extent::Fragment) {
        for facts in &telling.part.messages {
            let message = facts.plain(telling.received_at);
            if message.id.is_some() && messages.iter().any(|known| known.id == message.id) {
                continue;
            }
            if let Some(place) = unclaimed.iter().position(|index| same(&messages[*index], &message)) {
                unclaimed.remove(place);
                continue;
            }
            if message.at_inferred && message.id.is_none() {
                // Chatvisor repeats the last message with every change of status, and gives messages neither id nor time.
                if newest_untimed.as_ref().is_some_and(|newest| same(newest, &message)) {
                    continue;
                }
                newest_untimed = Some(message.clone());
            }
            messages.push(message);
        }
    }
    messages.sort_by_key(|message| message.at);
    messages
}

/// The messages of one whole transcript. A line without a time of its own stands at the time of the line before it,
/// or of the first line that has one: its place in the transcript says more than the time of receipt.
fn timed(facts: &[MessageFacts], started_at: Option<Instant>, received_at: Instant) -> Vec<Message> {
    let first = facts.iter().find_map(|message| message.words.at.as_ref()).map(|at| at.value);
    let mut now = first.or(started_at).unwrap_or(received_at);
    facts
        .iter()
        .map(|message| {
            let message = message.plain(now);
            now = message.at;
            message
        })
        .collect()
}

/// True when two messages without a common id are the same one, told twice. Times are compared only where both were told.
fn same(known: &Message, told: &Message) -> bool {
    let both_named = known.id.is_some() && told.id.is_some();
    let times = known.at_inferred || told.at_inferred || known.at == told.at;
    let name = |message: &Message| {
        message.author.as_ref().and_then(|author| author.name.clone().or_else(|| author.id.clone()))
    };
    let authors = match (name(known), name(told)) {
        (Some(known), Some(told)) => known == told,
        _ => true,
    };
    !both_named
        && times
        && authors
        && known.role == told.role
        && known.text == told.text
        && known.event == told.event
}
