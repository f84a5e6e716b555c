//! Two deliveries side by side, asked as a host asks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::time::{Duration, Instant as Moment};

use afterchat_api::Api;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;

struct House {
    api: Api,
    _folder: TempDir,
}

impl House {
    /// An archive with these bodies, all read; each comes with a header that counts.
    async fn with(bodies: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::open(folder.path()).unwrap();
        for (second, body) in (1..).zip(bodies) {
            let header =
                |name: &str, value: String| Header { name: name.to_owned(), value: value.into_bytes() };
            let delivery = Delivery {
                kind: DeliveryKind::Hook,
                source: "detect".to_owned(),
                provider: None,
                method: "POST".to_owned(),
                path: "/h/detect/…".to_owned(),
                query: None,
                headers: vec![
                    header("Host", "localhost".to_owned()),
                    header("X-Number", format!("{second}")),
                ],
                body: body.clone(),
                received_at: Instant::from_millis(1_800_000_000_000 + second * 1000).unwrap(),
            };
            api.archive().append(delivery).await.unwrap();
        }
        let deadline = Moment::now() + Duration::from_secs(60);
        while api.archive().progress().map(|progress| progress.done < progress.all).unwrap() {
            assert!(Moment::now() < deadline, "everything is read in the end");
            tokio::task::yield_now().await;
        }
        Self { api, _folder: folder }
    }

    async fn ask(&self, query: &str, ask: Value) -> Result<Value, String> {
        self.api.query(query, ask).await.map_err(|failure| failure.code)
    }

    async fn compare(&self, left: u32, right: u32) -> Value {
        self.ask("compare", json!({ "left": left.to_string(), "right": right.to_string() })).await.unwrap()
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// The lines that are a change: the difference, the pointers and the texts.
fn changes(answer: &Value) -> Vec<String> {
    let lines = answer["body"]["lines"].as_array().unwrap();
    let side = |line: &Value, side: &str| {
        let value = &line[side];
        let text = value["text"].as_str().map_or_else(|| format!("({})", value["count"]), str::to_owned);
        value["pointer"].as_str().map(|pointer| format!("{pointer}={text}")).unwrap_or_default()
    };
    lines
        .iter()
        .filter(|line| {
            line["inside"] == json!(false) && !["same", "holds"].contains(&line["what"].as_str().unwrap())
        })
        .map(|line| {
            format!("{} {} | {}", line["what"].as_str().unwrap(), side(line, "left"), side(line, "right"))
        })
        .collect()
}

#[tokio::test]
async fn two_deliveries_of_a_conversation_tell_what_changed_in_it() {
    let house =
        House::with(&["chat_start", "chat_end"].map(|name| fixture(&format!("tawkto/{name}.json")))).await;
    let answer = house.compare(1, 2).await;
    assert_eq!(
        changes(&answer),
        [
            "changed /event=chat:start | /event=chat:end",
            "changed /time=2026-02-03T09:02:38.104Z | /time=2026-02-03T09:06:10.500Z",
            "removed /message=(3) | ",
            "changed /visitor/name=V1700000000000001 | /visitor/name=Vera Ozola",
        ]
    );
    assert_eq!(answer["body"]["changes"], json!(4), "they are counted");
    let header = &answer["headers"][1];
    assert_eq!((&header["what"], &header["right"]["value"]), (&json!("changed"), &json!("2")));
    let conversation = &answer["conversations"][0];
    let told: Vec<String> = conversation["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!(
                "{} {} {}",
                change["area"],
                change["what"],
                change["after"]["text"].as_str().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"state\" \"changed\" ended",
            "\"time\" \"added\" 2026-02-03T09:06:10.500Z",
            "\"visitor\" \"changed\" Vera Ozola",
        ]
    );
    let back = house.compare(2, 1).await;
    assert_eq!(
        back["conversations"][0]["changes"][0]["after"]["text"],
        json!("open"),
        "the other way round it reads backwards"
    );
    let itself = house.compare(2, 2).await;
    assert_eq!(itself["body"]["compared_as"], json!("equal"));
    assert_eq!(itself["conversations"][0]["changes"], json!([]), "nothing differs from itself");
}

#[tokio::test]
async fn deliveries_of_different_conversations_are_compared_all_the_same() {
    let house = House::with(&[fixture("tawkto/chat_start.json"), fixture("comm100/chat_ended.json")]).await;
    let answer = house.compare(1, 2).await;
    assert_eq!(answer["conversations"], json!([]), "they tell of no conversation together");
    assert!(answer["body"]["changes"].as_u64().unwrap() > 10, "their bodies differ");
    assert_eq!(
        house.ask("compare", json!({ "left": "1", "right": "99" })).await,
        Err("not_found".to_owned()),
        "a delivery that is not there"
    );
}

#[tokio::test]
async fn what_is_same_or_on_one_side_is_spelled_out_and_marked_so() {
    let bodies: [&[u8]; 2] = [br#"{"a":{"b":[1,2]},"c":1}"#, br#"{"a":{"b":[1,2]},"d":{"e":"x"}}"#];
    let house = House::with(&bodies.map(<[u8]>::to_vec)).await;
    let answer = house.compare(1, 2).await;
    let lines: Vec<String> = answer["body"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let side = line["right"]["pointer"].as_str().or_else(|| line["left"]["pointer"].as_str());
            let inside = if line["inside"] == json!(true) { " inside" } else { "" };
            format!("{}{} {}{inside}", line["depth"], line["what"], side.unwrap())
        })
        .collect();
    assert_eq!(
        lines,
        [
            "0\"holds\" ",
            "1\"same\" /a",
            "2\"same\" /a/b inside",
            "3\"same\" /a/b/0 inside",
            "3\"same\" /a/b/1 inside",
            "1\"removed\" /c",
            "1\"added\" /d",
            "2\"added\" /d/e inside",
        ]
    );
}

#[tokio::test]
async fn long_texts_are_cut_around_what_changed() {
    let long = "word ".repeat(20_000);
    let bodies = [format!(r#"{{"t":"{long}one{long}"}}"#), format!(r#"{{"t":"{long}two{long}"}}"#)];
    let house = House::with(&bodies.map(String::into_bytes)).await;
    let answer = house.compare(1, 2).await;
    let line = &answer["body"]["lines"][1];
    assert_eq!(line["left"]["cut"], json!(true));
    let pieces = line["pieces"].as_array().unwrap();
    let told: Vec<&str> = pieces
        .iter()
        .filter(|piece| piece["what"] != json!("same"))
        .map(|piece| piece["text"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["oneword", "twoword"], "the words that differ, also far behind the beginning");
    assert!(answer.to_string().len() < 4_000, "a window is sent no long text");
}

#[tokio::test]
async fn the_deliveries_before_one_are_offered_to_compare_with() {
    let bodies = [
        fixture("tawkto/chat_start.json"),
        fixture("comm100/chat_ended.json"),
        br#"{"event":"chat:end","chatId":"other","time":"2026-02-03T10:00:00.000Z","property":{"id":"5a"}}"#
            .to_vec(),
        b"nothing".to_vec(),
        fixture("tawkto/chat_end.json"),
    ];
    let house = House::with(&bodies).await;
    let answer = house.ask("neighbours", json!({ "id": "5" })).await.unwrap();
    assert_eq!(answer["conversation"]["id"], json!("1"), "of the same conversation");
    assert_eq!(answer["event"]["id"], json!("3"), "of the same source and event");
    assert_eq!(answer["source"]["id"], json!("4"), "of the same source");
    assert_eq!(house.ask("neighbours", json!({ "id": "1" })).await, Ok(json!({})), "the first has none");
}

#[tokio::test]
async fn hostile_bodies_are_compared_within_bounds() {
    let numbers = |from: u32| {
        let numbers: Vec<String> = (from..from + 100_000).map(|number| number.to_string()).collect();
        format!("[{}]", numbers.join(",")).into_bytes()
    };
    let house =
        House::with(&[numbers(0), numbers(50_000), b"\x00\xff\x01".to_vec(), b"\x00\xfe".to_vec()]).await;
    let answer = house.compare(1, 2).await;
    assert_eq!(answer["body"]["changes"], json!(100_000));
    assert_eq!(answer["body"]["lines"].as_array().unwrap().len(), 20_000);
    assert_eq!(answer["body"]["more"], json!(130_001));
    let bytes = house.compare(3, 4).await;
    assert_eq!((&bytes["body"]["compared_as"], &bytes["body"]["first_byte"]), (&json!("bytes"), &json!(1)));
}

#[tokio::test]
async fn a_drift_is_answered_with_its_place_and_an_example() {
    let body = |chat: u32, name: &str| {
        format!(
            r#"{{"event":"chat:end","chatId":"c{chat}","visitor":{{{name}"city":"Riga"}},"property":{{"id":"5a"}}}}"#
        )
    };
    let mut bodies: Vec<Vec<u8>> = (0..20).map(|chat| body(chat, r#""name":"Vera","#).into_bytes()).collect();
    bodies.push(body(20, "").into_bytes());
    let house = House::with(&bodies).await;
    let answer = house.ask("drift", json!({ "id": "21" })).await.unwrap();
    assert_eq!(
        answer,
        json!({ "more": 0, "rows": [{
            "kind": "missing", "path": "/visitor/name", "pointer": "/visitor", "expected": ["text"],
            "example": { "delivery": "20", "at": "/visitor/name" },
        }] })
    );
    let page = house.ask("deliveries", json!({})).await.unwrap();
    assert_eq!((&page["rows"][0]["drift"], &page["rows"][1]["drift"]), (&json!(1), &json!(0)));
    assert_eq!(house.ask("drift", json!({ "id": "3" })).await, Ok(json!({ "more": 0, "rows": [] })));
}
