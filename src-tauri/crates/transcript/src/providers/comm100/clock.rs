//! Clock times of a transcript, which have no date and no zone.
//!
//! In the published sample they agree with UTC. The date is that of the chat's start; a clock that goes back by more
//! than an hour has passed midnight.

use crate::Instant;

const DAY: i64 = 24 * 60 * 60 * 1000;
const HOUR: i64 = 60 * 60 * 1000;

/// Dates one clock time after the other.
pub(super) struct Clock {
    last: Option<i64>,
    started: bool,
}

impl Clock {
    /// A clock whose first time is the one nearest to this moment.
    pub(super) fn new(base: Option<Instant>) -> Self {
        Self { last: base.map(Instant::millis), started: false }
    }

    /// The moment of the next clock time, in milliseconds of its day.
    pub(super) fn next(&mut self, of_day: i64) -> Option<Instant> {
        let last = self.last?;
        // The first time may lie on either side of the start; a later one stands after the line before it, except that
        // lines which crossed on their way may be out of order by a little.
        let earliest = if self.started { last - HOUR } else { last - DAY / 2 };
        let mut time = earliest.div_euclid(DAY) * DAY + of_day;
        if time < earliest {
            time += DAY;
        }
        self.started = true;
        self.last = Some(time);
        Instant::from_millis(time)
    }
}

/// `HH:MM:SS` as milliseconds of its day.
pub(super) fn of_day(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 8
        && bytes.iter().enumerate().all(|(at, b)| if at % 3 == 2 { *b == b':' } else { b.is_ascii_digit() });
    if !shaped {
        return None;
    }
    let number = |at: usize| text.get(at..at + 2).and_then(|digits| digits.parse::<i64>().ok());
    let (hours, minutes, seconds) = (number(0)?, number(3)?, number(6)?);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

#[cfg(test)]
mod tests {
    use super::{Clock, of_day};
    use crate::Instant;

    fn check(base: &str, times: &[&str], expected: &[&str]) {
        let mut clock = Clock::new(Instant::from_rfc3339(base));
        let found: Vec<String> =
            times.iter().filter_map(|time| clock.next(of_day(time)?)).map(|at| at.to_string()).collect();
        assert_eq!(found, expected, "{times:?} from {base}");
    }

    #[test]
    fn a_clock_passes_midnight_and_forgives_crossed_lines() {
        check(
            "2024-03-01T23:58:00Z",
            &["23:58:10", "00:01:05", "00:01:04", "13:00:00"],
            &[
                "2024-03-01T23:58:10.000Z",
                "2024-03-02T00:01:05.000Z",
                "2024-03-02T00:01:04.000Z",
                "2024-03-02T13:00:00.000Z",
            ],
        );
        check("2024-03-01T00:00:20Z", &["23:59:58"], &["2024-02-29T23:59:58.000Z"]);
        check("2013-01-17T20:18:17Z", &["19:16:06"], &["2013-01-17T19:16:06.000Z"]);
    }

    #[test]
    fn what_is_no_clock_time_is_none() {
        for odd in ["24:00:00", "1:00:00", "12:60:00", "12.00.00", "12:00:0é", ""] {
            assert_eq!(of_day(odd), None, "{odd:?} is no time of day");
        }
    }
}
