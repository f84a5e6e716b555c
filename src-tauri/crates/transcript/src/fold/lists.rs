//! Joins the lists of a conversation (rule 5 of the fold).
//!
//! A stranger chooses how long these lists are, so nothing here compares every item with every other.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::Telling;
use crate::Instant;
use crate::model::facts::distinct;
use crate::model::{
    FieldFacts, LinkFacts, PageFacts, PageRole, PersonTold, Sourced, Told, VisitorFacts, VisitorTold,
};
use crate::reading::Part;

/// A page, of which several deliveries may have told the parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageTold<'a> {
    pub(super) url: Told<'a, Sourced<String>>,
    pub(super) title: Option<Told<'a, Sourced<String>>>,
    pub(super) at: Option<Told<'a, Sourced<Instant>>>,
    pub(super) role: PageRole,
}

impl<'a> PageTold<'a> {
    fn of(page: &'a PageFacts, delivery: i64) -> Self {
        Self {
            url: Told { fact: &page.url, delivery },
            title: page.title.as_ref().map(|fact| Told { fact, delivery }),
            at: page.at.as_ref().map(|fact| Told { fact, delivery }),
            role: page.role,
        }
    }

    fn step(&self) -> (&'a str, PageRole) {
        (&self.url.fact.value, self.role)
    }

    fn time(&self) -> Option<Instant> {
        self.at.map(|at| at.fact.value)
    }
}

/// Everything of a list, beside the delivery that told it.
pub(super) fn all<'t, 'a: 't, F: 'a>(
    told: &'t [Telling<'a>],
    list: fn(&'a Part) -> &'a Vec<F>,
) -> impl Iterator<Item = Told<'a, F>> + 't {
    told.iter().flat_map(move |telling| of(telling.delivery, list(telling.part)))
}

fn of<'a, F: 'a>(
    delivery: i64,
    facts: impl IntoIterator<Item = &'a F> + 'a,
) -> impl Iterator<Item = Told<'a, F>> + 'a {
    facts.into_iter().map(move |fact| Told { fact, delivery })
}

/// The first of each that are equal by this key, in order.
pub(super) fn distinct_by<'a, F, K: Eq + Hash>(
    all: impl Iterator<Item = Told<'a, F>>,
    key: impl Fn(&'a F) -> K,
) -> Vec<Told<'a, F>> {
    let mut seen = HashSet::new();
    all.filter(|told| seen.insert(key(told.fact))).collect()
}

pub(super) fn labels<'a>(told: &[Telling<'a>]) -> Vec<Told<'a, Sourced<String>>> {
    distinct_by(all(told, |part| &part.labels), |label| &label.value)
}

pub(super) fn links<'a>(told: &[Telling<'a>]) -> Vec<Told<'a, LinkFacts>> {
    distinct_by(all(told, |part| &part.links), |link| (&link.label, &link.url.value))
}

/// Two tellings of an agent are joined by id, else by address, else by name.
pub(super) fn agents<'a>(told: &[Telling<'a>]) -> Vec<PersonTold<'a>> {
    let mut found: Vec<PersonTold<'a>> = Vec::new();
    let mut known: HashMap<(u8, String), usize> = HashMap::new();
    for Told { fact: agent, delivery } in
        all(told, |part| &part.agents).filter(|agent| !agent.fact.is_empty())
    {
        let names = [&agent.id, &agent.email, &agent.name];
        let keys =
            (0..).zip(names).filter_map(|(kind, name)| Some((kind, name.as_ref()?.value.to_lowercase())));
        let keys: Vec<(u8, String)> = keys.collect();
        // An id tells people apart; the address and the name do so only for somebody without one.
        let same = keys.iter().find_map(|key| {
            let index = *known.get(key)?;
            let contradicts = key.0 > 0 && agent.id.is_some() && found[index].id.is_some();
            (!contradicts).then_some(index)
        });
        let index = same.unwrap_or(found.len());
        match found.get_mut(index) {
            Some(person) => person.absorb(agent, delivery),
            None => found.push(PersonTold::of(agent, delivery)),
        }
        for key in keys {
            known.entry(key).or_insert(index);
        }
    }
    found
}

/// The longest path that was told at once is the base; steps that only other tellings know follow.
pub(super) fn pages<'a>(told: &[Telling<'a>]) -> Vec<PageTold<'a>> {
    let base =
        told.iter().enumerate().max_by_key(|(_, telling)| telling.part.pages.len()).map(|(index, _)| index);
    let Some(base) = base else { return Vec::new() };
    let steps = |telling: &Telling<'a>| {
        let delivery = telling.delivery;
        telling.part.pages.iter().map(move |page| PageTold::of(page, delivery))
    };
    let mut found: Vec<PageTold<'a>> = steps(&told[base]).collect();
    let mut known: HashMap<_, usize> =
        found.iter().enumerate().map(|(index, page)| (page.step(), index)).collect();
    let mut timed: HashSet<_> = found.iter().map(|page| (page.step(), page.time())).collect();
    for telling in told.iter().enumerate().filter(|(index, _)| *index != base).map(|(_, telling)| telling) {
        for page in steps(telling) {
            let same = known
                .get(&page.step())
                .copied()
                .filter(|_| page.at.is_none() || timed.contains(&(page.step(), page.time())));
            if let Some(index) = same {
                found[index].title = found[index].title.or(page.title);
                continue;
            }
            known.entry(page.step()).or_insert(found.len());
            timed.insert((page.step(), page.time()));
            found.push(page);
        }
    }
    found.sort_by_key(|page| match page.role {
        PageRole::Referrer => 0,
        PageRole::Landing => 1,
        PageRole::Visited | PageRole::Chat | PageRole::Current => 2,
    });
    found
}

/// Of a field that several deliveries tell, the newest values stand in the place of the first.
pub(super) fn fields<'a>(told: &[Telling<'a>]) -> Vec<Told<'a, FieldFacts>> {
    let mut places: Vec<Vec<Told<'a, FieldFacts>>> = Vec::new();
    let mut known: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    for telling in told {
        let mut renewed = HashSet::new();
        for field in of(telling.delivery, &telling.part.fields) {
            let name = (field.fact.group.as_deref(), field.fact.name.as_str());
            let place = *known.entry(name).or_insert_with(|| {
                places.push(Vec::new());
                places.len() - 1
            });
            if renewed.insert(place) {
                places[place].clear();
            }
            places[place].push(field);
        }
    }
    places.into_iter().flatten().collect()
}

/// The visitor, with every address that was ever given. A single address is not listed twice.
pub(super) fn visitor<'a>(told: &[Telling<'a>]) -> VisitorTold<'a> {
    let mut visitor = VisitorTold::default();
    for telling in told {
        visitor.absorb(&telling.part.visitor, telling.delivery);
    }
    let given = |one: fn(&'a VisitorFacts) -> &'a Option<Sourced<String>>,
                 many: fn(&'a VisitorFacts) -> &'a Vec<Sourced<String>>| {
        let all = told.iter().flat_map(move |telling| {
            let visitor = &telling.part.visitor;
            of(telling.delivery, one(visitor).iter().chain(many(visitor)))
        });
        let all = distinct_by(all, |fact| fact.value.to_lowercase());
        if all.len() > 1 { all } else { Vec::new() }
    };
    visitor.email = visitor.email.or_else(|| distinct(&visitor.emails).last());
    visitor.phone = visitor.phone.or_else(|| distinct(&visitor.phones).last());
    visitor.emails = given(|visitor| &visitor.email, |visitor| &visitor.emails);
    visitor.phones = given(|visitor| &visitor.phone, |visitor| &visitor.phones);
    visitor
}
