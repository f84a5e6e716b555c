//! Our bore client against the public server, version 0.6, as a library in this process.
//!
//! Its control port is a constant, so every test has a loopback address of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use afterchat_tunnel::{Bore, State};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::house::{House, PATIENCE, post};
use crate::sshd::free_port;

/// A public server at 127.0.0.`last` that gives out any port. Dropping it ends it with all its connections.
pub(crate) struct Server {
    pub(crate) address: String,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start(last: u8, secret: Option<&str>) -> Self {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        let mut server = bore_cli::server::Server::new(1024..=65535, secret);
        server.set_bind_addr(address);
        server.set_bind_tunnels(address);
        // Of its own, because the server ends no connection when it is dropped.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move { server.listen().await.unwrap() });
        // It does not tell when its port is open; a client that came too early would begin with "unreachable".
        let begun = Instant::now();
        while std::net::TcpStream::connect((address, 7835)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server opens its port");
            std::thread::yield_now();
        }
        Self { address: address.to_string(), runtime: Some(runtime) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

pub(crate) fn client(server: &str, port: u16, secret: Option<&str>) -> Bore {
    Bore::new(server, port, secret.map(str::to_owned), None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_server_gives_a_port_that_leads_here() {
    let house = House::new().await;
    let server = Server::start(11, None);
    let address = &server.address;
    house.start(client(address, 0, None));
    let url = house.state(State::Reachable).await.url.unwrap();
    assert_eq!(url.host_str(), Some("127.0.0.11"));
    assert!(post(&url, &"x".repeat(300_000)).await, "long bodies too");
    house.supervisor.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_opens_and_a_wrong_or_missing_or_needless_one_does_not() {
    let house = House::new().await;
    let server = Server::start(12, Some("hush"));
    let address = &server.address;
    house.start(client(address, 0, Some("hush")));
    house.state(State::Reachable).await;
    for secret in [Some("other"), None] {
        house.start_anew(client(address, 0, secret)).await;
        assert_eq!(house.fails_for_good().await.0, "auth_refused", "{secret:?}");
    }
    let open = Server::start(13, None);
    house.start_anew(client(&open.address, 0, Some("hush"))).await;
    let needless = house.state(State::Degraded).await.trouble.unwrap();
    assert!(needless.code == "auth_refused" && needless.detail.contains("no secret"), "{needless:?}");
    assert!(house.lines().iter().all(|line| !line.contains("hush")), "a secret is in no line");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told() {
    let house = House::new().await;
    let server = Server::start(14, None);
    let address = &server.address;
    let taken = TcpListener::bind("127.0.0.14:0").await.unwrap();
    house.start(client(address, taken.local_addr().unwrap().port(), None));
    let (code, detail) = house.fails_for_good().await;
    assert!(code == "port_refused" && detail.contains("already in use"), "{code}: {detail}");
    house.start_anew(client(address, 80, None)).await;
    assert_eq!(house.fails_for_good().await.0, "port_refused", "outside the range of the server");
}

/// Peers closed both directions when one side had sent all it had to say, and so cut the answer off.
#[tokio::test(flavor = "multi_thread")]
async fn who_closes_one_direction_still_gets_the_answer_over_the_other() {
    let house = House::new().await;
    let server = Server::start(15, None);
    let address = &server.address;
    house.start(client(address, 0, None));
    let url = house.state(State::Reachable).await.url.unwrap();
    let mut socket = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).await.unwrap();
    socket.write_all(b"POST /h/a/b HTTP/1.1\r\nContent-Length: 4\r\n\r\nhalf").await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
}

/// Peers waited for ever for a server that was gone, because they listened to no heartbeat.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_is_noticed_in_seconds() {
    let house = House::new().await;
    let (listener, silent) = (TcpListener::bind("127.0.0.16:0").await.unwrap(), Arc::new(Notify::new()));
    let control = listener.local_addr().unwrap();
    let waits = silent.clone();
    // No server of the public kind falls silent on request, so this one speaks just enough of the protocol.
    tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        first.write_all(b"{\"Hello\":4711}\0\"Heartbeat\"\0").await.unwrap();
        waits.notify_one();
        let (mut second, _) = listener.accept().await.unwrap();
        let mut asked = [0; 32];
        let read = second.read(&mut asked).await.unwrap();
        assert_eq!(&asked[..read], b"{\"Hello\":4711}\0", "the same port is wanted again");
        waits.notify_one();
        std::future::pending::<()>().await;
        drop(first);
    });
    house.start(client(&control.to_string(), 0, None));
    timeout(PATIENCE, silent.notified()).await.expect("the client asks for a port");
    let since = Instant::now();
    let lost =
        house.until("noticed", |status| status.trouble.as_ref().is_some_and(|it| it.code == "lost")).await;
    let noticed = since.elapsed();
    assert!(noticed < Duration::from_secs(20), "noticed after {noticed:?}: {lost:?}");
    timeout(PATIENCE, silent.notified()).await.expect("it comes back for the same port");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_is_come_back_to_at_the_same_address() {
    let house = House::new().await;
    let first = Server::start(17, None);
    house.start(client(&first.address, 0, None));
    let before = house.state(State::Reachable).await.url.unwrap();
    drop(first);
    house.state(State::Degraded).await;
    let _second = Server::start(17, None);
    let now = house.state(State::Reachable).await.url.unwrap();
    assert_eq!(before, now);
    assert!(post(&now, "after the break").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_and_one_that_is_none_are_tried_again() {
    let house = House::new().await;
    house.start(client(&format!("127.0.0.18:{}", free_port()), 0, None));
    let unreachable = house.state(State::Degraded).await;
    assert_eq!(unreachable.trouble.map(|trouble| trouble.code), Some("unreachable"));
    house.until("again and again", |status| status.generation > 2).await;
    let http = TcpListener::bind("127.0.0.18:0").await.unwrap();
    let address = http.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = http.accept().await {
            let _said = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    house.start_anew(client(&address.to_string(), 0, None)).await;
    house.until("nonsense", |status| status.generation > 2 && status.state == State::Degraded).await;
    house.supervisor.stop().await;
}
