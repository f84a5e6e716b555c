//! Times as the reader of an export sees them: in one zone, with the zone named.

use afterchat_transcript::{Instant, Transcript};
use chrono::{DateTime, FixedOffset, NaiveDate, Offset as _, TimeZone, Utc};

/// The reader's time zone. Summer time makes it more than an offset.
pub(super) struct Clock<'a> {
    offset: Box<dyn Fn(DateTime<Utc>) -> FixedOffset + 'a>,
}

impl<'a> Clock<'a> {
    pub(super) fn new<Z: TimeZone>(zone: &'a Z) -> Self {
        Self { offset: Box::new(|time| zone.offset_from_utc_datetime(&time.naive_utc()).fix()) }
    }

    fn local(&self, at: Instant) -> DateTime<FixedOffset> {
        at.utc().with_timezone(&(self.offset)(at.utc()))
    }

    pub(super) fn date(&self, at: Instant) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// `16:33`.
    pub(super) fn time(&self, at: Instant) -> String {
        self.local(at).format("%H:%M").to_string()
    }

    /// `Fri 27 March 2015, 16:33`.
    pub(super) fn moment(&self, at: Instant) -> String {
        self.local(at).format("%a %-d %B %Y, %H:%M").to_string()
    }

    /// `2015-03-27 16:33:59`, as spreadsheets read it.
    pub(super) fn sortable(&self, at: Instant) -> String {
        self.local(at).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// From the beginning to the end, the day told once.
    pub(super) fn span(&self, transcript: &Transcript) -> String {
        let (start, end) = (transcript.started_at, transcript.ended_at.unwrap_or(transcript.active_at()));
        let inferred = if transcript.started_at_inferred { "~" } else { "" };
        let start_words = format!("{inferred}{}", self.moment(start));
        if end <= start || self.time(end) == self.time(start) && self.date(end) == self.date(start) {
            start_words
        } else if self.date(end) == self.date(start) {
            format!("{start_words}–{}", self.time(end))
        } else {
            format!("{start_words} – {}", self.moment(end))
        }
    }

    /// The zone's offsets in this conversation, such as `UTC+01:00`; two when the clocks were changed in between.
    pub(super) fn zone(&self, transcript: &Transcript) -> String {
        let mut offsets = vec![self.offset_of(transcript.started_at), self.offset_of(transcript.active_at())];
        offsets.dedup();
        offsets.join(" and ")
    }

    fn offset_of(&self, at: Instant) -> String {
        let offset = (self.offset)(at.utc());
        if offset.local_minus_utc() == 0 { "UTC".to_owned() } else { format!("UTC{offset}") }
    }
}

/// `Friday 27 March 2015`.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}
