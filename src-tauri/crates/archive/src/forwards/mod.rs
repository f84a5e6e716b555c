//! Where sources send on what arrives: targets, the outbox of each, and the log of what became of it.
//!
//! Nothing here sends. A program that does takes what is due with a lease in the writer's transaction, so that of two
//! programs on one archive only one sends a delivery, and settles it afterwards. Whatever ends without being settled is
//! due again when its lease has run out: a target gets each delivery at least once.

mod log;
mod outbox;
mod targets;

use std::fmt;

use afterchat_transcript::Instant;

use crate::DeliveryId;

pub use log::{Attempted, DeadLetter, Forwarded, Standing};
pub use outbox::{Asker, Attempt, Lease, Settled, Taken};

/// The number of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId(pub i64);

impl fmt::Display for TargetId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a person decides about a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSettings {
    /// What to call it; two targets of a source have two names.
    pub name: String,
    /// Where deliveries go.
    pub url: String,
    /// Sent before the service is answered; otherwise after it.
    pub before: bool,
    /// The service gets this target's answer. Implies `before`; of several targets of a source the last one set counts.
    pub pass_back: bool,
    /// Seconds that one attempt may take.
    pub deadline: u32,
    /// `Authorization` and `Cookie` go along, as the service sent them.
    pub credentials: bool,
    /// The delivery's number goes along, so that a repetition can be told.
    pub numbered: bool,
    /// What was refused because of its signature goes too, without having been accepted.
    pub quarantined: bool,
}

/// A target of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its number.
    pub id: TargetId,
    /// The source whose deliveries it gets; `None` gets those of every source, for one run of the command.
    pub source: Option<String>,
    /// What a person decided about it.
    pub settings: TargetSettings,
    /// True while what arrives only waits.
    pub paused: bool,
    /// When it was added.
    pub added_at: Instant,
    /// The number of the last delivery before its time: it gets only later ones.
    pub begins: DeliveryId,
}

/// How far a delivery has come on its way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardState {
    /// It is to be sent, at once or at a later time.
    Waiting,
    /// It is being sent.
    UnderWay,
    /// It is in quarantine: it goes when somebody accepts it.
    Held,
    /// It arrived.
    Done,
    /// It was given up. Somebody may send it again.
    Dead,
}

impl ForwardState {
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Held => "held",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// A stored state. Only words of this type were ever stored.
    fn from_word(word: &str) -> Self {
        let all = [Self::UnderWay, Self::Held, Self::Done, Self::Dead];
        all.into_iter().find(|state| state.word() == word).unwrap_or(Self::Waiting)
    }
}
