//! Who is one visitor, through the archive's public handle: what joins, what does not, and what people decide.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, Decided, Name, NameStanding, PathPlace, Portrait};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use proptest::prelude::*;
use serde_json::{Value, json};

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

/// A chat by its number, with a visitor.
fn chat(number: i64, visitor: &Value) -> Value {
    let begin = 1_790_000_000_000 + number * 60_000;
    json!({
        "accountId": 1, "beginAt": begin, "endAt": begin + 1000,
        "channel": { "id": number, "isChat": true },
        "visitor": visitor,
        "messages": [{ "type": "visitor", "content": format!("Words {number}"), "sentAt": begin }],
    })
}

fn id(number: i64) -> ConversationId {
    ConversationId::of_external("smartsupp", Some("1"), &number.to_string())
}

fn mail(address: &str) -> Name {
    Name::Mail(address.to_owned())
}

struct Fresh {
    _folder: tempfile::TempDir,
    archive: Archive,
    runtime: tokio::runtime::Runtime,
}

impl Fresh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path(), at(0)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { _folder: folder, archive, runtime }
    }

    /// Chats numbered from 1, each with a visitor.
    fn of(visitors: &[Value]) -> Self {
        let fresh = Self::new();
        for (number, visitor) in (1..).zip(visitors) {
            fresh.post("smartsupp", &chat(number, visitor));
        }
        fresh.settle();
        fresh
    }

    fn append(&self, provider: &str, body: &Value) -> impl Future + use<> {
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: provider.to_owned(),
            provider: Some(provider.to_owned()),
            method: "POST".to_owned(),
            path: "/h/x/…".to_owned(),
            query: None,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            received_at: at(1),
        };
        let archive = self.archive.clone();
        async move { archive.append(delivery).await.unwrap() }
    }

    fn post(&self, provider: &str, body: &Value) {
        self.runtime.block_on(self.append(provider, body));
    }

    /// Many at once share their commits.
    fn post_all(&self, bodies: impl IntoIterator<Item = Value>) {
        self.runtime.block_on(async {
            let local = tokio::task::LocalSet::new();
            for body in bodies {
                let append = self.append("smartsupp", &body);
                local.spawn_local(async move {
                    append.await;
                });
            }
            local.await;
        });
    }

    /// Waits until every delivery has been read.
    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    /// The numbers of the chats that the visitor of this one had.
    fn together(&self, number: i64) -> BTreeSet<i64> {
        let rows = self.archive.visitor_conversations(&id(number), None, 1000).unwrap();
        rows.iter().map(|row| row.first_words.trim_start_matches("Words ").parse().unwrap()).collect()
    }

    fn portrait(&self, number: i64) -> Portrait {
        self.archive.visitor(&id(number)).unwrap()
    }
}

fn set(numbers: &[i64]) -> BTreeSet<i64> {
    numbers.iter().copied().collect()
}

#[test]
fn a_chain_of_ids_and_addresses_makes_one_visitor_and_a_name_or_network_address_does_not() {
    let fresh = Fresh::of(&[
        json!({ "id": 10, "name": "Anna", "ipAddress": "192.0.2.1" }),
        json!({ "id": 10, "email": "Anna@Example.org" }),
        json!({ "id": 11, "email": " anna@example.ORG " }),
        json!({ "id": 11 }),
        json!({ "id": 12, "name": "Anna", "ipAddress": "192.0.2.1" }),
    ]);
    assert_eq!(fresh.together(1), set(&[1, 2, 3, 4]), "by id, by address, by id");
    assert_eq!(fresh.together(4), set(&[1, 2, 3, 4]), "the same from its other end");
    assert_eq!(fresh.together(5), set(&[5]), "called the same, connected from the same place: somebody else");
}

#[test]
fn a_visitor_is_joined_over_services_by_address_and_their_ids_are_kept_apart() {
    let fresh = Fresh::of(&[json!({ "id": "same", "email": "anna@example.org" }), json!({ "id": "other" })]);
    let chatlio = json!({
        "conversationUUID": "c-1", "message": "Hello", "channelId": "x", "slackChannelName": "x", "slackChannelId": "C1",
        "visitor": { "UUID": "other", "email": "ANNA@example.org" },
    });
    fresh.post("chatlio", &chatlio);
    fresh.settle();
    let portrait = fresh.portrait(1);
    assert_eq!(
        (portrait.conversations, portrait.services),
        (2, vec![("chatlio".to_owned(), 1), ("smartsupp".to_owned(), 1)])
    );
    assert_eq!(fresh.together(2), set(&[2]), "an id of one service means nothing at another");
}

#[test]
fn what_is_nobodys_own_joins_nobody() {
    let twice = |visitor: Value| [visitor.clone(), visitor];
    let visitors: Vec<Value> = [
        json!({ "id": 0 }),
        json!({ "id": "null", "email": "[email protected]" }),
        json!({ "id": "", "email": "" }),
        json!({ "email": "test@test.com" }),
        json!({ "email": "no-reply@shop.example" }),
        json!({ "email": "not an address" }),
        json!({ "name": "Anna" }),
        Value::Null,
    ]
    .into_iter()
    .flat_map(twice)
    .collect();
    let fresh = Fresh::of(&visitors);
    for number in (1..).take(visitors.len()) {
        assert_eq!(
            fresh.together(number),
            set(&[number]),
            "{} joins nobody",
            visitors[usize::try_from(number).unwrap() - 1]
        );
    }
    let mut agents = chat(50, &json!({ "email": "Petr@shop.example" }));
    agents["messages"].as_array_mut().unwrap().push(
        json!({ "type": "agent", "name": "Petr", "email": "petr@shop.example", "content": "x", "sentAt": 1_790_000_000_000_i64 }),
    );
    fresh.post("smartsupp", &agents);
    fresh.post("smartsupp", &chat(51, &json!({ "email": "petr@shop.example" })));
    fresh.settle();
    assert_eq!(fresh.together(51), set(&[51]), "the agent's own address says nothing about the visitor");
}

#[test]
fn an_address_of_a_crowd_joins_nobody_and_those_who_have_nothing_else_stay_together() {
    let fresh = Fresh::new();
    let office =
        |number: i64| chat(number, &json!({ "id": format!("v{number}"), "email": "office@example.org" }));
    fresh.post_all((1..=500).map(office));
    fresh.settle();
    assert_eq!(fresh.together(1).len(), 500, "so many may still be one person's");
    fresh.post_all((501..=502).map(office));
    fresh.post_all((600..602).map(|number| chat(number, &json!({ "email": "office@example.org" }))));
    fresh.post("smartsupp", &chat(700, &json!({ "id": "v1" })));
    fresh.settle();
    assert_eq!(fresh.together(1), set(&[1, 700]), "known by their id");
    assert_eq!(fresh.together(600), set(&[600, 601]), "known by nothing but the address");
    let known = fresh.portrait(1).known_as;
    let office = known.iter().find(|known| known.name == mail("office@example.org")).unwrap();
    assert_eq!(office.standing, NameStanding::Crowd, "and it says why");
}

#[test]
fn thousands_of_conversations_of_one_visitor_are_no_more_work_than_those_of_many() {
    let fresh = Fresh::new();
    fresh.post_all((1..=3000).map(|number| chat(number, &json!({ "id": 5, "email": "anna@example.org" }))));
    // The time limit of `settle` is part of this test: joining each with each would take minutes.
    fresh.settle();
    let first = fresh.archive.visitor_conversations(&id(7), None, 50).unwrap();
    let second = fresh.archive.visitor_conversations(&id(7), Some(first[49].position), 50).unwrap();
    assert_eq!((&*first[0].first_words, &*second[0].first_words), ("Words 3000", "Words 2950"));
    let portrait = fresh.portrait(1);
    assert_eq!((portrait.conversations, portrait.emails.values[0].conversations), (3000, 3000));
}

#[test]
fn two_visitors_are_joined_by_hand_over_a_rebuild_and_back() {
    let fresh = Fresh::of(&[
        json!({ "id": 1, "email": "anna@example.org" }),
        json!({ "id": 2, "email": "anna@work.example" }),
        json!({ "id": 2 }),
        Value::Null,
    ]);
    let first = fresh.archive.join_visitors(&id(1), &id(3), at(5)).unwrap();
    let second = fresh.archive.join_visitors(&id(2), &id(4), at(6)).unwrap();
    let refused = fresh.archive.join_visitors(&id(1), &id(4), at(7)).unwrap_err();
    assert_eq!(refused.code(), "same_visitor");
    let before: Vec<Portrait> = (1..=4).map(|number| fresh.portrait(number)).collect();
    assert_eq!(fresh.together(4), set(&[1, 2, 3, 4]));
    assert_eq!(
        before[3].decisions.iter().map(|decision| (decision.id, decision.at)).collect::<Vec<_>>(),
        [(second, at(6)), (first, at(5))]
    );
    fresh.archive.rebuild().unwrap();
    fresh.settle();
    assert_eq!((1..=4).map(|number| fresh.portrait(number)).collect::<Vec<_>>(), before);

    fresh.post("smartsupp", &chat(5, &json!({ "id": 9, "email": "anna@work.example" })));
    fresh.settle();
    assert_eq!(fresh.together(1), set(&[1, 2, 3, 4, 5]), "what comes later belongs to them as well");
    fresh.archive.take_back(first).unwrap();
    assert_eq!(fresh.together(1), set(&[1]));
    assert_eq!(fresh.together(4), set(&[2, 3, 4, 5]));
    assert_eq!(fresh.archive.take_back(first).unwrap_err().code(), "not_found", "once is enough");
    fresh.archive.decide_again(first).unwrap();
    assert_eq!(fresh.together(1), set(&[1, 2, 3, 4, 5]), "taking back can be taken back");
    assert_eq!(fresh.archive.decide_again(first).unwrap_err().code(), "not_found");
}

#[test]
fn a_conversation_without_names_stays_joined_when_a_name_comes_later() {
    let fresh = Fresh::of(&[json!({ "id": 1 }), Value::Null]);
    fresh.archive.join_visitors(&id(2), &id(1), at(5)).unwrap();
    fresh.post("smartsupp", &chat(2, &json!({ "email": "late@example.org" })));
    fresh.post("smartsupp", &chat(3, &json!({ "email": "late@example.org" })));
    fresh.settle();
    assert_eq!(fresh.together(1), set(&[1, 2, 3]));
}

#[test]
fn a_conversation_is_taken_out_over_a_rebuild_joined_elsewhere_and_put_back() {
    let anna = json!({ "id": 1, "email": "anna@example.org" });
    let fresh = Fresh::of(&[anna.clone(), anna.clone(), anna, json!({ "id": 4 })]);
    let out = fresh.archive.take_conversation_out(&id(2), at(5)).unwrap();
    let check = |one: &[i64], other: &[i64]| {
        for number in one {
            assert_eq!(fresh.together(*number), set(one));
        }
        for number in other {
            assert_eq!(fresh.together(*number), set(other));
        }
    };
    check(&[1, 3], &[2]);
    fresh.archive.rebuild().unwrap();
    fresh.settle();
    check(&[1, 3], &[2]);
    for number in [1, 2] {
        let decisions = fresh.portrait(number).decisions;
        assert_eq!(decisions.len(), 1, "both sides tell of it");
        assert_eq!(decisions[0].decided, Decided::ConversationTakenOut(id(2).to_string()));
    }
    fresh.archive.join_visitors(&id(2), &id(4), at(6)).unwrap();
    check(&[1, 3], &[2, 4]);
    fresh.archive.take_conversation_out(&id(2), at(7)).unwrap();
    check(&[1, 3], &[2]);
    let again = fresh.portrait(2).decisions[0].id;
    fresh.archive.take_back(again).unwrap();
    check(&[1, 3], &[2, 4]);
    fresh.archive.take_back(out).unwrap();
    check(&[1, 2, 3, 4], &[]);
    fresh.archive.decide_again(out).unwrap();
    check(&[1, 3], &[2, 4]);
}

#[test]
fn a_name_is_taken_out_over_a_rebuild_and_put_back() {
    let fresh = Fresh::of(&[
        json!({ "id": 1, "email": "office@example.org" }),
        json!({ "id": 2, "email": "office@example.org" }),
        json!({ "email": "office@example.org" }),
    ]);
    assert_eq!(fresh.together(1), set(&[1, 2, 3]));
    let strange = fresh.archive.take_name_out(&id(1), &mail("petr@example.org"), at(4)).unwrap_err();
    assert_eq!(strange.code(), "not_found", "they never had that name");
    let out = fresh.archive.take_name_out(&id(1), &mail("office@example.org"), at(5)).unwrap();
    fresh.archive.rebuild().unwrap();
    fresh.settle();
    for number in 1..=3 {
        assert_eq!(fresh.together(number), set(&[number]));
        let portrait = fresh.portrait(number);
        assert_eq!(portrait.decisions[0].decided, Decided::NameTakenOut(mail("office@example.org")));
        let office = portrait.known_as.iter().find(|known| known.name == mail("office@example.org")).unwrap();
        assert_eq!(office.standing, NameStanding::TakenOut);
    }
    let joined = fresh.archive.join_visitors(&id(3), &id(2), at(6)).unwrap();
    assert_eq!(fresh.together(3), set(&[2, 3]), "a newer decision counts more");
    fresh.archive.take_back(joined).unwrap();
    fresh.archive.take_back(out).unwrap();
    assert_eq!(fresh.together(1), set(&[1, 2, 3]));
}

#[test]
fn a_portrait_gathers_what_all_conversations_say() {
    let fresh = Fresh::of(&[
        json!({ "id": 1, "name": "Anna", "email": "anna@example.org", "city": "Brno", "country": "Czechia", "userAgent": "Mozilla/5.0", "platform": "Linux" }),
        json!({ "id": 1, "name": "anna", "email": "a.berg@example.org", "ipAddress": "192.0.2.1" }),
        json!({ "id": 1, "name": "Anna Berg" }),
    ]);
    let portrait = fresh.portrait(2);
    let values = |seen: &afterchat_archive::SeenValues| -> Vec<String> {
        seen.values.iter().map(|seen| format!("{} {}", seen.value, seen.conversations)).collect()
    };
    assert_eq!(portrait.title.as_deref(), Some("Anna Berg"), "the newest name");
    assert_eq!(values(&portrait.names), ["Anna Berg 1", "anna 2"], "newest first, capitals aside");
    assert_eq!(values(&portrait.emails), ["a.berg@example.org 1", "anna@example.org 1"]);
    assert_eq!(values(&portrait.places), ["Brno, Czechia 1"]);
    assert_eq!(values(&portrait.devices), ["Linux 1"]);
    assert_eq!(values(&portrait.user_agents), ["Mozilla/5.0 1"]);
    assert_eq!(values(&portrait.ips), ["192.0.2.1 1"]);
    let counts: BTreeMap<Name, i64> =
        portrait.known_as.iter().map(|known| (known.name.clone(), known.conversations)).collect();
    assert_eq!(counts[&mail("anna@example.org")], 1);
    assert_eq!(counts.len(), 3, "two addresses and the id");
    assert!(portrait.first_seen_at < portrait.last_seen_at && portrait.whole && portrait.read == 3);
}

#[test]
fn a_path_is_read_in_parts_over_all_conversations_and_no_step_is_lost() {
    let walked = |number: i64, steps: usize| {
        let mut chat = chat(number, &json!({ "id": 1 }));
        chat["paths"] = (0..steps)
            .map(|step| json!({ "url": format!("https://shop.example/{number}/{step}") }))
            .collect();
        chat
    };
    let fresh = Fresh::new();
    for (number, steps) in [(1, 3), (2, 0), (3, 10_000), (4, 2)] {
        fresh.post("smartsupp", &walked(number, steps));
    }
    fresh.settle();
    let mut from: Option<PathPlace> = None;
    let mut urls = Vec::new();
    loop {
        let path = fresh.archive.visitor_path(&id(2), from, 3000).unwrap();
        for stretch in &path.stretches {
            assert!(stretch.before + stretch.pages.len() <= stretch.of);
            urls.extend(stretch.pages.iter().map(|page| page.url.clone()));
        }
        match path.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    let expected: Vec<String> = [(4, 2), (3, 10_000), (1, 3)]
        .into_iter()
        .flat_map(|(number, steps)| {
            (0..steps).map(move |step| format!("https://shop.example/{number}/{step}"))
        })
        .collect();
    assert_eq!(urls, expected, "newest conversation first, each in the order it was walked");
}

#[test]
fn visitors_are_found_once_each_by_name_and_address() {
    let fresh = Fresh::of(&[
        json!({ "id": 1, "name": "Anna Berg", "email": "anna@example.org" }),
        json!({ "id": 1, "name": "Anna Berg" }),
        json!({ "id": 2, "name": "Annabel" }),
        json!({ "id": 3, "name": "Petr" }),
    ]);
    let found = |search: &str, except: Option<i64>| -> Vec<(String, i64)> {
        let found = fresh.archive.visitors(search, except.map(id).as_ref(), 10).unwrap();
        found
            .into_iter()
            .map(|found| (found.newest.visitor_name.unwrap_or_default(), found.conversations))
            .collect()
    };
    let two = |name: &str| (name.to_owned(), 2);
    let one = |name: &str| (name.to_owned(), 1);
    assert_eq!(found("anna", None), [one("Annabel"), two("Anna Berg")]);
    assert_eq!(found("anna@example.org", None), [("Anna Berg".to_owned(), 2)]);
    assert_eq!(found("anna", Some(1)), [one("Annabel")], "not the one they are to be joined with");
    assert_eq!(found("", None).len(), 3, "without words the newest");
    assert_eq!(found("words", None), [], "what was said is not who they are");
}

#[test]
fn nothing_of_a_name_is_left_when_its_last_conversation_says_something_else() {
    let fresh = Fresh::of(&[json!({ "id": 1 }), json!({ "id": 2 })]);
    let mut changed = chat(1, &json!({ "id": 2 }));
    changed["endAt"] = json!(1_790_000_099_000_i64);
    fresh.post("smartsupp", &changed);
    fresh.settle();
    assert_eq!(fresh.together(1), set(&[1, 2]));
    let file = rusqlite::Connection::open(fresh.archive.folder().join("archive.sqlite")).unwrap();
    let count = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM identities"), 1);
    assert_eq!(count("SELECT count(*) FROM known_as"), 1);
}

/// What somebody could decide, of chats by their number.
#[derive(Debug, Clone)]
enum Act {
    Join(i64, i64),
    ConversationOut(i64),
    NameOut(i64, usize),
    TakeBack(usize),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1..=6_i64, 1..=6_i64).prop_map(|(one, other)| Act::Join(one, other)),
        (1..=6_i64).prop_map(Act::ConversationOut),
        (1..=6_i64, 0..3_usize).prop_map(|(number, name)| Act::NameOut(number, name)),
        (0..4_usize).prop_map(Act::TakeBack),
    ]
}

fn visitors() -> impl Strategy<Value = Vec<Value>> {
    let id = prop_oneof![Just(Value::Null), (1..4_u8).prop_map(|id| json!(id))];
    let address = prop_oneof![
        Just(Value::Null),
        prop_oneof![Just("a@x.example"), Just("B@x.example"), Just("b@X.example"), Just("c@x.example")]
            .prop_map(Value::from),
    ];
    let visitor = (id, address).prop_map(|(id, email)| json!({ "id": id, "email": email }));
    prop::collection::vec(visitor, 6)
}

/// Joins step by step until nothing changes: slow, and plainly what rules 1 and 2 say.
fn plainly_together(visitors: &[Value], number: i64) -> BTreeSet<i64> {
    let names = |number: i64| -> Vec<String> {
        let visitor = &visitors[usize::try_from(number).unwrap() - 1];
        let id = visitor["id"].as_u64().map(|id| id.to_string());
        id.into_iter().chain(visitor["email"].as_str().map(str::to_lowercase)).collect()
    };
    let mut together = set(&[number]);
    loop {
        let known: BTreeSet<String> = together.iter().flat_map(|number| names(*number)).collect();
        let more: BTreeSet<i64> = (1..=6)
            .filter(|other| together.contains(other) || names(*other).iter().any(|name| known.contains(name)))
            .collect();
        if more == together {
            return together;
        }
        together = more;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn neither_order_nor_rebuild_changes_who_is_one_visitor(
        visitors in visitors(),
        order in Just((1..=6_i64).collect::<Vec<_>>()).prop_shuffle(),
        acts in prop::collection::vec(acts(), 0..5),
    ) {
        let fresh = Fresh::of(&visitors);
        for number in 1..=6 {
            prop_assert_eq!(fresh.together(number), plainly_together(&visitors, number));
        }
        let mut made = Vec::new();
        for (moment, act) in (10..).zip(&acts) {
            let archive = &fresh.archive;
            let decided = match act {
                Act::Join(one, other) => archive.join_visitors(&id(*one), &id(*other), at(moment)).ok(),
                Act::ConversationOut(number) => archive.take_conversation_out(&id(*number), at(moment)).ok(),
                Act::NameOut(number, name) => {
                    let known = fresh.portrait(*number).known_as;
                    known.get(*name).map(|known| archive.take_name_out(&id(*number), &known.name, at(moment)).unwrap())
                }
                Act::TakeBack(which) => {
                    if *which < made.len() {
                        archive.take_back(made.remove(*which)).unwrap();
                    }
                    None
                }
            };
            made.extend(decided);
        }
        let all = |fresh: &Fresh| (1..=6).map(|number| fresh.together(number)).collect::<Vec<_>>();
        let before = all(&fresh);
        for (number, together) in (1..).zip(&before) {
            prop_assert!(together.contains(&number), "everybody is with themselves");
            for other in together {
                prop_assert_eq!(&before[usize::try_from(*other).unwrap() - 1], together, "and all agree about it");
            }
        }
        fresh.archive.rebuild().unwrap();
        fresh.settle();
        prop_assert_eq!(all(&fresh), before.clone(), "a rebuild changes nothing");
        for decision in made {
            fresh.archive.take_back(decision).unwrap();
        }

        let other = Fresh::new();
        for number in order {
            other.post("smartsupp", &chat(number, &visitors[usize::try_from(number).unwrap() - 1]));
        }
        other.settle();
        prop_assert_eq!(all(&other), all(&fresh), "nor the order, and every decision can be taken back");
    }
}
