//! Long work: how far it is, and that it can be stopped.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use afterchat_api::Api;

use crate::stop::stop_requested;

/// How often a line of progress is drawn anew.
const REDRAW: Duration = Duration::from_millis(100);
/// How often is looked whether the projector is done.
const LOOK: Duration = Duration::from_millis(20);

/// One line on a terminal's standard error that is drawn over itself. Without a terminal there is none.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    drawn: Option<Moment>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { shown: io::stderr().is_terminal(), drawn: None }
    }

    pub(crate) fn at(&mut self, words: impl FnOnce() -> String) {
        if self.shown && self.drawn.is_none_or(|drawn| drawn.elapsed() > REDRAW) {
            let _told = write!(io::stderr(), "\r\u{1b}[K{}", words());
            self.drawn = Some(Moment::now());
        }
    }

    /// Whether it is drawn at all.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Draws at once: what is done now is another thing, and may have nothing more to tell for long.
    pub(crate) fn anew(&mut self, words: &str) {
        self.drawn = None;
        self.at(|| words.to_owned());
    }

    /// Takes the line away before something else is written.
    pub(crate) fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _told = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// A flag that is raised when the terminal or the system asks the program to stop.
pub(crate) fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let stop = stop_requested();
    tokio::spawn(async move {
        if stop.await.is_ok() {
            raised.store(true, Ordering::Relaxed);
        }
    });
    flag
}

/// Waits until all deliveries were read; false when it was asked to stop before. The reading goes on at the next start.
pub(crate) async fn until_read(api: &Api, stop: &AtomicBool) -> anyhow::Result<bool> {
    let mut progress = Progress::new();
    loop {
        let read = api.archive().progress()?;
        if read.done >= read.all {
            progress.clear();
            return Ok(true);
        }
        if stop.load(Ordering::Relaxed) {
            progress.clear();
            return Ok(false);
        }
        progress.at(|| format!("Reading delivery {} of {}", read.done, read.all));
        tokio::time::sleep(LOOK).await;
    }
}
