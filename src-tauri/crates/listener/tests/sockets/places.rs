//! Connections are few, and strangers can have as many as they like: nobody who is idle keeps a service out.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use afterchat_listener::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ledger::{HOOK, Ledger, OTHER_HOOK, met, opened, post, post_to};
use crate::sender::Sender;

#[tokio::test]
async fn an_idle_connection_makes_room_for_a_new_one() {
    // Nobody is given up for being slow here.
    let head = Duration::from_secs(3600);
    let (door, ledger, mut first) = met(Limits { connections: 1, head, ..Limits::default() }).await;
    first.send(post("first")).await;
    assert_eq!(first.answer().await.status, 200);
    let mut half = Sender::connect(door.address).await;
    half.send(format!("POST {HOOK} HTTP/1.1\r\nX-Half: ")).await;
    first.closed().await;
    let mut second = Sender::connect(door.address).await;
    second.send(post("second")).await;
    assert_eq!(second.answer().await.status, 200, "half a head is no request");
    half.closed().await;
    let kept: Vec<_> = ledger.kept().into_iter().map(|delivery| delivery.body).collect();
    assert_eq!(kept, [b"first".to_vec(), b"second".to_vec()]);
}

#[tokio::test]
async fn a_request_keeps_its_place_until_it_is_answered() {
    let ledger = Ledger::closed_gate();
    let door = opened(&ledger, Limits { connections: 2, ..Limits::default() }).await;
    let mut kept = Sender::connect(door.address).await;
    kept.send(post("kept")).await;
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    let mut arriving = Sender::connect(door.address).await;
    arriving
        .send(format!("POST {OTHER_HOOK} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n"))
        .await;
    assert_eq!(arriving.answer().await.status, 100, "its request is under way");
    let mut third = Sender::connect(door.address).await;
    third.send(post("third")).await;
    // The door's task runs on this same thread: this is time enough for it to send somebody away.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    ledger.gate.add_permits(3);
    assert_eq!(kept.answer().await.status, 200, "whoever waits for an answer gets it");
    assert_eq!(third.answer().await.status, 200, "the answered one made room");
    arriving.send("arriving").await;
    assert_eq!(arriving.answer().await.status, 200, "and who was sending was not cut off");
    assert_eq!(ledger.kept().len(), 3);
}

#[tokio::test]
async fn an_unknown_address_gives_nobody_a_place() {
    let (door, ledger, _) = met(Limits { connections: 4, ..Limits::default() }).await;
    let mut known = Sender::connect(door.address).await;
    known.send(post("1")).await;
    assert_eq!(known.answer().await.status, 200);
    // Large bodies to nowhere, and answers that nobody takes.
    let mut strangers = Vec::new();
    for _ in 0..20 {
        let mut stranger = Sender::connect(door.address).await;
        let to_nowhere = "POST /h/shop/wrong HTTP/1.1\r\nContent-Length: 99999\r\n\r\n";
        stranger.socket.write_all(to_nowhere.as_bytes()).await.expect("the system takes it");
        strangers.push(stranger);
    }
    known.send(post("2")).await;
    assert_eq!(known.answer().await.status, 200, "who has posted before leaves after all strangers");
    assert_eq!(ledger.kept().len(), 2);
}

#[tokio::test]
async fn stalling_requests_of_one_source_leave_room_for_another() {
    let limits = Limits { connections: 8, body_bytes: 4096, bodies_bytes: 16 * 1024, ..Limits::default() };
    let (door, ledger, _) = met(limits).await;
    // As many as one source may have, each as long as it may be, and one more that waits.
    let mut stalling = Vec::new();
    let slow = format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    for turn in 0..4 {
        let mut sender = Sender::connect(door.address).await;
        sender.send(&slow).await;
        if turn < 2 {
            assert_eq!(sender.answer().await.status, 100, "there is memory for this one");
        }
        stalling.push(sender);
    }
    // The door's task runs on this same thread: this is time enough for it to read all of them.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let mut one_more = Sender::connect(door.address).await;
    one_more.send(&slow).await;
    let answer = one_more.answer().await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("30")),
        "half of the places are taken"
    );
    let mut other = Sender::connect(door.address).await;
    for turn in 0..4 {
        let body = vec![b'x'; 4096 - turn];
        other.send(post_to(OTHER_HOOK, body)).await;
        assert_eq!(other.answer().await.status, 200, "another source has the other half, of both");
    }
    assert_eq!(ledger.kept().len(), 4);
}

/// What a connection that only wants to hold a place sends, by kind.
fn stalling(kind: usize) -> Vec<u8> {
    match kind % 4 {
        0 => Vec::new(),
        1 => b"P".to_vec(),
        2 => format!("POST {HOOK} HTTP/1.1\r\nHost: a\r\nX-Slow: ").into_bytes(),
        _ => b"POST /h/shop/guess HTTP/1.1\r\nContent-Length: 100000\r\n\r\nslow".to_vec(),
    }
}

/// A connection from one of several addresses of this machine.
async fn connect_from(peer: usize, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if cfg!(target_os = "linux") {
        let last = u8::try_from(peer % 8).expect("small") + 2;
        socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into())?;
    }
    socket.connect(to).await
}

/// Opens a connection, sends a byte now and then, and opens another as soon as it is closed.
async fn hold_a_place(who: usize, to: SocketAddr, opened: watch::Sender<usize>) {
    let mut pace = tokio::time::interval(Duration::from_secs(3));
    loop {
        pace.tick().await;
        let Ok(mut socket) = connect_from(who, to).await else { continue };
        opened.send_modify(|opened| *opened += 1);
        if socket.write_all(&stalling(who)).await.is_err() {
            continue;
        }
        let mut answers = [0; 1024];
        loop {
            tokio::select! {
                read = socket.read(&mut answers) => if !matches!(read, Ok(1..)) { break },
                _ = pace.tick() => if who % 4 == 2 && socket.write_all(b"a").await.is_err() { break },
            }
        }
    }
}

/// Runs this same test again in a process that may open enough files.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_stalling_connections_do_not_shut_the_door() {
    const INSIDE: &str = "AFTERCHAT_TEST_MANY_FILES";
    const STALLING: usize = 2_000;
    if std::env::var_os(INSIDE).is_none() {
        let this = std::env::current_exe().expect("this test's program");
        let script = "ulimit -n 8192 && exec \"$0\" --exact --nocapture \
            places::two_thousand_stalling_connections_do_not_shut_the_door";
        let status =
            std::process::Command::new("sh").args(["-c", script]).arg(this).env(INSIDE, "1").status();
        assert!(status.expect("a shell").success(), "the test inside the process of its own must pass");
        return;
    }
    let ledger = Ledger::default();
    let door = opened(&ledger, Limits::default()).await;
    let address = door.address;
    // An old customer, and somebody who comes anew each time.
    let mut old = Sender::connect(address).await;
    old.send(post("old")).await;
    assert_eq!(old.answer().await.status, 200);
    let (opened, mut many) = watch::channel(0);
    let mut strangers = JoinSet::new();
    for who in 0..STALLING {
        strangers.spawn(hold_a_place(who, address, opened.clone()));
    }
    many.wait_for(|opened| *opened >= STALLING).await.expect("they all come");
    let mut times = Vec::new();
    for turn in 0..100 {
        let began = Instant::now();
        let mut new = Sender::connect(address).await;
        new.send(post(format!("new {turn}"))).await;
        assert_eq!(new.answer().await.status, 200, "turn {turn}");
        times.push(began.elapsed());
        let began = Instant::now();
        old.send(post(format!("old {turn}"))).await;
        assert_eq!(old.answer().await.status, 200, "turn {turn}");
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times.sort_unstable();
    let (half, most, worst) = (times[100], times[190], times[199]);
    println!(
        "{STALLING} stalling connections, opened {} times: half of the answers within {half:?}, 95 of 100 within {most:?}, all within {worst:?}",
        *many.borrow()
    );
    assert_eq!(ledger.kept().len(), 201, "each is kept once");
    // On a quiet machine it is a tenth of that. Whoever waits for a stranger to be given up waits for ten seconds.
    assert!(half < Duration::from_millis(500) && most < Duration::from_secs(2), "a service must not notice");
    strangers.shutdown().await;
}
