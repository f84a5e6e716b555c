//! Schema drift through the archive's public handle: who teaches, what is flagged, and that a rebuild finds the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Moment};

use afterchat_archive::{
    Archive, DeliveryId, DriftExample, DriftKind, Drifted, Effort, JournalQuestion, Signature,
};
use afterchat_transcript::query::deliveries::DeliveryQuery;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

struct House {
    archive: Archive,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path(), Instant::from_millis(1_800_000_000_000).unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { archive, folder, runtime }
    }

    fn keep(&self, delivery: Delivery) -> DeliveryId {
        self.runtime.block_on(self.archive.append(delivery)).unwrap()
    }

    fn keep_all(&self, bodies: impl IntoIterator<Item = String>) -> Vec<DeliveryId> {
        bodies.into_iter().map(|body| self.keep(post(&body))).collect()
    }

    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    /// The kinds and places of what is different in a delivery.
    fn told(&self, id: DeliveryId) -> Vec<String> {
        let drifted = self.archive.drift(id).unwrap();
        drifted.noted.iter().map(|drift| format!("{:?} {}", drift.kind, drift.path)).collect()
    }

    /// Everything that is flagged.
    fn all(&self) -> BTreeMap<i64, Drifted> {
        let newest = self.archive.newest_delivery().unwrap();
        let each = (1..=newest).map(|id| (id, self.archive.drift(DeliveryId(id)).unwrap()));
        each.filter(|(_, drifted)| drifted.total > 0).collect()
    }

    /// The deliveries a search finds, newest first.
    fn found(&self, search: &str) -> Vec<DeliveryId> {
        let question = JournalQuestion { limit: 50, ..JournalQuestion::default() };
        let query = DeliveryQuery::parse(search);
        let found = self.archive.find_deliveries(&question, &query, Effort::ANY).unwrap();
        found.rows.iter().map(|row| row.id).collect()
    }

    fn shapes(&self) -> Vec<(String, String, Vec<u8>)> {
        let file = rusqlite::Connection::open(self.folder.path().join("archive.sqlite")).unwrap();
        let mut select = file.prepare("SELECT source, event, shape FROM shapes ORDER BY 1, 2").unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

fn post(body: &str) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "tawkto".to_owned(),
        provider: Some("tawkto".to_owned()),
        method: "POST".to_owned(),
        path: "/h/tawkto/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        received_at: Instant::from_millis(1_800_000_000_000).unwrap(),
    }
}

/// A chat's end as tawk.to posts it, with more behind its visitor's name.
fn ended(chat: u32, more: &str) -> String {
    format!(
        r#"{{"event":"chat:end","chatId":"c{chat}","time":"2026-02-03T09:06:10.500Z",
            "visitor":{{"name":"Vera","city":"Riga"{more}}},"property":{{"id":"5a","name":"Wood"}}}}"#
    )
}

fn known(count: u32) -> impl Iterator<Item = String> {
    (0..count).map(|chat| ended(chat, ""))
}

#[test]
fn a_drift_is_flagged_on_the_delivery_that_brought_it_and_no_other() {
    let house = House::new();
    house.keep_all(known(25));
    let new = house.keep(post(&ended(100, r#","loyalty":{"tier":"gold"}"#)));
    let same = house.keep(post(&ended(101, r#","loyalty":{"tier":"gold"}"#)));
    let missing = house.keep(post(&ended(102, "").replace(r#","city":"Riga""#, "")));
    let retyped = house.keep(post(&ended(103, "").replace("\"Vera\"", "[\"Vera\"]")));
    house.settle();
    assert_eq!(house.told(new), ["New /visitor/loyalty"]);
    assert_eq!(house.told(same), Vec::<String>::new(), "flagged once, then known");
    assert_eq!(house.told(missing), ["Missing /visitor/city"]);
    assert_eq!(house.told(retyped), ["Retyped /visitor/name"]);
    assert_eq!(house.all().len(), 3, "nothing else is flagged");
    assert_eq!(house.archive.delivery_summary(missing).unwrap().drift, 1, "the list's row tells it too");
    assert_eq!(house.found("is:drifted"), [retyped, missing, new], "a search finds them, newest first");
    assert_eq!(house.found("is:drifted body:loyalty"), [new]);
    assert_eq!(house.found("-is:drifted id:>25"), [same], "and the others");

    let drifts = house.archive.drift(missing).unwrap().noted;
    assert_eq!((drifts[0].kind, drifts[0].pointer.as_deref()), (DriftKind::Missing, Some("/visitor")));
    assert_eq!(
        house.archive.drift_examples(missing, &drifts).unwrap(),
        [Some(DriftExample { delivery: same, pointer: "/visitor/city".to_owned() })],
        "the newest earlier delivery that had it"
    );
    let drifts = house.archive.drift(retyped).unwrap().noted;
    assert_eq!(
        house.archive.drift_examples(retyped, &drifts).unwrap(),
        [Some(DriftExample { delivery: missing, pointer: "/visitor/name".to_owned() })],
        "the newest earlier delivery where it was a text"
    );
}

#[test]
fn each_event_and_each_source_has_a_shape_of_its_own() {
    let house = House::new();
    house.keep_all(known(25));
    let started = house.keep(post(r#"{"event":"chat:start","chatId":"c1","time":"2026-02-03T09:02:38.104Z",
        "message":{"text":"Hi","type":"msg","sender":{"type":"visitor"}},"visitor":{"name":"Vera"},"property":{"id":"5a","name":"Wood"}}"#));
    let elsewhere = house
        .keep(Delivery { source: "tawkto-2".to_owned(), ..post(&ended(200, "").replace("\"Vera\"", "5")) });
    house.settle();
    assert_eq!(house.told(started), Vec::<String>::new(), "another event begins to learn");
    assert_eq!(house.told(elsewhere), Vec::<String>::new(), "another source too");
    let names: Vec<_> =
        house.shapes().into_iter().map(|(source, event, _)| format!("{source}: {event}")).collect();
    assert_eq!(names, ["tawkto: tawkto chat:end", "tawkto: tawkto chat:start", "tawkto-2: tawkto chat:end"]);
}

#[test]
fn only_what_a_service_posted_teaches_and_is_judged() {
    let house = House::new();
    let odd = |chat: u32| ended(chat, r#","odd":1"#);
    let sample = Header { name: "User-Agent".to_owned(), value: b"Afterchat/0.1.0 (sample)".to_vec() };
    let refused = Signature {
        doubt: None,
        scheme: "a test".to_owned(),
        secret: None,
        refused: true,
        accepted_at: None,
    };
    let strangers = (1000..1030).flat_map(|chat| {
        [
            Delivery { kind: DeliveryKind::Import, ..post(&odd(chat)) },
            Delivery { kind: DeliveryKind::BackFill, ..post(&odd(chat + 1000)) },
            Delivery { method: "PUT".to_owned(), ..post(&odd(chat + 2000)) },
            Delivery { headers: vec![sample.clone()], ..post(&odd(chat + 3000)) },
        ]
    });
    for delivery in strangers {
        house.keep(delivery);
    }
    for chat in 9000..9030 {
        let kept = house.archive.append_examined(post(&odd(chat)), Some(refused.clone()));
        house.runtime.block_on(kept).unwrap();
    }
    house.settle();
    assert_eq!(house.shapes(), [], "they taught nothing");
    house.keep_all(known(25));
    let by_sample = house.keep(Delivery { headers: vec![sample], ..post(&odd(1)) });
    let imported = house.keep(Delivery { kind: DeliveryKind::Import, ..post(&odd(2)) });
    let posted = house.keep(post(&odd(3)));
    house.settle();
    assert_eq!(house.told(by_sample), Vec::<String>::new(), "a sample is not judged");
    assert_eq!(house.told(imported), Vec::<String>::new(), "nor is an import");
    assert_eq!(house.told(posted), ["New /visitor/odd"], "and neither made the key known");
}

#[test]
fn what_was_refused_teaches_nothing_also_once_it_is_accepted() {
    let house = House::new();
    house.keep_all(known(25));
    let refused = Signature {
        doubt: None,
        scheme: "a test".to_owned(),
        secret: None,
        refused: true,
        accepted_at: None,
    };
    let kept = house.archive.append_examined(post(&ended(500, r#","odd":1"#)), Some(refused));
    let kept = house.runtime.block_on(kept).unwrap();
    house.settle();
    let now = Instant::from_millis(1_800_000_000_000).unwrap();
    assert_eq!(house.archive.accept(&[kept], true, now).unwrap(), 1, "it was in quarantine");
    house.settle();
    let posted = house.keep(post(&ended(501, r#","odd":1"#)));
    house.settle();
    let told = (house.told(kept), house.told(posted));
    assert_eq!(
        told,
        (Vec::new(), vec!["New /visitor/odd".to_owned()]),
        "the first that was let in is flagged"
    );
    house.archive.rebuild().unwrap();
    house.settle();
    assert_eq!(
        (house.told(kept), house.told(posted)),
        told,
        "a rebuild finds the same, although it is accepted by now"
    );
}

/// Payloads with all kinds of differences among them.
fn eventful() -> Vec<String> {
    let mut bodies: Vec<String> = known(30).collect();
    for chat in 30..90 {
        bodies.push(match chat % 6 {
            0 => ended(chat, &format!(r#","new{chat}":1"#)),
            1 => ended(chat, "").replace("\"Riga\"", &chat.to_string()),
            2 => ended(chat, r#","tags":[{"id":1,"t":"a"},{"id":2}]"#),
            3 => ended(chat, r#","tags":[{"id":"x","t":"a","u":[]}]"#),
            4 => ended(chat, "").replace(r#""property""#, &format!(r#""property{}""#, chat / 20)),
            _ => ended(chat, ""),
        });
    }
    bodies
}

#[test]
fn a_rebuild_and_any_way_to_slice_the_journal_give_the_same() {
    let at_once = House::new();
    at_once.keep_all(eventful());
    at_once.settle();
    let one_by_one = House::new();
    for body in eventful() {
        one_by_one.keep(post(&body));
        one_by_one.settle();
    }
    let (flags, shapes) = (at_once.all(), at_once.shapes());
    assert!(flags.len() > 5, "many of them differ: {}", flags.len());
    assert_eq!(one_by_one.all(), flags, "slices of one delivery give the same flags");
    assert_eq!(one_by_one.shapes(), shapes, "and the same shapes, to the byte");
    // Flags that are gone come again only if the shapes are forgotten with them, and others go with them.
    let file = rusqlite::Connection::open(at_once.folder.path().join("archive.sqlite")).unwrap();
    file.execute_batch("DELETE FROM drifts; INSERT INTO drifts VALUES (1, 5, '[]')").unwrap();
    at_once.archive.rebuild().unwrap();
    at_once.settle();
    assert_eq!((at_once.all(), at_once.shapes()), (flags, shapes), "a rebuild learns it again");
}

#[test]
fn a_shape_is_written_only_while_there_is_something_to_learn() {
    let house = House::new();
    house.keep_all(known(30));
    house.settle();
    let file = rusqlite::Connection::open(house.folder.path().join("archive.sqlite")).unwrap();
    // Whoever writes it from now on fails, and the projector with it.
    file.execute_batch(
        "CREATE TRIGGER no_more BEFORE INSERT ON shapes BEGIN SELECT raise(ABORT, 'written again'); END",
    )
    .unwrap();
    house.keep_all((100..200).map(|chat| ended(chat, "")));
    house.settle();
    assert_eq!(house.all().len(), 0, "a hundred more of the same were read, and none wrote the shape");
}

#[test]
fn a_stranger_gets_few_shapes_and_short_flags() {
    let house = House::new();
    let named = |name: &str| format!(r#"{{"event":"{name}","x":1}}"#);
    house.keep_all((0..200).map(|number| named(&format!("event {number} {}", "long ".repeat(50)))));
    house.keep_all((0..200).map(|number| named(&format!("{number}"))));
    house.settle();
    let shapes = house.shapes();
    assert_eq!(shapes.len(), 32, "a source has so many at most");
    assert!(shapes.iter().all(|(_, event, _)| event.len() <= 80), "events are cut");

    let house = House::new();
    house.keep_all(known(25));
    let many: String = (0..500).map(|number| format!(r#","k{number}":1"#)).collect();
    let many = house.keep(post(&ended(300, &many)));
    let long = format!(r#","list":{{"{}":1}},"last":1"#, "n".repeat(100_000));
    let long = house.keep(post(&ended(301, &long)));
    let huge = format!(
        "{{\"event\":\"chat:end\",\"chatId\":\"c302\",\"property\":{{\"id\":\"5a\"}},\"l\":[{}0]}}",
        "0,".repeat(60_000)
    );
    let huge = house.keep(post(&huge));
    house.settle();
    let drifted = house.archive.drift(many).unwrap();
    assert!(drifted.noted.len() == 20 && drifted.total >= 60, "{} of {}", drifted.noted.len(), drifted.total);
    assert!(house.archive.drift(long).unwrap().noted.iter().all(|drift| drift.path.len() < 100));
    assert_eq!(house.archive.drift(huge).unwrap().total, 0, "what no service sends is not judged");
}
