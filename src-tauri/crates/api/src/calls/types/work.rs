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

contract! {
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

    /// Which long work.
    WorkQuestion {
        /// Its name.
        id: String,
    }
}
