//! What services are told: the plans of what a source answers, the answer to each delivery, the attempts that followed,
//! and the requests that were not taken.

mod attempts;
mod given;
mod notes;
mod plan;
mod refusals;
mod told;

pub(crate) use attempts::put as put_attempt;
pub use attempts::{EventAttempt, EventAttempts};
pub(crate) use given::{Given, all as all_plans};
pub use given::{Planned, PlannedAnswer};
pub(crate) use notes::Notes;
pub use plan::{AnswerPlan, LONGEST_WAIT, PlanError, Risk, Said, Step};
pub use refusals::{Refusal, RefusalReason};
pub use told::Told;
pub(crate) use told::of as told_of;
