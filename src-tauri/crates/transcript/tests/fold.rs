//! Any order of arrival and any repetition gives the same conversation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use afterchat_transcript::fold::{Folded, Telling, conversation_id, digest, fold};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::reading::{Reading, read};
use afterchat_transcript::{Delivery, DeliveryKind, Instant, Transcript};
use proptest::prelude::*;
use proptest::sample::Index;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures");

/// A delivery that was read, with the number and the time it arrived under.
#[derive(Clone)]
struct Arrived {
    number: i64,
    delivery: Delivery,
    reading: Reading,
}

impl Arrived {
    /// The same delivery under another number, a minute later for each.
    fn again(&self, number: i64) -> Self {
        let mut again = self.clone();
        again.number = number;
        again.delivery.received_at = Instant::from_millis(1_900_000_000_000 + number * 60_000).unwrap();
        again
    }
}

/// Every payload of each service, read once.
static CROWDS: LazyLock<Vec<Vec<Arrived>>> =
    LazyLock::new(|| providers().iter().map(|folder| crowd(folder)).collect());

fn crowd(folder: &Path) -> Vec<Arrived> {
    (1..).zip(bodies(folder)).map(|(number, body)| arrived(number, &body)).collect()
}

fn arrived(number: i64, body: &[u8]) -> Arrived {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "any".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/any/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.to_vec(),
        received_at: Instant::from_millis(1_900_000_000_000 + number * 60_000).unwrap(),
    };
    Arrived { number, reading: read(&delivery), delivery }
}

fn folded(all: &[Arrived]) -> BTreeMap<ConversationId, Folded> {
    let mut told: BTreeMap<ConversationId, Vec<Telling<'_>>> = BTreeMap::new();
    for one in all {
        let digest = digest(&one.delivery.body);
        for (index, part) in one.reading.parts.iter().enumerate() {
            let id = conversation_id(&one.reading, index, &digest).unwrap();
            told.entry(id).or_default().push(Telling {
                delivery: one.number,
                source: &one.delivery.source,
                received_at: one.delivery.received_at,
                digest,
                reading: &one.reading,
                part,
            });
        }
    }
    told.into_iter().map(|(id, tellings)| (id.clone(), fold(&id, &tellings).unwrap())).collect()
}

fn transcripts(all: &[Arrived]) -> BTreeMap<ConversationId, Transcript> {
    folded(all).into_iter().map(|(id, folded)| (id, folded.transcript)).collect()
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
        let without = |all: BTreeMap<ConversationId, Transcript>| -> Vec<Transcript> {
            all.into_values().map(|mut transcript| { transcript.deliveries.clear(); transcript }).collect()
        };
        prop_assert_eq!(without(transcripts(&shuffled)), without(expected), "a repetition says nothing new");
    }

    #[test]
    fn a_chats_events_may_arrive_in_any_order(order in prop::collection::vec(any::<Index>(), 10), which in any::<Index>()) {
        let (provider, names) = which.get(LIVES);
        let bodies: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(format!("{FIXTURES}/{provider}/{name}.json")).unwrap()).collect();
        let arrive = |order: &[usize]| -> Vec<Transcript> {
            let all: Vec<Arrived> = (1..).zip(order).map(|(number, index)| arrived(number, &bodies[*index])).collect();
            timeless(transcripts(&all))
        };
        let mut order_of_arrival: Vec<usize> = (0..bodies.len()).collect();
        let expected = arrive(&order_of_arrival);
        prop_assert_eq!(expected.len(), 1, "these events are one chat's");
        for (index, other) in order.iter().enumerate() {
            order_of_arrival.swap(index % bodies.len(), other.index(bodies.len()));
        }
        prop_assert_eq!(arrive(&order_of_arrival), expected);
    }
}

/// The events of one chat's life, for the services that order them by their names or by their own clock. Chatvisor's
/// payloads hold neither a time nor a number: only arrival can order them.
const LIVES: &[(&str, &[&str])] = &[
    ("comm100", &["chat_request", "chat_started", "chat_transferred", "chat_ended", "chat_wrapped_up"]),
    (
        "smartsupp",
        &[
            "v2_conversation_opened",
            "v2_conversation_bot_replied",
            "v2_conversation_contact_replied",
            "v2_conversation_agent_joined",
            "v2_conversation_agent_replied",
            "v2_conversation_closed",
            "v2_conversation_rated",
        ],
    ),
];

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
