//! What becomes of every leaf of every fixture, as one table for each service: `tests/fixtures/<provider>/LEAVES.md`.
//!
//! Whoever changes a reader sees in its difference which value moved. `UPDATE_FIXTURES=1` writes the tables.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use afterchat_transcript::payload::{Kind, Payload, Value};
use afterchat_transcript::providers::{PROVIDERS, Provider};
use afterchat_transcript::reading::{Part, Verdict};
use afterchat_transcript::{Reading, read};
use common::{delivery, fixtures, root, settle};

/// Fixtures in which every place holds what it never holds. Where their values end up says nothing of a service.
const HOSTILE: [&str; 3] = ["html_in_every_text", "rtl_emoji_nul", "wrong_types"];

/// A leaf that no fixture gives a value.
const EMPTY: &str = "*always empty*";
/// A leaf that a fixture of its service lists under `other`.
const OTHER: &str = "**other**";
/// A leaf of a payload that tells of no conversation.
const NONE: &str = "*no conversation*";

/// Where the leaves of one service went, by their places with the numbers of list items taken out.
type Places = BTreeMap<String, BTreeSet<String>>;

/// The place of a pointer with `*` for every number of a list's item.
fn collapsed(root: &Value, pointer: &str) -> String {
    let mut at = root;
    let mut found = String::new();
    let mut walked = String::new();
    for segment in pointer.split('/').skip(1) {
        let item = matches!(at.kind, Kind::Array(_));
        found.push('/');
        found.push_str(if item { "*" } else { segment });
        walked.push('/');
        walked.push_str(segment);
        let Some(inner) = root.at(&walked) else { break };
        at = inner;
    }
    found
}

/// A path in the transcript without the numbers of list items.
fn unnumbered(path: &str) -> String {
    let mut found = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        let (number, after) = after.split_once(']').unwrap_or((after, ""));
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        found.push_str(before);
        found.push_str(&if is_number { "[]".to_owned() } else { format!("[{number}]") });
        rest = after;
    }
    found + rest
}

fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match &value.kind {
        Kind::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{at}/{index}"), found));
        }
        Kind::Object(entries) if !entries.is_empty() => {
            for (name, entry) in entries {
                leaves(entry, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// Adds where the leaves of one payload went.
fn collect(root: &Value, reading: &Reading, places: &mut Places) {
    let mut all = Vec::new();
    leaves(root, "", &mut all);
    let told = matches!(reading.verdict, Verdict::Conversation);
    for leaf in &all {
        let became = places.entry(collapsed(root, leaf)).or_default();
        if !told {
            became.insert(NONE.to_owned());
        }
    }
    for origin in reading.parts.iter().flat_map(Part::origins) {
        let pointer = origin.pointer.split_once('@').map_or(origin.pointer.as_str(), |(pointer, _)| pointer);
        let place = if root.at(&origin.pointer).is_some() { &origin.pointer } else { pointer };
        places.entry(collapsed(root, place)).or_default().insert(format!("`{}`", unnumbered(&origin.field)));
    }
    for other in reading.other.iter().filter(|_| told) {
        places.entry(collapsed(root, &other.pointer)).or_default().insert(OTHER.to_owned());
    }
}

fn table(provider: &dyn Provider, places: &Places) -> String {
    let mut page = format!(
        "# What becomes of a {} payload\n\nEvery leaf of the fixtures beside this page, and where its value stands in the transcript. `*` is any item of a list.\nWritten by the test `leaves`; fixtures that are hostile on purpose are left out.\n\n| leaf | becomes |\n|---|---|\n",
        provider.name()
    );
    for (leaf, became) in places.iter().filter(|(leaf, _)| !holds_more(places, leaf)) {
        let inside =
            || ancestors(leaf).find_map(|parent| places.get(parent).filter(|became| !became.is_empty()));
        let told = Some(became).filter(|became| !became.is_empty()).or_else(inside);
        let became = told.map_or_else(|| EMPTY.to_owned(), list);
        page.push_str(&format!("| `{}` | {became} |\n", leaf.replace('|', "\\|")));
    }
    page
}

/// True for a list or object that is empty in one fixture and told leaf by leaf in another.
fn holds_more(places: &Places, leaf: &str) -> bool {
    let below = format!("{leaf}/");
    places[leaf].is_empty()
        && places.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below))
}

/// The places around a leaf, the nearest first: what is kept as JSON in one text became a value as a whole.
fn ancestors(leaf: &str) -> impl Iterator<Item = &str> {
    leaf.rmatch_indices('/').map(|(end, _)| &leaf[..end])
}

fn list(became: &BTreeSet<String>) -> String {
    became.iter().map(|place| place.replace('|', "\\|")).collect::<Vec<_>>().join(", ")
}

fn is_hostile(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    HOSTILE.iter().any(|hostile| name.ends_with(hostile))
}

#[test]
fn every_leaf_of_every_fixture_has_its_place_in_a_table() {
    for provider in PROVIDERS {
        let mut places = Places::new();
        let own =
            fixtures().into_iter().filter(|(folder, path)| folder == provider.id() && !is_hostile(path));
        for (_, path) in own {
            let body = std::fs::read(&path).expect("a fixture must be readable");
            let payload = Payload::decode(&body);
            let tree = payload.root.as_ref().expect("a sample must be a tree");
            collect(tree, &read(&delivery(None, &body)), &mut places);
        }
        assert!(!places.is_empty(), "{} has fixtures", provider.name());
        settle(&root().join(provider.id()).join("LEAVES.md"), &table(*provider, &places));
    }
}
