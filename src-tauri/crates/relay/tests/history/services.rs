//! Each service's pages, from the first to the last.

use afterchat_relay::history::{Access, CustomerTag, Service, public_chat_url, tag_customer};
use serde_json::{Value, json};

use crate::standin::{CANARY, Shelf, Standin, Still, ok, run, status};

#[tokio::test]
async fn smartsupp_is_asked_for_conversations_messages_contacts_and_agents() {
    let service = Standin::start(|target, body, _| {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        match target {
            "/conversations/search" if body["after"] == json!([1_772_323_199_999_i64]) => ok(
                r#"{"total":2,"after":[1772324000000,"c1"],"items":[{"id" : "c1","created_at":"2026-03-01T00:10:00.000Z","contact_id":"p1","agent_ids":["7"]}]}"#,
            ),
            "/conversations/search" if body["after"] == json!([1_772_324_000_000_i64, "c1"]) => ok(
                r#"{"total":2,"after":[1],"items":[{"id":"c2","created_at":"2026-03-01T11:00:00.000Z","contact_id":"p1"},{"id":"late","created_at":"2026-03-02T00:00:00.000Z"}]}"#,
            ),
            "/conversations/c1/messages?size=100&sort=asc" => ok(r#"{"total":2,"after":"m1","items":[{"id":"m1"}]}"#),
            "/conversations/c1/messages?size=100&sort=asc&after=m1" => ok(r#"{"total":2,"after":null,"items":[{"id":"m2"}]}"#),
            "/conversations/c2/messages?size=100&sort=asc" => ok(r#"{"total":0,"items":[]}"#),
            "/contacts/p1" => ok(r#"{"id":"p1","name":"Kim"}"#),
            "/agents" => ok(r#"{"agents":[{"id":7,"fullname":"Ann"},{"id":8}]}"#),
            _ => status(400),
        }
    })
    .await;
    let mut shelf = Shelf::default();
    let done =
        run(Service::Smartsupp, &service.access(), Some("2026-03-01T00:00:00Z"), &mut shelf, &Still::new())
            .await;
    let done = done.expect("all of it");
    assert_eq!((done.fetched, done.new, done.total), (2, 2, Some(2)));
    assert_eq!(
        shelf.bodies(),
        [
            r#"{"account_id":"208","conversation":{"id" : "c1","created_at":"2026-03-01T00:10:00.000Z","contact_id":"p1","agent_ids":["7"]},"messages":[{"id":"m1"},{"id":"m2"}],"contact":{"id":"p1","name":"Kim"},"agents":[{"id":7,"fullname":"Ann"}]}"#,
            r#"{"account_id":"208","conversation":{"id":"c2","created_at":"2026-03-01T11:00:00.000Z","contact_id":"p1"},"messages":[],"contact":{"id":"p1","name":"Kim"}}"#,
        ],
        "each answer keeps its bytes, and what began after the range stays out"
    );
    assert!(shelf.place.expect("a place").done);
    let asked = service.asked();
    assert!(asked.iter().all(|asked| asked.authorization == format!("Bearer {CANARY}")));
    assert!(!asked.iter().any(|asked| asked.line.contains(CANARY)), "a token in an address ends in logs");
}

#[tokio::test]
async fn comm100_is_asked_page_by_page_and_for_what_was_missed() {
    let service = Standin::start(|target, _, _| {
        let list = |from: usize, count: usize| -> Value {
            json!({ "list": (from..from + count).map(|id| json!({ "id": id })).collect::<Vec<_>>() })
        };
        let index = target.split("pageIndex=").nth(1).and_then(|rest| rest.split('&').next());
        match target.split('?').next().unwrap_or_default() {
            "/livechat/chats:Search" if index == Some("1") => ok(list(0, 50)),
            "/livechat/chats:Search" if index == Some("2") => ok(list(50, 1)),
            "/livechat/missedAndRefusedChats:Search" => ok(r#"{"list":[{"id":"m-1","status":"missed"}]}"#),
            "/livechat/chats/3" => status(404),
            path => ok(json!({ "id": path.rsplit('/').next(), "messages": [] })),
        }
    })
    .await;
    let access = Access { user: "ann@example.com".to_owned(), ..service.access() };
    let (mut shelf, clock) = (Shelf::default(), Still::new());
    let done = run(Service::Comm100, &access, None, &mut shelf, &clock).await.expect("all of it");
    assert_eq!(done.new, 52);
    let lines = service.lines();
    assert_eq!(
        lines[0],
        "POST /livechat/chats:Search?pageIndex=1&pageSize=50&sortBy=startTime&sortOrder=asc&siteId=208"
    );
    assert!(lines[1].starts_with("GET /livechat/chats/0?include=messages&"), "{}", lines[1]);
    assert_eq!(
        shelf.bodies()[3],
        r#"{"id":3}"#,
        "of a chat that cannot be had by itself the list's word is kept"
    );
    assert_eq!(shelf.bodies()[51], r#"{"id":"m-1","status":"missed"}"#);
    let asked = service.asked();
    assert!(asked[0].authorization.starts_with("Basic "), "an e-mail address goes with an API key");
    assert_eq!(
        asked[0].body,
        r#"{"startTime":"2000-01-01T00:00:00.000Z","endTime":"2026-03-01T12:00:00.000Z"}"#
    );
    assert_eq!(
        clock.waits.borrow().len(),
        lines.len() - 1,
        "300 requests in five minutes are allowed, so one a second"
    );
}

#[tokio::test]
async fn snapengage_is_asked_for_days_and_links() {
    let service = Standin::start(|target, _, _| match target {
        "/208/logs?start=2026-01-20&end=2026-02-21&widgetId=w1" => {
            ok(r#"{"cases":[{"id": "a"}, {"id":"b"}],"linkToNextSetOfResults":"/208/logs?widgetId=w1&next=x&api_token=canary-0815-4711"}"#)
        }
        "/208/logs?widgetId=w1&next=x&api_token=canary-0815-4711" => ok(r#"{"cases":[{"id":"c"}]}"#),
        "/208/logs?start=2026-02-21&end=2026-03-02&widgetId=w1" => ok(r#"{"cases":[]}"#),
        _ => status(400),
    })
    .await;
    let access = Access { part: "w1".to_owned(), ..service.access() };
    let mut shelf = Shelf::default();
    let done =
        run(Service::SnapEngage, &access, Some("2026-01-20T08:00:00Z"), &mut shelf, &Still::new()).await;
    assert_eq!(done.expect("all of it").new, 3);
    assert_eq!(shelf.bodies(), [r#"{"id": "a"}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#]);
    assert_eq!(service.asked()[0].authorization, CANARY, "the Logs API takes the bare token");
    assert!(
        !format!("{:?}", shelf.kept).contains(CANARY),
        "a token in the service's own link must not be kept"
    );
}

#[tokio::test]
async fn a_full_answer_without_a_link_is_asked_again_for_shorter_times() {
    let service = Standin::start(|target, _, _| {
        let cases: Vec<Value> = (0..100).map(|id| json!({ "id": format!("{id}") })).collect();
        let one_day = target.contains("start=2026-02-28&end=2026-03-01");
        let few = [json!({ "id": "x" })];
        ok(json!({ "cases": if one_day || target.contains("end=2026-03-02") { &cases[..] } else { &few[..] } }))
    })
    .await;
    let mut shelf = Shelf::default();
    let done =
        run(Service::SnapEngage, &service.access(), Some("2026-02-28T00:00:00Z"), &mut shelf, &Still::new())
            .await;
    let done = done.expect("all of it");
    assert!(done.cut_days >= 1, "a day that cannot be had whole is told");
    assert_eq!(shelf.kept.len(), 100);
}

#[tokio::test]
async fn a_chat_at_the_edge_of_two_ranges_is_no_repetition() {
    let service = Standin::start(|_, _, _| ok(r#"{"cases":[{"id":"edge"}]}"#)).await;
    let mut shelf = Shelf::default();
    let since = Some("2026-01-01T00:00:00Z");
    let done = run(Service::SnapEngage, &service.access(), since, &mut shelf, &Still::new())
        .await
        .expect("all of it");
    assert_eq!((done.new, done.known), (1, 1), "whether a day's end belongs to it is not documented");
}

#[tokio::test]
async fn chatvisor_is_asked_for_conversations_and_all_that_was_said() {
    let service = Standin::start(|target, _, _| match target {
        "/conversation?pageNumber=0&pageSize=50" => {
            ok(r#"[{"customerId":"k1","status":"DONE"},{"status":"UNREAD"},{"customerId":"k2","status":"UNREAD"}]"#)
        }
        "/conversation/k1/message?pageNumber=0&pageSize=50" => ok(r#"{"content":[{"text":"Hi"},{"text":"Hello"}]}"#),
        "/conversation/k2/message?pageNumber=0&pageSize=50" => status(404),
        _ => status(400),
    })
    .await;
    let mut shelf = Shelf::default();
    run(Service::Chatvisor, &service.access(), None, &mut shelf, &Still::new()).await.expect("all of it");
    assert_eq!(
        shelf.bodies(),
        [
            r#"{"customerId":"k1","conversation":{"customerId":"k1","status":"DONE"},"messages":[{"text":"Hi"},{"text":"Hello"}]}"#,
            r#"{"customerId":"k2","conversation":{"customerId":"k2","status":"UNREAD"},"messages":[]}"#,
        ]
    );
}

#[tokio::test]
async fn a_chatvisor_customer_is_tagged_and_joined_only_with_requests_that_somebody_entered() {
    let service = Standin::start(|target, _, _| match target {
        "/customer/k%2F1/tag" => ok("{}"),
        "/customer/k%2F1/url" => ok(r#"{"url":"https://app.chatvisor.com/join?t=1"}"#),
        _ => status(404),
    })
    .await;
    let clock = Still::new();
    let tag = CustomerTag {
        email: "john.doe@example.com".to_owned(),
        firstname: "John".to_owned(),
        id: "123".to_owned(),
        labels: vec!["foo".to_owned(), "bar".to_owned()],
        lastname: "Doe".to_owned(),
    };
    let bare = service.access();
    let missing = tag_customer(&bare, "k/1", &tag, &clock).await.expect_err("no request line");
    assert_eq!(missing.code(), "history_incomplete");
    assert!(service.asked().is_empty(), "nothing is sent on a guess");
    let access = Access {
        tag: "PUT /rest/v1/customer/{customerId}/tag".to_owned(),
        chat_url: "POST customer/{customerId}/url".to_owned(),
        ..bare
    };
    tag_customer(&access, "k/1", &tag, &clock).await.expect("tagged");
    let url = public_chat_url(&access, "k/1", &clock).await.expect("an address");
    assert_eq!(url, "https://app.chatvisor.com/join?t=1");
    let asked = service.asked();
    assert_eq!(
        (asked[0].line.as_str(), asked[1].line.as_str()),
        ("PUT /customer/k%2F1/tag", "POST /customer/k%2F1/url")
    );
    assert_eq!(
        asked[0].body,
        r#"{"email":"john.doe@example.com","firstname":"John","id":123,"labels":["foo","bar"],"lastname":"Doe"}"#,
        "the vendor's own sample"
    );
}
