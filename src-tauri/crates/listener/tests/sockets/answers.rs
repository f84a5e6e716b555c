//! What a service is told, when, and what is noted of it.

use std::time::Duration;

use afterchat_archive::{Refusal, RefusalReason};
use afterchat_listener::{Limits, Reply};
use afterchat_transcript::Header;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::ledger::{HOOK, Ledger, met, opened, post};
use crate::sender::Sender;

fn with_status(status: u16) -> Reply {
    Reply { status, because: Some("the test".to_owned()), ..Reply::usual(false) }
}

#[tokio::test]
async fn the_usual_answer_is_noted_with_its_times() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    let began = Instant::now();
    sender.send(post("{}")).await;
    assert_eq!(sender.answer().await.status, 200);
    let (told, refused) = ledger.noted(1).await;
    let told = &told[0];
    assert_eq!((told.delivery.0, told.status, told.handed), (1, Some(200), true));
    assert_eq!((&told.body, &told.because, told.left), (&None, &None, None), "nothing unusual was said");
    assert!(told.committing <= told.answering, "the answer comes after the commit");
    assert!(told.receiving + told.answering <= began.elapsed(), "times count from the request itself");
    assert_eq!(refused, []);
}

#[tokio::test]
async fn a_planned_answer_goes_out_whole_and_the_delivery_is_kept_all_the_same() {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let planned = Reply {
        headers: vec![header("Retry-After", "30"), header("X-Two", "a"), header("X-Two", "b")],
        body: b"later".to_vec(),
        ..with_status(503)
    };
    let ledger = Ledger::telling([planned, with_status(204)]);
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("1")).await;
    let answer = sender.answer().await;
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.body.as_slice()),
        (503, Some("30"), &b"later"[..])
    );
    assert_eq!(answer.head.to_lowercase().matches("x-two: ").count(), 2, "both lines of one name are sent");
    sender.send(post("2")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.body.len()), (204, 0), "an answer without content has none");
    sender.send(post("3")).await;
    assert_eq!(sender.answer().await.status, 200, "the same connection goes on, with the usual answer again");
    assert_eq!(ledger.kept().len(), 3, "a delivery is kept whatever is answered");
    let (told, _) = ledger.noted(3).await;
    let statuses: Vec<_> = told.iter().map(|told| told.status).collect();
    assert_eq!(statuses, [Some(503), Some(204), Some(200)]);
    assert_eq!(told[0].body.as_deref(), Some(b"later".as_slice()));
    assert_eq!(told[0].because.as_deref(), Some("the test"));
}

#[tokio::test]
async fn a_connection_that_is_to_be_dropped_ends_without_a_byte_and_after_the_commit() {
    let ledger = Ledger::telling([Reply { drop: true, ..with_status(200) }]);
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    assert_eq!(sender.closed().await, b"", "not even a status line");
    assert_eq!(ledger.kept().len(), 1, "it was kept before the connection was dropped");
    let (told, _) = ledger.noted(1).await;
    assert_eq!((told[0].status, told[0].handed), (None, true));
}

#[tokio::test]
async fn who_closes_its_side_before_the_connection_is_dropped_is_noted_as_having_left() {
    let drop = Reply { drop: true, delay: Duration::from_millis(50), ..with_status(200) };
    let ledger = Ledger::telling([drop]);
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    sender.socket.shutdown().await.expect("our side closes");
    assert_eq!(sender.closed().await, b"");
    let (told, _) = ledger.noted(1).await;
    assert!(told[0].handed && told[0].left.is_some(), "{told:?}");
}

#[tokio::test]
async fn a_sender_that_gives_up_during_the_delay_has_its_delivery_kept_and_its_leaving_noted() {
    let reply = Reply { delay: Duration::from_secs(3600), ..with_status(200) };
    let ledger = Ledger::telling([reply]);
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    sender.socket.set_zero_linger().expect("a socket option");
    drop(sender);
    let (told, _) = ledger.noted(1).await;
    assert_eq!(ledger.kept().len(), 1, "stored before the delay, not after it");
    assert!(!told[0].handed, "nobody was there to take the answer");
    assert!(told[0].left.is_some_and(|left| left <= told[0].answering), "when the sender gave up is known");
    assert!(told[0].answering < Duration::from_secs(60), "a broken connection is not waited for");
}

#[tokio::test]
async fn a_sender_that_only_closes_its_side_still_gets_a_delayed_answer() {
    let ledger = Ledger::telling([Reply { delay: Duration::from_millis(50), ..with_status(202) }]);
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    sender.socket.shutdown().await.expect("our side closes");
    assert_eq!(sender.answer().await.status, 202);
    let (told, _) = ledger.noted(1).await;
    assert!(told[0].handed && told[0].left.is_some(), "it was seen to close its side, and took the answer");
    assert!(told[0].answering >= Duration::from_millis(50), "the delay is part of the time to the answer");
}

#[tokio::test]
async fn only_so_many_answers_wait_at_once() {
    let long = Reply { delay: Duration::from_secs(3600), ..with_status(200) };
    let ledger = Ledger::telling([long.clone(), long.clone(), long]);
    let door = opened(&ledger, Limits { waiting: 2, ..Limits::default() }).await;
    let mut waiting = Vec::new();
    for count in 1..=2 {
        let mut sender = Sender::connect(door.address).await;
        sender.send(post("{}")).await;
        ledger.begun.subscribe().wait_for(|begun| *begun == count).await.expect("the append begins");
        waiting.push(sender);
    }
    let mut third = Sender::connect(door.address).await;
    third.send(post("{}")).await;
    assert_eq!(third.answer().await.status, 200, "beyond the limit an answer goes out at once");
    door.close(Duration::ZERO).await;
    let (told, _) = ledger.noted(3).await;
    assert_eq!(
        told.iter().filter(|told| told.handed).count(),
        1,
        "answers broken off are noted as not given"
    );
}

fn only(refused: &[Refusal]) -> &Refusal {
    assert_eq!(refused.len(), 1, "each refused request is noted once");
    &refused[0]
}

#[tokio::test]
async fn a_body_that_breaks_off_is_noted_with_what_arrived() {
    for reset in [false, true] {
        let (_door, ledger, mut sender) = met(Limits::default()).await;
        let head = format!("POST {HOOK}?a=1 HTTP/1.1\r\nX-Note: yes\r\nContent-Length: 100\r\n\r\n");
        sender.send(format!("{head}half")).await;
        if reset {
            sender.socket.set_zero_linger().expect("a socket option");
        }
        drop(sender);
        let (told, refused) = ledger.noted(1).await;
        let refusal = only(&refused);
        assert_eq!(
            (ledger.kept(), told),
            (Vec::new(), Vec::new()),
            "it is no delivery, and nobody said that it was kept"
        );
        assert_eq!(refusal.reason, RefusalReason::BrokenOff);
        assert_eq!((refusal.announced, refusal.source.as_str()), (Some(100), "shop"));
        assert_eq!((refusal.path.as_str(), refusal.query.as_deref()), ("/h/shop/…", Some("a=1")));
        assert_eq!(refusal.headers[0], Header { name: "X-Note".into(), value: b"yes".to_vec() });
        assert_eq!(refusal.seen, refusal.body.len() as u64);
        if !reset {
            assert_eq!(refusal.body, b"half");
        }
    }
}

#[tokio::test]
async fn what_the_door_breaks_off_when_it_is_closed_is_noted_too() {
    let (door, ledger, mut sender) = met(Limits::default()).await;
    sender.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")).await;
    assert_eq!(sender.answer().await.status, 100, "its body is waited for");
    door.close(Duration::ZERO).await;
    let (told, refused) = ledger.noted(1).await;
    let refusal = only(&refused);
    assert_eq!(
        (refusal.reason, refusal.status, refusal.announced),
        (RefusalReason::BrokenOff, None, Some(100))
    );
    assert_eq!(told, []);
}

#[tokio::test]
async fn what_is_too_long_or_too_slow_or_cannot_be_kept_is_noted_with_what_was_said() {
    let limits = Limits { body_bytes: 100_000, body_idle: Duration::from_millis(100), ..Limits::default() };
    let (door, ledger, mut long) = met(limits).await;
    long.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 100001\r\n\r\n")).await;
    assert_eq!(long.answer().await.status, 413);
    let mut longer = Sender::connect(door.address).await;
    let chunk = [b"ea60\r\n".as_slice(), &vec![b'x'; 60_000], b"\r\n"].concat();
    longer.send(format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")).await;
    longer.send([chunk.clone(), chunk].concat()).await;
    assert_eq!(longer.answer().await.status, 413);
    let mut slow = Sender::connect(door.address).await;
    slow.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")).await;
    assert_eq!(slow.answer().await.status, 408);
    ledger.full.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut whole = Sender::connect(door.address).await;
    whole.send(post("whole")).await;
    assert_eq!(whole.answer().await.status, 503);

    let (told, refused) = ledger.noted(4).await;
    assert_eq!(told, [], "what is no delivery has no answer to a delivery");
    let short: Vec<_> = refused.iter().map(|one| (one.reason, one.status, one.seen, one.announced)).collect();
    assert_eq!(short[0], (RefusalReason::TooLong, Some(413), 0, Some(100_001)));
    assert_eq!((short[1].0, short[1].1, short[1].3), (RefusalReason::TooLong, Some(413), None));
    assert!(short[1].2 > 100_000, "{short:?}: all bytes that arrived are counted");
    assert_eq!(refused[1].body, vec![b'x'; 64 * 1024], "and the first 64 KiB are kept");
    assert_eq!(short[2], (RefusalReason::TooSlow, Some(408), 3, Some(10)));
    assert_eq!(short[3], (RefusalReason::NotKept, Some(503), 5, Some(5)));
    assert_eq!(refused[3].body, b"whole");
}
