//! Which deliveries are attempts of one event: a service that is not told 2xx sends the same event again.
//!
//! A service that numbers its events says so in a header; otherwise the same bytes are the same event. A request without
//! a body is known by its method and query.

use crate::fold::{self, BodyDigest};
use crate::{Delivery, providers};

/// Headers that number events by convention, whoever sends them.
const NUMBERED_BY: [&str; 4] = ["Webhook-Id", "Svix-Id", "X-GitHub-Delivery", "Idempotency-Key"];

/// What all attempts of one event at a source have in common.
pub type EventKey = [u8; 16];

/// The header that names the event of this delivery, as the service numbers it, and its value.
#[must_use]
pub fn numbered_by(delivery: &Delivery) -> Option<(&'static str, &str)> {
    let of_services = providers::PROVIDERS.iter().filter_map(|provider| provider.event_header());
    let mut headers = of_services.chain(NUMBERED_BY);
    headers.find_map(|name| {
        let value = delivery.header(name).map(str::trim).filter(|value| !value.is_empty())?;
        Some((name, value))
    })
}

/// What all attempts of this delivery's event have in common. `body` is the digest of its body.
#[must_use]
pub fn key(delivery: &Delivery, body: &BodyDigest) -> EventKey {
    let digest = if let Some((name, value)) = numbered_by(delivery) {
        fold::digest(format!("{name}: {value}").as_bytes())
    } else if delivery.body.is_empty() {
        let query = delivery.query.as_deref().unwrap_or_default();
        fold::digest(format!("{} ?{query}", delivery.method).as_bytes())
    } else {
        *body
    };
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::{Delivery, DeliveryKind, Header, Instant, fold};

    fn delivery(body: &str, query: Option<&str>, headers: &[(&str, &str)]) -> Delivery {
        let header = |(name, value): &(&str, &str)| Header { name: (*name).into(), value: (*value).into() };
        Delivery {
            kind: DeliveryKind::Hook,
            source: "any".to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: "/h/any/…".to_owned(),
            query: query.map(str::to_owned),
            headers: headers.iter().map(header).collect(),
            body: body.as_bytes().to_vec(),
            received_at: Instant::from_utc(chrono::DateTime::UNIX_EPOCH),
        }
    }

    fn check(one: &Delivery, other: &Delivery, same: bool) {
        let key = |delivery: &Delivery| key(delivery, &fold::digest(&delivery.body));
        assert_eq!(key(one) == key(other), same, "{one:?} and {other:?}");
    }

    #[test]
    fn attempts_of_one_event_are_known() {
        let plain = delivery("{}", None, &[("X-Time", "1")]);
        check(&plain, &delivery("{}", Some("a=1"), &[("X-Time", "2")]), true);
        check(&plain, &delivery("{ }", None, &[("X-Time", "1")]), false);
        let numbered = delivery("{}", None, &[("x-hook-event-id", "7")]);
        check(&numbered, &delivery("{\"attempt\":2}", None, &[("X-Hook-Event-Id", " 7")]), true);
        check(&numbered, &delivery("{}", None, &[("X-Hook-Event-Id", "8")]), false);
        check(&numbered, &delivery("{}", None, &[("Webhook-Id", "7")]), false);
        check(&numbered, &plain, false);
    }

    #[test]
    fn requests_without_a_body_are_not_all_one_event() {
        check(&delivery("", Some("a=1"), &[]), &delivery("", Some("a=1"), &[]), true);
        check(&delivery("", Some("a=1"), &[]), &delivery("", Some("a=2"), &[]), false);
        check(
            &delivery("", None, &[]),
            &Delivery { method: "GET".to_owned(), ..delivery("", None, &[]) },
            false,
        );
        check(&delivery("", None, &[("Webhook-Id", "")]), &delivery("", None, &[]), true);
    }
}
