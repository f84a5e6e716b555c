//! The unified transcript: what every service's payload becomes.
//!
//! These types are the JSON contract of `afterchat show --json`, of export and of import. Absent values are left out.

pub mod facts;
mod local;
mod message;
mod quantity;
mod transcript;
mod visitor;

pub use facts::{Became, Inference, Origin, Provenance, Sourced, Told, Walk};
pub use local::{Local, Note};
pub use message::{
    Attachment, AttachmentFacts, AttachmentTold, Markup, Message, MessageFacts, Person, PersonFacts,
    PersonTold, Role, Words, WordsFacts, WordsTold,
};
pub use quantity::Quantity;
pub use transcript::{
    ConversationId, Field, FieldFacts, Head, HeadFacts, HeadTold, Kind, Link, LinkFacts, Notice, OtherValue,
    PageFacts, PageRole, PageVisit, Rating, RatingFacts, RatingTold, State, Timing, TimingFacts, TimingTold,
    Transcript,
};
pub use visitor::{Visitor, VisitorFacts, VisitorTold};

/// True for what the transcript leaves out: no value, an empty list, a part in which nothing is known.
pub(crate) fn absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
