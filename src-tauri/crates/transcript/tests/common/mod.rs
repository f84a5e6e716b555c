//! What the tests of readers share: where the fixtures are, deliveries that carry them, and a dump for people.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod arrived;
pub(crate) mod kept;

use std::path::{Path, PathBuf};

use afterchat_transcript::reading::{Extent, Verdict};
use afterchat_transcript::{Delivery, DeliveryKind, Instant, Reading};
use serde_json::{Value, json};

/// The folder of all fixtures.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures")
}

/// Every fixture with the name of its folder, in a fixed order.
pub(crate) fn fixtures() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root()).expect("the folder of fixtures must exist").flatten() {
        let Ok(files) = std::fs::read_dir(folder.path()) else { continue };
        for path in files.flatten().map(|file| file.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_file() && !name.ends_with(".expected.json") && !name.ends_with(".md") {
                found.push((folder.file_name().to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    found
}

/// Writes what was read, or compares it with what must be.
pub(crate) fn settle(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(path, found).expect("the expected file must be writable");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let differs = expected.lines().zip(found.lines()).position(|(expected, found)| expected != found);
    let line = differs.unwrap_or(expected.lines().count().min(found.lines().count()));
    assert!(
        expected == found,
        "{} differs in line {}:\nexpected {:?}\nfound    {:?}",
        path.display(),
        line + 1,
        expected.lines().nth(line),
        found.lines().nth(line),
    );
}

/// A POST of this body to a source of this provider.
pub(crate) fn delivery(provider: Option<&str>, body: &[u8]) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "fixtures".to_owned(),
        provider: provider.map(str::to_owned),
        method: "POST".to_owned(),
        path: "/h/fixtures".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.to_vec(),
        received_at: Instant::from_millis(1_800_000_000_000).expect("a plausible time"),
    }
}

/// A reading as a person reviews it: each value of the payload with what became of it.
pub(crate) fn dump(reading: &Reading) -> Value {
    let verdict = match &reading.verdict {
        Verdict::Conversation => json!("conversation"),
        Verdict::NoConversation(reason) => json!({ "no_conversation": reason }),
        Verdict::Unreadable(reason) => json!({ "unreadable": reason }),
    };
    let parts: Vec<Value> = reading
        .parts
        .iter()
        .map(|part| {
            let became = part.origins();
            let lines =
                became.iter().map(|line| format!("{} → {} = {}", line.pointer, line.field, line.value));
            json!({
                "root": part.root,
                "extent": if part.extent == Extent::Whole { "whole" } else { "fragment" },
                "stage": part.stage,
                "as_of": part.as_of.map(|at| at.to_string()),
                "became": lines.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "provider": reading.provider,
        "verdict": verdict,
        "event": reading.event,
        "parts": parts,
        "other": reading.other,
        "notices": reading.notices,
    })
}
