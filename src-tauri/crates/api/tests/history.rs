//! Past chats over the contract, from a stand-in: a server on this machine that answers as the service documents it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use afterchat_api::{Api, BackFill};
use serde_json::{Value, json};

/// No log, answer, export or delivery may hold it.
const CANARY: &str = "canary-0815-4711";

/// A stand-in for SnapEngage: one page for each request, the same for all.
fn standin(status: &'static str, answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            let mut head = BufReader::new(socket.try_clone().expect("a socket"));
            let mut line = String::new();
            while head.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let length = answer.len();
            let _gone = write!(
                socket,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}"
            );
        }
    });
    base
}

fn case(id: &str) -> Value {
    json!({
        "id": id, "type": "chat", "source_id": 2, "requested_by": "kim@example.com",
        "created_at_seconds": 1_772_323_200, "created_at_milliseconds": 0,
        "transcripts": [{ "id": "", "sender": "VISITOR", "date_seconds": 1_772_323_201, "alias": "Kim", "message": "From the log" }],
    })
}

fn entered(base: &str) -> Value {
    json!({
        "account": "208", "user": "", "part": "", "base": base,
        "conversations": "", "messages": "", "tag": "", "chat_url": "",
    })
}

async fn enter(api: &Api, service: &str, base: &str) -> Value {
    let ask = json!({ "service": service, "token": CANARY, "entered": entered(base) });
    api.act("enter_history", ask).await.expect("entered")
}

async fn row(api: &Api, service: &str) -> Value {
    let rows = api.query("history", json!({})).await.expect("an answer");
    rows["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["service"] == service)
        .expect("a row")
        .clone()
}

/// Fetches to the end and waits until everything is read.
async fn fetch(api: &Api, service: &str, go_on: bool) -> Value {
    let mut changes = api.changes();
    let start = json!({ "service": service, "go_on": go_on, "since": "2026-02-28T00:00:00.000Z", "until": "2026-03-01T12:00:00.000Z" });
    let work = api.act("fetch_history", start).await.expect("begun")["work"].clone();
    loop {
        let rows = api.query("work", json!({})).await.expect("work");
        let rows = rows["rows"].as_array().expect("rows");
        let own = rows.iter().find(|row| row["id"] == work).expect("the work").clone();
        if own.get("ended_at").is_some() {
            while api.archive().progress().is_ok_and(|read| read.done < read.all) {
                changes.changed().await.expect("the archive is open");
            }
            return own;
        }
        changes.changed().await.expect("the archive is open");
    }
}

fn count(work: &Value, code: &str) -> u64 {
    let counts = work["counts"].as_array().expect("counts");
    counts.iter().find(|count| count["code"] == code).and_then(|count| count["count"].as_u64()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_was_posted_and_is_fetched_is_one_conversation_and_fetching_again_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Api::open(folder.path()).expect("opens");
    let posted = folder.path().join("posted.json");
    std::fs::write(&posted, case("c1").to_string().replace("From the log", "By webhook")).expect("written");
    let _work = api.import_files(vec![posted]);
    let base = standin("200 OK", json!({ "cases": [case("c1"), case("c2")] }).to_string());
    enter(&api, "snapengage", &base).await;

    let first = fetch(&api, "snapengage", false).await;
    assert_eq!((first["state"].as_str(), count(&first, "new")), (Some("done"), 2), "{first}");
    let second = fetch(&api, "snapengage", false).await;
    assert_eq!((count(&second, "new"), count(&second, "repeated")), (0, 2), "{second}");

    let list = json!({ "view": "everything", "limit": 10 });
    let rows = api.query("conversations", list).await.expect("a list")["rows"].clone();
    assert_eq!(
        rows.as_array().map(Vec::len),
        Some(2),
        "the posted chat and its fetched copy are one: {rows}"
    );
    let deliveries = api.query("deliveries", json!({ "limit": 10 })).await.expect("the journal");
    let kinds: Vec<&str> =
        deliveries["rows"].as_array().expect("rows").iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "back_fill").count(), 2, "{kinds:?}");
    let last = row(&api, "snapengage").await;
    assert_eq!(last["last"]["known"], 2);
    assert!(last.get("place").is_none(), "a run that reached its end has nothing to go on with");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_shown_by_its_end_only_and_stands_nowhere_but_in_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Api::open(folder.path()).expect("opens");
    let base = standin("401 No", format!("{{\"error\":\"{CANARY}\"}}"));
    let row_told = enter(&api, "snapengage", &base).await;
    assert_eq!(
        (row_told["token_set"].as_bool(), row_told["token_ending"].as_str()),
        (Some(true), Some("4711"))
    );
    let work = fetch(&api, "snapengage", false).await;
    assert_eq!(work["failure"]["code"], "history_credential_refused");

    let good = standin("200 OK", json!({ "cases": [case("c1")] }).to_string());
    // Without a token the one that is set stays.
    let kept = api.act("enter_history", json!({ "service": "snapengage", "entered": entered(&good) })).await;
    assert_eq!(kept.expect("entered")["token_ending"], "4711");
    fetch(&api, "snapengage", false).await;
    let mut told = vec![row_told.to_string(), work.to_string(), format!("{api:?}")];
    for (name, ask) in [
        ("history", json!({})),
        ("overview", json!({})),
        ("work", json!({})),
        ("deliveries", json!({ "limit": 10 })),
        ("delivery", json!({ "id": "1" })),
        ("conversations", json!({ "view": "everything", "limit": 10 })),
    ] {
        told.push(
            api.query(name, ask).await.unwrap_or_else(|failure| panic!("{name}: {failure:?}")).to_string(),
        );
    }
    let id = api.query("conversations", json!({ "view": "everything", "limit": 1 })).await.expect("a list");
    let id = id["rows"][0]["id"].as_str().expect("a conversation").to_owned();
    told.push(api.export_html(&id).await.expect("a page").1);
    let found: Vec<&String> = told.iter().filter(|text| text.contains(CANARY)).collect();
    assert!(found.is_empty(), "{found:?}");
    let delivery = api.archive().delivery(afterchat_archive::DeliveryId(1)).expect("kept");
    assert!(!format!("{delivery:?}").contains(CANARY));
    let headers: Vec<_> = delivery.delivery.headers.iter().map(|header| header.name.to_lowercase()).collect();
    assert_eq!(headers, ["host", "content-type"], "no request's own headers are kept");

    let removed = json!({ "service": "snapengage", "token": "", "entered": entered(&good) });
    assert_eq!(api.act("enter_history", removed).await.expect("entered")["token_set"], false);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_begun_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Api::open(folder.path()).expect("opens");
    let unknown = api.act("fetch_history", json!({ "service": "chatlio", "go_on": false })).await;
    assert_eq!(unknown.expect_err("no such interface").code, "not_found");
    let work = fetch(&api, "comm100", true).await;
    assert_eq!(work["failure"]["code"], "history_incomplete", "nothing was entered");
    assert_eq!(row(&api, "comm100").await["last"]["failure"]["code"], "history_incomplete");
    let mut fields = entered("");
    fields["tag"] = json!("DELETE everything");
    let wrong = api.act("enter_history", json!({ "service": "chatvisor", "entered": fields })).await;
    assert_eq!(wrong.expect_err("no request line").code, "history_request_line");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_of_its_own_stops_a_run_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Api::open(folder.path()).expect("opens");
    let base = standin("200 OK", json!({ "cases": [case("c1")] }).to_string());
    enter(&api, "snapengage", &base).await;
    let ask = BackFill { service: "snapengage".to_owned(), ..BackFill::default() };
    let (running, asked) = (api.clone(), ask.clone());
    let stopped = tokio::task::spawn_blocking(move || {
        let seen = std::sync::atomic::AtomicBool::new(false);
        running.back_fill(&asked, &|| seen.load(std::sync::atomic::Ordering::Relaxed), &|progress| {
            seen.store(progress.fetched > 0, std::sync::atomic::Ordering::Relaxed);
        })
    });
    assert_eq!(stopped.await.expect("no panic").expect_err("stopped").code, "cancelled");
    let reached = row(&api, "snapengage").await;
    assert_eq!(reached["last"]["failure"]["code"], "cancelled", "{reached}");
    let kept = api.archive().newest_delivery().expect("the journal");
    assert_eq!(kept, 1, "what came before the wish to stop is kept");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_gone_on_with_only_where_its_own_pages_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = Api::open(folder.path()).expect("opens");
    let next = json!({ "cases": [case("c1")], "linkToNextSetOfResults": "/logs?page=2" });
    let base = standin("200 OK", next.to_string());
    enter(&api, "snapengage", &base).await;
    let ask =
        BackFill { service: "snapengage".to_owned(), account: Some("999".to_owned()), ..BackFill::default() };
    let running = api.clone();
    let stopped = tokio::task::spawn_blocking(move || {
        let pages = std::sync::atomic::AtomicU64::new(0);
        running.back_fill(&ask, &|| pages.load(std::sync::atomic::Ordering::Relaxed) > 0, &|progress| {
            pages.store(progress.fetched, std::sync::atomic::Ordering::Relaxed);
        })
    });
    assert_eq!(stopped.await.expect("no panic").expect_err("stopped").code, "cancelled");
    let place = async |account: &str| {
        let mut entered = entered(&base);
        entered["account"] = json!(account);
        api.act("enter_history", json!({ "service": "snapengage", "entered": entered }))
            .await
            .expect("entered");
        row(&api, "snapengage").await["place"].clone()
    };
    assert_eq!(place("208").await, Value::Null, "the pages of account 999 are not those of 208");
    assert_eq!(place("999").await["fetched"], 1, "and theirs are still known");
    api.close().await;
}
