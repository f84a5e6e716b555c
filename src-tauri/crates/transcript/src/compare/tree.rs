//! Two payload trees side by side.

use std::collections::{HashMap, HashSet};

use super::Difference;
use super::align::{self, Step};
use super::classes::Classes;
use crate::payload::{Kind, Value, pointer};

/// A value in one of the two trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Place<'a> {
    /// Its JSON Pointer. Of a name that stands twice in an object both values have the same.
    pub pointer: String,
    /// Its name, in an object.
    pub name: Option<&'a str>,
    /// The value.
    pub value: &'a Value,
}

/// One line of the comparison. What is equal, and what only one side has, is one line however much it holds; the lines
/// of what differs inside follow it, one deeper.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// How deep it stands; 0 for the roots.
    pub depth: usize,
    /// How the two stand to each other.
    pub what: Difference,
    /// Whether it is an item of a list that stands elsewhere among its fellows than before.
    pub moved: bool,
    /// The place in the left tree; `None` for what was added.
    pub left: Option<Place<'a>>,
    /// The place in the right tree; `None` for what was removed.
    pub right: Option<Place<'a>>,
}

impl Line<'_> {
    /// True for what a person looks for: another value, or another place among its fellows.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.moved || self.what.is_change()
    }
}

/// Compares two trees. Names of an object are the same in any order; items of a list are the same by an id they have, else
/// by their order.
#[must_use]
pub fn trees<'a>(left: &'a Value, right: &'a Value) -> Vec<Line<'a>> {
    let mut walk = Walk { classes: Classes::of(left, right), lines: Vec::new() };
    let root = |value| Place { pointer: String::new(), name: None, value };
    walk.both(0, root(left), root(right), false);
    walk.lines
}

struct Walk<'a> {
    classes: Classes,
    lines: Vec<Line<'a>>,
}

impl<'a> Walk<'a> {
    /// Trees are never deeper than their readers allow.
    fn both(&mut self, depth: usize, left: Place<'a>, right: Place<'a>, moved: bool) {
        let (before, after) = (left.value, right.value);
        let children = (&before.kind, &after.kind);
        let what = match children {
            _ if self.classes.left(before) == self.classes.right(after) => Difference::Same,
            (Kind::Array(_), Kind::Array(_)) | (Kind::Object(_), Kind::Object(_)) => Difference::Holds,
            (one, other) if std::mem::discriminant(one) == std::mem::discriminant(other) => {
                Difference::Changed
            }
            _ => Difference::Retyped,
        };
        let (left_at, right_at) = (left.pointer.clone(), right.pointer.clone());
        self.lines.push(Line { depth, what, moved, left: Some(left), right: Some(right) });
        if what != Difference::Holds {
            return;
        }
        match children {
            (Kind::Object(before), Kind::Object(after)) => {
                let place = |at: &str, (name, value): &'a (String, Value)| Place {
                    pointer: pointer(at, name),
                    name: Some(name),
                    value,
                };
                let partners = align::by_key(numbered(before), numbered(after));
                for step in align::merged(before.len(), &partners) {
                    match step {
                        Step::Left(l) => {
                            self.alone(depth + 1, Difference::Removed, place(&left_at, &before[l]));
                        }
                        Step::Right(r) => {
                            self.alone(depth + 1, Difference::Added, place(&right_at, &after[r]));
                        }
                        // The order of names says nothing.
                        Step::Both { left, right, .. } => self.both(
                            depth + 1,
                            place(&left_at, &before[left]),
                            place(&right_at, &after[right]),
                            false,
                        ),
                    }
                }
            }
            (Kind::Array(before), Kind::Array(after)) => {
                let place = |at: &str, item: usize, value: &'a Value| Place {
                    pointer: format!("{at}/{item}"),
                    name: None,
                    value,
                };
                let partners = self.items(before, after);
                for step in align::merged(before.len(), &partners) {
                    match step {
                        Step::Left(l) => {
                            self.alone(depth + 1, Difference::Removed, place(&left_at, l, &before[l]));
                        }
                        Step::Right(r) => {
                            self.alone(depth + 1, Difference::Added, place(&right_at, r, &after[r]));
                        }
                        Step::Both { left, right, moved } => self.both(
                            depth + 1,
                            place(&left_at, left, &before[left]),
                            place(&right_at, right, &after[right]),
                            moved,
                        ),
                    }
                }
            }
            _ => {}
        }
    }

    fn alone(&mut self, depth: usize, what: Difference, place: Place<'a>) {
        let (left, right) =
            if what == Difference::Removed { (Some(place), None) } else { (None, Some(place)) };
        self.lines.push(Line { depth, what, moved: false, left, right });
    }

    fn items(&self, before: &'a [Value], after: &'a [Value]) -> Vec<Option<usize>> {
        if let Some(partners) = by_identity(before, after) {
            return partners;
        }
        let left: Vec<u32> = before.iter().map(|item| self.classes.left(item)).collect();
        let right: Vec<u32> = after.iter().map(|item| self.classes.right(item)).collect();
        align::by_order(&left, &right, |l, r| {
            std::mem::discriminant(&before[l].kind) == std::mem::discriminant(&after[r].kind)
        })
    }
}

/// Each name with how many of the same stand before it, so that of a name that stands twice both have a partner.
fn numbered(entries: &[(String, Value)]) -> impl Iterator<Item = (&str, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    entries.iter().map(move |(name, _)| {
        let count = seen.entry(name).or_default();
        *count += 1;
        (name.as_str(), *count)
    })
}

/// How many names of a list's first item are tried as its items' identity.
const NAMES_TRIED: usize = 4;

/// Pairs items by what identifies them: a name like `id` that every item has, with a value of its own. `None` where
/// there is no such name, or where it leads nowhere because no item of one side is known at the other.
fn by_identity<'a>(before: &'a [Value], after: &'a [Value]) -> Option<Vec<Option<usize>>> {
    let Kind::Object(entries) = &before.first()?.kind else { return None };
    let mut names: Vec<&str> =
        entries.iter().map(|(name, _)| name.as_str()).filter(|name| identifies(name)).collect();
    names.sort_by_key(|name| !matches!(*name, "id" | "_id" | "uuid" | "guid"));
    names.into_iter().take(NAMES_TRIED).find_map(|name| {
        let partners =
            align::by_key(identities(before, name)?.into_iter(), identities(after, name)?.into_iter());
        partners.iter().any(Option::is_some).then_some(partners)
    })
}

/// Whether a name says that its value names the object: `id`, `messageId`, `uuid`, `chat_id`.
fn identifies(name: &str) -> bool {
    let ends = ["id", "Id", "ID", "uuid", "Uuid", "guid", "Guid"].iter().find(|end| name.ends_with(*end));
    ends.is_some_and(|end| {
        let rest = &name[..name.len() - end.len()];
        // `paid` and `void` name nothing.
        rest.is_empty() || *end != "id" || rest.ends_with(['_', '-', '.'])
    })
}

/// The identities of all items under this name, as text, so that an id that became a number still finds its item;
/// `None` unless each item has one of its own.
fn identities(items: &[Value], name: &str) -> Option<Vec<String>> {
    // The first of the name is looked at: an object of a hundred thousand names must not be searched for each item.
    let identity = |item: &Value| match &item.kind {
        Kind::Object(entries) => {
            entries.iter().take(64).find(|(key, _)| key == name).and_then(|(_, value)| value.scalar())
        }
        _ => None,
    };
    let found: Vec<String> = items.iter().map(identity).collect::<Option<_>>()?;
    let distinct: HashSet<&String> = found.iter().collect();
    (distinct.len() == found.len()).then_some(found)
}
