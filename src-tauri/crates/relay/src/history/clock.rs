//! Time as a back-fill sees it: passed in, so that no test waits.

use std::time::Duration;

use afterchat_transcript::Instant;

/// Tells the time and waits.
pub trait Clock {
    /// The moment.
    fn now(&self) -> Instant;

    /// Waits this long.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;

    /// A number from 0 to 1 that spreads the tries of many programs.
    fn jitter(&self) -> f64;
}

/// This machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> Instant {
        Instant::from_utc(chrono::Utc::now())
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep(time)
    }

    fn jitter(&self) -> f64 {
        f64::from(chrono::Utc::now().timestamp_subsec_micros() % 1000) / 1000.0
    }
}
