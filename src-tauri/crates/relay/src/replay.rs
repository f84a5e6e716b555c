//! Many things one after another, in their order and at a pace: as they came, faster, at a rate, or each as soon as the
//! one before is done. What is done with each is the caller's.

use std::time::Duration;

use afterchat_transcript::Instant;
use tokio::time::{Instant as Moment, sleep_until};

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// With the time between them that was between them when they came.
    Kept,
    /// The same, this many times as fast. A positive number.
    Faster(f64),
    /// So many a second. A positive number.
    Rate(f64),
    /// Each as soon as the one before is done.
    AtOnce,
}

/// When each is due, counted from the first.
#[derive(Debug, Clone)]
pub struct Schedule {
    pace: Pace,
    first: Option<Instant>,
    due: Duration,
    count: u32,
}

impl Schedule {
    /// A schedule that has not begun.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { pace, first: None, due: Duration::ZERO, count: 0 }
    }

    /// When the next one is due, which came at this time. Never before the one before it, whatever the clock said then.
    pub fn next(&mut self, came_at: Instant) -> Duration {
        let first = *self.first.get_or_insert(came_at);
        let since =
            Duration::from_millis(came_at.millis().saturating_sub(first.millis()).max(0).unsigned_abs());
        let due = match self.pace {
            Pace::Kept => since,
            Pace::Faster(times) => scaled(since, 1.0 / times),
            Pace::Rate(per_second) => scaled(Duration::from_secs(1), f64::from(self.count) / per_second),
            Pace::AtOnce => Duration::ZERO,
        };
        self.count = self.count.saturating_add(1);
        self.due = self.due.max(due);
        self.due
    }
}

/// How long it takes at least to come to the last of these.
#[must_use]
pub fn length(pace: Pace, came_at: impl IntoIterator<Item = Instant>) -> Duration {
    let mut schedule = Schedule::new(pace);
    came_at.into_iter().map(|at| schedule.next(at)).last().unwrap_or_default()
}

/// Does something with each in its order, no earlier than it is due, and tells whether it came to the end. `stopped`
/// ends it while it waits, `each` by answering false.
pub async fn play<T>(
    pace: Pace,
    all: impl IntoIterator<Item = (Instant, T)>,
    stopped: impl Future<Output = ()>,
    mut each: impl AsyncFnMut(T) -> bool,
) -> bool {
    let begun = Moment::now();
    let mut schedule = Schedule::new(pace);
    let mut stopped = std::pin::pin!(stopped);
    for (came_at, one) in all {
        // A clock that stands centuries ahead has no moment here.
        let due = begun.checked_add(schedule.next(came_at));
        let waits = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Whoever stopped it wants nothing more done, also when the next is due.
            biased;
            () = &mut stopped => return false,
            () = waits => {}
        }
        if !each(one).await {
            return false;
        }
    }
    true
}

/// A duration many times as long; as long as can be where that is too long.
fn scaled(duration: Duration, times: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * times).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use afterchat_transcript::Instant;
    use tokio::time::{Instant as Moment, sleep};

    use super::{Pace, length, play};

    fn at(second: i64) -> Instant {
        Instant::from_millis(1_800_000_000_000 + second * 1000).expect("a time")
    }

    /// Plays what came at these seconds, each taking so long, and tells when each began.
    async fn check(pace: Pace, came: &[i64], takes: u64, expected: &[f64]) {
        let begun = Moment::now();
        let mut times = Vec::new();
        let all = came.iter().map(|second| (at(*second), ()));
        let ended = play(pace, all, std::future::pending(), async |()| {
            times.push(begun.elapsed().as_secs_f64());
            sleep(Duration::from_secs(takes)).await;
            true
        })
        .await;
        assert!(ended, "it comes to its end");
        let close = times.len() == expected.len()
            && times.iter().zip(expected).all(|(found, wanted)| (found - wanted).abs() < 0.01);
        assert!(close, "{pace:?} of {came:?}: {times:?} must be {expected:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_is_kept_compressed_fixed_or_that_of_the_answers() {
        check(Pace::Kept, &[0, 10, 60], 0, &[0.0, 10.0, 60.0]).await;
        check(Pace::Faster(10.0), &[0, 10, 60], 0, &[0.0, 1.0, 6.0]).await;
        check(Pace::Faster(0.5), &[0, 10], 0, &[0.0, 20.0]).await;
        check(Pace::Rate(2.0), &[0, 0, 3600], 0, &[0.0, 0.5, 1.0]).await;
        check(Pace::AtOnce, &[0, 10, 60], 3, &[0.0, 3.0, 6.0]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn order_is_kept_whatever_the_clock_and_the_answers_did() {
        check(Pace::Kept, &[10, 0, 20], 0, &[0.0, 0.0, 10.0]).await;
        check(Pace::Kept, &[0, 10, 20, 90], 20, &[0.0, 20.0, 40.0, 90.0]).await;
        check(Pace::Rate(1.0), &[0, 0, 0], 5, &[0.0, 5.0, 10.0]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_at_once_while_it_waits_and_when_it_is_told_to() {
        let begun = Moment::now();
        let mut done = Vec::new();
        let all = [(at(0), 1), (at(10), 2), (at(3600), 3)];
        let stop = sleep(Duration::from_secs(15));
        let ended = play(Pace::Kept, all, stop, async |one| {
            done.push(one);
            true
        })
        .await;
        assert_eq!((ended, done.as_slice(), begun.elapsed().as_secs()), (false, [1, 2].as_slice(), 15));
        let ended = play(Pace::AtOnce, all, std::future::pending(), async |one| one < 2).await;
        assert!(!ended, "a failure can end it");
        let ended =
            play(Pace::AtOnce, all, std::future::ready(()), async |_| panic!("it was stopped before")).await;
        assert!(!ended);
    }

    #[test]
    fn how_long_it_takes_is_known_before() {
        let came = [at(0), at(90), at(30), at(100)];
        assert_eq!(length(Pace::Kept, came), Duration::from_secs(100));
        assert_eq!(length(Pace::Faster(4.0), came), Duration::from_secs(25));
        assert_eq!(length(Pace::Rate(2.0), came), Duration::from_millis(1500));
        assert_eq!(length(Pace::AtOnce, came), Duration::ZERO);
        assert_eq!(length(Pace::Kept, []), Duration::ZERO);
        assert_eq!(length(Pace::Faster(1e-300), came), Duration::MAX, "nothing overflows");
    }
}
