//! What an attempt means, and when the next one is due.
//!
//! 2xx is good. What the target said of the request itself, 4xx, stays true however often it is asked, and a redirect is
//! not followed: both are final, except for the three answers that ask to come again. Everything else passes: a server in
//! trouble, one that is not there, one that is too slow.

use std::time::Duration;

use afterchat_transcript::Instant;
use chrono::DateTime;

/// The pauses between attempts, before they are spread. After the last one a delivery is given up.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
];
/// A pause is made up to this part longer, so that what failed together does not come back together.
const SPREAD: f64 = 0.2;
/// A target may ask for no longer pause.
const LONGEST_WISH: Duration = Duration::from_secs(24 * 3600);

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// There was an answer.
    Answered {
        /// Its status.
        status: u16,
        /// Its `Retry-After`.
        retry_after: Option<&'a str>,
    },
    /// There was none, and that may pass.
    NoAnswer,
    /// Nothing can be sent to this address, however often it is tried.
    Impossible,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The target took it.
    Good,
    /// It is tried again after this pause.
    Again(Duration),
    /// It is given up: the target refuses it.
    Final,
    /// It is given up: it was tried often enough.
    Enough,
}

/// Judges an attempt after which there have been `tries` of them. `jitter` runs from 0 to 1.
#[must_use]
pub fn judge(outcome: Outcome<'_>, tries: u32, jitter: f64, now: Instant) -> Verdict {
    let wish = match outcome {
        Outcome::Impossible => return Verdict::Final,
        Outcome::Answered { status: 200..=299, .. } => return Verdict::Good,
        Outcome::Answered { status: 408 | 425 | 429 | 500.., retry_after } => {
            retry_after.and_then(|header| wish(header, now))
        }
        Outcome::Answered { .. } => return Verdict::Final,
        Outcome::NoAnswer => None,
    };
    let step = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(pause) = PAUSES.get(step) else { return Verdict::Enough };
    let pause = pause.mul_f64(1.0 + SPREAD * jitter.clamp(0.0, 1.0));
    // A target that asks for a shorter pause gets ours: it does not know how often it was asked.
    Verdict::Again(pause.max(wish.unwrap_or_default().min(LONGEST_WISH)))
}

/// How long a `Retry-After` asks to wait: a number of seconds, or an HTTP date (RFC 9110, 10.2.3).
fn wish(header: &str, now: Instant) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(header).ok()?;
    let millis = until.timestamp_millis().saturating_sub(now.millis());
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use afterchat_transcript::Instant;
    use proptest::prelude::*;

    use super::{Outcome, Verdict, judge};

    fn now() -> Instant {
        Instant::from_rfc3339("2026-03-01T10:00:00Z").expect("a time")
    }

    fn answered(status: u16, retry_after: Option<&str>) -> Outcome<'_> {
        Outcome::Answered { status, retry_after }
    }

    fn again(seconds: u64) -> Verdict {
        Verdict::Again(Duration::from_secs(seconds))
    }

    #[test]
    fn each_answer_means_one_thing() {
        for (statuses, verdict, why) in [
            (&[200, 201, 202, 204, 299][..], Verdict::Good, "the target took it"),
            (&[408, 425, 429, 500, 502, 503, 504, 599, 999], again(5), "that passes"),
            (&[400, 401, 404, 410, 413, 422, 499], Verdict::Final, "it would say the same again"),
            (&[100, 101, 301, 302, 307, 308], Verdict::Final, "nothing leads to another address"),
        ] {
            for status in statuses {
                assert_eq!(judge(answered(*status, None), 1, 0.0, now()), verdict, "{status}: {why}");
            }
        }
        assert_eq!(judge(Outcome::NoAnswer, 1, 0.0, now()), again(5), "it may be started later");
        assert_eq!(judge(Outcome::Impossible, 1, 0.0, now()), Verdict::Final);
    }

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let pauses: Vec<Verdict> = (1..=8).map(|tries| judge(Outcome::NoAnswer, tries, 0.0, now())).collect();
        let expected = [
            again(5),
            again(30),
            again(120),
            again(600),
            again(3600),
            again(21_600),
            Verdict::Enough,
            Verdict::Enough,
        ];
        assert_eq!(pauses, expected);
        assert_eq!(judge(Outcome::NoAnswer, 1, 1.0, now()), again(6), "a fifth longer at most");
    }

    #[test]
    fn a_target_may_ask_for_a_longer_pause_within_bounds() {
        for (header, seconds, why) in [
            ("120", 120, "seconds"),
            ("1", 5, "no shorter than ours"),
            ("Sun, 01 Mar 2026 10:01:00 GMT", 60, "a date"),
            ("Sun, 01 Mar 2026 09:00:00 GMT", 5, "a date that is over"),
            ("99999999999999999999", 5, "a number that is none"),
            ("999999999", 86_400, "a day at most"),
            ("Fri, 01 Mar 2999 10:00:00 GMT", 86_400, "a day at most"),
            ("soon", 5, "words"),
            ("", 5, "nothing"),
        ] {
            assert_eq!(
                judge(answered(503, Some(header)), 1, 0.0, now()),
                again(seconds),
                "{header:?}: {why}"
            );
        }
        assert_eq!(judge(answered(200, Some("120")), 1, 0.0, now()), Verdict::Good);
        assert_eq!(
            judge(answered(503, Some("120")), 7, 0.0, now()),
            Verdict::Enough,
            "asking keeps nothing alive"
        );
    }

    proptest! {
        #[test]
        fn no_answer_whatever_makes_it_ask_forever_or_at_once(
            status in any::<u16>(), header in proptest::option::of(".*"), tries in 1_u32.., jitter in any::<f64>(),
        ) {
            match judge(answered(status, header.as_deref()), tries, jitter, now()) {
                Verdict::Again(pause) => {
                    prop_assert!(tries <= 6);
                    prop_assert!(pause >= Duration::from_secs(5) && pause <= Duration::from_secs(24 * 3600));
                }
                Verdict::Enough => prop_assert!(tries > 6),
                Verdict::Good => prop_assert!((200..300).contains(&status)),
                Verdict::Final => prop_assert!(status < 500),
            }
        }
    }
}
