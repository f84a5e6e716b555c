//! How often each source may be posted to. Whoever knows an address can send to it without end; one source that does so
//! must not take the room of the others.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// How many requests a source takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// As many in a second, for as long as they come.
    pub a_second: NonZeroU32,
    /// As many at once, before that holds.
    pub at_once: NonZeroU32,
}

impl Default for Rate {
    /// 300 a second and 3,000 at once: far more than any service sends, far less than the archive takes.
    fn default() -> Self {
        const A_SECOND: NonZeroU32 = NonZeroU32::new(300).expect("not zero");
        const AT_ONCE: NonZeroU32 = NonZeroU32::new(3_000).expect("not zero");
        Self { a_second: A_SECOND, at_once: AT_ONCE }
    }
}

/// Counts the requests of each source by themselves. It knows only sources that exist, so it stays small.
#[derive(Debug)]
pub(crate) struct Rates<C: Clock = DefaultClock> {
    clock: C,
    of_each: Option<Counted<C>>,
}

type Counted<C> = RateLimiter<String, HashMapStateStore<String>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl Rates {
    /// Takes this many requests of each source; `None` takes all.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self::with_clock(rate, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn with_clock(rate: Option<Rate>, clock: C) -> Self {
        let quota = |rate: Rate| Quota::per_second(rate.a_second).allow_burst(rate.at_once);
        let of_each = rate.map(|rate| RateLimiter::hashmap_with_clock(quota(rate), clock.clone()));
        Self { clock, of_each }
    }

    /// Counts a request of this source.
    ///
    /// # Errors
    /// When it is one too many: in how many whole seconds the next will be taken.
    pub(crate) fn count(&self, source: &String) -> Result<(), u64> {
        let Some(of_each) = &self.of_each else { return Ok(()) };
        of_each.check_key(source).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            // Rounded up, so that it is true.
            (wait + Duration::from_nanos(999_999_999)).as_secs().max(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::{Rate, Rates};

    fn rates(a_second: u32, at_once: u32) -> (Rates<FakeRelativeClock>, FakeRelativeClock) {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        let rate = Rate { a_second: number(a_second), at_once: number(at_once) };
        let clock = FakeRelativeClock::default();
        (Rates::with_clock(Some(rate), clock.clone()), clock)
    }

    /// How many of a thousand requests are taken now.
    fn taken(rates: &Rates<FakeRelativeClock>, source: &str) -> usize {
        let source = source.to_owned();
        (0..1000).filter(|_| rates.count(&source).is_ok()).count()
    }

    #[test]
    fn a_burst_is_taken_and_then_so_many_a_second() {
        let (rates, clock) = rates(20, 100);
        assert_eq!(taken(&rates, "shop"), 100, "a burst is what a service sends after it was down");
        for _ in 0..5 {
            clock.advance(Duration::from_millis(500));
            assert_eq!(taken(&rates, "shop"), 10, "half a second brings half of what a second takes");
        }
        clock.advance(Duration::from_secs(3600));
        assert_eq!(taken(&rates, "shop"), 100, "room is not saved up beyond the burst");
    }

    #[test]
    fn after_the_seconds_that_were_told_a_request_is_taken() {
        for (a_second, at_once) in [(1, 1), (1, 7), (3, 2), (300, 3_000)] {
            let (rates, clock) = rates(a_second, at_once);
            let shop = "shop".to_owned();
            for turn in 0..20 {
                while rates.count(&shop).is_ok() {}
                clock.advance(Duration::from_millis(37 * turn));
                while rates.count(&shop).is_ok() {}
                let told = rates.count(&shop).expect_err("it is full");
                assert!(told >= 1, "0 would ask for the next one at once");
                clock.advance(Duration::from_secs(told));
                assert_eq!(rates.count(&shop), Ok(()), "{a_second} a second: {told} s were told");
            }
        }
    }

    #[test]
    fn a_source_at_its_limit_leaves_the_others_alone() {
        let (rates, _) = rates(20, 100);
        assert_eq!((taken(&rates, "shop"), taken(&rates, "shop")), (100, 0));
        assert_eq!(taken(&rates, "other"), 100, "each source is counted by itself");
        assert_eq!((0..5000).filter(|_| Rates::new(None).count(&"shop".to_owned()).is_ok()).count(), 5000);
    }
}
