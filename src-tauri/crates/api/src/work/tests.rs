//! Long work through the doors the hosts use: queries, acts and the change number.

use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Ending, Work};
use crate::types::{RecordOutcome, WorkKind, WorkState};
use crate::{Api, Failure};

struct Bench {
    api: Api,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { api: Api::open(&folder.path().join("archive")).unwrap(), _folder: folder }
    }

    fn begin(
        &self,
        title: &str,
        run: impl FnOnce(&Work) -> Result<Ending, Failure> + Send + 'static,
    ) -> String {
        let work = self.api.works.open(WorkKind::Import, title);
        let id = work.id();
        work.run(run);
        id
    }

    async fn row(&self, id: &str) -> Option<Value> {
        let answer = self.api.query("work", json!({})).await.unwrap();
        answer["rows"].as_array().unwrap().iter().find(|row| row["id"] == id).cloned()
    }

    /// Follows the change number, as a host does, until the work is in this state.
    async fn until(&self, id: &str, state: WorkState) -> Value {
        let mut changes = self.api.changes();
        let reached = async {
            loop {
                changes.borrow_and_update();
                let row = self.row(id).await.unwrap();
                if row["state"] == serde_json::to_value(state).unwrap() {
                    return row;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reached).await.expect("a host must hear of it")
    }

    async fn act(&self, name: &str, id: &str) -> Result<Value, Failure> {
        self.api.act(name, json!({ "id": id })).await
    }
}

/// Goes on until it is cancelled.
fn endless(work: &Work) -> Result<Ending, Failure> {
    tokio::runtime::Handle::current().block_on(work.cancelled());
    assert!(work.is_cancelled());
    Ok(Ending::Cancelled)
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_shown_and_the_outcome_stays_until_it_is_dismissed() {
    let bench = Bench::new();
    let (go_on, wait) = mpsc::channel::<()>();
    let id = bench.begin("saved.zip", move |work| {
        work.at(3, Some(10), Some("a.json"));
        work.report(|report| report.push("a.json", 1, RecordOutcome::New, None, None));
        wait.recv().unwrap();
        work.at(10, Some(10), None);
        Ok(Ending::Done)
    });
    let row = bench.until(&id, WorkState::Running).await;
    assert_eq!((&row["kind"], &row["title"]), (&json!("import"), &json!("saved.zip")));
    let refused = bench.act("dismiss_work", &id).await.unwrap_err();
    assert_eq!(refused.code, "work_running", "what still runs cannot be forgotten");
    go_on.send(()).unwrap();
    let row = bench.until(&id, WorkState::Done).await;
    assert_eq!((&row["done"], &row["all"]), (&json!(10), &json!(10)));
    assert_eq!(row["records"], json!([{ "outcome": "new", "count": 1 }]));
    assert!(row.get("at").is_none(), "what has ended is busy with nothing");
    assert!(row["ended_at"].is_string());
    assert_eq!(
        bench.act("cancel_work", &id).await.unwrap(),
        json!({ "changed": 0 }),
        "it is too late to cancel"
    );
    bench.act("dismiss_work", &id).await.unwrap();
    assert_eq!(bench.row(&id).await, None);
    assert_eq!(bench.act("dismiss_work", &id).await.unwrap_err().code, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_one_kind_goes_one_after_another_and_can_be_cancelled_while_it_waits() {
    let bench = Bench::new();
    let first = bench.begin("first", endless);
    bench.until(&first, WorkState::Running).await;
    let second = bench.begin("second", |_| unreachable!("it was cancelled before its turn"));
    let third = bench.begin("third", |_| Ok(Ending::Done));
    assert_eq!(bench.row(&second).await.unwrap()["state"], "waiting");
    bench.act("cancel_work", &second).await.unwrap();
    bench.until(&second, WorkState::Cancelled).await;
    assert_eq!(bench.row(&third).await.unwrap()["state"], "waiting", "the first still runs");
    bench.act("cancel_work", &first).await.unwrap();
    bench.until(&first, WorkState::Cancelled).await;
    bench.until(&third, WorkState::Done).await;
    let answer = bench.api.query("work", json!({})).await.unwrap();
    let titles: Vec<&str> =
        answer["rows"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["third", "second", "first"], "the newest stands first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_and_a_mistake_in_the_program_are_both_told() {
    let bench = Bench::new();
    let failed = bench.begin("failed", |_| Err(Failure::new("disk_full", "The disk is full.")));
    let row = bench.until(&failed, WorkState::Failed).await;
    assert_eq!(row["failure"]["code"], "disk_full");
    let broken = bench.begin("broken", |work| panic!("a mistake in work {}", work.id()));
    let row = bench.until(&broken, WorkState::Failed).await;
    assert_eq!(row["failure"]["code"], "internal");
    let next = bench.begin("next", |_| Ok(Ending::Done));
    bench.until(&next, WorkState::Done).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_cancels_what_runs_and_waits_for_it() {
    let bench = Bench::new();
    let runs = bench.begin("runs", endless);
    let waits = bench.begin("waits", endless);
    bench.until(&runs, WorkState::Running).await;
    bench.api.close().await;
    let states: Vec<WorkState> = bench.api.works.rows().into_iter().map(|row| row.state).collect();
    assert_eq!(states, [WorkState::Cancelled; 2], "{runs} and {waits}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_that_is_dropped_counts_as_cancelled() {
    let bench = Bench::new();
    let work = bench.api.works.open(WorkKind::Import, "upload");
    let id = work.id();
    drop(work);
    bench.until(&id, WorkState::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_hear_of_much_progress_rarely_and_of_the_last_always() {
    let bench = Bench::new();
    let changes = bench.api.changes();
    let before = *changes.borrow();
    let id = bench.begin("busy", |work| {
        for done in 0..20_000 {
            work.at(done, Some(20_000), None);
        }
        Ok(Ending::Done)
    });
    let started = std::time::Instant::now();
    bench.until(&id, WorkState::Done).await;
    let allowed = 3 + i64::try_from(started.elapsed().as_millis() / 100).unwrap();
    let told = *changes.borrow() - before;
    assert!(told <= allowed, "told {told} times where {allowed} were allowed");
}
