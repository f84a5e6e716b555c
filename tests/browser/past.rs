//! Makes an archive with a past, for tests that cannot wait for weeks: what was posted when, and when the door was open.
//! Asks for the folder, and for `{"posted": [millis], "open": [[from, until]]}` on standard input.

use std::error::Error;
use std::path::Path;

use afterchat_archive::{Archive, OpenEnded};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("It asks for the folder of the archive.")?;
    let past: Value = serde_json::from_reader(std::io::stdin())?;
    let moments = |list: &Value| -> Result<Vec<Instant>, Box<dyn Error>> {
        let moment = |value: &Value| value.as_i64().and_then(Instant::from_millis).ok_or("not a moment");
        let list = list.as_array().ok_or("not a list")?;
        Ok(list.iter().map(moment).collect::<Result<_, _>>()?)
    };
    let now = Instant::from_utc(chrono::Utc::now());
    let archive = Archive::open(Path::new(&folder), now)?;
    archive.append_all(moments(&past["posted"])?.into_iter().map(chat).collect())?;
    for stretch in past["open"].as_array().ok_or("not a list")? {
        let [from, until] = moments(stretch)?[..] else { return Err("two moments make a stretch".into()) };
        archive.was_open(from, until, Some(OpenEnded::Closed))?;
    }
    archive.close();
    Ok(())
}

/// A chat that Smartsupp posted then.
fn chat(at: Instant) -> Delivery {
    let millis = at.millis();
    let body = json!({
        "accountId": 1, "beginAt": millis, "endAt": millis + 30_000,
        "channel": { "id": millis, "isChat": true, "isCompleted": true },
        "visitor": { "id": 1, "name": "Ada" },
        "messages": [{ "type": "visitor", "content": "Hello?", "sentAt": millis }],
    });
    Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/…".to_owned(),
        query: None,
        headers: vec![Header { name: "User-Agent".to_owned(), value: b"Smartsupp".to_vec() }],
        body: body.to_string().into_bytes(),
        received_at: at,
    }
}
