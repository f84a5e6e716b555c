//! Backups while the program runs, and bringing back what a repaired archive lacks.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use afterchat_archive::Archive;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::calls::types::WorkKind;
use crate::work::{Ending, Work};
use crate::{Api, Failure, now};

/// The first look comes when the window was drawn, further ones often enough that a machine which sleeps a lot gets its
/// backup soon after it woke.
const FIRST: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_mins(15);

/// Makes a backup whenever one is due, while it is started.
#[derive(Debug, Default)]
pub(crate) struct Keeper(Mutex<Option<(CancellationToken, JoinHandle<()>)>>);

impl Keeper {
    /// Begins, unless it has already. Needs a tokio runtime.
    pub(crate) fn start(&self, archive: Archive) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            let stop = CancellationToken::new();
            *running = Some((stop.clone(), tokio::spawn(keep(archive, stop))));
        }
    }

    /// Stops. A backup that is being made leaves nothing.
    pub(crate) async fn stop(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, task)) = running {
            stop.cancel();
            if let Err(error) = task.await {
                tracing::error!(%error, "making backups broke off");
            }
        }
    }
}

async fn keep(archive: Archive, stop: CancellationToken) {
    let mut next = FIRST;
    while stop.run_until_cancelled(tokio::time::sleep(next)).await.is_some() {
        next = AGAIN;
        let (archive, stopped) = (archive.clone(), stop.clone());
        let look = move || archive.back_up_when_due(now(), &|| stopped.is_cancelled());
        match tokio::task::spawn_blocking(look).await {
            Ok(Ok(Some(backup))) => tracing::info!(name = backup.name, "a backup was made"),
            Ok(Ok(None)) => {}
            // The overview tells it until a backup succeeds.
            Ok(Err(error)) => tracing::error!(%error, "no backup could be made"),
            Err(error) => tracing::error!(%error, "making a backup broke off"),
        }
    }
}

impl Api {
    /// Makes backups when they are due, for as long as the program runs. Needs a tokio runtime.
    pub fn keep_backups(&self) {
        self.keeper.start(self.archive.clone());
    }

    /// Begins to make a backup, and tells the name of that work. Needs a tokio runtime.
    pub(crate) fn back_up_now(&self) -> String {
        let work = self.works.open(WorkKind::Backup, "");
        let (id, archive) = (work.id(), self.archive.clone());
        work.run(move |work| {
            let made = archive.back_up_here(now(), &mut |copied| at(work, copied.done, copied.all))?;
            let Some(made) = made else { return Ok(Ending::Cancelled) };
            work.counted(&[("copied_mb", made.size.div_ceil(1 << 20))]);
            Ok(Ending::Done)
        });
        id
    }

    /// Begins to bring back what this backup has and the archive lacks, and tells the name of that work. Needs a tokio
    /// runtime.
    pub(crate) fn bring_back(&self, backup: &str) -> String {
        let work = self.works.open(WorkKind::BringBack, "");
        let (id, archive, backup) = (work.id(), self.archive.clone(), backup.to_owned());
        work.run(move |work| {
            let done = archive.bring_back(&backup, &mut |done, all| at(work, done, all));
            let done = done.map_err(Failure::from)?;
            let number = |count: i64| u64::try_from(count).unwrap_or_default();
            work.counted(&[("brought_back", number(done.deliveries)), ("decisions", number(done.others))]);
            Ok(if done.cancelled { Ending::Cancelled } else { Ending::Done })
        });
        id
    }
}

fn at(work: &Work, done: u64, all: u64) -> ControlFlow<()> {
    work.at(done, Some(all), None);
    if work.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
