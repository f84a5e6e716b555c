//! Deliveries for the tests of the live view.

use std::ops::RangeInclusive;

use afterchat_archive::{DeliveryId, DeliverySummary, Outcome};
use afterchat_transcript::{DeliveryKind, Instant};

/// Read deliveries with these numbers, a second apart.
pub(crate) fn deliveries(numbers: RangeInclusive<i64>) -> Vec<DeliverySummary> {
    let summary = |number: i64| DeliverySummary {
        id: DeliveryId(number),
        kind: DeliveryKind::Hook,
        received_at: Instant::from_millis(1_427_470_439_000 + number * 1000).expect("a moment"),
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        content_type: None,
        size: number * 321,
        outcome: Outcome::Conversation,
        reason: None,
        event: None,
        conversations: vec![format!("k3f9x2ab{number}")],
        signature: None,
        told: None,
        pinned: false,
        note: None,
        drift: 0,
        by_old_address: false,
    };
    numbers.map(summary).collect()
}
