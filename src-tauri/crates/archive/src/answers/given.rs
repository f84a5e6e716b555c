//! The plans of sources at work: which step comes next, for which source or which event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use afterchat_transcript::event::{self, EventKey};
use afterchat_transcript::{Delivery, Instant, fold};
use rusqlite::{Connection, OptionalExtension, params};

use super::plan::{AnswerPlan, Step};
use crate::journal::instant;
use crate::sources::{self, Source};
use crate::{Archive, ArchiveError, DeliveryId};

/// Events that are counted in memory for one source. Beyond it counting begins anew, from what the archive knows.
const EVENTS: usize = 4_096;
/// As many letters of a plan are noted beside an answer.
const QUOTED: usize = 120;

/// A source's answers other than the usual one.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The steps.
    pub plan: Arc<AnswerPlan>,
    /// Since when.
    pub set_at: Instant,
    /// How many answers it has given, where it counts per source.
    pub given: u64,
}

/// An answer that a plan gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAnswer {
    /// What is answered, and after which wait.
    pub step: Step,
    /// Which answer of which plan it is, in words.
    pub because: String,
}

/// How far the plans have come.
#[derive(Debug, Default)]
pub(crate) struct Given {
    counted: Mutex<HashMap<String, Counted>>,
    /// What every source answers while this program runs, whatever its own plan is.
    for_this_run: OnceLock<Planned>,
}

#[derive(Debug)]
struct Counted {
    since: Instant,
    given: u64,
    events: HashMap<EventKey, u64>,
}

impl Given {
    /// The number of the next answer of this plan, counted from 0.
    fn next(&self, source: &str, planned: &Planned) -> u64 {
        let mut all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = counted(&mut all, source, planned);
        counted.given += 1;
        counted.given - 1
    }

    /// The number of the next answer to this event; `None` when nobody has counted it yet.
    fn next_of_event(&self, source: &str, planned: &Planned, event: &EventKey) -> Option<u64> {
        let mut all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let given = counted(&mut all, source, planned).events.get_mut(event)?;
        *given += 1;
        Some(*given - 1)
    }

    /// Begins to count an event that has been answered so often; tells the number of the next answer. Somebody else may
    /// have begun meanwhile.
    fn begin_event(&self, source: &str, planned: &Planned, event: EventKey, answered: u64) -> u64 {
        let mut all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let events = &mut counted(&mut all, source, planned).events;
        if events.len() >= EVENTS {
            events.clear();
        }
        let given = events.entry(event).or_insert(answered);
        *given += 1;
        *given - 1
    }

    /// How many answers this plan has given.
    pub(crate) fn so_far(&self, source: &str, planned: &Planned) -> u64 {
        let all = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.get(source).filter(|counted| counted.since == planned.set_at);
        counted.map_or(planned.given, |counted| counted.given)
    }
}

/// What was counted since this plan was set.
fn counted<'a>(all: &'a mut HashMap<String, Counted>, source: &str, planned: &Planned) -> &'a mut Counted {
    let fresh = || Counted { since: planned.set_at, given: planned.given, events: HashMap::new() };
    let counted = all.entry(source.to_owned()).or_insert_with(fresh);
    if counted.since != planned.set_at {
        *counted = fresh();
    }
    counted
}

/// Every plan, by its source.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, Planned)>, ArchiveError> {
    let mut select = connection.prepare_cached("SELECT source, plan, set_at, given FROM answer_plans")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (source, text): (String, String) = (row.get(0)?, row.get(1)?);
        match text.parse() {
            Ok(plan) => found.push((
                source,
                Planned {
                    plan: Arc::new(plan),
                    set_at: instant(row.get(2)?),
                    given: row.get::<_, i64>(3)?.unsigned_abs(),
                },
            )),
            Err(error) => {
                tracing::warn!(source, %error, "a source's answer plan is not understood; it answers as usual");
            }
        }
    }
    Ok(found)
}

/// Remembers how many answers a plan has given, if it is still the same.
pub(super) fn remember(
    connection: &Connection,
    source: &str,
    since: Instant,
    given: u64,
) -> Result<(), ArchiveError> {
    let sql = "UPDATE answer_plans SET given = max(given, ?3) WHERE source = ?1 AND set_at = ?2";
    let given = i64::try_from(given).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![source, since.millis(), given])?;
    Ok(())
}

/// How many deliveries before this one were answered for the same event since the plan was set.
fn answered_before(
    connection: &Connection,
    (source, event): (&str, &EventKey),
    before: DeliveryId,
    planned: &Planned,
) -> Result<u64, ArchiveError> {
    let sql = "SELECT count(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery
         LEFT JOIN signatures s ON s.delivery = a.delivery
         WHERE a.source = ?1 AND a.event = ?2 AND a.delivery < ?3 AND d.received_at >= ?4
             AND (?5 OR coalesce(s.refused, 0) = 0)";
    let values =
        params![source, event.as_slice(), before.0, planned.set_at.millis(), planned.plan.quarantine_too];
    let count: Option<i64> =
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

impl Archive {
    /// Whether this source has answers other than the usual one. Costs nothing.
    #[must_use]
    pub fn has_answer_plan(&self, source: &str) -> bool {
        self.given().for_this_run.get().is_some()
            || self.source_now(source, |source| source.answer.is_some()).unwrap_or(false)
    }

    /// Lets every source answer by this plan through this program's door, for as long as the program runs. Nothing of it
    /// is kept, so it cannot be forgotten. Tells false when there is one already.
    pub fn answer_for_this_run(&self, plan: AnswerPlan, now: Instant) -> bool {
        let planned = Planned { plan: Arc::new(plan), set_at: now, given: 0 };
        self.given().for_this_run.set(planned).is_ok()
    }

    /// The answer that a source's plan gives to this delivery, which takes one step of it; `None` where everything is as
    /// usual. Blocking, where an event must be looked up.
    ///
    /// # Errors
    /// When an event must be looked up and the archive cannot be read.
    pub fn planned_answer(
        &self,
        id: DeliveryId,
        delivery: &Delivery,
        refused: bool,
    ) -> Result<Option<PlannedAnswer>, ArchiveError> {
        let source = delivery.source.as_str();
        let own = || self.source_now(source, |source| source.answer.clone()).flatten();
        let planned = self.given().for_this_run.get().cloned().or_else(own);
        let Some(planned) = planned.filter(|planned| !refused || planned.plan.quarantine_too) else {
            return Ok(None);
        };
        let number = if planned.plan.per_event {
            let event = event::key(delivery, &fold::digest(&delivery.body));
            if let Some(next) = self.given().next_of_event(source, &planned, &event) {
                next
            } else {
                let before =
                    self.read(|connection| answered_before(connection, (source, &event), id, &planned))?;
                self.given().begin_event(source, &planned, event, before)
            }
        } else {
            let next = self.given().next(source, &planned);
            self.notes().given(source, planned.set_at, next + 1);
            next
        };
        let step = planned.plan.step(number).cloned();
        Ok(step.map(|step| PlannedAnswer { step, because: because(&planned.plan, number) }))
    }

    /// Sets the answers of a source, from its first step, or goes back to the usual one.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn set_answer_plan(
        &self,
        source: &str,
        plan: Option<&AnswerPlan>,
        now: Instant,
    ) -> Result<Source, ArchiveError> {
        let (name, plan) = (source.to_owned(), plan.map(ToString::to_string));
        self.write(move |connection| {
            sources::one(connection, &name)?;
            match &plan {
                Some(plan) => connection.execute(
                    "INSERT OR REPLACE INTO answer_plans (source, plan, set_at) VALUES (?1, ?2, ?3)",
                    params![name, plan, now.millis()],
                )?,
                None => connection.execute("DELETE FROM answer_plans WHERE source = ?1", [&name])?,
            };
            sources::one(connection, &name)
        })
    }

    /// How many answers a source's plan has given, where it counts per source; also those not noted yet.
    #[must_use]
    pub fn answers_given(&self, source: &Source) -> u64 {
        source.answer.as_ref().map_or(0, |planned| self.given().so_far(&source.name, planned))
    }
}

fn because(plan: &AnswerPlan, number: u64) -> String {
    let mut text = plan.to_string();
    if text.chars().count() > QUOTED {
        text = text.chars().take(QUOTED).chain("…".chars()).collect();
    }
    format!("answer {} of “{text}”", number.saturating_add(1))
}
