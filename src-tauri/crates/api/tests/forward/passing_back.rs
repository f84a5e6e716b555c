//! What a service is told when a target comes before the answer.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::house::{House, usual};
use crate::target::{Act, PATIENCE, Recorder};

async fn passing(act: Act) -> (House, Recorder) {
    let house = House::new().await;
    let recorder = Recorder::start(move |_| act.clone());
    house.add(&recorder, json!({ "pass_back": true, "deadline": 1 })).await;
    (house, recorder)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_gets_the_target_s_status_safe_headers_and_body() {
    let lines = "Content-Type: text/plain\r\nX-Hook-Secret: echo\r\nSet-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\nLocation: /\r\n";
    let (house, recorder) = passing(Act::answer(422, lines, "no e-mail address")).await;
    let answer = house.post("{}").await.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 422"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nno e-mail address"), "{answer}");
    assert!(
        answer.contains("content-type: text/plain\r\n") && answer.contains("x-hook-secret: echo\r\n"),
        "{answer}"
    );
    for kept_here in ["set-cookie", "access-control", "location"] {
        assert!(!answer.contains(kept_here), "{kept_here} is none of the service's business: {answer}");
    }
    recorder.next();
    let standing = house.until("it is given up", |standing| standing.dead == 1).await;
    assert_eq!(standing.last.unwrap().answer, "no e-mail address");
    let forwarded = house.forwarded(1).await;
    assert_eq!(forwarded.rows[0].attempts.len(), 1, "it was sent once");
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_costs_the_service_nothing() {
    for (what, act) in [
        ("5xx is tried again behind", Act::answer(503, "", "busy")),
        (
            "a redirect is not followed and not passed on",
            Act::answer(302, "Location: http://169.254.169.254/\r\n", ""),
        ),
        ("410 would switch the address off for good", Act::answer(410, "", "gone")),
        ("garbage", Act::Send(b"\x00\xff no HTTP\r\n\r\n".to_vec())),
        ("nothing at all", Act::Send(Vec::new())),
        ("half an answer", Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf".to_vec())),
        ("too long an answer", Act::answer(200, "", &"x".repeat(70_000))),
        ("silence", Act::Hang),
    ] {
        let (house, recorder) = passing(act).await;
        let begun = Instant::now();
        let answer = house.post("{}").await;
        assert!(usual(&answer), "{what}: {answer}");
        assert!(begun.elapsed() < PATIENCE, "{what}");
        recorder.next();
        let standing = house.until(what, |standing| standing.last.is_some() && !standing.under_way).await;
        let settled = if what.starts_with("too long") {
            standing.forwarded == 1
        } else if what.starts_with("a redirect") || what.starts_with("410") {
            standing.dead == 1
        } else {
            standing.waiting == 1 && standing.next_at.is_some()
        };
        assert!(settled, "{what}: {standing:?}");
        house.api.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_targets_before_the_answer_are_asked_at_once_and_the_marked_one_counts() {
    let house = House::new().await;
    let (one, two) = (Recorder::always(200), Recorder::start(|_| Act::answer(201, "", "two says so")));
    let hanging = Recorder::start(|_| Act::Hang);
    house.target("one", &one.url, json!({ "before": true })).await;
    house.target("two", &two.url, json!({ "pass_back": true })).await;
    house.target("hanging", &hanging.url, json!({ "before": true, "deadline": 1 })).await;
    let answer = house.post("{}").await;
    assert!(answer.starts_with("HTTP/1.1 201") && answer.ends_with("two says so"), "{answer}");
    // All three were asked before the answer, or this would not be there yet.
    for recorder in [&one, &two, &hanging] {
        assert_eq!(recorder.next_body(), "{}");
        assert!(recorder.nothing_more(), "and only once");
    }
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_hangs_takes_only_so_many_places_at_the_door() {
    let house = std::sync::Arc::new(House::new().await);
    let hanging = Recorder::start(|_| Act::Hang);
    house.add(&hanging, json!({ "before": true, "deadline": 30 })).await;
    // Sixteen wait for it.
    let waiting: Vec<_> = (0..16)
        .map(|number| {
            let house = std::sync::Arc::clone(&house);
            tokio::spawn(async move { house.post(&number.to_string()).await })
        })
        .collect();
    for _ in 0..16 {
        hanging.next();
    }
    let begun = Instant::now();
    assert!(usual(&house.post("one more").await));
    assert!(begun.elapsed() < Duration::from_secs(20), "it is answered without waiting for the target");
    assert_eq!(house.standing().await.waiting, 17, "and sent later");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_because_of_its_signature_stays_refused() {
    let house = House::new().await;
    let recorder = Recorder::start(|_| Act::answer(200, "", "fine"));
    let secret = json!({ "source": "smartsupp", "secret": "a-secret-of-the-app" });
    house.api.act("add_secret", secret).await.unwrap();
    let settings =
        crate::house::settings("t", &recorder.url, &json!({ "pass_back": true, "quarantined": true }));
    let add = json!({ "source": "smartsupp", "settings": settings });
    house.api.act("add_forward_target", add).await.unwrap();
    let overview = house.api.query("overview", json!({})).await.unwrap();
    let sources = overview["sources"].as_array().unwrap();
    let source = sources.iter().find(|source| source["name"] == "smartsupp").unwrap();
    let hook = source["hook_url"].as_str().unwrap().splitn(4, '/').nth(3).unwrap();
    let answer = crate::house::send(house.port, hook, "POST", "", b"{}").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(recorder.next_body(), "{}", "it goes on afterwards, because the target takes it");
    house.api.close().await;
}
