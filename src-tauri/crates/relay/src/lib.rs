//! What goes out again, and only to where a person pointed it: a request to a chosen address, and the bundled samples.

mod post;
mod samples;
mod target;

pub use post::{Answer, PostError, post};
pub use samples::{Sample, samples};
