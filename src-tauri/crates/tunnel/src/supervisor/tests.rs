//! The supervisor on a clock that stands still until everybody waits: hours pass in no time, and nothing races.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use url::Url;

use super::{Supervisor, Wish};
use crate::{
    Account, Address, Asker, Asking, Clock, Encryption, Event, Facts, Log, Plan, Probe, Readers, Run,
    Running, State, Status, Trouble, Tunnel,
};

/// A tunnel that does what its script says for the n-th start.
#[derive(Debug)]
struct Scripted {
    script: fn(u32, Run) -> Running,
    restarts: bool,
    house: Arc<House>,
}

/// What all scripted tunnels of a test share.
#[derive(Debug, Default)]
struct House {
    running: AtomicI32,
    most: AtomicI32,
    starts: AtomicU32,
    at: Mutex<Vec<Instant>>,
}

impl Tunnel for Scripted {
    fn facts(&self) -> Facts {
        Facts {
            address: Address::Changes,
            encryption: Encryption::None,
            readers: Readers::Everybody,
            account: Account::None,
        }
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            let house = &self.house;
            house.most.fetch_max(house.running.fetch_add(1, SeqCst) + 1, SeqCst);
            house.at.lock().unwrap().push(Instant::now());
            let ended = (self.script)(house.starts.fetch_add(1, SeqCst) + 1, run).await;
            house.running.fetch_sub(1, SeqCst);
            ended
        })
    }

    fn can_restart(&self) -> bool {
        self.restarts
    }
}

/// Reaches the door as long as `open` is true.
#[derive(Debug)]
struct World {
    probe: Arc<Probe>,
    open: AtomicBool,
    asked: AtomicU32,
}

impl Asker for World {
    fn ask(&self, url: Url, _: bool) -> Asking {
        self.asked.fetch_add(1, SeqCst);
        let answer = self.probe.answer(url.path().rsplit('/').next().unwrap_or_default());
        let open = self.open.load(SeqCst);
        Box::pin(async move {
            sleep(Duration::from_millis(20)).await;
            answer.filter(|_| open).map(String::into_bytes).ok_or_else(|| "530 for now".to_owned())
        })
    }
}

/// A wall clock that runs with tokio's and can run ahead, and no chance at all.
#[derive(Debug)]
struct Bench {
    began: Instant,
    ahead: AtomicU64,
}

impl Clock for Bench {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.began.elapsed() + Duration::from_secs(self.ahead.load(SeqCst))
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0xff);
    }
}

struct Stage {
    supervisor: Supervisor,
    world: Arc<World>,
    clock: Arc<Bench>,
    house: Arc<House>,
}

impl Stage {
    fn new() -> Self {
        let probe = Arc::new(Probe::new(&[7; 32]));
        let world =
            Arc::new(World { probe: probe.clone(), open: AtomicBool::new(true), asked: AtomicU32::new(0) });
        let clock = Arc::new(Bench { began: Instant::now(), ahead: AtomicU64::new(0) });
        let supervisor =
            Supervisor::new(Plan::default(), clock.clone(), world.clone(), probe, Log::default());
        Self { supervisor, world, clock, house: Arc::default() }
    }

    fn start(&self, known: Option<&str>, script: fn(u32, Run) -> Running) {
        self.start_as(known, true, script);
    }

    fn start_as(&self, known: Option<&str>, restarts: bool, script: fn(u32, Run) -> Running) {
        let tunnel = Arc::new(Scripted { script, restarts, house: self.house.clone() });
        let known = known.map(|known| known.parse().expect("a URL"));
        self.supervisor.start(Wish { tunnel, door: ([127, 0, 0, 1], 4790).into(), known });
    }

    async fn until(&self, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        let mut status = self.supervisor.status();
        let found =
            tokio::time::timeout(Duration::from_secs(7200), status.wait_for(|status| is(status))).await;
        found.unwrap_or_else(|_| panic!("{what} within two hours")).expect("supervised").clone()
    }

    async fn state(&self, state: State) -> Status {
        self.until(&format!("{state:?}"), |status| status.state == state).await
    }

    fn starts(&self) -> u32 {
        self.house.starts.load(SeqCst)
    }
}

fn url(start: u32) -> Url {
    format!("https://start-{start}.example").parse().expect("a URL")
}

/// Gives an address, another one at each start, and runs until it is stopped.
fn works(start: u32, run: Run) -> Running {
    Box::pin(async move {
        run.tell(Event::Assigned { url: url(start), chosen: false }).await;
        run.stop.cancelled().await;
        Trouble::passing("stopped", "stopped")
    })
}

/// The same, with one address for all starts.
fn stays(_: u32, run: Run) -> Running {
    works(0, run)
}

#[tokio::test(start_paused = true)]
async fn an_address_is_reachable_only_after_a_question_came_back() {
    let stage = Stage::new();
    stage.world.open.store(false, SeqCst);
    stage.start(None, works);
    let assigned = stage.state(State::Assigned).await;
    assert_eq!((assigned.url, assigned.proved), (Some(url(1)), None));
    let degraded = stage.state(State::Degraded).await;
    assert_eq!(degraded.trouble.map(|trouble| trouble.code), Some("not_reachable"));
    let waited = degraded.since.duration_since(assigned.since).expect("later");
    assert!(waited >= Duration::from_secs(60), "an edge may need a minute to know a new name: {waited:?}");
    assert_eq!(
        stage.starts(),
        1,
        "what never worked may only be out of reach from here; its address is kept"
    );
    stage.world.open.store(true, SeqCst);
    let reachable = stage.state(State::Reachable).await;
    assert!(reachable.proved.is_some() && reachable.trouble.is_none(), "{reachable:?}");
}

#[tokio::test(start_paused = true)]
async fn a_proof_grows_no_older_than_five_minutes() {
    let stage = Stage::new();
    stage.start(None, works);
    stage.state(State::Reachable).await;
    let before = stage.world.asked.load(SeqCst);
    sleep(Duration::from_secs(3600)).await;
    let asked = stage.world.asked.load(SeqCst) - before;
    assert!((11..=12).contains(&asked), "once in five minutes, in an hour {asked} times");
    stage.supervisor.prove();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(stage.world.asked.load(SeqCst) - before, asked + 1, "and when a person wishes");
}

#[tokio::test(start_paused = true)]
async fn three_questions_that_stay_out_start_the_tunnel_again() {
    let stage = Stage::new();
    stage.start(None, stays);
    stage.state(State::Reachable).await;
    stage.world.open.store(false, SeqCst);
    let degraded = stage.state(State::Degraded).await;
    assert!(degraded.retry_at.is_some(), "{degraded:?}");
    stage.world.open.store(true, SeqCst);
    let mended =
        stage.until("mended", |status| status.state == State::Reachable && status.generation == 2).await;
    assert!(mended.trouble.is_none(), "{mended:?}");
    assert_eq!((stage.starts(), stage.house.most.load(SeqCst)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_started_again_is_only_asked_again() {
    let stage = Stage::new();
    stage.start_as(None, false, stays);
    stage.state(State::Reachable).await;
    stage.world.open.store(false, SeqCst);
    let degraded = stage.state(State::Degraded).await;
    assert!(degraded.url.is_some() && degraded.retry_at.is_none(), "{degraded:?}");
    stage.world.open.store(true, SeqCst);
    stage.state(State::Reachable).await;
    assert_eq!(stage.starts(), 1);
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_tried_again_ever_more_slowly() {
    let stage = Stage::new();
    stage.start(None, |_, _| Box::pin(async { Trouble::passing("unreachable", "no") }));
    sleep(Duration::from_secs(300)).await;
    let at = stage.house.at.lock().unwrap().clone();
    let pauses: Vec<u64> = at.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
    // Chance is at its top here, just short of 1.
    assert!(pauses.len() > 7 && pauses.iter().all(|pause| *pause < 61), "{pauses:?}");
    assert!(pauses[1] < pauses[3] && pauses[3] < pauses[5] && pauses[0] <= 1, "{pauses:?}");
    stage.supervisor.stop().await;
    let starts = stage.starts();
    sleep(Duration::from_secs(300)).await;
    assert_eq!(stage.starts(), starts, "who stopped it is not surprised later");
}

#[tokio::test(start_paused = true)]
async fn lasting_trouble_is_not_tried_again() {
    for code in ["program_missing", "auth_refused", "host_key_changed", "port_refused"] {
        let stage = Stage::new();
        stage.start(
            None,
            match code {
                "program_missing" => |_, _| Box::pin(async { Trouble::lasting("program_missing", "no") }),
                "auth_refused" => |_, _| Box::pin(async { Trouble::lasting("auth_refused", "no") }),
                "host_key_changed" => |_, _| Box::pin(async { Trouble::lasting("host_key_changed", "no") }),
                _ => |_, _| Box::pin(async { Trouble::lasting("port_refused", "no") }),
            },
        );
        let stopped = stage.until(code, |status| status.trouble.is_some()).await;
        assert_eq!(
            (stopped.state, stopped.trouble.map(|trouble| trouble.code)),
            (State::Stopped, Some(code))
        );
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(stage.starts(), 1, "{code} mends itself by no second try");
    }
}

#[tokio::test(start_paused = true)]
async fn a_port_that_the_broken_session_still_holds_is_asked_for_again() {
    let stage = Stage::new();
    stage.start(None, |start, run| match start {
        1 => Box::pin(async move {
            run.tell(Event::Assigned { url: url(0), chosen: true }).await;
            sleep(Duration::from_secs(100)).await;
            Trouble::passing("lost", "cut")
        }),
        2 | 3 => Box::pin(async { Trouble::lasting("port_refused", "still in use") }),
        _ => works(0, run),
    });
    let back = stage.until("back", |status| status.state == State::Reachable && status.generation == 4).await;
    assert_eq!(back.url, Some(url(0)));
}

#[tokio::test(start_paused = true)]
async fn an_address_is_proved_anew_after_sleep() {
    let stage = Stage::new();
    stage.start(None, works);
    stage.state(State::Reachable).await;
    sleep(Duration::from_secs(10)).await;
    let before = stage.world.asked.load(SeqCst);
    stage.clock.ahead.store(20, SeqCst);
    sleep(Duration::from_secs(20)).await;
    assert_eq!(stage.world.asked.load(SeqCst), before, "a clock that is put right by seconds is no sleep");
    stage.clock.ahead.store(3600, SeqCst);
    sleep(Duration::from_secs(6)).await;
    assert_eq!(stage.world.asked.load(SeqCst), before + 1, "nobody knows what became of it meanwhile");
}

#[tokio::test(start_paused = true)]
async fn an_address_is_proved_anew_after_the_machine_stood_still() {
    let stage = Stage::new();
    stage.start(None, works);
    stage.state(State::Reachable).await;
    sleep(Duration::from_secs(10)).await;
    let before = stage.world.asked.load(SeqCst);
    tokio::time::advance(Duration::from_secs(20)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(stage.world.asked.load(SeqCst), before, "twenty seconds are a busy machine");
    // Where both clocks run on through sleep, nobody looks meanwhile.
    tokio::time::advance(Duration::from_secs(120)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(stage.world.asked.load(SeqCst), before + 1);
    let year = 365 * 24 * 3600;
    stage.clock.ahead.store(year, SeqCst);
    sleep(Duration::from_secs(20)).await;
    assert_eq!(stage.world.asked.load(SeqCst), before + 1, "a clock that is set a year ahead is no sleep");
}

#[tokio::test(start_paused = true)]
async fn a_changed_address_is_announced_until_something_arrives_on_it() {
    let stage = Stage::new();
    stage.start(Some("https://old.example"), works);
    let changed = stage.state(State::Changed).await;
    assert_eq!(changed.changed_from().map(Url::as_str), Some("https://old.example/"));
    stage.supervisor.delivered(Some("old.example".to_owned()));
    sleep(Duration::from_secs(1)).await;
    stage.state(State::Changed).await;
    stage.supervisor.delivered(Some("START-1.example".to_owned()));
    let settled = stage.state(State::Reachable).await;
    assert_eq!((settled.known, stage.starts()), (Some(url(1)), 1));
    // A restart brings another one; a person says that the services know it.
    stage.world.open.store(false, SeqCst);
    stage.state(State::Degraded).await;
    stage.world.open.store(true, SeqCst);
    let again = stage.state(State::Changed).await;
    assert_eq!((again.known, again.url), (Some(url(1)), Some(url(2))));
    stage.supervisor.told();
    assert_eq!(stage.state(State::Reachable).await.known, Some(url(2)));
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_that_names_no_address_is_started_again() {
    let stage = Stage::new();
    stage.start(None, |start, run| match start {
        1 => Box::pin(async move {
            run.stop.cancelled().await;
            Trouble::passing("stopped", "stopped")
        }),
        _ => works(start, run),
    });
    let degraded = stage.state(State::Degraded).await;
    assert_eq!(degraded.trouble.map(|trouble| trouble.code), Some("no_address"));
    stage.state(State::Reachable).await;
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_that_says_it_is_cut_off_is_degraded_until_it_is_proved() {
    let stage = Stage::new();
    stage.start(None, |_, run| {
        Box::pin(async move {
            run.tell(Event::Assigned { url: url(0), chosen: false }).await;
            sleep(Duration::from_secs(30)).await;
            run.tell(Event::Disconnected(Trouble::passing("lost", "no edge"))).await;
            run.stop.cancelled().await;
            Trouble::passing("stopped", "stopped")
        })
    });
    stage.state(State::Reachable).await;
    stage.state(State::Degraded).await;
    stage.state(State::Reachable).await;
    assert_eq!(stage.starts(), 1);
}

/// The last to speak before it goes, and in no hurry to go.
fn goes_slowly(start: u32, run: Run) -> Running {
    Box::pin(async move {
        run.tell(Event::Assigned { url: url(start), chosen: false }).await;
        run.stop.cancelled().await;
        run.tell(Event::Assigned { url: url(999), chosen: false }).await;
        sleep(Duration::from_secs(4)).await;
        run.tell(Event::Connected).await;
        Trouble::lasting("auth_refused", "late")
    })
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_until_everything_is_gone_and_late_words_are_not_heard() {
    let stage = Stage::new();
    stage.start(None, goes_slowly);
    stage.state(State::Reachable).await;
    stage.supervisor.stop().await;
    assert_eq!(stage.house.running.load(SeqCst), 0, "what was started is gone");
    let stopped = stage.state(State::Stopped).await;
    assert_eq!((stopped.url, stopped.trouble), (None, None));
    stage.start(None, goes_slowly);
    stage.start(None, works);
    let now = stage
        .until("the newest wish", |status| status.state == State::Reachable && status.url == Some(url(3)));
    now.await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(stage.supervisor.status().borrow().url, Some(url(3)), "an earlier start has nothing to say");
    assert_eq!(stage.house.most.load(SeqCst), 1, "two never run");
}

#[tokio::test(start_paused = true)]
async fn orders_in_any_rush_leave_what_the_last_one_wished() {
    let stage = Stage::new();
    // A fixed walk through all shapes of haste: a start, a stop that is waited for, one that is not, a pause.
    let mut turn = 1_u32;
    for _ in 0..300 {
        turn = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match turn >> 29 {
            0 | 1 => stage.start(None, goes_slowly),
            2 | 3 => stage.start(None, works),
            4 => stage.supervisor.stop().await,
            5 => drop(tokio::time::timeout(Duration::from_millis(1), stage.supervisor.stop()).await),
            6 => stage.start(None, |_, _| Box::pin(async { Trouble::passing("unreachable", "no") })),
            _ => sleep(Duration::from_millis(u64::from(turn % 7000))).await,
        }
    }
    stage.supervisor.stop().await;
    assert_eq!(stage.house.running.load(SeqCst), 0, "a stop is a stop");
    assert_eq!(stage.house.most.load(SeqCst), 1, "two never ran at once");
    stage.start(None, works);
    stage.state(State::Reachable).await;
    let Stage { supervisor, house, .. } = stage;
    drop(supervisor);
    tokio::time::timeout(Duration::from_secs(60), async {
        while house.running.load(SeqCst) > 0 {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await
    .expect("who drops the supervisor drops the tunnel");
}
