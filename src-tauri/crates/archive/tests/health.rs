//! How sources fare: what is learned of real deliveries, what went wrong, and that it is the same after a rebuild.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, DeliveryId, Health, Refusal, RefusalReason, Wrong};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use chrono::Utc;

const SOURCE: &str = "smartsupp";
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 3600;

/// So many seconds after a Monday's midnight.
fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_767_571_200_000 + seconds * 1000).unwrap()
}

fn came(kind: DeliveryKind, agent: &str, body: &str, seconds: i64) -> Delivery {
    let headers = [("Host", "127.0.0.1:4780"), ("User-Agent", agent)];
    let header = |(name, value): (&str, &str)| Header { name: name.into(), value: value.into() };
    Delivery {
        kind,
        source: SOURCE.to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: None,
        headers: headers.map(header).into(),
        body: body.as_bytes().to_vec(),
        received_at: at(seconds),
    }
}

fn chat(number: i64) -> String {
    format!(
        r#"{{"accountId":1,"beginAt":{0},"channel":{{"id":{number},"isChat":true}},"visitor":{{"id":1}},"messages":[{{"type":"visitor","content":"Hi","sentAt":{0}}}]}}"#,
        at(number).millis()
    )
}

fn real(seconds: i64) -> Delivery {
    came(DeliveryKind::Hook, "Smartsupp", &chat(seconds), seconds)
}

/// From the first Monday on, on weekdays from nine to six, every 20 minutes.
fn office(weeks: i64) -> impl Iterator<Item = i64> {
    let days = (0..weeks * 7).filter(|day| day % 7 < 5);
    days.flat_map(|day| (0..27).map(move |each| day * DAY + 9 * 3600 + each * 20 * MINUTE))
}

struct House {
    archive: Archive,
    _folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), _folder: folder }
    }

    fn keep(&self, deliveries: impl IntoIterator<Item = Delivery>) -> Vec<DeliveryId> {
        let kept = self.archive.append_all(deliveries.into_iter().collect()).unwrap();
        self.settle();
        kept
    }

    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    fn health(&self, now: i64) -> Health {
        self.archive.health(SOURCE, at(now), &Utc).unwrap()
    }

    /// The same again after everything was derived anew.
    fn the_same_after_a_rebuild(&self, now: i64) {
        let before = self.health(now);
        self.archive.rebuild().unwrap();
        self.settle();
        assert_eq!(self.health(now), before, "derived again, it is the same");
    }
}

#[test]
fn a_rhythm_is_learned_and_its_end_is_missed() {
    let house = House::new();
    house.archive.was_open(at(0), at(40 * DAY), None).unwrap();
    house.keep(office(4).map(real));
    let last = 25 * DAY + 9 * 3600 + 26 * 20 * MINUTE;
    let monday = 28 * DAY;
    let health = house.health(monday + 10 * 3600);
    assert_eq!(health.last_at, Some(at(last)));
    let rhythm = health.rhythm.unwrap();
    assert_eq!((rhythm.days, rhythm.hours), ([true, true, true, true, true, false, false], Some((9, 18))));
    assert!((rhythm.every - 1200.0).abs() < 1.0, "{rhythm:?}");
    assert_eq!((health.quiet, health.error), (None, None));
    let later = monday + 12 * 3600;
    assert!(house.health(later).quiet.is_some_and(|quiet| quiet.expected == 10), "{:?}", house.health(later));
    house.the_same_after_a_rebuild(later);

    house.archive.dismiss_quiet(SOURCE, true).unwrap();
    assert!(house.health(later).dismissed && house.health(later).quiet.is_some(), "it is quiet all the same");
    house.the_same_after_a_rebuild(later);
    house.archive.dismiss_quiet(SOURCE, false).unwrap();
    assert!(!house.health(later).dismissed);
    house.archive.dismiss_quiet(SOURCE, true).unwrap();
    house.keep([real(later)]);
    let health = house.health(later + 60);
    assert_eq!((health.quiet, health.dismissed), (None, false), "the next delivery ends it");
}

#[test]
fn what_nobody_sent_teaches_nothing() {
    let house = House::new();
    house.archive.was_open(at(0), at(40 * DAY), None).unwrap();
    let kinds = [
        (DeliveryKind::Hook, "Afterchat/0.1.0 (sample)"),
        (DeliveryKind::Hook, "curl/8.5.0"),
        (DeliveryKind::Import, "Smartsupp"),
        (DeliveryKind::BackFill, "Smartsupp"),
    ];
    for (kind, agent) in kinds {
        house.keep(office(4).map(|seconds| came(kind, agent, &chat(seconds), seconds)));
        house.keep([came(kind, agent, "<no chat>", 27 * DAY)]);
        assert_eq!(house.health(29 * DAY), Health::default(), "{kind:?} by {agent}");
    }
    house.keep([real(28 * DAY)]);
    let health = house.health(40 * DAY);
    assert_eq!((health.last_at, health.rhythm), (Some(at(28 * DAY)), None), "one delivery is no rhythm");
    assert_eq!((health.quiet, health.error), (None, None));
}

#[test]
fn what_was_refused_teaches_nothing_also_when_it_is_accepted() {
    let house = House::new();
    house.archive.was_open(at(0), at(40 * DAY), None).unwrap();
    house.archive.add_secret(SOURCE, None, "an-app-secret-0001", at(0)).unwrap();
    let known = house.archive.source(SOURCE).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let refused: Vec<DeliveryId> = office(3)
        .map(|seconds| {
            let hook = house.archive.hook(SOURCE, &known.token, at(seconds)).unwrap();
            let mut delivery = real(seconds);
            let signature = hook.guard.and_then(|guard| guard.examine(&mut delivery));
            runtime.block_on(house.archive.append_examined(delivery, signature)).unwrap()
        })
        .collect();
    house.settle();
    let now = 22 * DAY;
    let last = *refused.last().unwrap();
    let health = house.health(now);
    assert_eq!((health.rhythm, health.quiet), (None, None));
    assert!(health.last_at.is_some(), "it was heard from all the same");
    assert_eq!(health.error.map(|error| error.wrong), Some(Wrong::Quarantined(last)));
    house.archive.accept(&refused, true, at(now)).unwrap();
    house.settle();
    assert_eq!((house.health(now).rhythm, house.health(now).error), (None, None));
    house.the_same_after_a_rebuild(now);
    house.archive.accept(&[last], false, at(now)).unwrap();
    house.settle();
    assert_eq!(house.health(now).error.map(|error| error.wrong), Some(Wrong::Quarantined(last)));
    house.the_same_after_a_rebuild(now);
}

#[test]
fn the_last_error_is_the_newest_of_all_kinds() {
    let house = House::new();
    let wrong = |now| house.health(now).error.map(|error| (error.at, error.wrong));
    let unreadable = house.keep([came(DeliveryKind::Hook, "Smartsupp", "<no chat>", 100)])[0];
    house.keep([real(110)]);
    assert_eq!(wrong(200), Some((at(100), Wrong::Unreadable(unreadable))));
    let broken = came(DeliveryKind::Hook, "Smartsupp", "{", 150);
    house.archive.refused(Refusal::new(&broken, RefusalReason::NotKept, Some(503), 1, None));
    let deadline = Moment::now() + Duration::from_secs(60);
    while wrong(200) == Some((at(100), Wrong::Unreadable(unreadable))) {
        assert!(Moment::now() < deadline, "it is noted soon");
        std::thread::yield_now();
    }
    assert_eq!(wrong(200), Some((at(150), Wrong::Refused(1, RefusalReason::NotKept))));
    let later = house.keep([came(DeliveryKind::Hook, "Smartsupp", "<neither>", 170)])[0];
    assert_eq!(wrong(200), Some((at(170), Wrong::Unreadable(later))));
    house.the_same_after_a_rebuild(200);
    assert_eq!(house.archive.health("chatlio", at(200), &Utc).unwrap(), Health::default());
}
