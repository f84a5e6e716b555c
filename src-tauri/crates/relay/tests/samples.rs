//! The bundled samples are what they say they are.

use std::collections::BTreeSet;
use std::net::IpAddr;

use afterchat_relay::{Sample, samples};
use afterchat_transcript::reading::Verdict;
use afterchat_transcript::{Delivery, DeliveryKind, Header, providers, read};

fn delivery(sample: &Sample, provider: Option<&str>) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "any".to_owned(),
        provider: provider.map(str::to_owned),
        method: "POST".to_owned(),
        path: "/h/any/…".to_owned(),
        query: None,
        headers: vec![Header {
            name: "Content-Type".to_owned(),
            value: sample.content_type.as_bytes().to_owned(),
        }],
        body: sample.body.to_owned(),
        received_at: "2026-11-20T20:00:00.000Z".parse().expect("a time"),
    }
}

#[test]
fn every_sample_is_read_by_the_service_it_is_for() {
    for sample in samples() {
        for provider in [None, Some(sample.provider)] {
            let reading = read(&delivery(sample, provider));
            assert_eq!(reading.provider, Some(sample.provider), "{}", sample.id);
            assert_eq!(reading.verdict, Verdict::Conversation, "{} must show something", sample.id);
        }
    }
}

#[test]
fn every_sample_is_a_conversation_of_its_own() {
    let mut ids = BTreeSet::new();
    let mut conversations = BTreeSet::new();
    for sample in samples() {
        assert!(ids.insert(sample.id), "{} is there twice", sample.id);
        for part in read(&delivery(sample, None)).parts {
            // A payload that names no conversation is told apart by its delivery.
            let Some(external) = part.external_id else { continue };
            let account = part.account.map(|account| account.value);
            assert!(conversations.insert((sample.provider, account, external.value)), "{}", sample.id);
        }
    }
}

#[test]
fn every_service_has_two_or_three_samples() {
    for provider in providers::PROVIDERS {
        let count = samples().iter().filter(|sample| sample.provider == provider.id()).count();
        assert!((2..=3).contains(&count), "{} has {count} samples", provider.name());
    }
}

#[test]
fn no_sample_names_a_real_person_or_machine() {
    for sample in samples() {
        let text = std::str::from_utf8(sample.body).expect("a sample is text");
        for word in text.split(|c: char| c.is_whitespace() || "\"<>(),\\".contains(c)) {
            if let Some((_, domain)) = word.split_once('@') {
                let known = ["example.com", "example.org", "example.net"].contains(&domain);
                assert!(known, "{} has the address {word}", sample.id);
            }
            if let Ok(IpAddr::V4(ip)) = word.parse() {
                assert!(ip.is_documentation(), "{} has the address {word}", sample.id);
            }
        }
    }
}
