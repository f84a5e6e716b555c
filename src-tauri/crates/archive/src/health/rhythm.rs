//! How often a source usually hears from its service, in words that a person would use: how often, on which days, at
//! which time of the day.

use chrono::TimeZone;

use super::hours::{DAY, Expectation, Heard, LEARNED, on_the_clock};

/// With fewer deliveries, or of fewer days, nothing is usual yet.
const DELIVERIES: i64 = 10;
const DAYS: i64 = 7;
/// A day of the week counts as usual when it brings at least this share of what a day brings on average.
const SHARE: f64 = 0.1;
/// The hours that are named hold at least this share of all deliveries.
const COVERED: f64 = 0.95;
/// More hours than this are the whole day.
const WHOLE_DAY: usize = 20;

/// The days of the week, Monday first.
pub type Days = [bool; 7];

/// How often a source usually hears from its service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// How many deliveries a week brings.
    pub per_week: f64,
    /// The usual time from one to the next at those days and hours, in seconds.
    pub every: f64,
    /// On which days.
    pub days: Days,
    /// From which hour of the day to which, by the clock on the wall; `None` at any. The second may be below the first.
    pub hours: Option<(u8, u8)>,
}

/// What is usual, learned from what was heard, oldest first; `None` while that is too little.
pub(crate) fn rhythm(heard: &[Heard], zone: &impl TimeZone) -> Option<Rhythm> {
    let last = heard.last()?;
    let heard = &heard[heard.partition_point(|each| each.hour < last.hour - LEARNED * 24)..];
    let span = last.last_at - heard.first()?.first_at;
    let all: i64 = heard.iter().map(|each| each.deliveries).sum();
    if all < DELIVERIES || span < DAYS * DAY {
        return None;
    }
    let (mut by_day, mut by_hour) = ([0.0; 7], [0.0; 24]);
    for each in heard {
        let (day, hour) = on_the_clock(each.hour, zone)?;
        let count = count(each.deliveries);
        by_day[day] += count;
        by_hour[hour] += count;
    }
    let all = count(all);
    let days = by_day.map(|of_day| of_day >= SHARE * all / 7.0);
    let hours = usual_hours(&by_hour, all);
    let per_week = Expectation::learned(heard, last.last_at, zone)?.per_week;
    let of_day = hours.map_or(24.0, |(from, to)| f64::from((24 + to - from) % 24));
    let of_week = of_day * count(days.iter().filter(|day| **day).map(|_| 1).sum());
    Some(Rhythm { per_week, every: of_week * 3600.0 / per_week, days, hours })
}

fn count(deliveries: i64) -> f64 {
    f64::from(i32::try_from(deliveries).unwrap_or(i32::MAX))
}

/// The shortest run of hours, over midnight if need be, that holds nearly everything.
fn usual_hours(by_hour: &[f64; 24], all: f64) -> Option<(u8, u8)> {
    let holds = |from: usize, length: usize| {
        (from..from + length).map(|hour| by_hour[hour % 24]).sum::<f64>() >= COVERED * all
    };
    let shortest = (1..=WHOLE_DAY)
        .find_map(|length| (0..24).find(|from| holds(*from, length)).map(|from| (from, length)));
    let (from, length) = shortest?;
    Some((u8::try_from(from).ok()?, u8::try_from((from + length) % 24).ok()?))
}
