//! `ssh -R` between the system's client and a real server.

use std::time::Instant;

use afterchat_tunnel::{Service, Ssh, State};
use rustix::process::Signal;

use crate::house::{House, post};
use crate::sshd::{Sshd, free_port};

/// This account at that server, with a key that is let in or another.
fn to(house: &House, sshd: &Sshd, key: &str, remote_port: u16) -> Ssh {
    Ssh {
        service: Service::OwnServer {
            destination: format!("{}@127.0.0.1", user()),
            port: Some(sshd.port),
            key: Some(sshd.key(key)),
            bind: "127.0.0.1".to_owned(),
            remote_port,
            public_url: None,
        },
        folder: house.folder.path().join("tunnel folder"),
        program: "ssh".to_owned(),
    }
}

fn user() -> String {
    let asked = std::process::Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(asked.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_port_is_allocated_proved_and_given_back() {
    let house = House::new().await;
    let sshd = Sshd::start(house.folder.path(), "restrict,port-forwarding");
    house.start(to(&house, &sshd, "client_key", 0));
    let reachable = house.state(State::Reachable).await;
    let url = reachable.url.unwrap();
    assert!(url.port().is_some_and(|port| port != sshd.port), "{url}");
    assert!(post(&url, "a delivery").await && house.kept.lock().unwrap().contains("a delivery"));
    house.supervisor.stop().await;
    assert!(!post(&url, "another").await, "a stopped tunnel leads nowhere");
    let known = std::fs::read_to_string(house.folder.path().join("tunnel folder/known_hosts")).unwrap();
    assert!(known.contains("ssh-ed25519"), "the server's key is remembered in the app's folder: {known}");
    let children = std::fs::read_dir(house.folder.path().join("tunnel folder/children")).unwrap();
    assert_eq!(children.count(), 0, "nothing is written down as running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_and_a_forbidden_one_are_told_and_not_tried_for_ever() {
    let house = House::new().await;
    let allowed = free_port();
    let sshd = Sshd::start(
        house.folder.path(),
        &format!("restrict,port-forwarding,permitlisten=\"127.0.0.1:{allowed}\""),
    );
    house.start(to(&house, &sshd, "client_key", free_port()));
    let (code, detail) = house.fails_for_good().await;
    assert_eq!(code, "port_refused", "{detail}");
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", allowed)).await.unwrap();
    house.start_anew(to(&house, &sshd, "client_key", allowed)).await;
    assert_eq!(house.fails_for_good().await.0, "port_refused");
    drop(taken);
    house.start(to(&house, &sshd, "client_key", allowed));
    let url = house.state(State::Reachable).await.url.unwrap();
    assert_eq!(url.port(), Some(allowed), "the very port that the key may have");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_and_a_changed_host_key_are_not_tried_again() {
    let house = House::new().await;
    let mut sshd = Sshd::start(house.folder.path(), "restrict,port-forwarding");
    house.start(to(&house, &sshd, "stranger_key", 0));
    let (code, detail) = house.fails_for_good().await;
    assert!(code == "auth_refused" && detail.contains("Permission denied"), "{code}: {detail}");
    house.start(to(&house, &sshd, "client_key", 0));
    house.state(State::Reachable).await;
    sshd.restart(true);
    let (code, detail) = house.fails_for_good().await;
    assert_eq!(code, "host_key_changed", "whoever answers now may be somebody else: {detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_is_come_back_to() {
    let house = House::new().await;
    let mut sshd = Sshd::start(house.folder.path(), "restrict,port-forwarding");
    let port = free_port();
    house.start(to(&house, &sshd, "client_key", port));
    house.state(State::Reachable).await;
    sshd.restart(false);
    let back =
        house.until("comes back", |status| status.generation > 1 && status.state == State::Reachable).await;
    assert_eq!(back.url.and_then(|url| url.port()), Some(port), "at the same address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_freezes_is_noticed_by_the_proof_in_seconds() {
    let house = House::new().await;
    let sshd = Sshd::start(house.folder.path(), "restrict,port-forwarding");
    house.start(to(&house, &sshd, "client_key", free_port()));
    house.state(State::Reachable).await;
    sshd.kill(Signal::STOP);
    let frozen = Instant::now();
    // A look at the address, as after a gap; ssh itself needs half a minute.
    house.supervisor.prove();
    house.state(State::Degraded).await;
    let noticed = frozen.elapsed();
    sshd.kill(Signal::CONT);
    assert!(noticed.as_secs() < 20, "noticed after {noticed:?}");
    house.state(State::Reachable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ssh_or_with_a_host_that_is_an_option_nothing_is_started() {
    let house = House::new().await;
    let sshd = Sshd::start(house.folder.path(), "restrict,port-forwarding");
    let mut tunnel = to(&house, &sshd, "client_key", 0);
    let owned = house.folder.path().join("owned");
    let Service::OwnServer { destination, .. } = &mut tunnel.service else { unreachable!() };
    *destination = format!("-oProxyCommand=touch {}", owned.display());
    house.start(tunnel);
    house.until("fails", |status| status.trouble.is_some()).await;
    house.supervisor.stop().await;
    assert!(!owned.exists(), "a host is never an option");
    let gone = Ssh { program: "/no/such/ssh".to_owned(), ..to(&house, &sshd, "client_key", 0) };
    house.start_anew(gone).await;
    assert_eq!(house.fails_for_good().await.0, "program_missing");
}
