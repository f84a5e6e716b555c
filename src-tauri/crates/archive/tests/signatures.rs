//! Signing secrets, and what becomes of deliveries whose signature is missing or wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{
    Archive, DeliveryId, DeliverySummary, Doubt, Flag, JournalQuestion, ListQuestion, Outcome, View,
};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::query::Query;
use afterchat_transcript::signature::Secret;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant, providers};

const KEY: &str = "an-app-secret-0001";
const NEXT_KEY: &str = "an-app-secret-0002";

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

/// One message of a conversation, as the service's webhooks send it.
fn reply(number: u8) -> String {
    format!(
        r#"{{"type":"event_callback","event":"conversation.contact_replied","timestamp":"2026-01-01T10:00:0{number}Z","account_id":"7",
        "data":{{"conversation":{{"id":"c1"}},"message":{{"id":"m{number}","sub_type":"contact","created_at":"2026-01-01T10:00:0{number}Z","content":{{"type":"text","text":"word{number}"}}}}}}}}"#
    )
}

fn unsigned(body: &str, seconds: i64) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: String::new(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: None,
        headers: vec![Header { name: "Content-Type".to_owned(), value: b"application/json".to_vec() }],
        body: body.as_bytes().to_vec(),
        received_at: at(seconds),
    }
}

fn signed(provider: &str, key: &str, body: &str, seconds: i64) -> Delivery {
    let mut delivery = unsigned(body, seconds);
    let scheme = providers::by_id(provider).unwrap().signature().unwrap();
    delivery.headers.extend(scheme.sign(&Secret::new(key).unwrap(), body.as_bytes(), at(seconds)));
    delivery
}

/// An archive behind a door that does what the listener does.
struct House {
    folder: tempfile::TempDir,
    archive: Archive,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), folder }
    }

    /// With a secret at the source `smartsupp`.
    fn guarded() -> Self {
        let house = Self::new();
        house.archive.add_secret("smartsupp", Some("first"), KEY, at(0)).unwrap();
        house
    }

    fn post(&self, source: &str, mut delivery: Delivery) -> DeliveryId {
        let known = self.archive.sources().unwrap();
        let token = &known.iter().find(|known| known.name == source).unwrap().token;
        let hook = self.archive.hook(source, token, at(0)).unwrap();
        (delivery.source, delivery.provider) = (hook.source, hook.provider);
        let signature = hook.guard.and_then(|guard| guard.examine(&mut delivery));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let id = runtime.block_on(self.archive.append_examined(delivery, signature)).unwrap();
        self.settle();
        id
    }

    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    fn accept(&self, id: DeliveryId, on: bool) -> usize {
        let changed = self.archive.accept(&[id], on, at(100)).unwrap();
        self.settle();
        changed
    }

    fn row(&self, id: DeliveryId) -> DeliverySummary {
        self.archive.delivery_summary(id).unwrap()
    }

    /// Everything a person can see: the list, the transcripts, the deliveries, what the search finds, the counts.
    fn seen(&self) -> String {
        let question = ListQuestion {
            view: View::Everything,
            query: Query::default(),
            provider: None,
            before: None,
            limit: 50,
        };
        let list = self.archive.conversations(&question).unwrap();
        let found = ListQuestion { query: Query::parse("word"), ..question };
        let found = self.archive.conversations(&found).unwrap();
        let whole: Vec<_> = list
            .iter()
            .map(|row| self.archive.transcript(&ConversationId::from_text(&row.id)).unwrap())
            .collect();
        let journal = JournalQuestion { limit: 50, ..JournalQuestion::default() };
        let deliveries = self.archive.deliveries(&journal).unwrap();
        let heard: Vec<_> = self
            .archive
            .sources()
            .unwrap()
            .into_iter()
            .map(|source| (source.deliveries, source.last_delivery_at, source.quarantined))
            .collect();
        format!("{list:#?}{found:#?}{whole:#?}{deliveries:#?}{heard:?}{:?}", self.archive.heard().unwrap())
    }

    fn quarantined(&self) -> (i64, Vec<DeliveryId>) {
        let question = JournalQuestion { quarantined: true, limit: 50, ..JournalQuestion::default() };
        let rows = self.archive.deliveries(&question).unwrap();
        (self.archive.heard().unwrap().quarantined, rows.into_iter().map(|row| row.id).collect())
    }

    fn words(&self) -> Vec<Option<String>> {
        let question = ListQuestion {
            view: View::Everything,
            query: Query::default(),
            provider: None,
            before: None,
            limit: 50,
        };
        let list = self.archive.conversations(&question).unwrap();
        let Some(row) = list.first() else { return Vec::new() };
        let transcript = self.archive.transcript(&ConversationId::from_text(&row.id)).unwrap();
        transcript.messages.into_iter().map(|message| message.text).collect()
    }
}

fn words(numbers: &[u8]) -> Vec<Option<String>> {
    numbers.iter().map(|number| Some(format!("word{number}"))).collect()
}

#[test]
fn what_is_signed_well_is_read_and_the_rest_waits_in_quarantine() {
    let house = House::guarded();
    let good = house.post("smartsupp", signed("smartsupp", KEY, &reply(1), 1));
    let wrong = house.post("smartsupp", signed("smartsupp", NEXT_KEY, &reply(2), 2));
    let missing = house.post("smartsupp", unsigned(&reply(3), 3));
    assert_eq!(house.words(), words(&[1]), "a quarantined delivery makes no conversation");
    let signature = |id| house.row(id).signature.unwrap();
    assert_eq!((signature(good).secret.as_deref(), signature(good).refused), (Some("first"), false));
    assert_eq!((signature(wrong).doubt, signature(wrong).refused), (Some(Doubt::Wrong), true));
    assert_eq!((signature(missing).doubt, signature(missing).refused), (Some(Doubt::Missing), true));
    assert!(signature(wrong).scheme.contains("X-Smartsupp-Hmac"), "it is told what was looked at");
    assert_eq!(house.row(wrong).outcome, Outcome::Quarantined);
    assert_eq!(house.row(wrong).event.as_deref(), Some("conversation.contact_replied"), "it can be judged");
    assert_eq!(house.archive.delivery(wrong).unwrap().delivery.body, reply(2).as_bytes(), "it is kept whole");
    assert_eq!(house.quarantined(), (2, vec![missing, wrong]));
    assert_eq!(house.archive.newest_quarantined().unwrap(), Some(missing));
    let before = house.seen();
    house.archive.rebuild().unwrap();
    house.settle();
    assert_eq!(house.seen(), before, "a rebuild leaves in quarantine what is there");
}

#[test]
fn an_accepted_delivery_is_as_if_it_had_been_good_from_the_start() {
    let numbers = [1_u8, 2, 3];
    // Every subset of three deliveries of one conversation comes with a wrong signature.
    for wrong in 0..8_u8 {
        let (house, twin) = (House::guarded(), House::guarded());
        let mut refused = Vec::new();
        for number in numbers {
            let bad = wrong & (1 << (number - 1)) != 0;
            let key = if bad { NEXT_KEY } else { KEY };
            let id = house.post("smartsupp", signed("smartsupp", key, &reply(number), number.into()));
            twin.post("smartsupp", signed("smartsupp", KEY, &reply(number), number.into()));
            refused.extend(bad.then_some(id));
        }
        let quarantined = house.seen();
        for id in refused.iter().rev() {
            assert_eq!(house.accept(*id, true), 1);
        }
        assert_eq!(house.words(), twin.words(), "accepted by hand: {refused:?}");
        let transcript = |house: &House| {
            let question = ListQuestion {
                view: View::Everything,
                query: Query::default(),
                provider: None,
                before: None,
                limit: 9,
            };
            let row = house.archive.conversations(&question).unwrap().remove(0);
            (house.archive.transcript(&ConversationId::from_text(&row.id)).unwrap(), row)
        };
        assert_eq!(
            transcript(&house),
            transcript(&twin),
            "nothing tells that it was accepted later: {refused:?}"
        );
        assert_eq!(house.quarantined(), (0, Vec::new()));
        let accepted = house.seen();
        house.archive.rebuild().unwrap();
        house.settle();
        assert_eq!(house.seen(), accepted, "the decision is kept by a rebuild: {refused:?}");
        for id in &refused {
            assert_eq!(house.accept(*id, false), 1);
        }
        assert_eq!(house.seen(), quarantined, "put back is as before: {refused:?}");
        house.archive.rebuild().unwrap();
        house.settle();
        assert_eq!(house.seen(), quarantined, "and stays so: {refused:?}");
    }
}

#[test]
fn only_what_was_refused_can_be_accepted_and_saying_it_twice_changes_nothing() {
    let house = House::guarded();
    let good = house.post("smartsupp", signed("smartsupp", KEY, &reply(1), 1));
    let bad = house.post("smartsupp", unsigned(&reply(2), 2));
    assert_eq!(house.accept(good, true), 0);
    assert_eq!(house.accept(DeliveryId(99), true), 0);
    assert_eq!((house.accept(bad, true), house.accept(bad, true)), (1, 0));
    assert_eq!(house.row(bad).signature.unwrap().accepted_at, Some(at(100)));
    assert_eq!((house.accept(bad, false), house.accept(bad, false)), (1, 0));
}

#[test]
fn what_people_said_of_a_conversation_outlives_its_quarantine() {
    let house = House::guarded();
    let bad = house.post("smartsupp", unsigned(&reply(1), 1));
    house.accept(bad, true);
    let id = house.row(bad).conversations.remove(0);
    house.archive.mark(Flag::Starred, std::slice::from_ref(&id), true).unwrap();
    house.accept(bad, false);
    assert!(
        house.archive.transcript(&ConversationId::from_text(&id)).is_err(),
        "nothing tells of it any more"
    );
    house.accept(bad, true);
    assert!(house.archive.transcript(&ConversationId::from_text(&id)).unwrap().local.starred);
}

#[test]
fn a_new_secret_follows_the_old_one_without_a_gap() {
    let house = House::guarded();
    let refused = |key: &str, number: u8| {
        let id = house.post("smartsupp", signed("smartsupp", key, &reply(number), number.into()));
        house.row(id).signature.unwrap()
    };
    house.archive.add_secret("smartsupp", None, &format!(" {NEXT_KEY}\n"), at(1)).unwrap();
    assert_eq!(refused(KEY, 1).secret.as_deref(), Some("first"), "the old one is good until it is removed");
    assert_eq!(refused(NEXT_KEY, 2).secret.as_deref(), Some("secret 1"));
    house.archive.remove_secret("smartsupp", "first").unwrap();
    assert!(refused(KEY, 3).refused);
    assert!(!refused(NEXT_KEY, 4).refused);
    house.archive.remove_secret("smartsupp", "secret 1").unwrap();
    let id = house.post("smartsupp", unsigned(&reply(5), 5));
    assert_eq!(house.row(id).signature, None, "without a secret nothing is checked");
    assert_eq!(house.words(), words(&[1, 2, 4, 5]));
}

#[test]
fn a_source_may_also_take_what_is_not_signed_but_never_what_is_signed_wrong() {
    let house = House::guarded();
    assert!(house.archive.take_unsigned("smartsupp", true).unwrap().takes_unsigned);
    let missing = house.post("smartsupp", unsigned(&reply(1), 1));
    let wrong = house.post("smartsupp", signed("smartsupp", "another", &reply(2), 2));
    let signature = house.row(missing).signature.unwrap();
    assert_eq!((signature.doubt, signature.refused), (Some(Doubt::Missing), false), "taken, and it is told");
    assert!(house.row(wrong).signature.unwrap().refused);
    assert_eq!(house.words(), words(&[1]));
    house.archive.take_unsigned("smartsupp", false).unwrap();
    house.archive.rebuild().unwrap();
    house.settle();
    assert_eq!(house.words(), words(&[1]), "what was taken then is not judged by what is asked for now");
}

#[test]
fn a_secret_in_the_open_is_checked_and_never_kept() {
    let house = House::new();
    house.archive.add_secret("snapengage", None, KEY, at(0)).unwrap();
    let body = r#"{"id":"1","widget_id":"w","type":"chat","requested_by":"a@shop.example"}"#;
    let id = house.post("snapengage", signed("snapengage", KEY, body, 1));
    assert!(!house.row(id).signature.unwrap().refused);
    let wrong = house.post("snapengage", signed("snapengage", "almost-the-secret", body, 2));
    assert!(house.row(wrong).signature.unwrap().refused);
    house.archive.remove_secret("snapengage", "secret 1").unwrap();
    let unchecked = house.post("snapengage", signed("snapengage", KEY, body, 3));
    for id in [id, wrong, unchecked] {
        let kept = house.archive.delivery(id).unwrap().delivery;
        assert_eq!(kept.header("Authorization"), Some("…"), "it would let anyone post who reads the journal");
    }
}

#[test]
fn secrets_are_refused_with_a_reason() {
    let house = House::guarded();
    let code = |source: &str, label: Option<&str>, secret: &str| {
        house.archive.add_secret(source, label, secret, at(1)).unwrap_err().code()
    };
    assert_eq!(code("chatlio", None, "x"), "signs_nothing");
    assert_eq!(code("any", None, "x"), "signs_nothing");
    assert_eq!(code("nobody", None, "x"), "not_found");
    assert_eq!(code("smartsupp", None, " \n"), "secret_empty");
    assert_eq!(code("smartsupp", Some("other"), KEY), "secret_known");
    assert_eq!(code("smartsupp", Some("first"), "another"), "label_taken");
    for number in 2..9 {
        house.archive.add_secret("smartsupp", None, &format!("s{number}"), at(1)).unwrap();
    }
    assert_eq!(code("smartsupp", None, "one more"), "too_many_secrets");
    let error = house.archive.add_secret("smartsupp", None, KEY, at(1)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY), "no failure may print a secret");
    assert!(
        !format!("{:?}", house.archive).contains(KEY)
            && !format!("{:?}", house.archive.sources()).contains(KEY)
    );
    house.archive.remove_source("smartsupp").unwrap();
    house.archive.add_source("smartsupp", Some("smartsupp"), at(2)).unwrap();
    let sources = house.archive.sources().unwrap();
    assert!(sources.iter().all(|source| source.secrets.is_empty()), "a source's secrets go with it");
}

#[test]
fn a_service_gets_its_source_once_also_in_an_archive_that_exists() {
    let house = House::new();
    let names = |house: &House| -> Vec<String> {
        house.archive.sources().unwrap().into_iter().map(|source| source.name).collect()
    };
    let all = names(&house);
    house.archive.remove_source("chatlio").unwrap();
    let House { folder, archive } = house;
    archive.close();
    // As an older program left it: one that did not know Smartsupp and Comm100, the second by another name.
    let file = rusqlite::Connection::open(folder.path().join("archive.sqlite")).unwrap();
    file.execute_batch(
        "DELETE FROM settings WHERE name IN ('source given: smartsupp', 'source given: comm100');
         DELETE FROM sources WHERE name = 'smartsupp';
         UPDATE sources SET name = 'helpdesk' WHERE name = 'comm100';",
    )
    .unwrap();
    drop(file);
    let reopened = House { archive: Archive::open(folder.path(), at(1)).unwrap(), folder };
    let mut expected: Vec<String> =
        all.into_iter().filter(|name| name != "chatlio" && name != "comm100").collect();
    expected.push("helpdesk".to_owned());
    expected.sort();
    let mut found = names(&reopened);
    found.sort();
    assert_eq!(found, expected, "the new one is given, the removed one is not, and nobody gets two");
}

#[test]
fn the_quarantine_is_listed_from_its_index() {
    let house = House::new();
    let file = rusqlite::Connection::open(house.folder.path().join("archive.sqlite")).unwrap();
    let sql = "EXPLAIN QUERY PLAN SELECT * FROM readings r CROSS JOIN deliveries d ON d.id = r.delivery
        WHERE r.delivery < 9 AND r.delivery > 0 AND r.outcome = 'quarantined' ORDER BY r.delivery DESC LIMIT 50";
    let mut plan = file.prepare(sql).unwrap();
    let plan: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert!(
        plan[0].contains("readings_quarantined"),
        "a million deliveries would be looked at for a few: {plan:?}"
    );
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
}
