//! Visitors as a host asks for them and decides about them: by name, in JSON.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant as Moment};

use afterchat_api::{Api, Failure};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use serde_json::{Value, json};

struct Host {
    _folder: tempfile::TempDir,
    api: Api,
    runtime: tokio::runtime::Runtime,
}

impl Host {
    /// An archive of chats, each with a visitor.
    fn of(visitors: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::open(folder.path()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let host = Self { _folder: folder, api, runtime };
        for (number, visitor) in (1_i64..).zip(visitors) {
            let begin = 1_790_000_000_000 + number * 60_000;
            let body = json!({
                "accountId": 1, "beginAt": begin, "endAt": begin, "channel": { "id": number, "isChat": true }, "visitor": visitor,
                "paths": [{ "url": format!("https://shop.example/{number}") }, { "url": "https://shop.example/cart" }],
                "messages": [{ "type": "visitor", "content": format!("Words {number}"), "sentAt": begin }],
            });
            let delivery = Delivery {
                source: "smartsupp".to_owned(),
                provider: Some("smartsupp".to_owned()),
                method: "POST".to_owned(),
                path: "/h/smartsupp/…".to_owned(),
                query: None,
                headers: Vec::new(),
                body: body.to_string().into_bytes(),
                received_at: Instant::from_millis(begin).unwrap(),
                kind: DeliveryKind::Hook,
            };
            host.runtime.block_on(host.api.archive().append(delivery)).unwrap();
        }
        let deadline = Moment::now() + Duration::from_secs(60);
        while host.ask("overview", &json!({})).unwrap()["waiting"] != 0 {
            assert!(Moment::now() < deadline, "every delivery must be read");
        }
        host
    }

    fn ask(&self, query: &str, ask: &Value) -> Result<Value, Failure> {
        self.runtime.block_on(self.api.query(query, ask.clone()))
    }

    fn act(&self, act: &str, ask: &Value) -> Result<Value, Failure> {
        self.runtime.block_on(self.api.act(act, ask.clone()))
    }

    /// The names of all conversations, oldest first.
    fn ids(&self) -> Vec<String> {
        let page = self.ask("conversations", &json!({ "view": "everything" })).unwrap();
        page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn visitor(&self, id: &str) -> Value {
        self.ask("visitor", &json!({ "conversation": id })).unwrap()
    }
}

fn anna(id: i64) -> Value {
    json!({ "id": id, "name": "Anna Berg", "email": "Anna@example.org", "city": "Brno" })
}

#[test]
fn a_visitor_is_told_whole_and_page_by_page() {
    let host = Host::of(&[anna(1), anna(2), json!({ "id": 2 })]);
    let ids = host.ids();
    let visitor = host.visitor(&ids[2]);
    assert_eq!((&visitor["title"], &visitor["conversations"]), (&json!("Anna Berg"), &json!(3)));
    assert_eq!(visitor["emails"]["values"][0]["value"], "Anna@example.org");
    assert_eq!(visitor["places"]["values"][0]["conversations"], 2);
    let known: Vec<_> =
        visitor["known_as"].as_array().unwrap().iter().map(|known| &known["name"]["value"]).collect();
    assert_eq!(known, ["2", "anna@example.org", "1"], "those of most conversations first");
    assert_eq!(visitor["known_as"][0]["name"]["provider"], "smartsupp");

    let page = |after: Option<&str>| {
        host.ask("visitor_conversations", &json!({ "conversation": ids[0], "after": after, "limit": 2 }))
            .unwrap()
    };
    let first = page(None);
    let second = page(first["next"].as_str());
    let row = |page: &Value, at: usize| page["rows"][at]["id"].clone();
    assert_eq!(
        [row(&first, 0), row(&first, 1), row(&second, 0)],
        [json!(ids[2]), json!(ids[1]), json!(ids[0])]
    );
    assert_eq!(second["next"], Value::Null, "three conversations are one page of two and one of one");

    let mut steps = Vec::new();
    let mut after = Value::Null;
    loop {
        let path =
            host.ask("visitor_path", &json!({ "conversation": ids[0], "after": after, "limit": 3 })).unwrap();
        for stretch in path["stretches"].as_array().unwrap() {
            steps.extend(stretch["pages"].as_array().unwrap().iter().map(|page| page["url"].clone()));
        }
        after = path["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let walked =
        ["3", "cart", "2", "cart", "1", "cart"].map(|page| json!(format!("https://shop.example/{page}")));
    assert_eq!(steps, walked);
    let first = host.ask("visitor_path", &json!({ "conversation": ids[0], "limit": 1 })).unwrap();
    let rest = host.ask("visitor_path", &json!({ "conversation": ids[0], "after": first["skip"] })).unwrap();
    assert_eq!(rest["stretches"][0]["pages"][0]["url"], walked[2], "a long path need not be read to its end");
}

#[test]
fn visitors_are_found_joined_parted_and_put_back() {
    let host =
        Host::of(&[anna(1), json!({ "id": 7, "name": "Anna B." }), json!({ "id": 8, "name": "Petr" })]);
    let ids = host.ids();
    let found = host.ask("visitors", &json!({ "search": "anna", "except": ids[0] })).unwrap();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
    assert_eq!(found["rows"][0]["conversation"], json!(ids[1]));

    let join = json!({ "conversation": ids[0], "other": ids[1] });
    let joined = host.act("join_visitors", &join).unwrap();
    let visitor = host.visitor(&ids[1]);
    assert_eq!(visitor["conversations"], 2);
    assert_eq!(
        (&visitor["decisions"][0]["id"], &visitor["decisions"][0]["kind"]),
        (&joined["decision"], &json!("joined"))
    );
    assert_eq!(host.act("join_visitors", &join).unwrap_err().code, "same_visitor");
    let opened = host.ask("conversation", &json!({ "id": ids[0] })).unwrap();
    assert_eq!(opened["earlier"][0]["id"], json!(ids[1]), "the reader knows of it");

    let address =
        visitor["known_as"].as_array().unwrap().iter().find(|known| known["name"]["kind"] == "mail").unwrap();
    let out = host
        .act("take_name_out", &json!({ "conversation": ids[0], "name": address["name"]["key"] }))
        .unwrap();
    let standing = |id: &str| {
        let visitor = host.visitor(id);
        let known = visitor["known_as"].as_array().unwrap();
        known.iter().find(|known| known["name"]["kind"] == "mail").unwrap()["standing"].clone()
    };
    assert_eq!(standing(&ids[0]), "taken_out");
    host.act("take_back", &out).unwrap();
    assert_eq!(standing(&ids[0]), "joins");

    let out = host.act("take_conversation_out", &json!({ "conversation": ids[0] })).unwrap();
    assert_eq!(host.visitor(&ids[1])["conversations"], 1);
    host.act("take_back", &out).unwrap();
    host.act("take_back", &joined).unwrap();
    assert_eq!(host.visitor(&ids[1])["conversations"], 1);
    assert_eq!(host.act("take_back", &joined).unwrap_err().code, "not_found");
    host.act("decide_again", &joined).unwrap();
    assert_eq!(host.visitor(&ids[1])["conversations"], 2);
}

#[test]
fn what_does_not_exist_and_what_cannot_be_understood_is_told_by_its_code() {
    let host = Host::of(&[anna(1)]);
    let id = &host.ids()[0];
    let code = |answer: Result<Value, Failure>| answer.unwrap_err().code;
    for query in ["visitor", "visitor_conversations", "visitor_path"] {
        assert_eq!(code(host.ask(query, &json!({ "conversation": "nobody" }))), "not_found");
    }
    for query in ["visitor_conversations", "visitor_path"] {
        assert_eq!(code(host.ask(query, &json!({ "conversation": id, "after": "x.y" }))), "bad_question");
    }
    assert_eq!(
        code(host.act("take_name_out", &json!({ "conversation": id, "name": "Anna" }))),
        "bad_question"
    );
    assert_eq!(code(host.act("take_back", &json!({ "decision": "x" }))), "bad_question");
    assert_eq!(code(host.act("take_back", &json!({ "decision": "99" }))), "not_found");
}
