//! One run: asks, waits, tries again, hands on what came, and remembers how far it got.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use afterchat_transcript::Instant;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::endpoint::Endpoint;
use super::wait::{pause, retry_after};
use super::{Access, Clock, HistoryError, Service, chatvisor, comm100, smartsupp, snapengage};

/// The largest answer that is read.
pub(super) const LARGEST_ANSWER: usize = 32 << 20;
/// How often one request is tried before the run ends.
const TRIES: u32 = 5;
/// The longest that a run waits because a service asks for it.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// How long is waited when a service has had enough and does not say for how long.
const USUAL_WAIT: Duration = Duration::from_mins(1);

/// One object of a service, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The method of the request that brought it.
    pub method: &'static str,
    /// The server that answered.
    pub host: String,
    /// The path that was asked for.
    pub path: String,
    /// The query, if any. It holds no credential.
    pub query: Option<String>,
    /// The object's bytes; of a conversation that takes several answers, each answer's under a name of its own.
    pub body: Vec<u8>,
}

/// What became of objects that were handed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// In the journal now.
    pub new: u64,
    /// In the journal before.
    pub known: u64,
}

/// Takes what is fetched. Blocking; called between requests.
pub trait Keeper {
    /// Keeps objects durably. What is kept already is not kept twice.
    ///
    /// # Errors
    /// When they could not be kept, in words.
    fn keep(&mut self, fetched: Vec<Fetched>) -> Result<Kept, String>;

    /// Remembers how far the run got. Everything before is kept.
    ///
    /// # Errors
    /// When it could not be remembered, in words.
    fn reached(&mut self, place: &Place) -> Result<(), String>;

    /// Hears how it goes.
    fn progress(&mut self, progress: &Progress);
}

/// Which time is wanted and how far a run got in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The earliest start of a chat that is wanted; `None` from the beginning.
    pub since: Option<Instant>,
    /// The latest one. It stays the same over all runs that go on from each other, so that pages do not shift.
    pub until: Instant,
    /// Where the service is asked next, in words of that service; `None` at the beginning.
    pub cursor: Option<String>,
    /// True when all of it was fetched.
    pub done: bool,
    /// What was fetched so far, over all runs.
    pub fetched: u64,
}

impl Place {
    /// The beginning of a range of time.
    #[must_use]
    pub fn start(since: Option<Instant>, until: Instant) -> Self {
        Self { since, until, cursor: None, done: false, fetched: 0 }
    }
}

/// How a run goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Objects fetched, over all runs that go on from each other.
    pub fetched: u64,
    /// Of those of this run: in the journal now.
    pub new: u64,
    /// Of those of this run: in the journal before.
    pub known: u64,
    /// How many there are, where the service says.
    pub total: Option<u64>,
    /// While it waits: until when.
    pub waiting_until: Option<Instant>,
    /// Days of which the service told only the first hundred chats.
    pub cut_days: u64,
}

/// Fetches everything from `place` to its end.
///
/// # Errors
/// When it ended before. What was fetched is kept, and `keeper` knows how far it got.
pub async fn back_fill<C: Clock>(
    service: Service,
    access: &Access,
    place: Place,
    clock: &C,
    cancel: &CancellationToken,
    keeper: &mut dyn Keeper,
) -> Result<Progress, HistoryError> {
    let (base, own) = access.base(service)?;
    let credentials = credentials(service, access)?;
    let endpoint = Endpoint::open(&base, own).await?;
    let mut run = Run::new(service, access, endpoint, credentials, clock, cancel, keeper);
    run.progress.fetched = place.fetched;
    run.all(place).await?;
    Ok(run.progress)
}

/// A method, an address and what goes along.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<String>,
}

impl Ask {
    pub(super) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, body: None }
    }

    pub(super) fn post(url: Url, body: String) -> Self {
        Self { method: Method::POST, url, body: Some(body) }
    }
}

pub(super) struct Run<'a, C> {
    service: Service,
    pub(super) access: &'a Access,
    pub(super) endpoint: Endpoint,
    credentials: HeaderMap,
    clock: &'a C,
    cancel: &'a CancellationToken,
    keeper: &'a mut dyn Keeper,
    pub(super) progress: Progress,
    asked_at: Option<Instant>,
}

/// What one page came to.
pub(super) struct Page {
    /// Where the next one begins; `None` after the last one.
    pub(super) next: Option<String>,
    /// The names of what it held, to notice a service that repeats itself.
    pub(super) ids: Vec<String>,
}

impl<'a, C: Clock> Run<'a, C> {
    pub(super) fn new(
        service: Service,
        access: &'a Access,
        endpoint: Endpoint,
        credentials: HeaderMap,
        clock: &'a C,
        cancel: &'a CancellationToken,
        keeper: &'a mut dyn Keeper,
    ) -> Self {
        let progress = Progress::default();
        Self { service, access, endpoint, credentials, clock, cancel, keeper, progress, asked_at: None }
    }

    async fn all(&mut self, mut place: Place) -> Result<(), HistoryError> {
        let mut asked: HashSet<String> = place.cursor.iter().cloned().collect();
        let mut before = None;
        self.keeper.progress(&self.progress);
        loop {
            let page = match self.service {
                Service::Smartsupp => smartsupp::page(self, &place).await?,
                Service::Comm100 => comm100::page(self, &place).await?,
                Service::SnapEngage => snapengage::page(self, &place).await?,
                Service::Chatvisor => chatvisor::page(self, &place).await?,
            };
            let held = (!page.ids.is_empty()).then(|| digest(&page.ids));
            if held.is_some() && held == before {
                return Err(HistoryError::Repeats);
            }
            before = held;
            place.fetched = self.progress.fetched;
            place.done = page.next.is_none();
            place.cursor = page.next;
            self.keeper.reached(&place).map_err(HistoryError::NotKept)?;
            match &place.cursor {
                None => return Ok(()),
                Some(cursor) if !asked.insert(cursor.clone()) => return Err(HistoryError::Repeats),
                Some(_) => {}
            }
        }
    }

    /// Hands objects on and tells of it.
    pub(super) fn keep(&mut self, fetched: Vec<Fetched>) -> Result<(), HistoryError> {
        let count = fetched.len() as u64;
        let kept = self.keeper.keep(fetched).map_err(HistoryError::NotKept)?;
        self.progress.fetched += count;
        self.progress.new += kept.new;
        self.progress.known += kept.known;
        self.keeper.progress(&self.progress);
        Ok(())
    }

    /// An object that came from this address.
    pub(super) fn fetched(&self, method: &'static str, url: &Url, body: Vec<u8>) -> Fetched {
        Fetched {
            method,
            host: self.endpoint.authority().to_owned(),
            path: url.path().to_owned(),
            query: self.plain_query(url),
            body,
        }
    }

    /// The query without what could be a credential: a service may put one into its own links.
    fn plain_query(&self, url: &Url) -> Option<String> {
        let secret = self.access.token.expose();
        let pairs = url.query_pairs().filter(|(name, value)| {
            let name = name.to_ascii_lowercase();
            !["token", "key", "secret", "auth"].iter().any(|word| name.contains(word))
                && !value.contains(secret)
        });
        let plain = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Some(plain).filter(|plain| !plain.is_empty())
    }

    /// Asks until an answer is there. Waits as the service wishes, and tries again when it fails.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Result<Vec<u8>, HistoryError> {
        let mut tries = 0;
        loop {
            self.space().await?;
            let trouble = match self.once(ask).await? {
                Answer::Body(body) => return Ok(body),
                Answer::Trouble(trouble) => trouble,
            };
            tries += 1;
            if tries >= TRIES {
                return Err(HistoryError::NoAnswer { tries, reason: trouble.reason });
            }
            let wait = trouble.wait.unwrap_or_else(|| pause(tries - 1, self.clock.jitter()));
            if wait > LONGEST_WAIT {
                return Err(HistoryError::Busy { until: after(self.clock.now(), wait) });
            }
            self.wait(wait).await?;
        }
    }

    /// The same, for what may be gone: `None` when it is.
    pub(super) async fn ask_for_one(&mut self, ask: &Ask) -> Result<Option<Vec<u8>>, HistoryError> {
        match self.ask(ask).await {
            Ok(body) => Ok(Some(body)),
            Err(HistoryError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks once: for what changes something at the service, or what somebody waits for.
    pub(super) async fn ask_now(&mut self, ask: &Ask) -> Result<Vec<u8>, HistoryError> {
        match self.once(ask).await? {
            Answer::Body(body) => Ok(body),
            Answer::Trouble(trouble) => Err(HistoryError::NoAnswer { tries: 1, reason: trouble.reason }),
        }
    }

    async fn once(&mut self, ask: &Ask) -> Result<Answer, HistoryError> {
        let mut request = self
            .endpoint
            .client()
            .request(ask.method.clone(), ask.url.clone())
            .headers(self.credentials.clone())
            .header("accept", "application/json");
        if let Some(body) = &ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let exchanged = tokio::select! {
            () = self.cancel.cancelled() => return Err(HistoryError::Cancelled),
            exchanged = exchange(request) => exchanged,
        };
        let path = || ask.url.path().to_owned();
        let (status, wish, body) = match exchanged {
            Ok(answered) => answered,
            Err(Broken::TooLarge) => return Err(HistoryError::TooLarge),
            Err(Broken::Off(reason)) => return Ok(Answer::Trouble(Trouble { reason, wait: None })),
        };
        let wish = wish.and_then(|header| retry_after(&header, self.clock.now()));
        match status.as_u16() {
            200..=299 => Ok(Answer::Body(body)),
            300..=399 => Err(HistoryError::Redirected { status: status.as_u16() }),
            401 | 403 => {
                Err(HistoryError::Refused { credential: self.service.needs().token, status: status.as_u16() })
            }
            404 => Err(HistoryError::NotFound { path: path() }),
            429 => Ok(Answer::Trouble(Trouble {
                reason: "it asked to be asked less often".to_owned(),
                wait: Some(wish.unwrap_or(USUAL_WAIT)),
            })),
            408 | 500..=599 => Ok(Answer::Trouble(Trouble {
                reason: format!("it answered with status {status}"),
                wait: wish,
            })),
            status => Err(HistoryError::Status { path: path(), status }),
        }
    }

    /// Keeps the distance between two requests that a service's limit asks for.
    async fn space(&mut self) -> Result<(), HistoryError> {
        let distance = spacing(self.service);
        if let Some(asked) = self.asked_at.filter(|_| !distance.is_zero()) {
            let passed = u64::try_from(self.clock.now().millis() - asked.millis()).unwrap_or(0);
            let left = distance.saturating_sub(Duration::from_millis(passed));
            if !left.is_zero() {
                self.sleep(left).await?;
            }
        }
        self.asked_at = Some(self.clock.now());
        if self.cancel.is_cancelled() { Err(HistoryError::Cancelled) } else { Ok(()) }
    }

    /// Waits and tells until when.
    async fn wait(&mut self, time: Duration) -> Result<(), HistoryError> {
        self.progress.waiting_until = Some(after(self.clock.now(), time));
        self.keeper.progress(&self.progress);
        let slept = self.sleep(time).await;
        self.progress.waiting_until = None;
        self.keeper.progress(&self.progress);
        slept
    }

    async fn sleep(&self, time: Duration) -> Result<(), HistoryError> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(HistoryError::Cancelled),
            () = self.clock.sleep(time) => Ok(()),
        }
    }
}

enum Answer {
    Body(Vec<u8>),
    Trouble(Trouble),
}

/// What may be over the next time.
struct Trouble {
    reason: String,
    wait: Option<Duration>,
}

enum Broken {
    Off(String),
    TooLarge,
}

async fn exchange(request: reqwest::RequestBuilder) -> Result<(StatusCode, Option<String>, Vec<u8>), Broken> {
    let off = |error: reqwest::Error| Broken::Off(in_words(&error));
    let mut response = request.send().await.map_err(off)?;
    let wish = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(off)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok((response.status(), wish, body))
}

/// The library's own words hold the whole address and chains of causes.
fn in_words(error: &reqwest::Error) -> String {
    let words = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "nothing answered at this address"
    } else {
        "the connection ended in the middle"
    };
    words.to_owned()
}

/// Comm100 allows 300 requests in five minutes for each address on the internet.
fn spacing(service: Service) -> Duration {
    match service {
        Service::Comm100 => Duration::from_secs(1),
        Service::Smartsupp | Service::SnapEngage | Service::Chatvisor => Duration::ZERO,
    }
}

fn after(now: Instant, time: Duration) -> Instant {
    let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Instant::from_millis(now.millis().saturating_add(millis)).unwrap_or(now)
}

fn digest(ids: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    hasher.finish()
}

/// The header that a service takes its credential from.
pub(super) fn credentials(service: Service, access: &Access) -> Result<HeaderMap, HistoryError> {
    let token = access.token(service)?.expose();
    let user = access.user.trim();
    let value = match service {
        // The Logs API takes the bare token.
        Service::SnapEngage => token.to_owned(),
        Service::Comm100 if !user.is_empty() => {
            format!("Basic {}", data_encoding::BASE64.encode(format!("{user}:{token}").as_bytes()))
        }
        Service::Smartsupp | Service::Comm100 | Service::Chatvisor => format!("Bearer {token}"),
    };
    let mut value = reqwest::header::HeaderValue::from_str(&value)
        .map_err(|_| HistoryError::Refused { credential: service.needs().token, status: 0 })?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(reqwest::header::AUTHORIZATION, value)]))
}
