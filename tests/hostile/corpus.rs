//! The vectors, and conversations in which one of them stands in every text.

use std::path::{Path, PathBuf};

use afterchat_archive::export::{Format, render};
use afterchat_transcript::fold::{self, Telling};
use afterchat_transcript::{Delivery, DeliveryKind, Instant, Transcript, providers, read};
use chrono::FixedOffset;
use serde::Deserialize;
use serde_json::Value;

/// Stands in a payload where the vector's own bytes go.
const PLACE: &str = "@@vector@@";

/// One thing that a stranger may write.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    text: Option<String>,
    hex: Option<String>,
    #[serde(default)]
    fires: bool,
}

#[derive(Deserialize)]
struct Family {
    vectors: Vec<Vector>,
}

impl Vector {
    /// True when it calls out wherever a page takes it for HTML.
    #[allow(
        dead_code,
        reason = "only a page without protection is asked, which is in the tests of the window"
    )]
    pub(crate) fn fires(&self) -> bool {
        self.fires
    }

    /// It as text, where it is text.
    pub(crate) fn text(&self) -> Option<String> {
        self.spoken("127.0.0.1:9")
    }

    /// It as text that calls out to this host.
    pub(crate) fn spoken(&self, host: &str) -> Option<String> {
        let canary = format!("http://{host}/{}", self.name);
        let text = self.text.as_ref()?;
        let text = text.replace("{run}", &format!("fetch(`{canary}`),top.__ran=`{}`", self.name));
        Some(text.replace("{canary}", &canary).replace("{host}", host))
    }

    /// What stands between the quotation marks of a JSON text.
    fn quoted(&self) -> Vec<u8> {
        if let Some(hex) = &self.hex {
            let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            return (0..hex.len()).step_by(2).map(byte).collect();
        }
        quoted(&self.text().unwrap())
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A text as it stands between the quotation marks of JSON.
fn quoted(text: &str) -> Vec<u8> {
    let json = serde_json::to_string(text).unwrap();
    json.as_bytes()[1..json.len() - 1].to_vec()
}

/// Every family, those that a browser may run or load first.
pub(crate) const FAMILIES: [&str; 6] = ["scripts", "loads", "urls", "formulas", "file_names", "text"];

/// The vectors of one family.
pub(crate) fn family(name: &str) -> Vec<Vector> {
    let file =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("hostile/vectors/{name}.json")))
            .unwrap();
    serde_json::from_slice::<Family>(&file).unwrap().vectors
}

/// Every vector there is.
pub(crate) fn vectors() -> Vec<Vector> {
    FAMILIES.into_iter().flat_map(family).collect()
}

/// Every chat service.
pub(crate) fn services() -> Vec<&'static str> {
    providers::PROVIDERS.iter().map(|provider| provider.id()).collect()
}

/// Puts the place of a vector into every text of a payload: those that hold markup in the fixture.
fn mark(value: &mut Value, marked: &mut usize) {
    match value {
        Value::String(text) if text.contains("<script>") => {
            PLACE.clone_into(text);
            *marked += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mark(item, marked)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| mark(entry, marked)),
        _ => {}
    }
}

/// A service's fullest payload, with the place of a vector in every text.
fn payload(service: &str) -> String {
    let file = fixtures().join(service).join("html_in_every_text.json");
    let mut payload: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut marked = 0;
    mark(&mut payload, &mut marked);
    assert!(marked > 1, "{service} has texts");
    serde_json::to_string(&payload).unwrap()
}

/// A service's fullest payload with this in every text, about a conversation of this name.
#[allow(dead_code, reason = "the window is shown families, the formats are given single vectors")]
pub(crate) fn filled(service: &'static str, name: &str, text: &str) -> Vec<u8> {
    let payload = payload(service).replace("70fe3290-44ad-11e9-a30a-515671621700", name);
    let payload = payload.replace(&format!("html-{service}"), name);
    let parts: Vec<&[u8]> = payload.split(PLACE).map(str::as_bytes).collect();
    parts.join(quoted(text).as_slice())
}

/// The conversations that a payload becomes.
pub(crate) fn becomes(service: &str, body: Vec<u8>) -> Vec<Transcript> {
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: service.to_owned(),
        provider: Some(service.to_owned()),
        method: "POST".to_owned(),
        path: format!("/h/{service}"),
        query: None,
        headers: Vec::new(),
        body,
        received_at: Instant::from_millis(1_800_000_000_000).unwrap(),
    };
    let reading = read(&delivery);
    let digest = fold::digest(&delivery.body);
    let fold = |(at, part)| {
        let id = fold::conversation_id(&reading, at, &digest)?;
        let (received_at, source) = (delivery.received_at, delivery.source.as_str());
        let telling = Telling { delivery: 1, source, received_at, digest, reading: &reading, part };
        Some(fold::fold(&id, &[telling])?.transcript)
    };
    reading.parts.iter().enumerate().filter_map(fold).collect()
}

/// Looks at each vector in every text of each service, one conversation after another, on all processors. What is wrong is
/// told together.
pub(crate) fn each(vectors: &[Vector], look: impl Fn(&Vector, &Transcript) -> Vec<String> + Sync) {
    let payloads: Vec<_> = services().into_iter().map(|service| (service, payload(service))).collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (payloads, look) = (&payloads, &look);
    let of_worker = |worker| {
        move || {
            let mut wrong = Vec::new();
            for vector in vectors.iter().skip(worker).step_by(workers) {
                let quoted = vector.quoted();
                for (service, payload) in payloads {
                    let parts: Vec<&[u8]> = payload.split(PLACE).map(str::as_bytes).collect();
                    let told = becomes(service, parts.join(quoted.as_slice()));
                    assert_eq!(told.len(), 1, "{} in {service} is still a conversation", vector.name);
                    let found = look(vector, &told[0]);
                    wrong.extend(
                        found.into_iter().map(|what| format!("{} in {service}: {what:.300}", vector.name)),
                    );
                }
            }
            wrong
        }
    };
    let wrong = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(of_worker(worker))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    let few = &wrong[..wrong.len().min(30)];
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), few.join("\n"));
}

/// A conversation in a format.
pub(crate) fn written(transcript: &Transcript, format: Format) -> String {
    render(transcript, format, &FixedOffset::east_opt(3600).unwrap())
}

/// True for what steers a terminal or turns a text around. Line breaks and tabs do not.
pub(crate) fn steers(c: char) -> bool {
    !matches!(c, '\n' | '\r' | '\t')
        && (c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'))
}
