//! What the payloads of each source usually look like, and where a delivery differs: schema drift.
//!
//! The projector shows every delivery, in the order of arrival, to the shape learned for its source and event. The shape
//! judges it and then takes in what was new, so that a change is flagged once, on the delivery that brought it, and is
//! known from then on. Nobody has to confirm anything, and nothing is decided by people: the same journal always gives
//! the same flags, in whatever slices it is read.
//!
//! Who teaches: requests that a service posted. Not what was imported or fetched, which may be years old or of another
//! interface; not samples that Afterchat itself sends, which are the documentation's; and nothing that was refused at the
//! door, also where a person accepted it later: it would be learned at another time than in a rebuild.

mod drift;
mod names;
mod shape;
mod store;
#[cfg(test)]
mod tests;

pub use drift::{Drift, DriftExample, DriftKind, Drifted, ValueType};
pub(crate) use store::{Learner, Noted, empty, put};
