//! The JSON Schema of the transcript is made from its types, is committed, and holds for every fixture.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use afterchat_transcript::Transcript;
use serde_json::Value;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/transcript.schema.json");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures");

fn schema() -> Value {
    let mut schema = schemars::schema_for!(Transcript).to_value();
    schema["$id"] = "https://afterchat.app/schema/transcript.json".into();
    schema
}

#[test]
fn the_committed_schema_is_what_the_types_say() {
    let wanted = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::fs::read_to_string(SCHEMA).unwrap_or_default() != wanted {
        std::fs::write(SCHEMA, &wanted).unwrap();
        panic!("transcript.schema.json was out of date and has been written anew: commit it");
    }
}

/// Every transcript under the key `transcript` or in the list `transcripts` of an expected file.
fn expected(file: &Path) -> Vec<Value> {
    let value: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let many = value["transcripts"].as_array().cloned().unwrap_or_default();
    value.get("transcript").filter(|one| one.is_object()).cloned().into_iter().chain(many).collect()
}

#[test]
fn every_fixtures_transcript_fits_the_schema_and_comes_back_the_same() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut checked = 0;
    for folder in
        std::fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if !file.to_string_lossy().ends_with(".expected.json") {
                continue;
            }
            for transcript in expected(&file) {
                let problems: Vec<String> =
                    validator.iter_errors(&transcript).map(|error| error.to_string()).collect();
                assert_eq!(problems, [""; 0], "{} must fit the published schema", file.display());
                let read: Transcript = serde_json::from_value(transcript.clone()).unwrap();
                assert_eq!(
                    serde_json::to_value(read).unwrap(),
                    transcript,
                    "{} must be read back without loss",
                    file.display()
                );
                checked += 1;
            }
        }
    }
    assert!(checked >= 20, "every sample has an expected transcript; found {checked}");
}
