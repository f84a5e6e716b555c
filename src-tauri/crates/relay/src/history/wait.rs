//! How long to wait before asking again.

use std::time::Duration;

use afterchat_transcript::Instant;
use chrono::DateTime;

/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that is not the service's own wish.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long a `Retry-After` asks to wait: a number of seconds, or an HTTP date (RFC 9110, 10.2.3).
pub(super) fn retry_after(header: &str, now: Instant) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(header).ok()?;
    let millis = until.timestamp_millis().saturating_sub(now.millis());
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}

/// The pause before the next try: doubled with each try, and up to half as long again, so that many programs do not
/// come back together. `jitter` runs from 0 to 1.
pub(super) fn pause(tries: u32, jitter: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE);
    doubled.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use afterchat_transcript::Instant;

    use super::{pause, retry_after};

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let now = Instant::from_rfc3339("2026-03-01T10:00:00Z").expect("a time");
        for (header, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 01 Mar 2026 10:00:30 GMT", Some(30)),
            ("Sun, 01 Mar 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            let found = retry_after(header, now).map(|wait| wait.as_secs());
            assert_eq!(found, seconds, "{header:?} asks to wait that long");
        }
    }

    #[test]
    fn pauses_grow_to_a_limit_and_are_spread() {
        let seconds: Vec<u64> = (0..8).map(|tries| pause(tries, 0.0).as_secs()).collect();
        assert_eq!(
            seconds,
            [1, 2, 4, 8, 16, 32, 60, 60],
            "a service in trouble must not be asked all the time"
        );
        assert_eq!(pause(0, 1.0), Duration::from_millis(1500));
        assert_eq!(pause(u32::MAX, 9.0), Duration::from_secs(90), "odd numbers must not overflow");
    }
}
