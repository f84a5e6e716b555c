//! The inspector's list: what a search finds, how far one step of it goes, and what people note beside deliveries.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{
    Archive, ArchiveError, DeliveryId, Doubt, Effort, Found, JournalQuestion, Outcome, Signature, Told,
};
use afterchat_transcript::query::deliveries::DeliveryQuery;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

const CHAT: &str = r#"{"accountId":1,"beginAt":1790000000000,"endAt":1790000060000,"channel":{"id":7,"isChat":true},
    "visitor":{"id":5,"name":"Žofie Nová"},"messages":[{"type":"visitor","content":"Does the blue teapot come with a lid?","sentAt":1790000000000}]}"#;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

fn hook(source: &str, body: &[u8], seconds: i64) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: source.to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: format!("/h/{source}/…"),
        query: None,
        headers: vec![Header { name: "Content-Type".to_owned(), value: b"application/json".to_vec() }],
        body: body.to_vec(),
        received_at: at(seconds),
    }
}

struct House {
    folder: tempfile::TempDir,
    archive: Archive,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), folder }
    }

    fn keep(&self, delivery: Delivery, signature: Option<Signature>) -> DeliveryId {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.archive.append_examined(delivery, signature)).unwrap()
    }

    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    fn step(&self, search: &str, before: Option<i64>, limit: usize, effort: Effort) -> Found {
        let question = JournalQuestion { before, limit, ..JournalQuestion::default() };
        self.archive.find_deliveries(&question, &DeliveryQuery::parse(search), effort).unwrap()
    }

    /// The numbers of what a search finds, newest first.
    fn found(&self, search: &str) -> Vec<i64> {
        numbers(&self.step(search, None, 100, Effort::ANY))
    }

    /// Six deliveries, each unlike the others: 1 a chat, 2 a form with a long body, 3 a PUT with headers, 4 in
    /// quarantine, 5 imported with a good signature, 6 empty.
    fn six() -> Self {
        let house = Self::new();
        house.keep(hook("smartsupp", CHAT.as_bytes(), 1), None);
        let mut form = hook("chatlio", format!("data=two+words&{}", "x".repeat(50_000)).as_bytes(), 2);
        form.headers[0].value = b"application/x-www-form-urlencoded".to_vec();
        house.keep(form, None);
        let mut put = hook("smart-two", b"{\"greeting\":\"\\u017elu\\u0165\"}", 3);
        put.method = "PUT".to_owned();
        put.query = Some("debug=1&name=a%20b".to_owned());
        put.headers.push(Header { name: "X-Topic".to_owned(), value: b"Ended".to_vec() });
        put.headers.push(Header { name: "x-topic".to_owned(), value: b"second \xff".to_vec() });
        house.keep(put, Some(signature(Some(Doubt::Missing), false)));
        house.keep(
            hook("smartsupp", CHAT.replace("teapot", "kettle").as_bytes(), 4),
            Some(signature(Some(Doubt::Wrong), true)),
        );
        let mut import = hook("tawkto", b"plain text", 5);
        import.kind = DeliveryKind::Import;
        house.keep(import, Some(signature(None, false)));
        house.keep(hook("smartsupp", b"", 6), None);
        house.settle();
        house
    }
}

fn signature(doubt: Option<Doubt>, refused: bool) -> Signature {
    Signature { doubt, scheme: "X-Signature".to_owned(), secret: None, refused, accepted_at: None }
}

fn numbers(found: &Found) -> Vec<i64> {
    found.rows.iter().map(|row| row.id.0).collect()
}

#[test]
fn a_search_finds_what_fits_newest_first() {
    let house = House::six();
    house.archive.pin(&[DeliveryId(2), DeliveryId(5)], true, at(10)).unwrap();
    for (delivery, status) in [(1, Some(503)), (2, Some(200)), (3, None)] {
        house.archive.told(Told { delivery: DeliveryId(delivery), status, ..Told::default() });
    }
    house.archive.note(DeliveryId(3), "Ask the vendor").unwrap();
    // What services were told is written a little later, with whatever is written then.
    let deadline = Moment::now() + Duration::from_secs(120);
    while house.archive.delivery_summary(DeliveryId(3)).unwrap().told.is_none() {
        assert!(Moment::now() < deadline, "it is written in the end");
        std::thread::yield_now();
    }
    let conversation = house.archive.delivery_summary(DeliveryId(1)).unwrap().conversations.remove(0);
    let of_it = format!("conversation:{conversation}");
    let table: &[(&str, &[i64])] = &[
        ("", &[6, 5, 4, 3, 2, 1]),
        ("TEAPOT", &[1]),
        ("\"two words\"", &[2]),
        ("ŽLUŤ", &[3]),
        ("žofie", &[4, 1]),
        ("-teapot", &[6, 5, 4, 3, 2]),
        ("application/json -PUT", &[6, 5, 4, 3, 1]),
        ("body:application", &[]),
        ("body:kettle", &[4]),
        ("method:put", &[3]),
        ("-method:post", &[3]),
        ("source:smart", &[6, 4, 3, 1]),
        ("source:smartsupp", &[6, 4, 1]),
        ("source:smart-", &[3]),
        ("source:nobody", &[]),
        ("-source:smart", &[5, 2]),
        ("-source:smartsupp", &[5, 3, 2]),
        ("source:smartsupp is:quarantined", &[4]),
        ("source:chatlio is:quarantined", &[]),
        ("source:smart-two signature:missing", &[3]),
        ("source:tawkto signature:missing", &[]),
        ("source:chat source:smart", &[]),
        ("service:smartsupp is:conversation", &[1]),
        ("path:/h/chatlio", &[2]),
        ("query:debug=1", &[3]),
        ("query:\"a b\"", &[3]),
        ("type:form", &[2]),
        ("header.x-topic:", &[3]),
        ("header.X-TOPIC:ended", &[3]),
        ("header.x-topic:second", &[3]),
        ("header.x-topic:third", &[]),
        ("-header.content-type:json", &[2]),
        ("header:second", &[3]),
        ("is:conversation", &[1]),
        ("is:quarantined", &[4]),
        ("is:unreadable", &[6, 5]),
        ("is:no_conversation", &[3, 2]),
        ("is:unreadable -is:pinned", &[6]),
        ("-is:unreadable", &[4, 3, 2, 1]),
        ("-is:quarantined", &[6, 5, 3, 2, 1]),
        ("-is:no_conversation", &[6, 5, 4, 1]),
        ("-is:conversation", &[6, 5, 4, 3, 2]),
        ("is:pending", &[]),
        ("-is:pending", &[6, 5, 4, 3, 2, 1]),
        ("is:pinned", &[5, 2]),
        ("is:noted", &[3]),
        ("is:imported", &[5]),
        ("note:VENDOR", &[3]),
        ("-note:vendor is:noted", &[]),
        ("signature:good", &[5]),
        ("signature:missing", &[3]),
        ("signature:wrong", &[4]),
        ("signature:late", &[]),
        ("signature:none", &[6, 2, 1]),
        ("-signature:none", &[5, 4, 3]),
        ("status:503", &[1]),
        ("status:5xx", &[1]),
        ("status:<400", &[2]),
        ("-status:5xx", &[6, 5, 4, 3, 2]),
        ("size:>10k", &[2]),
        ("size:0", &[6]),
        ("id:2-4 source:smart", &[4, 3]),
        ("-id:2-4", &[6, 5, 1]),
        ("id:>4", &[6, 5]),
        ("before:2027-01-15T08:00:03Z", &[2, 1]),
        ("after:2027-01-15T08:00:05Z", &[6, 5]),
        ("after:2027-01-15", &[6, 5, 4, 3, 2, 1]),
        (&of_it, &[1]),
    ];
    for (search, expected) in table {
        assert_eq!(house.found(search), *expected, "{search:?}");
    }
    assert_eq!(house.found(&format!("-{of_it}")), [6, 5, 4, 3, 2], "not of this conversation");
}

#[test]
fn an_accepted_delivery_leaves_the_quarantine_of_a_search() {
    let house = House::six();
    house.archive.accept(&[DeliveryId(4)], true, at(20)).unwrap();
    house.settle();
    assert_eq!(house.found("is:quarantined"), [0; 0], "a person has taken it for good");
    assert_eq!(house.found("signature:wrong"), [4], "what the door found stays");
}

#[test]
fn several_kept_at_once_have_numbers_in_their_order() {
    let house = House::new();
    let bodies = [b"one".as_slice(), b"two", b"three"];
    let all = bodies.iter().zip(1..).map(|(body, second)| hook("smartsupp", body, second)).collect();
    assert_eq!(house.archive.append_all(all).unwrap(), [DeliveryId(1), DeliveryId(2), DeliveryId(3)]);
    for (body, id) in bodies.iter().zip(1..) {
        assert_eq!(house.archive.delivery(DeliveryId(id)).unwrap().delivery.body, *body);
    }
}

#[test]
fn only_what_the_door_refused_is_in_doubt_until_somebody_accepts_it() {
    let house = House::six();
    let state = |id: i64| {
        let kept = house.archive.delivery(DeliveryId(id)).unwrap();
        (kept.doubt, kept.refused)
    };
    assert_eq!(state(1), (None, false), "nobody checked it");
    assert_eq!(state(3), (None, false), "it may come unsigned");
    assert_eq!(state(4), (Some(Doubt::Wrong), true));
    assert_eq!(state(5), (None, false), "its signature is good");
    house.archive.accept(&[DeliveryId(4)], true, at(20)).unwrap();
    assert_eq!(state(4), (None, true), "that it was refused stays");
}

#[test]
fn what_waits_to_be_read_is_found() {
    let house = House::six();
    house.archive.rebuild().unwrap();
    let waiting = |found: &Found| found.rows.iter().all(|row| row.outcome == Outcome::Pending);
    // The projector may be through with some of them already.
    assert!(waiting(&house.step("is:pending", None, 100, Effort::ANY)));
    house.settle();
    assert_eq!(house.found("is:pending"), [0; 0], "all is read again");
}

/// Everything a search finds, in steps of some effort; checks on the way that each step goes on where the last one ended.
fn in_steps(house: &House, search: &str, limit: usize, effort: Effort) -> Vec<i64> {
    let (mut all, mut before, mut steps) = (Vec::new(), None, 0);
    loop {
        let found = house.step(search, before, limit, effort);
        assert!(found.rows.len() <= limit, "{search:?}: a page is no longer than was asked");
        assert!(
            found.rows.iter().all(|row| row.id >= found.reached),
            "{search:?}: what was found was looked at"
        );
        all.extend(numbers(&found));
        let Some(next) = found.next else {
            assert_eq!(found.reached, found.oldest, "{search:?}: the last step reaches the oldest");
            return all;
        };
        assert_eq!(found.reached, next, "{search:?}: the next step goes on right below");
        assert!(before.is_none_or(|before| next.0 < before), "{search:?}: each step gets further");
        before = Some(next.0);
        steps += 1;
        assert!(steps < 1_000, "{search:?}: the steps come to an end");
    }
}

#[test]
fn small_steps_find_what_one_large_one_finds() {
    let house = House::new();
    for number in 0..60 {
        let source = ["smartsupp", "chatlio", "smart-two"][number % 3];
        let word = if number % 7 == 0 { "rocket" } else { "plain" };
        let doubt = (number % 5 == 0).then(|| signature(Some(Doubt::Late), true));
        let body = format!("{{\"n\":{number},\"word\":\"{word}\",\"fill\":\"{}\"}}", "y".repeat(300));
        house.keep(hook(source, body.as_bytes(), i64::try_from(number).unwrap()), doubt);
    }
    house.settle();
    for search in [
        "",
        "rocket",
        "-rocket",
        "source:smart rocket",
        "source:chatlio",
        "signature:late rocket",
        "is:quarantined",
        "nothing-has-this",
    ] {
        let whole = house.found(search);
        for (limit, deliveries, bytes) in
            [(3, 1_000, usize::MAX), (100, 1, usize::MAX), (100, 7, usize::MAX), (2, 5, 1_000)]
        {
            let effort = Effort { deliveries, bytes };
            assert_eq!(
                in_steps(&house, search, limit, effort),
                whole,
                "{search:?}, {limit} a page, {effort:?}"
            );
        }
    }
}

#[test]
fn a_step_stops_after_its_effort_and_says_how_far_it_was() {
    let house = House::new();
    for number in 0..50 {
        house.keep(hook("smartsupp", &vec![b'a'; 1_000], number), None);
    }
    let few = house.step("rocket", None, 10, Effort { deliveries: 20, bytes: usize::MAX });
    assert_eq!((few.reached, few.next), (DeliveryId(31), Some(DeliveryId(31))), "20 of 50 were looked at");
    assert_eq!((few.newest, few.oldest, few.reached_at), (DeliveryId(50), DeliveryId(1), Some(at(30))));
    let light = house.step("rocket", None, 10, Effort { deliveries: usize::MAX, bytes: 5_000 });
    assert_eq!(light.reached, DeliveryId(46), "bodies count by their bytes");
    let whole = house.step("rocket", None, 10, Effort::STEP);
    assert_eq!((whole.reached, whole.next), (DeliveryId(1), None), "a few are looked at in one step");
    let empty = House::new().step("rocket", None, 10, Effort::STEP);
    assert_eq!(
        (empty.newest, empty.oldest, empty.next, empty.reached_at),
        (DeliveryId(0), DeliveryId(0), None, None)
    );
}

#[test]
fn what_is_newer_than_a_delivery_is_asked_for_alone() {
    let house = House::six();
    let question = JournalQuestion { since: Some(4), limit: 10, ..JournalQuestion::default() };
    let found = house.archive.find_deliveries(&question, &DeliveryQuery::parse(""), Effort::STEP).unwrap();
    assert_eq!((numbers(&found), found.reached, found.next), (vec![6, 5], DeliveryId(5), None));
}

#[test]
fn pins_and_notes_outlive_a_rebuild_and_a_restart() {
    let mut house = House::six();
    assert_eq!(house.archive.pin(&[DeliveryId(1), DeliveryId(99)], true, at(10)).unwrap(), 1, "99 is none");
    assert_eq!(house.archive.pin(&[DeliveryId(1)], true, at(11)).unwrap(), 0, "it is pinned already");
    let noted = house.archive.note(DeliveryId(1), "  first\nwords ").unwrap();
    assert_eq!((noted.note.as_deref(), noted.before), (Some("first\nwords"), None));
    house.archive.rebuild().unwrap();
    house.settle();
    house.archive.close();
    house.archive = Archive::open(house.folder.path(), at(30)).unwrap();
    let row = house.archive.delivery_summary(DeliveryId(1)).unwrap();
    assert_eq!((row.pinned, row.note.as_deref()), (true, Some("first\nwords")), "people decided it");
    let noted = house.archive.note(DeliveryId(1), " ").unwrap();
    assert_eq!(
        (noted.note, noted.before.as_deref()),
        (None, Some("first\nwords")),
        "what to write to undo it"
    );
    assert_eq!(house.archive.pin(&[DeliveryId(1)], false, at(31)).unwrap(), 1);
    let row = house.archive.delivery_summary(DeliveryId(1)).unwrap();
    assert_eq!((row.pinned, row.note), (false, None), "taken back");
}

#[test]
fn a_note_beside_no_delivery_is_refused_and_a_long_one_is_cut_between_characters() {
    let house = House::six();
    let none = house.archive.note(DeliveryId(99), "x");
    assert!(matches!(none, Err(ArchiveError::NotFound { .. })), "there is nothing to note it beside");
    let long = house.archive.note(DeliveryId(1), &"語".repeat(10_000)).unwrap().note.unwrap();
    assert_eq!(long.len(), 9_999, "the longest note that ends between characters");
}
