//! How each source fares: when it last heard from its service, how often it usually does, what last went wrong, and whether
//! it has gone quiet.
//!
//! All of it is learned from real deliveries, hour by hour, by the projector; a rebuild learns the same again. The rules,
//! [`rhythm`] and [`quiet`], are pure: what was heard, when the door was open, what time it is and in which zone.

mod hours;
mod quiet;
mod rhythm;
mod store;
#[cfg(test)]
mod tests;

pub use quiet::Quiet;
pub use rhythm::{Days, Rhythm};
pub use store::{Error, Health, Wrong};
pub(crate) use store::{empty, forget, hear, note_trouble};
