//! Whether a chat service has reached its address. Samples, trials by hand, and what was fetched or imported do not count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, DeliveryId, Outcome};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use proptest::prelude::*;

const SOURCE: &str = "smartsupp";
const SECRET: &str = "an-app-secret-0001";

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

/// What may arrive at an address.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Came {
    Sample,
    ByHand,
    Fetched,
    Imported,
    /// From the service, and becomes a conversation.
    Chat,
    /// From the service, about something else.
    Contact,
    /// From the service, and cannot be read.
    Garbage,
}

impl Came {
    const ALL: [Self; 7] =
        [Self::Sample, Self::ByHand, Self::Fetched, Self::Imported, Self::Chat, Self::Contact, Self::Garbage];

    fn is_real(self) -> bool {
        matches!(self, Self::Chat | Self::Contact | Self::Garbage)
    }

    fn is_read(self) -> bool {
        matches!(self, Self::Chat | Self::Contact)
    }

    fn delivery(self, number: i64) -> Delivery {
        let agent = match self {
            Self::Sample => "Afterchat/0.1.0 (sample)",
            Self::ByHand => "curl/8.5.0",
            _ => "Smartsupp",
        };
        let headers = [("Host", "127.0.0.1:4780"), ("User-Agent", agent)];
        let header = |(name, value): (&str, &str)| Header { name: name.into(), value: value.into() };
        let body = match self {
            Self::Contact => format!(
                r#"{{"type":"event_callback","event":"contact.updated","timestamp":"2026-01-01T10:00:00Z","account_id":"7","app_id":"a","data":{{"id":"{number}"}}}}"#
            ),
            Self::Garbage => format!("<{number}"),
            _ => format!(
                r#"{{"accountId":1,"beginAt":{0},"channel":{{"id":{number},"isChat":true}},"visitor":{{"id":1}},"messages":[{{"type":"visitor","content":"Hi","sentAt":{0}}}]}}"#,
                at(number).millis()
            ),
        };
        Delivery {
            kind: match self {
                Self::Fetched => DeliveryKind::BackFill,
                Self::Imported => DeliveryKind::Import,
                _ => DeliveryKind::Hook,
            },
            source: SOURCE.to_owned(),
            provider: Some("smartsupp".to_owned()),
            method: "POST".to_owned(),
            path: "/h/smartsupp/…".to_owned(),
            query: None,
            headers: headers.map(header).into(),
            body: body.into_bytes(),
            received_at: at(number),
        }
    }
}

struct House {
    archive: Archive,
    /// Keeps the folder until the archive is closed.
    _folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { archive: Archive::open(folder.path(), at(0)).unwrap(), _folder: folder }
    }

    fn post(&self, mut delivery: Delivery) -> DeliveryId {
        let known = self.archive.source(SOURCE).unwrap();
        let hook = self.archive.hook(SOURCE, &known.token, at(0)).unwrap();
        let signature = hook.guard.and_then(|guard| guard.examine(&mut delivery));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let id = runtime.block_on(self.archive.append_examined(delivery, signature)).unwrap();
        self.settle();
        id
    }

    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(120);
        while self.archive.progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "the projector must catch up");
            std::thread::yield_now();
        }
    }

    /// How many came from the service and when the first did, with the numbers of the first that was read, of the
    /// newest that was not, and of the newest trial.
    fn tells(&self) -> (i64, Option<Instant>, [Option<DeliveryId>; 3]) {
        let source = self.archive.source(SOURCE).unwrap();
        let found = self.archive.connected(SOURCE).unwrap();
        let numbers = [found.first, found.trouble, found.trial].map(|row| row.map(|row| row.id));
        (source.real_deliveries, source.first_real_delivery_at, numbers)
    }
}

/// The same told from the list of what came alone.
fn expected(all: &[(Came, DeliveryId)]) -> (i64, Option<Instant>, [Option<DeliveryId>; 3]) {
    let real = || all.iter().filter(|(came, _)| came.is_real());
    let count = i64::try_from(real().count()).unwrap();
    let first_at = real().next().map(|(_, id)| at(id.0));
    let first = real().find(|(came, _)| came.is_read()).map(|(_, id)| *id);
    let open = first.is_none();
    let trouble = real().next_back().map(|(_, id)| *id).filter(|_| open);
    let trial = all.iter().rev().find(|(came, _)| matches!(came, Came::Sample | Came::ByHand));
    (count, first_at, [first, trouble, trial.map(|(_, id)| *id).filter(|_| open)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn only_what_the_service_sent_counts_in_any_order_and_after_a_rebuild(
        came in prop::collection::vec(prop::sample::select(&Came::ALL[..]), 0..8)
    ) {
        let house = House::new();
        let mut all = Vec::new();
        for (number, came) in (1..).zip(came) {
            all.push((came, house.post(came.delivery(number))));
            prop_assert_eq!(house.tells(), expected(&all), "{:?}", all);
        }
        house.archive.rebuild().unwrap();
        house.settle();
        prop_assert_eq!(house.tells(), expected(&all), "derived again: {:?}", all);
    }
}

#[test]
fn what_waits_in_quarantine_is_trouble_until_somebody_accepts_it() {
    let house = House::new();
    house.archive.add_secret(SOURCE, None, SECRET, at(0)).unwrap();
    let id = house.post(Came::Chat.delivery(1));
    let found = house.archive.connected(SOURCE).unwrap();
    assert!(found.first.is_none(), "the address does not work as it should yet");
    assert_eq!(found.trouble.map(|row| (row.id, row.outcome)), Some((id, Outcome::Quarantined)));

    house.archive.accept(&[id], true, at(2)).unwrap();
    house.settle();
    let found = house.archive.connected(SOURCE).unwrap();
    assert_eq!(found.first.map(|row| row.id), Some(id));
    assert_eq!(house.archive.source(SOURCE).unwrap().real_deliveries, 1, "it is not counted again");

    house.archive.accept(&[id], false, at(3)).unwrap();
    house.settle();
    assert!(house.archive.connected(SOURCE).unwrap().first.is_none(), "put back");
}

#[test]
fn another_address_knows_nothing_of_it() {
    let house = House::new();
    house.post(Came::Chat.delivery(1));
    let found = house.archive.connected("chatlio").unwrap();
    assert!(found.first.or(found.trouble).or(found.trial).is_none());
    assert_eq!(house.archive.source("chatlio").unwrap().real_deliveries, 0);
}
