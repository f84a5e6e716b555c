//! When the door was closed, as the command tells it.

use afterchat_archive::{Archive, Gap, GapQuestion, OpenEnded};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use serde_json::Value;

use crate::listening::{address, post};
use crate::program::{Bench, Running, chat};

const HOUR: i64 = 3_600_000;

fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}

fn before(now: Instant, millis: i64) -> Instant {
    Instant::from_millis(now.millis() - millis).expect("a moment")
}

fn open(bench: &Bench) -> Archive {
    Archive::open(&bench.path("archive"), now()).expect("an archive")
}

/// Smartsupp posted something ten hours ago, and the door was open until nine.
fn past(bench: &Bench) {
    let archive = open(bench);
    let now = now();
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: None,
        headers: Vec::new(),
        body: chat(1, "Is anybody there?").into_bytes(),
        received_at: before(now, 10 * HOUR),
    };
    archive.append_all(vec![delivery]).expect("kept");
    let (from, until) = (before(now, 11 * HOUR), before(now, 9 * HOUR));
    archive.was_open(from, until, Some(OpenEnded::Closed)).expect("noted");
    // What is news depends on what has been read.
    while archive.progress().is_ok_and(|progress| progress.done < progress.all) {
        std::thread::yield_now();
    }
    archive.close();
}

#[cfg(unix)]
#[test]
fn a_night_without_a_door_is_told_when_it_opens_and_among_deliveries() {
    let bench = Bench::new();
    past(&bench);
    let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
    assert_eq!(running.next()["event"], "listening");
    let told = running.next();
    assert_eq!((&told["event"], &told["began"]), (&"gap".into(), &"closed".into()));
    assert!(told["seconds"].as_i64().is_some_and(|seconds| (32_400..32_500).contains(&seconds)), "{told}");
    assert_eq!(running.stop().0.code(), Some(0));

    let rows = bench.lines(&["deliveries", "--json"]);
    let kinds: Vec<&Value> = rows.iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["gap", "hook"], "newest first: {rows:?}");
    assert_eq!(rows[0]["to"], told["to"]);
    let listed = bench.ok(&["deliveries"]);
    assert!(listed.contains("the door was closed until then") && listed.contains(" 9 h"), "{listed}");
    assert_eq!(bench.lines(&["deliveries", "--json", "--quarantined"]).len(), 0);
    let plain = bench.ok(&["source", "list", "--json"]);
    assert!(plain.contains(r#""health":{"last_at":"#), "{plain}");
}

#[cfg(unix)]
#[test]
fn the_real_program_tells_when_it_is_closed_and_leaves_open_what_a_kill_ended() {
    let bench = Bench::new();
    let gaps = |all| -> Vec<Gap> {
        let archive = open(&bench);
        archive
            .gaps(&GapQuestion { now: now(), before: None, after: None, all, limit: 10 })
            .expect("readable")
    };
    // Once it has told of a delivery, it also hears that it is to stop.
    let start = || {
        let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
        post(address(&running.next(), "any"), "POST", b"{}");
        assert_eq!(running.next()["event"], "delivery");
        running
    };
    for _ in 0..2 {
        assert_eq!(start().stop().0.code(), Some(0));
    }
    assert_eq!(gaps(true).iter().map(|gap| gap.began).collect::<Vec<_>>(), [Some(OpenEnded::Closed)]);
    start().kill();
    let running = start();
    // Another program that only looks holds no door open.
    bench.ok(&["deliveries"]);
    running.stop();
    let began: Vec<_> = gaps(true).iter().map(|gap| gap.began).collect();
    assert_eq!(began, [None, Some(OpenEnded::Closed), Some(OpenEnded::Closed)], "a kill says nothing");
    assert_eq!(gaps(false), [], "a restart of seconds is no news");
}
