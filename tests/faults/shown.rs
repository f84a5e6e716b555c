//! What the program itself shows of the journal, asked of another run of it beside the one that receives.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::Value;

use crate::ledger::Ledger;
use crate::program::House;

/// Lets the program write out the whole journal, and finds everything acknowledged in it, byte for byte. Tells how much that is.
#[track_caller]
pub(crate) fn assert_shows_everything_acknowledged(house: &House, ledger: &Ledger) -> usize {
    let written = house.ok(&["deliveries", "--har", "-", "--with-secrets"]);
    let written: Value = serde_json::from_slice(&written).expect("a HAR file");
    let mut shown = BTreeMap::new();
    for entry in written["log"]["entries"].as_array().expect("entries") {
        let attempt =
            entry["request"]["queryString"][0]["value"].as_str().and_then(|value| value.parse().ok());
        let attempt: usize = attempt.expect("each came through the door");
        let before = shown.insert(attempt, body(&entry["request"]["postData"]));
        assert!(before.is_none(), "attempt {attempt} is shown once");
    }
    let mut acknowledged = 0;
    for (number, attempt) in
        ledger.attempts().iter().enumerate().filter(|(_, attempt)| attempt.acknowledged())
    {
        let body = shown
            .get(&number)
            .unwrap_or_else(|| panic!("attempt {number} was acknowledged and is not shown"));
        assert!(*body == ledger.body(attempt.delivery), "attempt {number} is shown byte for byte");
        acknowledged += 1;
    }
    acknowledged
}

fn body(data: &Value) -> Vec<u8> {
    let text = data["text"].as_str().unwrap_or_default();
    match data["encoding"].as_str() {
        Some("base64") => BASE64.decode(text.as_bytes()).expect("Base64"),
        _ => text.as_bytes().to_vec(),
    }
}
