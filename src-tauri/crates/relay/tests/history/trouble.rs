//! What goes wrong: limits, failures, credentials, breaks, cancelling, and servers that point elsewhere.

use afterchat_relay::history::{Access, HistoryError, Place, Service};
use afterchat_transcript::Instant;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::standin::{Answer, CANARY, Shelf, Standin, Still, noon, ok, run, status};

/// One page of SnapEngage for the day before noon: the shortest run there is.
async fn day(service: &Standin, clock: &Still) -> (Result<u64, HistoryError>, Shelf) {
    let mut shelf = Shelf::default();
    let since = Some("2026-03-01T00:00:00Z");
    let done = run(Service::SnapEngage, &service.access(), since, &mut shelf, clock).await;
    (done.map(|done| done.new), shelf)
}

fn case(id: &str) -> Answer {
    ok(json!({ "cases": [{ "id": id }] }))
}

#[tokio::test]
async fn a_service_that_has_had_enough_is_asked_again_when_it_wishes() {
    for (header, seconds) in [("30", 30), ("Sun, 01 Mar 2026 12:02:00 GMT", 120)] {
        let service = Standin::start(move |_, _, before| match before {
            0 => Answer { headers: vec![("retry-after", header.to_owned())], ..status(429) },
            _ => case("a"),
        })
        .await;
        let clock = Still::new();
        let (done, shelf) = day(&service, &clock).await;
        assert_eq!(done.expect("the second try"), 1);
        assert_eq!(
            *clock.waits.borrow(),
            [seconds],
            "{header} is how long the service wants to be left alone"
        );
        let until = Instant::from_millis(noon().millis() + i64::try_from(seconds).expect("short") * 1000);
        assert_eq!(shelf.waited_until, [until.expect("a time")], "waiting is shown");
    }
}

#[tokio::test]
async fn whoever_is_told_to_wait_for_hours_ends_and_says_when_to_come_back() {
    let service =
        Standin::start(|_, _, _| Answer { headers: vec![("retry-after", "7200".to_owned())], ..status(429) })
            .await;
    let (done, _) = day(&service, &Still::new()).await;
    let error = done.expect_err("two hours are too long");
    assert_eq!(error.code(), "history_busy");
    assert!(error.to_string().contains("2026-03-01T14:00:00"), "{error}");
}

#[tokio::test]
async fn a_failing_service_is_tried_again_and_given_up_in_the_end() {
    let service = Standin::start(|_, _, before| if before < 2 { status(502) } else { case("a") }).await;
    let clock = Still::new();
    assert_eq!(day(&service, &clock).await.0.expect("the third try"), 1);
    assert_eq!(*clock.waits.borrow(), [1, 2], "each pause is longer than the one before");

    let service = Standin::start(|_, _, _| status(500)).await;
    let (done, _) = day(&service, &Still::new()).await;
    assert_eq!(done.expect_err("it never answers").code(), "history_no_answer");
    assert_eq!(service.asked().len(), 5, "a service in trouble is not asked for ever");
}

#[tokio::test]
async fn what_no_waiting_changes_ends_at_once() {
    let redirect = || Answer { headers: vec![("location", "http://127.0.0.1:9/".to_owned())], ..status(302) };
    type Script = fn() -> Answer;
    let table: [(Script, &str); 7] = [
        (|| status(401), "history_credential_refused"),
        (|| status(403), "history_credential_refused"),
        (|| status(404), "history_not_found"),
        (|| status(422), "history_status"),
        (|| ok("<html>canary-0815-4711"), "history_unreadable"),
        (|| ok(r#"{"cases":[{"id""#), "history_unreadable"),
        (redirect, "history_redirected"),
    ];
    for (answer, code) in table {
        let service = Standin::start(move |_, _, _| answer()).await;
        let (done, shelf) = day(&service, &Still::new()).await;
        let error = done.expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(service.asked().len(), 1, "{code} is asked once");
        assert!(shelf.kept.is_empty());
        assert!(
            !format!("{error} {error:?}").contains(CANARY),
            "no failure may repeat a credential: {error:?}"
        );
    }
    let service = Standin::start(|_, _, _| status(401)).await;
    let words = day(&service, &Still::new()).await.0.expect_err("refused").to_string();
    assert!(words.contains("API token") && words.contains("401"), "it names the credential: {words}");
}

#[tokio::test]
async fn nobody_is_led_to_another_server() {
    let elsewhere = Standin::start(|_, _, _| case("stolen")).await;
    let link = format!("{}208/logs", elsewhere.base);
    let service = Standin::start(move |_, _, _| {
        ok(json!({ "cases": [{ "id": "a" }], "linkToNextSetOfResults": link }))
    })
    .await;
    let (done, shelf) = day(&service, &Still::new()).await;
    assert_eq!(done.expect_err("another server").code(), "history_elsewhere");
    assert!(elsewhere.asked().is_empty(), "the credential would have gone along");
    assert_eq!(shelf.kept.len(), 1, "what came before is kept");
}

#[tokio::test]
async fn addresses_that_nobody_chose_are_not_asked() {
    for base in [
        "http://169.254.169.254/",
        "https://[fe80::1]/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "nonsense",
    ] {
        let access = Access { base: base.to_owned(), ..Standin::start(|_, _, _| status(500)).await.access() };
        let mut shelf = Shelf::default();
        let error = run(Service::SnapEngage, &access, None, &mut shelf, &Still::new()).await.expect_err(base);
        assert_eq!(error.code(), "history_address_refused", "{base}");
    }
}

#[tokio::test]
async fn what_was_not_entered_is_asked_for_before_anything_is_sent() {
    let service = Standin::start(|_, _, _| case("a")).await;
    for access in [
        Access { account: String::new(), ..service.access() },
        Access { token: afterchat_relay::history::Secret::default(), ..service.access() },
    ] {
        let error = run(Service::SnapEngage, &access, None, &mut Shelf::default(), &Still::new()).await;
        assert_eq!(error.expect_err("incomplete").code(), "history_incomplete");
    }
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn a_page_that_repeats_ends_the_run() {
    let service =
        Standin::start(|_, _, _| ok(json!({ "cases": [{ "id": "a" }], "linkToNextSetOfResults": "/again" })))
            .await;
    let (done, shelf) = day(&service, &Still::new()).await;
    assert_eq!(done.expect_err("for ever").code(), "history_repeats");
    assert_eq!(shelf.kept.len(), 1);
    assert!(service.asked().len() <= 3, "{:?}", service.lines());
}

#[tokio::test]
async fn an_answer_larger_than_any_conversation_is_not_read_to_its_end() {
    let service = Standin::start(|_, _, _| ok("x".repeat((32 << 20) + 1))).await;
    assert_eq!(day(&service, &Still::new()).await.0.expect_err("too large").code(), "history_too_large");
}

/// Three pages of Chatvisor with fifty conversations each, or less on the last one.
async fn three_pages(broken: bool) -> Standin {
    Standin::start(move |target, _, before| {
        let Some(index) =
            target.strip_prefix("/conversation?pageNumber=").and_then(|rest| rest[..1].parse::<usize>().ok())
        else {
            return ok("[]");
        };
        if broken && index == 1 && before < 90 {
            return status(401);
        }
        let count = if index == 2 { 7 } else { 50 };
        ok(json!(
            (0..count).map(|number| json!({ "customerId": format!("{index}-{number}") })).collect::<Vec<_>>()
        ))
    })
    .await
}

#[tokio::test]
async fn after_a_break_the_next_run_goes_on_where_the_last_one_was() {
    let service = three_pages(true).await;
    let (mut shelf, access) = (Shelf::default(), service.access());
    let error =
        run(Service::Chatvisor, &access, None, &mut shelf, &Still::new()).await.expect_err("broken off");
    assert_eq!(error.code(), "history_credential_refused");
    assert_eq!(
        shelf.place.as_ref().map(|place| (place.cursor.as_deref(), place.fetched)),
        Some((Some("1"), 50))
    );

    let whole = three_pages(false).await;
    let done =
        run(Service::Chatvisor, &whole.access(), None, &mut shelf, &Still::new()).await.expect("the rest");
    assert_eq!((done.new, done.known, done.fetched), (57, 0, 107), "nothing is fetched twice");
    assert!(
        !whole
            .lines()
            .iter()
            .any(|line| line.contains("pageNumber=0&pageSize=50") && line.starts_with("GET /conversation?"))
    );
    assert!(shelf.place.expect("a place").done);
}

#[tokio::test]
async fn cancelling_in_the_middle_keeps_what_came_and_the_next_run_adds_the_rest() {
    let service = three_pages(false).await;
    let mut shelf = Shelf { cancel_at: Some((60, CancellationToken::new())), ..Shelf::default() };
    let error = run(Service::Chatvisor, &service.access(), None, &mut shelf, &Still::new())
        .await
        .expect_err("cancelled");
    assert_eq!(error.code(), "cancelled");
    assert_eq!(shelf.kept.len(), 60);
    shelf.cancel_at = None;
    let done =
        run(Service::Chatvisor, &service.access(), None, &mut shelf, &Still::new()).await.expect("the rest");
    assert_eq!((done.new, done.known), (47, 10), "of the page that was cut short the beginning is known");
    let again = Place { done: true, ..shelf.place.clone().expect("a place") };
    shelf.place = Some(again);
    let done =
        run(Service::Chatvisor, &service.access(), None, &mut shelf, &Still::new()).await.expect("once more");
    assert_eq!((done.new, done.known), (0, 107), "fetching again changes nothing");
}

#[tokio::test]
async fn cancelling_ends_a_long_wait() {
    let service =
        Standin::start(|_, _, _| Answer { headers: vec![("retry-after", "600".to_owned())], ..status(429) })
            .await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let mut shelf = Shelf { cancel_at: Some((usize::MAX, cancel)), ..Shelf::default() };
    let error = run(Service::SnapEngage, &service.access(), None, &mut shelf, &Still::new())
        .await
        .expect_err("cancelled");
    assert_eq!(error.code(), "cancelled");
}
