//! What may stand behind the names that choose by what a delivery is.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Is, Signed};
use crate::{DeliveryKind, Instant};

/// What a name takes, for a person who gave it something else.
pub(super) fn taken(name: &str) -> &'static str {
    match name {
        "is" => {
            "is:unreadable, is:quarantined, is:pending, is:conversation, is:no_conversation, is:pinned, is:noted, is:drifted, is:hook, is:fetched or is:imported"
        }
        "signature" => "signature:good, signature:missing, signature:wrong, signature:late or signature:none",
        "status" => "status:503, status:5xx or status:>=400",
        "size" => "size:>10k, size:<=2m or size:1k-10k",
        "id" => "id:12, id:>100 or id:100-200",
        "before" | "after" => "a day or a moment in UTC, such as before:2026-03-31 or after:2026-03-31T14:30",
        _ => "a value",
    }
}

pub(super) fn is(value: &str) -> Option<Is> {
    Some(match value {
        "pending" | "waiting" => Is::Pending,
        "conversation" => Is::Conversation,
        "no_conversation" => Is::NoConversation,
        "unreadable" => Is::Unreadable,
        "quarantined" => Is::Quarantined,
        "pinned" => Is::Pinned,
        "noted" => Is::Noted,
        "drifted" => Is::Drifted,
        "hook" => Is::Kind(DeliveryKind::Hook),
        "fetched" => Is::Kind(DeliveryKind::BackFill),
        "imported" => Is::Kind(DeliveryKind::Import),
        _ => return None,
    })
}

pub(super) fn signed(value: &str) -> Option<Signed> {
    Some(match value {
        "good" => Signed::Good,
        "missing" => Signed::Missing,
        "wrong" => Signed::Wrong,
        "late" => Signed::Late,
        "none" => Signed::Unchecked,
        _ => return None,
    })
}

/// `503`, `5xx`, `>=400`, `400-499`.
pub(super) fn statuses(value: &str) -> Option<RangeInclusive<i64>> {
    let class = value.strip_suffix("xx").filter(|class| class.len() == 1);
    if let Some(class) = class.and_then(|class| class.parse::<i64>().ok()) {
        return Some(class * 100..=class * 100 + 99);
    }
    range(value, |text| text.parse().ok())
}

/// `12`, `>100`, `100-200`.
pub(super) fn numbers(value: &str) -> Option<RangeInclusive<i64>> {
    range(value, |text| text.parse().ok().filter(|number| *number >= 0))
}

/// `>10k`, `<=1.5m`, `300`: bytes, or thousands and millions of them as sizes are shown.
pub(super) fn sizes(value: &str) -> Option<RangeInclusive<i64>> {
    range(value, |text| {
        let text = text.strip_suffix('b').unwrap_or(text);
        let (digits, unit) = match text.as_bytes().last()? {
            b'k' => (&text[..text.len() - 1], 1_000.0),
            b'm' => (&text[..text.len() - 1], 1_000_000.0),
            b'g' => (&text[..text.len() - 1], 1_000_000_000.0),
            _ => (text, 1.0),
        };
        let size = digits.parse::<f64>().ok()? * unit;
        let known = size.is_finite() && (0.0..9e15).contains(&size);
        #[allow(clippy::cast_possible_truncation, reason = "checked to be in range; half a byte is none")]
        known.then_some(size as i64)
    })
}

/// A number with a sign of comparison before it, or two with a hyphen between them, as the numbers that it means.
fn range(value: &str, number: fn(&str) -> Option<i64>) -> Option<RangeInclusive<i64>> {
    type Meant = fn(i64) -> RangeInclusive<i64>;
    let signs: [(&str, Meant); 5] = [
        ("<=", |n| i64::MIN..=n),
        (">=", |n| n..=i64::MAX),
        ("<", |n| i64::MIN..=n.saturating_sub(1)),
        (">", |n| n.saturating_add(1)..=i64::MAX),
        ("=", |n| n..=n),
    ];
    for (sign, meant) in signs {
        if let Some(rest) = value.strip_prefix(sign) {
            return number(rest.trim()).map(meant);
        }
    }
    if let Some((from, to)) = value.split_once('-').filter(|(from, _)| !from.is_empty()) {
        return Some(number(from)?..=number(to)?);
    }
    number(value).map(|n| n..=n)
}

/// A day, which means its beginning, or a moment; in UTC unless it says otherwise.
pub(super) fn moment(value: &str) -> Option<Instant> {
    let value = value.trim();
    if let Ok(day) = value.parse::<NaiveDate>() {
        return instant(day.and_time(NaiveTime::MIN));
    }
    let zoneless = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f"];
    if let Some(time) = zoneless.iter().find_map(|shape| NaiveDateTime::parse_from_str(value, shape).ok()) {
        return instant(time);
    }
    DateTime::parse_from_rfc3339(value).ok().and_then(|time| instant(time.naive_utc()))
}

fn instant(time: NaiveDateTime) -> Option<Instant> {
    Instant::from_millis(time.and_utc().timestamp_millis())
}
