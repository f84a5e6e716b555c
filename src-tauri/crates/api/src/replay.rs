//! Deliveries sent again in bulk, in their order and at a pace, as long work.

use std::time::Duration;

use afterchat_archive::{ArchiveError, DeliveryId, Source};
use afterchat_relay::replay::{Pace, length, play};
use afterchat_relay::{Request, request, send, written};
use afterchat_transcript::reading::{self, Verdict};
use afterchat_transcript::{Delivery, Instant};
use tokio::runtime::Handle;
use url::Url;

use crate::calls::types::{RecordOutcome, ReplayPace, ReplayPlan, ReplayQuestion, ReplayTo, WorkKind};
use crate::choice::Chosen;
use crate::handover::address;
use crate::work::{Ending, Work};
use crate::{Api, Failure, now};

/// How long a server may take for its whole answer.
const DEADLINE: Duration = Duration::from_secs(30);
/// How fast, at least and at most, in deliveries a second.
const RATES: std::ops::RangeInclusive<f64> = 0.001..=1000.0;
/// How many times as fast as they came, at least and at most.
const TIMES: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;

/// What became of one delivery that was sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The source it reached at first; empty when it was erased meanwhile.
    pub source: String,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// How or why, in words.
    pub reason: String,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// How long sending and answering took, where something was sent.
    pub took: Option<Duration>,
}

impl Resent {
    /// True when it was answered with success, or understood where nothing is sent.
    #[must_use]
    pub fn went_well(&self) -> bool {
        !matches!(
            self.outcome,
            RecordOutcome::Refused
                | RecordOutcome::Unanswered
                | RecordOutcome::Failed
                | RecordOutcome::Unreadable
        )
    }
}

/// A replay that was checked: where each goes, and with what it is signed.
struct Replay {
    api: Api,
    to: To,
    sign: Option<String>,
    stop_on_failure: bool,
    sources: Vec<Source>,
    base: String,
}

enum To {
    Own,
    Source(Box<Source>),
    Url(Url),
    Reader,
}

impl Api {
    /// What this replay would be: how many, and how long it takes at least.
    pub(crate) fn replay_plan(&self, ask: &ReplayQuestion) -> Result<ReplayPlan, Failure> {
        let pace = pace(ask.pace)?;
        let chosen = self.chosen(&ask.which, &mut |_| true)?;
        let came: Vec<Instant> = chosen.iter().filter_map(|one| one.received_at).collect();
        let mut sources: Vec<String> = chosen.into_iter().filter_map(|one| one.source).collect();
        sources.sort();
        sources.dedup();
        Ok(ReplayPlan {
            count: came.len(),
            first: came.first().copied(),
            last: came.last().copied(),
            seconds: length(pace, came).as_secs_f64(),
            sources,
        })
    }

    /// Begins to send deliveries again, and tells the name of that work. Needs a tokio runtime.
    pub(crate) fn begin_replay(&self, ask: &ReplayQuestion) -> Result<String, Failure> {
        // What is wrong with the question is said at once, not by work that fails.
        let (pace, replay) = (pace(ask.pace)?, self.replay(ask)?);
        let work = self.works.open(WorkKind::Replay, &replay.title());
        let (id, api, which) = (work.id(), self.clone(), ask.which.clone());
        work.run(move |work| {
            let chosen = api.chosen(&which, &mut |_| !work.is_cancelled())?;
            if work.is_cancelled() {
                return Ok(Ending::Cancelled);
            }
            if chosen.is_empty() {
                return Err(Failure::new("nothing_chosen", "No delivery fits. Nothing was sent."));
            }
            Handle::current().block_on(replay.run_as(work, pace, chosen))
        });
        Ok(id)
    }

    /// Sends deliveries again for a host that shows the progress and hears of the wish to stop by itself; tells whether it
    /// came to the end.
    ///
    /// # Errors
    /// When the question cannot be carried out at all. What became of each delivery is told one by one.
    pub async fn replay_now(
        &self,
        ask: &ReplayQuestion,
        stopped: impl Future<Output = ()>,
        tell: &mut dyn FnMut(usize, &Resent),
    ) -> Result<bool, Failure> {
        let (pace, replay) = (pace(ask.pace)?, self.replay(ask)?);
        let (api, which) = (self.clone(), ask.which.clone());
        let chosen = crate::blocking(move || api.chosen(&which, &mut |_| true)).await?;
        if chosen.is_empty() {
            return Err(Failure::new("nothing_chosen", "No delivery fits. Nothing was sent."));
        }
        let all = chosen.len();
        let mut broken = None;
        let mut stopped = std::pin::pin!(stopped);
        let ended = play(pace, in_order(chosen), &mut stopped, async |id| match replay.one(id).await {
            Ok(resent) => {
                tell(all, &resent);
                resent.went_well() || !replay.stop_on_failure
            }
            Err(failure) => {
                broken = Some(failure);
                false
            }
        })
        .await;
        broken.map_or(Ok(ended), Err)
    }

    fn replay(&self, ask: &ReplayQuestion) -> Result<Replay, Failure> {
        let mut sources = self.archive.sources()?;
        let to = match &ask.to {
            ReplayTo::Own => To::Own,
            ReplayTo::Reader => To::Reader,
            ReplayTo::Url { url } => To::Url(address(url)?),
            ReplayTo::Source { name } => {
                let at = sources.iter().position(|source| source.name == *name);
                let at =
                    at.ok_or_else(|| Failure::new("not_found", &format!("There is no address “{name}”.")))?;
                let source = sources[at].clone();
                sources.rotate_left(at);
                To::Source(Box::new(source))
            }
        };
        let base = self.door.base(&self.archive)?;
        let stop_on_failure = ask.stop_on_failure.unwrap_or(false);
        Ok(Replay { api: self.clone(), to, sign: ask.sign.clone(), stop_on_failure, sources, base })
    }
}

impl Replay {
    fn title(&self) -> String {
        match &self.to {
            To::Own => "their own addresses".to_owned(),
            To::Source(source) => source.name.clone(),
            To::Url(url) => url.host_str().unwrap_or_default().to_owned(),
            To::Reader => "the reader".to_owned(),
        }
    }

    async fn run_as(&self, work: &Work, pace: Pace, chosen: Vec<Chosen>) -> Result<Ending, Failure> {
        let all = chosen.len() as u64;
        let mut done = 0;
        let mut broken = None;
        let mut failed_at = None;
        work.at(0, Some(all), None);
        let ended = play(pace, in_order(chosen), work.cancelled(), async |id| {
            let resent = tokio::select! {
                resent = self.one(id) => resent,
                () = work.cancelled() => Ok(cut_off(id)),
            };
            let resent = match resent {
                Ok(resent) => resent,
                Err(failure) => {
                    broken = Some(failure);
                    return false;
                }
            };
            done += 1;
            work.report(|report| {
                report.push(&place(&resent), 0, resent.outcome, Some(&resent.reason), Some(resent.delivery));
            });
            work.at(done, Some(all), Some(&resent.source));
            if !resent.went_well() && self.stop_on_failure {
                failed_at = Some(resent);
                return false;
            }
            true
        })
        .await;
        match (ended, broken, failed_at) {
            (_, Some(failure), _) => Err(failure),
            (true, ..) => Ok(Ending::Done),
            (false, None, Some(resent)) if !work.is_cancelled() => {
                let words = format!(
                    "It stopped at delivery {}: {} The others were not sent.",
                    resent.delivery, resent.reason
                );
                Err(Failure::new("replay_stopped", &words))
            }
            (false, None, _) => Ok(Ending::Cancelled),
        }
    }

    /// Sends one delivery again. Fails only when the archive does: what a server says is an outcome.
    async fn one(&self, id: DeliveryId) -> Result<Resent, Failure> {
        let archive = self.api.archive.clone();
        let loaded = crate::blocking(move || match archive.delivery(id) {
            Ok(known) => Ok(Some(known.delivery)),
            Err(ArchiveError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        });
        let Some(delivery) = loaded.await? else {
            let reason = "It was erased meanwhile.".to_owned();
            return Ok(Resent {
                delivery: id,
                source: String::new(),
                outcome: RecordOutcome::Failed,
                reason,
                status: None,
                took: None,
            });
        };
        let source = delivery.source.clone();
        let resent = |outcome, reason: String, status, took| Resent {
            delivery: id,
            source,
            outcome,
            reason,
            status,
            took,
        };
        if matches!(self.to, To::Reader) {
            let (outcome, reason) = read_again(&delivery);
            return Ok(resent(outcome, reason, None, None));
        }
        let request = match self.request(&delivery) {
            Ok(request) => request,
            Err(reason) => return Ok(resent(RecordOutcome::Failed, reason, None, None)),
        };
        let begun = tokio::time::Instant::now();
        let answered = send(&request, DEADLINE).await;
        let took = Some(begun.elapsed());
        Ok(match answered {
            Ok(answered) => {
                let outcome = if (200..300).contains(&answered.status) {
                    RecordOutcome::Taken
                } else {
                    RecordOutcome::Refused
                };
                let reason = format!("{} in {} ms", answered.status, answered.took.whole.as_millis());
                resent(outcome, reason, Some(answered.status), took)
            }
            Err(error) => resent(RecordOutcome::Unanswered, error.to_string(), None, took),
        })
    }

    /// The request, or why there is none, in words.
    fn request(&self, delivery: &Delivery) -> Result<Request, String> {
        let own = self.sources.iter().find(|source| source.name == delivery.source);
        let source = match &self.to {
            To::Source(source) => Some(&**source),
            To::Own | To::Url(_) | To::Reader => own,
        };
        let url = match &self.to {
            To::Url(url) => url.clone(),
            _ => {
                let source = source.ok_or("It reached no address that is there now. Choose one for it.")?;
                let url = format!("{}{}", self.base, source.path()).parse();
                url.map_err(|_| "A hook address is no address.".to_owned())?
            }
        };
        let mut request = request::of_delivery(delivery, written::with_query(delivery, url));
        if let Some(label) = &self.sign {
            let none = || format!("Its address has no secret “{label}” to sign it with.");
            let source = source.ok_or_else(none)?;
            let scheme = source.scheme().ok_or_else(none)?;
            let known = source.secrets.iter().find(|known| known.label == *label).ok_or_else(none)?;
            request.headers = scheme.sign_again(&known.secret, &request.headers, &request.body, now());
        }
        Ok(request)
    }
}

fn place(resent: &Resent) -> String {
    format!("{} {}", resent.delivery, resent.source)
}

fn cut_off(id: DeliveryId) -> Resent {
    let reason = "It was cancelled before an answer came.".to_owned();
    Resent {
        delivery: id,
        source: String::new(),
        outcome: RecordOutcome::Unanswered,
        reason,
        status: None,
        took: None,
    }
}

fn in_order(chosen: Vec<Chosen>) -> impl Iterator<Item = (Instant, DeliveryId)> {
    // What was erased meanwhile has no time; it is told of when its turn comes.
    let first = chosen.iter().find_map(|one| one.received_at).unwrap_or_else(now);
    chosen.into_iter().map(move |one| (one.received_at.unwrap_or(first), one.id))
}

/// What today's readers make of a delivery.
fn read_again(delivery: &Delivery) -> (RecordOutcome, String) {
    let read = reading::read(delivery);
    match read.verdict {
        Verdict::Conversation => {
            let event = read.event.map(|event| format!(" ({event})")).unwrap_or_default();
            (RecordOutcome::Understood, format!("{}{event}", read.provider.unwrap_or_default()))
        }
        Verdict::NoConversation(reason) => (RecordOutcome::NoConversation, reason),
        Verdict::Unreadable(reason) => (RecordOutcome::Unreadable, reason),
    }
}

fn pace(pace: ReplayPace) -> Result<Pace, Failure> {
    let bad = |words: &str| Failure::new("bad_question", words);
    match pace {
        ReplayPace::Kept => Ok(Pace::Kept),
        ReplayPace::AtOnce => Ok(Pace::AtOnce),
        ReplayPace::Faster { times } if TIMES.contains(&times) => Ok(Pace::Faster(times)),
        ReplayPace::Faster { .. } => Err(bad("The pace is 0.001 to 1,000,000 times that of the arrival.")),
        ReplayPace::Rate { per_second } if RATES.contains(&per_second) => Ok(Pace::Rate(per_second)),
        ReplayPace::Rate { .. } => Err(bad("The rate is 0.001 to 1000 deliveries a second.")),
    }
}
