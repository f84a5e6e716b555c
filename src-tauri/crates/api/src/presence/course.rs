//! What is told of an open door, look by look. Pure: both clocks are given, and what is to be told is given back.

use std::time::{Duration, SystemTime};

use afterchat_archive::{HEARTBEAT, OpenEnded};
use afterchat_tunnel::Happened;
use tokio::time::Instant as Run;

/// Something to tell the archive. Times are those of the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The door was open and still is.
    StillOpen { from: SystemTime, until: SystemTime },
    /// The door was open; this is told at once.
    WasOpen { from: SystemTime, until: SystemTime, ended: Option<OpenEnded> },
    /// The clock was set: what was told since `told_from` was of another time.
    ByAnotherClock { told_from: SystemTime, from: SystemTime, now: SystemTime },
}

/// One open door, from opening to closing.
#[derive(Debug)]
pub(super) struct Course {
    /// Since when it has been open without a break, by the clock that only runs forward.
    unbroken: Run,
    /// The same before the last sleep, which may turn out to have been none.
    before_sleep: Run,
    /// From when on this program tells, by the present clock on the wall.
    told_from: SystemTime,
    /// Until when it has been told.
    told: SystemTime,
}

impl Course {
    /// The door was opened.
    pub(super) fn begin(now: SystemTime, run: Run) -> (Self, Deed) {
        let course = Self { unbroken: run, before_sleep: run, told_from: now, told: now };
        (course, Deed::WasOpen { from: now, until: now, ended: None })
    }

    /// It was looked, and this had happened since the last look.
    pub(super) fn looked(&mut self, now: SystemTime, run: Run, happened: Option<Happened>) -> Vec<Deed> {
        match happened {
            None => {
                let due = now.duration_since(self.told).is_ok_and(|since| since >= HEARTBEAT);
                due.then(|| Deed::StillOpen { from: std::mem::replace(&mut self.told, now), until: now })
                    .into_iter()
                    .collect()
            }
            Some(Happened::Slept { from }) => {
                let until = from.max(self.told);
                let slept = Deed::WasOpen { from: self.told, until, ended: Some(OpenEnded::Slept) };
                self.before_sleep = std::mem::replace(&mut self.unbroken, run);
                self.told = now;
                vec![slept, Deed::WasOpen { from: now, until: now, ended: None }]
            }
            Some(Happened::NeverSlept) => {
                self.unbroken = self.before_sleep;
                self.anew(now, run)
            }
            Some(Happened::ClockSet) => self.anew(now, run),
        }
    }

    /// The clock was set: the door has been open for as long as it has, whatever the clock said.
    fn anew(&mut self, now: SystemTime, run: Run) -> Vec<Deed> {
        // What lies between the old time and the new one, if it was set ahead, never was.
        let told = Deed::WasOpen { from: self.told, until: self.told, ended: Some(OpenEnded::ClockSet) };
        let open_for: Duration = run.duration_since(self.unbroken);
        let from = now.checked_sub(open_for).unwrap_or(now);
        let told_from = std::mem::replace(&mut self.told_from, from);
        self.told = now;
        vec![told, Deed::ByAnotherClock { told_from, from, now }]
    }

    /// The door is closed.
    pub(super) fn end(self, now: SystemTime) -> Deed {
        let until = now.max(self.told);
        Deed::WasOpen { from: self.told, until, ended: Some(OpenEnded::Closed) }
    }
}
