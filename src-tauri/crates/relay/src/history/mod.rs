//! Past chats, fetched from a service's REST interface.
//!
//! Four services have one. A run asks for page after page, hands every object to a [`Keeper`] as soon as it is there,
//! and tells after each page how far it got, so that the next run goes on from there. It waits as long as the service
//! asks, tries again when the service fails, and ends when it does not accept the credential.
//!
//! What goes out goes to the service's documented address, or to the one that a person entered (`endpoint`).
//! Nothing here knows the archive.

mod access;
mod chatvisor;
mod clock;
mod comm100;
mod endpoint;
mod error;
mod raw;
mod run;
mod secret;
mod smartsupp;
mod snapengage;
mod wait;

pub use access::{Access, Needs, RequestLine, Service};
pub use chatvisor::{CustomerTag, public_chat_url, tag_customer};
pub use clock::{Clock, Wall};
pub use error::HistoryError;
pub use run::{Fetched, Keeper, Kept, Place, Progress, back_fill};
pub use secret::Secret;
pub use tokio_util::sync::CancellationToken;
