//! Values that know where in a payload they came from.
//!
//! A reader produces *facts*: the same shapes as the transcript, with the JSON Pointer beside every value. The
//! [`facts!`] macro writes both shapes from one list, so that a field is named once and provenance cannot be forgotten.
//! The fold joins facts of many deliveries by reference, as [`Told`]: what it shows and where that came from are read
//! off the same joined facts.

use std::collections::HashSet;

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

/// A fact beside the delivery that told it.
#[derive(Debug)]
pub struct Told<'a, F> {
    /// What was told.
    pub fact: &'a F,
    /// The number of the delivery.
    pub delivery: i64,
}

impl<F> Clone for Told<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Told<'_, F> {}

impl<'a, T: Shown> Told<'a, Sourced<T>> {
    /// Where this value came from.
    #[must_use]
    pub fn provenance(&self) -> Provenance<'a> {
        let Sourced { value, origin } = self.fact;
        Provenance::Told { delivery: self.delivery, pointer: &origin.pointer, bytes: origin.bytes, value }
    }
}

/// Where a value of a folded transcript came from.
#[derive(Clone, Copy)]
pub enum Provenance<'a> {
    /// A payload says so.
    Told {
        /// The number of the delivery.
        delivery: i64,
        /// The JSON Pointer of the place in its payload.
        pointer: &'a str,
        /// The bytes within the text at that place, for a value cut out of a longer one.
        bytes: Option<(usize, usize)>,
        /// The value that was read there.
        value: &'a dyn Shown,
    },
    /// No payload says so.
    Inferred {
        /// Why it is there all the same.
        why: Inference,
        /// The delivery it was inferred from, where it was one.
        delivery: Option<i64>,
    },
}

/// Why a value is there that no payload says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Inference {
    /// The time of receipt stands in for a time that was not told.
    Receipt,
    /// The time of the line beside it stands in.
    LineBeside,
    /// What the payload is tells it, or where in the payload the value stands.
    Shape,
    /// Afterchat gave it.
    Given,
}

/// Takes the places of a transcript one by one, with where each value came from.
pub type Walk<'w> = dyn FnMut(&str, Provenance<'_>) + 'w;

/// One field of a transcript: how its facts are kept, joined and turned into the plain value.
pub trait Slot: Sized {
    /// The facts of this field in one reading.
    type Facts: Clone + Default + PartialEq + std::fmt::Debug;
    /// The joined facts of many deliveries.
    type Told<'a>: Clone + Default + std::fmt::Debug
    where
        Self: 'a;
    /// Takes in what a newer delivery says. What it does not say stays.
    fn absorb<'a>(told: &mut Self::Told<'a>, newer: &'a Self::Facts, delivery: i64);
    /// The value without its origin.
    fn plain(told: &Self::Told<'_>) -> Self;
    /// Tells where the value of this place came from.
    fn walk(told: &Self::Told<'_>, place: &str, walk: &mut Walk<'_>);
    /// Lists the origins in one reading under this name.
    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>);
}

impl<T: Clone + PartialEq + std::fmt::Debug + Shown + 'static> Slot for Option<T> {
    type Facts = Option<Sourced<T>>;
    type Told<'a> = Option<Told<'a, Sourced<T>>>;

    fn absorb<'a>(told: &mut Self::Told<'a>, newer: &'a Self::Facts, delivery: i64) {
        *told = newer.as_ref().map(|fact| Told { fact, delivery }).or(*told);
    }

    fn plain(told: &Self::Told<'_>) -> Self {
        told.map(|told| told.fact.value.clone())
    }

    fn walk(told: &Self::Told<'_>, place: &str, walk: &mut Walk<'_>) {
        if let Some(told) = told {
            walk(place, told.provenance());
        }
    }

    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>) {
        if let Some(fact) = facts {
            found.push(became(fact, field));
        }
    }
}

impl Slot for Vec<String> {
    type Facts = Vec<Sourced<String>>;
    type Told<'a> = Vec<Told<'a, Sourced<String>>>;

    fn absorb<'a>(told: &mut Self::Told<'a>, newer: &'a Self::Facts, delivery: i64) {
        told.extend(newer.iter().map(|fact| Told { fact, delivery }));
    }

    fn plain(told: &Self::Told<'_>) -> Self {
        distinct(told).map(|told| told.fact.value.clone()).collect()
    }

    fn walk(told: &Self::Told<'_>, place: &str, walk: &mut Walk<'_>) {
        for (index, told) in distinct(told).enumerate() {
            walk(&format!("{place}[{index}]"), told.provenance());
        }
    }

    fn origins(facts: &Self::Facts, field: &str, found: &mut Vec<Became>) {
        for (index, fact) in facts.iter().enumerate() {
            found.push(became(fact, &format!("{field}[{index}]")));
        }
    }
}

/// The first telling of each value.
pub(crate) fn distinct<'t, 'a>(
    told: &'t [Told<'a, Sourced<String>>],
) -> impl Iterator<Item = Told<'a, Sourced<String>>> + use<'t, 'a> {
    let mut known = HashSet::new();
    told.iter().copied().filter(move |told| known.insert(told.fact.value.as_str()))
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

impl Shown for serde_json::Value {
    fn shown(&self) -> String {
        self.as_str().map_or_else(|| self.to_string(), str::to_owned)
    }
}

/// Declares a part of the transcript and the facts it is made from.
macro_rules! facts {
    ($(#[$meta:meta])* $plain:ident from $facts:ident told as $told:ident { $( $(#[$field_meta:meta])* $name:ident : $type:ty ),* $(,)? }) => {
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

        #[doc = concat!("What many deliveries say of one [`", stringify!($plain), "`], the newest in front.")]
        #[derive(Debug, Clone, Default)]
        pub struct $told<'a> {
            $(
                #[doc = concat!("See [`", stringify!($plain), "::", stringify!($name), "`].")]
                pub $name: <$type as crate::model::facts::Slot>::Told<'a>,
            )*
        }

        impl<'a> $told<'a> {
            /// What one delivery says.
            #[must_use]
            pub fn of(facts: &'a $facts, delivery: i64) -> Self {
                let mut told = Self::default();
                told.absorb(facts, delivery);
                told
            }

            /// Takes in what a newer delivery says; what it leaves unsaid stays, and lists grow.
            pub fn absorb(&mut self, newer: &'a $facts, delivery: i64) {
                $( <$type as crate::model::facts::Slot>::absorb(&mut self.$name, &newer.$name, delivery); )*
            }

            /// The values without their origins.
            #[must_use]
            pub fn plain(&self) -> $plain {
                $plain { $( $name: <$type as crate::model::facts::Slot>::plain(&self.$name), )* }
            }

            /// Tells where each value came from; `path` is the name of this part in the transcript, with its dot.
            pub fn walk(&self, path: &str, walk: &mut crate::model::facts::Walk<'_>) {
                $( <$type as crate::model::facts::Slot>::walk(&self.$name, &format!("{path}{}", stringify!($name)), walk); )*
            }
        }

        impl $facts {
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
