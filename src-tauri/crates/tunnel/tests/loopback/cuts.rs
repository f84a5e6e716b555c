//! Deliveries under way while the tunnel is cut, restarted and given another address.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use afterchat_tunnel::State;
use tokio::time::timeout;

use crate::bore::{Server, client};
use crate::house::{House, PATIENCE, post};

/// What senders were told.
#[derive(Default)]
struct Told {
    acknowledged: Mutex<BTreeSet<String>>,
    failed: AtomicU32,
    done: AtomicBool,
}

impl Told {
    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_is_kept_through_cuts_restarts_and_new_addresses() {
    let house = Arc::new(House::new().await);
    let told = Arc::new(Told::default());
    let mut server = Server::start(21, None);
    house.start(client(&server.address, 0, None));
    house.state(State::Reachable).await;
    let senders: Vec<_> = (0..6)
        .map(|sender| {
            let (house, told) = (house.clone(), told.clone());
            tokio::spawn(async move {
                let mut status = house.supervisor.status();
                for number in 0.. {
                    if told.done.load(SeqCst) {
                        return;
                    }
                    let Ok(url) =
                        status.wait_for(|status| status.url.is_some()).await.map(|it| it.url.clone())
                    else {
                        return;
                    };
                    let body = format!("{sender}-{number}-{}", "x".repeat(number % 50 * 400));
                    if post(&url.unwrap(), &body).await {
                        told.acknowledged.lock().unwrap().insert(body);
                    } else {
                        told.failed.fetch_add(1, SeqCst);
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    let mut addresses = BTreeSet::new();
    for round in 0..6_u8 {
        let generation = house.supervisor.status().borrow().generation;
        match round % 3 {
            // Cut in the middle of everything, and back.
            0 => {
                drop(server);
                house.until("noticed", |status| status.state == State::Degraded).await;
                server = Server::start(21 + round, None);
                if round > 0 {
                    house.start(client(&server.address, 0, None));
                }
            }
            // Another server, and so another address.
            1 => {
                let another = Server::start(31 + round, None);
                house.start(client(&another.address, 0, None));
                house.until("moved", |status| status.state == State::Reachable).await;
                server = another;
            }
            // Stopped and started.
            _ => {
                house.supervisor.stop().await;
                house.start(client(&server.address, 0, None));
            }
        }
        let enough = told.count() + 40;
        let again = house.until("reachable again", |status| status.state == State::Reachable).await;
        addresses.insert(again.url.unwrap());
        let more = timeout(PATIENCE, async {
            while told.count() < enough {
                tokio::task::yield_now().await;
            }
        });
        more.await.unwrap_or_else(|_| panic!("round {round} (before: {generation}): deliveries flow again"));
    }
    told.done.store(true, SeqCst);
    for sender in senders {
        timeout(PATIENCE, sender).await.expect("senders end").unwrap();
    }
    house.supervisor.stop().await;
    let (acknowledged, kept) = (told.acknowledged.lock().unwrap(), house.kept.lock().unwrap());
    let lost: Vec<&String> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged and not kept: {lost:?}");
    assert!(addresses.len() > 2, "the address changed on the way: {addresses:?}");
    assert!(told.failed.load(SeqCst) > 0, "some were cut on the way, or this proves nothing");
}
