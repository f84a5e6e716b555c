//! Every query that a page can ask, and what pushes it to ask again: answers hold no secret that is no business of theirs.

use afterchat_api::Api;
use serde_json::json;

use super::planted::{HOOK, IN_BODY, IN_HEAD, Planted};
use crate::program::Running;
use crate::target::Recorder;

/// Where queries are declared.
const CALLS: &str = include_str!("../../../../api/src/calls/mod.rs");

const NOTHING: &[&str] = &[];
/// All that was sent, to who asks for what is secret in it.
const DELIVERY: &[&str] = &[IN_HEAD[0], IN_HEAD[1], IN_HEAD[2], IN_HEAD[3], IN_BODY];
const BODY: &[&str] = &[IN_BODY];

/// Each query with a question (`{id}` stands for a conversation), and the secrets that its answer does hold, all of them.
const TABLE: &[(&str, &str, &[&str])] = &[
    // Hook addresses are shown where they are to be copied.
    ("overview", "{}", &[HOOK]),
    ("opening", "{}", NOTHING),
    ("conversations", r#"{"view":"everything"}"#, NOTHING),
    ("conversation", r#"{"id":"{id}"}"#, NOTHING),
    ("conversation", r#"{"id":"{id}","secrets":true}"#, BODY),
    ("deliveries", "{}", NOTHING),
    ("delivery", r#"{"id":"1"}"#, NOTHING),
    ("delivery", r#"{"id":"1","secrets":true}"#, DELIVERY),
    ("delivery", r#"{"id":"4"}"#, NOTHING),
    ("compare", r#"{"left":"1","right":"2"}"#, NOTHING),
    ("drift", r#"{"id":"1"}"#, NOTHING),
    ("neighbours", r#"{"id":"1"}"#, NOTHING),
    ("replay_plan", r#"{"which":{"ids":["1"]},"to":{"kind":"own"},"pace":{"kind":"kept"}}"#, NOTHING),
    ("written", r#"{"delivery":"1","form":"curl"}"#, NOTHING),
    ("attempts", r#"{"id":"1"}"#, NOTHING),
    ("refusals", "{}", NOTHING),
    ("refusal", r#"{"id":"1"}"#, NOTHING),
    ("read_answer", r#"{"text":"503 x2, 200"}"#, NOTHING),
    (
        "write_answer",
        r#"{"steps":[{"said":"own","status":503,"headers":[],"wait":0,"meant":true}],"per_event":false,"quarantine_too":false}"#,
        NOTHING,
    ),
    ("spot", r#"{"delivery":"1","at":"/api_token"}"#, NOTHING),
    ("bytes", r#"{"delivery":"1","start":0,"length":2000}"#, NOTHING),
    ("bytes", r#"{"delivery":"1","start":0,"length":2000,"secrets":true}"#, BODY),
    ("origin", r#"{"conversation":"{id}","place":"visitor.email"}"#, NOTHING),
    ("shown", r#"{"delivery":"1","at":"/visitor/email","field":"visitor.email"}"#, NOTHING),
    ("guide", r#"{"name":"smartsupp"}"#, NOTHING),
    ("connected", r#"{"name":"smartsupp"}"#, NOTHING),
    ("gaps", "{}", NOTHING),
    ("gap", r#"{"id":"1"}"#, NOTHING),
    ("samples", "{}", NOTHING),
    // What is composed from a delivery begins as that delivery.
    ("compose", r#"{"delivery":"1"}"#, DELIVERY),
    ("tunnel", "{}", NOTHING),
    ("work", "{}", NOTHING),
    ("history", "{}", NOTHING),
    ("work_records", r#"{"work":"1"}"#, NOTHING),
    // Whose address is being edited.
    ("forward_targets", r#"{"name":"smartsupp"}"#, &["targetquery"]),
    ("forward_log", r#"{"target":"1"}"#, NOTHING),
    ("dead_letters", r#"{"target":"1"}"#, NOTHING),
    ("forwarded", r#"{"id":"1"}"#, NOTHING),
    ("visitor", r#"{"conversation":"{id}"}"#, NOTHING),
    ("visitor_conversations", r#"{"conversation":"{id}"}"#, NOTHING),
    ("visitor_path", r#"{"conversation":"{id}"}"#, NOTHING),
    ("visitors", r#"{"search":"dusan"}"#, NOTHING),
];

/// Those that are asked of something that is not there: a refusal holds no secret either.
const REFUSED: [&str; 3] = ["refusal", "gap", "work_records"];

/// The names of all queries.
fn declared() -> Vec<&'static str> {
    let (_, rest) = CALLS.split_once("query as queries").expect("queries are declared");
    let (list, _) = rest.split_once("calls!").expect("acts are declared behind them");
    let names = list
        .lines()
        .filter_map(|line| line.split_once(" => ")?.0.split_once(": "))
        .map(|(name, _)| name.trim());
    let names: Vec<_> = names.collect();
    assert!(names.len() > 30 && names.contains(&"visitors"), "{names:?}");
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_holds_a_secret_that_is_no_business_of_its_query() {
    for name in declared() {
        assert!(
            TABLE.iter().any(|(row, ..)| *row == name),
            "“{name}” has no row: say which secrets it may hold"
        );
    }
    let kept = Recorder::always(200);
    let planted = Planted::new(&kept.url).await;
    let listening = Running::start(planted.bench.command(&["listen", "--port", "0", "--json"]));
    let door = listening.next()["url"].as_str().expect("an address").replace("http://", "");
    planted.requests(&door);
    for recorder in [&kept, &kept] {
        recorder.next();
    }
    listening.stop();
    let id = planted.conversation();

    let api = Api::open(&planted.bench.path("archive")).expect("an archive");
    // The feed of changes is a number, and tells nothing but that something changed.
    let _number: i64 = *api.changes().borrow();
    let mut wrong = Vec::new();
    for (name, ask, expected) in TABLE {
        let ask = serde_json::from_str(&ask.replace("{id}", &id)).expect("a question is JSON");
        let answer = api.query(name, ask).await;
        assert_eq!(answer.is_err(), REFUSED.contains(name), "{name}: {answer:?}");
        let text = answer.map_or_else(|failure| json!(failure).to_string(), |answer| answer.to_string());
        let (mut found, mut expected) = (planted.found(&text), expected.to_vec());
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            wrong.push(format!("{name} holds {found:?} instead of {expected:?}"));
        }
    }
    api.close().await;
    assert_eq!(wrong, [""; 0]);
}
