//! Joins the messages of whole transcripts and of fragments (rule 4 of the fold).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Telling;
use crate::model::{Inference, Message, MessageFacts, Provenance, Role, Told, Walk};
use crate::reading::Extent;
use crate::{Instant, richtext};

/// A message and its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct MessageTold<'a> {
    pub(super) told: Told<'a, MessageFacts>,
    pub(super) at: Instant,
    /// Why it has that time, where none was told.
    inferred: Option<Inference>,
}

impl<'a> MessageTold<'a> {
    fn new(told: Told<'a, MessageFacts>, stands_in: Instant, why: Inference) -> Self {
        let at = told.fact.words.at.as_ref().map(|at| at.value);
        Self { told, at: at.unwrap_or(stands_in), inferred: at.is_none().then_some(why) }
    }

    fn id(&self) -> Option<&'a str> {
        self.told.fact.words.id.as_ref().map(|id| id.value.as_str())
    }

    /// What two tellings of one message have in common. One may have the words as they were typed, the other with the
    /// escapes of its markup.
    fn words(&self) -> (Role, Option<Cow<'a, str>>, Option<&'a str>) {
        let MessageFacts { role, words, markup, .. } = self.told.fact;
        let text = words.text.as_ref().map(|text| richtext::seen(&text.value, *markup));
        (*role, text, words.event.as_ref().map(|event| event.value.as_str()))
    }

    pub(super) fn is_inferred(&self) -> bool {
        self.inferred.is_some()
    }

    pub(super) fn plain(&self) -> Message {
        self.told.fact.plain(self.at)
    }

    /// Tells where each value came from; `path` ends with a dot.
    pub(super) fn walk(&self, path: &str, walk: &mut Walk<'_>) {
        let Told { fact, delivery } = self.told;
        fact.walk(path, delivery, walk);
        if let Some(why) = self.inferred {
            walk(&format!("{path}at"), Provenance::Inferred { why, delivery: Some(delivery) });
        }
    }
}

/// Every message once for each time it was said, in the order of time.
pub(super) fn join<'a>(told: &[Telling<'a>], started_at: Option<Instant>) -> Vec<MessageTold<'a>> {
    // `told` runs from the oldest to the newest, and of equal maxima the last is taken: the newest of the fullest.
    let whole = told
        .iter()
        .filter(|telling| telling.part.extent == Extent::Whole)
        .max_by_key(|telling| telling.part.messages.len());
    let mut messages = whole.map_or_else(Vec::new, |whole| timed(whole, started_at));
    let mut ids: HashSet<&str> = messages.iter().filter_map(MessageTold::id).collect();
    // What the whole transcript holds can account for one fragment each.
    let mut unclaimed: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        unclaimed.entry(message.words()).or_default().push(index);
    }
    let mut newest_untimed: Option<MessageTold<'a>> = None;
    for telling in told.iter().filter(|telling| telling.part.extent == Extent::Fragment) {
        for fact in &telling.part.messages {
            let told = Told { fact, delivery: telling.delivery };
            let message = MessageTold::new(told, telling.received_at, Inference::Receipt);
            if message.id().is_some_and(|id| ids.contains(id)) {
                continue;
            }
            let alike = unclaimed.get_mut(&message.words());
            let place = alike
                .as_ref()
                .and_then(|alike| alike.iter().position(|index| same(&messages[*index], &message)));
            if let Some((alike, place)) = alike.zip(place) {
                alike.remove(place);
                continue;
            }
            if message.is_inferred() && message.id().is_none() {
                // Chatvisor repeats the last message with every change of status, and gives messages neither id nor time.
                if newest_untimed.is_some_and(|newest| same(&newest, &message)) {
                    continue;
                }
                newest_untimed = Some(message);
            }
            ids.extend(message.id());
            messages.push(message);
        }
    }
    messages.sort_by_key(|message| message.at);
    messages
}

/// The messages of one whole transcript. A line without a time of its own stands at the time of the line before it,
/// or of the first line that has one: its place in the transcript says more than the time of receipt.
fn timed<'a>(whole: &Telling<'a>, started_at: Option<Instant>) -> Vec<MessageTold<'a>> {
    let facts = &whole.part.messages;
    let first = facts.iter().find_map(|message| message.words.at.as_ref()).map(|at| at.value);
    let beside = first.or(started_at);
    let why = if beside.is_some() { Inference::LineBeside } else { Inference::Receipt };
    let mut now = beside.unwrap_or(whole.received_at);
    facts
        .iter()
        .map(|fact| {
            let message = MessageTold::new(Told { fact, delivery: whole.delivery }, now, why);
            now = message.at;
            message
        })
        .collect()
}

/// True when two messages without a common id are the same one, told twice. Times are compared only where both were told.
fn same(known: &MessageTold<'_>, told: &MessageTold<'_>) -> bool {
    let both_named = known.id().is_some() && told.id().is_some();
    let times = known.is_inferred() || told.is_inferred() || known.at == told.at;
    let name = |message: &MessageTold<'_>| {
        let author = &message.told.fact.author;
        author.name.as_ref().or(author.id.as_ref()).map(|name| name.value.clone())
    };
    let authors = match (name(known), name(told)) {
        (Some(known), Some(told)) => known == told,
        _ => true,
    };
    !both_named && times && authors && known.words() == told.words()
}
