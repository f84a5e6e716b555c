//! One attempt: the request a delivery stands for, sent to a target, and what follows from its answer.

use std::time::Duration;

use afterchat_archive::{Archive, Attempt, Lease, Settled};
use afterchat_relay::forward::{Outcome, Verdict, judge};
use afterchat_relay::request::{of_delivery, of_delivery_with_credentials};
use afterchat_relay::written::recognisable;
use afterchat_relay::{Answered, Request, SendError};
use afterchat_transcript::{Delivery, Header, Instant};
use tokio::time::Instant as Moment;
use url::Url;

use super::{ForwardTold, Forwarder, random};
use crate::{Failure, blocking, now};

/// Tells the target which delivery it is, so that a repetition can be told from a new one.
const NUMBER: &str = "X-Afterchat-Delivery";
/// A delivery that has come through so many Afterchats goes in a circle.
const HOPS: usize = 4;
/// How much of an answer is remembered.
const REMEMBERED: usize = 1024;

/// Why nothing can be sent, beside what sending itself says.
const LOOP: (&str, &str) = (
    "forward_loop",
    "This delivery has been forwarded from one Afterchat to the next several times: their targets lead in a circle. It was not sent.",
);
const HERE: (&str, &str) =
    ("target_is_here", "The target is a hook address of this very Afterchat. It was not sent.");
const NO_ADDRESS: (&str, &str) = ("target_not_http", "The target is no web address. It was not sent.");

/// How an attempt went, and what follows.
pub(super) struct Went {
    pub(super) answered: Option<Answered>,
    pub(super) verdict: Verdict,
}

impl Forwarder {
    /// Sends a delivery that was due.
    pub(super) async fn forward(&self, lease: &Lease) {
        let (archive, id) = (self.0.archive.clone(), lease.delivery);
        match blocking(move || Ok(archive.delivery(id)?.delivery)).await {
            Ok(delivery) => drop(self.attempt(lease, &delivery).await),
            // It may have been erased since, and what waits for it with it.
            Err(failure) => tracing::info!(%failure, delivery = id.0, "A delivery could not be forwarded."),
        }
    }

    /// Sends a delivery and notes what came of it.
    pub(super) async fn attempt(&self, lease: &Lease, delivery: &Delivery) -> Went {
        let (at, begun) = (self.now(), Moment::now());
        let deadline = Duration::from_secs(u64::from(lease.target.settings.deadline));
        let sent = match self.request(lease, delivery) {
            Ok(request) => afterchat_relay::send(&request, deadline).await.map_err(Trouble::from),
            Err((code, words)) => Err(Trouble { code, words: words.to_owned(), passes: false }),
        };
        let took = begun.elapsed();
        let outcome = match &sent {
            Ok(answered) => Outcome::Answered {
                status: answered.status,
                retry_after: header(&answered.headers, "retry-after"),
            },
            Err(trouble) if trouble.passes => Outcome::NoAnswer,
            Err(_) => Outcome::Impossible,
        };
        let now = self.now();
        let verdict = judge(outcome, lease.tries + 1, jitter(), now);
        let settled = match verdict {
            Verdict::Good => Settled::Done,
            Verdict::Again(pause) => Settled::Again(after(now, pause)),
            Verdict::Final | Verdict::Enough => Settled::Dead,
        };
        let (answered, trouble) = match sent {
            Ok(answered) => (Some(answered), None),
            Err(trouble) => (None, Some(trouble)),
        };
        let body = answered.as_ref().map(|answered| answered.body.as_slice()).unwrap_or_default();
        let attempt = Attempt {
            at,
            took,
            status: answered.as_ref().map(|answered| answered.status),
            code: trouble.as_ref().map(|trouble| trouble.code.to_owned()),
            words: trouble.map(|trouble| trouble.words),
            answer: body[..body.len().min(REMEMBERED)].to_vec(),
        };
        self.settle(lease, &delivery.source, attempt, settled).await;
        Went { answered, verdict }
    }

    fn request(&self, lease: &Lease, delivery: &Delivery) -> Result<Request, (&'static str, &'static str)> {
        let settings = &lease.target.settings;
        let url = Url::parse(&settings.url).map_err(|_| NO_ADDRESS)?;
        if leads_here(&self.0.archive, &url) {
            return Err(HERE);
        }
        let came_through =
            delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(NUMBER)).count();
        if came_through >= HOPS {
            return Err(LOOP);
        }
        let of = if settings.credentials { of_delivery_with_credentials } else { of_delivery };
        let mut request = of(delivery, url);
        if settings.numbered {
            let value = lease.delivery.to_string().into_bytes();
            request.headers.push(Header { name: NUMBER.to_owned(), value });
        }
        Ok(request)
    }

    async fn settle(&self, lease: &Lease, source: &str, attempt: Attempt, settled: Settled) {
        let (outcome, next_at) = match settled {
            Settled::Done => ("done", None),
            Settled::Again(at) => ("again", Some(at)),
            Settled::Dead => ("dead", None),
        };
        let told = ForwardTold {
            delivery: lease.delivery.to_string(),
            source: source.to_owned(),
            target: recognisable(&lease.target.settings.name),
            url: recognisable(&lease.target.settings.url),
            status: attempt.status,
            code: attempt.code.clone(),
            words: attempt.words.clone(),
            took_ms: u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
            attempt: lease.tries + 1,
            outcome,
            next_at,
        };
        let (archive, lease) = (self.0.archive.clone(), lease.clone());
        let noted =
            blocking(move || Ok::<_, Failure>(archive.settle_forward(&lease, attempt, settled)?)).await;
        match noted {
            // Nobody needs to listen.
            Ok(true) => drop(self.0.told.send(told)),
            Ok(false) => {}
            Err(failure) => {
                tracing::error!(%failure, "An attempt to forward could not be noted; the delivery is sent once more.");
            }
        }
    }
}

/// Why there was no answer.
struct Trouble {
    code: &'static str,
    words: String,
    /// False when it would be the same however often it is tried.
    passes: bool,
}

impl From<SendError> for Trouble {
    fn from(error: SendError) -> Self {
        let passes = !matches!(
            error,
            SendError::NotHttp | SendError::Credentials | SendError::Forbidden(_) | SendError::Bad(_)
        );
        Self { code: error.code(), words: error.to_string(), passes }
    }
}

/// The time this long after another.
fn after(now: Instant, pause: Duration) -> Instant {
    let millis = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
    Instant::from_millis(now.millis().saturating_add(millis)).unwrap_or(now)
}

/// From 0 to 1.
fn jitter() -> f64 {
    // Sixteen bits are fine enough to spread a pause.
    f64::from(u16::try_from(random() & 0xFFFF).unwrap_or(0)) / f64::from(u16::MAX)
}

fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(&found.value).ok()
}

/// True when this is a hook address of this archive, whatever name or tunnel leads to it: the token alone tells.
pub(crate) fn leads_here(archive: &Archive, url: &Url) -> bool {
    let (parts, now): (Vec<String>, _) =
        (url.path_segments().into_iter().flatten().map(decoded).collect(), now());
    parts.windows(3).any(|part| part[0] == "h" && archive.hook(&part[1], &part[2], now).is_some())
}

/// A part of a path with its escapes undone. A plus sign stays one: neither names nor tokens have it.
fn decoded(part: &str) -> String {
    let pair = format!("_={}", part.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, text)| text.into_owned()).unwrap_or_default()
}
