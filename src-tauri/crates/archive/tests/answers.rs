//! What is noted of answers and of requests that were not taken.

use std::time::Duration;

use afterchat_archive::{Archive, DeliveryId, Refusal, RefusalReason, Said, Told};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use tempfile::TempDir;

fn now() -> Instant {
    "2026-11-20T20:00:00.000Z".parse().expect("a time")
}

fn archive() -> (Archive, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (Archive::open(folder.path(), now()).expect("an archive"), folder)
}

fn delivery(body: &[u8]) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "any".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/any/…".to_owned(),
        query: Some("a=1".to_owned()),
        headers: vec![Header { name: "X-Own".to_owned(), value: b"\xff".to_vec() }],
        body: body.to_vec(),
        received_at: now(),
    }
}

fn append(archive: &Archive, body: &[u8]) -> DeliveryId {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(archive.append(delivery(body))).expect("it is kept")
}

fn told(delivery: DeliveryId) -> Told {
    Told {
        delivery,
        status: Some(503),
        body: Some(b"later".to_vec()),
        because: Some("503 x2, 200".to_owned()),
        receiving: Duration::from_micros(10),
        committing: Duration::from_micros(400),
        answering: Duration::from_millis(12),
        left: Some(Duration::from_millis(9)),
        handed: true,
    }
}

#[test]
fn what_a_service_was_told_outlives_a_rebuild_and_a_restart() {
    let (archive, folder) = archive();
    let first = append(&archive, b"1");
    archive.told(told(first));
    // A delivery after it carries the note along; closing writes what is left.
    let second = append(&archive, b"2");
    archive.told(Told { status: None, ..told(second) });
    archive.rebuild().expect("a rebuild");
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    assert_eq!(archive.answer_to(first).expect("the archive"), Some(told(first)));
    assert_eq!(archive.answer_to(second).expect("the archive"), Some(Told { status: None, ..told(second) }));
    assert_eq!(archive.answer_to(DeliveryId(3)).expect("the archive"), None, "nothing was noted of others");
}

#[test]
fn a_note_about_a_delivery_that_is_not_there_costs_no_other() {
    let (archive, folder) = archive();
    archive.told(told(DeliveryId(99)));
    let kept = append(&archive, b"kept");
    archive.told(told(kept));
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    assert_eq!(archive.answer_to(kept).expect("the archive"), Some(told(kept)));
    assert_eq!(archive.answer_to(DeliveryId(99)).expect("the archive"), None);
}

fn refusal(body: &[u8]) -> Refusal {
    Refusal::new(&delivery(body), RefusalReason::TooLong, Some(413), 1 << 40, None)
}

#[test]
fn a_refused_request_is_listed_with_what_arrived_and_is_no_delivery() {
    let (archive, folder) = archive();
    archive.refused(refusal(&vec![7; 100_000]));
    archive.refused(Refusal { source: "other".to_owned(), status: None, ..refusal(b"") });
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    assert_eq!(archive.newest_delivery().expect("the journal"), 0, "the journal holds deliveries only");
    assert_eq!(archive.refused_count().expect("the archive"), (2, Some(now())));
    let all = archive.refusals(None, None, 10).expect("the archive");
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [2, 1], "newest first");
    assert_eq!(all[1], Refusal { id: 1, ..refusal(&vec![7; 64 * 1024]) }, "the first 64 KiB are kept");
    assert_eq!((all[0].status, all[0].body.len()), (None, 0));
    let of_one = archive.refusals(Some("any"), None, 10).expect("the archive");
    assert_eq!(of_one, [all[1].clone()]);
    assert_eq!(archive.refusals(None, Some(2), 10).expect("the archive"), [all[1].clone()], "the next page");
    assert_eq!(archive.refusal(1).expect("it is listed"), all[1]);
    assert_eq!(archive.refusal(3).expect_err("there is none").code(), "not_found");
}

#[test]
fn a_flood_of_refused_requests_is_counted_and_not_kept() {
    let (archive, folder) = archive();
    for _ in 0..5_000 {
        archive.refused(refusal(&[7; 1_000]));
    }
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    let (kept, _) = archive.refused_count().expect("the archive");
    assert!((1..200).contains(&kept), "{kept} rows of 5,000: a flood must not fill the disk");
    let counted: u32 =
        archive.refusals(None, None, 5_000).expect("the archive").iter().map(|one| one.passed_over).sum();
    assert!(i64::from(counted) + kept <= 5_000, "none is counted twice");
}

fn set(archive: &Archive, plan: &str) {
    let plan = plan.parse().expect("a plan");
    let source = archive.set_answer_plan("any", Some(&plan), now()).expect("a source");
    assert_eq!(source.answer.map(|planned| planned.plan.to_string()), Some(plan.to_string()));
}

/// The status of the answer to a delivery with this body, or 0 where everything is as usual.
fn status(archive: &Archive, body: &[u8]) -> u16 {
    let id = append(archive, body);
    let planned = archive.planned_answer(id, &delivery(body), false).expect("the archive");
    match planned.map(|planned| planned.step.said) {
        None | Some(Said::Usual) => 0,
        Some(Said::Drop) => 1,
        Some(Said::Own { status, .. }) => status,
    }
}

#[test]
fn a_sequence_goes_on_after_a_restart_and_begins_anew_when_it_is_set() {
    let (archive, folder) = archive();
    assert_eq!(status(&archive, b"0"), 0, "without a plan everything is as usual");
    set(&archive, "503 x2, 429 x1");
    assert_eq!(status(&archive, b"1"), 503);
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    let given =
        |archive: &Archive| archive.answers_given(&archive.sources().expect("sources").pop().expect("any"));
    assert_eq!(given(&archive), 1, "how far it has come is remembered");
    assert_eq!([2, 3, 4].map(|number: u8| status(&archive, &[number])), [503, 429, 0]);
    archive.rebuild().expect("a rebuild");
    assert_eq!(status(&archive, b"5"), 0, "a rebuild changes nothing of it");
    let later = "2026-11-20T20:00:01.000Z".parse().expect("a time");
    let plan = "drop".parse().expect("a plan");
    archive.set_answer_plan("any", Some(&plan), later).expect("a source");
    assert_eq!((given(&archive), status(&archive, b"6")), (0, 1), "a new plan begins with its first step");
    archive.set_answer_plan("any", None, later).expect("a source");
    assert_eq!(status(&archive, b"7"), 0);
    assert_eq!(archive.set_answer_plan("nobody", None, later).expect_err("no source").code(), "not_found");
}

#[test]
fn each_event_runs_through_a_plan_by_itself_also_after_a_restart() {
    let (archive, folder) = archive();
    set(&archive, "per event: 503 x2, 200");
    assert_eq!([b"a", b"b", b"a"].map(|body| status(&archive, body)), [503, 503, 503]);
    settle(&archive);
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    assert_eq!([b"a", b"b", b"b"].map(|body| status(&archive, body)), [200, 503, 200]);
}

#[test]
fn a_plan_for_one_run_goes_before_all_others_and_is_not_kept() {
    let (archive, folder) = archive();
    set(&archive, "429");
    let later = "2026-11-20T20:00:01.000Z".parse().expect("a time");
    assert!(archive.answer_for_this_run("503 x1, as usual".parse().expect("a plan"), later));
    assert!(archive.has_answer_plan("a source without a plan of its own"));
    assert_eq!([b"a", b"b"].map(|body| status(&archive, body)), [503, 0]);
    assert!(!archive.answer_for_this_run("drop".parse().expect("a plan"), later), "a run has one plan");
    archive.close();
    let archive = Archive::open(folder.path(), now()).expect("the same archive");
    assert_eq!(status(&archive, b"c"), 429, "the next run knows nothing of it");
}

#[test]
fn what_is_in_quarantine_takes_no_step_unless_the_plan_says_so() {
    let (archive, _folder) = archive();
    let refused = |archive: &Archive| {
        archive.planned_answer(append(archive, b"r"), &delivery(b"r"), true).expect("the archive")
    };
    set(&archive, "503 x1");
    assert_eq!(refused(&archive), None, "401 goes before the plan");
    assert_eq!(status(&archive, b"1"), 503, "and uses nothing of it up");
    let later = "2026-11-20T20:00:01.000Z".parse().expect("a time");
    let plan = "quarantine too: 503 x1".parse().expect("a plan");
    archive.set_answer_plan("any", Some(&plan), later).expect("a source");
    assert!(refused(&archive).is_some_and(|planned| planned.because.contains("answer 1 of")));
}

/// Waits until everything in the journal was read.
fn settle(archive: &Archive) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut changes = archive.changes();
    while archive.progress().is_ok_and(|progress| progress.done < progress.all) {
        runtime.block_on(changes.changed()).expect("the archive is open");
    }
}

#[test]
fn the_attempts_of_an_event_are_joined_and_a_rebuild_joins_the_same() {
    let (archive, _folder) = archive();
    let first = append(&archive, b"a");
    append(&archive, b"b");
    let second = append(&archive, b"a");
    archive.told(told(second));
    let third = append(&archive, b"a");
    let look = || {
        settle(&archive);
        let attempts = archive.attempts(second).expect("the archive");
        let around: Vec<_> = attempts.around.iter().map(|one| (one.delivery, one.number)).collect();
        (attempts.all, around, attempts.around[1].told.clone())
    };
    let before = look();
    assert_eq!((before.0, &before.1), (3, &vec![(first, 1), (second, 2), (third, 3)]));
    assert_eq!(before.2, Some(told(second)), "with what each was answered");
    archive.rebuild().expect("a rebuild");
    assert_eq!(look(), before);
}

#[test]
fn of_very_many_attempts_those_around_one_are_listed() {
    let (archive, _folder) = archive();
    for _ in 0..300 {
        append(&archive, b"a");
    }
    settle(&archive);
    let attempts = archive.attempts(DeliveryId(150)).expect("the archive");
    let numbers: Vec<i64> = attempts.around.iter().map(|one| one.number).collect();
    assert_eq!((attempts.all, numbers), (300, (50..=250).collect()));
}
