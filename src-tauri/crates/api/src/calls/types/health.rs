//! When the door was closed, and how each source fares.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::RefusalReason;

/// How a gap began, as far as somebody said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GapBegan {
    /// The door was closed.
    Closed,
    /// The machine slept, or stood still.
    Slept,
}

/// What went wrong last at a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WrongKind {
    /// A delivery could not be read.
    Unreadable,
    /// A delivery was answered 401 and is in quarantine.
    Quarantined,
    /// A request was not taken.
    Refused,
}

contract! {
    /// A stretch of time in which the door was closed.
    GapRow {
        /// Its name, which also is the place to ask the next page with: when it ended, in milliseconds.
        id: String,
        /// Until then at least the door had been open.
        from: Instant,
        /// From then on it was open again.
        to: Instant,
        /// How it began; absent when nobody said so: the program was ended by force, or the machine lost its power.
        #[serde(skip_serializing_if = "Option::is_none")]
        began: Option<GapBegan>,
    }

    /// Which gaps to list, newest first.
    GapsQuestion {
        /// The name of the last row of the page before.
        #[serde(default)]
        after: Option<String>,
        /// Also short ones, and those from before any service had reached its address.
        #[serde(default)]
        all: Option<bool>,
        /// How many rows at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A page of them.
    GapPage {
        /// The rows.
        rows: Vec<GapRow>,
        /// The name to ask the next page with; absent on the last one.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }

    /// A gap by its name.
    GapQuestion {
        /// Its name.
        id: String,
    }

    /// Up to which gap a person has seen them.
    SeenGaps {
        /// The name of the newest that was seen; absent for none.
        #[serde(default)]
        id: Option<String>,
    }

    /// What had been seen before.
    GapsSeen {
        /// The name of the newest that had been seen; absent for none.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    }

    /// How often a source usually hears from its service, learned from the last six weeks of its deliveries.
    RhythmRow {
        /// Seconds from one to the next, at the usual days and hours.
        every: f64,
        /// How many a week brings.
        per_week: f64,
        /// The usual days of the week, Monday first.
        days: [bool; 7],
        /// The usual hours of the day by this machine's clock, from and to; absent at any. The second may be below the first.
        #[serde(skip_serializing_if = "Option::is_none")]
        hours: Option<(u8, u8)>,
    }

    /// What went wrong last at a source, and where to look at it.
    WrongRow {
        /// When.
        at: Instant,
        /// What.
        kind: WrongKind,
        /// The delivery, for what became one.
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery: Option<String>,
        /// The request that was not taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        refusal: Option<String>,
        /// Why it was not taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<RefusalReason>,
    }

    /// A talkative source has gone quiet.
    QuietRow {
        /// Seconds since its last delivery in which the door was open.
        #[ts(type = "number")]
        open_for: i64,
        /// How many deliveries were to be expected meanwhile.
        expected: u32,
        /// A person has seen it and wants to hear no more of it until the next delivery.
        dismissed: bool,
    }

    /// How a source fares.
    HealthRow {
        /// When its service last sent something: without samples and trials by hand.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_at: Option<Instant>,
        /// How often it usually does; absent while too little is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        rhythm: Option<RhythmRow>,
        /// What went wrong last.
        #[serde(skip_serializing_if = "Option::is_none")]
        wrong: Option<WrongRow>,
        /// That it has gone quiet.
        #[serde(skip_serializing_if = "Option::is_none")]
        quiet: Option<QuietRow>,
    }

    /// Whether a person wants to hear no more of a quiet source until its next delivery.
    QuietDismissal {
        /// The source's name.
        source: String,
        /// False takes it back.
        on: bool,
    }
}
