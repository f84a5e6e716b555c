//! When the door was open, as whoever held it open told, and the gaps between.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, Gap, GapQuestion, OpenEnded};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use proptest::prelude::*;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

struct House {
    archive: Archive,
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), folder }
    }

    fn open(&self, from: i64, until: i64) {
        self.archive.was_open(at(from), at(until), None).unwrap();
    }

    fn ended(&self, from: i64, until: i64, ended: OpenEnded) {
        self.archive.was_open(at(from), at(until), Some(ended)).unwrap();
    }

    /// Every gap by `now`, oldest first: from when to when, in seconds.
    fn gaps_by(&self, now: i64) -> Vec<(i64, i64)> {
        let question = GapQuestion { now: at(now), before: None, after: None, all: true, limit: 1000 };
        let seconds = |at: Instant| (at.millis() - self::at(0).millis()) / 1000;
        let gaps = self.archive.gaps(&question).unwrap();
        gaps.iter().rev().map(|gap| (seconds(gap.from), seconds(gap.to))).collect()
    }

    fn gaps(&self) -> Vec<(i64, i64)> {
        self.gaps_by(1_000_000)
    }

    /// A service posts something.
    fn post(&self, seconds: i64) {
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: "smartsupp".to_owned(),
            provider: Some("smartsupp".to_owned()),
            method: "POST".to_owned(),
            path: "/h/smartsupp/…".to_owned(),
            query: None,
            headers: Vec::new(),
            body: b"{}".to_vec(),
            received_at: at(seconds),
        };
        self.archive.append_all(vec![delivery]).unwrap();
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_time_between_two_stretches_is_a_gap_and_says_how_it_began() {
    let house = House::new();
    house.open(0, 0);
    house.open(0, 30);
    house.ended(30, 45, OpenEnded::Closed);
    house.open(100, 100);
    house.open(100, 130);
    house.open(200, 200);
    assert_eq!(house.gaps(), [(45, 100), (130, 200)]);
    let began = |to| house.archive.gap(at(to)).unwrap().began;
    assert_eq!(began(100), Some(OpenEnded::Closed));
    assert_eq!(began(200), None, "whoever was killed says nothing, and that is said");
    assert!(house.archive.gap(at(150)).is_err(), "no gap ended then");
    assert_eq!(house.archive.open_since(at(210)).unwrap(), Some(at(200)));
}

#[test]
fn the_door_is_open_when_any_program_holds_it_open() {
    let house = House::new();
    house.open(0, 30);
    // Another program opens too, on a connection of its own, and the first closes.
    let other = Archive::open(house.folder.path(), at(20)).unwrap();
    other.was_open(at(40), at(40), None).unwrap();
    house.ended(30, 50, OpenEnded::Closed);
    other.was_open(at(40), at(70), None).unwrap();
    assert_eq!(house.gaps(), [], "what looked like a gap between two heartbeats was none");
    other.was_open(at(70), at(100), None).unwrap();
    house.open(200, 200);
    assert_eq!(house.gaps(), [(100, 200)]);
    assert_eq!(house.archive.gap(at(200)).unwrap().began, None, "the last one to hold it said nothing");
}

#[test]
fn a_telling_is_written_soon_without_anybody_waiting_for_it() {
    let house = House::new();
    house.open(0, 0);
    house.archive.is_open(at(0), at(30));
    house.archive.is_open(at(30), at(60));
    let other = Archive::open(house.folder.path(), at(0)).unwrap();
    let deadline = Moment::now() + Duration::from_secs(60);
    loop {
        // A stretch that begins just where the told one ends leaves no gap.
        other.was_open(at(60), at(60), None).unwrap();
        if house.gaps().is_empty() {
            break;
        }
        assert!(Moment::now() < deadline, "it is written");
        std::thread::yield_now();
    }
}

#[test]
fn closing_the_archive_writes_what_was_told_last() {
    let house = House::new();
    house.open(0, 0);
    house.archive.is_open(at(0), at(30));
    house.archive.close();
    let again = Archive::open(house.folder.path(), at(40)).unwrap();
    again.was_open(at(40), at(40), None).unwrap();
    assert_eq!(again.gap(at(40)).unwrap(), Gap { from: at(30), to: at(40), began: None });
}

#[test]
fn a_clock_that_is_put_right_leaves_no_absurd_gap() {
    let house = House::new();
    house.ended(0, 100, OpenEnded::Closed);
    // The next run begins a year ahead, and the clock is put right while it runs.
    let year = 365 * 24 * 3600;
    house.open(year, year);
    assert_eq!(house.gaps_by(150), [], "what a clock tells of the future is not shown before it is there");
    house.open(year, year + 60);
    house.archive.open_by_another_clock(at(year), at(140), at(205)).unwrap();
    house.open(205, 235);
    assert_eq!(house.gaps_by(2 * year), [(100, 140)], "the gap is as long as it was");
}

#[test]
fn a_clock_that_was_behind_makes_no_negative_gap() {
    let house = House::new();
    house.ended(1000, 2000, OpenEnded::Closed);
    house.open(1500, 1500);
    house.open(1500, 1530);
    house.open(900, 900);
    assert_eq!(house.gaps(), [(900, 1000)], "only what lies before what is known");
    house.archive.was_open(at(3000), at(2500), None).unwrap();
    assert_eq!(house.gaps(), [(900, 1000)], "a stretch that runs backwards tells nothing");
}

#[test]
fn news_are_long_gaps_after_a_service_had_reached_its_address() {
    let house = House::new();
    let news = || {
        let question = GapQuestion { now: at(1_000_000), before: None, after: None, all: false, limit: 10 };
        house.archive.gaps(&question).unwrap().len()
    };
    house.open(0, 10);
    house.open(1000, 1010);
    assert_eq!((house.gaps().len(), news()), (1, 0), "nobody missed anything yet");
    assert_eq!(house.archive.unseen_gap(at(1010)).unwrap(), None);
    house.post(1005);
    assert_eq!(news(), 0, "what ended before is no news either");
    house.open(1069, 1069);
    assert_eq!((house.gaps().len(), news()), (2, 0), "a restart of seconds is kept and quiet");
    house.open(1129, 1130);
    assert_eq!(news(), 1, "a minute is news");

    let gap = house.archive.unseen_gap(at(1130)).unwrap().unwrap();
    assert_eq!((gap.from, gap.to, gap.length()), (at(1069), at(1129), Duration::from_secs(60)));
    assert_eq!(house.archive.see_gap(Some(gap.to)).unwrap(), None);
    assert_eq!(house.archive.unseen_gap(at(1130)).unwrap(), None, "seen is seen");
    assert_eq!(house.archive.see_gap(None).unwrap(), Some(gap.to));
    assert_eq!(house.archive.unseen_gap(at(1130)).unwrap(), Some(gap), "and can be taken back");
    house.archive.rebuild().unwrap();
    assert_eq!(house.gaps().len(), 3, "nothing of it is derived from the journal");
}

#[test]
fn many_gaps_come_in_pages_each_once() {
    let house = House::new();
    for each in 0..700 {
        house.open(each * 100, each * 100 + 10);
    }
    let (mut before, mut all) = (None, Vec::new());
    loop {
        let question = GapQuestion { now: at(100_000), before, after: None, all: true, limit: 64 };
        let page = house.archive.gaps(&question).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.to);
        all.extend(page.iter().map(|gap| gap.to));
    }
    let expected: Vec<Instant> = (1..700).rev().map(|each| at(each * 100)).collect();
    assert_eq!(all, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// The same from a list of seconds: open or not.
    #[test]
    fn tellings_in_any_order_by_anybody_are_their_union(
        told in prop::collection::vec((0_i64..200, 0_i64..30), 1..24)
    ) {
        let house = House::new();
        let mut open = [false; 300];
        for (from, length) in &told {
            house.open(*from, from + length);
            for second in *from..*from + length {
                open[usize::try_from(second).unwrap()] = true;
            }
        }
        // A stretch of no length opens no second, but it does part a gap.
        let mut edges: Vec<i64> = told.iter().filter(|(_, length)| *length == 0).map(|(from, _)| *from).collect();
        edges.retain(|edge| {
            let at = usize::try_from(*edge).unwrap();
            !open[at] && (at == 0 || !open[at - 1])
        });
        let begin = told.iter().map(|(from, _)| *from).min().unwrap();
        let end = told.iter().map(|(from, length)| from + length).max().unwrap();
        let mut expected = Vec::new();
        let mut gap: Option<i64> = None;
        for second in begin..=end {
            let is_open = open[usize::try_from(second).unwrap()] || second == end;
            if let Some(from) = gap.filter(|from| second > *from && (is_open || edges.contains(&second))) {
                expected.push((from, second));
                gap = None;
            }
            if !is_open && gap.is_none() {
                gap = Some(second);
            }
        }
        prop_assert_eq!(house.gaps(), expected);
    }
}
