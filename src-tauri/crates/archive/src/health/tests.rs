//! The pure rules: what is usual, and when silence is out of the ordinary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{FixedOffset, TimeZone, Utc};
use proptest::prelude::*;

use super::hours::{DAY, HOUR, Heard, hour_of};
use super::quiet::{Opened, quiet};
use super::rhythm::rhythm;
use crate::presence::Stretch;

const MINUTE: i64 = 60_000;

/// Monday 5 January 2026, midnight by the clock of `zone`.
fn monday() -> i64 {
    zone().with_ymd_and_hms(2026, 1, 5, 0, 0, 0).unwrap().timestamp_millis()
}

/// Two hours east of Greenwich.
fn zone() -> FixedOffset {
    FixedOffset::east_opt(2 * 3600).unwrap()
}

/// What the projector notes of deliveries at these times.
fn noted(at: &[i64]) -> Vec<Heard> {
    let mut heard: Vec<Heard> = Vec::new();
    for at in at {
        match heard.last_mut().filter(|last| last.hour == hour_of(*at)) {
            Some(last) => {
                last.longest = last.longest.max(at - last.last_at);
                last.deliveries += 1;
                last.last_at = *at;
            }
            None => heard.push(Heard {
                hour: hour_of(*at),
                deliveries: 1,
                first_at: *at,
                last_at: *at,
                longest: 0,
            }),
        }
    }
    heard
}

/// A source that hears something every so often, on some days of the week and hours of the day.
#[derive(Debug, Clone)]
struct Usual {
    every: i64,
    weekdays_only: bool,
    hours: (i64, i64),
}

impl Usual {
    fn is_at(&self, at: i64) -> bool {
        let days = (at - monday()).div_euclid(DAY).rem_euclid(7);
        let hour = (at - monday()).rem_euclid(DAY) / HOUR;
        !(self.weekdays_only && days >= 5) && (self.hours.0..self.hours.1).contains(&hour)
    }

    /// What it hears in so many weeks. `late` tells how late each is, as a share of the usual time.
    fn heard(&self, weeks: i64, late: impl Fn(usize) -> f64) -> Vec<i64> {
        let (mut at, mut all) = (monday(), Vec::new());
        while at < monday() + weeks * 7 * DAY {
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "minutes")]
            let delayed = at + (self.every as f64 * late(all.len())) as i64;
            if self.is_at(delayed) {
                all.push(delayed);
            }
            at += self.every;
        }
        all
    }
}

fn everything() -> [Stretch; 1] {
    [Stretch { from: 0, until: i64::MAX }]
}

fn opened(stretches: &[Stretch]) -> Opened<'_> {
    Opened { stretches, noted_from: stretches.first().map(|first| first.from) }
}

fn is_quiet(heard: &[i64], stretches: &[Stretch], now: i64) -> bool {
    let last = *heard.last().unwrap();
    quiet(&noted(heard), opened(stretches), (last, now), &zone()).is_some()
}

const OFFICE: Usual = Usual { every: 20 * MINUTE, weekdays_only: true, hours: (9, 18) };

#[test]
fn a_rhythm_is_told_as_a_person_would_tell_it() {
    let told = |usual: &Usual, weeks| rhythm(&noted(&usual.heard(weeks, |_| 0.0)), &zone());
    let office = told(&OFFICE, 4).unwrap();
    assert_eq!(office.days, [true, true, true, true, true, false, false]);
    assert_eq!(office.hours, Some((9, 18)), "by the clock on the wall, not by UTC");
    assert!((office.every - 1200.0).abs() < 60.0, "about every 20 minutes: {office:?}");
    let nights = told(&Usual { every: HOUR, weekdays_only: false, hours: (0, 24) }, 3).unwrap();
    assert_eq!((nights.days, nights.hours), ([true; 7], None));
    assert!((nights.every - 3600.0).abs() < 120.0 && (nights.per_week - 168.0).abs() < 3.0, "{nights:?}");
    assert!(told(&Usual { every: 20 * HOUR, ..OFFICE }, 1).is_none(), "a few deliveries are no rhythm");
    assert!(told(&OFFICE, 0).is_none() && rhythm(&[], &zone()).is_none());
    let mut late: Vec<i64> = OFFICE.heard(1, |_| 0.0);
    late.retain(|at| *at < monday() + 3 * DAY);
    assert!(rhythm(&noted(&late), &zone()).is_none(), "nor is what came in three days");
}

#[test]
fn hours_over_midnight_are_told_as_they_are() {
    let mut all = Vec::new();
    for day in 0..14 {
        for half in 0..8 {
            all.push(monday() + day * DAY + 22 * HOUR + half * 30 * MINUTE);
        }
    }
    assert_eq!(rhythm(&noted(&all), &zone()).unwrap().hours, Some((22, 2)));
}

#[test]
fn a_source_that_stops_on_a_monday_morning_is_missed_before_noon() {
    let mut heard = OFFICE.heard(4, |_| 0.0);
    // It sends twice more on the fifth Monday, then no more.
    heard.extend([monday() + 28 * DAY + 9 * HOUR, monday() + 28 * DAY + 9 * HOUR + 20 * MINUTE]);
    let last = *heard.last().unwrap();
    assert!(!is_quiet(&heard, &everything(), last + 100 * MINUTE), "five that did not come may be chance");
    assert!(is_quiet(&heard, &everything(), last + 125 * MINUTE), "six are not");
    let told = quiet(&noted(&heard), opened(&everything()), (last, last + 3 * HOUR), &zone()).unwrap();
    assert_eq!((told.expected, told.open_for), (9, 3 * HOUR));
}

#[test]
fn nights_and_weekends_are_not_waited_through() {
    let heard = OFFICE.heard(4, |_| 0.0);
    let friday = *heard.last().unwrap();
    let next_monday = monday() + 28 * DAY;
    for now in (friday..next_monday + 10 * HOUR).step_by(usize::try_from(10 * MINUTE).unwrap()) {
        assert!(!is_quiet(&heard, &everything(), now), "{} h after Friday's last", (now - friday) / HOUR);
    }
    assert!(is_quiet(&heard, &everything(), next_monday + 11 * HOUR + 30 * MINUTE));
}

#[test]
fn one_burst_a_day_is_missed_once_its_hour_has_passed() {
    let mut heard = Vec::new();
    for day in 0..28 {
        heard.extend((0..50).map(|each| monday() + day * DAY + 9 * HOUR + each * 10_000));
    }
    let last = *heard.last().unwrap();
    assert!(!is_quiet(&heard, &everything(), last + DAY + 30 * MINUTE), "it may come a little later today");
    assert!(is_quiet(&heard, &everything(), last + DAY + HOUR));
}

#[test]
fn an_outage_does_not_teach_that_silence_is_usual() {
    let mut heard = OFFICE.heard(5, |_| 0.0);
    let out = |at: &i64| (0..2).any(|week| (at - monday()) / DAY == week * 7 + 1);
    heard.retain(|at| !out(at));
    heard.extend([monday() + 35 * DAY + 9 * HOUR]);
    let last = *heard.last().unwrap();
    assert!(is_quiet(&heard, &everything(), last + 4 * HOUR), "two whole days without anything are left out");
}

#[test]
fn too_little_history_never_warns() {
    let later = |heard: &[i64]| is_quiet(heard, &everything(), heard.last().unwrap() + 30 * DAY);
    assert!(later(&OFFICE.heard(3, |_| 0.0)), "three weeks are enough");
    assert!(!later(&OFFICE.heard(2, |_| 0.0)), "from Monday to the second Friday is too short");
    assert!(!later(&Usual { every: 2 * DAY, weekdays_only: false, hours: (0, 24) }.heard(5, |_| 0.0)));
    let mut burst: Vec<i64> = (0..100).map(|each| monday() + each * 1000).collect();
    burst.push(monday() + 30 * DAY);
    assert!(!later(&burst), "much on two days is no talkative source");
    assert!(quiet(&[], opened(&everything()), (monday(), monday() + DAY), &zone()).is_none());
}

#[test]
fn time_before_anything_was_noted_counts_for_what_is_usual_and_never_for_silence() {
    let heard = OFFICE.heard(4, |_| 0.0);
    let last = *heard.last().unwrap();
    let tuesday = monday() + 29 * DAY + 9 * HOUR;
    let nothing = Opened { stretches: &[], noted_from: None };
    assert!(quiet(&noted(&heard), nothing, (last, tuesday + 9 * HOUR), &zone()).is_none());
    let since = [Stretch { from: tuesday, until: i64::MAX }];
    assert!(!is_quiet(&heard, &since, tuesday + 100 * MINUTE), "Monday's silence was nobody's");
    assert!(is_quiet(&heard, &since, tuesday + 125 * MINUTE));
}

/// Up to forty of these, evenly spread.
fn some_of(from: usize, to: usize) -> impl Iterator<Item = usize> {
    (from..to).step_by((to.saturating_sub(from) / 40).max(1))
}

/// Sources of every kind that are talkative enough to be missed.
fn usual() -> impl Strategy<Value = Usual> {
    let hours = prop::sample::select(vec![(0_i64, 24_i64), (9, 18), (6, 14), (20, 24)]);
    (prop::sample::select(vec![5_i64, 20, 45, 120, 240]), any::<bool>(), hours)
        .prop_map(|(every, weekdays_only, hours)| Usual { every: every * MINUTE, weekdays_only, hours })
}

/// How late each delivery is, from nothing to nearly the usual time.
fn lateness() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.0..0.9_f64, 97)
}

/// Stretches in which the door was open, over ten weeks.
fn doors() -> impl Strategy<Value = Vec<Stretch>> {
    prop::collection::vec((1_i64..72, 0_i64..48), 40).prop_map(|told| {
        let (mut at, mut stretches) = (monday(), Vec::new());
        for (open, closed) in told.into_iter().cycle().take_while({
            let mut hours = 0;
            move |(open, closed)| {
                hours += open + closed;
                hours < 10 * 7 * 24
            }
        }) {
            stretches.push(Stretch { from: at, until: at + open * HOUR });
            at += (open + closed) * HOUR;
        }
        stretches
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_source_that_keeps_its_rhythm_is_never_called_quiet(usual in usual(), late in lateness()) {
        let heard = usual.heard(6, |at| late[at % late.len()]);
        let from = heard.partition_point(|at| *at < monday() + 21 * DAY);
        for at in some_of(from, heard.len() - 1) {
            // Nothing shortens a silence, so its last moment tells of all of it.
            prop_assert!(!is_quiet(&heard[..=at], &everything(), heard[at + 1] - 1), "before delivery {at}");
        }
    }

    #[test]
    fn what_came_while_the_door_was_closed_is_not_missed(usual in usual(), late in lateness(), doors in doors()) {
        let mut heard = usual.heard(6, |at| late[at % late.len()]);
        heard.retain(|at| doors.iter().any(|door| (door.from..door.until).contains(at)));
        let from = heard.partition_point(|at| *at < monday() + 28 * DAY);
        for at in some_of(from.max(1), heard.len().saturating_sub(1)) {
            prop_assert!(!is_quiet(&heard[..=at], &doors, heard[at + 1] - 1), "before delivery {at}");
        }
    }

    #[test]
    fn a_source_that_stops_is_missed_in_time_and_until_it_sends_again(usual in usual(), late in lateness()) {
        let heard = usual.heard(6, |at| late[at % late.len()]);
        let (last, step) = (*heard.last().unwrap(), HOUR);
        let (mut waited, mut now, mut was) = (0, last, false);
        // Ten of its usual times at its usual hours, and two hours for what is not told by the minute.
        let patience = 10 * usual.every + 2 * HOUR;
        while now < last + 12 * DAY {
            now += step;
            waited += if usual.is_at(now) { step } else { 0 };
            let quiet = is_quiet(&heard, &everything(), now);
            prop_assert!(quiet || !was, "a warning that was given stands");
            prop_assert!(quiet || waited < patience + step, "{} min at usual hours are too long", waited / MINUTE);
            was = quiet;
        }
        let mut heard = heard;
        heard.push(now);
        prop_assert!(!is_quiet(&heard, &everything(), now + 20 * MINUTE), "a delivery ends it");
    }

    #[test]
    fn a_closed_door_is_no_silence(usual in usual(), days in 0_i64..400) {
        let heard = usual.heard(6, |_| 0.0);
        let last = *heard.last().unwrap();
        let doors = [Stretch { from: monday(), until: last + 20 * MINUTE }];
        prop_assert!(!is_quiet(&heard, &doors, last + days * DAY));
    }

    #[test]
    fn no_times_however_odd_make_it_fail(
        at in prop::collection::vec(-4_000_000_000_000_i64..9_000_000_000_000, 1..60),
        now in any::<i32>(),
    ) {
        let mut at = at;
        at.sort_unstable();
        let heard = noted(&at);
        let last = *at.last().unwrap();
        let now = last.saturating_add(i64::from(now) * 1000);
        let _any = (rhythm(&heard, &Utc), quiet(&heard, opened(&everything()), (last, now), &Utc));
    }
}
