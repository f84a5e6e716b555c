//! Rules of forwarding, without a clock, a socket or a store: where may be sent to, what an attempt means, when the
//! next one is due, and what of a target's answer a service may be told.

mod address;
mod answer;
mod retry;

pub use address::check;
pub use answer::passed_back;
pub use retry::{Outcome, Verdict, judge};
