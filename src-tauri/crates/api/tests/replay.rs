//! Deliveries sent again in bulk, to a server that keeps what it hears and to the real door.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Moment};

use afterchat_api::Api;
use afterchat_transcript::signature::{Digits, Hash, Scheme, Secret, Verdict};
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a server heard: the heads and bodies of requests, in their order.
type Heard = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that answers its requests with these statuses in turn, the last again and again; 0 is no answer at all.
async fn server(statuses: &'static [u16]) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        let mut silent = Vec::new();
        for number in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let end = loop {
                if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                    break at + 4;
                }
                assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the request is whole");
            };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            while bytes.len() < end + length {
                assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the body is whole");
            }
            hears.lock().unwrap().push((head, bytes[end..].to_vec()));
            match statuses[number.min(statuses.len() - 1)] {
                0 => silent.push(socket),
                status => {
                    let answer =
                        format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        }
    });
    (url, heard)
}

fn bodies(heard: &Heard) -> Vec<String> {
    heard.lock().unwrap().iter().map(|(_, body)| String::from_utf8(body.clone()).unwrap()).collect()
}

struct House {
    api: Api,
    _folder: TempDir,
}

impl House {
    /// An archive with so many deliveries `1`, `2`, … to the source for tawk.to, a second apart.
    async fn with(count: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let house = Self { api: Api::open(folder.path()).unwrap(), _folder: folder };
        for number in 1..=count {
            house.take(number, format!("{{\"n\": {number}}}").as_bytes(), "tawkto").await;
        }
        house
    }

    async fn take(&self, second: i64, body: &[u8], source: &str) {
        let lines: &[(&str, &[u8])] =
            &[("x-B", b"2"), ("X-Tawk-Signature", b"old"), ("Authorization", b"Bearer abc"), ("X-b", b"1")];
        let header =
            |(name, value): &(&str, &[u8])| Header { name: (*name).to_owned(), value: value.to_vec() };
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: source.to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: format!("/h/{source}/…"),
            query: (second == 2).then(|| "a=b".to_owned()),
            headers: lines.iter().map(header).collect(),
            body: body.to_vec(),
            received_at: Instant::from_millis(1_800_000_000_000 + second * 1000).unwrap(),
        };
        self.api.archive().append(delivery).await.unwrap();
    }

    async fn begin(&self, ask: Value) -> Result<String, String> {
        let begun = self.api.act("replay", ask).await.map_err(|failure| failure.code)?;
        Ok(begun["work"].as_str().unwrap().to_owned())
    }

    async fn row(&self, work: &str) -> Value {
        let rows = self.api.query("work", json!({})).await.unwrap();
        rows["rows"].as_array().unwrap().iter().find(|row| row["id"] == work).unwrap().clone()
    }

    /// Follows the change number, as a host does.
    async fn until(&self, work: &str, reached: impl Fn(&Value) -> bool) -> Value {
        let mut changes = self.api.changes();
        let look = async {
            loop {
                changes.borrow_and_update();
                let row = self.row(work).await;
                if reached(&row) {
                    return row;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.expect("it is reached")
    }

    async fn replayed(&self, ask: Value) -> (Value, Vec<Value>) {
        let work = self.begin(ask).await.unwrap();
        let ended = |row: &Value| ["done", "failed", "cancelled"].contains(&row["state"].as_str().unwrap());
        let row = self.until(&work, ended).await;
        let records = self.api.query("work_records", json!({ "work": work })).await.unwrap();
        (row, records["rows"].as_array().unwrap().clone())
    }
}

fn outcomes(records: &[Value]) -> Vec<(&str, &str)> {
    let told = |record| (text(record, "delivery"), text(record, "outcome"));
    records.iter().map(told).collect()
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_go_out_again_in_their_order_and_to_the_byte() {
    let house = House::with(3).await;
    let (url, heard) = server(&[200]).await;
    let ask = json!({ "which": { "list": {} }, "to": { "kind": "url", "url": url }, "pace": { "kind": "at_once" } });
    let plan = house.api.query("replay_plan", ask.clone()).await.unwrap();
    assert_eq!(
        (&plan["count"], &plan["seconds"], &plan["sources"]),
        (&json!(3), &json!(0.0), &json!(["tawkto"]))
    );
    let (row, records) = house.replayed(ask).await;
    assert_eq!(
        (&row["state"], &row["kind"], &row["title"]),
        (&json!("done"), &json!("replay"), &json!("127.0.0.1"))
    );
    assert_eq!(outcomes(&records), [("1", "taken"), ("2", "taken"), ("3", "taken")]);
    assert!(text(&records[0], "reason").starts_with("200 in "), "{}", records[0]);
    assert_eq!(text(&records[0], "place"), "1 tawkto");
    assert_eq!(bodies(&heard), ["{\"n\": 1}", "{\"n\": 2}", "{\"n\": 3}"]);
    let head = heard.lock().unwrap()[1].0.clone();
    assert!(head.starts_with("POST /in?a=b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("x-B: 2\r\nX-Tawk-Signature: old\r\nX-b: 1\r\n"), "{head}");
    assert!(!head.contains("abc"), "what lets its bearer in stays here: {head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_ends_it_or_is_passed_by() {
    let house = House::with(4).await;
    for (stop, expected) in [(true, 2), (false, 4)] {
        let (url, heard) = server(&[200, 503, 200]).await;
        let ask = json!({
            "which": { "ids": ["4", "2", "1", "3"] }, "to": { "kind": "url", "url": url },
            "pace": { "kind": "at_once" }, "stop_on_failure": stop,
        });
        let (row, records) = house.replayed(ask).await;
        assert_eq!(heard.lock().unwrap().len(), expected);
        assert_eq!(outcomes(&records)[1], ("2", "refused"));
        assert_eq!(row["failure"]["code"], if stop { json!("replay_stopped") } else { Value::Null });
    }
    // Nobody listens on a port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let to = json!({ "kind": "url", "url": format!("http://{free}/") });
    let ask = json!({ "which": { "ids": ["1", "99"] }, "to": to, "pace": { "kind": "at_once" } });
    let (_, records) = house.replayed(ask).await;
    assert_eq!(outcomes(&records), [("1", "unanswered"), ("99", "failed")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_door_each_reaches_its_address_with_a_fresh_signature() {
    let house = House::with(2).await;
    house.api.listen(Some(0)).await.unwrap();
    let secret = json!({ "source": "tawkto", "label": "main", "secret": "a-signing-secret" });
    house.api.act("add_secret", secret).await.unwrap();
    let ask = |sign: Value| json!({ "which": { "list": { "source": "tawkto" } }, "to": { "kind": "own" }, "pace": { "kind": "rate", "per_second": 100.0 }, "sign": sign });
    let (_, unsigned) = house.replayed(ask(Value::Null)).await;
    assert_eq!(outcomes(&unsigned), [("1", "refused"), ("2", "refused")], "the old signature is refused");
    let (_, signed) = house.replayed(json!({
        "which": { "ids": ["1", "2"] }, "to": { "kind": "source", "name": "tawkto" }, "pace": { "kind": "at_once" }, "sign": "main",
    }))
    .await;
    assert_eq!(outcomes(&signed), [("1", "taken"), ("2", "taken")]);
    let kept = house.api.archive().delivery(afterchat_archive::DeliveryId(6)).unwrap().delivery;
    assert_eq!((kept.body.as_slice(), kept.query.as_deref()), (b"{\"n\": 2}".as_slice(), Some("a=b")));
    let scheme = Scheme::hmac(Hash::Sha1, Digits::Hex, &["X-Tawk-Signature"]);
    let secret = Secret::new("a-signing-secret").unwrap();
    assert_eq!(scheme.check([&secret], &kept.headers, &kept.body, kept.received_at), Verdict::Good(0));
    let (_, unknown) = house.replayed(ask(json!("nobody's"))).await;
    assert!(text(&unknown[0], "reason").contains("no secret “nobody's”"), "{}", unknown[0]);
    house.take(50, b"{}", "gone").await;
    let (_, nowhere) = house.replayed(json!({ "which": { "list": { "source": "gone" } }, "to": { "kind": "own" }, "pace": { "kind": "at_once" } })).await;
    assert_eq!(text(&nowhere[0], "outcome"), "failed");
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_alone_changes_nothing() {
    let house = House::with(1).await;
    let chat = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/smartsupp/post_hook.json"
    ));
    house.take(2, &chat.unwrap(), "any").await;
    let before = house.api.archive().newest_delivery().unwrap();
    let ask = json!({ "which": { "list": {} }, "to": { "kind": "reader" }, "pace": { "kind": "at_once" } });
    let (row, records) = house.replayed(ask).await;
    assert_eq!(row["state"], "done");
    assert_eq!(outcomes(&records), [("1", "unreadable"), ("2", "understood")]);
    assert_eq!(house.api.archive().newest_delivery().unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_ends_a_wait_for_time_and_a_wait_for_an_answer() {
    let house = House::with(3).await;
    let (url, heard) = server(&[200]).await;
    let slow = json!({ "kind": "rate", "per_second": 0.001 });
    let ask = json!({ "which": { "list": {} }, "to": { "kind": "url", "url": url }, "pace": slow });
    let plan = house.api.query("replay_plan", ask.clone()).await.unwrap();
    assert_eq!(plan["seconds"], 2000.0);
    let work = house.begin(ask).await.unwrap();
    let row = house.until(&work, |row| row["done"] == 1).await;
    assert_eq!((&row["all"], &row["at"]), (&json!(3), &json!("tawkto")));
    let begun = Moment::now();
    house.api.act("cancel_work", json!({ "id": work })).await.unwrap();
    house.until(&work, |row| row["state"] == "cancelled").await;
    assert!(begun.elapsed() < Duration::from_secs(20), "nobody waits for the next");
    assert_eq!(heard.lock().unwrap().len(), 1);

    let (url, heard) = server(&[0]).await;
    let ask = json!({ "which": { "list": {} }, "to": { "kind": "url", "url": url }, "pace": { "kind": "at_once" } });
    let work = house.begin(ask).await.unwrap();
    let sent = async {
        while heard.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), sent).await.expect("the first is sent");
    house.api.act("cancel_work", json!({ "id": work })).await.unwrap();
    house.until(&work, |row| row["state"] == "cancelled").await;
    let records = house.api.query("work_records", json!({ "work": work })).await.unwrap();
    assert_eq!(outcomes(records["rows"].as_array().unwrap()), [("1", "unanswered")], "what was sent is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_at_once() {
    let house = House::with(1).await;
    let ask = |to: Value, pace: Value| json!({ "which": { "list": {} }, "to": to, "pace": pace });
    let url = |url: &str| json!({ "kind": "url", "url": url });
    let at_once = json!({ "kind": "at_once" });
    for (to, pace, code) in [
        (url("ftp://a.example/"), at_once.clone(), "target_not_http"),
        (url("nothing"), at_once.clone(), "target_not_http"),
        (json!({ "kind": "source", "name": "nobody" }), at_once.clone(), "not_found"),
        (url("http://127.0.0.1:1/"), json!({ "kind": "rate", "per_second": 0.0 }), "bad_question"),
        (url("http://127.0.0.1:1/"), json!({ "kind": "faster", "times": -1.0 }), "bad_question"),
    ] {
        assert_eq!(house.begin(ask(to.clone(), pace)).await.unwrap_err(), code, "{to}");
    }
    let metadata = ask(url("http://169.254.169.254/latest/"), at_once.clone());
    let (_, records) = house.replayed(metadata).await;
    assert_eq!(text(&records[0], "outcome"), "unanswered");
    assert!(text(&records[0], "reason").contains("Nothing was sent"), "{}", records[0]);
    let nothing =
        json!({ "which": { "list": { "source": "chatlio" } }, "to": { "kind": "reader" }, "pace": at_once });
    let (row, _) = house.replayed(nothing).await;
    assert_eq!(row["failure"]["code"], "nothing_chosen");
}
