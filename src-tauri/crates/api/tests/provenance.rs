//! Where a value came from and where it is shown, asked as a host asks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::time::{Duration, Instant as Moment};

use afterchat_api::Api;
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;

struct House {
    api: Api,
    _folder: TempDir,
}

impl House {
    /// An archive with these bodies, all read.
    async fn with(source: &str, bodies: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::open(folder.path()).unwrap();
        for (second, body) in (1..).zip(bodies) {
            let delivery = Delivery {
                kind: DeliveryKind::Hook,
                source: source.to_owned(),
                provider: None,
                method: "POST".to_owned(),
                path: "/h/…".to_owned(),
                query: None,
                headers: Vec::new(),
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

    async fn only_conversation(&self) -> String {
        let page = self.ask("conversations", json!({ "view": "everything" })).await.unwrap();
        assert_eq!(page["rows"].as_array().map(Vec::len), Some(1), "these bodies are one conversation");
        page["rows"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn origin(&self, place: &str) -> Result<Value, String> {
        let conversation = self.only_conversation().await;
        self.ask("origin", json!({ "conversation": conversation, "place": place })).await
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Asks where a value of this body came from, what is written there, and where that is shown.
async fn check(file: &str, place: &str, at: &str, written: &str) {
    let body = fixture(file);
    let house = House::with("detect", std::slice::from_ref(&body)).await;
    let origin = house.origin(place).await.unwrap();
    assert_eq!((&origin["delivery"], &origin["at"]), (&json!("1"), &json!(at)), "{place} of {file}");
    let spot = house.ask("spot", json!({ "delivery": "1", "at": at })).await.unwrap();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(&text[number(&spot["start"])..number(&spot["end"])], written, "{place} of {file}");
    let answer = house.ask("delivery", json!({ "id": "1" })).await.unwrap();
    let became = answer["became"].as_array().unwrap().iter().find(|became| became["pointer"] == at).unwrap();
    let ask = json!({ "delivery": "1", "at": at, "field": became["field"] });
    let shown = house.ask("shown", ask).await.unwrap();
    assert_eq!((&shown["place"], &shown["replaced"]), (&json!(place), &json!(false)), "back from {at}");
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[tokio::test]
async fn a_value_of_each_service_leads_to_its_bytes_and_back() {
    check("chatlio/transcript.json", "visitor.ip", "/visitor/IPAddress", r#""64.145.94.51""#).await;
    check("chatvisor/status_change.json", "messages[0].text", "/lastMessage/test", r#""Thanks, bye""#).await;
    check("smartsupp/post_hook.json", "messages[0].text", "/messages/0/content", r#""Hello""#).await;
    check("snapengage/chat.json", "visitor.city", "/city", r#""Boulder""#).await;
}

#[tokio::test]
async fn xml_forms_and_parts_of_a_text_lead_to_their_bytes_and_back() {
    check("snapengage/legacy.xml", "visitor.email", "/case/requested_by", "<![CDATA[kim@example.com]]>")
        .await;
    let form = "hostile/form_with_data.txt";
    check(form, "visitor.email", "/data/visitor/email", "%22bea%40example.net%22").await;
    let chat = "comm100/chat_ended.json";
    check(chat, "messages[1].text", "/chat/chat_transcript@49-79", "Hello Pat, how may I help you?").await;
    check(chat, "messages[1].at", "/chat/chat_transcript@34-42", "10:51:05").await;
}

#[tokio::test]
async fn of_several_deliveries_the_newest_is_told_and_the_others_are_mentioned() {
    let files = ["comm100/chat_started.json", "comm100/chat_ended.json"];
    let house = House::with("comm100", &files.map(fixture)).await;
    let origin = house.origin("visitor.name").await.unwrap();
    assert_eq!(origin["delivery"], "2");
    assert_eq!(origin["also"], json!([{ "delivery": "1", "at": origin["at"] }]));
    let ask = json!({ "delivery": "1", "at": origin["at"], "field": "visitor.name" });
    let shown = house.ask("shown", ask).await.unwrap();
    assert_eq!((&shown["place"], &shown["replaced"]), (&json!("visitor.name"), &json!(true)));
}

#[tokio::test]
async fn an_inferred_value_says_why_it_is_there() {
    let house = House::with("chatvisor", &[fixture("chatvisor/status_change.json")]).await;
    let expected = json!({ "delivery": "1", "inferred": "receipt", "also": [] });
    assert_eq!(house.origin("messages[0].at").await, Ok(expected.clone()));
    assert_eq!(house.origin("started_at").await, Ok(expected));
    assert_eq!(house.origin("id").await, Ok(json!({ "inferred": "given", "also": [] })));
}

#[tokio::test]
async fn a_place_that_is_not_there_has_no_origin() {
    let house = House::with("smartsupp", &[fixture("smartsupp/post_hook.json")]).await;
    for place in ["", "visitor", "visitor.shoe_size", "messages[99].text", "messages[", "messages[-1].text"] {
        assert_eq!(house.origin(place).await, Err("no_origin".to_owned()), "{place:?}");
    }
    let unknown = json!({ "conversation": "nobody", "place": "subject" });
    assert_eq!(house.ask("origin", unknown).await, Err("not_found".to_owned()));
    for at in ["/nowhere", "/messages/0/content@90-99", "/messages/0/content@x-y"] {
        let spot = house.ask("spot", json!({ "delivery": "1", "at": at })).await;
        assert_eq!(spot, Err("no_such_place".to_owned()), "{at}");
    }
}

#[tokio::test]
async fn a_repeated_delivery_leads_to_the_same_conversation() {
    let body = fixture("smartsupp/post_hook.json");
    let house = House::with("smartsupp", &[body.clone(), body]).await;
    let ask = json!({ "delivery": "2", "at": "/messages/0/content", "field": "messages[0].text" });
    assert_eq!(house.ask("shown", ask).await.unwrap()["place"], "messages[0].text");
}

#[tokio::test]
async fn a_value_without_a_place_of_its_own_leads_to_the_other_fields() {
    let body = r#"{"accountId":1,"channel":{"id":7},"madeUp":[1],"messages":[]}"#;
    let house = House::with("smartsupp", &[body.as_bytes().to_vec()]).await;
    let ask = json!({ "delivery": "1", "at": "/madeUp/0", "field": "other" });
    assert_eq!(house.ask("shown", ask).await.unwrap()["place"], "other[0].value");
    assert_eq!(house.origin("other[0].value").await.unwrap()["at"], "/madeUp/0");
}

#[tokio::test]
async fn a_place_far_behind_in_a_huge_body_comes_with_what_stands_around_it() {
    let filler = "é".repeat(2 << 20);
    let body = format!(
        "{{\"accountId\":1,\n\"channel\":{{\"id\":7}},\"filler\":\"{filler}\",\n\"beginAt\":1790000000000,\"messages\":[{{\"type\":\"visitor\",\"content\":\"Hi\",\"sentAt\":1790000000000}}],\"visitor\":{{\"id\":5}}}}"
    );
    let house = House::with("smartsupp", &[body.clone().into_bytes()]).await;
    let spot = house.ask("spot", json!({ "delivery": "1", "at": "/messages/0/content" })).await.unwrap();
    let (start, end) = (number(&spot["start"]), number(&spot["end"]));
    assert_eq!(&body[start..end], "\"Hi\"");
    let (from, text) = (number(&spot["excerpt"]["start"]), spot["excerpt"]["text"].as_str().unwrap());
    assert_eq!(&text[start - from..end - from], "\"Hi\"");
    assert!(text.len() < 64 << 10, "an excerpt is no second body");
    assert_eq!(number(&spot["excerpt"]["line"]), 2, "the excerpt begins inside the filler");
}
