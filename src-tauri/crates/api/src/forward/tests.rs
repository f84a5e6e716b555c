//! Retries over hours, with real sockets and a clock that stands still until it is moved.

#[path = "../../tests/forward/target.rs"]
#[allow(dead_code, reason = "shared with the tests of the whole door, which use all of it")]
mod target;

use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, Standing, TargetSettings};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use tokio::sync::oneshot;
use tokio::time;

use super::Forwarder;
use target::{Act, PATIENCE, Recorder};

struct Still {
    _folder: tempfile::TempDir,
    archive: Archive,
    forwarder: Forwarder,
    /// While blocking work is under way tokio moves its clock only when it is told to. This is such work.
    _held: oneshot::Sender<()>,
}

impl Still {
    fn new() -> Self {
        time::pause();
        let (held, holding) = oneshot::channel::<()>();
        tokio::task::spawn_blocking(move || holding.blocking_recv());
        let folder = tempfile::tempdir().expect("a folder");
        let (begun, epoch) = (time::Instant::now(), 1_800_000_000_000);
        let clock = move || {
            let millis = i64::try_from(begun.elapsed().as_millis()).expect("tests are short");
            Instant::from_millis(epoch + millis).expect("a time")
        };
        let archive = Archive::open(folder.path(), clock()).expect("an archive");
        let forwarder = Forwarder::with_clock(archive.clone(), Arc::new(clock));
        forwarder.start();
        Self { _folder: folder, archive, forwarder, _held: held }
    }

    fn target(&self, name: &str, url: &str) {
        let settings = TargetSettings {
            name: name.to_owned(),
            url: url.to_owned(),
            before: false,
            pass_back: false,
            deadline: 10,
            credentials: false,
            numbered: true,
            quarantined: false,
        };
        self.archive.add_forward_target("any", settings, self.forwarder.now()).expect("a target");
        self.forwarder.decided();
    }

    async fn append(&self, body: &str) {
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: "any".to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: "/h/any/…".to_owned(),
            query: None,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            received_at: self.forwarder.now(),
        };
        self.archive.append(delivery).await.expect("kept");
        self.forwarder.nudge();
    }

    /// Waits, in real time, until the target stands like this.
    async fn until(&self, what: &str, holds: impl Fn(&Standing) -> bool) -> Standing {
        let deadline = Moment::now() + PATIENCE;
        loop {
            let standing = self.archive.forwarding("any").expect("targets").remove(0);
            if holds(&standing) {
                return standing;
            }
            assert!(Moment::now() < deadline, "{what}: {standing:?}");
            tokio::task::yield_now().await;
        }
    }

    /// Waits, in real time, for the next request at a target, and tells its body.
    async fn arrival(&self, recorder: &Recorder) -> String {
        let deadline = Moment::now() + PATIENCE;
        loop {
            if let Some(body) = recorder.body_by_now() {
                return body;
            }
            assert!(Moment::now() < deadline, "a request reaches the target in time");
            tokio::task::yield_now().await;
        }
    }

    /// Waits until this many attempts were made, and tells how long it is to the next: whole seconds, spread or not.
    async fn attempts(&self, count: i64) -> Option<i64> {
        let made = |standing: &Standing| {
            !standing.under_way && standing.last.as_ref().is_some_and(|last| last.number == count)
        };
        let standing = self.until(&format!("{count} attempts"), made).await;
        standing.next_at.map(|next| (next.millis() - self.forwarder.now().millis() + 999) / 1000)
    }
}

fn between(found: Option<i64>, least: i64) {
    let most = least + least / 5;
    assert!(found.is_some_and(|found| (least..=most).contains(&found)), "{found:?} is {least} to {most} s");
}

#[tokio::test]
async fn a_delivery_is_tried_seven_times_over_hours_and_then_given_up() {
    let still = Still::new();
    let recorder = Recorder::always(500);
    still.target("there", &recorder.url);
    still.append("one").await;
    for (count, pause) in (1..).zip([5, 30, 120, 600, 3600, 21_600]) {
        between(still.attempts(count).await, pause);
        assert_eq!(still.arrival(&recorder).await, "one");
        time::advance(Duration::from_secs(u64::try_from(pause).expect("positive") - 1)).await;
        assert!(recorder.nothing_more(), "not before its time");
        time::advance(Duration::from_secs(u64::try_from(pause / 5).expect("positive") + 2)).await;
    }
    assert_eq!(still.attempts(7).await, None);
    let standing = still.until("it is given up", |standing| standing.dead == 1).await;
    assert_eq!(standing.waiting, 0);
    still.forwarder.stop().await;
}

#[tokio::test]
async fn a_target_that_comes_back_gets_what_waited() {
    let still = Still::new();
    let recorder = Recorder::start(|number| match number {
        0 => Act::status(503),
        1 => Act::answer(429, "Retry-After: 300\r\n", "not so fast"),
        _ => Act::status(200),
    });
    still.target("there", &recorder.url);
    still.append("one").await;
    between(still.attempts(1).await, 5);
    time::advance(Duration::from_secs(7)).await;
    let pause = still.attempts(2).await;
    assert!(pause.is_some_and(|pause| (299..=300).contains(&pause)), "it asked for it: {pause:?}");
    // Meanwhile another is sent: one that failed holds up no other.
    still.append("two").await;
    for body in ["one", "one", "two"] {
        assert_eq!(still.arrival(&recorder).await, body);
    }
    // An attempt that is under way would run out of time with the clock.
    still.until("the other arrived", |standing| standing.forwarded == 1 && !standing.under_way).await;
    time::advance(Duration::from_secs(301)).await;
    assert_eq!(still.arrival(&recorder).await, "one");
    still.until("both arrived", |standing| standing.forwarded == 2 && standing.waiting == 0).await;
    still.forwarder.stop().await;
}

#[tokio::test]
async fn a_target_that_hangs_is_left_after_its_deadline() {
    let still = Still::new();
    let recorder = Recorder::start(|number| if number == 0 { Act::Hang } else { Act::status(200) });
    still.target("there", &recorder.url);
    still.append("one").await;
    still.arrival(&recorder).await;
    still.until("it is under way", |standing| standing.under_way).await;
    time::advance(Duration::from_secs(11)).await;
    between(still.attempts(1).await, 5);
    let last = still.until("it is noted", |standing| standing.last.is_some()).await.last.expect("an attempt");
    assert_eq!(last.attempt.code.as_deref(), Some("answer_too_slow"));
    time::advance(Duration::from_secs(7)).await;
    assert_eq!(still.arrival(&recorder).await, "one");
    still.until("it arrived", |standing| standing.forwarded == 1).await;
    still.forwarder.stop().await;
}
