//! One request sent many times at a rate, as long work. Each copy is signed at its own moment; a copy may tell of a
//! conversation of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use afterchat_relay::Request;
use afterchat_transcript::payload::Payload;
use afterchat_transcript::{Delivery, DeliveryKind, reading};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::calls::types::{RepeatedSend, WorkKind};
use crate::outgoing::DEADLINE;
use crate::work::{Ending, Work};
use crate::{Api, Failure, now};

/// The most copies.
const MOST: u32 = 10_000;
/// How many copies a second, at least and at most.
const RATES: std::ops::RangeInclusive<f64> = 0.1..=200.0;
/// Copies that wait for their answer at once; a slow server then slows the sending down.
const AT_ONCE: usize = 64;

/// What became of the copies.
#[derive(Debug, Default)]
struct Counts {
    taken: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
}

/// Begins to send, and tells the name of that work. Needs a tokio runtime.
pub(crate) fn begin(api: &Api, ask: &RepeatedSend) -> Result<String, Failure> {
    if !(1..=MOST).contains(&ask.times) || !RATES.contains(&ask.per_second) {
        let words = "A request is sent 1 to 10,000 times, 0.1 to 200 times a second.";
        return Err(Failure::new("bad_question", words));
    }
    // What cannot be sent once is said at once.
    let first = api.outgoing(&ask.request)?;
    let provider = match &ask.request.source {
        Some(source) => api.source(source)?.provider,
        None => None,
    };
    if ask.fresh {
        fresh(&first.body, provider.as_deref(), 1).ok_or_else(not_fresh)?;
    }
    let title = first.url.host_str().unwrap_or_default().to_owned();
    let title = ask.request.source.clone().unwrap_or(title);
    let work = api.works.open(WorkKind::Send, &title);
    let (id, api, ask) = (work.id(), api.clone(), ask.clone());
    work.run(move |work| Handle::current().block_on(all(&api, &ask, provider.as_deref(), work)));
    Ok(id)
}

async fn all(api: &Api, ask: &RepeatedSend, provider: Option<&str>, work: &Work) -> Result<Ending, Failure> {
    let counts = Arc::new(Counts::default());
    let mut ticks = interval(Duration::from_secs_f64(1.0 / ask.per_second));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sending = JoinSet::new();
    let mut left = 1..=ask.times;
    let ended = loop {
        if left.is_empty() {
            break Ok(Ending::Done);
        }
        tokio::select! {
            _ = ticks.tick(), if sending.len() < AT_ONCE => {
                let Some(number) = left.next() else { continue };
                match copy(api, ask, provider, number) {
                    Ok(request) => {
                        let counts = Arc::clone(&counts);
                        sending.spawn(async move { counts.send(&request).await });
                    }
                    // The address or the secret may have been removed meanwhile.
                    Err(failure) => break Err(failure),
                }
            }
            Some(_) = sending.join_next() => counts.tell(work, ask.times),
            () = work.cancelled() => break Ok(Ending::Cancelled),
        }
    };
    // What left is waited for, so that the numbers are whole; cancelling again does not forget it.
    while sending.join_next().await.is_some() {
        counts.tell(work, ask.times);
    }
    counts.tell(work, ask.times);
    ended
}

fn copy(api: &Api, ask: &RepeatedSend, provider: Option<&str>, number: u32) -> Result<Request, Failure> {
    if !ask.fresh {
        return api.outgoing(&ask.request);
    }
    let body = fresh(&api.body(&ask.request)?, provider, number).ok_or_else(not_fresh)?;
    let mut request = ask.request.clone();
    // Only text has an id that can be changed.
    request.body = Some(String::from_utf8(body).map_err(|_| not_fresh())?);
    api.outgoing(&request)
}

fn not_fresh() -> Failure {
    Failure::new(
        "no_fresh_conversation",
        "This payload names no conversation whose id could be changed. Nothing was sent.",
    )
}

impl Counts {
    async fn send(&self, request: &Request) {
        let count = match afterchat_relay::send(request, DEADLINE).await {
            Ok(answered) if (200..300).contains(&answered.status) => &self.taken,
            Ok(_) => &self.refused,
            Err(_) => &self.unanswered,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn tell(&self, work: &Work, all: u32) {
        let [taken, refused, unanswered] =
            [&self.taken, &self.refused, &self.unanswered].map(|count| count.load(Ordering::Relaxed));
        work.at(taken + refused + unanswered, Some(u64::from(all)), None);
        work.counted(&[("taken", taken), ("refused", refused), ("unanswered", unanswered)]);
    }
}

/// The payload with another conversation id: its own with a number behind it. `None` where the payload names no single
/// conversation by a JSON value of its own, or where the reader would not see another conversation in the result.
fn fresh(body: &[u8], provider: Option<&str>, number: u32) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let named = name_of(body, provider)?;
    let payload = Payload::decode(body);
    let span = payload.locate(text, &named.1)?.span;
    let written = text.get(span.clone())?;
    let changed = match written.strip_suffix('"') {
        Some(open) if written.len() > 1 && written.starts_with('"') => format!("{open}-{number}\""),
        // Digits stay digits.
        _ if written.bytes().all(|byte| byte.is_ascii_digit()) => format!("{written}{number:05}"),
        _ => return None,
    };
    let made = [&text[..span.start], &changed, &text[span.end..]].concat().into_bytes();
    (name_of(&made, provider)?.0 != named.0).then_some(made)
}

/// What a payload calls its one conversation, and where.
fn name_of(body: &[u8], provider: Option<&str>) -> Option<(String, String)> {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: String::new(),
        provider: provider.map(str::to_owned),
        method: "POST".to_owned(),
        path: String::new(),
        query: None,
        headers: Vec::new(),
        body: body.to_owned(),
        received_at: now(),
    };
    let mut parts = reading::read(&delivery).parts.into_iter();
    let (part, None) = (parts.next()?, parts.next()) else { return None };
    let id = part.external_id?;
    Some((id.value, id.origin.pointer))
}

#[cfg(test)]
mod tests {
    use super::{fresh, name_of};

    #[test]
    fn every_sample_that_names_its_conversation_gets_another_one() {
        let mut without = Vec::new();
        for sample in afterchat_relay::samples() {
            let Some(first) = fresh(sample.body, Some(sample.provider), 1) else {
                without.push(sample.id);
                continue;
            };
            let second = fresh(sample.body, Some(sample.provider), 2).expect("as the first");
            let name = |body: &[u8]| name_of(body, Some(sample.provider)).expect("a name").0;
            let names = [name(sample.body), name(&first), name(&second)];
            assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2], "{names:?}");
        }
        assert_eq!(without, ["chatlio_offline_message"], "the only one that names no conversation");
    }

    #[test]
    fn what_names_no_conversation_is_left_alone() {
        for body in ["", "{}", "no payload", "{\"chatId\": null}", "\u{0}"] {
            assert_eq!(fresh(body.as_bytes(), None, 1), None, "{body}");
        }
    }
}
