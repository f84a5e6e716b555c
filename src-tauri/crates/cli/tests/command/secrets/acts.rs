//! Every act that a page can carry out, done by the running program: its answer, the report of the work that it began and the log
//! hold no secret that is no business of theirs.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::planted::{HOOK, IN_HEAD, Planted, canary, in_query};
use super::running::{Page, Watched, door, wait_for};
use crate::target::{Act, Recorder};

/// Where acts are declared.
const CALLS: &str = include_str!("../../../../api/src/calls/mod.rs");

const NOTHING: &[&str] = &[];
/// A row of a source is answered with the address that is in use, for it is there to be copied. The one before is not.
const ADDRESS: &[&str] = &[HOOK];
/// Whose address is being edited: the page shows what was entered.
const TARGET: &[&str] = &["targetquery"];
/// What goes out is told to whoever wrote it: the head of the request, and the address that was entered.
const WRITTEN: &[&str] = &[IN_HEAD[0], "targetquery"];

/// Each act with what it asks, and the secrets that its answer does hold, all of them. The rows are done in this order.
/// `<act:/place>` stands for what stood there in the answer to an act before. A row with a code is refused with it.
const TABLE: &[(&str, &str, &[&str], &str)] = &[
    ("set_read", r#"{"ids":["<id>"],"on":true}"#, NOTHING, ""),
    ("set_starred", r#"{"ids":["<id>"],"on":true}"#, NOTHING, ""),
    ("set_archived", r#"{"ids":["<id>"],"on":false}"#, NOTHING, ""),
    ("pin_deliveries", r#"{"ids":["1"],"on":true}"#, NOTHING, ""),
    ("note_delivery", r#"{"id":"1","text":"Seen."}"#, NOTHING, ""),
    ("accept_deliveries", r#"{"ids":["3"],"on":true}"#, NOTHING, ""),
    ("set_answer", r#"{"source":"smartsupp","text":"503 x2, 200"}"#, ADDRESS, ""),
    ("set_answer", r#"{"source":"smartsupp"}"#, ADDRESS, ""),
    ("dismiss_quiet", r#"{"source":"smartsupp","on":true}"#, NOTHING, ""),
    ("see_gaps", "{}", NOTHING, ""),
    ("take_unsigned", r#"{"source":"smartsupp","on":true}"#, ADDRESS, ""),
    // A secret is entered here, and told by nobody any more.
    ("add_secret", r#"{"source":"tawkto","label":"again","secret":"<signing>"}"#, NOTHING, "secret_known"),
    ("add_secret", r#"{"source":"chatlio","label":"new","secret":"<signing>"}"#, NOTHING, "signs_nothing"),
    ("add_secret", r#"{"source":"nobody","label":"new","secret":"<signing>"}"#, NOTHING, "not_found"),
    ("add_secret", r#"{"source":"smartsupp","label":"new","secret":"<signing>"}"#, ADDRESS, ""),
    ("add_secret", r#"{"source":"tawkto","secret":["<signing>"]}"#, NOTHING, "bad_question"),
    ("add_secret", r#"{"source":"tawkto","secret":"x","label":{"a":"<signing>"}}"#, NOTHING, "bad_question"),
    ("enter_history", r#"{"service":"chatvisor","entered":"<history>"}"#, NOTHING, "bad_question"),
    ("hand_over", r#"{"which":{"ids":["1"]},"form":"<bearer>"}"#, NOTHING, "bad_question"),
    ("remove_secret", r#"{"source":"smartsupp","label":"new"}"#, ADDRESS, ""),
    (
        "enter_history",
        r#"{"service":"chatvisor","token":"<history>","entered":<history fields>}"#,
        NOTHING,
        "",
    ),
    (
        "enter_history",
        r#"{"service":"nobody","token":"<history>","entered":<history fields>}"#,
        NOTHING,
        "not_found",
    ),
    (
        "tag_customer",
        r#"{"conversation":"<customer>","email":"a@shop.example","firstname":"A","lastname":"B","id":"1","labels":[]}"#,
        NOTHING,
        "",
    ),
    ("customer_chat_url", r#"{"conversation":"<customer>"}"#, NOTHING, ""),
    // Now that server refuses, and repeats what it was shown.
    ("customer_chat_url", r#"{"conversation":"<customer>"}"#, NOTHING, "history_credential_refused"),
    ("customer_chat_url", r#"{"conversation":"<id>"}"#, NOTHING, "not_chatvisor"),
    (
        "enter_history",
        r#"{"service":"snapengage","token":"<history>","entered":<history fields>}"#,
        NOTHING,
        "",
    ),
    ("fetch_history", r#"{"service":"snapengage","go_on":false}"#, NOTHING, ""),
    (
        "enter_tunnel",
        r#"{"kind":"cloudflared_named","fields":<tunnel fields>,"secret":"<tunnel>"}"#,
        NOTHING,
        "",
    ),
    ("start_tunnel", r#"{"kind":"cloudflared_named"}"#, NOTHING, ""),
    ("prove_tunnel", "{}", NOTHING, ""),
    ("told_tunnel_address", "{}", NOTHING, ""),
    ("stop_tunnel", "{}", NOTHING, ""),
    ("add_forward_target", r#"{"source":"smartsupp","settings":<settings>}"#, TARGET, ""),
    (
        "add_forward_target",
        r#"{"source":"smartsupp","settings":<bad settings>}"#,
        NOTHING,
        "target_with_credentials",
    ),
    ("change_forward_target", r#"{"target":"<add_forward_target:/id>","settings":<settings>}"#, TARGET, ""),
    (
        "change_forward_target",
        r#"{"target":"<add_forward_target:/id>","settings":<bad settings>}"#,
        NOTHING,
        "target_with_credentials",
    ),
    ("pause_forward_target", r#"{"target":"<add_forward_target:/id>","on":true}"#, TARGET, ""),
    ("remove_forward_target", r#"{"target":"<add_forward_target:/id>"}"#, NOTHING, ""),
    ("put_forward_target_back", r#"{"target":"<add_forward_target:/id>"}"#, TARGET, ""),
    ("forward_again", r#"{"target":"<add_forward_target:/id>"}"#, NOTHING, ""),
    ("forward_now", r#"{"target":"<add_forward_target:/id>","delivery":"1"}"#, NOTHING, ""),
    (
        "forward_earlier",
        r#"{"target":"<add_forward_target:/id>","since":"2020-01-01T00:00:00.000Z"}"#,
        NOTHING,
        "",
    ),
    ("send_sample", r#"{"sample":"<sample>"}"#, ADDRESS, ""),
    ("send_request", r#"{"delivery":"1","method":"POST","source":"smartsupp","headers":[]}"#, NOTHING, ""),
    (
        "send_request",
        r#"{"delivery":"1","method":"POST","source":"tawkto","headers":[],"sign_with":{"source":"tawkto","label":"planted"}}"#,
        NOTHING,
        "",
    ),
    (
        "send_request",
        r#"{"delivery":"1","method":"POST","url":"<url>","headers":[{"name":"Authorization","value":"Bearer <bearer>"}]}"#,
        WRITTEN,
        "",
    ),
    (
        "send_request",
        r#"{"method":"POST","url":"http://user:<query>@169.254.169.254/","headers":[],"body":"{}"}"#,
        NOTHING,
        "target_with_credentials",
    ),
    (
        "repeat_request",
        r#"{"request":{"delivery":"1","method":"POST","source":"smartsupp","headers":[]},"times":2,"per_second":100,"fresh":true}"#,
        NOTHING,
        "",
    ),
    ("dry_run", r#"{"delivery":"1","method":"POST","source":"smartsupp","headers":[]}"#, NOTHING, ""),
    (
        "dry_run",
        r#"{"delivery":"1","method":"POST","source":"tawkto","headers":[],"sign_with":{"source":"tawkto","label":"planted"}}"#,
        NOTHING,
        "",
    ),
    (
        "keep_sample",
        r#"{"name":"Mine","request":{"delivery":"1","method":"POST","source":"smartsupp","headers":[{"name":"Authorization","value":"Bearer <bearer>"}]}}"#,
        NOTHING,
        "",
    ),
    ("rename_sample", r#"{"id":"<keep_sample:/id>","name":"Ours"}"#, NOTHING, ""),
    ("delete_sample", r#"{"id":"<keep_sample:/id>","on":true}"#, NOTHING, ""),
    ("hand_over", r#"{"which":{"ids":["1","2"]},"form":"har"}"#, NOTHING, ""),
    ("replay", r#"{"which":{"ids":["1"]},"to":{"kind":"own"},"pace":{"kind":"at_once"}}"#, NOTHING, ""),
    (
        "replay",
        r#"{"which":{"ids":["1"]},"to":{"kind":"url","url":"<url>"},"pace":{"kind":"at_once"}}"#,
        NOTHING,
        "",
    ),
    ("join_visitors", r#"{"conversation":"<id>","other":"<customer>"}"#, NOTHING, ""),
    ("take_back", r#"{"decision":"<join_visitors:/decision>"}"#, NOTHING, ""),
    ("decide_again", r#"{"decision":"<join_visitors:/decision>"}"#, NOTHING, ""),
    ("take_name_out", r#"{"conversation":"<id>","name":<name>}"#, NOTHING, ""),
    ("take_conversation_out", r#"{"conversation":"<id>"}"#, NOTHING, ""),
    ("add_source", r#"{"name":"shop-de","provider":"tawkto"}"#, NOTHING, ""),
    ("remove_source", r#"{"name":"shop-de"}"#, NOTHING, ""),
    // What is old or has been replaced is told by none of these; what is in use is.
    ("end_old_addresses", r#"{"name":"smartsupp"}"#, ADDRESS, ""),
    (
        "put_old_address_back",
        r#"{"name":"smartsupp","id":"<end_old_addresses:/old_addresses/0/id>"}"#,
        ADDRESS,
        "",
    ),
    ("rotate_source", r#"{"name":"smartsupp"}"#, NOTHING, ""),
    ("rotate_source", r#"{"name":"smartsupp","overlap_days":9999}"#, NOTHING, "bad_question"),
    ("back_up_now", "{}", NOTHING, ""),
    ("bring_back", r#"{"backup":"nothing"}"#, NOTHING, ""),
    ("dismiss_repair", "{}", NOTHING, ""),
    ("cancel_work", r#"{"id":"<back_up_now:/work>"}"#, NOTHING, ""),
    ("dismiss_work", r#"{"id":"<back_up_now:/work>"}"#, NOTHING, ""),
];

/// The names of all acts.
fn declared() -> Vec<&'static str> {
    let (_, list) = CALLS.split_once("act as acts").expect("acts are declared");
    let names = list.lines().filter_map(|line| line.split_once(" => ")?.0.split_once(": "));
    let names: Vec<_> = names.map(|(name, _)| name.trim()).collect();
    assert!(names.len() > 50 && names.contains(&"decide_again"), "{names:?}");
    names
}

/// Fills in what the rows leave open, also from the answers so far.
fn filled(row: &str, known: &[(&str, String)], answers: &HashMap<&str, Value>) -> Value {
    let mut text = row.to_owned();
    for (name, value) in known {
        text = text.replace(&format!("<{name}>"), value);
    }
    while let Some((before, rest)) = text.split_once('<') {
        let (place, behind) = rest.split_once('>').expect("it is closed");
        let (act, pointer) = place.split_once(":/").unwrap_or_else(|| panic!("nothing is called {place}"));
        let answer = answers.get(act).unwrap_or_else(|| panic!("{act} is done before"));
        let value = answer.pointer(&format!("/{pointer}")).and_then(Value::as_str);
        text = format!("{before}{}{behind}", value.unwrap_or_else(|| panic!("{place} in {answer}")));
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A server of a chat service that answers two requests, and refuses further ones with what it was shown.
fn service() -> Recorder {
    Recorder::start(|number| match number {
        0 | 1 => Act::answer(200, "", r#"{"url":"https://shop.example/chat"}"#),
        _ => {
            let shown = canary("history");
            Act::answer(401, &format!("X-Shown: {shown}\r\n"), &format!(r#"{{"message":"Not {shown}"}}"#))
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_act_answers_with_a_secret_that_is_no_business_of_its_asker() {
    for name in declared() {
        assert!(
            TABLE.iter().any(|(row, ..)| *row == name),
            "“{name}” has no row: say which secrets it may tell"
        );
    }
    let (kept, service) = (Recorder::always(200), service());
    let planted = Planted::new(&kept.url).await;
    let script = planted.bench.file("bin/cloudflared", "#!/bin/sh\nexec sleep 600\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("executable");
    let mut serve = planted.command(&["serve", "--ui-port", "0", "--port", "0", "--json"]);
    serve.env("PATH", format!("{}:/usr/bin:/bin", planted.bench.path("bin").display()));
    let serve = Watched::start(&planted, "acts", serve);
    let out = serve.until("\n", 1);
    let door = door(&out, "listening");
    planted.requests(&door);
    let page = Page::open(&out);
    let customer = include_bytes!("../../../../../../tests/fixtures/chatvisor/new_conversation.json");
    let hook = format!("http://{door}/h/chatvisor/{}", super::planted::token(&planted.bench, "chatvisor"));
    assert!(crate::listening::post_with(&hook, "POST", "", customer).starts_with("HTTP/1.1 200"));
    let query = |name: &str, ask: Value| page.ask(&format!("POST /api/query/{name}"), &ask.to_string()).1;
    wait_for("everything is read", || (query("overview", json!({}))["waiting"] == 0).then_some(()));

    let id = planted.conversation();
    let url = format!("{}&api_key={}", kept.url, in_query("targetquery"));
    let settings = |url: &str| {
        json!({ "name": "Mine", "url": url, "before": false, "pass_back": false, "deadline": 5, "credentials": false,
            "numbered": false, "quarantined": true })
    };
    let rows = query("conversations", json!({ "view": "everything" }));
    let rows = rows["rows"].as_array().expect("rows");
    let customer = rows.iter().find(|row| row["provider"] == "chatvisor").expect("it became one");
    let visitor = query("visitor", json!({ "conversation": id }));
    let samples = query("samples", json!({}));
    let sample =
        samples["rows"].as_array().expect("samples").iter().find(|row| row["provider"] == "smartsupp");
    let history = json!({ "account": "208", "user": "", "part": "", "base": service.url.split_once("hook").expect("its end").0,
        "conversations": "", "messages": "", "tag": "POST customer/{customerId}", "chat_url": "GET customer/{customerId}" });
    let tunnel = json!({ "server": "", "key": "", "bind": "", "public_url": "https://hooks.example", "command": "",
        "url_pattern": "", "ready_pattern": "", "http2": false });
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let known = [
        ("id", id.clone()),
        ("customer", text(&customer["id"])),
        ("name", visitor["known_as"][1]["name"]["key"].to_string()),
        ("sample", text(&sample.expect("one of them")["id"])),
        ("url", url.clone()),
        ("settings", settings(&url).to_string()),
        (
            "bad settings",
            settings(&format!("https://user:{}@169.254.169.254/", in_query("targetquery"))).to_string(),
        ),
        ("history fields", history.to_string()),
        ("tunnel fields", tunnel.to_string()),
        ("signing", canary("signing")),
        ("history", canary("history")),
        ("tunnel", canary("tunnel")),
        ("bearer", canary(IN_HEAD[0])),
        ("query", in_query(IN_HEAD[3])),
    ];
    let (mut answers, mut wrong) = (HashMap::new(), Vec::new());
    for (name, row, expected, code) in TABLE {
        let ask = filled(row, &known, &answers);
        let (status, answer) = page.ask(&format!("POST /api/act/{name}"), &ask.to_string());
        let refused = if status == 200 { "" } else { answer["code"].as_str().unwrap_or("?") };
        if refused != *code {
            wrong.push(format!("{name} {ask:.200} answers {status} {answer:.300}"));
        }
        let (mut found, mut expected) = (planted.found(&answer.to_string()), expected.to_vec());
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            wrong.push(format!("{name} {ask:.200} tells {found:?} instead of {expected:?}: {answer}"));
        }
        if let (200, Some(work)) = (status, answer["work"].as_str()) {
            // It ends, well or badly, and its report is there.
            let ended = wait_for(name, || {
                let now = query("work", json!({}));
                let all = now["rows"].as_array().expect("a list").clone();
                let one = all.into_iter().find(|one| one["id"] == work)?;
                (one["state"] != "running" && one["state"] != "waiting").then_some(one)
            });
            let records = query("work_records", json!({ "work": work }));
            for said in [&ended, &records] {
                let found = planted.found(&said.to_string());
                if !found.is_empty() {
                    wrong.push(format!("the work of {name} tells {found:?}: {said}"));
                }
            }
        }
        if status == 200 {
            answers.insert(*name, answer);
        }
    }
    let (out, log) = serve.stop();
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
    assert_eq!(planted.found(&log), [""; 0], "{log}");
    assert_eq!(planted.found(&out), [""; 0], "{out}");
}
