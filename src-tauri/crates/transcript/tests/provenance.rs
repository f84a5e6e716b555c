//! Every value of a folded transcript tells where it came from, and what stands there is the value that is shown, or
//! one of the derivations below.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use afterchat_transcript::fold::{self, Joined, Telling};
use afterchat_transcript::model::{ConversationId, Inference, Provenance};
use afterchat_transcript::payload::{Format, Kind, Payload, Value};
use afterchat_transcript::{Instant, Reading, read};
use common::{delivery, dump, fixtures};
use proptest::prelude::*;
use serde_json::Value as Json;

/// A delivery that was read.
struct Arrived {
    number: i64,
    name: String,
    body: Vec<u8>,
    payload: Payload,
    reading: Reading,
}

/// Every fixture of each service. Equal ids join them into conversations with several deliveries.
static CROWDS: LazyLock<Vec<Vec<Arrived>>> = LazyLock::new(|| {
    let mut crowds: BTreeMap<String, Vec<Arrived>> = BTreeMap::new();
    for (number, (service, path)) in (1..).zip(fixtures()) {
        let body = std::fs::read(&path).unwrap();
        let reading = read(&delivery(None, &body));
        let (payload, name) = (Payload::decode(&body), path.display().to_string());
        crowds.entry(service).or_default().push(Arrived { number, name, body, payload, reading });
    }
    crowds.into_values().collect()
});

/// Joins these deliveries and looks at each conversation.
fn each_joined(all: &[&Arrived], mut look: impl FnMut(&Joined<'_>)) {
    let mut told: BTreeMap<ConversationId, Vec<Telling<'_>>> = BTreeMap::new();
    for one in all {
        let digest = fold::digest(&one.body);
        let received_at = Instant::from_millis(1_800_000_000_000 + one.number * 1000).unwrap();
        for (index, part) in one.reading.parts.iter().enumerate() {
            let id = fold::conversation_id(&one.reading, index, &digest).unwrap();
            told.entry(id).or_default().push(Telling {
                delivery: one.number,
                source: "fixtures",
                received_at,
                digest,
                reading: &one.reading,
                part,
            });
        }
    }
    for (id, tellings) in told {
        look(&fold::join(&id, &tellings).unwrap());
    }
}

/// One place of a transcript, as the walk tells it.
#[derive(Debug, Clone, PartialEq)]
enum Trace {
    Told { delivery: i64, pointer: String, bytes: Option<(usize, usize)>, value: String },
    Inferred { why: Inference, delivery: Option<i64> },
}

fn owned(provenance: Provenance<'_>) -> Trace {
    match provenance {
        Provenance::Told { delivery, pointer, bytes, value } => {
            Trace::Told { delivery, pointer: pointer.to_owned(), bytes, value: value.shown() }
        }
        Provenance::Inferred { why, delivery } => Trace::Inferred { why, delivery },
    }
}

/// Every scalar of a transcript by its place.
fn leaves(value: &Json, at: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Json::Object(entries) => {
            for (name, entry) in entries {
                let place = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                // An unknown value is one value, whatever is in it.
                if at.starts_with("other[") && name == "value" {
                    found.insert(place, entry.as_str().map_or_else(|| entry.to_string(), str::to_owned));
                } else {
                    leaves(entry, &place, found);
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}[{index}]"), found);
            }
        }
        scalar => {
            found.insert(at.to_owned(), scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned));
        }
    }
}

/// Names of other values, and what people or the archive added: these have no place of their own.
fn goes_with_another(place: &str) -> bool {
    let list = place.split('[').next().unwrap_or_default();
    let last = place.rsplit('.').next().unwrap_or_default();
    place.starts_with("local")
        || matches!(last, "at_inferred" | "started_at_inferred")
        || match list {
            "deliveries" => true,
            "fields" => last != "value",
            "links" => last == "label",
            "pages" => last == "role",
            "other" => last == "pointer",
            "notices" => last != "text",
            _ => false,
        }
}

/// Values that may stand in a transcript although no payload says them.
fn may_be_inferred(place: &str, why: Inference) -> bool {
    match why {
        Inference::Given => matches!(place, "id" | "source"),
        Inference::Shape => {
            matches!(place, "provider" | "kind" | "state")
                || place.ends_with("].role")
                || place.ends_with("].markup")
        }
        Inference::Receipt => place == "started_at" || place.ends_with("].at"),
        Inference::LineBeside => place.starts_with("messages[") && place.ends_with("].at"),
    }
}

/// The values at a pointer. A name that stands twice in an object gives several, and no pointer tells them apart.
fn all_at<'a>(root: &'a Value, pointer: &str) -> Vec<&'a Value> {
    pointer.split('/').skip(1).fold(vec![root], |values, part| {
        let name = part.replace("~1", "/").replace("~0", "~");
        let inside = |value: &&'a Value| match &value.kind {
            Kind::Object(entries) => {
                entries.iter().filter(|(known, _)| *known == name).map(|(_, entry)| entry).collect()
            }
            _ => part
                .parse::<usize>()
                .ok()
                .and_then(|index| value.items().get(index))
                .into_iter()
                .collect::<Vec<_>>(),
        };
        values.iter().flat_map(inside).collect()
    })
}

/// Whether a value is what stands in the payload, or made of it in one of the ways that readers document.
fn comes_from(place: &str, shown: &str, raw: &Value, cut: Option<(usize, usize)>) -> bool {
    let name = place.rsplit('.').next().unwrap_or_default();
    let Some(text) = raw.scalar() else {
        // Content of an unexpected shape is shown as JSON. A notice is about a place. What kind of conversation it is
        // may be told by an object's being there.
        let json = raw.to_json().to_string();
        return json == shown || place.starts_with("notices") || name == "kind";
    };
    let text = cut.map_or(text.as_str(), |(start, end)| &text[start..end]);
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let same = text == shown || number(text).is_some_and(|number| Some(number) == shown.parse().ok());
    // Codes are translated into our words; services put several facts into one.
    let translated = matches!(name, "kind" | "state" | "role" | "ended_by" | "provider_status")
        || (place.starts_with("fields") && text.parse::<u8>().is_ok());
    // `1m 6s` is a number of seconds.
    let duration = name == "wait_seconds" && text.starts_with(|c: char| c.is_ascii_digit());
    // JSON inside a text gives each of its values, all from the place of that text.
    let embedded = text.trim_start().starts_with('{')
        && text.contains(&Json::from(shown).to_string()[1..].trim_end_matches('"').to_owned());
    // A scale is the service's own and stands in no payload; it goes with the mark.
    let scale = place == "rating.max";
    same || scale
        || translated
        || duration
        || embedded
        || place.starts_with("notices")
        || text.strip_prefix("level") == Some(shown)
        || is_time(shown, text)
}

/// Whether a text is this moment: written in one of the services' ways, or seconds with a fraction, or whole seconds whose milliseconds stand
/// beside them, or a clock time whose date is that of the chat.
fn is_time(shown: &str, text: &str) -> bool {
    let Some(shown) = Instant::from_rfc3339(shown) else { return false };
    let text = text.trim();
    let number = text.parse::<i64>().ok();
    let plain = text
        .replace(['\u{202f}', '\u{a0}'], " ")
        .replacen(", ", "\u{0}", 1)
        .replace(',', "")
        .replace('\u{0}', ", ");
    let ways = [
        Instant::from_rfc3339(text),
        Instant::from_zoneless(text),
        Instant::from_microsoft(text),
        Instant::from_english(&plain),
        number.and_then(Instant::from_millis),
    ];
    let inner = text.trim_start_matches("/Date(").trim_end_matches(")/");
    let seconds = inner.split('.').next().and_then(|seconds| seconds.parse::<i64>().ok());
    let seconds = seconds.and_then(|seconds| Instant::from_millis(seconds.checked_mul(1000)?));
    ways.contains(&Some(shown))
        || seconds.is_some_and(|seconds| (0..1000).contains(&(shown.millis() - seconds.millis())))
        || shown.to_string().get(11..19) == Some(text)
}

/// What the bytes of a place say when they are read alone.
fn written_at(body: &[u8], payload: &Payload, place: &str) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let mut written = body[payload.locate(&body, place)?.span].to_owned();
    if payload.format == Format::Form {
        let form = Payload::decode(format!("a={written}").as_bytes());
        written = form.root?.at("/a")?.scalar()?;
    }
    let part = place.contains('@') && payload.format == Format::Json && !written.starts_with('"');
    let alone = match payload.format {
        Format::Xml => format!("<a>{written}</a>"),
        _ if part => format!(r#"{{"a":"{written}"}}"#),
        _ => format!(r#"{{"a":{written}}}"#),
    };
    match Payload::decode(alone.as_bytes()).root {
        Some(alone) => Some(alone.at("/a")?.scalar().unwrap_or_default()),
        // A field of a form that holds no document is its text.
        None => Some(written),
    }
}

fn check(joined: &Joined<'_>, all: &[&Arrived]) -> Result<(), TestCaseError> {
    let transcript = joined.plain();
    let mut expected = BTreeMap::new();
    leaves(&serde_json::to_value(&transcript).unwrap(), "", &mut expected);
    let mut traces: BTreeMap<String, Trace> = BTreeMap::new();
    let mut twice = Vec::new();
    joined.walk(&mut |place, provenance| {
        twice.extend(traces.insert(place.to_owned(), owned(provenance)).map(|_| place.to_owned()));
    });
    prop_assert_eq!(twice, Vec::<String>::new(), "each place is told once");
    let wanted: BTreeSet<&String> = expected.keys().filter(|place| !goes_with_another(place)).collect();
    let known: BTreeSet<&String> = traces.keys().collect();
    prop_assert_eq!(&known, &wanted, "every value has a way back, and every way back is one of a value");
    for (place, trace) in &traces {
        prop_assert_eq!(joined.trace(place, owned), Some(trace.clone()), "{} alone", place);
        match trace {
            Trace::Inferred { why, delivery } => {
                prop_assert!(may_be_inferred(place, *why), "{place} must come from somewhere");
                prop_assert!(delivery.is_none_or(|number| all.iter().any(|one| one.number == number)));
            }
            Trace::Told { delivery, pointer, bytes, value } => {
                let shown = &expected[place];
                let equal =
                    value == shown || value.parse::<f64>().is_ok_and(|value| Ok(value) == shown.parse());
                prop_assert!(equal, "{place} shows {shown:?} and its origin was read as {value:?}");
                let one = all.iter().find(|one| one.number == *delivery).unwrap();
                let root = one.payload.root.as_ref().unwrap();
                let raw = all_at(root, pointer);
                prop_assert!(
                    raw.iter().any(|raw| comes_from(place, shown, raw, *bytes)),
                    "{place} shows {shown:?}, and at {pointer} {bytes:?} of {} stands {raw:?}",
                    one.name
                );
                let at =
                    bytes.map_or_else(|| pointer.clone(), |(start, end)| format!("{pointer}@{start}-{end}"));
                let written = written_at(&one.body, &one.payload, &at);
                let text = raw.iter().filter_map(|raw| raw.scalar()).next_back();
                let text =
                    text.map(|text| bytes.map_or(text.clone(), |(start, end)| text[start..end].to_owned()));
                prop_assert!(written.is_some(), "{place}: {at} has no bytes in {}", one.name);
                prop_assert!(
                    text.is_none() || written == text,
                    "{written:?} is no {text:?} at {at} of {}",
                    one.name
                );
                prop_assert_eq!(
                    joined.shown(&fold::digest(&one.body), &at, place),
                    Some(place.clone()),
                    "{} and back",
                    at
                );
            }
        }
    }
    Ok(())
}

#[test]
fn every_value_of_every_fixture_leads_back_to_its_place() {
    let mut conversations = 0;
    for crowd in CROWDS.iter() {
        for one in crowd {
            each_joined(&[one], |joined| {
                conversations += 1;
                check(joined, &[one]).unwrap_or_else(|problem| {
                    panic!("{}: {problem}\n{:#}", one.name, dump(&one.reading));
                });
            });
        }
    }
    assert!(conversations > 40, "the fixtures tell of conversations");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_of_joined_deliveries_leads_back_to_the_one_that_told_it(
        which in any::<prop::sample::Index>(),
        kept in any::<u64>(),
    ) {
        let crowd = which.get(&CROWDS);
        let all: Vec<&Arrived> =
            (0..).zip(crowd).filter(|(bit, _)| kept >> (bit % 64) & 1 == 1).map(|(_, one)| one).collect();
        let mut checked = Ok(());
        each_joined(&all, |joined| {
            checked = std::mem::replace(&mut checked, Ok(())).and_then(|()| check(joined, &all));
        });
        checked?;
    }
}

#[test]
fn of_a_value_that_several_deliveries_tell_the_newest_is_shown_and_the_others_are_known() {
    let body = |name: &str, more: &str| {
        format!(
            r#"{{"type":"event_callback","event":"conversation.{name}","timestamp":"2026-05-15T10:0{more}","account_id":"1","app_id":"a","data":{{"conversation":{{"id":"c","subject":"{name}"}}}}}}"#
        )
    };
    let arrived = |number: i64, body: String| Arrived {
        number,
        name: body.clone(),
        payload: Payload::decode(body.as_bytes()),
        reading: read(&delivery(None, body.as_bytes())),
        body: body.into_bytes(),
    };
    // The older event arrived later.
    let (newer, older) = (arrived(1, body("closed", "2:00Z")), arrived(2, body("opened", "1:00Z")));
    each_joined(&[&newer, &older], |joined| {
        let pointer = "/data/conversation/subject".to_owned();
        let told =
            Trace::Told { delivery: 1, pointer: pointer.clone(), bytes: None, value: "closed".to_owned() };
        assert_eq!(joined.trace("subject", owned), Some(told));
        assert_eq!(joined.also_told("subject", 1), [(2, pointer)]);
    });
}
