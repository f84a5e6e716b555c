//! The places of connections. When all are taken, whoever has shown no token makes room for the next one: idle connections
//! cost a stranger nothing and must never shut the door to a service. A request on a hook address keeps its place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// All places, and who may be asked to leave.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    free: Arc<Semaphore>,
    leisure: Mutex<Leisure>,
    /// Somebody may have begun to be idle.
    idle: Notify,
}

/// The connections that serve no request on a hook address now, the first to leave first.
#[derive(Debug, Default)]
struct Leisure {
    idle: BTreeMap<Rank, Idle>,
    turns: u64,
}

/// A connection that can be asked to leave, and the place that it holds until then.
#[derive(Debug)]
struct Idle {
    leave: CancellationToken,
    permit: OwnedSemaphorePermit,
}

/// Who goes first: connections that never had a request on a hook address, the oldest of them before the others, and then
/// those that have been idle for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    known: bool,
    turn: u64,
}

impl Places {
    /// As many places as this.
    pub(crate) fn new(count: usize) -> Self {
        let (free, leisure, idle) = (Arc::new(Semaphore::new(count)), Mutex::default(), Notify::new());
        Self(Arc::new(Shared { free, leisure, idle }))
    }

    /// A place: a free one, or that of somebody idle, who is asked to leave and not waited for. While everybody serves a
    /// request, it waits. Whoever takes the place must leave it when `leave` is cancelled.
    pub(crate) async fn take(&self, leave: &CancellationToken) -> Place {
        let permit = loop {
            let cleared = || self.clear_one().map(|idle| idle.permit);
            if let Some(permit) = self.0.free.clone().try_acquire_owned().ok().or_else(cleared) {
                break permit;
            }
            tokio::select! {
                permit = self.0.free.clone().acquire_owned() => break permit.expect("nobody closes the semaphore"),
                () = self.0.idle.notified() => {}
            }
        };
        let rank = self.0.leisure().add(false, Idle { leave: leave.clone(), permit });
        let stay = Mutex::new(Stay { rank: Some(rank), permit: None, requests: 0 });
        Place(Arc::new(Held { shared: self.0.clone(), leave: leave.clone(), stay }))
    }

    /// Asks the first of the idle ones to leave; false when there is none.
    pub(crate) fn clear(&self) -> bool {
        self.clear_one().is_some()
    }

    fn clear_one(&self) -> Option<Idle> {
        let (_, idle) = self.0.leisure().idle.pop_first()?;
        idle.leave.cancel();
        Some(idle)
    }
}

impl Shared {
    fn leisure(&self) -> MutexGuard<'_, Leisure> {
        self.leisure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leisure {
    fn add(&mut self, known: bool, idle: Idle) -> Rank {
        self.turns += 1;
        let rank = Rank { known, turn: self.turns };
        self.idle.insert(rank, idle);
        rank
    }
}

/// One connection's place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Held>);

impl Place {
    /// What the connection's requests know of its place.
    pub(crate) fn seat(&self) -> Seat {
        Seat(self.0.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut stay = self.0.stay();
        stay.permit = None;
        if let Some(rank) = stay.rank.take() {
            self.0.shared.leisure().idle.remove(&rank);
        }
    }
}

#[derive(Debug)]
struct Held {
    shared: Arc<Shared>,
    leave: CancellationToken,
    stay: Mutex<Stay>,
}

#[derive(Debug)]
struct Stay {
    /// Where it stands among the idle ones; `None` while it has a request.
    rank: Option<Rank>,
    /// The place itself, while it has a request.
    permit: Option<OwnedSemaphorePermit>,
    requests: usize,
}

impl Held {
    fn stay(&self) -> MutexGuard<'_, Stay> {
        self.stay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place as the requests on its connection see it.
#[derive(Debug, Clone)]
pub(crate) struct Seat(Arc<Held>);

impl Seat {
    /// A request on a hook address has begun: the connection stays until this is dropped. `None` when it was asked to
    /// leave before.
    pub(crate) fn engage(&self) -> Option<Engaged> {
        let mut stay = self.0.stay();
        if let Some(rank) = stay.rank.take() {
            stay.permit = self.0.shared.leisure().idle.remove(&rank).map(|idle| idle.permit);
        }
        stay.permit.as_ref()?;
        stay.requests += 1;
        Some(Engaged(self.0.clone()))
    }
}

/// A request on a hook address that has not been answered yet.
#[derive(Debug)]
pub(crate) struct Engaged(Arc<Held>);

impl Drop for Engaged {
    fn drop(&mut self) {
        let mut stay = self.0.stay();
        stay.requests -= 1;
        if stay.requests == 0
            && let Some(permit) = stay.permit.take()
        {
            stay.rank = Some(self.0.shared.leisure().add(true, Idle { leave: self.0.leave.clone(), permit }));
            self.0.shared.idle.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};

    use tokio_util::sync::CancellationToken;

    use super::{Place, Places};

    async fn arrive(places: &Places) -> (Place, CancellationToken) {
        let leave = CancellationToken::new();
        (places.take(&leave).await, leave)
    }

    async fn waits<T>(future: Pin<&mut impl Future<Output = T>>) -> bool {
        tokio::select! {
            biased;
            _ = future => false,
            () = std::future::ready(()) => true,
        }
    }

    #[tokio::test]
    async fn strangers_leave_first_the_oldest_before_the_others_and_whoever_has_a_request_stays() {
        let places = Places::new(4);
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(arrive(&places).await);
        }
        // The first has had a request, the second has one.
        drop(all[0].0.seat().engage().expect("it was not asked to leave"));
        let _engaged = all[1].0.seat().engage().expect("nor was this one");
        for gone in [2, 3, 0] {
            assert!(places.clear(), "somebody is idle");
            let left: Vec<bool> = all.iter().map(|(_, leave)| leave.is_cancelled()).collect();
            assert!(left[gone] && !left[1], "{left:?}: it was the turn of {gone}");
        }
        assert!(!places.clear(), "nobody else may be sent away");
        assert!(all[2].0.seat().engage().is_none(), "a request that begins too late is not begun");
    }

    #[tokio::test]
    async fn a_place_is_waited_for_while_all_have_requests_and_given_when_one_ends() {
        let places = Places::new(1);
        let (first, leave) = arrive(&places).await;
        let engaged = first.seat().engage();
        let mut next = pin!(arrive(&places));
        assert!(waits(next.as_mut()).await, "a request keeps its place");
        assert!(!leave.is_cancelled());
        drop(engaged);
        assert!(!waits(next.as_mut()).await, "whoever is idle is not waited for");
        assert!(leave.is_cancelled(), "but has to leave");
    }

    #[tokio::test]
    async fn who_leaves_by_itself_leaves_its_place() {
        let places = Places::new(1);
        let (first, leave) = arrive(&places).await;
        drop(first);
        assert!(!places.clear(), "nobody is left who could be asked to leave");
        let (second, _) = arrive(&places).await;
        let engaged = second.seat().engage();
        drop((second, engaged));
        assert!(!waits(pin!(arrive(&places))).await, "also after a request");
        assert!(!leave.is_cancelled(), "it went without being asked");
    }
}
