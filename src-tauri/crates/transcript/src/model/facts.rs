//! Values that know where in a payload they came from.
//!
//! A reader produces *facts*: the same shapes as the transcript, with the JSON Pointer beside every value. The
//! [`facts!`] macro writes both shapes from one list, so that a field is named once and provenance cannot be forgotten.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The place in a payload that a value was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The JSON Pointer (RFC 6901) of the value.
    pub pointer: String,
    /// The bytes within the text at that pointer, for values cut out of a longer string.
    pub bytes: Option<(usize, usize)>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.pointer)?;
        self.bytes.map_or(Ok(()), |(start, end)| write!(formatter, "@{start}-{end}"))
    }
}

/// A value with its place of origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced<T> {
    /// What was understood.
    pub value: T,
    /// Where it stands in the payload.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// The same origin with another value made of this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), origin: self.origin }
    }
}

/// What one value of a payload became: shown in the inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Became {
    /// Where the value stands in the payload. `@start-end` follows for a part of a longer text, in bytes.
    pub pointer: String,
    /// The path in the transcript, such as `visitor.email` or `messages[2].text`.
    pub field: String,
    /// The value as text.
    pub value: String,
}

/// One field of a transcript: how its facts are kept, joined and turned into the plain value.
pub trait Slot: Sized {
    /// The facts of this field.
    type Facts: Clone + Default + PartialEq + std::fmt::Debug;
    /// Takes in what a newer reading says. What the newer reading does not say stays.
    fn absorb(facts: &mut Self::Facts, newer: &Self::Facts);
    /// The value without its origin.
    fn plain(facts: &Self::Facts) -> Self;
    /// Lists the origins under this name.
    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>);
}

impl<T: Clone + PartialEq + std::fmt::Debug + Shown> Slot for Option<T> {
    type Facts = Option<Sourced<T>>;

    fn absorb(facts: &mut Self::Facts, newer: &Self::Facts) {
        if newer.is_some() {
            facts.clone_from(newer);
        }
    }

    fn plain(facts: &Self::Facts) -> Self {
        facts.as_ref().map(|fact| fact.value.clone())
    }

    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>) {
        if let Some(fact) = facts {
            found.push(became(fact, field));
        }
    }
}

impl Slot for Vec<String> {
    type Facts = Vec<Sourced<String>>;

    fn absorb(facts: &mut Self::Facts, newer: &Self::Facts) {
        let mut known: std::collections::HashSet<String> =
            facts.iter().map(|fact| fact.value.clone()).collect();
        facts.extend(newer.iter().filter(|fact| known.insert(fact.value.clone())).cloned());
    }

    fn plain(facts: &Self::Facts) -> Self {
        facts.iter().map(|fact| fact.value.clone()).collect()
    }

    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>) {
        for (index, fact) in facts.iter().enumerate() {
            found.push(became(fact, &format!("{field}[{index}]")));
        }
    }
}

pub(crate) fn became<T: Shown>(fact: &Sourced<T>, field: &str) -> Became {
    Became { pointer: fact.origin.to_string(), field: field.to_owned(), value: fact.value.shown() }
}

/// How a value is written where a person reads it.
pub trait Shown {
    /// The value in words or digits.
    fn shown(&self) -> String;
}

macro_rules! shown_as_displayed {
    ($($type:ty),*) => { $(impl Shown for $type {
        fn shown(&self) -> String {
            self.to_string()
        }
    })* };
}
shown_as_displayed!(String, u32, f64, super::Quantity, crate::Instant);

/// Declares a part of the transcript and the facts it is made from.
macro_rules! facts {
    ($(#[$meta:meta])* $plain:ident from $facts:ident { $( $(#[$field_meta:meta])* $name:ident : $type:ty ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS)]
        #[ts(optional_fields)]
        pub struct $plain {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "crate::model::absent")]
                pub $name: $type,
            )*
        }

        #[doc = concat!("What one reading says of a [`", stringify!($plain), "`], with origins.")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $facts {
            $(
                #[doc = concat!("See [`", stringify!($plain), "::", stringify!($name), "`].")]
                pub $name: <$type as crate::model::facts::Slot>::Facts,
            )*
        }

        impl $facts {
            /// Takes in what a newer reading says; what it leaves unsaid stays, and lists grow.
            pub fn absorb(&mut self, newer: &Self) {
                $( <$type as crate::model::facts::Slot>::absorb(&mut self.$name, &newer.$name); )*
            }

            /// The values without their origins.
            #[must_use]
            pub fn plain(&self) -> $plain {
                $plain { $( $name: <$type as crate::model::facts::Slot>::plain(&self.$name), )* }
            }

            /// Where each value came from; `path` is the name of this part in the transcript, with its dot.
            pub fn origins(&self, path: &str, found: &mut Vec<crate::model::facts::Became>) {
                $( <$type as crate::model::facts::Slot>::origins(&self.$name, &format!("{path}{}", stringify!($name)), found); )*
            }

            /// True when nothing is known.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}
pub(crate) use facts;
