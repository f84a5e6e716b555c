//! Opening on a port, and closing without losing what is on its way.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use afterchat_listener::{Limits, bind};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::ledger::{HOOK, Ledger, met, opened, post};
use crate::sender::Sender;

const GRACE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn requests_in_flight_are_answered_before_the_door_is_closed() {
    let ledger = Ledger::closed_gate();
    let door = opened(&ledger, Limits::default()).await;
    let mut in_flight = Vec::new();
    for turn in 0..20 {
        let mut sender = Sender::connect(door.address).await;
        sender.send(post(turn.to_string())).await;
        in_flight.push(sender);
    }
    ledger.begun.subscribe().wait_for(|begun| *begun == 20).await.expect("all appends begin");
    let address = door.address;
    let closing = tokio::spawn(async move { door.close(GRACE).await });
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    ledger.gate.add_permits(20);
    for mut sender in in_flight {
        let answer = sender.answer().await;
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    }
    closing.await.expect("the door closes");
    assert_eq!(ledger.kept().len(), 20, "all of them are kept");
}

#[tokio::test]
async fn idle_connections_do_not_hold_the_door_open() {
    let (door, _ledger, mut used) = met(Limits::default()).await;
    used.send(post("{}")).await;
    assert_eq!(used.answer().await.status, 200);
    let mut fresh = Sender::connect(door.address).await;
    let began = Instant::now();
    door.close(GRACE).await;
    assert!(began.elapsed() < GRACE / 2, "nobody waits for a sender that is doing nothing");
    assert_eq!((used.closed().await, fresh.closed().await), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn what_is_left_after_the_grace_is_broken_off() {
    let (door, ledger, mut sender) = met(Limits::default()).await;
    sender.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")).await;
    let began = Instant::now();
    door.close(Duration::from_millis(100)).await;
    assert!(began.elapsed() < GRACE, "a stalled sender must not keep the program from ending");
    sender.closed().await;
    assert_eq!(ledger.kept(), []);
}

#[tokio::test]
async fn a_closed_door_leaves_its_port() {
    let (door, _ledger, _) = met(Limits::default()).await;
    door.close(GRACE).await;
    let again = bind(door.address.port()).await.expect("the port is free");
    assert_eq!(again.local_addr().expect("an address"), door.address);
    drop(door);
}

#[tokio::test]
async fn a_door_that_is_forgotten_takes_nobody_in() {
    let (door, ledger, mut sender) = met(Limits::default()).await;
    sender.send(post("{}")).await;
    assert_eq!(sender.answer().await.status, 200);
    let address = door.address;
    drop(door);
    let shut = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(GRACE, shut).await.expect("nothing listens there any more");
    sender.closed().await;
    assert_eq!(ledger.kept().len(), 1);
}

/// Takes a port and the twenty-one above it, from where the system gives none away by itself.
async fn row_of_ports() -> Vec<TcpListener> {
    let offset = u16::try_from(std::process::id() % 300).expect("small") * 22;
    for first in (10_000 + offset..30_000).chain(10_000..10_000 + offset).step_by(22) {
        let mut row = Vec::new();
        for port in first..first + 22 {
            row.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await);
        }
        if row.len() == 22 {
            return row;
        }
    }
    panic!("no twenty-two ports in a row are free");
}

#[tokio::test]
async fn the_next_free_port_is_taken_of_the_twenty_above_the_wanted_one() {
    let mut row = row_of_ports().await;
    let addresses: Vec<_> = row.iter().map(|taken| taken.local_addr().expect("an address")).collect();
    let wanted = addresses[0].port();
    drop(row.pop());
    let refused = bind(wanted).await.expect_err("the twenty-first above it is too far away");
    assert_eq!(refused.kind(), ErrorKind::AddrInUse);
    for free in [20, 7, 1, 0] {
        drop(row.remove(free));
        let bound = bind(wanted).await.expect("one of them is free").local_addr().expect("an address");
        assert_eq!(bound, addresses[free], "the first free one, and never open to the network");
    }
}
