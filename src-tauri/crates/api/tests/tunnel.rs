//! The tunnel as the hosts use it, with a real archive, the real door and the public bore server on this machine.

#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use afterchat_api::Api;
use afterchat_api::types::{Overview, TunnelState, TunnelStatus};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

/// A public bore server on a loopback address of its own, because its control port is a constant. Dropping it ends it
/// with all its connections.
struct Server {
    address: String,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Server {
    fn start(last: u8, secret: Option<&str>) -> Self {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 1, last));
        let mut server = bore_cli::server::Server::new(1024..=65535, secret);
        server.set_bind_addr(address);
        server.set_bind_tunnels(address);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move { server.listen().await.unwrap() });
        Self { address: address.to_string(), runtime: Some(runtime) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

struct Bench {
    api: Api,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path()).await;
        Self { api, folder }
    }

    async fn enter(&self, kind: &str, fields: Value, secret: Option<&str>) -> Value {
        let entry = json!({ "kind": kind, "fields": fields, "secret": secret });
        self.api.act("enter_tunnel", entry).await.unwrap()
    }

    async fn start(&self, kind: &str) -> Result<Value, String> {
        self.api.act("start_tunnel", json!({ "kind": kind })).await.map_err(|failure| failure.code)
    }

    async fn until(&self, state: TunnelState) -> TunnelStatus {
        let mut changes = self.api.changes();
        let reached = timeout(PATIENCE, async {
            while self.api.tunnel_status().state != state {
                changes.changed().await.unwrap();
            }
        });
        reached.await.unwrap_or_else(|_| panic!("waiting for {state:?}: {:?}", self.api.tunnel_status()));
        self.api.tunnel_status()
    }

    async fn overview(&self) -> Overview {
        serde_json::from_value(self.api.query("overview", json!({})).await.unwrap()).unwrap()
    }

    async fn public_hook(&self) -> String {
        let any = self.overview().await.sources.into_iter().find(|source| source.name == "any").unwrap();
        any.public_url.unwrap()
    }
}

async fn open(folder: &std::path::Path) -> Api {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || Api::open(&folder).unwrap()).await.unwrap()
}

/// The head and body of the answer to a request.
async fn ask(method: &str, url: &str, body: &str) -> String {
    let url: url::Url = url.parse().unwrap();
    let mut socket = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).await.unwrap();
    let (path, host, length) = (url.path(), url.authority(), body.len());
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_to_the_public_address_is_in_the_journal() {
    let bench = Bench::new().await;
    let server = Server::start(1, Some("s3cret-of-bore"));
    assert_eq!(bench.overview().await.tunnel.state, TunnelState::Stopped, "off until a person starts it");
    let entered = bench.enter("bore", json!({ "server": server.address }), Some("s3cret-of-bore")).await;
    assert_eq!(entered["secret_ending"], "bore", "{entered}");
    bench.start("bore").await.unwrap();
    let reachable = bench.until(TunnelState::Reachable).await;
    assert!(reachable.proved_at.is_some() && reachable.trouble.is_none(), "{reachable:?}");
    let hook = bench.public_hook().await;
    assert!(hook.starts_with(&reachable.url.unwrap()) && hook.contains("/h/any/"), "{hook}");
    let answer = ask("POST", &hook, r#"{"hello":"world"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"result":"ok"}"#), "{answer}");
    let page = bench.api.query("deliveries", json!({})).await.unwrap();
    assert_eq!(page["rows"].as_array().unwrap().len(), 1, "{page}");

    let everything = [
        bench.api.query("tunnel", json!({})).await.unwrap(),
        bench.api.query("overview", json!({})).await.unwrap(),
    ];
    let everything = format!("{everything:?}{:?}", bench.api);
    assert!(!everything.contains("s3cret"), "a secret is shown nowhere");
    bench.api.act("stop_tunnel", json!({})).await.unwrap();
    assert_eq!(bench.overview().await.tunnel.state, TunnelState::Stopped);
    assert!(bench.overview().await.sources.iter().all(|source| source.public_url.is_none()));
    bench.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tunnel_s_door_serves_hooks_and_nothing_else() {
    let bench = Bench::new().await;
    let server = Server::start(2, None);
    let desk = bench.api.listen(Some(0)).await.unwrap().url;
    bench.enter("bore", json!({ "server": server.address }), None).await;
    bench.start("bore").await.unwrap();
    let reachable = bench.until(TunnelState::Reachable).await;
    let public = reachable.url.unwrap();
    let public = public.trim_end_matches('/');
    assert_ne!(reachable.door.unwrap(), desk, "a port of its own");
    let mut answers = Vec::new();
    for base in [public, desk.as_str()] {
        for path in [
            "/",
            "/probe/",
            "/probe/x",
            "/probe/00000000000000000000000000000000",
            "/api/query/overview",
            "/h/any/wrong",
        ] {
            for method in ["GET", "POST"] {
                let answer = ask(method, &format!("{base}{path}"), "").await;
                assert!(answer.starts_with("HTTP/1.1 404"), "{method} {base}{path}: {answer}");
                let mut lines: Vec<&str> = answer.lines().filter(|line| !line.starts_with("date:")).collect();
                lines.sort_unstable();
                answers.push(lines.join("\n"));
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "a stranger cannot tell one from the other: {answers:?}");
    bench.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_announced_until_a_delivery_arrives_on_it() {
    let bench = Bench::new().await;
    let (first, second) = (Server::start(3, None), Server::start(4, None));
    bench.enter("bore", json!({ "server": first.address }), None).await;
    bench.start("bore").await.unwrap();
    let before = bench.until(TunnelState::Reachable).await.url.unwrap();
    bench.enter("bore", json!({ "server": second.address }), None).await;
    bench.start("bore").await.unwrap();
    let changed = bench.until(TunnelState::Changed).await;
    assert_eq!(changed.changed_from.as_ref(), Some(&before));
    let Bench { api, folder } = bench;
    api.close().await;

    // It was on at the end, so it is on again; and that the address is new was not told by a delivery yet.
    let bench = Bench { api: open(folder.path()).await, folder };
    bench.api.resume_tunnel().await;
    let changed = bench.until(TunnelState::Changed).await;
    assert_eq!(changed.changed_from, Some(before));
    ask("POST", &bench.public_hook().await, "{}").await;
    let settled = bench.until(TunnelState::Reachable).await;
    assert_eq!(settled.changed_from, None);
    bench.api.act("stop_tunnel", json!({})).await.unwrap();
    bench.api.close().await;
    let Bench { api: _, folder } = bench;
    let again = open(folder.path()).await;
    again.resume_tunnel().await;
    assert_eq!(again.tunnel_status().state, TunnelState::Stopped, "who stopped it keeps it stopped");
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_at_a_time_keeps_the_tunnel_of_an_archive_up() {
    let bench = Bench::new().await;
    let other = open(bench.folder.path()).await;
    bench.enter("external", json!({ "public_url": "http://127.0.0.1:9" }), None).await;
    bench.start("external").await.unwrap();
    let failure = other.act("start_tunnel", json!({ "kind": "external" })).await.unwrap_err();
    assert_eq!(failure.code, "tunnel_elsewhere");
    bench.api.act("stop_tunnel", json!({})).await.unwrap();
    other.act("start_tunnel", json!({ "kind": "external" })).await.unwrap();
    other.close().await;
    bench.api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_wrong_is_told_before_anything_starts() {
    let bench = Bench::new().await;
    assert_eq!(bench.start("external").await.unwrap_err(), "tunnel_bad_settings");
    assert_eq!(bench.start("carrier_pigeon").await.unwrap_err(), "not_found");
    let off = bench.api.act("prove_tunnel", json!({})).await.unwrap_err();
    assert_eq!(off.code, "tunnel_off");
    bench
        .enter(
            "program",
            json!({ "command": "no-such-program-4711 {port}", "public_url": "https://a.example" }),
            None,
        )
        .await;
    bench.start("program").await.unwrap();
    let mut changes = bench.api.changes();
    while bench.api.tunnel_status().trouble.is_none() {
        timeout(PATIENCE, changes.changed()).await.unwrap().unwrap();
    }
    let status = bench.api.tunnel_status();
    assert_eq!(
        (status.state, status.trouble.unwrap().code.as_str()),
        (TunnelState::Stopped, "tunnel_program_missing")
    );
    let answer = bench.api.query("tunnel", json!({})).await.unwrap();
    let kind =
        answer["kinds"].as_array().unwrap().iter().find(|kind| kind["id"] == "program").unwrap().clone();
    assert_eq!((&kind["program"], &kind["installed"]), (&json!("no-such-program-4711"), &json!(false)));
    bench.api.close().await;
}

/// A service that gives out an address on this machine or a private network leads nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_no_person_chose_is_not_asked_on_this_machine() {
    let bench = Bench::new().await;
    let port = bench.api.listen(Some(0)).await.unwrap().port;
    let command = format!("/bin/sh -c 'echo at http://127.0.0.1:{port}; exec sleep 600'");
    bench.enter("program", json!({ "command": command, "url_pattern": "at (\\S+)" }), None).await;
    bench.start("program").await.unwrap();
    bench.until(TunnelState::Assigned).await;
    // The door of 4780 is real and would answer something; nothing must even be tried.
    let mut changes = bench.api.changes();
    let log = async {
        loop {
            let answer = bench.api.query("tunnel", json!({})).await.unwrap();
            if answer["log"].to_string().contains("nothing is sent") {
                return;
            }
            changes.changed().await.unwrap();
        }
    };
    timeout(Duration::from_secs(100), log).await.expect("the log says why");
    bench.api.close().await;
}
