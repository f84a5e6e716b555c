//! Notices that the machine slept, or that its clock was set, without asking the system: by comparing the clock on the wall
//! with the one that only ever runs forward. The one place for it; the supervisor proves its address anew, and whoever
//! keeps a door open tells that nothing could arrive meanwhile.
//!
//! On most systems the forward clock stands still while the machine sleeps, so the wall runs ahead of it. On the others, and
//! when the whole program was stopped, a look comes far too late by both. A clock that is set forward by less than a month
//! cannot be told from sleep; when it is put back by as much, the sleep is known to have been none.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Clock;

/// How often it is looked.
pub const LOOK: Duration = Duration::from_secs(5);
/// How far a look may be from where it is expected: less is a clock that is put right by seconds, or a busy machine.
const TOLERATED: Duration = Duration::from_secs(30);
/// Longer sleep is a clock that was set: by a year, or from 1970 to today.
const LONGEST_SLEEP: Duration = Duration::from_secs(31 * 24 * 3600);

/// Something that happened between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The machine slept or stood still: it was awake at the look before, and is now.
    Slept {
        /// When it was last looked.
        from: SystemTime,
    },
    /// The clock was set, and nothing else.
    ClockSet,
    /// The clock was set back by as much as the last sleep lasted, so that was none.
    NeverSlept,
}

/// Compares what the two clocks tell at each look.
#[derive(Debug)]
pub struct Watch {
    last: (SystemTime, Instant),
    /// How much the wall ran ahead in the last sleep.
    slept: Option<Duration>,
    /// How much the clock was last set back.
    set_back: Option<Duration>,
}

impl Watch {
    /// Begins at this time of both clocks.
    #[must_use]
    pub fn new(wall: SystemTime, run: Instant) -> Self {
        Self { last: (wall, run), slept: None, set_back: None }
    }

    /// Looks at both clocks and tells what happened since the last look.
    pub fn look(&mut self, wall: SystemTime, run: Instant) -> Option<Happened> {
        let (from, before) = std::mem::replace(&mut self.last, (wall, run));
        let ran = run.duration_since(before);
        match wall.duration_since(from) {
            Ok(walled) if walled > ran + TOLERATED => {
                let ahead = walled.saturating_sub(ran);
                let put_right = self.set_back.take().is_some_and(|back| alike(back, ahead));
                if put_right || ahead > LONGEST_SLEEP {
                    self.slept = None;
                    return Some(Happened::ClockSet);
                }
                self.slept = Some(ahead);
                Some(Happened::Slept { from })
            }
            Ok(walled) if walled + TOLERATED >= ran => {
                let late = ran > LOOK + TOLERATED;
                late.then_some(Happened::Slept { from })
            }
            told => {
                let back = match told {
                    Ok(walled) => ran.saturating_sub(walled),
                    Err(back) => ran + back.duration(),
                };
                self.set_back = Some(back);
                let never = self.slept.take().is_some_and(|slept| alike(slept, back));
                Some(if never { Happened::NeverSlept } else { Happened::ClockSet })
            }
        }
    }
}

fn alike(one: Duration, other: Duration) -> bool {
    one.abs_diff(other) <= TOLERATED
}

/// Looks every few seconds for as long as it is asked.
#[derive(Debug)]
pub struct Looks {
    interval: tokio::time::Interval,
    watch: Watch,
    clock: Arc<dyn Clock>,
}

impl Looks {
    /// Begins now. Needs a tokio runtime.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let mut interval = interval(LOOK);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let watch = Watch::new(clock.now(), Instant::now());
        Self { interval, watch, clock }
    }

    /// The next look: the time on the wall, and what happened. May be dropped and called again.
    pub async fn next(&mut self) -> (SystemTime, Option<Happened>) {
        self.interval.tick().await;
        let now = self.clock.now();
        (now, self.watch.look(now, Instant::now()))
    }

    /// Resolves when the machine slept. May be dropped and called again.
    pub(crate) async fn slept(&mut self) {
        loop {
            if let (_, Some(Happened::Slept { .. })) = self.next().await {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 3600;

    /// Looks again after the forward clock ran so many seconds and the wall moved by so many; tells what happened.
    fn looks(moves: &[(u64, i64)]) -> Vec<Option<&'static str>> {
        let (mut wall, mut run) =
            (SystemTime::UNIX_EPOCH + Duration::from_secs(60 * 365 * DAY), Instant::now());
        let mut watch = Watch::new(wall, run);
        let mut look = |(ran, walled): &(u64, i64)| {
            let from = wall;
            run += Duration::from_secs(*ran);
            let by = Duration::from_secs(walled.unsigned_abs());
            wall = if *walled < 0 { wall - by } else { wall + by };
            watch.look(wall, run).map(|happened| match happened {
                Happened::Slept { from: told } if told == from => "slept",
                Happened::Slept { .. } => "slept since another time",
                Happened::ClockSet => "set",
                Happened::NeverSlept => "never slept",
            })
        };
        moves.iter().map(&mut look).collect()
    }

    #[test]
    fn sleep_is_told_from_clocks_that_are_set() {
        let year = 365 * DAY.cast_signed();
        type Case<'a> = (&'a [(u64, i64)], &'a [Option<&'a str>], &'a str);
        let cases: &[Case<'_>] = &[
            (&[(5, 5), (6, 5), (5, 9)], &[None, None, None], "an ordinary day"),
            (&[(5, 34)], &[None], "a clock that is put right by seconds"),
            (&[(5, 3600)], &[Some("slept")], "the forward clock stood still"),
            (&[(3600, 3600)], &[Some("slept")], "it ran on, and nobody looked"),
            (&[(34, 34)], &[None], "a busy machine looks late"),
            (&[(5, year)], &[Some("set")], "nobody sleeps for a year"),
            (&[(5, -3600)], &[Some("set")], "a clock that is set back is no sleep"),
            (&[(5, -year), (5, year)], &[Some("set"), Some("set")], "set back a year and put right"),
            (&[(5, -3600), (5, 3610)], &[Some("set"), Some("set")], "set back an hour and put right"),
            (&[(5, -3600), (5, 9000)], &[Some("set"), Some("slept")], "set back, and slept later"),
            (&[(5, 3605), (5, -3595)], &[Some("slept"), Some("never slept")], "set ahead and put right"),
            (&[(5, 3605), (5, -7200)], &[Some("slept"), Some("set")], "slept, and set back by more"),
            (&[(3600, 5)], &[Some("set")], "set back by an hour while nobody looked"),
        ];
        for (moves, expected, what) in cases {
            assert_eq!(looks(moves), *expected, "{what}");
        }
    }
}
