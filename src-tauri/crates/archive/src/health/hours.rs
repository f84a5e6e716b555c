//! What was heard, hour by hour, and how much is to be expected of each hour of the week.

use chrono::{Datelike, TimeZone, Timelike, Utc};

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;
/// What is usual is learned from so many days before the newest delivery.
pub(super) const LEARNED: i64 = 42;
const OF_WEEK: usize = 168;

/// An hour in which something was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Hours since 1970, UTC.
    pub(crate) hour: i64,
    pub(crate) deliveries: i64,
    /// The first and the last of them, in milliseconds since 1970.
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    /// The longest time between two of them, in milliseconds.
    pub(crate) longest: i64,
}

/// The hour in which a moment lies.
pub(crate) fn hour_of(millis: i64) -> i64 {
    millis.div_euclid(HOUR)
}

/// The day of the week, 0 for Monday, and the hour of the day at which an hour begins, where the clock stands so.
pub(super) fn on_the_clock(hour: i64, zone: &impl TimeZone) -> Option<(usize, usize)> {
    let at = Utc.timestamp_millis_opt(hour.checked_mul(HOUR)?).single()?.with_timezone(zone);
    let day = usize::try_from(at.weekday().num_days_from_monday()).ok()?;
    Some((day, usize::try_from(at.hour()).ok()?))
}

fn of_week(hour: i64, zone: &impl TimeZone) -> usize {
    on_the_clock(hour, zone).map_or(0, |(day, hour)| (day * 24 + hour) % OF_WEEK)
}

/// How many deliveries an hour usually brings, for each hour of a stretch of time.
pub(super) struct Expectation {
    first: i64,
    of_hour: Vec<f64>,
    /// How many a whole week usually brings.
    pub(super) per_week: f64,
}

impl Expectation {
    /// Learned from what was heard, for the time from the first of it to `until`. `None` of nothing.
    pub(super) fn learned(heard: &[Heard], until: i64, zone: &impl TimeZone) -> Option<Self> {
        let (first, last) = (heard.first()?.hour, heard.last()?.hour);
        let weekly: Vec<usize> = (first..=hour_of(until).max(last)).map(|hour| of_week(hour, zone)).collect();
        let learned_from = usize::try_from(last - first).ok()? + 1;
        let (mut came, mut passed) = ([0.0; OF_WEEK], [0.0; OF_WEEK]);
        for at in &weekly[..learned_from] {
            passed[*at] += 1.0;
        }
        for each in heard {
            let at = weekly[usize::try_from(each.hour - first).ok()?];
            came[at] += f64::from(i32::try_from(each.deliveries).unwrap_or(i32::MAX));
        }
        let usual = |at: &usize| if passed[*at] > 0.0 { came[*at] / passed[*at] } else { 0.0 };
        let per_week = (0..OF_WEEK).map(|at| usual(&at)).sum();
        Some(Self { first, of_hour: weekly.iter().map(usual).collect(), per_week })
    }

    /// How many deliveries were to be expected from then to then, in milliseconds since 1970.
    pub(super) fn between(&self, from: i64, until: i64) -> f64 {
        let mut sum = 0.0;
        let mut at = from;
        while at < until {
            let hour = hour_of(at);
            let end = ((hour + 1) * HOUR).min(until);
            let index = usize::try_from(hour - self.first).ok();
            let of_hour = index.and_then(|index| self.of_hour.get(index)).copied().unwrap_or_default();
            // Parts of an hour: the numbers are far below where this loses anything.
            #[allow(clippy::cast_precision_loss, reason = "an hour has 3.6 million milliseconds")]
            let share = (end - at) as f64 / HOUR as f64;
            sum += of_hour * share;
            at = end;
        }
        sum
    }
}
