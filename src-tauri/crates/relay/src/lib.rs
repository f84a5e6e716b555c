//! What goes out, and only to where a person pointed it: a request to a chosen address, the bundled samples, and the
//! questions to a service whose past chats are wanted.

pub mod forward;
pub mod history;
pub mod replay;
pub mod request;
pub mod written;

mod answer;
mod connect;
mod exchange;
mod samples;
mod send;
mod target;

pub use answer::{Answered, Timing};
pub use connect::{Outside, Trust};
pub use request::{BadRequest, Request};
pub use samples::{Sample, samples};
pub use send::{SendError, send};
pub use target::Names;
