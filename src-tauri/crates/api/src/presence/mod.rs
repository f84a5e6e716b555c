//! Tells the archive that the door is open for as long as it is, and hosts when a source has gone quiet: both happen while
//! nothing does, so somebody must look.

mod course;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use afterchat_archive::{Archive, ArchiveError};
use afterchat_transcript::Instant;
use afterchat_tunnel::{Clock, Looks};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use course::{Course, Deed};

/// Holds the door open in the archive's eyes, while any door of this program is open.
#[derive(Debug)]
pub(crate) struct Presence {
    archive: Archive,
    clock: Arc<dyn Clock>,
    state: tokio::sync::Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many doors of this program are open.
    doors: usize,
    running: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Presence {
    pub(crate) fn new(archive: Archive, clock: Arc<dyn Clock>) -> Self {
        Self { archive, clock, state: tokio::sync::Mutex::default() }
    }

    /// A door was opened. Comes back when the archive knows.
    pub(crate) async fn opened(&self) {
        let mut state = self.state.lock().await;
        state.doors += 1;
        if state.running.is_some() {
            return;
        }
        let (course, deed) = Course::begin(self.clock.now(), tokio::time::Instant::now());
        carry_out(&self.archive, deed).await;
        let stop = CancellationToken::new();
        let keeping = keep(self.archive.clone(), self.clock.clone(), course, stop.clone());
        state.running = Some((stop, tokio::spawn(keeping)));
    }

    /// A door was closed. Comes back when the archive knows.
    pub(crate) async fn closed(&self) {
        let mut state = self.state.lock().await;
        state.doors = state.doors.saturating_sub(1);
        if state.doors > 0 {
            return;
        }
        if let Some((stop, task)) = state.running.take() {
            stop.cancel();
            if let Err(error) = task.await {
                tracing::error!(%error, "it was not noted that the door was closed");
            }
        }
    }
}

/// Keeps telling until the door is closed.
async fn keep(archive: Archive, clock: Arc<dyn Clock>, mut course: Course, stop: CancellationToken) {
    let mut looks = Looks::new(clock.clone());
    let mut watch = QuietWatch::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            (now, happened) = looks.next() => {
                for deed in course.looked(now, tokio::time::Instant::now(), happened) {
                    carry_out(&archive, deed).await;
                }
                watch.look(&archive, now).await;
            }
        }
    }
    // Whatever happened since the last look happened to an open door.
    carry_out(&archive, course.end(clock.now())).await;
}

/// Does what is to be told. What cannot be told, as on a full disk, is told again with the next: stretches are told from
/// where the last one that is known to be told ended.
async fn carry_out(archive: &Archive, deed: Deed) {
    let done = match deed {
        Deed::StillOpen { from, until } => {
            archive.is_open(instant(from), instant(until));
            return;
        }
        Deed::WasOpen { from, until, ended } => {
            let archive = archive.clone();
            let tell = move || archive.was_open(instant(from), instant(until), ended);
            tokio::task::spawn_blocking(tell).await
        }
        Deed::ByAnotherClock { told_from, from, now } => {
            let archive = archive.clone();
            let tell = move || archive.open_by_another_clock(instant(told_from), instant(from), instant(now));
            tokio::task::spawn_blocking(tell).await
        }
    };
    if let Ok(Err(error)) = done {
        tracing::warn!(%error, "it could not be noted that the door is open");
    }
}

fn instant(at: SystemTime) -> Instant {
    Instant::from_utc(at.into())
}

/// Looks once a minute whether a source has gone quiet, and lets hosts ask anew when that changed.
#[derive(Debug, Default)]
struct QuietWatch {
    minute: Option<i64>,
    quiet: BTreeSet<String>,
}

impl QuietWatch {
    async fn look(&mut self, archive: &Archive, now: SystemTime) {
        let now = instant(now);
        let minute = now.millis() / 60_000;
        if self.minute.replace(minute) == Some(minute) {
            return;
        }
        let asked = archive.clone();
        let found = tokio::task::spawn_blocking(move || quiet_sources(&asked, now)).await;
        match found {
            Ok(Ok(quiet)) if quiet != self.quiet => {
                self.quiet = quiet;
                archive.announce();
            }
            Ok(Err(error)) => tracing::warn!(%error, "could not look whether a source has gone quiet"),
            Ok(Ok(_)) | Err(_) => {}
        }
    }
}

fn quiet_sources(archive: &Archive, now: Instant) -> Result<BTreeSet<String>, ArchiveError> {
    let mut quiet = BTreeSet::new();
    for source in archive.sources()? {
        if archive.health(&source.name, now, &chrono::Local)?.quiet.is_some() {
            quiet.insert(source.name);
        }
    }
    Ok(quiet)
}
