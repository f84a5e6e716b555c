//! What waits to be noted beside deliveries, and that the door is still open. It is written by the one writer together with whatever is written next, so
//! that an answer never costs a commit of its own; what waits is bounded, and a crash loses it without harm.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

use afterchat_transcript::Instant;
use rusqlite::Connection;

use super::{Refusal, Told, given, refusals, told};
use crate::ArchiveError;
use crate::presence::{self, Stretch};

/// Answers that may wait at once: a few hundred milliseconds of the busiest door. Further ones are not noted.
const ANSWERS: usize = 16 * 1024;
/// Refused requests that may wait at once, each with at most 64 KiB of its body; and how long it takes until one more may
/// come. Further ones are counted.
const REFUSALS: u32 = 64;
const ONE_MORE: Duration = Duration::from_millis(500);

/// What waits to be noted.
#[derive(Debug)]
pub(crate) struct Notes(Mutex<Waiting>);

#[derive(Debug)]
struct Waiting {
    answers: Vec<Told>,
    refusals: Vec<Refusal>,
    /// How many answers the plans of sources have given, and since when each is set.
    given: HashMap<String, (Instant, u64)>,
    /// Since when and until when the door has been open.
    open: Vec<Stretch>,
    /// How many refusals may come at once now, and since when.
    room: u32,
    counted_at: Moment,
    passed_over: u32,
}

impl Default for Notes {
    fn default() -> Self {
        Self(Mutex::new(Waiting {
            answers: Vec::new(),
            refusals: Vec::new(),
            given: HashMap::new(),
            open: Vec::new(),
            room: REFUSALS,
            counted_at: Moment::now(),
            passed_over: 0,
        }))
    }
}

impl Notes {
    pub(crate) fn told(&self, told: Told) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.answers.len() < ANSWERS {
            waiting.answers.push(told);
        }
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).refused(refusal, Moment::now());
    }

    /// A source's plan, set at this time, has given so many answers.
    pub(crate) fn given(&self, source: &str, since: Instant, given: u64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.given.insert(source.to_owned(), (since, given));
    }

    /// The door is open and was so in this stretch.
    pub(crate) fn open(&self, stretch: Stretch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open(stretch);
    }

    /// What waits to be told of the door's being open is not true.
    pub(crate) fn forget_open(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.answers.is_empty()
            && waiting.refusals.is_empty()
            && waiting.given.is_empty()
            && waiting.open.is_empty()
    }

    /// Takes what waits.
    pub(crate) fn take(&self) -> Taken {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Taken {
            answers: take(&mut waiting.answers),
            refusals: take(&mut waiting.refusals),
            given: take(&mut waiting.given),
            open: take(&mut waiting.open),
        }
    }

    /// Puts back what could not be written, as on a full disk: as much of it as there is room for.
    pub(crate) fn put_back(&self, taken: Taken) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = take(&mut waiting.answers);
        waiting.answers = taken.answers.into_iter().chain(newer).take(ANSWERS).collect();
        let newer = take(&mut waiting.refusals);
        waiting.refusals = taken.refusals.into_iter().chain(newer).take(REFUSALS as usize).collect();
        let newer = take(&mut waiting.given);
        waiting.given = taken.given.into_iter().chain(newer).collect();
        let newer = take(&mut waiting.open);
        taken.open.into_iter().chain(newer).for_each(|stretch| waiting.open(stretch));
    }
}

impl Waiting {
    /// Tellings follow each other without a break, so mostly one waits however long nothing can be written.
    fn open(&mut self, stretch: Stretch) {
        match self.open.last_mut().and_then(|last| Some((last.joined(stretch)?, last))) {
            Some((joined, last)) => *last = joined,
            None => self.open.push(stretch),
        }
    }

    fn refused(&mut self, mut refusal: Refusal, now: Moment) {
        let more = now.duration_since(self.counted_at).as_millis() / ONE_MORE.as_millis();
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        self.counted_at += ONE_MORE.saturating_mul(more);
        self.room = self.room.saturating_add(more).min(REFUSALS);
        if self.room == 0 || self.refusals.len() >= REFUSALS as usize {
            self.passed_over = self.passed_over.saturating_add(1);
            return;
        }
        self.room -= 1;
        refusal.passed_over = take(&mut self.passed_over);
        self.refusals.push(refusal);
    }
}

/// What was taken to be written.
#[derive(Debug)]
pub(crate) struct Taken {
    answers: Vec<Told>,
    refusals: Vec<Refusal>,
    given: HashMap<String, (Instant, u64)>,
    open: Vec<Stretch>,
}

impl Taken {
    /// Whether it changes what a person sees: that the door is still open does not.
    pub(crate) fn is_seen(&self) -> bool {
        !(self.answers.is_empty() && self.refusals.is_empty() && self.given.is_empty())
    }

    /// Writes it beside something more important: if it fails, that alone is left. Fails only when the whole transaction
    /// has failed. The caller commits.
    pub(crate) fn write_aside(&self, connection: &Connection) -> Result<(), ArchiveError> {
        if !self.is_seen() && self.open.is_empty() {
            return Ok(());
        }
        connection.prepare_cached("SAVEPOINT notes")?.execute([])?;
        if let Err(error) = self.write(connection) {
            tracing::warn!(%error, "answers were given but could not be noted");
            connection.prepare_cached("ROLLBACK TO notes")?.execute([])?;
        }
        connection.prepare_cached("RELEASE notes")?.execute([])?;
        Ok(())
    }

    /// Writes it. The caller commits.
    pub(crate) fn write(&self, connection: &Connection) -> Result<(), ArchiveError> {
        self.answers.iter().try_for_each(|told| told::put(connection, told))?;
        for (source, (since, given)) in &self.given {
            given::remember(connection, source, *since, *given)?;
        }
        self.open.iter().try_for_each(|stretch| presence::add(connection, *stretch, None))?;
        refusals::put(connection, &self.refusals)
    }
}
