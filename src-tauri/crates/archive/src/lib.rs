//! The archive: every delivery as it came, and everything derived from them, in one SQLite file.
//!
//! One thread writes ([`writer`]), many read-only connections read ([`readers`]), and the [`projector`] turns the
//! journal into conversations. Nothing here speaks HTTP or knows a window.

mod answers;
mod backup;
mod compress;
mod connected;
mod conversations;
mod damage;
mod error;
mod forwards;
mod health;
mod journal;
mod local;
mod migrate;
mod neighbours;
mod notes;
mod open;
mod opening;
mod patience;
mod presence;
mod projector;
mod readers;
mod samples;
mod search;
mod secrets;
mod settings;
mod shapes;
mod signatures;
mod sources;
mod tokens;
mod told;
mod visitors;
mod writer;

pub mod export;
pub mod import;

pub use answers::{
    AnswerPlan, EventAttempt, EventAttempts, LONGEST_WAIT, PlanError, Planned, PlannedAnswer, Refusal,
    RefusalReason, Risk, Said, Step, Told,
};
pub use backup::{Backup, BackupFailed, Backups, Copied, MadeAt, WholeBackup, examine};
pub use connected::Connected;
pub use conversations::{ConversationSummary, Counts, ListQuestion, View};
pub use damage::{BroughtBack, Finding, Judgement, Offer, Repair, Restored, checkup};
pub use error::{AppendError, ArchiveError};
pub use forwards::{
    Asker, Attempt, Attempted, DeadLetter, ForwardState, Forwarded, Lease, Settled, Standing, Taken, Target,
    TargetId, TargetSettings,
};
pub use health::{Days, Error as SourceError, Health, Quiet, Rhythm, Wrong};
pub use journal::{
    DeliveryId, DeliverySummary, Effort, Examined, Found, JournalQuestion, Journalled, Outcome,
};
pub use local::Flag;
pub use neighbours::Neighbours;
pub use notes::Noted;
pub use open::Archive;
pub use opening::{Opening, OpeningStage};
pub use presence::{Gap, GapQuestion, HEARTBEAT, NEWSWORTHY, OpenEnded};
pub use projector::Progress;
pub use samples::{OwnSample, SampleContent};
pub use secrets::{Guard, SigningSecret};
pub use shapes::{Drift, DriftExample, DriftKind, Drifted, ValueType};
pub use signatures::{Doubt, Signature};
pub use sources::{Heard, Source};
pub use tokens::{Address, Hook, OVERLAP, OldToken};
pub use visitors::{
    Decided, Decision, FoundVisitor, GivenRating, KnownName, Name, NameStanding, PathPlace, Portrait, Seen,
    SeenValues, Stretch, VisitorPath,
};
