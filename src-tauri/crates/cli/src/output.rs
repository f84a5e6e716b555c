//! What goes to standard output, and how it looks on a terminal.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use afterchat_transcript::Instant;
use anyhow::Context as _;
use chrono::{Local, NaiveDate, TimeZone as _};
use serde::Serialize;

/// Writes one line at once, so that whoever reads along sees it.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    write(format!("{text}\n").as_bytes())
}

/// Writes one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Writes these bytes as they are.
pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Says something to the person at the terminal, beside the data.
pub(crate) fn say(words: &str) {
    // Without a standard error there is nobody to tell.
    let _told = writeln!(io::stderr(), "{words}");
}

pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}

/// Bold and dim text, on a terminal whose owner has nothing against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    on: bool,
}

impl Style {
    pub(crate) fn of_output() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { on: !unwanted && io::stdout().is_terminal() }
    }

    /// Letters only, for a place that has its own way to stress them.
    pub(crate) fn plain() -> Self {
        Self { on: false }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A moment in this machine's zone, for lists.
pub(crate) fn moment(at: Instant) -> String {
    at.utc().with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The beginning of a day in this machine's zone.
pub(crate) fn midnight(day: NaiveDate) -> anyhow::Result<Instant> {
    let midnight = day.and_hms_opt(0, 0, 0).context("every day begins")?;
    let local =
        Local.from_local_datetime(&midnight).earliest().context("this day has no beginning in this zone")?;
    Ok(Instant::from_utc(local.to_utc()))
}

/// A moment of today in this machine's zone, where a day would only take space.
pub(crate) fn time_of_day(at: Instant) -> String {
    at.utc().with_timezone(&chrono::Local).format("%H:%M:%S").to_string()
}
