//! What reaches a target, when, and how often.

use serde_json::json;

use crate::house::{House, send, usual};
use crate::target::{Act, Recorder};

#[tokio::test(flavor = "multi_thread")]
async fn a_target_gets_the_bytes_and_header_lines_that_arrived() {
    let house = House::new().await;
    let (plain, open) = (Recorder::always(200), Recorder::always(204));
    house.target("plain", &plain.url, json!({ "numbered": false })).await;
    house.target("open", &open.url, json!({ "credentials": true })).await;
    let body = b"{\"a\" :1,\r\n\"a\":\"\xff\x00\"}";
    let lines = "x-B: 2\r\nX-a:  1\r\nx-B: \r\nAuthorization: Bearer s\r\nCookie: c=d\r\nX-Hop: 1\r\nConnection: X-Hop\r\nTE: trailers\r\nUser-Agent: Service/1\r\n";
    let answer = house.send("PUT", lines, body).await;
    assert!(usual(&answer), "{answer}");

    let expected = |host: &str, secrets: &str, number: &str| {
        let head = format!(
            "PUT /hook?from=afterchat HTTP/1.1\r\nHost: {host}\r\nx-B: 2\r\nX-a: 1\r\nx-B: \r\n{secrets}User-Agent: Service/1\r\nContent-Length: {}\r\n{number}\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat().escape_ascii().to_string()
    };
    let host = |recorder: &Recorder| recorder.url[7..].split('/').next().unwrap().to_owned();
    assert_eq!(plain.next().escape_ascii().to_string(), expected(&host(&plain), "", ""));
    let with =
        expected(&host(&open), "Authorization: Bearer s\r\nCookie: c=d\r\n", "X-Afterchat-Delivery: 1\r\n");
    assert_eq!(open.next().escape_ascii().to_string(), with);
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_arrive_in_their_order_and_a_slow_target_holds_up_no_other() {
    let house = House::new().await;
    let (slow, quick) = (Recorder::start(|_| Act::Hang), Recorder::always(200));
    house.target("slow", &slow.url, json!({ "deadline": 30 })).await;
    house.target("quick", &quick.url, json!({})).await;
    for number in 0..20 {
        assert!(usual(&house.post(&number.to_string()).await));
    }
    let arrived: Vec<String> = (0..20).map(|_| quick.next_body()).collect();
    assert_eq!(arrived, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(slow.next_body(), "0");
    assert!(slow.nothing_more(), "one at a time");
    let standing = house.standing().await;
    assert!(standing.under_way, "{standing:?}");
    assert_eq!((standing.waiting, standing.forwarded), (20, 0));
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_when_the_program_closed_is_sent_after_the_next_start() {
    let house = House::new().await;
    let recorder = Recorder::start(|number| if number == 0 { Act::Hang } else { Act::status(200) });
    house.add(&recorder, json!({ "deadline": 30 })).await;
    house.post("one").await;
    assert_eq!(recorder.next_body(), "one");
    house.post("two").await;
    house.api.close().await;
    assert!(recorder.nothing_more());
    let (api, _) = house.beside().await;
    assert_eq!([recorder.next_body(), recorder.next_body()], ["one", "two"], "at once, and in order");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_on_one_archive_send_each_delivery_once() {
    let house = House::new().await;
    let recorder = Recorder::always(200);
    house.add(&recorder, json!({})).await;
    let (other, port) = house.beside().await;
    let hook = house.hook().await;
    for number in 0..30 {
        let port = if number % 2 == 0 { house.port } else { port };
        assert!(usual(&send(port, &hook, "POST", "", number.to_string().as_bytes()).await));
    }
    let mut arrived: Vec<u32> = (0..30).map(|_| recorder.next_body().parse().unwrap()).collect();
    house.until("all have arrived", |standing| standing.forwarded == 30 && standing.waiting == 0).await;
    assert!(recorder.nothing_more(), "none twice");
    arrived.sort_unstable();
    assert_eq!(arrived, (0..30).collect::<Vec<_>>(), "and none never");
    other.close().await;
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_removed_or_paused_under_way_gets_nothing_more() {
    let house = House::new().await;
    let recorder = Recorder::start(|number| if number == 0 { Act::Hang } else { Act::status(200) });
    let target = house.add(&recorder, json!({ "deadline": 1 })).await;
    house.post("one").await;
    recorder.next();
    let which = json!({ "target": target.id });
    house.api.act("remove_forward_target", which.clone()).await.unwrap();
    house.post("two").await;
    house.api.act("put_forward_target_back", which).await.unwrap();
    assert_eq!(recorder.next_body(), "two", "what came in between goes when it is put back");
    house.until("it steps aside", |standing| standing.forwarded == 1 && standing.waiting == 1).await;

    house.api.act("pause_forward_target", json!({ "target": target.id, "on": true })).await.unwrap();
    house.post("three").await;
    house.until("it waits", |standing| standing.paused && standing.waiting == 2 && !standing.under_way).await;
    assert!(recorder.nothing_more());
    house.api.act("pause_forward_target", json!({ "target": target.id, "on": false })).await.unwrap();
    let mut rest = [recorder.next_body(), recorder.next_body()];
    rest.sort();
    assert_eq!(rest, ["one", "three"], "nothing is lost");
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_the_command_forwards_every_source_while_it_lasts() {
    let house = House::new().await;
    let recorder = Recorder::start(|number| if number == 1 { Act::status(503) } else { Act::status(200) });
    house.post("before").await;
    let mut told = house.api.forwards();
    house.api.forward_all_to(&recorder.url).unwrap();
    house.post("one").await;
    assert_eq!(recorder.next_body(), "one");
    house.post("two").await;
    assert_eq!(recorder.next_body(), "two");
    let (first, second) = (told.recv().await.unwrap(), told.recv().await.unwrap());
    assert_eq!((first.outcome, first.status, first.attempt, &*first.delivery), ("done", Some(200), 1, "2"));
    assert_eq!((second.outcome, second.status, second.url == recorder.url), ("again", Some(503), true));
    assert!(second.next_at.is_some());
    assert_eq!(house.api.end_forwards().await.unwrap(), [(recorder.url.clone(), 1)], "one did not arrive");
    house.api.close().await;
    assert!(recorder.nothing_more());

    // The next run sends it, without waiting longer than it would have.
    let (api, _) = house.beside().await;
    api.forward_all_to(&recorder.url).unwrap();
    assert_eq!(recorder.next_body(), "two");
    api.close().await;
}
