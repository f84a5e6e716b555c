//! Deliveries handed on, asked as a host asks: what is told, what is hidden, and files that are whole or not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Cursor, Read as _};
use std::path::Path;
use std::time::Duration;

use afterchat_api::Api;
use afterchat_archive::{DeliveryId, Told};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;

struct House {
    api: Api,
    _folder: TempDir,
}

impl House {
    /// An archive with these bodies, a second apart, at the source for Smartsupp.
    async fn with(bodies: &[&[u8]]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::open(folder.path()).unwrap();
        let house = Self { api, _folder: folder };
        for (second, body) in (1..).zip(bodies) {
            house.take(second, body, &[]).await;
        }
        house
    }

    async fn take(&self, second: i64, body: &[u8], headers: &[(&str, &str)]) -> DeliveryId {
        let header = |(name, value): &(&str, &str)| Header {
            name: (*name).to_owned(),
            value: value.as_bytes().to_vec(),
        };
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: "smartsupp".to_owned(),
            provider: Some("smartsupp".to_owned()),
            method: "POST".to_owned(),
            path: "/h/smartsupp/…".to_owned(),
            query: None,
            headers: headers.iter().map(header).collect(),
            body: body.to_vec(),
            received_at: Instant::from_millis(1_800_000_000_000 + second * 1000).unwrap(),
        };
        self.api.archive().append(delivery).await.unwrap()
    }

    async fn written(&self, ask: Value) -> Result<Value, String> {
        self.api.query("written", ask).await.map_err(|failure| failure.code)
    }

    /// Hands over and follows the change number, as a host does, until the work has ended.
    async fn handed(&self, which: Value, form: &str) -> Value {
        let ask = json!({ "which": which, "form": form });
        let work = self.api.act("hand_over", ask).await.unwrap()["work"].clone();
        let mut changes = self.api.changes();
        let ended = async {
            loop {
                changes.borrow_and_update();
                let rows = self.api.query("work", json!({})).await.unwrap();
                let row =
                    rows["rows"].as_array().unwrap().iter().find(|row| row["id"] == work).unwrap().clone();
                if ["done", "failed", "cancelled"].contains(&row["state"].as_str().unwrap()) {
                    return row;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ended).await.expect("the work ends")
    }

    fn file(&self, row: &Value) -> (String, Vec<u8>) {
        let product = self.api.product(row["id"].as_str().unwrap()).unwrap();
        let mut bytes = Vec::new();
        product.write_to(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, product.size);
        (product.name, bytes)
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures").join(name)).unwrap()
}

#[tokio::test]
async fn a_command_tells_no_secret_unless_it_is_asked_to() {
    let house = House::with(&[]).await;
    let token = house.api.archive().sources().unwrap();
    let token = token.into_iter().find(|source| source.name == "smartsupp").unwrap().token;
    let signing = json!({ "source": "smartsupp", "secret": "a-signing-secret-of-ours" });
    house.api.act("add_secret", signing).await.unwrap();
    let path = format!("/h/smartsupp/{token}");
    let headers = [("X-Forwarded-Uri", path.as_str()), ("X-Echo", "a-signing-secret-of-ours")];
    house.take(1, b"{}", &headers).await;

    let hidden = house.written(json!({ "delivery": "1", "form": "curl" })).await.unwrap();
    let text = hidden["text"].as_str().unwrap();
    assert!(text.starts_with("curl -X POST \"$HOOK_URL\" \\\n"), "{text}");
    assert!(!text.contains(&token) && !text.contains("a-signing-secret"), "{text}");
    assert_eq!(hidden["hidden"], json!(["X-Forwarded-Uri", "X-Echo"]));

    let shown = house.written(json!({ "delivery": "1", "form": "curl", "secrets": true })).await.unwrap();
    let text = shown["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("curl -X POST http://127.0.0.1:4780{path} \\\n")), "{text}");
    assert!(text.contains("a-signing-secret-of-ours"), "{text}");

    let to = json!({ "delivery": "1", "form": "httpie", "to": " http://localhost:3000/in " });
    let text = house.written(to).await.unwrap()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("http --ignore-stdin POST http://localhost:3000/in \\\n"), "{text}");
    for to in ["file:///etc/passwd", "localhost", "", "javascript:alert(1)"] {
        let refused = house.written(json!({ "delivery": "1", "form": "curl", "to": to })).await;
        assert_eq!(refused.unwrap_err(), "target_not_http", "{to:?}");
    }
    let none = house.written(json!({ "delivery": "99", "form": "curl" })).await;
    assert_eq!(none.unwrap_err(), "not_found");
}

#[tokio::test]
async fn a_large_body_stands_in_a_file_beside_the_command() {
    let body = format!("{{\"text\": \"{}\"}}", "x".repeat(200 << 10));
    let house = House::with(&[body.as_bytes()]).await;
    let short = house.written(json!({ "delivery": "1", "form": "curl" })).await.unwrap();
    assert_eq!(short["remarks"], json!([{ "code": "body_in_file", "name": "delivery-1.json" }]));
    assert!(short["text"].as_str().unwrap().ends_with("--data-binary '@delivery-1.json'"), "{short}");
    let whole = house.written(json!({ "delivery": "1", "form": "curl", "whole": true })).await.unwrap();
    assert_eq!(whole["remarks"], json!([]));
    assert!(whole["text"].as_str().unwrap().len() > body.len(), "it holds the whole body");
    let row = house.handed(json!({ "ids": ["1"] }), "body").await;
    assert_eq!(house.file(&row), ("delivery-1.json".to_owned(), body.into_bytes()));
}

#[tokio::test]
async fn a_list_becomes_one_har_file_in_order_of_arrival_with_its_answers() {
    let bodies: Vec<Vec<u8>> = (0..450).map(|number| format!("{{\"n\": {number}}}").into_bytes()).collect();
    let house = House::with(&bodies.iter().map(Vec::as_slice).collect::<Vec<_>>()).await;
    let told = Told {
        delivery: DeliveryId(2),
        status: Some(200),
        answering: Duration::from_millis(3),
        handed: true,
        ..Told::default()
    };
    house.api.archive().told(told);
    let noted = async {
        while house.api.archive().answer_to(DeliveryId(2)).unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), noted).await.expect("an answer is noted soon");

    let row = house.handed(json!({ "list": { "source": "smartsupp" } }), "har").await;
    assert_eq!((&row["state"], &row["file"]), (&json!("done"), &json!("deliveries-1-450.har")));
    assert_eq!(row["counts"][0], json!({ "code": "written", "count": 450 }));
    let har: Value = serde_json::from_slice(&house.file(&row).1).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    let texts: Vec<_> =
        entries.iter().map(|entry| entry["request"]["postData"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, bodies.iter().map(|body| std::str::from_utf8(body).unwrap()).collect::<Vec<_>>());
    assert_eq!(entries[0]["response"]["status"], 0, "nothing was noted of the first");
    assert_eq!(entries[1]["response"]["content"]["text"], "{\"result\":\"ok\"}");
    assert_eq!(entries[1]["timings"]["wait"], 3.0);

    let none = house.handed(json!({ "list": { "source": "chatlio" } }), "har").await;
    assert_eq!((&none["state"], &none["failure"]["code"]), (&json!("failed"), &json!("nothing_chosen")));
    assert!(house.api.product(none["id"].as_str().unwrap()).is_err(), "there is no file of it");
    let dismissed = json!({ "id": row["id"] });
    house.api.act("dismiss_work", dismissed).await.unwrap();
    assert!(house.api.product(row["id"].as_str().unwrap()).is_err(), "it is gone with the work");
}

#[tokio::test]
async fn fixtures_hold_exact_payloads_and_what_each_alone_gives() {
    let (first, second) = (fixture("smartsupp/post_hook.json"), fixture("hostile/binary.bin"));
    let house = House::with(&[&first, &second]).await;
    let row = house.handed(json!({ "ids": ["2", "1", "2", "77"] }), "fixtures").await;
    assert_eq!(row["counts"], json!([{ "code": "written", "count": 2 }, { "code": "gone", "count": 1 }]));
    let mut zip = zip::ZipArchive::new(Cursor::new(house.file(&row).1)).unwrap();
    let names: Vec<_> =
        (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(
        names,
        [
            "00001_smartsupp.json",
            "00001_smartsupp.headers.txt",
            "00001_smartsupp.expected.json",
            "00002_unknown.bin",
            "00002_unknown.headers.txt",
            "00002_unknown.expected.json",
            "SOURCES.md"
        ]
    );
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    assert_eq!((read("00001_smartsupp.json"), read("00002_unknown.bin")), (first, second));
    let mut expected: Value = serde_json::from_slice(&read("00001_smartsupp.expected.json")).unwrap();
    let kept = house.api.query("conversations", json!({ "view": "everything" })).await.unwrap();
    let id = kept["rows"][0]["id"].clone();
    let kept = house.api.query("conversation", json!({ "id": id })).await.unwrap();
    let mut kept = kept["transcript"].clone();
    for transcript in [&mut expected[0], &mut kept] {
        transcript.as_object_mut().unwrap().remove("local");
    }
    assert_eq!(expected[0], kept, "the archive made the same of it");
    assert_eq!(read("00002_unknown.expected.json"), b"[]\n");
}

#[tokio::test]
async fn what_says_nothing_or_too_much_is_refused() {
    let house = House::with(&[b"1", b"2"]).await;
    let both = house.handed(json!({ "ids": ["1", "2"] }), "body").await;
    assert_eq!(both["failure"]["code"], "bad_question", "two bodies are no file");
    let odd = house.handed(json!({ "list": { "search": "status:maybe" } }), "har").await;
    assert_eq!(odd["failure"]["code"], "search_not_understood", "a condition is never left out: {odd}");
    for which in [json!({}), json!({ "ids": ["1"], "list": {} }), json!({ "ids": ["x"] })] {
        let row = house.handed(which, "har").await;
        assert_eq!((&row["state"], &row["failure"]["code"]), (&json!("failed"), &json!("bad_question")));
    }
}
