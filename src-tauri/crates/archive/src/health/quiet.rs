//! Whether a source that usually is talkative has gone quiet.
//!
//! Silence is not measured in hours but in what was to be expected meanwhile: each hour of the week counts as many
//! deliveries as it usually brings, and only while the door was open. So the nights and weekends of a source that is quiet
//! then never count, and neither does time in which nothing could arrive. The silence is out of the ordinary when much more
//! was to be expected than in the silences of the last weeks. The two longest of those are left out: a service that had
//! failed must not teach that failing is usual.
//!
//! All of that is learned up to the newest delivery. So while none comes the silence can only grow, and a warning that is
//! given stands until the next delivery.

use chrono::TimeZone;

use super::hours::{DAY, Expectation, Heard, LEARNED};
use crate::presence::Stretch;

/// With fewer deliveries, on fewer days, or from a shorter time, nothing is usual yet.
const DELIVERIES: i64 = 20;
const DAYS_HEARD: usize = 8;
const DAYS: i64 = 14;
/// A silence is long when at least so many deliveries were to be expected…
const LEAST: f64 = 6.0;
/// …and so many times as many as in the longest usual silence…
const TIMES: f64 = 2.0;
/// …and when the door was open for so long of it, in milliseconds.
const LASTING: i64 = 30 * 60_000;
/// The longest silences that teach nothing.
const LEFT_OUT: usize = 2;

/// A source has gone quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// For so many milliseconds of the time since the last delivery the door was open.
    pub open_for: i64,
    /// So many deliveries were to be expected meanwhile.
    pub expected: u32,
}

/// What the door's being open is known to have been.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened<'a> {
    /// The stretches in which it was open, oldest first.
    pub(crate) stretches: &'a [Stretch],
    /// When that began to be noted; what was before is not known.
    pub(crate) noted_from: Option<i64>,
}

impl Opened<'_> {
    /// The parts of a stretch of time in which the door was open; `unknown` tells whether it counts as open before it was
    /// noted.
    fn within(&self, from: i64, until: i64, unknown: bool) -> impl Iterator<Item = Stretch> {
        let noted_from = self.noted_from.unwrap_or(i64::MAX);
        let before = Stretch { from, until: until.min(noted_from) };
        let first = self.stretches.partition_point(|stretch| stretch.until <= from);
        let known = self.stretches[first..].iter().take_while(move |stretch| stretch.from < until);
        let known = known
            .map(move |stretch| Stretch { from: stretch.from.max(from), until: stretch.until.min(until) });
        known.chain(Some(before).filter(move |before| unknown && before.from < before.until))
    }
}

/// Whether the source has gone quiet by `now`, after a newest delivery at `last`. `heard` is what it had heard until then,
/// oldest first.
pub(crate) fn quiet(
    heard: &[Heard],
    opened: Opened<'_>,
    (last, now): (i64, i64),
    zone: &impl TimeZone,
) -> Option<Quiet> {
    let first_hour = heard.last()?.hour - LEARNED * 24;
    let heard = &heard[heard.partition_point(|each| each.hour < first_hour)..];
    let mut days: Vec<i64> = heard.iter().map(|each| each.hour.div_euclid(24)).collect();
    days.dedup();
    let enough = heard.iter().map(|each| each.deliveries).sum::<i64>() >= DELIVERIES
        && days.len() >= DAYS_HEARD
        && heard.last()?.last_at - heard.first()?.first_at >= DAYS * DAY;
    if !enough {
        return None;
    }
    // Longer than what it was learned from, silence gets no longer.
    let until = now.min(last + LEARNED * DAY);
    let expectation = Expectation::learned(heard, until, zone)?;
    let open_for = opened.within(last, until, false).map(|part| part.until - part.from).sum::<i64>();
    if open_for < LASTING {
        return None;
    }
    let counted = |from, until, unknown| {
        let parts = opened.within(from, until, unknown);
        parts.map(|part| expectation.between(part.from, part.until)).sum::<f64>()
    };
    let expected = counted(last, until, false);
    if expected < LEAST {
        return None;
    }
    let between = heard.windows(2).map(|two| counted(two[0].last_at, two[1].first_at, true));
    // Where in its hour the longest silence lay is not known; all of it counts.
    let within = heard.iter().map(|each| expectation.between(each.first_at, each.first_at + each.longest));
    let mut silences: Vec<f64> = between.chain(within).collect();
    silences.sort_by(|a, b| b.total_cmp(a));
    let usual = silences.get(LEFT_OUT).copied().unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, rounded")]
    (expected >= TIMES * usual).then(|| Quiet { open_for, expected: expected.round() as u32 })
}
