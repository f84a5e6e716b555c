//! An open door on two clocks that a test moves: what the archive then knows of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use afterchat_archive::{Archive, Gap, GapQuestion, OpenEnded};
use afterchat_transcript::Instant;
use afterchat_tunnel::{Clock, Watch};
use tokio::time::Instant as Run;

use super::course::{Course, Deed};
use super::{Presence, carry_out, instant};

const BEGIN: Duration = Duration::from_secs(1_800_000_000);
const YEAR: i64 = 365 * 24 * 3600;

fn seconds(at: Instant) -> i64 {
    at.millis() / 1000 - BEGIN.as_secs().cast_signed()
}

fn gaps_of(archive: &Archive) -> Vec<(i64, i64, Option<OpenEnded>)> {
    let now = Instant::from_millis(i64::try_from(BEGIN.as_millis()).expect("a time") + 10 * YEAR * 1000);
    let now = now.expect("a time");
    let question = GapQuestion { now, before: None, after: None, all: true, limit: 100 };
    let told = |gap: Gap| (seconds(gap.from), seconds(gap.to), gap.began);
    archive.gaps(&question).expect("readable").into_iter().rev().map(told).collect()
}

/// A door that is open, and the two clocks it is looked at by.
struct Bench {
    archive: Archive,
    course: Option<Course>,
    watch: Watch,
    wall: SystemTime,
    run: Run,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (wall, run) = (SystemTime::UNIX_EPOCH + BEGIN, Run::now());
        let archive = Archive::open(folder.path(), instant(wall)).expect("an archive");
        let mut bench =
            Self { archive, course: None, watch: Watch::new(wall, run), wall, run, _folder: folder };
        bench.begin().await;
        bench
    }

    async fn begin(&mut self) {
        let (course, deed) = Course::begin(self.wall, self.run);
        self.watch = Watch::new(self.wall, self.run);
        self.course = Some(course);
        carry_out(&self.archive, deed).await;
    }

    /// The forward clock runs so many seconds, looked at every five; each time the wall moves by as much.
    async fn runs(&mut self, time: u64) {
        for _ in 0..time / 5 {
            self.moves(5, 5).await;
        }
    }

    /// One look after the forward clock ran so many seconds and the wall moved by so many.
    async fn moves(&mut self, ran: u64, walled: i64) {
        self.run += Duration::from_secs(ran);
        let by = Duration::from_secs(walled.unsigned_abs());
        self.wall = if walled < 0 { self.wall - by } else { self.wall + by };
        let happened = self.watch.look(self.wall, self.run);
        let course = self.course.as_mut().expect("the door is open");
        for deed in course.looked(self.wall, self.run, happened) {
            tell(&self.archive, deed).await;
        }
    }

    /// It is closed, or killed without a word.
    async fn ends(&mut self, killed: bool) {
        let course = self.course.take().expect("the door is open");
        if !killed {
            carry_out(&self.archive, course.end(self.wall)).await;
        }
    }

    /// It is opened again after so many seconds.
    async fn again(&mut self, after: i64) {
        let by = Duration::from_secs(after.unsigned_abs());
        self.wall = if after < 0 { self.wall - by } else { self.wall + by };
        self.begin().await;
    }
}

/// A heartbeat is noted by and by; here it is to be there at once.
async fn tell(archive: &Archive, deed: Deed) {
    match deed {
        Deed::StillOpen { from, until } => {
            archive.was_open(instant(from), instant(until), None).expect("noted");
        }
        other => carry_out(archive, other).await,
    }
}

#[tokio::test(start_paused = true)]
async fn closing_is_told_to_the_second_and_a_kill_to_half_a_minute() {
    let mut bench = Bench::new().await;
    bench.runs(3600).await;
    bench.ends(false).await;
    bench.again(600).await;
    bench.runs(115).await;
    bench.ends(true).await;
    bench.again(600).await;
    let gaps = gaps_of(&bench.archive);
    assert_eq!(gaps[0], (3600, 4200, Some(OpenEnded::Closed)));
    assert_eq!(gaps[1], (4290, 4915, None), "open until 4315, told until 25 seconds before");
    assert_eq!(gaps.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn sleep_is_a_gap_that_says_so() {
    let mut bench = Bench::new().await;
    bench.runs(100).await;
    bench.moves(5, 8 * 3600).await;
    bench.runs(60).await;
    assert_eq!(gaps_of(&bench.archive), [(100, 28_900, Some(OpenEnded::Slept))]);
    // Where the forward clock runs on through sleep.
    bench.moves(600, 600).await;
    assert_eq!(gaps_of(&bench.archive)[1], (28_960, 29_560, Some(OpenEnded::Slept)));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_makes_no_gap() {
    for moved in [YEAR, -24 * 3600, -3600] {
        let mut bench = Bench::new().await;
        bench.runs(300).await;
        bench.moves(5, moved).await;
        bench.runs(60).await;
        assert_eq!(gaps_of(&bench.archive), [], "set by {moved} s");
        bench.moves(5, 10 - moved).await;
        bench.runs(60).await;
        bench.ends(false).await;
        assert_eq!(gaps_of(&bench.archive), [], "set by {moved} s and put right");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_ahead_by_an_hour_looks_like_sleep_until_it_is_put_right() {
    let mut bench = Bench::new().await;
    bench.runs(300).await;
    bench.moves(5, 3605).await;
    bench.runs(60).await;
    assert_eq!(gaps_of(&bench.archive), [(300, 3905, Some(OpenEnded::Slept))], "nothing tells them apart");
    bench.moves(5, -3595).await;
    bench.runs(60).await;
    bench.ends(false).await;
    assert_eq!(gaps_of(&bench.archive), [], "now it is known");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_begins_with_a_wrong_clock_is_dated_when_it_is_put_right() {
    for wrong in [YEAR, -10 * YEAR] {
        let mut bench = Bench::new().await;
        bench.runs(60).await;
        bench.ends(false).await;
        bench.again(300 + wrong).await;
        bench.runs(90).await;
        bench.moves(5, 5 - wrong).await;
        bench.runs(60).await;
        bench.ends(false).await;
        let gaps: Vec<_> = gaps_of(&bench.archive).into_iter().filter(|(from, ..)| *from >= 0).collect();
        assert_eq!(gaps, [(60, 360, Some(OpenEnded::Closed))], "wrong by {wrong} s");
    }
}

/// A wall clock that a test sets.
#[derive(Debug)]
struct Wall(AtomicI64);

impl Clock for Wall {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + BEGIN + Duration::from_secs(self.0.load(SeqCst).unsigned_abs())
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[tokio::test]
async fn the_archive_knows_of_two_doors_until_the_last_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(Wall(AtomicI64::new(0)));
    let archive = Archive::open(folder.path(), instant(clock.now())).expect("an archive");
    let presence = Presence::new(archive.clone(), clock.clone());
    presence.opened().await;
    presence.opened().await;
    clock.0.store(10, SeqCst);
    presence.closed().await;
    clock.0.store(20, SeqCst);
    presence.closed().await;
    clock.0.store(100, SeqCst);
    presence.opened().await;
    presence.closed().await;
    assert_eq!(gaps_of(&archive), [(20, 100, Some(OpenEnded::Closed))], "each is told before it comes back");
}
