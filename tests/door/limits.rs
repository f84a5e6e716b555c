//! A flood at one address is turned away, is told in a few lines, and does not touch the others.

use std::num::NonZeroU32;

use afterchat_archive::RefusalReason;
use afterchat_listener::{Limits, Rate, bind, open};

use crate::house::{House, post};
use crate::sender::Sender;

#[tokio::test]
async fn a_flood_leaves_a_few_lines_and_another_source_goes_on() {
    let house = House::open().await;
    let number = |number| NonZeroU32::new(number).expect("not zero");
    let rate = Rate { a_second: number(1), at_once: number(5) };
    let limits = Limits { rate: Some(rate), ..Limits::default() };
    let door = open(bind(0).await.expect("a free port"), house.archive.clone(), limits).await;
    let mut sender = Sender::connect(door.address).await;
    let mut taken = 0;
    for turn in 0..500 {
        sender.send(post(house.hook("any"), "", turn.to_string().as_bytes())).await;
        let answer = sender.answer().await;
        match answer.status {
            200 => taken += 1,
            status => assert_eq!((status, answer.header("retry-after")), (429, Some("1"))),
        }
    }
    sender.send(post(house.hook("chatlio"), "", b"{}")).await;
    assert_eq!(sender.answer().await.status, 200, "each source is counted by itself");
    assert!((5..100).contains(&taken), "{taken} of 500 were taken");
    assert_eq!(house.journal().len(), taken + 1, "what was answered 200 is kept, and nothing else");
    let refused = house.refusals(1).await;
    assert!(refused.len() <= 5, "{} lines of one flood", refused.len());
    assert!(refused.iter().all(|one| (one.reason, one.status) == (RefusalReason::TooMany, Some(429))));
}
