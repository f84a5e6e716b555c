//! When the door was open: told by whoever holds it open, again and again, so that also a program that is killed has told
//! until when. What lies between is a gap.
//!
//! Every telling is a stretch of time, and the archive keeps the union of all of them. So it does not matter how many
//! programs hold a door open, which of them ends, and how: the door is open when any has it open.

mod store;

use std::time::Duration;

use afterchat_transcript::Instant;
use rusqlite::params;

use crate::{Archive, ArchiveError};

pub(crate) use store::{Stretch, add, stretches};

/// A program that holds the door open tells so this often. A commit of its own twice a minute, of one small page, unless
/// something else is written just then: little for a disk, and a kill is told to within half a minute.
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// A shorter gap is kept, and is no news: a restart, or the half minute that a killed program did not tell of.
pub const NEWSWORTHY: Duration = Duration::from_secs(60);

/// How a stretch in which the door was open ended, as far as somebody said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenEnded {
    /// The door was closed.
    Closed,
    /// The machine slept, or stood still.
    Slept,
    /// The clock was set ahead: how long it was until the next stretch is not known, so that is no gap.
    ClockSet,
}

impl OpenEnded {
    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Slept => "slept",
            Self::ClockSet => "clock_set",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Closed, Self::Slept, Self::ClockSet].into_iter().find(|ended| ended.word() == word)
    }
}

/// A stretch of time in which no door was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Until then at least the door had been open.
    pub from: Instant,
    /// From then on it was open again.
    pub to: Instant,
    /// How it began; `None` when nobody said so: the program was killed, or the machine lost its power.
    pub began: Option<OpenEnded>,
}

impl Gap {
    /// How long it lasted.
    #[must_use]
    pub fn length(self) -> Duration {
        Duration::from_millis(self.to.millis().saturating_sub(self.from.millis()).unsigned_abs())
    }
}

/// Which gaps are wanted, newest first.
#[derive(Debug, Clone, Copy)]
pub struct GapQuestion {
    /// What a clock that was ahead told of the time after this is no news yet.
    pub now: Instant,
    /// Only those that ended before this: when the last one of the page before ended.
    pub before: Option<Instant>,
    /// Only those that ended after this.
    pub after: Option<Instant>,
    /// Also those that are no news: short ones, and those from before any service had reached its address.
    pub all: bool,
    /// How many at most.
    pub limit: usize,
}

impl Archive {
    /// Tells that the door was open from then to then, and how that ended, if it did. Comes back when it is committed.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn was_open(
        &self,
        from: Instant,
        until: Instant,
        ended: Option<OpenEnded>,
    ) -> Result<(), ArchiveError> {
        self.write(move |connection| add(connection, Stretch::new(from, until), ended))
    }

    /// Tells that the door was open from then to then and still is. It returns at once; the note is written with what is
    /// written next, or within a fraction of a second.
    pub fn is_open(&self, from: Instant, until: Instant) {
        self.notes().open(Stretch::new(from, until));
    }

    /// The clock was put right, so what this program told from `told_from` on was of another time: what of it lies after
    /// `now` is taken back, and the door was open from `from` to `now`.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn open_by_another_clock(
        &self,
        told_from: Instant,
        from: Instant,
        now: Instant,
    ) -> Result<(), ArchiveError> {
        // What waits to be written was told by the old clock too.
        self.notes().forget_open();
        self.write(move |connection| {
            store::take_back(connection, told_from.millis(), now.millis())?;
            add(connection, Stretch::new(from, now), None)
        })
    }

    /// Gaps, newest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn gaps(&self, question: &GapQuestion) -> Result<Vec<Gap>, ArchiveError> {
        self.read(|connection| store::gaps(connection, question))
    }

    /// The gap that ended then.
    ///
    /// # Errors
    /// When there is none.
    pub fn gap(&self, to: Instant) -> Result<Gap, ArchiveError> {
        let found = self.read(|connection| store::gap_before(connection, to.millis()))?;
        found.ok_or_else(|| ArchiveError::NotFound { what: "gap", name: to.millis().to_string() })
    }

    /// Since when the door has been open without a break, or was until it was last told so.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn open_since(&self, now: Instant) -> Result<Option<Instant>, ArchiveError> {
        self.read(|connection| store::open_since(connection, now.millis()))
    }

    /// A person has seen the gap that ended then, and older ones; or, taking that back, has not. Tells what had been seen
    /// before.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn see_gap(&self, to: Option<Instant>) -> Result<Option<Instant>, ArchiveError> {
        self.write(move |connection| {
            let before = store::seen(connection)?;
            match to {
                Some(to) => connection.execute(
                    "INSERT OR REPLACE INTO settings VALUES (?1, ?2)",
                    params![store::SEEN, to.millis().to_string()],
                )?,
                None => connection.execute("DELETE FROM settings WHERE name = ?1", [store::SEEN])?,
            };
            Ok(before)
        })
    }

    /// The newest gap that is news and that nobody has said to have seen.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn unseen_gap(&self, now: Instant) -> Result<Option<Gap>, ArchiveError> {
        self.read(|connection| {
            let after = store::seen(connection)?;
            let question = GapQuestion { now, before: None, after, all: false, limit: 1 };
            Ok(store::gaps(connection, &question)?.pop())
        })
    }
}
