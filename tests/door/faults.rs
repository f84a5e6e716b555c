//! When the archive cannot keep a delivery, its service is told to send it again, and what was answered stays.

use crate::house::{House, post};

#[tokio::test]
async fn a_closed_archive_is_answered_503() {
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"kept")).await;
    assert_eq!(sender.answer().await.status, 200);
    house.archive.close();
    sender.send(post(&hook, "", b"not kept")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.header("retry-after"), answer.body.len()), (503, Some("30"), 0));
    let kept: Vec<_> = house.journal().into_iter().map(|kept| kept.delivery.body).collect();
    assert_eq!(kept, [b"kept"]);
}

#[tokio::test]
async fn an_archive_that_another_program_holds_is_answered_503_until_it_lets_go() {
    let house = House::open().await;
    let hook = house.hook("any");
    let other =
        rusqlite::Connection::open(house.folder().join("archive.sqlite")).expect("the archive's file");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"too early")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")));
    other.execute_batch("ROLLBACK").expect("the lock is given back");
    sender.send(post(&hook, "", b"in time")).await;
    assert_eq!(sender.answer().await.status, 200);
    let kept: Vec<_> = house.journal().into_iter().map(|kept| kept.delivery.body).collect();
    assert_eq!(kept, [b"in time"]);
}

/// Runs this same test again in a process whose files may not grow beyond a small size, where writes really fail.
#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_is_answered_503_and_loses_nothing_that_was_answered() {
    const INSIDE: &str = "AFTERCHAT_TEST_SMALL_FILES";
    if std::env::var_os(INSIDE).is_none() {
        // Without the trap, the system ends a process at its first write beyond the limit.
        const LIMITED: &str = "trap '' XFSZ; ulimit -f 4096 && exec \"$0\" --exact \
            faults::a_full_disk_is_answered_503_and_loses_nothing_that_was_answered";
        let this = std::env::current_exe().expect("this test's program");
        let status =
            std::process::Command::new("sh").args(["-c", LIMITED]).arg(this).env(INSIDE, "1").status();
        assert!(status.expect("a shell").success(), "the test inside the limited process must pass");
        return;
    }
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    let mut answered = Vec::new();
    let mut noise = 1_u64;
    let refused = loop {
        // Random bytes: a body that compresses would not fill anything.
        let body: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 56) as u8
        })
        .take(100_000)
        .collect();
        sender.send(post(&hook, "", &body)).await;
        let answer = sender.answer().await;
        if answer.status != 200 {
            break answer;
        }
        answered.push(body);
        assert!(answered.len() < 1000, "the limit must be reached");
    };
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("30")));
    assert!(!answered.is_empty(), "the limit must leave room for some");
    let kept: Vec<_> = house.journal().into_iter().map(|kept| kept.delivery.body).collect();
    assert!(kept == answered, "all that was answered is there, and nothing else");
}
