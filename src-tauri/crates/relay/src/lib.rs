//! What goes out, and only to where a person pointed it: a request to a chosen address, the bundled samples, and the
//! questions to a service whose past chats are wanted.

pub mod history;

mod post;
mod samples;
mod target;
pub mod written;

pub use post::{Answer, PostError, post};
pub use samples::{Sample, samples};
