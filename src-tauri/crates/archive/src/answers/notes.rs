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
/// How long it takes until a source may have its next request noted that was refused as many are. They are alike, and should
/// not push out of the list what tells more.
const SAME_AGAIN: Duration = Duration::from_secs(10);

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
    /// How many were not noted since the last one that was, and the newest of them.
    passed_over: u32,
    newest: Option<Refusal>,
    /// When one of those that come in numbers was noted, for each source and reason.
    in_numbers: HashMap<(String, &'static str), Moment>,
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
            newest: None,
            in_numbers: HashMap::new(),
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
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.note_the_newest(Moment::now());
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

    fn refused(&mut self, refusal: Refusal, now: Moment) {
        if self.has_room_for(&refusal, now) {
            self.note(refusal, now);
        } else {
            self.passed_over = self.passed_over.saturating_add(1);
            self.newest = Some(refusal);
        }
    }

    /// Notes the newest of those that were passed over once there is room, so that the end of a flood is not lost with their
    /// number.
    fn note_the_newest(&mut self, now: Moment) {
        if self.newest.as_ref().is_some_and(|newest| self.has_room_for(newest, now))
            && let Some(newest) = self.newest.take()
        {
            self.passed_over -= 1;
            self.note(newest, now);
        }
    }

    fn has_room_for(&self, refusal: &Refusal, now: Moment) -> bool {
        let same = self.in_numbers.get(&(refusal.source.clone(), refusal.reason.word()));
        self.room(now) > 0
            && self.refusals.len() < REFUSALS as usize
            && same.is_none_or(|noted| now.duration_since(*noted) >= SAME_AGAIN)
    }

    /// How many may come at once now.
    fn room(&self, now: Moment) -> u32 {
        let more = now.duration_since(self.counted_at).as_millis() / ONE_MORE.as_millis();
        self.room.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)).min(REFUSALS)
    }

    fn note(&mut self, mut refusal: Refusal, now: Moment) {
        let more = now.duration_since(self.counted_at).as_millis() / ONE_MORE.as_millis();
        self.room = self.room(now) - 1;
        self.counted_at += ONE_MORE.saturating_mul(u32::try_from(more).unwrap_or(u32::MAX));
        if refusal.reason.comes_in_numbers() {
            self.in_numbers.insert((refusal.source.clone(), refusal.reason.word()), now);
        }
        refusal.passed_over = take(&mut self.passed_over);
        self.newest = None;
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

#[cfg(test)]
mod tests {
    use afterchat_transcript::Delivery;

    use super::*;
    use crate::RefusalReason;

    fn refusal(source: &str, reason: RefusalReason) -> Refusal {
        let delivery = Delivery {
            kind: afterchat_transcript::DeliveryKind::Hook,
            source: source.to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: format!("/h/{source}/…"),
            query: None,
            headers: Vec::new(),
            body: Vec::new(),
            received_at: Instant::from_millis(1_800_000_000_000).expect("a time"),
        };
        Refusal::new(&delivery, reason, None, 0, None)
    }

    /// Refuses as many, one every so often, and gives what was noted of them: how many, and how many were passed over. The
    /// writer takes what waits after each.
    fn flood(source: &str, reason: RefusalReason, count: u32, every: Duration) -> (usize, u32) {
        let notes = Notes::default();
        let mut now = Moment::now();
        let mut noted = Vec::new();
        for _ in 0..count {
            notes.0.lock().expect("no panic").refused(refusal(source, reason), now);
            noted.extend(notes.take().refusals);
            now += every;
        }
        notes.0.lock().expect("no panic").note_the_newest(now + SAME_AGAIN);
        noted.extend(notes.take().refusals);
        (noted.len(), noted.iter().map(|refusal| refusal.passed_over).sum())
    }

    #[test]
    fn a_flood_is_noted_in_part_and_counted_whole() {
        for (reason, every, most) in [
            (RefusalReason::BrokenOff, Duration::ZERO, REFUSALS as usize + 1),
            (RefusalReason::BrokenOff, Duration::from_millis(10), REFUSALS as usize + 201),
            (RefusalReason::TooMany, Duration::ZERO, 2),
            (RefusalReason::TooMany, Duration::from_millis(10), 12),
            (RefusalReason::OldAddress, Duration::from_millis(10), 12),
        ] {
            let (noted, passed_over) = flood("shop", reason, 10_000, every);
            assert!(noted <= most, "{noted} notes of one flood, {every:?} apart: {reason:?}");
            assert_eq!(noted + passed_over as usize, 10_000, "none is forgotten, not even the last");
        }
    }

    #[test]
    fn a_source_that_is_posted_to_too_often_hides_no_other() {
        let notes = Notes::default();
        let now = Moment::now();
        let mut waiting = notes.0.lock().expect("no panic");
        (0..1000).for_each(|_| waiting.refused(refusal("shop", RefusalReason::TooMany), now));
        waiting.refused(refusal("other", RefusalReason::TooMany), now);
        waiting.refused(refusal("shop", RefusalReason::TooLong), now);
        let noted: Vec<_> =
            waiting.refusals.iter().map(|one| (one.source.as_str(), one.reason, one.passed_over)).collect();
        assert_eq!(
            noted,
            [
                ("shop", RefusalReason::TooMany, 0),
                ("other", RefusalReason::TooMany, 999),
                ("shop", RefusalReason::TooLong, 0)
            ]
        );
    }
}
