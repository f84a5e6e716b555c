//! What happens to senders that take too much or too long.

use std::time::{Duration, Instant};

use afterchat_listener::Limits;
use tokio::io::AsyncWriteExt;

use crate::ledger::{HOOK, Ledger, met, opened, post};
use crate::sender::Sender;

const SHORT: Duration = Duration::from_millis(400);
/// Far from the limits under test, and far below the default ones.
const SOON: Duration = Duration::from_secs(6);

#[tokio::test]
async fn a_slow_head_is_given_up() {
    let limits = Limits { head: SHORT, ..Limits::default() };
    let (door, ledger, mut silent) = met(limits).await;
    let began = Instant::now();
    assert_eq!(silent.closed().await, b"", "a connection that never says anything is closed");

    let mut half = Sender::connect(door.address).await;
    half.send(format!("POST {HOOK} HTTP/1.1\r\nX-Slow: ")).await;
    assert!(!half.closed().await.starts_with(b"HTTP/1.1 2"), "half a head is no request");

    let mut trickle = Sender::connect(door.address).await;
    trickle.send(format!("POST {HOOK} HTTP/1.1\r\n")).await;
    let mut tick = tokio::time::interval(SHORT / 10);
    while trickle.socket.write_all(b"a").await.is_ok() {
        tick.tick().await;
        assert!(began.elapsed() < SOON, "a byte now and then must not keep a connection open");
    }

    let mut idle = Sender::connect(door.address).await;
    idle.send(post("{}")).await;
    assert_eq!(idle.answer().await.status, 200);
    idle.closed().await;
    assert!(began.elapsed() < SOON, "all of them are closed after the limit");
    assert_eq!(ledger.kept().len(), 1);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let start = format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
    let (_door, ledger, mut pausing) = met(Limits { body_idle: SHORT, ..Limits::default() }).await;
    let began = Instant::now();
    pausing.send(format!("{start}{{")).await;
    let answer = pausing.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    pausing.closed().await;
    assert_eq!(ledger.kept(), [], "a body that paused for too long is not kept");

    let (_door, ledger, mut trickle) = met(Limits { body: SHORT, ..Limits::default() }).await;
    trickle.send(start).await;
    let mut tick = tokio::time::interval(SHORT / 10);
    while trickle.socket.write_all(b"a").await.is_ok() {
        tick.tick().await;
        assert!(began.elapsed() < SOON, "a byte now and then must not keep a body open");
    }
    assert_eq!(ledger.kept(), [], "a body that took too long is not kept");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let (door, ledger, _) = met(Limits::default()).await;
    let long = format!("POST {HOOK} HTTP/1.1\r\nX-Long: {}\r\n\r\n", "a".repeat(32 * 1024));
    let many = format!("POST {HOOK} HTTP/1.1\r\n{}\r\n", "X-Many: a\r\n".repeat(101));
    for request in [long, many] {
        let mut sender = Sender::connect(door.address).await;
        sender.send(request).await;
        assert_eq!(sender.answer().await.status, 431);
    }
    let mut sender = Sender::connect(door.address).await;
    sender
        .send(format!(
            "POST {HOOK} HTTP/1.1\r\n{}\r\n",
            format!("X-Many: {}\r\n", "a".repeat(300)).repeat(100)
        ))
        .await;
    assert_eq!(sender.answer().await.status, 200, "up to the limit a head is fine");
    assert_eq!(ledger.kept()[0].headers.len(), 100);
}

#[tokio::test]
async fn bodies_beyond_the_memory_limit_wait_for_their_turn() {
    let ledger = Ledger::closed_gate();
    let limits = Limits { body_bytes: 4096, bodies_bytes: 4096, body: SHORT, ..Limits::default() };
    let door = opened(&ledger, limits).await;
    let mut first = Sender::connect(door.address).await;
    first.send(post([b'1'; 4096])).await;
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    let mut second = Sender::connect(door.address).await;
    second.send(post("2")).await;
    let answer = second.answer().await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "it waited long enough");
    ledger.gate.add_permits(2);
    assert_eq!(first.answer().await.status, 200);
    let mut third = Sender::connect(door.address).await;
    third.send(post("3")).await;
    assert_eq!(third.answer().await.status, 200, "memory is given back with the answer");
}

#[tokio::test]
async fn a_body_without_a_length_gives_back_the_memory_it_did_not_need() {
    let ledger = Ledger::closed_gate();
    let door = opened(&ledger, Limits { body_bytes: 4096, bodies_bytes: 4096, ..Limits::default() }).await;
    let mut first = Sender::connect(door.address).await;
    first
        .send(format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"))
        .await;
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    let mut second = Sender::connect(door.address).await;
    second
        .send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 3072\r\nExpect: 100-continue\r\n\r\n"))
        .await;
    assert_eq!(second.answer().await.status, 100, "only one byte of the first waits for its answer");
    second.send([b'x'; 3072]).await;
    ledger.gate.add_permits(2);
    assert_eq!((first.answer().await.status, second.answer().await.status), (200, 200));
}

#[tokio::test]
async fn a_sender_that_takes_no_answers_is_given_up() {
    let limits = Limits { answer: SHORT, head: SOON, ..Limits::default() };
    let (_door, _ledger, mut sender) = met(limits).await;
    let request = format!("GET {HOOK} HTTP/1.1\r\n\r\n").repeat(100);
    let flood = async { while sender.socket.write_all(request.as_bytes()).await.is_ok() {} };
    let ended = tokio::time::timeout(SOON * 3, flood).await;
    assert!(ended.is_ok(), "answers that nobody reads must not hold a connection for ever");
}

/// Runs this same test again in a process that may open few files, where the system really runs out of them.
#[cfg(unix)]
#[tokio::test]
async fn the_door_survives_a_shortage_of_files() {
    const INSIDE: &str = "AFTERCHAT_TEST_FEW_FILES";
    if std::env::var_os(INSIDE).is_none() {
        let this = std::env::current_exe().expect("this test's program");
        let status = std::process::Command::new("sh")
            .args(["-c", "ulimit -n 48 && exec \"$0\" --exact limits::the_door_survives_a_shortage_of_files"])
            .arg(this)
            .env(INSIDE, "1")
            .status();
        assert!(status.expect("a shell").success(), "the test inside the limited process must pass");
        return;
    }
    // Nobody is given up for being slow here.
    let ledger = Ledger::default();
    let door = opened(&ledger, Limits { head: Duration::from_secs(3600), ..Limits::default() }).await;
    let reserve = std::fs::File::open("/dev/null").expect("a file");
    let mut senders = Vec::new();
    while let Ok(socket) = tokio::net::TcpStream::connect(door.address).await {
        senders.push(socket);
        tokio::task::yield_now().await;
    }
    assert!(senders.len() > 10, "the shortage must come from our own connections");
    drop(reserve);
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("1")).await;
    assert_eq!(sender.answer().await.status, 200, "somebody idle had to leave a file to it");
    senders.drain(..senders.len() / 2);
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("2")).await;
    assert_eq!(sender.answer().await.status, 200, "once files are free again, the door goes on");
    assert_eq!(ledger.kept().len(), 2);
}
