//! A bundled sample, sent through the real door, becomes a conversation.

use std::time::Duration;

use afterchat_archive::Outcome;
use afterchat_relay::{Request, samples, send};
use afterchat_transcript::Header;
use url::Url;

use crate::house::House;

#[tokio::test]
async fn every_sample_arrives_at_its_own_address_and_at_the_detecting_one() {
    let house = House::open().await;
    for sample in samples() {
        for source in [sample.provider, "any"] {
            let target = format!("http://{}{}", house.door.address, house.hook(source));
            let target = Url::parse(&target).expect("a hook address is a URL");
            let content_type =
                Header { name: "Content-Type".to_owned(), value: sample.content_type.as_bytes().to_vec() };
            let request = Request {
                method: "POST".to_owned(),
                url: target,
                headers: vec![content_type],
                body: sample.body.to_vec(),
            };
            let answer = send(&request, Duration::from_secs(10)).await.expect("an answer");
            assert_eq!((answer.status, &answer.body[..]), (200, &br#"{"result":"ok"}"#[..]), "{}", sample.id);
        }
    }
    let outcomes = house.outcomes().await;
    assert_eq!(
        outcomes,
        vec![Outcome::Conversation; samples().len() * 2],
        "a sample must show what it is for"
    );
}
