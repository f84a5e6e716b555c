//! The outbox: which delivery is due where, who may send it, and what is remembered of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{
    Archive, ArchiveError, Asker, Attempt, DeliveryId, ForwardState, JournalQuestion, Lease, Settled,
    Signature, Standing, Taken, Target, TargetSettings,
};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};

/// A moment so many seconds after the test's beginning.
fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

fn settings(name: &str) -> TargetSettings {
    TargetSettings {
        name: name.to_owned(),
        url: format!("http://127.0.0.1:9/{name}"),
        before: false,
        pass_back: false,
        deadline: 10,
        credentials: false,
        numbered: true,
        quarantined: false,
    }
}

struct Fresh {
    folder: tempfile::TempDir,
    archive: Archive,
}

impl Fresh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), folder }
    }

    fn target(&self, name: &str) -> Target {
        self.archive.add_forward_target("any", settings(name), at(0)).unwrap()
    }

    fn append_as(&self, source: &str, kind: DeliveryKind, refused: bool, seconds: i64) -> DeliveryId {
        let delivery = Delivery {
            kind,
            source: source.to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: format!("/h/{source}/…"),
            query: None,
            headers: Vec::new(),
            body: format!("{seconds}").into_bytes(),
            received_at: at(seconds),
        };
        let signature = refused.then(|| Signature {
            doubt: Some(afterchat_archive::Doubt::Wrong),
            scheme: "X-Test".to_owned(),
            secret: None,
            refused: true,
            accepted_at: None,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.archive.append_examined(delivery, signature)).unwrap()
    }

    fn append(&self, seconds: i64) -> DeliveryId {
        self.append_as("any", DeliveryKind::Hook, false, seconds)
    }

    fn take(&self, holder: &str, seconds: i64) -> Taken {
        take(&self.archive, holder, seconds)
    }

    /// Takes and settles until nothing is due; tells what went where, in order.
    fn drain(&self, seconds: i64, settled: Settled) -> Vec<(String, i64)> {
        let mut went = Vec::new();
        loop {
            let taken = self.take("me", seconds);
            for lease in &taken.leases {
                assert!(self.settle(lease, seconds, settled), "its target is there");
                went.push((lease.target.settings.name.clone(), lease.delivery.0));
            }
            if taken.leases.is_empty() && taken.next_at.is_none_or(|next| next > at(seconds)) {
                return went;
            }
        }
    }

    fn settle(&self, lease: &Lease, seconds: i64, settled: Settled) -> bool {
        let status = if settled == Settled::Done { 200 } else { 503 };
        self.archive.settle_forward(lease, attempt(seconds, status), settled).unwrap()
    }

    fn standing(&self) -> Standing {
        self.archive.forwarding("any").unwrap().remove(0)
    }

    fn state(&self, delivery: DeliveryId) -> Option<ForwardState> {
        self.archive.forwards_of(delivery).unwrap().first().map(|(_, forwarded)| forwarded.state)
    }
}

fn take(archive: &Archive, holder: &str, seconds: i64) -> Taken {
    archive.take_forwards(&Asker { holder, runs: &[], busy: &[], most: 8 }, at(seconds)).unwrap()
}

fn attempt(seconds: i64, status: u16) -> Attempt {
    Attempt {
        at: at(seconds),
        took: Duration::from_millis(7),
        status: Some(status),
        code: None,
        words: None,
        answer: b"well".to_vec(),
    }
}

#[test]
fn a_target_gets_what_arrives_after_it_was_added_in_order() {
    let fresh = Fresh::new();
    fresh.append(1);
    let first = fresh.target("first");
    let ids = [fresh.append(2), fresh.append(3)];
    fresh.append_as("smartsupp", DeliveryKind::Hook, false, 4);
    fresh.append_as("any", DeliveryKind::Import, false, 5);
    fresh.target("second");
    let last = fresh.append(6);
    assert_eq!(fresh.standing().waiting, 3, "what nobody has looked at yet waits, too");

    let mut went = fresh.drain(10, Settled::Done);
    let second = went.iter().position(|(name, _)| name == "second").unwrap();
    assert_eq!(went.remove(second), ("second".to_owned(), last.0), "only what came after it was added");
    assert_eq!(went, [ids[0], ids[1], last].map(|id| ("first".to_owned(), id.0)), "in order of arrival");
    let standing = fresh.standing();
    assert_eq!((standing.waiting, standing.dead, standing.forwarded), (0, 0, 3));
    let answered = standing.last.unwrap();
    assert_eq!((answered.delivery, answered.attempt), (last, attempt(10, 200)));
    assert_eq!(
        fresh.archive.forward_log(first.id, Some(3), 9).unwrap().len(),
        2,
        "pages run along the number"
    );
    assert_eq!(fresh.take("me", 11).next_at, None, "with nothing to send nobody needs to look again");
}

#[test]
fn of_two_programs_one_sends_and_a_dead_one_loses_nothing() {
    let fresh = Fresh::new();
    fresh.target("there");
    let (one, two) = (fresh.append(1), fresh.append(2));
    let other = Archive::open(fresh.folder.path(), at(1)).unwrap();

    let mine = fresh.take("me", 3);
    assert_eq!(mine.leases.iter().map(|lease| lease.delivery).collect::<Vec<_>>(), [one]);
    let theirs = take(&other, "they", 3);
    assert!(theirs.leases.is_empty(), "one after the other, whoever sends");
    assert_eq!(theirs.next_at, Some(at(18)), "they look again when my lease has run out");
    assert!(fresh.settle(&mine.leases[0], 4, Settled::Done));
    let theirs = take(&other, "they", 4);
    assert_eq!(theirs.leases[0].delivery, two);

    // They were killed. Their lease lasts for the attempt and a little longer.
    assert!(fresh.take("me", 18).leases.is_empty());
    let again = fresh.take("me", 19);
    assert_eq!((again.leases[0].delivery, again.leases[0].tries), (two, 0), "it is sent, perhaps twice");
    // They were only slow. What they did is noted; what follows is mine to say.
    assert!(other.settle_forward(&theirs.leases[0], attempt(5, 500), Settled::Dead).unwrap());
    assert_eq!(fresh.state(two), Some(ForwardState::UnderWay));
    assert!(fresh.settle(&again.leases[0], 20, Settled::Done));
    assert_eq!(fresh.state(two), Some(ForwardState::Done));
    assert_eq!(fresh.archive.forwards_of(two).unwrap()[0].1.attempts.len(), 2, "both attempts are told");
}

#[test]
fn what_a_closing_program_gives_back_is_due_at_once() {
    let fresh = Fresh::new();
    fresh.target("there");
    let id = fresh.append(1);
    fresh.take("me", 2);
    fresh.append(2);
    fresh.take("me", 2);
    assert_eq!(fresh.archive.release_forwards("somebody else").unwrap(), 0);
    assert_eq!(fresh.archive.release_forwards("me").unwrap(), 1);
    assert_eq!(fresh.take("they", 3).leases[0].delivery, id);
}

#[test]
fn what_failed_steps_aside_until_its_time() {
    let fresh = Fresh::new();
    fresh.target("there");
    let (one, two) = (fresh.append(1), fresh.append(2));
    let taken = fresh.take("me", 3);
    assert!(fresh.settle(&taken.leases[0], 3, Settled::Again(at(60))));
    let taken = fresh.take("me", 4);
    assert_eq!(taken.leases[0].delivery, two, "one that fails holds up no other");
    assert!(fresh.settle(&taken.leases[0], 4, Settled::Done));
    let taken = fresh.take("me", 59);
    assert!(taken.leases.is_empty());
    assert_eq!(taken.next_at, Some(at(60)));
    let taken = fresh.take("me", 60);
    assert_eq!((taken.leases[0].delivery, taken.leases[0].tries), (one, 1));
    assert!(fresh.settle(&taken.leases[0], 60, Settled::Again(at(120))));

    // The clock was a year ahead when that was written.
    let taken = fresh.take("me", -365 * 24 * 3600);
    assert_eq!(taken.leases[0].delivery, one, "a clock that was wrong delays nothing for a year");
}

#[test]
fn dead_letters_are_listed_counted_and_sent_again_one_or_all() {
    let fresh = Fresh::new();
    let target = fresh.target("there");
    let ids: Vec<DeliveryId> = (1..=3).map(|second| fresh.append(second)).collect();
    fresh.drain(5, Settled::Dead);
    assert_eq!(fresh.archive.dead_letter_counts().unwrap(), [("any".to_owned(), 3)]);
    let dead = fresh.archive.dead_letters(target.id, None, 2).unwrap();
    let shown: Vec<_> = dead.iter().map(|letter| (letter.delivery, letter.tries, letter.status)).collect();
    assert_eq!(shown, [(ids[2], 1, Some(503)), (ids[1], 1, Some(503))], "newest first, a page of them");
    assert_eq!(fresh.archive.dead_letters(target.id, Some(dead[1].number), 2).unwrap()[0].delivery, ids[0]);

    assert_eq!(fresh.archive.forward_again(target.id, Some(&[ids[1], DeliveryId(99)]), at(6)).unwrap(), 1);
    let taken = fresh.take("me", 6);
    assert_eq!((taken.leases[0].delivery, taken.leases[0].tries), (ids[1], 0), "from the first try");
    assert!(fresh.settle(&taken.leases[0], 6, Settled::Done));
    assert_eq!(fresh.archive.forward_again(target.id, None, at(7)).unwrap(), 2);
    assert_eq!(fresh.drain(7, Settled::Done).len(), 2);
    assert_eq!(fresh.archive.dead_letter_counts().unwrap(), []);
    assert!(
        fresh.archive.forward_now(target.id, ids[0], at(8)).unwrap(),
        "also what arrived can be sent again"
    );
    assert_eq!(fresh.drain(8, Settled::Done), [("there".to_owned(), ids[0].0)]);
}

#[test]
fn what_is_in_quarantine_goes_when_it_is_accepted_or_when_the_target_takes_it() {
    let fresh = Fresh::new();
    let careful = fresh.target("careful");
    let open = TargetSettings { quarantined: true, ..settings("open") };
    fresh.archive.add_forward_target("any", open, at(0)).unwrap();
    let id = fresh.append_as("any", DeliveryKind::Hook, true, 1);
    assert_eq!(fresh.drain(2, Settled::Done), [("open".to_owned(), id.0)]);
    assert_eq!((fresh.standing().held, fresh.state(id)), (1, Some(ForwardState::Held)));
    fresh.archive.accept(&[id], true, at(3)).unwrap();
    assert_eq!(fresh.drain(4, Settled::Done), [("careful".to_owned(), id.0)]);
    assert_eq!(fresh.archive.forwards_of(id).unwrap()[0].0, careful);
}

#[test]
fn paused_and_removed_targets_get_nothing_and_miss_nothing() {
    let fresh = Fresh::new();
    let target = fresh.target("there");
    fresh.archive.pause_forward_target(target.id, true).unwrap();
    fresh.append(1);
    assert_eq!(fresh.drain(2, Settled::Done), []);
    assert_eq!(fresh.standing().waiting, 1);
    fresh.archive.pause_forward_target(target.id, false).unwrap();

    let under_way = fresh.take("me", 3);
    fresh.archive.remove_forward_target(target.id, at(3)).unwrap();
    assert!(fresh.archive.forwarding("any").unwrap().is_empty());
    assert!(matches!(fresh.archive.forward_target(target.id), Err(ArchiveError::NotFound { .. })));
    fresh.append(4);
    assert!(fresh.settle(&under_way.leases[0], 4, Settled::Done), "what was under way is noted");
    assert_eq!(fresh.drain(5, Settled::Done), []);
    fresh.archive.put_forward_target_back(target.id).unwrap();
    assert_eq!(fresh.drain(6, Settled::Done).len(), 1, "what came in between goes when it is put back");

    fresh.archive.remove_forward_target(target.id, at(7)).unwrap();
    fresh.target("there");
    let back = fresh.archive.put_forward_target_back(target.id);
    assert!(matches!(back, Err(ArchiveError::TargetNameTaken(_))), "two of one name cannot be told apart");
    fresh.archive.tidy_forwards(at(8 + 24 * 3600)).unwrap();
    assert!(fresh.archive.put_forward_target_back(target.id).is_err(), "after a day it is gone");
}

#[test]
fn targets_go_with_their_source_and_only_one_passes_back() {
    let fresh = Fresh::new();
    let back = |name| TargetSettings { pass_back: true, ..settings(name) };
    let one = fresh.archive.add_forward_target("any", back("one"), at(0)).unwrap();
    assert!(one.settings.before, "who passes an answer back is asked before");
    let two = fresh.archive.add_forward_target("any", back("two"), at(0)).unwrap();
    let other = fresh.archive.add_forward_target("smartsupp", back("one"), at(0)).unwrap();
    let passes = |id| fresh.archive.forward_target(id).unwrap().settings.pass_back;
    assert_eq!([one.id, two.id, other.id].map(passes), [false, true, true]);
    assert!(matches!(
        fresh.archive.change_forward_target(one.id, settings("two")),
        Err(ArchiveError::TargetNameTaken(_))
    ));
    fresh.archive.change_forward_target(one.id, back("one")).unwrap();
    assert_eq!([one.id, two.id, other.id].map(passes), [true, false, true]);

    fresh.append(1);
    let under_way = fresh.take("me", 9);
    fresh.archive.remove_source("any").unwrap();
    assert!(!fresh.settle(&under_way.leases[0], 9, Settled::Done), "nothing is left to note it at");
    assert_eq!(fresh.archive.forward_targets().unwrap().len(), 1);
    assert!(matches!(
        fresh.archive.add_forward_target("any", settings("x"), at(9)),
        Err(ArchiveError::NotFound { .. })
    ));
    for name in 0..15 {
        fresh.archive.add_forward_target("smartsupp", settings(&name.to_string()), at(9)).unwrap();
    }
    let one_more = fresh.archive.add_forward_target("smartsupp", settings("x"), at(9));
    assert!(matches!(one_more, Err(ArchiveError::TooManyTargets(16))));
}

#[test]
fn a_rebuild_sends_nothing_twice_and_forgets_no_target() {
    let fresh = Fresh::new();
    let target = fresh.target("there");
    let ids = [fresh.append(1), fresh.append(2)];
    let taken = fresh.take("me", 3);
    assert!(fresh.settle(&taken.leases[0], 3, Settled::Done));
    fresh.archive.rebuild().unwrap();
    let deadline = Moment::now() + Duration::from_secs(60);
    while fresh.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
        assert!(Moment::now() < deadline, "the projector must catch up");
        std::thread::yield_now();
    }
    assert_eq!(fresh.archive.forward_target(target.id).unwrap(), target);
    assert_eq!(fresh.drain(4, Settled::Done), [("there".to_owned(), ids[1].0)]);
}

#[test]
fn earlier_deliveries_go_only_when_somebody_asks() {
    let fresh = Fresh::new();
    let old: Vec<i64> = (1..=600).map(|second| fresh.append(second).0).collect();
    let target = fresh.target("there");
    let new = fresh.append(700).0;
    assert_eq!(fresh.drain(701, Settled::Done), [("there".to_owned(), new)]);
    assert_eq!(fresh.archive.forward_earlier(target.id, at(301)).unwrap(), 300);
    assert_eq!(fresh.standing().waiting, 300);
    let went: Vec<i64> = fresh.drain(702, Settled::Done).into_iter().map(|(_, id)| id).collect();
    assert_eq!(went, old[300..], "those since then, in order, and the new one not again");
    assert_eq!(fresh.archive.forward_earlier(target.id, at(301)).unwrap(), 0, "they have been sent");
    assert_eq!(fresh.archive.forward_earlier(target.id, at(0)).unwrap(), 300);
    assert_eq!(fresh.drain(703, Settled::Done).len(), 300);
    assert_eq!(fresh.archive.forward_earlier(target.id, at(9_999)).unwrap(), 0);
}

#[test]
fn the_door_takes_what_it_sends_before_the_answer() {
    let fresh = Fresh::new();
    let before = TargetSettings { before: true, ..settings("before") };
    let target = fresh.archive.add_forward_target("any", before, at(0)).unwrap();
    let id = fresh.append(10);
    let queue = fresh.take("queue", 10);
    assert!(queue.leases.is_empty(), "the door comes first");
    assert_eq!(queue.next_at, Some(at(13)), "unless it has died");
    let door = fresh.archive.take_forwards_at_door("door", &[target.id], id, at(10)).unwrap();
    assert_eq!(door.len(), 1);
    assert!(fresh.archive.take_forwards_at_door("other", &[target.id], id, at(10)).unwrap().is_empty());
    assert!(fresh.take("queue", 14).leases.is_empty());

    // While the door waits for its answer, the queue goes on with what failed before.
    let second = fresh.append(11);
    let lease = fresh.archive.take_forwards_at_door("door", &[target.id], second, at(11)).unwrap().remove(0);
    assert!(fresh.settle(&lease, 11, Settled::Again(at(15))));
    assert_eq!(fresh.take("queue", 15).leases[0].delivery, second);
}

#[test]
fn the_log_keeps_its_newest_attempts() {
    let fresh = Fresh::new();
    let target = fresh.target("there");
    let ids: Vec<DeliveryId> = (0..1_010).map(|second| fresh.append(second)).collect();
    assert_eq!(fresh.drain(9_999, Settled::Done).len(), 1_010);
    assert_eq!(fresh.archive.forward_log(target.id, None, 5_000).unwrap().len(), 1_000);
    assert_eq!(fresh.state(ids[9]), None, "what arrived long ago is not remembered");
    assert_eq!(fresh.state(ids[10]), Some(ForwardState::Done));
    assert_eq!(fresh.standing().forwarded, 1_010, "but counted");
    assert_eq!(fresh.drain(10_000, Settled::Done), [], "and it is not sent again");
}

#[test]
fn a_run_of_the_command_goes_on_where_a_killed_one_stopped() {
    let fresh = Fresh::new();
    let begin = |seconds| fresh.archive.begin_forward_run(settings("run"), at(seconds)).unwrap();
    let drain = |runs: &[_], seconds| {
        let mut went = Vec::new();
        loop {
            let asker = Asker { holder: "me", runs, busy: &[], most: 8 };
            let taken = fresh.archive.take_forwards(&asker, at(seconds)).unwrap();
            let Some(lease) = taken.leases.first() else { return went };
            fresh.settle(lease, seconds, Settled::Done);
            went.push(lease.delivery.0);
        }
    };
    let run = begin(0);
    let sent = fresh.append(1).0;
    assert_eq!(drain(&[], 2), Vec::<i64>::new(), "only the program that brought a target sends to it");
    assert_eq!(drain(&[run.id], 2), [sent]);
    // Killed here: two were kept and answered, and not sent.
    let kept = [fresh.append(3).0, fresh.append_as("smartsupp", DeliveryKind::Hook, false, 4).0];
    assert_eq!(begin(5).id, run.id);
    assert_eq!(drain(&[run.id], 5), kept, "nothing that was answered is lost");

    // Ended in order, with one left undone.
    let left = fresh.append(6).0;
    assert_eq!(fresh.archive.end_forward_run(run.id, at(7)).unwrap(), 1);
    fresh.append(8);
    begin(9);
    assert_eq!(drain(&[run.id], 9), [left], "what came between two runs was not meant for them");
    assert!(fresh.archive.forward_targets().unwrap().is_empty(), "no person added it");
    assert!(fresh.archive.dead_letter_counts().unwrap().is_empty());
    fresh.archive.end_forward_run(run.id, at(10)).unwrap();
    fresh.archive.tidy_forwards(at(8 * 24 * 3600)).unwrap();
    assert!(fresh.archive.forward_target(run.id).is_err(), "after a week it is gone");
}

#[test]
fn nothing_of_this_touches_the_journal() {
    let fresh = Fresh::new();
    fresh.target("there");
    let id = fresh.append(1);
    fresh.drain(2, Settled::Dead);
    let question = JournalQuestion { limit: 10, ..JournalQuestion::default() };
    assert_eq!(fresh.archive.deliveries(&question).unwrap().len(), 1);
    assert_eq!(fresh.archive.delivery(id).unwrap().delivery.body, b"1");
}
