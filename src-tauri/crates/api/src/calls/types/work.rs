//! Long work: what runs, how far it is, and how it ended.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;

/// What kind of long work. Work of one kind runs one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Saved payloads are taken in.
    Import,
    /// Past chats are fetched from a service.
    BackFill,
    /// Deliveries are written into a file.
    Export,
    /// A request is sent again and again.
    Send,
    /// Deliveries are sent again.
    Replay,
    /// The archive is copied.
    Backup,
    /// What a repaired archive lacks is brought back from a backup.
    BringBack,
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// Other work of its kind goes first.
    Waiting,
    /// It is under way.
    Running,
    /// Somebody cancelled it, and it comes to its end.
    Stopping,
    /// It did everything.
    Done,
    /// It was cancelled before it had done everything. What it did is whole and stays.
    Cancelled,
    /// Something kept it from going on. What it did is whole and stays.
    Failed,
}

/// What became of one record of a file, or of one conversation that was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecordOutcome {
    /// It is in the journal now.
    New,
    /// The journal held it already.
    Repeated,
    /// It is in the journal now, and tells of no conversation.
    NoConversation,
    /// No reader understands it, and it was not kept.
    Unreadable,
    /// It is a conversation that Afterchat exported.
    Export,
    /// It could not be opened, or not be sent.
    Failed,
    /// It was sent, and answered with success.
    Taken,
    /// It was sent, and answered otherwise.
    Refused,
    /// It was sent or was to be sent, and no whole answer came.
    Unanswered,
    /// It was only read again, and tells of a conversation.
    Understood,
}

impl RecordOutcome {
    /// Every outcome, in the order they are told.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Repeated,
        Self::NoConversation,
        Self::Unreadable,
        Self::Export,
        Self::Failed,
        Self::Taken,
        Self::Refused,
        Self::Unanswered,
        Self::Understood,
    ];

    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Repeated => "repeated",
            Self::NoConversation => "no_conversation",
            Self::Unreadable => "unreadable",
            Self::Export => "export",
            Self::Failed => "failed",
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Understood => "understood",
        }
    }
}

contract! {
    /// How many records had one outcome.
    RecordCount {
        /// Which outcome.
        outcome: RecordOutcome,
        /// How many.
        #[ts(type = "number")]
        count: u64,
    }

    /// A number that long work tells of itself, as "12 new".
    WorkCount {
        /// What is counted: a stable code.
        code: String,
        /// How many.
        #[ts(type = "number")]
        count: u64,
    }

    /// Something long that runs, or that ran and was not dismissed yet.
    WorkRow {
        /// Its name, as long as the program runs.
        id: String,
        /// What kind of work.
        kind: WorkKind,
        /// What it works on: the name of a file or of a service.
        title: String,
        /// How far it has come.
        state: WorkState,
        /// How much is done, in whatever unit suits the work.
        #[ts(type = "number")]
        done: u64,
        /// How much there is to do; absent while nobody can tell.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(type = "number")]
        all: Option<u64>,
        /// The name of what it is busy with.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
        /// While it waits because a service asked for it: until when.
        #[serde(skip_serializing_if = "Option::is_none")]
        waiting_until: Option<Instant>,
        /// What it has counted so far.
        counts: Vec<WorkCount>,
        /// What became of each record of its report; outcomes that did not occur are left out. Empty where it has no report.
        records: Vec<RecordCount>,
        /// The name of the file it made, which can be saved as long as the work is not dismissed.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
        /// When it was asked for.
        started_at: Instant,
        /// When it ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended_at: Option<Instant>,
    }

    /// All long work, newest first.
    WorkAnswer {
        /// The work.
        rows: Vec<WorkRow>,
    }

    /// Which records of long work to list, in the order they were met.
    RecordsQuestion {
        /// The work's name.
        work: String,
        /// Only those of this outcome.
        #[serde(default)]
        outcome: Option<RecordOutcome>,
        /// Only those whose place or reason holds this text, in any case.
        #[serde(default)]
        text: Option<String>,
        /// The id of the last row of the page before.
        #[serde(default)]
        after: Option<String>,
        /// How many rows at most; 200 if not given, never more than 1000.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// One record.
    RecordRow {
        /// Its number in the report, as text.
        id: String,
        /// Where it stands: the name of a file, for a zip file followed by the name inside it.
        place: String,
        /// Which one it is there, beginning with 1; 0 for the place as a whole.
        index: u32,
        /// What became of it.
        outcome: RecordOutcome,
        /// Why, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The delivery that holds it.
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery: Option<String>,
        /// The conversation it tells of, where that is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<String>,
    }

    /// A page of records.
    RecordPage {
        /// The rows.
        rows: Vec<RecordRow>,
        /// Pass as `after` for the next page.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    }

    /// Which long work.
    WorkQuestion {
        /// Its name.
        id: String,
    }
}
