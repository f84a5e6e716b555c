//! Many senders at once, and closing in the middle of it.

use std::collections::BTreeMap;
use std::time::Duration;

use afterchat_archive::{ListQuestion, Outcome, View};
use afterchat_transcript::query::Query;

use crate::house::{House, archive_in, journal, post};
use crate::sender::Sender;

/// How often each body is in the journal.
fn counts(bodies: impl Iterator<Item = Vec<u8>>) -> BTreeMap<Vec<u8>, usize> {
    let mut counts = BTreeMap::new();
    bodies.for_each(|body| *counts.entry(body).or_default() += 1);
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn what_64_senders_post_at_once_is_kept_exactly_once() {
    let house = House::open().await;
    let (address, hook) = (house.door.address, house.hook("any"));
    let senders = (0..64).map(|who| {
        let hook = hook.clone();
        tokio::spawn(async move {
            let mut sender = Sender::connect(address).await;
            for turn in 0..20 {
                sender.send(post(&hook, "", format!("{{\"who\":{who},\"turn\":{turn}}}").as_bytes())).await;
                assert_eq!(sender.answer().await.status, 200);
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("every sender is answered");
    }
    let counts = counts(house.journal().into_iter().map(|kept| kept.delivery.body));
    assert_eq!(counts.len(), 64 * 20, "nothing is lost");
    assert!(counts.values().all(|count| *count == 1), "nothing is kept twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_deliveries_at_once_are_one_conversation_and_all_in_the_journal() {
    const BODY: &[u8] = include_bytes!("../fixtures/smartsupp/v2_conversation_contact_replied.json");
    let house = House::open().await;
    let (address, hook) = (house.door.address, house.hook("smartsupp"));
    let senders = (0..50).map(|_| {
        let hook = hook.clone();
        tokio::spawn(async move {
            let mut sender = Sender::connect(address).await;
            sender.send(post(&hook, "", BODY)).await;
            assert_eq!(sender.answer().await.status, 200);
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("every sender is answered");
    }
    let outcomes = house.outcomes().await;
    assert_eq!(outcomes, vec![Outcome::Conversation; 50], "each is kept and read");
    let question = ListQuestion {
        view: View::Everything,
        query: Query::default(),
        provider: None,
        before: None,
        limit: 10,
    };
    let found = house.archive.conversations(&question).expect("the list");
    assert_eq!(found.len(), 1, "a repetition makes no second conversation");
    assert_eq!(found[0].messages, 1, "and no second message");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_answered_when_the_door_closed_is_there_when_it_opens_again() {
    let house = House::open().await;
    let (address, hook) = (house.door.address, house.hook("any"));
    let (count, mut answered) = tokio::sync::watch::channel(0_usize);
    let senders = (0..16).map(|who| {
        let (hook, count) = (hook.clone(), count.clone());
        tokio::spawn(async move {
            let mut sender = Sender::connect(address).await;
            let mut acknowledged = Vec::new();
            for turn in 0.. {
                let body = format!("{who}.{turn}").into_bytes();
                let request = post(&hook, "", &body);
                if tokio::io::AsyncWriteExt::write_all(&mut sender.socket, &request).await.is_err() {
                    break;
                }
                match sender.answer_to("POST").await {
                    Ok(answer) if answer.status == 200 => acknowledged.push(body),
                    _ => break,
                }
                count.send_modify(|count| *count += 1);
            }
            acknowledged
        })
    });
    let senders: Vec<_> = senders.collect();
    answered.wait_for(|count| *count > 200).await.expect("senders are answered");
    house.door.close(Duration::from_secs(10)).await;
    house.archive.close();

    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.await.expect("every sender ends"));
    }
    let reopened = archive_in(house.folder());
    let counts = counts(journal(&reopened).into_iter().map(|kept| kept.delivery.body));
    for body in &acknowledged {
        assert_eq!(counts.get(body), Some(&1), "what was answered 200 is kept exactly once");
    }
    assert_eq!(counts.len(), acknowledged.len(), "what the door finished was also answered");
}
