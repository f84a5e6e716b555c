//! Past chats from a service, as long work: what is remembered of each service, and the way into the journal.

use afterchat_archive::Archive;
use afterchat_archive::import::{FETCHED, Intake};
use afterchat_relay::history::{
    Access, CancellationToken, Fetched, HistoryError, Keeper, Kept, Place, Progress, Secret, Service, Wall,
    back_fill,
};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant, providers};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::calls::types::{HistoryEnd, WorkKind, WorkState};
use crate::work::{Ending, Work};
use crate::{Api, Failure, now};

/// What to fetch from which service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryRun {
    pub(crate) service: Service,
    /// Goes on where the last run stopped, if there is such a place.
    pub(crate) go_on: bool,
    pub(crate) since: Option<Instant>,
    pub(crate) until: Option<Instant>,
}

/// What a host asks for that shows progress by itself.
#[derive(Debug, Clone, Default)]
pub struct BackFill {
    /// The provider's id.
    pub service: String,
    /// The earliest chats that are wanted; with neither end the last run is gone on with.
    pub since: Option<Instant>,
    /// The latest ones.
    pub until: Option<Instant>,
    /// Begins anew even if a run can be gone on with.
    pub anew: bool,
    /// A token in place of the one that is set.
    pub token: Option<Secret>,
    /// An account's id in place of the one that is set.
    pub account: Option<String>,
    /// An address in place of the one that is set.
    pub base: Option<String>,
}

/// How a back-fill goes, for a host that shows it by itself.
#[derive(Debug, Clone, Copy)]
pub struct BackFillProgress {
    /// Objects fetched.
    pub fetched: u64,
    /// Of those in the journal now.
    pub new: u64,
    /// Of those in the journal before.
    pub known: u64,
    /// While it waits: until when.
    pub waiting_until: Option<Instant>,
}

/// The service of this id.
pub(crate) fn service_of(id: &str) -> Result<Service, Failure> {
    let unknown = || Failure::new("not_found", &format!("Past chats cannot be fetched from “{id}”."));
    Service::of_provider(id).ok_or_else(unknown)
}

impl From<&HistoryError> for Failure {
    fn from(error: &HistoryError) -> Self {
        Self::new(error.code(), &error.to_string())
    }
}

impl Api {
    /// Begins to fetch, and tells the name of that work. Needs a tokio runtime.
    pub(crate) fn fetch_history(&self, run: HistoryRun) -> Result<String, Failure> {
        let title =
            providers::by_id(run.service.provider()).map_or(run.service.provider(), |known| known.name());
        let under_way =
            |state| matches!(state, WorkState::Waiting | WorkState::Running | WorkState::Stopping);
        let twice = |row: &crate::calls::types::WorkRow| {
            row.kind == WorkKind::BackFill && row.title == title && under_way(row.state)
        };
        if self.works.rows().iter().any(twice) {
            return Err(Failure::new(
                "history_running",
                &format!("{title}'s past chats are being fetched already."),
            ));
        }
        let access = self.history_access(run.service)?;
        let work = self.works.open(WorkKind::BackFill, title);
        let (id, api) = (work.id(), self.clone());
        work.run(move |work| {
            let cancel = CancellationToken::new();
            let tell = |progress: &Progress| told(work, progress);
            let fetching = api.fetch_all(run, &access, &cancel, &tell);
            let ended = tokio::runtime::Handle::current().block_on(async {
                let mut fetching = std::pin::pin!(fetching);
                tokio::select! {
                    ended = &mut fetching => ended,
                    () = work.cancelled() => {
                        cancel.cancel();
                        fetching.await
                    }
                }
            });
            match ended {
                Ok(_) => Ok(Ending::Done),
                Err(failure) if failure.code == "cancelled" => Ok(Ending::Cancelled),
                Err(failure) => Err(failure),
            }
        });
        Ok(id)
    }

    /// Fetches past chats for a host that shows the progress and hears of the wish to stop by itself. Blocking.
    ///
    /// # Errors
    /// When it did not reach its end. What was fetched is kept, and the next run goes on from there.
    pub fn back_fill(
        &self,
        ask: &BackFill,
        stop: &(dyn Fn() -> bool + Sync),
        watch: &dyn Fn(BackFillProgress),
    ) -> Result<BackFillProgress, Failure> {
        let service = service_of(&ask.service)?;
        let mut access = self.history_access(service)?;
        if let Some(token) = &ask.token {
            access.token = token.clone();
        }
        access.account = ask.account.clone().unwrap_or(access.account);
        access.base = ask.base.clone().unwrap_or(access.base);
        let go_on = !ask.anew && ask.since.is_none() && ask.until.is_none();
        let run = HistoryRun { service, go_on, since: ask.since, until: ask.until };
        let cancel = CancellationToken::new();
        let told = |progress: &Progress| {
            watch(BackFillProgress {
                fetched: progress.fetched,
                new: progress.new,
                known: progress.known,
                waiting_until: progress.waiting_until,
            });
            if stop() {
                cancel.cancel();
            }
        };
        let fetching = self.fetch_all(run, &access, &cancel, &told);
        let looking = async {
            while !stop() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let done = tokio::runtime::Handle::current().block_on(async {
            let mut fetching = std::pin::pin!(fetching);
            tokio::select! {
                done = &mut fetching => done,
                () = looking => {
                    cancel.cancel();
                    fetching.await
                }
            }
        })?;
        let Progress { fetched, new, known, .. } = done;
        Ok(BackFillProgress { fetched, new, known, waiting_until: None })
    }

    async fn fetch_all(
        &self,
        run: HistoryRun,
        access: &Access,
        cancel: &CancellationToken,
        tell: &dyn Fn(&Progress),
    ) -> Result<Progress, Failure> {
        let begun = self.history_place(run.service, access)?.filter(|place| run.go_on && !place.done);
        let place = begun.unwrap_or_else(|| Place::start(run.since, run.until.unwrap_or_else(now)));
        let mut journal = Journal {
            archive: &self.archive,
            service: run.service,
            pages_of: PagesOf::new(access),
            intake: Intake::open(&self.archive)?,
            last: Progress::default(),
            tell,
        };
        let done = back_fill(run.service, access, place, &Wall, cancel, &mut journal).await;
        let last = *done.as_ref().unwrap_or(&journal.last);
        let end = HistoryEnd {
            at: now(),
            new: last.new,
            known: last.known,
            cut_days: last.cut_days,
            failure: done.as_ref().err().map(Failure::from),
        };
        remember(&self.archive, &name(run.service, "last"), &end)?;
        done.map_err(|error| Failure::from(&error))
    }

    /// What is entered for a service.
    pub(crate) fn history_access(&self, service: Service) -> Result<Access, Failure> {
        Ok(remembered(&self.archive, &name(service, "access"))?.unwrap_or_default())
    }

    pub(crate) fn set_history_access(&self, service: Service, access: &Access) -> Result<(), Failure> {
        remember(&self.archive, &name(service, "access"), access)
    }

    /// How far the last run got, if these pages are the ones it counted.
    pub(crate) fn history_place(&self, service: Service, access: &Access) -> Result<Option<Place>, Failure> {
        let reached: Option<Reached> = remembered(&self.archive, &name(service, "place"))?;
        Ok(reached.filter(|reached| reached.pages_of == PagesOf::new(access)).map(|reached| reached.place))
    }

    /// How the last run ended.
    pub(crate) fn history_end(&self, service: Service) -> Result<Option<HistoryEnd>, Failure> {
        remembered(&self.archive, &name(service, "last"))
    }
}

/// Whose pages are counted: another account, widget or server has other ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PagesOf {
    account: String,
    part: String,
    base: String,
}

impl PagesOf {
    fn new(access: &Access) -> Self {
        Self { account: access.account.clone(), part: access.part.clone(), base: access.base.clone() }
    }
}

/// The place a run reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reached {
    pages_of: PagesOf,
    place: Place,
}

fn name(service: Service, what: &str) -> String {
    format!("history.{}.{what}", service.provider())
}

/// What an older program wrote in another form counts as absent.
fn remembered<T: DeserializeOwned>(archive: &Archive, name: &str) -> Result<Option<T>, Failure> {
    Ok(archive.setting(name)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn remember<T: Serialize>(archive: &Archive, name: &str, value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::new("internal", &error.to_string()))?;
    Ok(archive.set_setting(name, Some(&text))?)
}

fn told(work: &Work, progress: &Progress) {
    work.at(progress.fetched, progress.total, None);
    work.waits(progress.waiting_until);
    work.counted(&[
        ("fetched", progress.fetched),
        ("new", progress.new),
        ("repeated", progress.known),
        ("cut_days", progress.cut_days),
    ]);
}

/// Puts what is fetched into the journal.
struct Journal<'a> {
    archive: &'a Archive,
    service: Service,
    pages_of: PagesOf,
    intake: Intake,
    last: Progress,
    tell: &'a dyn Fn(&Progress),
}

impl Keeper for Journal<'_> {
    fn keep(&mut self, fetched: Vec<Fetched>) -> Result<Kept, String> {
        let deliveries = fetched.into_iter().map(|object| delivery(self.service, object)).collect();
        let taken = self.intake.take(deliveries).map_err(|error| error.to_string())?;
        Ok(Kept { new: taken.new, known: taken.known })
    }

    fn reached(&mut self, place: &Place) -> Result<(), String> {
        let reached = Reached { pages_of: self.pages_of.clone(), place: place.clone() };
        remember(self.archive, &name(self.service, "place"), &reached).map_err(|failure| failure.detail)
    }

    fn progress(&mut self, progress: &Progress) {
        self.last = *progress;
        (self.tell)(progress);
    }
}

/// What was asked stands where a request's own values would: the path, the query, the server. The credential does not.
fn delivery(service: Service, object: Fetched) -> Delivery {
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    Delivery {
        kind: DeliveryKind::BackFill,
        source: FETCHED.to_owned(),
        provider: Some(service.provider().to_owned()),
        method: object.method.to_owned(),
        path: object.path,
        query: object.query,
        headers: vec![header("host", &object.host), header("content-type", "application/json")],
        body: object.body,
        received_at: now(),
    }
}
