//! What services were told: the answer to each delivery, and the requests that were not taken.

mod notes;
mod refusals;
mod told;

pub(crate) use notes::Notes;
pub use refusals::{Refusal, RefusalReason};
pub use told::Told;
