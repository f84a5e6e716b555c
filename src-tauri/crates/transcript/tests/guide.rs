//! What people are told about connecting a service.

use std::collections::HashSet;
use std::fmt::Write as _;

use afterchat_transcript::guide::{Advice, Fact, Known, Way};
use afterchat_transcript::providers::PROVIDERS;

fn ways() -> impl Iterator<Item = (&'static str, &'static Way)> {
    PROVIDERS.iter().flat_map(|provider| provider.guide().ways.iter().map(|way| (provider.id(), way)))
}

fn facts(way: &'static Way) -> Vec<&'static Fact> {
    let single = [&way.format, &way.secret, &way.retries, &way.address, &way.one_for_all, &way.trigger];
    let events = way.events.iter().map(|event| &event.brings);
    way.plan.iter().chain(way.steps).chain(way.never).chain(events).chain(single).collect()
}

#[test]
fn every_service_says_where_its_address_goes_and_what_to_switch_on() {
    for provider in PROVIDERS {
        assert!(!provider.guide().ways.is_empty(), "{} can be connected somehow", provider.id());
    }
    for (id, way) in ways() {
        assert!(!way.steps.is_empty(), "{id} {}: nobody finds the place without a step", way.name);
        assert_eq!(
            way.events[0].advice,
            Advice::Needed,
            "{id} {}: what is needed comes first, and something is",
            way.name
        );
        let names: HashSet<_> = way.events.iter().map(|event| event.name).collect();
        assert_eq!(names.len(), way.events.len(), "{id} {}: an event stands once", way.name);
        let order: Vec<_> = way.events.iter().map(|event| event.advice as u8).collect();
        assert!(order.is_sorted(), "{id} {}: from needed to useless", way.name);
    }
}

#[test]
fn every_fact_says_where_it_is_known_from_and_unknown_ones_claim_no_page() {
    for (id, way) in ways() {
        for fact in facts(way) {
            let told =
                !fact.text.trim().is_empty() && fact.text.trim() == fact.text && fact.text.ends_with('.');
            assert!(told, "{id}: “{}” is a sentence", fact.text);
            match fact.known {
                Known::NotDocumented => assert_eq!(fact.page, None, "{id}: “{}” is on no page", fact.text),
                Known::Documented | Known::Inferred => {
                    let page = fact.page.unwrap_or_default();
                    assert!(page.starts_with("https://"), "{id}: “{}” links to {page:?}", fact.text);
                    assert!(!page.contains(char::is_whitespace), "{id}: {page:?} is one address");
                }
            }
        }
    }
}

#[test]
fn a_service_that_documents_no_retries_is_said_to_have_none() {
    for (id, way) in ways() {
        let unknown = way.retries.known == Known::NotDocumented;
        assert_eq!(
            way.retries.text.starts_with("Not documented; expect none."),
            unknown,
            "{id} {}: whoever relies on retries must know whether there are any",
            way.name
        );
    }
}

#[test]
fn a_guide_asks_for_a_secret_exactly_where_signatures_are_checked() {
    for provider in PROVIDERS {
        let signs = provider.guide().ways.iter().any(|way| way.signs);
        assert_eq!(signs, provider.signature().is_some(), "{}", provider.id());
    }
}

#[test]
fn the_guides_read_as_a_whole() {
    let mut text = String::new();
    for (id, way) in ways() {
        write_way(&mut text, id, way).expect("a string takes everything");
    }
    insta::assert_snapshot!(text);
}

fn write_way(text: &mut String, id: &str, way: &Way) -> std::fmt::Result {
    let fact = |fact: &Fact| {
        let known = match fact.known {
            Known::Documented => "",
            Known::Inferred => " (inferred)",
            Known::NotDocumented => " (not documented)",
        };
        format!("{}{known}{}", fact.text, fact.page.map(|page| format!(" <{page}>")).unwrap_or_default())
    };
    writeln!(text, "== {id}: {}", way.name)?;
    if let Some(plan) = &way.plan {
        writeln!(text, "plan: {}", fact(plan))?;
    }
    for (at, step) in way.steps.iter().enumerate() {
        writeln!(text, "{}. {}", at + 1, fact(step))?;
    }
    for event in way.events {
        writeln!(text, "{:?} {}: {}", event.advice, event.name, fact(&event.brings))?;
    }
    for never in way.never {
        writeln!(text, "never: {}", fact(never))?;
    }
    writeln!(text, "format: {}", fact(&way.format))?;
    writeln!(text, "secret ({}): {}", if way.signs { "signs" } else { "signs nothing" }, fact(&way.secret))?;
    writeln!(text, "retries: {}", fact(&way.retries))?;
    writeln!(text, "address{}: {}", if way.https_only { " (https)" } else { "" }, fact(&way.address))?;
    writeln!(text, "one for all: {}", fact(&way.one_for_all))?;
    writeln!(text, "try: {}\n", fact(&way.trigger))
}
