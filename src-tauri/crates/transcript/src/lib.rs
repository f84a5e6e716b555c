//! What a finished chat is, whichever service sent it: the unified transcript, the readers that turn a service's
//! payload into it, and the fold that joins many deliveries into one conversation.
//!
//! Everything here is pure. There is no SQLite, no HTTP, no file and no clock: the same deliveries give the same
//! transcript on every machine and at every time.

pub mod address;
pub mod compare;
pub mod delivery;
pub mod event;
pub mod fold;
pub mod guide;
pub mod instant;
pub mod model;
pub mod payload;
pub mod providers;
pub mod query;
pub mod reading;
pub mod richtext;
pub mod signature;

pub use delivery::{Delivery, DeliveryKind, Header, Trial};
pub use instant::Instant;
pub use model::Transcript;
pub use reading::{Reading, read};
