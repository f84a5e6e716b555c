//! A moment in time, and every way the chat services write one.
//!
//! Times are kept in UTC to the millisecond, which is what the transcript shows. The original string stays in the
//! payload, where the value's pointer finds it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use ts_rs::TS;

/// A moment in UTC, written as RFC 3339 with milliseconds and `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct Instant(DateTime<Utc>);

/// Services write "no time" as the first moment their platform knows: the start of 1970, or of the year 1 in .NET.
/// Nothing that happened in a live chat is older than this.
const FIRST_PLAUSIBLE_MS: i64 = 2 * 24 * 60 * 60 * 1000;
/// The start of the year 10000, from where RFC 3339 has no room.
const FIRST_IMPLAUSIBLE_MS: i64 = 253_402_300_800_000;

impl Instant {
    /// The moment this many milliseconds after the start of 1970, or `None` when no chat can have happened then.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        if !(FIRST_PLAUSIBLE_MS..FIRST_IMPLAUSIBLE_MS).contains(&millis) {
            return None;
        }
        Utc.timestamp_millis_opt(millis).single().map(Self)
    }

    /// This moment of the clock, cut to milliseconds.
    #[must_use]
    pub fn from_utc(time: DateTime<Utc>) -> Self {
        Self(DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time))
    }

    /// Milliseconds since the start of 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The moment for chrono's own arithmetic and formatting.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// RFC 3339 with an offset and up to nine fraction digits, as Chatlio and Smartsupp v2 write it.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text.trim()).ok()?;
        Self::from_millis(time.timestamp_millis())
    }

    /// A moment without a zone, read as UTC: `2026-03-01T09:12:45.027`, or in the American order `03/01/2026 09:12:45`.
    #[must_use]
    pub fn from_zoneless(text: &str) -> Option<Self> {
        if text.contains('T') {
            return Self::from_rfc3339(&format!("{text}Z"));
        }
        let (day, clock) = text.split_once(' ')?;
        let mut parts = day.split('/');
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        Self::from_rfc3339(&format!("{year}-{month:0>2}-{day:0>2}T{clock}Z"))
    }

    /// Microsoft's JSON date, `/Date(1584423203253)/`, with or without an offset (which does not move the moment).
    #[must_use]
    pub fn from_microsoft(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix("/Date(")?.strip_suffix(")/")?;
        let end = inner
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '+' || *c == '-')
            .map_or(inner.len(), |(at, _)| at);
        Self::from_millis(inner[..end].parse().ok()?)
    }

    /// `Oct 3, 2014 2:14:31 PM`, which names no zone and is read as UTC.
    #[must_use]
    pub fn from_english(text: &str) -> Option<Self> {
        let time = NaiveDateTime::parse_from_str(text.trim(), "%b %d, %Y %I:%M:%S %p").ok()?;
        Self::from_millis(time.and_utc().timestamp_millis())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Instant {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|time| Self::from_utc(time.with_timezone(&Utc)))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339 in UTC with milliseconds, ending in Z." })
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;

    fn check(read: fn(&str) -> Option<Instant>, text: &str, expected: Option<&str>) {
        let found = read(text).map(|instant| instant.to_string());
        assert_eq!(found.as_deref(), expected, "{text:?} must be read as the service meant it");
    }

    #[test]
    fn every_way_of_writing_a_moment_is_read() {
        check(Instant::from_rfc3339, "2016-07-28T19:03:29.000005006+02:00", Some("2016-07-28T17:03:29.000Z"));
        check(Instant::from_rfc3339, "2026-05-15T10:00:00Z", Some("2026-05-15T10:00:00.000Z"));
        check(Instant::from_rfc3339, "yesterday", None);
        check(Instant::from_microsoft, "/Date(1584423203253)/", Some("2020-03-17T05:33:23.253Z"));
        check(Instant::from_microsoft, "/Date(1584423203253+0200)/", Some("2020-03-17T05:33:23.253Z"));
        check(Instant::from_microsoft, "/Date(1584423203253-0800)/", Some("2020-03-17T05:33:23.253Z"));
        check(Instant::from_english, "Oct 3, 2014 2:14:31 PM", Some("2014-10-03T14:14:31.000Z"));
    }

    #[test]
    fn a_moment_that_means_no_time_is_absent() {
        check(Instant::from_microsoft, "/Date(-62135596800000)/", None);
        check(Instant::from_microsoft, "/Date(0)/", None);
        check(Instant::from_rfc3339, "0001-01-01T00:00:00Z", None);
        check(Instant::from_rfc3339, "1970-01-01T00:00:00Z", None);
        assert_eq!(Instant::from_millis(i64::MAX), None, "a number that is no time must not become one");
        assert_eq!(Instant::from_millis(i64::MIN), None, "a number that is no time must not become one");
    }
}
