//! One learned shape: which names and types the payloads of an event have, and how a payload is judged by it.
//!
//! Every object of the shape is learned by itself: what is missing or new in it is told only after it was seen in
//! [`LEARNED_AFTER`] deliveries. A shape is bounded whatever is sent; what it has no room for is neither learned nor told.

use std::collections::BTreeMap;

use afterchat_transcript::fold::BodyDigest;
use afterchat_transcript::payload::{Kind, Value};
use serde::{Deserialize, Serialize};

use super::drift::{Drift, DriftKind, Drifted, Types, ValueType, child};
use super::names::{ANY, is_data};

/// After how many deliveries an object counts as known. A name that stands in one of seven is then known with a
/// likelihood of 95 %, so that little of what is merely optional is told as new; what is told, is told once.
pub(super) const LEARNED_AFTER: u8 = 20;
/// How many places a shape has at most.
const PLACES: usize = 2_000;
/// How deep it goes.
const DEEPEST: usize = 24;
/// An object with more names that are not always there, or with more names at all, is a table.
const MOST_OPTIONAL: usize = 64;
const MOST_NAMES: usize = 512;
/// After so many deliveries that brought new names into a known object most of whose names come and go, it is a table:
/// custom variables must not be told for ever.
const SURPRISES: u8 = 3;
/// How many differences of a delivery are noted, and how long a pointer may be.
const NOTED: usize = 20;
const LONGEST_POINTER: usize = 1_000;

/// What payloads of one event look like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shape {
    root: Spot,
    /// Whom it learned from so far, as long as it is learning: a repetition teaches nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    learned_from: Vec<u64>,
    /// How many deliveries it learned from, up to [`LEARNED_AFTER`].
    deliveries: u8,
    /// How many places it has.
    places: usize,
    /// How many objects were looked at since this was loaded: marks what stands in the object at hand.
    #[serde(skip)]
    objects: u64,
}

/// One place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Spot {
    #[serde(rename = "t")]
    types: Types,
    /// Whether every object so far had it.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    always: bool,
    /// In how many deliveries it was an object, up to [`LEARNED_AFTER`].
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    seen: u8,
    /// How many deliveries brought it new names after that.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    surprises: u8,
    /// Whether its names are data.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    table: bool,
    #[serde(rename = "e", default, skip_serializing_if = "BTreeMap::is_empty")]
    entries: BTreeMap<String, Spot>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    items: Option<Box<Spot>>,
    /// The object in which it was last met.
    #[serde(skip)]
    met: u64,
    /// The object from which on the delivery at hand counts, and whether it was known when that came.
    #[serde(skip)]
    entered: (u64, bool),
    /// The same for new names.
    #[serde(skip)]
    surprised: u64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What became of a payload that was shown to a shape.
pub(crate) struct Judged {
    /// Where it differed.
    pub(crate) drifted: Drifted,
    /// Whether the shape learned something from it.
    pub(crate) learned: bool,
}

impl Shape {
    /// Judges a payload and learns from it.
    pub(crate) fn judge(&mut self, payload: &Value, digest: &BodyDigest) -> Judged {
        let [a, b, c, d, e, f, g, h, ..] = *digest;
        let digest = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let mut judged = Judged { drifted: Drifted::default(), learned: false };
        if self.learned_from.contains(&digest) {
            return judged;
        }
        let known = self.deliveries >= LEARNED_AFTER;
        if !known {
            self.deliveries += 1;
            self.learned_from.push(digest);
            judged.learned = true;
            if self.deliveries >= LEARNED_AFTER {
                self.learned_from = Vec::new();
            }
        }
        let from = self.objects + 1;
        let room = PLACES.saturating_sub(self.places);
        let mut walk = Walk { from, objects: self.objects, room, path: Vec::new(), judged };
        walk.value(&mut self.root, payload, known);
        self.objects = walk.objects;
        self.places = PLACES.saturating_sub(walk.room);
        walk.judged
    }
}

impl Spot {
    fn places(&self) -> usize {
        let entries = self.entries.values().map(Self::places).sum::<usize>();
        1 + entries + self.items.as_ref().map_or(0, |items| items.places())
    }

    /// Its names are data: what they hold is of one shape, which is learned anew.
    fn becomes_table(&mut self) {
        self.table = true;
        self.entries = BTreeMap::new();
    }

    fn is_table_by_size(&self) -> bool {
        self.entries.len() > MOST_NAMES || self.optional() > MOST_OPTIONAL
    }

    fn optional(&self) -> usize {
        self.entries.values().filter(|entry| !entry.always).count()
    }
}

/// A step into a payload.
enum Step<'a> {
    Item(usize),
    Name(&'a str, bool),
}

struct Walk<'a> {
    /// The first object of this delivery.
    from: u64,
    objects: u64,
    room: usize,
    path: Vec<Step<'a>>,
    judged: Judged,
}

impl<'a> Walk<'a> {
    fn value(&mut self, spot: &mut Spot, value: &'a Value, known: bool) {
        let found = ValueType::of(value);
        if known && spot.types.surprised_by(found) {
            self.note(DriftKind::Retyped, None, spot.types.list(), Some(found));
        }
        self.judged.learned |= spot.types.add(found);
        if self.path.len() >= DEEPEST {
            return;
        }
        match &value.kind {
            Kind::Object(entries) if !entries.is_empty() => self.object(spot, entries),
            Kind::Array(items) if !items.is_empty() => {
                if spot.items.is_none() && !self.take_room() {
                    return;
                }
                let each = spot.items.get_or_insert_default();
                for (at, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(at));
                    self.value(each, item, known);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, spot: &mut Spot, entries: &'a [(String, Value)]) {
        self.objects += 1;
        let (here, first) = (self.objects, spot.seen == 0);
        if spot.entered.0 < self.from {
            spot.entered = (here, spot.seen >= LEARNED_AFTER);
            if spot.seen < LEARNED_AFTER {
                spot.seen += 1;
                self.judged.learned = true;
            }
        }
        let known = spot.entered.1;
        for (name, value) in entries {
            let any = spot.table || (!spot.entries.contains_key(name) && is_data(name));
            self.path.push(Step::Name(name, any));
            self.entry(spot, if any { ANY } else { name }, value, (here, first, known));
            self.path.pop();
        }
        if spot.table {
            return;
        }
        for (name, entry) in spot.entries.iter_mut().filter(|(_, entry)| entry.always && entry.met != here) {
            entry.always = false;
            self.judged.learned = true;
            if known {
                self.note(DriftKind::Missing, Some(name), entry.types.list(), None);
            }
        }
        if spot.is_table_by_size() {
            self.becomes_table(spot);
        }
    }

    fn entry(&mut self, spot: &mut Spot, name: &str, value: &'a Value, now: (u64, bool, bool)) {
        let (here, first, known) = now;
        if let Some(entry) = spot.entries.get_mut(name) {
            entry.met = here;
            self.value(entry, value, known);
            return;
        }
        if !self.take_room() {
            return;
        }
        self.judged.learned = true;
        if known && name != ANY {
            self.note(DriftKind::New, None, Vec::new(), Some(ValueType::of(value)));
            if spot.surprised < self.from {
                spot.surprised = here;
                spot.surprises = spot.surprises.saturating_add(1);
            }
        }
        let entry = spot.entries.entry(name.to_owned()).or_default();
        entry.always = first && name != ANY;
        entry.met = here;
        // What a new name holds is new as a whole.
        self.value(entry, value, false);
        let comes_and_goes = spot.optional() > spot.entries.len() / 2;
        if spot.entries.len() > MOST_NAMES || (spot.surprises >= SURPRISES && comes_and_goes) {
            self.becomes_table(spot);
        }
    }

    fn becomes_table(&mut self, spot: &mut Spot) {
        self.judged.learned = true;
        let before = spot.places();
        spot.becomes_table();
        self.room += before - spot.places();
    }

    fn take_room(&mut self) -> bool {
        let taken = self.room.checked_sub(1);
        self.room = taken.unwrap_or(0);
        taken.is_some()
    }

    /// Notes a difference at the place that is looked at, or at a name that should be in it.
    fn note(
        &mut self,
        kind: DriftKind,
        missing: Option<&str>,
        expected: Vec<ValueType>,
        found: Option<ValueType>,
    ) {
        self.judged.drifted.total += 1;
        if self.judged.drifted.noted.len() >= NOTED {
            return;
        }
        let (mut path, mut pointer) = (String::new(), String::new());
        for step in &self.path {
            match step {
                Step::Item(at) => (path, pointer) = (child(&path, "*"), child(&pointer, &at.to_string())),
                Step::Name(name, any) => {
                    (path, pointer) = (child(&path, if *any { ANY } else { name }), child(&pointer, name));
                }
            }
        }
        if let Some(name) = missing {
            path = child(&path, name);
        }
        let pointer = Some(pointer).filter(|pointer| pointer.len() <= LONGEST_POINTER);
        self.judged.drifted.noted.push(Drift { kind, path, pointer, expected, found });
    }
}
