//! The way back: where each value of a folded transcript came from.
//!
//! A place is named by its path in the transcript: `subject`, `visitor.email`, `messages[3].author.name`,
//! `fields[0].value`. A value that Afterchat made, or that no payload says, is told as inferred. What only names
//! another value (the name and group of a field, the label of a link, the role of a page, the pointer of an unknown
//! value) has no place of its own: it goes with that value.

use super::{BodyDigest, Joined, Telling};
use crate::model::facts::Became;
use crate::model::{Inference, PersonTold, Provenance, Walk};
use crate::reading::Part;

impl Joined<'_> {
    /// Visits every place of the transcript.
    pub fn walk(&self, walk: &mut Walk<'_>) {
        self.walk_surroundings(walk);
        for (index, message) in self.messages.iter().enumerate() {
            message.walk(&format!("messages[{index}]."), walk);
        }
    }

    /// Tells where the value at one place came from.
    pub fn trace<T>(&self, place: &str, mut take: impl FnMut(Provenance<'_>) -> T) -> Option<T> {
        let mut found = None;
        let mut walk = |here: &str, provenance: Provenance<'_>| {
            if here == place {
                found = Some(take(provenance));
            }
        };
        // A conversation may hold a hundred thousand messages; the one that is asked for is found by its number.
        match place.strip_prefix("messages[").and_then(|rest| rest.split_once(']')) {
            Some((number, _)) => {
                let index: Option<usize> = number.parse().ok();
                if let Some((index, message)) =
                    index.and_then(|index| Some((index, self.messages.get(index)?)))
                {
                    message.walk(&format!("messages[{index}]."), &mut walk);
                }
            }
            None => self.walk_surroundings(&mut walk),
        }
        found
    }

    /// The other deliveries that say something of a place, oldest first, with the pointers where they do. Only single
    /// values are said by several deliveries; items of lists have one each.
    #[must_use]
    pub fn also_told(&self, place: &str, by: i64) -> Vec<(i64, String)> {
        if place.contains('[') {
            return Vec::new();
        }
        let said = |telling: &Telling<'_>| {
            let origins = telling.part.origins().into_iter();
            let pointer = origins.filter(|became| became.field == place).map(|became| became.pointer).next();
            pointer.map(|pointer| (telling.delivery, pointer))
        };
        let mut found: Vec<_> =
            self.told().iter().filter(|telling| telling.delivery != by).filter_map(said).collect();
        found.sort_unstable();
        found
    }

    /// Where the transcript shows what a body says at a place of its payload; `None` where a newer delivery, or a fuller
    /// one, is shown instead. `place` is written as in [`Became::pointer`], and `field` is the path it has in the reading.
    #[must_use]
    pub fn shown(&self, body: &BodyDigest, place: &str, field: &str) -> Option<String> {
        let same = || self.told().iter().filter(|telling| telling.digest == *body);
        let telling = same().find(|telling| tells(telling.part, place)).or_else(|| same().next())?;
        let place = main_place(telling.part, place, field);
        let mut found: Option<(usize, String)> = None;
        self.walk(&mut |here, provenance| {
            let Provenance::Told { delivery, pointer, bytes, .. } = provenance else { return };
            if delivery != telling.delivery || !is_place(&place, pointer, bytes) {
                return;
            }
            // One value may have become several things; the one of that name is meant.
            let likeness = here.bytes().rev().zip(field.bytes().rev()).take_while(|(a, b)| a == b).count();
            if found.as_ref().is_none_or(|(best, _)| likeness > *best) {
                found = Some((likeness, here.to_owned()));
            }
        });
        found.map(|(_, here)| here)
    }

    /// Everything but the messages.
    fn walk_surroundings(&self, walk: &mut Walk<'_>) {
        let inferred = |why, delivery| Provenance::Inferred { why, delivery };
        let earliest = Some(self.earliest.delivery);
        walk("id", inferred(Inference::Given, None));
        walk("provider", inferred(Inference::Shape, earliest));
        walk("source", inferred(Inference::Given, earliest));
        for (place, told) in [("account", self.account), ("external_id", self.external_id)] {
            if let Some(told) = told {
                walk(place, told.provenance());
            }
        }
        self.head.walk("", walk);
        if self.head.kind.is_none() {
            walk("kind", inferred(Inference::Shape, earliest));
        }
        if self.head.state.is_none() {
            walk("state", inferred(Inference::Shape, earliest));
        }
        if self.head.started_at.is_none() {
            walk("started_at", inferred(Inference::Receipt, earliest));
        }
        self.rating.walk("rating.", walk);
        self.timing.walk("timing.", walk);
        self.visitor.walk("visitor.", walk);
        each(&self.agents, "agents", walk, |agent: &PersonTold<'_>, path, walk| {
            agent.walk(&format!("{path}."), walk);
        });
        each(&self.labels, "labels", walk, |label, path, walk| walk(path, label.provenance()));
        each(&self.pages, "pages", walk, |page, path, walk| {
            walk(&format!("{path}.url"), page.url.provenance());
            if let Some(title) = page.title {
                walk(&format!("{path}.title"), title.provenance());
            }
            if let Some(at) = page.at {
                walk(&format!("{path}.at"), at.provenance());
            }
        });
        each(&self.fields, "fields", walk, |field, path, walk| {
            let value = crate::model::Told { fact: &field.fact.value, delivery: field.delivery };
            walk(&format!("{path}.value"), value.provenance());
        });
        each(&self.links, "links", walk, |link, path, walk| {
            let url = crate::model::Told { fact: &link.fact.url, delivery: link.delivery };
            walk(&format!("{path}.url"), url.provenance());
        });
        each(&self.other, "other", walk, |other, path, walk| {
            let (delivery, pointer) = (other.delivery, other.fact.pointer.as_str());
            let value = &other.fact.value;
            walk(&format!("{path}.value"), Provenance::Told { delivery, pointer, bytes: None, value });
        });
        each(&self.notices, "notices", walk, |notice, path, walk| {
            // A notice without a place is about the whole body.
            let pointer = notice.fact.pointer.as_deref().unwrap_or_default();
            let (delivery, value) = (notice.delivery, &notice.fact.text);
            walk(&format!("{path}.text"), Provenance::Told { delivery, pointer, bytes: None, value });
        });
    }
}

fn each<T>(items: &[T], name: &str, walk: &mut Walk<'_>, visit: impl Fn(&T, &str, &mut Walk<'_>)) {
    for (index, item) in items.iter().enumerate() {
        visit(item, &format!("{name}[{index}]"), walk);
    }
}

/// Whether a place is inside of the object that tells a part.
fn tells(part: &Part, place: &str) -> bool {
    let inside = place.strip_prefix(part.root.as_str());
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']))
}

/// A place that only repeats a value leads to where the value itself stands.
fn main_place(part: &Part, place: &str, field: &str) -> String {
    let origins = part.origins();
    let repeats = part.echoes.iter().any(|echo| echo.pointer == place && echo.field == field);
    let main = origins.into_iter().find(|became: &Became| repeats && became.field == field);
    main.map_or_else(|| place.to_owned(), |main| main.pointer)
}

fn is_place(place: &str, pointer: &str, bytes: Option<(usize, usize)>) -> bool {
    place.strip_prefix(pointer).is_some_and(|rest| match bytes {
        None => rest.is_empty(),
        Some((start, end)) => rest.strip_prefix('@') == Some(&format!("{start}-{end}")),
    })
}
