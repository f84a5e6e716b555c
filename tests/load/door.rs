//! Durable answers through the door, beside a bare handler that does nothing but commit the same bytes together.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant as Moment};

use afterchat_archive::Archive;
use afterchat_listener::{Limits, bind, open};
use afterchat_transcript::Instant;
use rusqlite::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::{AT_ONCE, Outcome, corpus::Corpus, report};

/// Answers of each kind.
const ANSWERS: usize = 20_000;

/// Measures both in one run, twice, and tells how they compare.
pub(crate) fn compare(now: Instant) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut corpus = Corpus::new();
    let bodies: Vec<Vec<u8>> =
        (0..ANSWERS).map(|number| serde_json::to_vec(&corpus.payload(number))).collect::<Result<_, _>>()?;
    for turn in 1..=2 {
        let bare = runtime.block_on(bare(&bodies))?;
        let ours = runtime.block_on(ours(&bodies, now))?;
        println!("{:42} {bare:>9.0} a second", format!("durable answers, 64 connections, bare ({turn})"));
        println!("{:42} {ours:>9.0} a second", format!("durable answers, 64 connections, door ({turn})"));
        println!("{:42} {:>9.2}", "door / bare", ours / bare);
    }
    Ok(())
}

async fn ours(bodies: &[Vec<u8>], now: Instant) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    let archive = Archive::open(folder.path(), now)?;
    let path = archive.sources()?.pop().ok_or("a source")?.path();
    // One source is sent to as fast as it answers, which is what its limit is there to stop.
    let limits = Limits { rate: None, ..Limits::default() };
    let door = open(bind(0).await?, archive.clone(), limits).await;
    let rate = send_all("door", door.address, &path, bodies).await?;
    door.close(Duration::from_secs(5)).await;
    archive.close();
    Ok(rate)
}

async fn bare(bodies: &[Vec<u8>]) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    let connection = Connection::open(folder.path().join("bare.sqlite"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB)",
    )?;
    let (sender, jobs) = sync_channel(4096);
    let writer = std::thread::spawn(move || commit_together(&connection, &jobs));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, sender.clone()));
        }
    });
    let rate = send_all("bare", address, "/", bodies).await;
    serving.abort();
    let _stopped = serving.await;
    writer.join().map_err(|_| "the bare writer stopped")??;
    rate
}

type Job = (Vec<u8>, oneshot::Sender<()>);

fn commit_together(connection: &Connection, jobs: &Receiver<Job>) -> Result<(), rusqlite::Error> {
    while let Ok(first) = jobs.recv() {
        let together: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(255)).collect();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for (body, _) in &together {
            connection.prepare_cached("INSERT INTO bodies (body) VALUES (?1)")?.execute([body])?;
        }
        connection.execute_batch("COMMIT")?;
        for (_, answer) in together {
            let _gone = answer.send(());
        }
    }
    Ok(())
}

/// Serves requests that are written as [`send_all`] writes them.
async fn serve(socket: TcpStream, jobs: SyncSender<Job>) -> Option<()> {
    socket.set_nodelay(true).ok()?;
    let mut socket = BufReader::with_capacity(64 * 1024, socket);
    loop {
        let body = read(&mut socket).await?;
        let (answer, committed) = oneshot::channel();
        jobs.send((body, answer)).ok()?;
        committed.await.ok()?;
        socket
            .get_mut()
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"result\":\"ok\"}")
            .await
            .ok()?;
    }
}

/// The body of the next message on a connection.
async fn read(socket: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        head.push(socket.read_u8().await.ok()?);
        if !head.ends_with(b"\n") {
            continue;
        }
        let line = String::from_utf8_lossy(&head).to_ascii_lowercase();
        if line == "\r\n" {
            break;
        }
        length = line
            .strip_prefix("content-length: ")
            .map_or(Some(length), |digits| digits.trim().parse().ok())?;
        head.clear();
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    Some(body)
}

/// Posts all bodies over as many connections as come at once, and tells how many were answered in a second.
async fn send_all(what: &str, address: SocketAddr, path: &str, bodies: &[Vec<u8>]) -> Outcome<f64> {
    let begun = Moment::now();
    let senders: Vec<_> = bodies
        .chunks(bodies.len().div_ceil(AT_ONCE))
        .map(|mine| {
            let head = |body: &Vec<u8>| {
                format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len())
            };
            let requests: Vec<Vec<u8>> = mine.iter().map(|body| [head(body).as_bytes(), body].concat()).collect();
            tokio::spawn(send(address, requests))
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await?.ok_or("a sender was not answered")?);
    }
    report(&format!("one of them, {what}"), times);
    Ok(f64::from(u32::try_from(bodies.len())?) / begun.elapsed().as_secs_f64())
}

async fn send(address: SocketAddr, requests: Vec<Vec<u8>>) -> Option<Vec<Duration>> {
    let socket = TcpStream::connect(address).await.ok()?;
    socket.set_nodelay(true).ok()?;
    let mut socket = BufReader::new(socket);
    let mut times = Vec::with_capacity(requests.len());
    for request in requests {
        let begun = Moment::now();
        socket.get_mut().write_all(&request).await.ok()?;
        read(&mut socket).await?;
        times.push(begun.elapsed());
    }
    Some(times)
}
