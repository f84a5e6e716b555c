//! How much is done, what chance decides, and how the figures are told.

use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Whether the long selection was asked for.
pub(crate) fn is_full() -> bool {
    std::env::var_os("AFTERCHAT_FAULTS").is_some_and(|selection| selection == "full")
}

/// The one for the short selection or the one for the long.
pub(crate) fn either<T>(short: T, full: T) -> T {
    if is_full() { full } else { short }
}

/// Prints a fault's figures in one line, also where the test's own output is captured.
pub(crate) fn figures(fault: &str, figures: impl Display) {
    // Who cannot see them still has the test's outcome.
    let _seen = writeln!(std::io::stdout().lock(), "\n  {fault}: {figures}");
}

/// Milliseconds, as figures are told.
pub(crate) fn ms(time: Duration) -> u128 {
    time.as_millis()
}

/// What chance decides, repeatable by its seed (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    /// A seed that nobody chose, unless `AFTERCHAT_FAULTS_SEED` does.
    pub(crate) fn seed() -> u64 {
        let seed = match std::env::var("AFTERCHAT_FAULTS_SEED") {
            Ok(seed) => seed.parse().expect("AFTERCHAT_FAULTS_SEED is a number"),
            Err(_) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
                u64::from(now.subsec_nanos())
            }
        };
        // Captured, and shown where the test fails.
        println!("AFTERCHAT_FAULTS_SEED={seed}");
        seed
    }

    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below the limit.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Bytes that do not compress.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(length).collect()
    }
}
