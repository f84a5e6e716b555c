//! Joins the lists of a conversation (rule 5 of the fold).
//!
//! A stranger chooses how long these lists are, so nothing here compares every item with every other.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::Telling;
use crate::model::{
    Field, Link, PageFacts, PageRole, PageVisit, Person, PersonFacts, Sourced, Visitor, VisitorFacts,
};

/// The first of each that are equal by this key, in order.
pub(super) fn distinct_by<'a, T: Clone + 'a, K: Eq + Hash>(
    all: impl Iterator<Item = &'a T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|item| seen.insert(key(item))).cloned().collect()
}

pub(super) fn labels(told: &[Telling<'_>]) -> Vec<String> {
    values(distinct_by(told.iter().flat_map(|telling| &telling.part.labels), |label| label.value.clone()))
}

pub(super) fn links(told: &[Telling<'_>]) -> Vec<Link> {
    let all = told.iter().flat_map(|telling| &telling.part.links);
    let links = distinct_by(all, |link| (link.label.clone(), link.url.value.clone()));
    links.into_iter().map(|link| Link { label: link.label, url: link.url.value }).collect()
}

/// Two tellings of an agent are joined by id, else by address, else by name.
pub(super) fn agents(told: &[Telling<'_>]) -> Vec<Person> {
    let mut found: Vec<PersonFacts> = Vec::new();
    let mut known: HashMap<(u8, String), usize> = HashMap::new();
    for agent in told.iter().flat_map(|telling| &telling.part.agents).filter(|agent| !agent.is_empty()) {
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
            Some(person) => person.absorb(agent),
            None => found.push(agent.clone()),
        }
        for key in keys {
            known.entry(key).or_insert(index);
        }
    }
    found.iter().map(PersonFacts::plain).collect()
}

/// The longest path that was told at once is the base; steps that only other tellings know follow.
pub(super) fn pages(told: &[Telling<'_>]) -> Vec<PageVisit> {
    let base =
        told.iter().enumerate().max_by_key(|(_, telling)| telling.part.pages.len()).map(|(index, _)| index);
    let Some(base) = base else { return Vec::new() };
    let mut found: Vec<PageVisit> = told[base].part.pages.iter().map(PageFacts::plain).collect();
    let step = |page: &PageVisit| (page.url.clone(), page.role);
    let mut known: HashMap<_, usize> =
        found.iter().enumerate().map(|(index, page)| (step(page), index)).collect();
    let mut timed: HashSet<_> = found.iter().map(|page| (step(page), page.at)).collect();
    for telling in told.iter().enumerate().filter(|(index, _)| *index != base).map(|(_, telling)| telling) {
        for page in telling.part.pages.iter().map(PageFacts::plain) {
            let same = known
                .get(&step(&page))
                .copied()
                .filter(|_| page.at.is_none() || timed.contains(&(step(&page), page.at)));
            if let Some(index) = same {
                found[index].title = found[index].title.take().or(page.title);
                continue;
            }
            known.entry(step(&page)).or_insert(found.len());
            timed.insert((step(&page), page.at));
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
pub(super) fn fields(told: &[Telling<'_>]) -> Vec<Field> {
    let mut places: Vec<Vec<Field>> = Vec::new();
    let mut known: HashMap<(Option<String>, String), usize> = HashMap::new();
    for telling in told {
        let mut renewed = HashSet::new();
        for field in telling.part.fields.iter().map(crate::model::FieldFacts::plain) {
            let place = *known.entry((field.group.clone(), field.name.clone())).or_insert_with(|| {
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
pub(super) fn visitor(facts: &VisitorFacts, told: &[Telling<'_>]) -> Visitor {
    let mut visitor = facts.plain();
    let given = |one: fn(&VisitorFacts) -> &Option<Sourced<String>>,
                 many: fn(&VisitorFacts) -> &Vec<Sourced<String>>| {
        let all = told
            .iter()
            .flat_map(move |telling| one(&telling.part.visitor).iter().chain(many(&telling.part.visitor)));
        let all = values(distinct_by(all, |fact| fact.value.to_lowercase()));
        if all.len() > 1 { all } else { Vec::new() }
    };
    let newest = |all: &[Sourced<String>]| all.last().map(|fact| fact.value.clone());
    visitor.email = visitor.email.take().or_else(|| newest(&facts.emails));
    visitor.phone = visitor.phone.take().or_else(|| newest(&facts.phones));
    visitor.emails = given(|visitor| &visitor.email, |visitor| &visitor.emails);
    visitor.phones = given(|visitor| &visitor.phone, |visitor| &visitor.phones);
    visitor
}

fn values(facts: Vec<Sourced<String>>) -> Vec<String> {
    facts.into_iter().map(|fact| fact.value).collect()
}
