//! Every sample payload beside what must be read from it: `tests/fixtures/<provider>/NAME.json` and
//! `NAME.expected.json`.
//!
//! A new case is a new pair of files. `UPDATE_FIXTURES=1` writes the expected files; read the difference before
//! committing it.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use afterchat_transcript::fold::{self, Telling};
use afterchat_transcript::payload::Payload;
use afterchat_transcript::providers::{PROVIDERS, by_id};
use afterchat_transcript::{Instant, Reading, read};
use common::{delivery, dump, fixtures, root, settle};
use serde_json::{Value, json};

/// The conversations that these readings tell of.
fn folded<'a>(readings: impl Iterator<Item = (i64, &'a [u8], &'a Reading)>) -> Vec<(usize, Value)> {
    let mut told: BTreeMap<_, Vec<Telling<'_>>> = BTreeMap::new();
    for (delivery, body, reading) in readings {
        let digest = fold::digest(body);
        let received_at =
            Instant::from_millis(1_800_000_000_000 + delivery * 1000).expect("a plausible time");
        for (index, part) in reading.parts.iter().enumerate() {
            let id = fold::conversation_id(reading, index, &digest).expect("a part has a provider");
            let source = "fixtures";
            told.entry(id).or_default().push(Telling {
                delivery,
                source,
                received_at,
                digest,
                reading,
                part,
            });
        }
    }
    let transcript = |(id, tellings): (_, Vec<Telling<'_>>)| {
        let transcript = fold::fold(&id, &tellings).expect("something was told").transcript;
        (tellings.len(), serde_json::to_value(transcript).expect("a transcript is JSON"))
    };
    told.into_iter().map(transcript).collect()
}

fn check(provider: &str, path: &Path) {
    let body = std::fs::read(path).expect("a fixture must be readable");
    let detected = read(&delivery(None, &body));
    if by_id(provider).is_some() {
        let own = read(&delivery(Some(provider), &body));
        assert_eq!(
            own,
            detected,
            "{} must be read alike at its own address and at a detecting one",
            path.display()
        );
        let payload = Payload::decode(&body);
        let value =
            payload.root.as_ref().and_then(|root| root.at(&payload.start)).expect("a sample must be a tree");
        let recognised: Vec<_> =
            PROVIDERS.iter().filter(|known| known.recognises(value)).map(|known| known.id()).collect();
        assert_eq!(recognised, [provider], "{} must be recognised by its own service only", path.display());
    }
    let transcripts: Vec<Value> = folded(std::iter::once((1, body.as_slice(), &detected)))
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    let mut found = json!({ "reading": dump(&detected) });
    if !transcripts.is_empty() {
        found["transcripts"] = json!(transcripts);
    }
    settle(&path.with_extension("expected.json"), &format!("{found:#}\n"));
}

#[test]
fn every_fixture_is_read_as_expected() {
    let all = fixtures();
    assert!(all.len() > 40, "the fixtures must be found");
    for (provider, path) in &all {
        check(provider, path);
    }
}

#[test]
fn deliveries_of_one_conversation_fold_into_it() {
    for provider in PROVIDERS.iter().map(|provider| provider.id()) {
        let mut bodies = Vec::new();
        for (_, path) in fixtures().iter().filter(|(folder, _)| folder == provider) {
            let body = std::fs::read(path).expect("a fixture must be readable");
            let reading = read(&delivery(None, &body));
            bodies.push((body, reading));
        }
        let told = || (1..).zip(&bodies).map(|(number, (body, reading))| (number, body.as_slice(), reading));
        let conversations = folded(told());
        let backwards: Vec<_> = told().collect();
        assert_eq!(
            folded(backwards.into_iter().rev()),
            conversations,
            "the order in which deliveries are folded must not matter"
        );
        let several: Vec<Value> = conversations
            .into_iter()
            .filter(|(parts, _)| *parts > 1)
            .map(|(_, transcript)| transcript)
            .collect();
        settle(&root().join(provider).join("folded.expected.json"), &format!("{:#}\n", json!(several)));
    }
}

#[test]
fn every_code_of_a_system_line_has_words() {
    for (provider, path) in fixtures() {
        let Some(provider) = by_id(&provider) else { continue };
        let body = std::fs::read(&path).expect("a fixture must be readable");
        let reading = read(&delivery(Some(provider.id()), &body));
        for message in reading.parts.iter().flat_map(|part| &part.messages) {
            let Some(event) = &message.words.event else { continue };
            assert!(
                provider.event_words(&event.value, None).is_some(),
                "{} in {} must be said in words",
                event.value,
                path.display()
            );
        }
    }
}
