//! A new token does not lose what is sent to the old one, and what no longer opens tells nothing.

use std::time::Duration;

use afterchat_archive::{ArchiveError, RefusalReason};
use afterchat_transcript::Instant;

use crate::house::{House, now, post};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn days_ago(days: i64) -> Instant {
    Instant::from_millis(now().millis() - days * 86_400_000).expect("a time")
}

/// The status of a POST, and everything of the answer that could tell one from another.
async fn answered(house: &House, hook: &str, body: &str) -> (u16, String) {
    let mut sender = house.sender().await;
    sender.send(post(hook, "", body.as_bytes())).await;
    let answer = sender.answer().await;
    let lines = answer.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    (answer.status, lines.collect::<Vec<_>>().join("\n") + &String::from_utf8_lossy(&answer.body))
}

fn bodies(house: &House) -> Vec<Vec<u8>> {
    house.journal().into_iter().map(|kept| kept.delivery.body).collect()
}

#[tokio::test]
async fn old_and_new_address_work_beside_each_other_and_the_old_one_is_marked() {
    let house = House::open().await;
    let old = house.hook("any");
    house.archive.rotate_source("any", Some(7 * DAY), now()).expect("a new token");
    let new = house.hook("any");
    assert_ne!(old, new);
    for (hook, body) in [(&old, "1"), (&new, "2"), (&old, "3")] {
        assert_eq!(
            answered(&house, hook, body).await.0,
            200,
            "nothing is lost while the service has the old one"
        );
    }
    assert_eq!(bodies(&house), [b"1", b"2", b"3"]);
    let marks = house
        .journal()
        .into_iter()
        .map(|kept| house.archive.delivery_summary(kept.id).expect("a delivery").by_old_address);
    assert_eq!(marks.collect::<Vec<_>>(), [true, false, true]);
    let source = house.archive.source("any").expect("a source");
    let [known] = source.old_tokens.as_slice() else { panic!("one old token is remembered") };
    assert_eq!(known.deliveries, 2);
    assert_eq!(known.last_used_at, Some(house.journal()[2].delivery.received_at));
    let house = house.reopened().await;
    assert_eq!(answered(&house, &old, "4").await.0, 200, "an old address outlives the program");
}

#[tokio::test]
async fn an_old_address_ends_by_the_clock_of_the_door_and_a_latecomer_is_noted() {
    let house = House::open().await;
    let oldest = house.hook("any");
    house.archive.rotate_source("any", Some(7 * DAY), days_ago(8)).expect("a new token");
    let old = house.hook("any");
    house.archive.rotate_source("any", Some(7 * DAY), days_ago(6)).expect("a new token");
    assert_eq!(answered(&house, &oldest, "too late").await.0, 404, "its seven days are over");
    assert_eq!(answered(&house, &old, "in time").await.0, 200, "this one has a day left");
    assert_eq!(bodies(&house), [b"in time"]);
    let refused = house.refusals(1).await;
    assert_eq!((refused[0].reason, refused[0].status), (RefusalReason::OldAddress, Some(404)));
    assert_eq!((refused[0].source.as_str(), refused[0].path.as_str()), ("any", "/h/any/…"));
}

#[tokio::test]
async fn a_revoked_address_ends_at_once_and_comes_back_when_that_is_undone() {
    let house = House::open().await;
    let (first, now) = (house.hook("any"), now());
    house.archive.rotate_source("any", Some(7 * DAY), now).expect("a new token");
    let second = house.hook("any");
    assert_eq!(answered(&house, &first, "").await.0, 200);
    house.archive.rotate_source("any", None, now).expect("a new token");
    let third = house.hook("any");
    let statuses = async || {
        let mut statuses = Vec::new();
        for hook in [&first, &second, &third] {
            statuses.push(answered(&house, hook, "").await.0);
        }
        statuses
    };
    assert_eq!(statuses().await, [404, 404, 200], "whoever has got hold of a token loses it now");
    let newest = house.archive.source("any").expect("a source").old_tokens[0].id;
    house.archive.put_old_address_back("any", newest).expect("it is known");
    assert_eq!(statuses().await, [404, 200, 200], "only what was put back comes back");
    house.archive.put_old_address_back("chatlio", newest).expect("nothing is changed");
    house.archive.end_old_addresses("any", now).expect("a source");
    assert_eq!(statuses().await, [404, 404, 200]);
}

#[tokio::test]
async fn nobody_learns_from_an_answer_whether_a_source_or_a_token_was_known() {
    let house = House::open().await;
    let ended = house.hook("any");
    house.archive.rotate_source("any", None, now()).expect("a new token");
    let good = house.hook("any");
    let token = good.rsplit('/').next().expect("a token");
    let mut seen = Vec::new();
    for hook in [
        ended.as_str(),
        "/h/any/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/h/any/--------------------------------",
        "/h/any/short",
        &format!("/h/nobody/{token}"),
        "/h/nobody/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &format!("/h/chatlio/{token}"),
        "/",
    ] {
        seen.push(answered(&house, hook, "{}").await);
    }
    seen.dedup();
    let nothing = (404, "HTTP/1.1 404 Not Found\ncontent-length: 0\n".to_owned());
    assert_eq!(seen, [nothing], "one answer to all of them, to the byte");
    assert!(bodies(&house).is_empty());
}

#[test]
fn as_many_old_addresses_work_as_can_be_compared_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = crate::house::archive_in(folder.path());
    let rotate = |overlap| archive.rotate_source("any", overlap, now());
    for _ in 0..4 {
        rotate(Some(DAY)).expect("a new token");
    }
    let token = archive.source("any").expect("a source").token;
    let refused = rotate(Some(DAY)).expect_err("a fifth would have to push out one that works");
    assert_eq!(refused.code(), "too_many_old_addresses");
    assert!(matches!(refused, ArchiveError::TooManyOldAddresses(4)));
    assert_eq!(archive.source("any").expect("a source").token, token, "nothing was changed");
    rotate(None).expect("ending all of them makes room");
    assert_eq!(archive.source("any").expect("a source").old_tokens.len(), 4, "the oldest is forgotten");
    let good = |old: &&afterchat_archive::OldToken| old.is_good(now());
    assert_eq!(archive.source("any").expect("a source").old_tokens.iter().filter(good).count(), 0);
    archive.close();
}
