//! Bodies are kept to the byte, or not at all.

use std::sync::atomic::Ordering;

use afterchat_listener::Limits;
use tokio::io::AsyncWriteExt;

use crate::ledger::{HOOK, Ledger, met, opened, post};
use crate::sender::Sender;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn the_longest_body_is_kept_and_a_longer_one_refused() {
    let (door, ledger, mut sender) = met(Limits::default()).await;
    sender.send(post(vec![b'['; 10 * MIB])).await;
    assert_eq!(sender.answer().await.status, 200, "10 MiB is allowed");
    sender.send(post(vec![b'['; 10 * MIB + 1])).await;
    assert_eq!(sender.answer().await.status, 413, "one byte more is not");

    let mut sender = Sender::connect(door.address).await;
    sender.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nhi")).await;
    let answer = sender.answer().await;
    assert_eq!(answer.status, 413, "a length that lies is believed at once");
    assert_eq!(answer.header("connection"), Some("close"), "its rest will not be read");
    drop(sender);

    let kept = ledger.kept();
    assert_eq!(kept.len(), 1, "nothing of a refused body is kept");
    assert!(kept[0].body == vec![b'['; 10 * MIB], "the body is kept to the byte");
}

#[tokio::test]
async fn the_longest_body_in_chunks_is_kept_and_a_longer_one_refused() {
    let (door, ledger, _) = met(Limits::default()).await;
    for (length, status) in [(10 * MIB - 1, 200), (10 * MIB, 200), (10 * MIB + 1, 413)] {
        let mut sender = Sender::connect(door.address).await;
        sender.send(format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")).await;
        let mut left = length;
        while left > 0 {
            let size = left.min(1_000_003);
            sender.send([format!("{size:x}\r\n").as_bytes(), &vec![b'x'; size], b"\r\n"].concat()).await;
            left -= size;
        }
        // A body that was refused may have ended the connection before its last bytes.
        let _late = sender.socket.write_all(b"0\r\n\r\n").await;
        assert_eq!(sender.answer().await.status, status, "{length} bytes in chunks");
    }
    let kept: Vec<_> = ledger.kept().iter().map(|kept| kept.body.len()).collect();
    assert_eq!(kept, [10 * MIB - 1, 10 * MIB], "nothing of a refused body is kept");
}

#[tokio::test]
async fn an_endless_body_is_refused_while_it_is_sent() {
    let (_door, ledger, sender) = met(Limits::default()).await;
    let (reading, mut writing) = sender.socket.into_split();
    let endless = tokio::spawn(async move {
        let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 65536], b"\r\n"].concat();
        let head = format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        let mut sent = writing.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sent = writing.write_all(&chunk).await;
        }
    });
    let mut first = [0; 12];
    while !first.starts_with(b"HTTP/1.1 413") {
        reading.readable().await.expect("an answer");
        let _ = reading.try_read(&mut first);
        assert!(!first.starts_with(b"HTTP/1.1 2"), "a body without an end cannot have been kept");
    }
    endless.await.expect("the connection ends, and the sender with it");
    assert_eq!(ledger.kept(), []);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_kept() {
    let (door, ledger, _) = met(Limits::default()).await;
    let starts = [
        format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 10\r\n\r\n{{\"a\":"),
        format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"a\":\r\n"),
        format!("POST {HOOK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ];
    for start in &starts {
        let mut sender = Sender::connect(door.address).await;
        sender.send(start).await;
        sender.socket.shutdown().await.expect("our side closes");
        let answer = String::from_utf8_lossy(&sender.closed().await).into_owned();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{start:?} must not be told that it was kept: {answer}");
    }
    let mut sender = Sender::connect(door.address).await;
    sender.send(&starts[0]).await;
    drop(sender);
    door.close(std::time::Duration::from_secs(5)).await;
    assert_eq!(ledger.kept(), [], "half a body is no delivery");
}

#[tokio::test]
async fn a_sender_that_closes_its_side_still_gets_its_answer() {
    let ledger = Ledger::closed_gate();
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    sender.socket.shutdown().await.expect("our side closes");
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    // The door's task runs on this same thread: this is time enough for it to see the end of what we send.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    ledger.gate.add_permits(1);
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(ledger.kept().len(), 1);
}

#[tokio::test]
async fn a_sender_that_stops_waiting_does_not_take_its_delivery_back() {
    let ledger = Ledger::closed_gate();
    let door = opened(&ledger, Limits::default()).await;
    let mut sender = Sender::connect(door.address).await;
    sender.send(post("{}")).await;
    ledger.begun.subscribe().wait_for(|begun| *begun == 1).await.expect("the append begins");
    sender.socket.set_zero_linger().expect("a socket option");
    drop(sender);
    door.close(std::time::Duration::ZERO).await;
    ledger.gate.add_permits(1);
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let kept: Vec<_> = ledger.kept().into_iter().map(|delivery| delivery.body).collect();
    assert_eq!(kept, [b"{}"], "it had arrived whole, and many services never send again");
}

#[tokio::test]
async fn a_sender_that_asks_first_is_told_to_go_on() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    sender.send(format!("POST {HOOK} HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")).await;
    assert_eq!(sender.answer().await.status, 100);
    sender.send("{}").await;
    assert_eq!(sender.answer().await.status, 200);
    sender.send(post("next")).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(ledger.kept().len(), 2);

    for (target, length, status) in [("/h/shop/wrong", 2, 404), (HOOK, 11 * MIB, 413)] {
        let mut sender = Sender::connect(_door.address).await;
        let head =
            format!("POST {target} HTTP/1.1\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        sender.send(head).await;
        assert_eq!(sender.answer().await.status, status, "a body that will not be taken is not asked for");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_to_be_sent_again() {
    let (_door, ledger, mut sender) = met(Limits::default()).await;
    ledger.full.store(true, Ordering::SeqCst);
    sender.send(post("{}")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")));
    assert_eq!(answer.body, b"", "an answer that is no 200 tells nothing of this machine");
    ledger.full.store(false, Ordering::SeqCst);
    sender.send(post("{}")).await;
    assert_eq!(sender.answer().await.status, 200, "the same connection goes on once there is room");
    assert_eq!(ledger.kept().len(), 1);
}

#[tokio::test]
async fn many_senders_at_once_are_each_kept_exactly_once() {
    let (door, ledger, _) = met(Limits::default()).await;
    let address = door.address;
    let senders = (0..64).map(|who| {
        tokio::spawn(async move {
            let mut sender = Sender::connect(address).await;
            for turn in 0..10 {
                sender.send(post(format!("{who}.{turn}"))).await;
                assert_eq!(sender.answer().await.status, 200);
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("every sender is answered");
    }
    let mut kept: Vec<Vec<u8>> = ledger.kept().into_iter().map(|delivery| delivery.body).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!((kept.len(), ledger.kept().len()), (640, 640));
}
