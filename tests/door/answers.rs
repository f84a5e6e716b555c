//! What a source was told to answer, over real sockets and before the real archive.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use afterchat_archive::{RefusalReason, Told};
use afterchat_transcript::Instant;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::house::{House, archive_in, journal, post};
use crate::sender::Sender;

const PATIENCE: Duration = Duration::from_secs(30);

fn now() -> Instant {
    "2026-11-20T20:00:00.000Z".parse().expect("a time")
}

fn tell(house: &House, source: &str, plan: &str) {
    let plan = plan.parse().expect("a plan");
    house.archive.set_answer_plan(source, Some(&plan), now()).expect("a source of this name");
}

/// Waits until something is found; looked for after every change.
async fn found<T>(house: &House, mut look: impl FnMut(&House) -> Option<T>) -> T {
    let mut changes = house.archive.changes();
    let looking = async {
        loop {
            changes.borrow_and_update();
            if let Some(found) = look(house) {
                return found;
            }
            changes.changed().await.expect("the archive is open");
        }
    };
    timeout(PATIENCE, looking).await.expect("it is noted in the end")
}

async fn told(house: &House, delivery: usize) -> Told {
    let at = delivery - 1;
    found(house, |house| {
        let kept = house.journal();
        kept.get(at).and_then(|kept| house.archive.answer_to(kept.id).expect("the archive"))
    })
    .await
}

#[tokio::test]
async fn a_sequence_is_followed_on_one_connection() {
    let house = House::open().await;
    tell(&house, "any", "503 retry-after 7 x2, 202 body \"{}\" x1");
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    let mut seen = Vec::new();
    for turn in 0..4 {
        sender.send(post(&hook, "", turn.to_string().as_bytes())).await;
        let answer = sender.answer().await;
        let header = |name: &str| answer.header(name).map(str::to_owned);
        seen.push((answer.status, header("retry-after"), header("content-type"), answer.body.clone()));
    }
    let busy = (503, Some("7".to_owned()), None, Vec::new());
    let json = Some("application/json".to_owned());
    let own = (202, None, json.clone(), b"{}".to_vec());
    assert_eq!(seen, [busy.clone(), busy, own, (200, None, json, br#"{"result":"ok"}"#.to_vec())]);
    assert_eq!(house.journal().len(), 4, "a delivery is kept whatever is answered");
    assert_eq!(
        told(&house, 1).await.because.as_deref(),
        Some("answer 1 of “503 retry-after 7 x2, 202 body \"{}\" x1”")
    );
    assert_eq!(told(&house, 4).await.because, None, "the plan is over, and the answer the usual one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_is_followed_once_by_all_connections_together() {
    let house = House::open().await;
    tell(&house, "any", "503 x10, 429 x5, 200");
    let (address, hook) = (house.door.address, house.hook("any"));
    let senders: Vec<_> = (0..20)
        .map(|who| {
            let hook = hook.clone();
            tokio::spawn(async move {
                let mut sender = Sender::connect(address).await;
                let mut seen = Vec::new();
                for turn in 0..2 {
                    sender.send(post(&hook, "", format!("{who}.{turn}").as_bytes())).await;
                    seen.push(sender.answer().await.status);
                }
                seen
            })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for sender in senders {
        for status in sender.await.expect("every sender is answered") {
            *counts.entry(status).or_insert(0) += 1;
        }
    }
    assert_eq!(
        counts,
        BTreeMap::from([(503, 10), (429, 5), (200, 25)]),
        "no step is given twice or left out"
    );
}

#[tokio::test]
async fn each_event_is_answered_by_itself_and_its_attempts_are_joined() {
    let house = House::open().await;
    tell(&house, "any", "per event: 503, 200");
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    let mut ask = async |line: &str, body: &str| {
        sender.send(post(&hook, line, body.as_bytes())).await;
        sender.answer().await.status
    };
    assert_eq!([ask("", "a").await, ask("", "b").await, ask("", "a").await], [503, 503, 200]);
    let numbered = "X-Hook-Event-Id: 7\r\n";
    assert_eq!(
        [ask(numbered, "first").await, ask(numbered, "second").await],
        [503, 200],
        "numbered by the service"
    );
    house.outcomes().await;
    let attempts = house.archive.attempts(house.journal()[4].id).expect("the archive");
    let ids: Vec<_> = attempts.around.iter().map(|attempt| attempt.delivery.0).collect();
    assert_eq!((attempts.all, ids), (2, vec![4, 5]));
}

#[tokio::test]
async fn a_dropped_connection_leaves_a_kept_delivery() {
    let house = House::open().await;
    tell(&house, "any", "drop x1");
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"first")).await;
    assert_eq!(sender.closed().await, b"", "not a byte is answered");
    assert_eq!(house.journal()[0].delivery.body, b"first", "it was on the disk before the connection ended");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"second")).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(told(&house, 1).await.status, None);
}

#[tokio::test]
async fn a_sender_that_leaves_during_the_wait_has_left_a_delivery() {
    let house = House::open().await;
    tell(&house, "any", "wait 60s");
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"kept")).await;
    found(&house, |house| (!house.journal().is_empty()).then_some(())).await;
    sender.socket.set_zero_linger().expect("a socket option");
    drop(sender);
    let told = told(&house, 1).await;
    assert_eq!(
        (told.status, told.handed),
        (Some(200), false),
        "what it would have been told, and that it was not"
    );
    assert!(told.left.is_some(), "when it gave up is what one wants to know");
}

#[tokio::test]
async fn an_answer_plan_outlives_the_program() {
    let house = House::open().await;
    tell(&house, "any", "503 x2, 200");
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(post(&hook, "", b"1")).await;
    assert_eq!(sender.answer().await.status, 503);
    drop(sender);
    let house = house.reopened().await;
    let mut sender = house.sender().await;
    for status in [503, 200] {
        sender.send(post(&hook, "", b"2")).await;
        assert_eq!(sender.answer().await.status, status, "the sequence goes on where it was");
    }
}

#[tokio::test]
async fn a_quarantined_delivery_is_answered_401_before_any_plan() {
    let house = House::open().await;
    house.archive.add_secret("tawkto", None, "a-secret-of-theirs", now()).expect("a secret is set");
    let hook = house.hook("tawkto");
    let mut sender = house.sender().await;
    for (plan, statuses) in [("503", [401, 401]), ("quarantine too: 503 x1", [503, 401])] {
        tell(&house, "tawkto", plan);
        for status in statuses {
            sender.send(post(&hook, "", b"{}")).await;
            assert_eq!(sender.answer().await.status, status, "with “{plan}”");
        }
    }
}

#[tokio::test]
async fn what_breaks_off_is_told_nothing_good_and_is_listed_with_what_arrived() {
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    sender.send(format!("POST {hook} HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nContent-Length: 99\r\n\r\nhalf")).await;
    sender.socket.shutdown().await.expect("our side closes");
    let answer = String::from_utf8_lossy(&sender.closed().await).into_owned();
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    let refusal =
        found(&house, |house| house.archive.refusals(None, None, 9).expect("the archive").pop()).await;
    assert_eq!((refusal.reason, refusal.body.as_slice()), (RefusalReason::BrokenOff, b"half".as_slice()));
    assert_eq!((refusal.seen, refusal.announced, refusal.path.as_str()), (4, Some(99), "/h/any/…"));
    assert!(house.journal().is_empty(), "it is no delivery");
    sender = house.sender().await;
    sender.send(post("/h/any/wrong", "", b"")).await;
    assert_eq!(sender.answer().await.status, 404);
    let (count, _) = house.archive.refused_count().expect("the archive");
    assert_eq!(count, 1, "what reached no address is nobody's");
}

/// Runs this same test again in a process of its own, so that its memory is only its own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn gigabytes_in_chunks_are_refused_early_and_take_no_memory() {
    const INSIDE: &str = "AFTERCHAT_TEST_OWN_MEMORY";
    const GIB: usize = 1 << 30;
    if std::env::var_os(INSIDE).is_none() {
        let this = std::env::current_exe().expect("this test's program");
        let name = "answers::gigabytes_in_chunks_are_refused_early_and_take_no_memory";
        let status = Command::new(this).args(["--exact", name]).env(INSIDE, "1").status();
        assert!(status.expect("it runs").success(), "the test in its own process must pass");
        return;
    }
    let peak = || -> usize {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    };
    let house = House::open().await;
    let hook = house.hook("any");
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 65536], b"\r\n"].concat();
    let before = peak();
    for _ in 0..4 {
        let sender = house.sender().await;
        let (mut reading, mut writing) = sender.socket.into_split();
        let head = format!("POST {hook} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        writing.write_all(head.as_bytes()).await.expect("the door takes a head");
        let mut sent = 0;
        while sent < GIB && writing.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
        assert!(sent < 64 << 20, "{sent} bytes were taken of a body that is too long");
        let mut answer = Vec::new();
        let _reset = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut answer).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 413"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    let grown = peak().saturating_sub(before);
    assert!(grown < 64 << 20, "memory grew by {grown} bytes");
    let refused = found(&house, |house| {
        let refused = house.archive.refusals(None, None, 9).expect("the archive");
        (refused.len() == 4).then_some(refused)
    })
    .await;
    assert!(refused.iter().all(|one| one.status == Some(413) && one.body.len() == 64 * 1024));
}

/// Runs the door in a process of its own and kills that without warning.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_has_kept_all_that_it_acknowledged() {
    const INSIDE: &str = "AFTERCHAT_TEST_KILLED";
    if std::env::var_os(INSIDE).is_some() {
        let house = House::open().await;
        tell(&house, "any", "503 x20, wait 1ms 200");
        println!("\nready {} {} {}", house.door.address, house.hook("any"), house.folder().display());
        std::future::pending::<()>().await;
    }
    let this = std::env::current_exe().expect("this test's program");
    let name = "answers::a_killed_program_has_kept_all_that_it_acknowledged";
    let child = Command::new(this)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("it runs");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let ready = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
    let ready = ready.expect("it opens the door");
    let [address, hook, folder] = ready.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{ready}") };
    let address = address.parse().expect("an address");
    let (count, mut answered) = tokio::sync::watch::channel(0_usize);
    let senders: Vec<_> = (0..8)
        .map(|who| {
            let (hook, count) = (hook.to_owned(), count.clone());
            tokio::spawn(async move {
                let mut sender = Sender::connect(address).await;
                let mut acknowledged = Vec::new();
                for turn in 0.. {
                    let body = format!("{who}.{turn}").into_bytes();
                    if sender.socket.write_all(&post(&hook, "", &body)).await.is_err() {
                        break;
                    }
                    // Any answer means that it is kept: the plan decides only what is said.
                    let Ok(_) = sender.answer_to("POST").await else { break };
                    acknowledged.push(body);
                    count.send_modify(|count| *count += 1);
                }
                acknowledged
            })
        })
        .collect();
    timeout(PATIENCE, answered.wait_for(|count| *count > 200))
        .await
        .expect("in time")
        .expect("senders are answered");
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    let folder = std::path::Path::new(folder);
    let archive = archive_in(folder);
    let kept: Vec<Vec<u8>> = journal(&archive).into_iter().map(|kept| kept.delivery.body).collect();
    for sender in senders {
        for body in sender.await.expect("every sender ends") {
            let times = kept.iter().filter(|kept| **kept == body).count();
            assert_eq!(times, 1, "{} was acknowledged", String::from_utf8_lossy(&body));
        }
    }
    archive.close();
    std::fs::remove_dir_all(folder).expect("the killed program's folder is ours to remove");
}
