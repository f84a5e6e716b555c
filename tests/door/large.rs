//! Bodies that are much, through the door: each is kept to the byte or refused, becomes what it is, and is written in every
//! format. Nothing overflows a stack, and nothing takes long.

use std::time::{Duration, Instant};

use afterchat_archive::export::{Format, render};
use afterchat_archive::{DeliveryId, Outcome};
use afterchat_transcript::model::ConversationId;
use chrono::FixedOffset;

use crate::house::{House, post};
use crate::recipes::{Large, large};

/// Far more than any of it takes, also where nothing is optimised and others use the machine.
const SANE: Duration = Duration::from_secs(60);

const FORMATS: [Format; 5] = [Format::Html, Format::Json, Format::Csv, Format::Markdown, Format::Text];

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Conversation => "conversation",
        Outcome::NoConversation => "no_conversation",
        Outcome::Unreadable => "unreadable",
        other => panic!("{other:?}"),
    }
}

/// Sends one and looks at all that became of it; `id` is the newest delivery then.
async fn look(house: &House, one: &Large, id: i64) {
    let body = one.body();
    let begun = Instant::now();
    let mut sender = house.sender().await;
    // Who says a length that is too much is answered before the body.
    sender.send(post(house.hook("smartsupp"), "Content-Type: application/json\r\n", &body)).await;
    let answer = sender.answer().await.status;
    assert_eq!(answer, one.refused.unwrap_or(200), "{}", one.name);
    let answered = begun.elapsed();
    if one.refused.is_some() {
        assert_eq!(house.archive.newest_delivery().expect("the journal"), id, "{} is not kept", one.name);
        return;
    }
    let kept = house.archive.delivery(DeliveryId(id)).expect("a delivery").delivery;
    assert!(kept.body == body, "{} is kept to the byte", one.name);
    let outcomes = house.outcomes().await;
    assert_eq!(Some(word(*outcomes.last().expect("it is the last"))), one.becomes.as_deref(), "{}", one.name);
    let read = begun.elapsed();
    let summary = house.archive.delivery_summary(DeliveryId(id)).expect("a delivery");
    assert_eq!(
        summary.reason.is_some(),
        one.becomes.as_deref() == Some("unreadable"),
        "{}: {summary:?}",
        one.name
    );
    let mut sizes = Vec::new();
    for conversation in &summary.conversations {
        let transcript =
            house.archive.transcript(&ConversationId::from_text(conversation)).expect("a transcript");
        for format in FORMATS {
            sizes.push(render(&transcript, format, &FixedOffset::east_opt(3600).expect("an hour")).len());
        }
    }
    let all = begun.elapsed();
    println!(
        "{}: {} bytes, answered after {answered:?}, read after {read:?}, written after {all:?} in {sizes:?}",
        one.name,
        body.len()
    );
    assert!(all < SANE, "{} takes {all:?}", one.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_much_is_kept_becomes_what_it_is_and_is_written() {
    let house = House::open().await;
    let mut id = 0;
    for one in large() {
        id += i64::from(one.refused.is_none());
        look(&house, &one, id).await;
    }
    // After all of it the door and the projector are as they were.
    let mut sender = house.sender().await;
    sender.send(post(house.hook("any"), "", b"{}")).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(house.outcomes().await.len(), usize::try_from(id + 1).expect("few"));
}
