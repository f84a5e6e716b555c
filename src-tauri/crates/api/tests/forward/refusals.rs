//! Where nothing goes.

use std::net::TcpListener;

use serde_json::json;

use crate::house::{House, settings};
use crate::target::{Act, Recorder};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_never_reached_cannot_become_a_target() {
    let house = House::new().await;
    let hook = house.hook().await;
    let escaped = hook.replacen("any", "%61ny", 1);
    let table = [
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "target_refused"),
        ("http://[fe80::1]:80/".to_owned(), "target_refused"),
        ("http://[fd00:ec2::254]/".to_owned(), "target_refused"),
        ("http://100.100.100.200/".to_owned(), "target_refused"),
        ("http://0.0.0.0/".to_owned(), "target_refused"),
        ("http://me:secret@127.0.0.1/".to_owned(), "target_with_credentials"),
        ("file:///etc/passwd".to_owned(), "target_not_http"),
        ("not an address".to_owned(), "target_not_http"),
        (format!("http://127.0.0.1:{}/{hook}", house.port), "target_is_here"),
        (format!("https://my-tunnel.example/{hook}?x=1"), "target_is_here"),
        (format!("http://localhost:1/prefix/{escaped}"), "target_is_here"),
    ];
    for (url, code) in table {
        let add = json!({ "source": "any", "settings": settings("t", &url, &json!({})) });
        let refused = house.api.act("add_forward_target", add).await.unwrap_err();
        assert_eq!(refused.code, code, "{url}: {refused}");
        let refused = house.api.forward_all_to(&url).unwrap_err();
        assert_eq!(refused.code, code, "{url}: {refused}");
    }
    let other = hook.replace("any", "smartsupp");
    let foreign = format!("https://colleague.example/{other}");
    let add = json!({ "source": "any", "settings": settings("t", &foreign, &json!({})) });
    assert!(
        house.api.act("add_forward_target", add).await.is_ok(),
        "another's hook address has another token"
    );
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let house = House::new().await;
    let elsewhere = Recorder::always(200);
    let location = format!("Location: {}\r\n", elsewhere.url);
    let recorder = Recorder::start(move |_| Act::answer(307, &location, ""));
    house.add(&recorder, json!({})).await;
    house.post("secret").await;
    recorder.next();
    let standing = house.until("it is given up", |standing| standing.dead == 1).await;
    assert_eq!(standing.last.unwrap().status, Some(307));
    assert!(elsewhere.nothing_more(), "only the address that a person entered is asked");
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_became_a_hook_address_is_not_sent_to() {
    let house = House::new().await;
    // The address is another's when it is entered. Then a source gets its name, and its token.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", nobody.local_addr().unwrap());
    let target = house.target("t", &url, json!({})).await;
    let archive = house.api.archive().clone();
    let here = format!("http://127.0.0.1:{}/{}", house.port, house.hook().await);
    let id = afterchat_archive::TargetId(target.id.parse().unwrap());
    let mut changed = archive.forward_target(id).unwrap().settings;
    changed.url = here;
    archive.change_forward_target(id, changed).unwrap();
    house.post("one").await;
    let standing = house.until("it is given up", |standing| standing.dead == 1).await;
    assert_eq!(standing.last.unwrap().code.as_deref(), Some("target_is_here"));
    assert_eq!(archive.newest_delivery().unwrap(), 1, "nothing goes in a circle");
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_over_several_machines_ends() {
    let house = House::new().await;
    let recorder = Recorder::always(200);
    house.add(&recorder, json!({})).await;
    let hops = |count: usize| "x-afterchat-delivery: 7\r\n".repeat(count);
    house.send("POST", &hops(3), b"three").await;
    assert_eq!(recorder.next_body(), "three");
    house.send("POST", &hops(4), b"four").await;
    let standing = house.until("it is given up", |standing| standing.dead == 1).await;
    assert_eq!(standing.last.unwrap().code.as_deref(), Some("forward_loop"));
    assert!(recorder.nothing_more());
    house.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_told_and_sent_again() {
    let house = House::new().await;
    let recorder = Recorder::start(|number| if number < 2 { Act::status(410) } else { Act::status(200) });
    let target = house.add(&recorder, json!({})).await;
    house.post("one").await;
    house.post("two").await;
    house.until("both are given up", |standing| standing.dead == 2).await;
    let overview = house.api.query("overview", json!({})).await.unwrap();
    assert_eq!(overview["dead_letters"], json!([{ "source": "any", "count": 2 }]));
    let asked = house.api.query("dead_letters", json!({ "target": target.id })).await.unwrap();
    assert_eq!(asked["rows"][0]["delivery"], "2");
    assert_eq!((&asked["rows"][0]["status"], &asked["rows"][0]["tries"]), (&410.into(), &1.into()));
    recorder.next();
    recorder.next();
    let again = json!({ "target": target.id, "deliveries": ["1"] });
    assert_eq!(house.api.act("forward_again", again).await.unwrap()["changed"], 1);
    assert_eq!(recorder.next_body(), "one");
    assert_eq!(house.api.act("forward_again", json!({ "target": target.id })).await.unwrap()["changed"], 1);
    assert_eq!(recorder.next_body(), "two");
    house.until("none is left", |standing| standing.dead == 0 && standing.forwarded == 2).await;
    let now = json!({ "target": target.id, "delivery": "1" });
    house.api.act("forward_now", now).await.unwrap();
    assert_eq!(recorder.next_body(), "one");
    house.until("it is noted", |standing| standing.forwarded == 3).await;
    let log = house.api.query("forward_log", json!({ "target": target.id, "limit": 2 })).await.unwrap();
    assert_eq!(log["rows"].as_array().unwrap().len(), 2);
    assert_eq!(log["next"], "4");
    assert_eq!(house.forwarded(1).await.rows[0].attempts.len(), 3);
    house.api.close().await;
}
