//! Forwarding: targets, how they stand, their log, and what was given up.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a delivery has come on its way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ForwardState {
    /// It is to be sent, at once or at a later time.
    Waiting,
    /// It is being sent.
    UnderWay,
    /// It is in quarantine: it goes when somebody accepts it.
    Held,
    /// It arrived.
    Done,
    /// It was given up.
    Dead,
}

contract! {
    /// What a person decides about a target.
    ForwardSettings {
        /// What to call it; empty to call it after its server.
        name: String,
        /// Where deliveries go: http or https.
        url: String,
        /// Sent before the service is answered; otherwise after it.
        before: bool,
        /// The service gets this target's answer; implies `before`. Of the targets of a source only one does.
        pass_back: bool,
        /// Seconds that one attempt may take, 1 to 30.
        deadline: u32,
        /// `Authorization` and `Cookie` go along.
        credentials: bool,
        /// The delivery's number goes along, in `X-Afterchat-Delivery`.
        numbered: bool,
        /// What is in quarantine goes, too.
        quarantined: bool,
    }

    /// One attempt to send a delivery to a target.
    ForwardAttempt {
        /// Its number within its target.
        number: String,
        /// The delivery's number.
        delivery: String,
        /// When it began.
        at: Instant,
        /// How long it took, in milliseconds.
        #[ts(type = "number")]
        took_ms: i64,
        /// What was answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Why there was no answer: a stable code.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The same in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The beginning of the answer's body as text.
        answer: String,
    }

    /// A target of a source and how it stands.
    ForwardTargetRow {
        /// Its number.
        id: String,
        /// The source whose deliveries it gets.
        source: String,
        /// What a person decided about it.
        settings: ForwardSettings,
        /// True while what arrives only waits.
        paused: bool,
        /// When it was added: it gets what arrived later.
        added_at: Instant,
        /// How many deliveries are to be sent there, at once or at a later time.
        #[ts(type = "number")]
        waiting: i64,
        /// How many are in quarantine and go when they are accepted.
        #[ts(type = "number")]
        held: i64,
        /// How many were given up.
        #[ts(type = "number")]
        dead: i64,
        /// How many arrived there.
        #[ts(type = "number")]
        forwarded: i64,
        /// True while one is being sent.
        under_way: bool,
        /// When the next is tried.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_at: Option<Instant>,
        /// The newest attempt.
        #[serde(skip_serializing_if = "Option::is_none")]
        last: Option<ForwardAttempt>,
    }

    /// The targets of a source.
    ForwardTargets {
        /// The targets, oldest first.
        rows: Vec<ForwardTargetRow>,
    }

    /// A target to add.
    NewForwardTarget {
        /// The source's name.
        source: String,
        /// What is decided about it.
        settings: ForwardSettings,
    }

    /// A target to change.
    ChangedForwardTarget {
        /// Its number.
        target: String,
        /// What is decided about it now.
        settings: ForwardSettings,
    }

    /// Which target.
    ForwardTargetQuestion {
        /// Its number.
        target: String,
    }

    /// A target to let rest, or to let go on.
    PausedForwardTarget {
        /// Its number.
        target: String,
        /// True to let it rest.
        on: bool,
    }

    /// Which part of a target's log, or of what it did not take, newest first.
    ForwardLogQuestion {
        /// The target's number.
        target: String,
        /// Pass `next` of the page before.
        #[serde(default)]
        after: Option<String>,
        /// How many rows at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A page of a target's log.
    ForwardLogPage {
        /// The attempts.
        rows: Vec<ForwardAttempt>,
        /// Pass as `after` for the next, older page.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }

    /// A delivery that was given up at a target.
    DeadLetterRow {
        /// The delivery's number.
        delivery: String,
        /// When it arrived here.
        received_at: Instant,
        /// How many attempts were made.
        tries: u32,
        /// What the last one was answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Or why there was no answer: a stable code.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    }

    /// A page of what was given up.
    DeadLetterPage {
        /// The deliveries.
        rows: Vec<DeadLetterRow>,
        /// Pass as `after` for the next, older page.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }

    /// One delivery at one target.
    ForwardedRow {
        /// The target's number.
        target: String,
        /// What it is called.
        name: String,
        /// Its address.
        url: String,
        /// True while what arrives only waits.
        paused: bool,
        /// How far it has come; absent when it does not go there by itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        state: Option<ForwardState>,
        /// When it is tried next.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_at: Option<Instant>,
        /// The attempts that are remembered, oldest first.
        attempts: Vec<ForwardAttempt>,
    }

    /// Where a delivery went or will go.
    ForwardedAnswer {
        /// The targets, oldest first.
        rows: Vec<ForwardedRow>,
    }

    /// What was given up, to be sent again.
    ForwardAgain {
        /// The target's number.
        target: String,
        /// The deliveries' numbers; absent for all that it did not take.
        #[serde(default)]
        deliveries: Option<Vec<String>>,
    }

    /// A delivery to send to a target now, whatever became of it before.
    ForwardNow {
        /// The target's number.
        target: String,
        /// The delivery's number.
        delivery: String,
    }

    /// What arrived before a target was added, to be sent there, too.
    ForwardEarlier {
        /// The target's number.
        target: String,
        /// The earliest time of arrival.
        since: Instant,
    }

    /// How many deliveries of a source were given up.
    DeadLetterCount {
        /// The source's name.
        source: String,
        /// How many, at all its targets.
        #[ts(type = "number")]
        count: i64,
    }
}
