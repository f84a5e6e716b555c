//! Moments in three shapes: seconds and milliseconds as two numbers, a date without a zone, and the older forms' single
//! values.

use super::super::shared::told_with;
use crate::Instant;
use crate::model::Sourced;
use crate::payload::Cursor;
use crate::reading::{Findings, Part};

/// Reads the moment `<name>_seconds` and `<name>_milliseconds` (5 means .005), else `date`. `path` is the value's place
/// in the transcript.
pub(super) fn read(
    place: &Cursor<'_>,
    name: &str,
    date: &Cursor<'_>,
    path: &str,
    part: &mut Part,
    findings: &mut Findings,
) -> Option<Sourced<Instant>> {
    let seconds = place.at(&format!("{name}_seconds")).read(|value| {
        let millis = value.scalar()?.trim().parse::<i64>().ok()?.checked_mul(1000)?;
        // The first chats of this service are younger; smaller numbers are no time.
        Instant::from_millis(millis).filter(|time| time.millis() >= 946_684_800_000)
    });
    let Some(seconds) = seconds else { return read_date(date, findings) };
    let millis = place
        .at(&format!("{name}_milliseconds"))
        .read(|value| value.scalar()?.trim().parse::<u32>().ok().filter(|millis| *millis < 1000));
    let time =
        millis.as_ref().and_then(|part| Instant::from_millis(seconds.value.millis() + i64::from(part.value)));
    part.echo(millis, path);
    let understood = |text: &str| from_number(text).or_else(|| from_text(text)).map(|_| text.to_owned());
    part.echo(date.read(|value| understood(&value.scalar()?)), path);
    Some(told_with(&seconds, time.unwrap_or(seconds.value)))
}

/// A date with its zone, a number of milliseconds, or a date without a zone, which is read as UTC with a notice.
fn read_date(date: &Cursor<'_>, findings: &mut Findings) -> Option<Sourced<Instant>> {
    let exact = date.instant(|text| Instant::from_rfc3339(text).or_else(|| from_number(text)));
    if exact.is_some() {
        return exact;
    }
    let time = date.instant(from_text)?;
    findings.notice(
        "time_without_zone",
        Some(&time.origin),
        "This time names no zone and came without its seconds since 1970. It was read as UTC and may be off by hours.",
    );
    Some(time)
}

fn from_number(text: &str) -> Option<Instant> {
    Instant::from_millis(text.trim().parse().ok()?)
}

/// Newer Java writes a comma after the year and a narrow space before AM and PM.
fn from_text(text: &str) -> Option<Instant> {
    let plain = text.replace(['\u{202f}', '\u{a0}'], " ");
    let comma = plain.match_indices(',').nth(1).map(|(at, _)| at);
    let plain = comma.map_or_else(|| plain.clone(), |at| format!("{}{}", &plain[..at], &plain[at + 1..]));
    Instant::from_english(&plain).or_else(|| Instant::from_rfc3339(text))
}
