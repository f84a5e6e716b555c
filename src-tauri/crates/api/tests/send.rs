//! Sending as a host asks for it: through the real door, to a server on this machine, and tried without effect.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant as Moment};

use afterchat_api::{Api, Failure};
use afterchat_archive::DeliveryId;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use serde_json::{Value, json};

struct Host {
    _folder: tempfile::TempDir,
    api: Api,
    runtime: tokio::runtime::Runtime,
}

impl Host {
    /// An archive with an open door.
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let api = Api::open(folder.path()).unwrap();
        runtime.block_on(api.listen(Some(0))).unwrap();
        Self { _folder: folder, api, runtime }
    }

    fn ask(&self, query: &str, ask: &Value) -> Result<Value, Failure> {
        self.runtime.block_on(self.api.query(query, ask.clone()))
    }

    fn act(&self, act: &str, ask: &Value) -> Result<Value, Failure> {
        self.runtime.block_on(self.api.act(act, ask.clone()))
    }

    /// Waits until everything that arrived has been read.
    fn settle(&self) {
        until("every delivery is read", || self.ask("overview", &json!({})).unwrap()["waiting"] == 0);
    }

    fn stored(&self, id: &Value) -> Delivery {
        self.api.archive().delivery(DeliveryId(id.as_str().unwrap().parse().unwrap())).unwrap().delivery
    }

    fn append(&self, body: &[u8], headers: Vec<Header>) -> String {
        let delivery = Delivery {
            kind: DeliveryKind::Hook,
            source: "chatlio".to_owned(),
            provider: Some("chatlio".to_owned()),
            method: "PUT".to_owned(),
            path: "/h/chatlio/…".to_owned(),
            query: Some("x=%20&&".to_owned()),
            headers,
            body: body.to_vec(),
            received_at: Instant::from_millis(1_790_000_000_000).unwrap(),
        };
        self.runtime.block_on(self.api.archive().append(delivery)).unwrap().to_string()
    }

    /// What a window sends when nothing was changed: every line that goes out, and no body.
    fn as_received(&self, from: &Value) -> Value {
        let composed = self.ask("compose", from).unwrap();
        let lines = composed["headers"].as_array().unwrap().iter();
        let headers: Vec<_> = lines.filter(|line| line["becomes"] == "sent").cloned().collect();
        let mut request = from.clone();
        request["method"] = composed["method"].clone();
        request["query"] = composed["query"].clone();
        request["source"] = composed["source"].clone();
        request["headers"] = headers.into();
        request
    }
}

fn header(name: &str, value: &[u8]) -> Header {
    Header { name: name.to_owned(), value: value.to_vec() }
}

/// A server that answers each request with 202 and hands over its bytes.
fn server() -> (String, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/there?a=b", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut some = [0; 4096];
        while !request.ends_with(b"}") {
            let read = socket.read(&mut some).unwrap();
            assert_ne!(read, 0, "the request is whole");
            request.extend_from_slice(&some[..read]);
        }
        socket.write_all(b"HTTP/1.1 202 Fine\r\nX-b: 1\r\nContent-Length: 2\r\n\r\n\xffk").unwrap();
        request
    });
    (url, serving)
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Moment::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Moment::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_delivery_is_sent_again_as_it_was_received() {
    let host = Host::open();
    let body = b"{\"a\": \"\xff\0\", \"a\":1e400 }";
    let lines = vec![
        header("x-B", b"2"),
        header("Host", b"service.example"),
        header("Authorization", b"Bearer mine"),
        header("X-Taken", "…".as_bytes()),
        header("X-Latin", b"caf\xe9"),
        header("Connection", b"close"),
        header("x-B", b"3"),
    ];
    let id = host.append(body, lines);
    let composed = host.ask("compose", &json!({ "delivery": id })).unwrap();
    let becomes: Vec<_> = composed["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["becomes"].as_str().unwrap())
        .collect();
    assert_eq!(becomes, ["sent", "set_anew", "credential", "taken_out", "sent", "connection", "sent"]);
    assert_eq!(composed.get("body"), None, "bytes that are no text must not become text");

    let request = host.as_received(&json!({ "delivery": id }));
    let sent = host.act("send_request", &request).unwrap();
    assert_eq!(sent["answer"]["status"], 200);
    let arrived = host.stored(&sent["delivery"]);
    assert_eq!((arrived.method.as_str(), arrived.query.as_deref()), ("PUT", Some("x=%20&&")));
    assert_eq!(arrived.body, body);
    let own = |line: &&Header| !["host", "content-length"].contains(&line.name.to_lowercase().as_str());
    let lines: Vec<_> = arrived.headers.iter().filter(own).cloned().collect();
    assert_eq!(lines, [header("x-B", b"2"), header("X-Latin", b"caf\xe9"), header("x-B", b"3")]);
    let url = sent["url"].as_str().unwrap();
    assert!(url.ends_with("/h/chatlio/…?x=%20&&"), "the token is no one's business: {url}");
}

#[test]
fn an_edited_request_goes_to_a_url_and_its_answer_comes_back() {
    let host = Host::open();
    let id = host.append(b"{}", vec![header("a", b"1")]);
    let (url, serving) = server();
    let request = json!({
        "delivery": id, "method": "POST", "url": url, "body": "{\"ü\": 2}",
        "headers": [{ "name": "B", "value": "ü" }, { "name": "b", "value": "", "bytes": "6Q==" }],
    });
    let sent = host.act("send_request", &request).unwrap();
    let answer = &sent["answer"];
    assert_eq!(
        (&answer["status"], &answer["body"], &answer["lossy"]),
        (&json!(202), &json!("\u{fffd}k"), &json!(true))
    );
    assert_eq!(answer["headers"][0], json!({ "name": "X-b", "value": "1" }));
    assert!(answer["took"]["whole"].as_f64() >= answer["took"]["connected"].as_f64());
    assert_eq!(sent.get("delivery"), None);
    let head = format!(
        "POST /there?a=b HTTP/1.1\r\nHost: {}\r\nB: ü\r\nb: ",
        url.trim_start_matches("http://").trim_end_matches("/there?a=b")
    );
    let expected = [head.as_bytes(), b"\xe9\r\nContent-Length: 9\r\n\r\n{\"\xc3\xbc\": 2}"].concat();
    assert_eq!(serving.join().unwrap().escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn what_cannot_be_sent_is_told_by_its_code() {
    let host = Host::open();
    let check = |change: Value, code: &str| {
        let mut request = json!({ "method": "POST", "source": "any", "headers": [], "body": "{}" });
        for (name, value) in change.as_object().unwrap() {
            request[name] = value.clone();
        }
        let failure = host.act("send_request", &request).unwrap_err();
        assert_eq!(failure.code, code, "{request}: {failure}");
    };
    check(json!({ "method": "CONNECT" }), "method_invalid");
    check(json!({ "headers": [{ "name": "A", "value": "1\r\nB: 2" }] }), "header_invalid");
    check(json!({ "source": "nobody" }), "not_found");
    check(json!({ "source": null }), "bad_question");
    check(json!({ "url": "http://127.0.0.1/" }), "bad_question");
    check(json!({ "source": null, "url": "not an address" }), "target_not_http");
    check(json!({ "source": null, "url": "http://169.254.169.254/latest" }), "target_refused");
    check(json!({ "sign_with": { "source": "any", "label": "x" } }), "signs_nothing");
    check(json!({ "sign_with": { "source": "tawkto", "label": "x" } }), "not_found");
    check(json!({ "body": null, "sample": "nothing" }), "not_found");
    check(json!({ "body": null, "sample": "own-7" }), "not_found");
    assert_eq!(host.api.archive().newest_delivery().unwrap(), 0, "none of these may arrive");
}

#[test]
fn a_request_is_signed_anew_for_its_new_body() {
    let host = Host::open();
    host.act("add_secret", &json!({ "source": "tawkto", "label": "mine", "secret": "s3cret-s3cret" }))
        .unwrap();
    let mut request = host.as_received(&json!({ "sample": "tawkto_transcript" }));
    request["body"] = json!("{\"event\": \"chat:start\"}");
    request["headers"].as_array_mut().unwrap().push(json!({ "name": "x-TAWK-signature", "value": "old" }));
    let sent = host.act("send_request", &request).unwrap();
    assert_eq!(sent["answer"]["status"], 401, "an old signature is none");
    request["sign_with"] = json!({ "source": "tawkto", "label": "mine" });
    let sent = host.act("send_request", &request).unwrap();
    assert_eq!(sent["answer"]["status"], 200);
    let signed: Vec<_> =
        sent["sent"].as_array().unwrap().iter().filter(|line| line["name"] == "x-TAWK-signature").collect();
    assert_eq!(signed.len(), 1, "the old signature gave place: {}", sent["sent"]);
    // Also of the sender's own agent and the guide's question whether a service was heard.
    assert!(sent["sent"][1]["value"].as_str().unwrap().ends_with("(sample)"), "{}", sent["sent"]);
}

fn whole_archive(host: &Host) -> (i64, Value) {
    let everything = json!({ "view": "everything" });
    (host.api.archive().newest_delivery().unwrap(), host.ask("conversations", &everything).unwrap())
}

#[test]
fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let host = Host::open();
    let request = host.as_received(&json!({ "sample": "smartsupp_chat" }));
    let before = whole_archive(&host);
    let tried = host.act("dry_run", &request).unwrap();
    assert_eq!((&tried["outcome"], &tried["with"]), (&json!("conversation"), &json!(0)));
    let conversation = &tried["conversations"][0];
    assert_eq!(conversation["new"], true);
    let added = conversation["changes"].as_array().unwrap();
    assert!(added.iter().any(|change| change["area"] == "message" && change["what"] == "added"), "{added:?}");
    assert_eq!(whole_archive(&host), before, "nothing may reach the archive");

    host.act("send_request", &request).unwrap();
    host.settle();
    let before = whole_archive(&host);
    let again = host.act("dry_run", &request).unwrap();
    assert_eq!(again["conversations"][0]["changes"], json!([]), "an equal body says nothing new");
    assert_eq!((&again["conversations"][0]["new"], &again["with"]), (&json!(false), &json!(1)));

    let sample = host.ask("compose", &json!({ "sample": "smartsupp_chat" })).unwrap();
    let mut edited = request.clone();
    // Of two payloads of one moment neither is the newer.
    let later = sample["body"].as_str().unwrap().replace("1792675661902", "1792675662902");
    edited["body"] = later.replacen("\"rating\": 5", "\"rating\": 2", 1).into();
    let edited = host.act("dry_run", &edited).unwrap();
    assert_eq!(edited["conversations"][0]["id"], before.1["rows"][0]["id"]);
    let areas: Vec<_> =
        edited["conversations"][0]["changes"].as_array().unwrap().iter().map(|c| &c["area"]).collect();
    assert!(areas.contains(&&json!("rating")), "{edited}");
    assert_eq!(whole_archive(&host), before, "nothing may reach the archive");
}

#[test]
fn a_dry_run_tells_what_the_door_and_the_reader_would_say() {
    let host = Host::open();
    host.act("add_secret", &json!({ "source": "tawkto", "label": "mine", "secret": "s3cret-s3cret" }))
        .unwrap();
    let mut request = host.as_received(&json!({ "sample": "tawkto_transcript" }));
    let tried = host.act("dry_run", &request).unwrap();
    assert_eq!((&tried["outcome"], &tried["signature"]["doubt"]), (&json!("quarantined"), &json!("missing")));
    assert_eq!(tried["conversations"], json!([]));
    request["sign_with"] = json!({ "source": "tawkto", "label": "mine" });
    let tried = host.act("dry_run", &request).unwrap();
    assert_eq!((&tried["outcome"], &tried["signature"]["secret"]), (&json!("conversation"), &json!("mine")));
    request["body"] = json!("{\"broken\": ");
    let tried = host.act("dry_run", &request).unwrap();
    assert_eq!(tried["outcome"], "unreadable");
    assert!(tried["notices"].as_array().unwrap().iter().any(|n| n["code"] == "invalid_json"), "{tried}");
    assert_eq!(host.api.archive().newest_delivery().unwrap(), 0);
}

#[test]
fn a_sample_is_kept_sent_renamed_deleted_and_had_back() {
    let host = Host::open();
    let id = host.append(b"{\"\xff\": 1}", vec![header("X-b", b"\xe9"), header("Cookie", b"mine")]);
    let mut request = host.as_received(&json!({ "delivery": id }));
    let kept = host
        .act("keep_sample", &json!({ "name": " Mine ", "provider": "chatlio", "request": request }))
        .unwrap();
    assert_eq!(kept["name"], "Mine");
    assert_eq!(host.ask("samples", &json!({})).unwrap()["own"][0], kept);
    let mine = json!({ "sample": kept["id"] });
    assert_eq!(host.ask("compose", &mine).unwrap()["own"], true);
    let sent = host.act("send_request", &host.as_received(&mine)).unwrap();
    let arrived = host.stored(&sent["delivery"]);
    assert_eq!((arrived.method.as_str(), &arrived.body[..]), ("PUT", &b"{\"\xff\": 1}"[..]));
    assert!(arrived.headers.contains(&header("X-b", b"\xe9")) && arrived.header("cookie").is_none());

    request["body"] = json!("{}");
    let replaced = json!({ "name": "Mine", "request": request, "replaces": kept["id"] });
    assert_eq!(host.act("keep_sample", &replaced).unwrap()["size"], 2);
    let renamed = host.act("rename_sample", &json!({ "id": kept["id"], "name": "Ours" })).unwrap();
    assert_eq!(renamed["name"], "Ours");
    host.act("delete_sample", &json!({ "id": kept["id"], "on": true })).unwrap();
    assert_eq!(host.ask("compose", &mine).unwrap_err().code, "not_found");
    host.act("delete_sample", &json!({ "id": kept["id"], "on": false })).unwrap();
    assert_eq!(host.ask("compose", &mine).unwrap()["title"], "Ours");
    let bundled = host.act("delete_sample", &json!({ "id": "tawkto_transcript", "on": true }));
    assert_eq!(bundled.unwrap_err().code, "not_found", "what is bundled stays");
    request["headers"] = json!([{ "name": "a\nb", "value": "" }]);
    let unsendable = host.act("keep_sample", &json!({ "name": "x", "request": request }));
    assert_eq!(unsendable.unwrap_err().code, "header_invalid");
}

#[test]
fn a_request_is_sent_again_and_again_and_can_be_stopped() {
    let host = Host::open();
    let work = |id: &Value| {
        let all = host.ask("work", &json!({})).unwrap();
        all["rows"].as_array().unwrap().iter().find(|row| &row["id"] == id).unwrap().clone()
    };
    host.act("add_secret", &json!({ "source": "tawkto", "label": "mine", "secret": "s3cret-s3cret" }))
        .unwrap();
    let mut request = host.as_received(&json!({ "sample": "tawkto_transcript" }));
    request["sign_with"] = json!({ "source": "tawkto", "label": "mine" });
    let ask = json!({ "request": request, "times": 7, "per_second": 200.0, "fresh": true });
    let begun = host.act("repeat_request", &ask).unwrap()["work"].clone();
    until("it ends", || work(&begun)["state"] == "done");
    assert_eq!(work(&begun)["counts"][0], json!({ "code": "taken", "count": 7 }), "{}", work(&begun));
    host.settle();
    let found = host.ask("conversations", &json!({ "view": "everything" })).unwrap();
    assert_eq!(found["rows"].as_array().unwrap().len(), 7, "each copy is a conversation of its own");

    let ask = json!({ "request": request, "times": 10_000, "per_second": 0.1 });
    let begun = host.act("repeat_request", &ask).unwrap()["work"].clone();
    until("it begins", || work(&begun)["done"] == 1);
    host.act("cancel_work", &json!({ "id": begun })).unwrap();
    until("it stops", || work(&begun)["state"] == "cancelled");
    assert_eq!(host.api.archive().newest_delivery().unwrap(), 8, "what was sent stays, and no more comes");

    for (times, per_second) in [(0, 1.0), (10_001, 1.0), (1, 0.0), (1, 1e9)] {
        let ask = json!({ "request": request, "times": times, "per_second": per_second });
        assert_eq!(host.act("repeat_request", &ask).unwrap_err().code, "bad_question");
    }
    request["body"] = json!("{}");
    let nameless = json!({ "request": request, "times": 2, "per_second": 1.0, "fresh": true });
    assert_eq!(host.act("repeat_request", &nameless).unwrap_err().code, "no_fresh_conversation");
}
