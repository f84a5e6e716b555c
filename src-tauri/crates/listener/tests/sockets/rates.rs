//! A source that is posted to too often is told when to come back, and nobody else notices.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use afterchat_archive::RefusalReason;
use afterchat_listener::{Limits, Rate};

use crate::ledger::{HOOK, Ledger, OTHER_HOOK, met, opened, post, post_to};
use crate::sender::Sender;

fn limited(a_second: u32, at_once: u32) -> Limits {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Limits { rate: Some(Rate { a_second: number(a_second), at_once: number(at_once) }), ..Limits::default() }
}

#[tokio::test]
async fn what_is_too_much_is_answered_429_and_noted_and_nothing_of_it_is_kept() {
    let (_door, ledger, mut sender) = met(limited(1, 3)).await;
    for turn in 0..3 {
        sender.send(post(format!("taken {turn}"))).await;
        assert_eq!(sender.answer().await.status, 200);
    }
    sender.send(post("too much")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.header("retry-after"), answer.body.len()), (429, Some("1"), 0));
    sender.send(format!("GET {HOOK} HTTP/1.1\r\n\r\n")).await;
    assert_eq!(sender.answer().await.status, 429, "the connection goes on, and every method counts");
    sender.send("GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(sender.answer().await.status, 404, "what reaches no address is not counted");
    let (_, refused) = ledger.noted(5).await;
    let noted: Vec<_> = refused.iter().map(|one| (one.reason, one.status, one.announced)).collect();
    let too_many = |announced| (RefusalReason::TooMany, Some(429), announced);
    assert_eq!(noted, [too_many(Some(8)), too_many(None)], "never silently");
    assert_eq!(refused[0].path, "/h/shop/…", "without the token");
    let kept: Vec<_> = ledger.kept().into_iter().map(|kept| kept.body).collect();
    assert_eq!(kept, [b"taken 0", b"taken 1", b"taken 2"]);
}

#[tokio::test]
async fn whoever_waits_as_long_as_it_was_told_is_let_in() {
    let (_door, _ledger, mut sender) = met(limited(1, 1)).await;
    sender.send(post("first")).await;
    assert_eq!(sender.answer().await.status, 200);
    sender.send(post("second")).await;
    let answer = sender.answer().await;
    let told = answer.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("whole seconds");
    tokio::time::sleep(Duration::from_secs(told)).await;
    sender.send(post("second")).await;
    assert_eq!(sender.answer().await.status, 200, "{told} s were told, and are over");
}

#[tokio::test]
async fn a_large_body_that_is_too_much_is_not_read() {
    let (door, ledger, mut sender) = met(limited(1, 1)).await;
    sender.send(post("first")).await;
    assert_eq!(sender.answer().await.status, 200);
    let mut large = Sender::connect(door.address).await;
    large.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n")).await;
    assert_eq!(large.answer().await.status, 429, "before a byte of its body");
    large.closed().await;
    let (_, refused) = ledger.noted(2).await;
    assert_eq!((refused[0].seen, refused[0].announced), (0, Some(9_000_000)));
}

#[tokio::test]
async fn a_flooded_source_does_not_slow_another() {
    let ledger = Ledger::default();
    let door = opened(&ledger, limited(1, 10)).await;
    let address = door.address;
    let flood = tokio::spawn(async move {
        let mut sender = Sender::connect(address).await;
        loop {
            sender.send(post("flood").repeat(20)).await;
            for _ in 0..20 {
                sender.answer().await;
            }
        }
    });
    ledger.begun.subscribe().wait_for(|begun| *begun >= 10).await.expect("the flood runs");
    let mut other = Sender::connect(address).await;
    let began = Instant::now();
    for turn in 0..10 {
        other.send(post_to(OTHER_HOOK, turn.to_string())).await;
        assert_eq!(other.answer().await.status, 200, "the limit is each source's own");
    }
    assert!(began.elapsed() < Duration::from_secs(2), "{:?} for ten answers", began.elapsed());
    flood.abort();
    let of_other = ledger.kept().into_iter().filter(|kept| kept.source == "elsewhere").count();
    assert_eq!(of_other, 10);
}

#[tokio::test]
async fn without_a_limit_all_is_taken() {
    let (_door, ledger, mut sender) = met(Limits { rate: None, ..Limits::default() }).await;
    for _ in 0..40 {
        sender.send(post("x").repeat(100)).await;
        for _ in 0..100 {
            assert_eq!(sender.answer().await.status, 200);
        }
    }
    assert_eq!(ledger.kept().len(), 4_000, "more than the usual limit takes at once");
}
