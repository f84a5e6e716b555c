//! What sources answer, what each delivery was answered, and the requests that were not taken.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Concealed, Header};

/// What one step of an answer plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SaidKind {
    /// What would be answered without a plan.
    Usual,
    /// Nothing: the connection is closed.
    Drop,
    /// A status of its own.
    Own,
}

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Its body is longer than allowed, or said so.
    TooLong,
    /// Its body took or paused too long.
    TooSlow,
    /// It ended before its end.
    BrokenOff,
    /// Too many bodies were on their way already.
    Busy,
    /// Its source had had more requests than it takes in so short a time.
    TooMany,
    /// It came to an address of its source that is no longer good.
    OldAddress,
    /// It arrived whole and could not be stored, as on a full disk.
    NotKept,
}

contract! {
    /// What a delivery's service was told, and how long that took. Times count from the request's last byte.
    ToldRow {
        /// The status code; absent when the connection was closed without an answer, as planned.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The beginning of the answer's body, when it was not the usual one of its status.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Who decided on it, in words; absent for the usual answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<String>,
        /// Milliseconds from the whole head to the whole body.
        receiving: f64,
        /// Milliseconds to the commit.
        committing: f64,
        /// Milliseconds to the answer at the socket or, where it was not handed over, to the failure.
        answering: f64,
        /// Milliseconds until the sender was seen to have closed its side; absent when it stayed.
        #[serde(skip_serializing_if = "Option::is_none")]
        left: Option<f64>,
        /// Whether the socket took the answer, or was closed as planned.
        handed: bool,
    }

    /// One step of an answer plan, in fields.
    StepRow {
        /// What it says.
        said: SaidKind,
        /// The status code of an answer of its own, 200 to 599.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Its header lines.
        headers: Vec<Header>,
        /// Its body; absent for the usual one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// How many milliseconds it waits first.
        #[ts(type = "number")]
        wait: u64,
        /// How often it is given; absent is once, or for ever in the last step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u32>,
        /// That a status which services may take amiss is meant.
        meant: bool,
    }

    /// The answers of a source, in fields.
    PlanRow {
        /// The steps, at least one.
        steps: Vec<StepRow>,
        /// Whether each event runs through the steps by itself.
        per_event: bool,
        /// Whether it also answers what is in quarantine.
        quarantine_too: bool,
    }

    /// A plan as text.
    PlanText {
        /// The text.
        text: String,
    }

    /// Why a text or its fields are no plan.
    PlanProblem {
        /// Where in the text, in characters.
        at: u32,
        /// How many characters are meant; 0 at the end.
        length: u32,
        /// What is wrong and what is allowed, in sentences.
        words: String,
    }

    /// A plan in both forms, or why it is none.
    PlanAnswer {
        /// The text that was looked at.
        text: String,
        /// Its fields, when it is a plan.
        #[serde(skip_serializing_if = "Option::is_none")]
        plan: Option<PlanRow>,
        /// What is wrong with it, when it is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<PlanProblem>,
        /// What harm its answers may do, in sentences.
        risks: Vec<String>,
    }

    /// What a source answers instead of the usual.
    AnswerRow {
        /// The plan as text.
        text: String,
        /// Since when.
        set_at: Instant,
        /// How many answers it has given, where it counts per source.
        #[ts(type = "number")]
        given: u64,
        /// The step that comes next, as text; absent where each event is counted by itself, or everything is as usual
        /// again.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        /// True when all steps are given and the source answers as usual again.
        over: bool,
    }

    /// Which answers a source is to give, from the first step.
    NewAnswer {
        /// The source's name.
        source: String,
        /// The plan as text; absent for the usual answer.
        #[serde(default)]
        text: Option<String>,
    }

    /// A request that was not taken.
    RefusalRow {
        /// Its number, in a space of its own.
        id: String,
        /// When it was given up.
        at: Instant,
        /// The source whose address it reached.
        source: String,
        /// The request method.
        method: String,
        /// The content type, as claimed.
        #[serde(skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// Bytes of its body that arrived.
        #[ts(type = "number")]
        seen: u64,
        /// Bytes that its head announced; absent where it announced none.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(type = "number")]
        announced: Option<u64>,
        /// Why it was not taken.
        reason: RefusalReason,
        /// What the sender was told; absent when it was gone before.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// How many more were not taken since the one before and are not listed.
        passed_over: u32,
    }

    /// Which requests that were not taken to list, newest first.
    RefusalsQuestion {
        /// Only those of this source.
        #[serde(default)]
        source: Option<String>,
        /// The number of the last row of the page before.
        #[serde(default)]
        after: Option<String>,
        /// How many rows at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A page of them.
    RefusalPage {
        /// The rows.
        rows: Vec<RefusalRow>,
        /// The number to ask the next page with; absent on the last one.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }

    /// A request that was not taken, as far as it came.
    RefusalAnswer {
        /// Its row.
        row: RefusalRow,
        /// The path as sent, with the token taken out.
        path: String,
        /// The query string as sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// Every header in the order of arrival.
        headers: Vec<Header>,
        /// What of it is secret.
        concealed: Concealed,
        /// What is kept of its body: the first 64 KiB of what arrived, as text.
        body: String,
        /// Bytes of the body that are kept.
        #[ts(type = "number")]
        kept: u64,
    }

    /// One attempt of an event.
    EventAttemptRow {
        /// The delivery.
        id: String,
        /// Which attempt it is, counted from 1.
        #[ts(type = "number")]
        number: i64,
        /// When it arrived.
        received_at: Instant,
        /// Milliseconds since the attempt before; absent for the first.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(type = "number")]
        gap: Option<i64>,
        /// The size of its body in bytes.
        #[ts(type = "number")]
        size: i64,
        /// What its service was told, where that was noted.
        #[serde(skip_serializing_if = "Option::is_none")]
        told: Option<ToldRow>,
    }

    /// The attempts of the event that a delivery is one of.
    EventAttempts {
        /// How many there are.
        #[ts(type = "number")]
        all: i64,
        /// The header by which the service numbers the event; absent where equal bytes are the same event.
        #[serde(skip_serializing_if = "Option::is_none")]
        numbered_by: Option<String>,
        /// Those around the one that was asked for, in order of arrival.
        rows: Vec<EventAttemptRow>,
    }
}
