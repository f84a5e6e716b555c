//! Any order of arrival and any repetition gives the same conversation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use afterchat_transcript::fold::{Folded, conversation_id};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::{Instant, Transcript};
use common::arrived::{Arrived, arrived, folded, told_again, transcripts};
use proptest::prelude::*;
use proptest::sample::Index;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures");

/// Every payload of each service, read once.
static CROWDS: LazyLock<Vec<Vec<Arrived>>> =
    LazyLock::new(|| providers().iter().map(|folder| crowd(folder)).collect());

fn crowd(folder: &Path) -> Vec<Arrived> {
    (1..).zip(bodies(folder)).map(|(number, body)| arrived(number, &body)).collect()
}

/// Every payload of a service, as one crowd of deliveries.
fn bodies(provider: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(provider).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        !name.ends_with(".expected.json") && !name.ends_with(".md")
    });
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn providers() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(folders.len() >= 5, "every service has fixtures");
    folders
}

/// Without what only the time and number of receipt can say.
fn timeless(transcripts: BTreeMap<ConversationId, Transcript>) -> Vec<Transcript> {
    let blank = Instant::from_millis(1_900_000_000_000).unwrap();
    let blanked = transcripts.into_values().map(|mut transcript| {
        transcript.deliveries.clear();
        if transcript.started_at_inferred {
            transcript.started_at = blank;
        }
        for message in transcript.messages.iter_mut().filter(|message| message.at_inferred) {
            message.at = blank;
        }
        transcript
    });
    blanked.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neither_the_order_of_reading_nor_a_repetition_changes_a_conversation(
        order in prop::collection::vec(any::<Index>(), 1..64),
        again in prop::collection::vec(any::<Index>(), 0..8),
        which in any::<Index>(),
    ) {
        let all = which.get(&CROWDS);
        let expected = transcripts(all);
        let mut shuffled = all.clone();
        for (index, other) in order.iter().enumerate() {
            let (a, b) = (index % all.len(), other.index(all.len()));
            shuffled.swap(a, b);
        }
        prop_assert_eq!(transcripts(&shuffled), expected.clone(), "the order of reading must not matter");
        for (number, index) in (1000..).zip(&again) {
            shuffled.push(index.get(all).again(number));
        }
        prop_assert_eq!(told_again(&shuffled), told_again(all), "a repetition says nothing new");
    }
}

/// The deliveries of every conversation of which the fixtures hold more than one.
fn sets() -> Vec<Vec<&'static Arrived>> {
    let mut sets = Vec::new();
    for crowd in CROWDS.iter() {
        let mut told: BTreeMap<ConversationId, Vec<&Arrived>> = BTreeMap::new();
        for one in crowd {
            let ids: BTreeSet<_> = (0..one.reading.parts.len())
                .filter_map(|index| conversation_id(&one.reading, index, &one.digest))
                .collect();
            ids.into_iter().for_each(|id| told.entry(id).or_default().push(one));
        }
        sets.extend(told.into_values().filter(|set| set.len() > 1));
    }
    sets
}

/// Those of which the payloads themselves tell what came first: by their clock, or by the step that the event's name is.
/// Chatvisor's hold neither a time nor a number, so only arrival orders them.
fn ordered(set: &[&'static Arrived]) -> Vec<&'static Arrived> {
    let parts = || set.iter().flat_map(|one| &one.reading.parts);
    let alone = |stage: u8| parts().filter(|part| part.stage == stage).count() == 1;
    let tells =
        |one: &Arrived| one.reading.parts.iter().all(|part| part.as_of.is_some() || alone(part.stage));
    set.iter().filter(|one| tells(one)).copied().collect()
}

/// Every order of a few, and a thousand of many, always the same ones.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count <= 6 {
        let mut orders = vec![Vec::new()];
        for next in 0..count {
            let insert = |order: &Vec<usize>, at: usize| [&order[..at], &[next], &order[at..]].concat();
            orders =
                orders.iter().flat_map(|order| (0..=order.len()).map(move |at| insert(order, at))).collect();
        }
        return orders;
    }
    let mut dice = Dice(count as u64);
    let mut order: Vec<usize> = (0..count).collect();
    let shuffles = (0..1000).map(|_| {
        (1..count).for_each(|at| order.swap(at, dice.below(at + 1)));
        order.clone()
    });
    shuffles.collect()
}

/// Numbers without a pattern (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn every_conversation_is_the_same_in_every_order_of_folding() {
    for set in sets() {
        let expected = transcripts(&cloned(&set));
        for order in orders(set.len()) {
            let shuffled: Vec<Arrived> = order.iter().map(|index| set[*index].clone()).collect();
            assert_eq!(transcripts(&shuffled), expected, "the order {order:?} must not matter");
        }
    }
}

#[test]
fn every_conversation_is_the_same_in_every_order_of_arrival_and_with_any_repetition() {
    let sets: Vec<_> = sets().iter().map(|set| ordered(set)).filter(|set| set.len() > 1).collect();
    assert!(sets.len() >= 6, "services that tell the order have fixtures; found {}", sets.len());
    let mut dice = Dice(7);
    for set in sets {
        let expected = timeless(transcripts(&cloned(&set)));
        for mut order in orders(set.len()) {
            for _ in 0..dice.below(4) {
                let (again, at) = (dice.below(set.len()), dice.below(order.len() + 1));
                order.insert(at, again);
            }
            let arrived: Vec<Arrived> =
                (1..).zip(&order).map(|(number, index)| set[*index].again(number)).collect();
            assert_eq!(timeless(transcripts(&arrived)), expected, "the order {order:?} must not matter");
        }
    }
}

fn cloned(set: &[&Arrived]) -> Vec<Arrived> {
    set.iter().map(|one| (*one).clone()).collect()
}

fn hook(channel: &str, messages: &str) -> String {
    format!(
        r#"{{"accountId":1,"beginAt":1790000000000,"endAt":1790000060000,"channel":{{"id":7,{channel}}},"visitor":{{"id":5}},"messages":[{messages}]}}"#
    )
}

fn only(bodies: &[&str]) -> Folded {
    let all: Vec<Arrived> =
        (1..).zip(bodies).map(|(number, body)| arrived(number, body.as_bytes())).collect();
    let mut found = folded(&all);
    assert_eq!(found.len(), 1, "these deliveries tell of one conversation");
    found.pop_first().unwrap().1
}

fn texts(folded: &Folded) -> Vec<String> {
    folded.transcript.messages.iter().filter_map(|message| message.text.clone()).collect()
}

const HI: &str = r#"{"type":"visitor","content":"Hi","sentAt":1790000000000}"#;
const YES: &str = r#"{"type":"agent","content":"Yes?","sentAt":1790000010000}"#;

#[test]
fn an_emptier_snapshot_never_overwrites_a_fuller_one() {
    let (full, empty) = (hook(r#""rating":5"#, &format!("{HI},{YES}")), hook(r#""rating":null"#, HI));
    for bodies in [[full.as_str(), empty.as_str()], [empty.as_str(), full.as_str()]] {
        let found = only(&bodies);
        assert_eq!(texts(&found), ["Hi", "Yes?"], "an emptier snapshot must erase no message");
        assert!(found.transcript.rating.is_some(), "an emptier snapshot must erase no rating");
    }
}

#[test]
fn equal_messages_inside_one_delivery_all_stay() {
    assert_eq!(texts(&only(&[&hook(r#""rating":1"#, &format!("{HI},{HI},{HI}"))])), ["Hi", "Hi", "Hi"]);
}

#[test]
fn an_event_without_messages_erases_none_and_makes_nothing_unread() {
    let event = |name: &str, more: &str| {
        format!(
            r#"{{"type":"event_callback","event":"conversation.{name}","timestamp":"2026-05-15T10:0{more}}}"#
        )
    };
    let message = event(
        "contact_replied",
        r#"1:00Z","account_id":"1","app_id":"a","data":{"conversation":{"id":"c"},"message":{"id":"m","type":"message","sub_type":"contact","content":{"type":"text","text":"Hi"},"created_at":"2026-05-15T10:01:00Z"}}"#,
    );
    let opened = event(
        "opened",
        r#"2:00Z","account_id":"1","app_id":"a","data":{"conversation":{"id":"c","status":"open"}}"#,
    );
    let found = only(&[&message, &opened]);
    assert_eq!(texts(&found), ["Hi"]);
    assert_eq!(found.heard, 1, "only the message was something to read");
}
