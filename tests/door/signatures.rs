//! At a source with a secret, the door answers 401 to what is not signed with it, and keeps it all the same.

use afterchat_archive::{Doubt, Outcome};
use afterchat_transcript::signature::Secret;
use afterchat_transcript::{Instant, providers};

use crate::house::{House, post};

const KEY: &str = "the-app-secret-1234";

/// The header line that signs a body as a service does.
fn signed(provider: &str, key: &str, body: &[u8]) -> String {
    let scheme = providers::by_id(provider).and_then(providers::Provider::signature).expect("it signs");
    let now: Instant = "2026-11-20T20:00:00.000Z".parse().expect("a time");
    let lines = scheme.sign(&Secret::new(key).expect("a secret"), body, now);
    lines.iter().map(|line| format!("{}: {}\r\n", line.name, String::from_utf8_lossy(&line.value))).collect()
}

#[tokio::test]
async fn a_missing_or_wrong_signature_is_answered_401_and_the_delivery_kept() {
    let house = House::open().await;
    let now = "2026-11-20T20:00:00.000Z".parse().expect("a time");
    house.archive.add_secret("smartsupp", Some("now"), KEY, now).expect("a secret is set");
    let hook = house.hook("smartsupp");
    // Spaces, letters of several bytes, bytes that are no text: only the exact bytes are signed.
    let body: &[u8] = b" {\"a\" : \"\xc5\xbe\", \"b\": \"\xff\" }\r\n";
    let mut sender = house.sender().await;
    let requests = [
        (signed("smartsupp", KEY, body), 200, None),
        (String::new(), 401, Some(Doubt::Missing)),
        (signed("smartsupp", "another", body), 401, Some(Doubt::Wrong)),
        (signed("smartsupp", KEY, body.trim_ascii()), 401, Some(Doubt::Wrong)),
        ("X-Smartsupp-Hmac: \r\n".to_owned(), 401, Some(Doubt::Wrong)),
    ];
    for (lines, status, _) in &requests {
        sender.send(post(&hook, lines, body)).await;
        assert_eq!(sender.answer().await.status, *status, "signed by {lines:?}");
    }
    let outcomes = house.outcomes().await;
    assert_eq!(outcomes[1..], [Outcome::Quarantined; 4], "nothing is made of what may be forged");
    for ((_, status, doubt), kept) in requests.iter().zip(house.journal()) {
        assert_eq!(kept.delivery.body, body, "whatever it was answered, it is kept to the byte");
        let found =
            house.archive.delivery_summary(kept.id).expect("its row").signature.expect("it was checked");
        assert_eq!((found.doubt, found.refused), (*doubt, *status == 401));
    }
}

#[tokio::test]
async fn a_signature_covers_bytes_and_not_what_they_mean() {
    let house = House::open().await;
    let now = "2026-11-20T20:00:00.000Z".parse().expect("a time");
    house.archive.add_secret("smartsupp", Some("now"), KEY, now).expect("a secret is set");
    let hook = house.hook("smartsupp");
    let body = b"{ \"b\": 1.0,\"a\" : 12345678901234567890, \"a\": \"\\u00e9\" }\n";
    let parsed: serde_json::Value = serde_json::from_slice(body).expect("valid JSON");
    let mut sender = house.sender().await;
    sender.send(post(&hook, &signed("smartsupp", KEY, body), body)).await;
    assert_eq!(sender.answer().await.status, 200, "the service has signed what it sent");
    let rewritten = signed("smartsupp", KEY, parsed.to_string().as_bytes());
    sender.send(post(&hook, &rewritten, body)).await;
    assert_eq!(sender.answer().await.status, 401, "nobody has signed these bytes");
    for kept in house.journal() {
        assert_eq!(kept.delivery.body, body, "what is signed is kept as it is");
    }
}
