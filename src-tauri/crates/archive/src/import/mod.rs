//! Takes saved payloads into the journal, as deliveries that are read like any other.
//!
//! A payload that the journal holds already is not taken again, so an import can be repeated and can go on after it was
//! interrupted. What no reader understands is told, and kept only when that is asked for.

mod documents;
mod extent;
mod fetched;
mod files;
mod known;

use std::ops::ControlFlow;

use afterchat_transcript::fold::BodyDigest;
use afterchat_transcript::reading::{self, Verdict};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant, Transcript};

use crate::export::visible_line;
use crate::journal::{self, Row};
use crate::{Archive, ArchiveError, DeliveryId};

pub use fetched::{FETCHED, Intake, Taken};
pub use files::Origin;

use files::Body;
use known::{Held, Known};

/// The source that imported deliveries are listed under. It has no address and no token.
pub const SOURCE: &str = "import";

/// Records that share one commit at most, and their bytes.
const SHARED: usize = 256;
const SHARED_BYTES: usize = 8 << 20;

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The time of receipt of what is imported.
    pub received_at: Instant,
    /// Keeps in the journal also what no reader understands.
    pub keep_unreadable: bool,
}

/// What became of one record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the journal now.
    New {
        /// Its number.
        delivery: DeliveryId,
        /// Why it tells of no conversation, if it tells of none.
        reason: Option<String>,
    },
    /// The journal held it already.
    Repeated {
        /// Where, if that is known.
        delivery: Option<DeliveryId>,
    },
    /// No reader understands it, and it was not kept.
    Unreadable(String),
    /// It is a conversation that Afterchat exported. It is made of deliveries and is none itself.
    Export,
    /// The file could not be read.
    Failed(String),
}

impl Outcome {
    /// A stable word for the outcome.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::New { .. } => "new",
            Self::Repeated { .. } => "repeated",
            Self::Unreadable(_) => "unreadable",
            Self::Export => "export",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason in words, where there is one to tell.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::New { reason, .. } => reason.as_deref(),
            Self::Repeated { .. } => None,
            Self::Unreadable(reason) | Self::Failed(reason) => Some(reason),
            Self::Export => Some(
                "This is a conversation that Afterchat exported. It cannot be imported yet: import the payloads it was made from.",
            ),
        }
    }
}

/// One record of a file, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The file it stands in; for a zip file followed by the name inside it.
    pub file: String,
    /// Its place in the file, beginning with 1; 0 for the file as a whole.
    pub index: usize,
    /// What became of it.
    pub outcome: Outcome,
}

/// What an import tells while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It goes on.
    At {
        /// Bytes of files that were read.
        done: u64,
        /// Bytes of all files.
        all: u64,
    },
    /// A record is settled. A new one is durably in the journal by then.
    Record(&'a Record),
}

/// How many records had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// In the journal now.
    pub new: usize,
    /// In the journal already.
    pub repeated: usize,
    /// Understood by no reader.
    pub unreadable: usize,
    /// Conversations that Afterchat exported.
    pub exports: usize,
    /// Files that could not be read.
    pub failed: usize,
    /// True when it was stopped before the end. What was told before is done.
    pub cancelled: bool,
}

impl Summary {
    /// Counts one more record of this outcome.
    pub fn count(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::New { .. } => &mut self.new,
            Outcome::Repeated { .. } => &mut self.repeated,
            Outcome::Unreadable(_) => &mut self.unreadable,
            Outcome::Export => &mut self.exports,
            Outcome::Failed(_) => &mut self.failed,
        } += 1;
    }
}

/// Imports files, folders and zip files. `stop` is asked often, also within a large file; `watch` hears of each record
/// and stops the import by breaking. Every record is imported whole or not at all.
///
/// # Errors
/// When the archive cannot be read or written. What was told to `watch` before is done.
pub fn import(
    archive: &Archive,
    origins: &[Origin],
    options: Options,
    stop: &dyn Fn() -> bool,
    watch: &mut dyn FnMut(Step<'_>) -> ControlFlow<()>,
) -> Result<Summary, ArchiveError> {
    let mut work = Work {
        archive,
        options,
        known: Known::open(archive)?,
        waiting: Vec::new(),
        bytes: 0,
        summary: Summary::default(),
        watch,
        failure: None,
    };
    let stopped = files::read(origins, stop, &mut work).is_break() || work.settle().is_break();
    work.summary.cancelled = stopped;
    match work.failure {
        Some(error) => Err(error),
        None => Ok(work.summary),
    }
}

/// A record that waits for its commit, so that records are told in their order.
enum Waiting {
    New(Option<Box<Row>>, BodyDigest, Option<String>),
    Repeated(Held),
    Settled(Outcome),
}

struct Work<'a> {
    archive: &'a Archive,
    options: Options,
    known: Known,
    waiting: Vec<(String, usize, Waiting)>,
    bytes: usize,
    summary: Summary,
    watch: &'a mut dyn FnMut(Step<'_>) -> ControlFlow<()>,
    failure: Option<ArchiveError>,
}

impl files::Visitor for Work<'_> {
    fn at(&mut self, done: u64, all: u64) -> ControlFlow<()> {
        (self.watch)(Step::At { done, all })
    }

    fn record(&mut self, file: &str, index: usize, body: Body) -> ControlFlow<()> {
        let waiting = match body {
            Body::Bytes(body) => match self.take(file, body) {
                Ok(waiting) => waiting,
                Err(error) => return self.fail(error),
            },
            Body::TooLarge => Waiting::Settled(Outcome::Unreadable(format!(
                "It is larger than {} MB, which no hook address takes.",
                files::LARGEST_BODY >> 20
            ))),
            Body::Failed(reason) => Waiting::Settled(Outcome::Failed(reason)),
        };
        self.waiting.push((file.to_owned(), index, waiting));
        if self.waiting.len() >= SHARED || self.bytes >= SHARED_BYTES {
            return self.settle();
        }
        ControlFlow::Continue(())
    }
}

impl Work<'_> {
    fn fail(&mut self, error: ArchiveError) -> ControlFlow<()> {
        self.failure = Some(error);
        ControlFlow::Break(())
    }

    /// Reads a payload and decides what becomes of it.
    fn take(&mut self, file: &str, body: Vec<u8>) -> Result<Waiting, ArchiveError> {
        let name = Header { name: "x-afterchat-file".to_owned(), value: visible_line(file).into_bytes() };
        let delivery = Delivery {
            kind: DeliveryKind::Import,
            source: SOURCE.to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: SOURCE.to_owned(),
            query: None,
            headers: vec![name],
            body,
            received_at: self.options.received_at,
        };
        let reading = reading::read(&delivery);
        let reason = match &reading.verdict {
            Verdict::Conversation => None,
            Verdict::NoConversation(reason) => Some(reason.clone()),
            Verdict::Unreadable(reason) => {
                if serde_json::from_slice::<Transcript>(&delivery.body).is_ok() {
                    return Ok(Waiting::Settled(Outcome::Export));
                }
                if !self.options.keep_unreadable {
                    return Ok(Waiting::Settled(Outcome::Unreadable(reason.clone())));
                }
                Some(reason.clone())
            }
        };
        if let Some(held) = self.known.holds(self.archive, &delivery.body, &reading)? {
            return Ok(Waiting::Repeated(held));
        }
        let digest = self.known.expect(&delivery.body);
        let row = Row::new(delivery, None);
        self.bytes += row.bytes();
        Ok(Waiting::New(Some(Box::new(row)), digest, reason))
    }

    /// Commits what waits, and tells of it in its order.
    fn settle(&mut self) -> ControlFlow<()> {
        self.bytes = 0;
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut rows = Vec::new();
        let mut digests = Vec::new();
        for (_, _, record) in &mut waiting {
            if let Waiting::New(row, digest, _) = record {
                digests.push(*digest);
                rows.extend(row.take().map(|row| *row));
            }
        }
        let ids = match self.commit(rows) {
            Ok(ids) => ids,
            Err(error) => return self.fail(error),
        };
        for (digest, id) in digests.into_iter().zip(&ids) {
            self.known.took(digest, *id);
        }
        // Each row got its number, in the same order.
        let mut ids = ids.into_iter();
        let mut flow = ControlFlow::Continue(());
        for (file, index, record) in waiting {
            let outcome = match record {
                Waiting::Settled(outcome) => outcome,
                Waiting::Repeated(held) => Outcome::Repeated { delivery: self.known.delivery(held) },
                Waiting::New(_, _, reason) => {
                    ids.next().map_or(Outcome::Repeated { delivery: None }, |delivery| Outcome::New {
                        delivery,
                        reason,
                    })
                }
            };
            self.summary.count(&outcome);
            let record = Record { file, index, outcome };
            if (self.watch)(Step::Record(&record)).is_break() {
                flow = ControlFlow::Break(());
            }
        }
        flow
    }

    fn commit(&mut self, rows: Vec<Row>) -> Result<Vec<DeliveryId>, ArchiveError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.archive.write(move |connection| journal::append(connection, rows.iter()))?;
        self.known.refresh(self.archive, &ids)?;
        Ok(ids)
    }
}

#[cfg(test)]
mod tests;
