//! When things are done: every interval in one place, and the clock, both given from outside so that a test decides them.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

/// The clock on the wall, and chance. Intervals run on tokio's clock, which stands still while the machine sleeps.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time.
    fn now(&self) -> SystemTime;

    /// Fills these bytes with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    /// A number from 0 up to 1.
    fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The system's clock and chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn fill(&self, bytes: &mut [u8]) {
        // A system without randomness could make no hook token either, so nothing got this far.
        getrandom::fill(bytes).unwrap_or_else(|error| panic!("the system gives no random bytes: {error}"));
    }
}

/// The supervisor's intervals.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long a tunnel may take until it tells its address. 60 seconds.
    pub address: Duration,
    /// The pause between questions until the first one came back. 2 seconds.
    pub first_proof: Duration,
    /// How long the first proof may take before the tunnel counts as degraded: edges need a while to know a new name.
    /// 60 seconds.
    pub warm_up: Duration,
    /// The pause between questions while an address that never was proved stays silent. 15 seconds.
    pub still_silent: Duration,
    /// How old a proof may grow. 5 minutes.
    pub proof: Duration,
    /// The pause between questions after one did not come back. 5 seconds.
    pub again: Duration,
    /// How many questions in a row may fail to come back. 3.
    pub failures: u32,
    /// How long one question may take. 10 seconds.
    pub question: Duration,
    /// The first and the longest pause before a start after a failure. 1 and 60 seconds.
    pub pauses: (Duration, Duration),
    /// How long a tunnel must have been proved for its next failure to count as the first. 60 seconds.
    pub settled: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            address: seconds(60),
            first_proof: seconds(2),
            warm_up: seconds(60),
            still_silent: seconds(15),
            proof: seconds(300),
            again: seconds(5),
            failures: 3,
            question: seconds(10),
            pauses: (seconds(1), seconds(60)),
            settled: seconds(60),
        }
    }
}

impl Plan {
    /// The pause before the start after this many failures in a row: doubled each time, and shortened by up to half by
    /// chance, so that many programs that lost the same server do not come back at once.
    #[must_use]
    pub fn pause(&self, failures: u32, chance: f64) -> Duration {
        let (first, longest) = self.pauses;
        let doubled = first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(longest);
        doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0).max(first.min(longest))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock as _, Plan, Wall};

    #[test]
    fn pauses_grow_from_one_second_to_a_minute_and_are_spread() {
        let plan = Plan::default();
        let at = |failures, chance| plan.pause(failures, chance).as_secs_f64();
        assert!((at(1, 0.0) - 1.0).abs() < 1e-9, "never less than a second");
        assert!((at(4, 1.0) - 8.0).abs() < 1e-9 && (at(4, 0.0) - 4.0).abs() < 1e-9);
        assert!((at(u32::MAX, 1.0) - 60.0).abs() < 1e-9, "never more than a minute");
        assert_eq!(plan.pause(0, 0.3), Duration::from_secs(1));
    }

    #[test]
    fn chance_is_a_fraction_and_differs() {
        let thrown: Vec<f64> = (0..50).map(|_| Wall.chance()).collect();
        assert!(thrown.iter().all(|chance| (0.0..1.0).contains(chance)));
        assert!(thrown.iter().any(|chance| (chance - thrown[0]).abs() > 1e-6), "{thrown:?}");
    }
}
