//! The one supervisor of all tunnels: starts, proves, mends and stops whichever a person wished for.
//!
//! A task owns everything. Each start has a channel of its own for its events, and the next start begins only after the
//! last one is gone with all it started, so neither can a late event be taken for a new one's nor do two ever run.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::wake::Looks;
use crate::{Asker, Clock, Event, Log, Plan, Probe, Run, State, Status, Trouble, Tunnel};

/// What a person wishes for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which tunnel.
    pub tunnel: Arc<dyn Tunnel>,
    /// The door it leads to.
    pub door: SocketAddr,
    /// The address that services were given, as far as is known.
    pub known: Option<Url>,
}

/// Keeps one tunnel up. Dropping it stops the tunnel; [`Supervisor::stop`] also waits until it is gone.
#[derive(Debug)]
pub struct Supervisor {
    orders: mpsc::UnboundedSender<Order>,
    status: watch::Sender<Status>,
    clock: Arc<dyn Clock>,
    log: Log,
}

enum Order {
    Start(Wish),
    Stop(oneshot::Sender<()>),
    Delivered(Option<String>),
    Told,
    Prove,
}

impl Supervisor {
    /// Begins to wait for a wish. Needs a tokio runtime.
    #[must_use]
    pub fn new(
        plan: Plan,
        clock: Arc<dyn Clock>,
        asker: Arc<dyn Asker>,
        probe: Arc<Probe>,
        log: Log,
    ) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let status = watch::Sender::new(Status::stopped(clock.now()));
        let (watched, time) = (status.clone(), clock.clone());
        let keeper = Keeper { plan, clock, asker, probe, log: log.clone(), status };
        tokio::spawn(keeper.keep(taken));
        Self { orders, status: watched, clock: time, log }
    }

    /// Starts this tunnel, after the one that runs now is gone.
    pub fn start(&self, wish: Wish) {
        // Told at once: whoever looks after starting it must not take it for one that was stopped.
        let now = self.clock.now();
        self.status.send_modify(|status| {
            if status.state == State::Stopped {
                *status = Status { state: State::Starting, since: now, trouble: None, ..status.clone() };
            }
        });
        self.order(Order::Start(wish));
    }

    /// Stops the tunnel and waits until everything it started is gone.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        self.order(Order::Stop(done));
        // The task ended with the runtime; then nothing runs.
        let _stopped = stopped.await;
    }

    /// A delivery came through the tunnel's door, with this in its `Host` header. Somebody uses the new address, so its
    /// change need not be announced any more.
    pub fn delivered(&self, host: Option<String>) {
        self.order(Order::Delivered(host));
    }

    /// A person says that the services were given the present address.
    pub fn told(&self) {
        self.order(Order::Told);
    }

    /// Proves the address now.
    pub fn prove(&self) {
        self.order(Order::Prove);
    }

    /// How the tunnel is, and every change of it.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// What the tunnel says.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    fn order(&self, order: Order) {
        // The task ended with the runtime; then nothing runs and nothing can be started.
        let _taken = self.orders.send(order);
    }
}

struct Keeper {
    plan: Plan,
    clock: Arc<dyn Clock>,
    asker: Arc<dyn Asker>,
    probe: Arc<Probe>,
    log: Log,
    status: watch::Sender<Status>,
}

type Orders = mpsc::UnboundedReceiver<Order>;

/// What comes after a tunnel.
enum Next {
    /// Another.
    Wish(Wish),
    /// None, until somebody wishes.
    Rest,
    /// None ever again.
    Over,
}

/// How one start ended.
enum Ended {
    ByOrder(Next),
    ByItself { trouble: Trouble, proved: bool, settled: bool },
}

impl Keeper {
    async fn keep(self, mut orders: Orders) {
        let mut next = Next::Rest;
        loop {
            next = match next {
                Next::Over => return,
                Next::Wish(wish) => self.hold(wish, &mut orders).await,
                Next::Rest => match orders.recv().await {
                    None => Next::Over,
                    Some(Order::Start(wish)) => Next::Wish(wish),
                    Some(Order::Stop(done)) => {
                        self.rest(None);
                        let _nobody_waits = done.send(());
                        Next::Rest
                    }
                    Some(Order::Delivered(_) | Order::Told | Order::Prove) => Next::Rest,
                },
            };
        }
    }

    /// Keeps one tunnel up until somebody orders something else, or it cannot be mended.
    async fn hold(&self, wish: Wish, orders: &mut Orders) -> Next {
        let known = wish.known.clone();
        self.status.send_modify(|status| {
            *status = Status { known, state: State::Starting, ..Status::stopped(self.clock.now()) };
        });
        // The last run's session may still hold what this one asks for, so that a refusal passes.
        let (mut failures, mut worked) = (0, false);
        loop {
            let ended = self.once(&wish, orders).await;
            let (trouble, proved, settled) = match ended {
                Ended::ByOrder(next) => return next,
                Ended::ByItself { trouble, proved, settled } => (trouble, proved, settled),
            };
            worked |= proved;
            self.say(&trouble.detail);
            if trouble.lasting && !(worked && trouble.code == "port_refused") {
                self.rest(Some(trouble));
                return Next::Rest;
            }
            failures = if settled { 1 } else { failures + 1 };
            let pause = self.plan.pause(failures, self.clock.chance());
            let retry_at = self.clock.now() + pause;
            self.set(State::Degraded, |status| {
                status.trouble = Some(trouble);
                status.retry_at = Some(retry_at);
            });
            if let Some(next) = self.wait_until(Instant::now() + pause, orders).await {
                return next;
            }
        }
    }

    /// Waits between two starts; an order ends that.
    async fn wait_until(&self, until: Instant, orders: &mut Orders) -> Option<Next> {
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    None => return Some(Next::Over),
                    Some(Order::Start(wish)) => return Some(Next::Wish(wish)),
                    Some(Order::Stop(done)) => {
                        self.rest(None);
                        let _nobody_waits = done.send(());
                        return Some(Next::Rest);
                    }
                    Some(Order::Told) => self.told(),
                    Some(Order::Prove) => return None,
                    Some(Order::Delivered(_)) => {}
                },
                () = sleep_until(until) => return None,
            }
        }
    }

    /// One start, to its end.
    async fn once(&self, wish: &Wish, orders: &mut Orders) -> Ended {
        let (run, mut events) = Run::new(wish.door, self.log.clone());
        let stop = run.stop.clone();
        self.set(State::Starting, |status| {
            status.generation += 1;
            status.retry_at = None;
            status.proved = None;
        });
        let mut running = wish.tunnel.clone().run(run);
        let mut proofs = Proofs::new(wish.tunnel.can_restart());
        let address_by = Instant::now() + self.plan.address;
        let mut looks = Looks::new(self.clock.clone());
        let ended = loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    None => break Ended::ByOrder(Next::Over),
                    Some(Order::Start(wish)) => break Ended::ByOrder(Next::Wish(wish)),
                    Some(Order::Stop(done)) => {
                        stop.cancel();
                        drop(events);
                        running.await;
                        self.rest(None);
                        let _nobody_waits = done.send(());
                        return Ended::ByOrder(Next::Rest);
                    }
                    Some(Order::Told) => self.told(),
                    Some(Order::Prove) => proofs.due_now(),
                    Some(Order::Delivered(host)) => self.delivered(host.as_deref()),
                },
                Some(event) = events.recv() => self.heard(event, &mut proofs),
                trouble = &mut running => {
                    return proofs.ended(trouble, &self.plan);
                }
                proved = proofs.next(self) => {
                    if let Some(trouble) = self.proved(proved, &mut proofs) {
                        break proofs.ended(trouble, &self.plan);
                    }
                }
                () = sleep_until(address_by), if proofs.url.is_none() => {
                    let detail = "It told no public address within a minute.";
                    break proofs.ended(Trouble::passing("no_address", detail), &self.plan);
                }
                () = looks.slept() => {
                    self.say("This machine slept; the address is proved anew.");
                    proofs.due_now();
                }
            }
        };
        // Whatever ended it, nothing of this start is left when the next begins.
        stop.cancel();
        drop(events);
        running.await;
        ended
    }

    fn heard(&self, event: Event, proofs: &mut Proofs) {
        match event {
            Event::Assigned { url, chosen } => {
                if proofs.url.as_ref().is_some_and(|(known, _)| *known == url) {
                    return;
                }
                self.say(&format!("The public address is {url}"));
                proofs.of(url.clone(), chosen, Instant::now() + self.plan.warm_up);
                self.set(State::Assigned, |status| {
                    status.known.get_or_insert_with(|| url.clone());
                    status.url = Some(url);
                    status.proved = None;
                });
            }
            Event::Disconnected(trouble) => {
                proofs.due_now();
                self.set(State::Degraded, |status| status.trouble = Some(trouble));
            }
            Event::Connected => proofs.due_now(),
        }
    }

    /// What a question's outcome changes; trouble when the tunnel is to be started again.
    fn proved(&self, proved: Result<(), Trouble>, proofs: &mut Proofs) -> Option<Trouble> {
        let Err(trouble) = proved else {
            if proofs.since.is_none() || proofs.said.is_some() {
                self.say("A question came back through the public address.");
            }
            proofs.came_back(Instant::now() + self.plan.proof);
            let now = self.clock.now();
            self.set(State::Reachable, |status| {
                status.proved = Some(now);
                status.trouble = None;
            });
            return None;
        };
        if proofs.said.as_ref() != Some(&trouble.detail) {
            self.say(&trouble.detail);
            proofs.said = Some(trouble.detail.clone());
        }
        let failures = proofs.stayed_out(&self.plan);
        let never = proofs.since.is_none();
        let given_up =
            if never { Instant::now() >= proofs.warm_until } else { failures >= self.plan.failures };
        if !given_up {
            return None;
        }
        if !never && proofs.can_restart {
            return Some(trouble);
        }
        // An address that never was proved may be out of reach from here only; starting again could cost the address.
        self.set(State::Degraded, |status| status.trouble = Some(trouble));
        None
    }

    fn delivered(&self, host: Option<&str>) {
        let old = self.status.borrow().changed_from().cloned();
        let new = self.status.borrow().url.clone();
        if let (Some(old), Some(new)) = (old, new) {
            let is = |url: &Url| host.is_some_and(|host| host.eq_ignore_ascii_case(&authority(url)));
            if is(&new) || !is(&old) {
                self.told();
            }
        }
    }

    fn told(&self) {
        self.status.send_if_modified(|status| {
            let changed = status.changed_from().is_some();
            if changed {
                status.known.clone_from(&status.url);
                if status.state == State::Changed {
                    status.state = State::Reachable;
                }
            }
            changed
        });
    }

    fn rest(&self, trouble: Option<Trouble>) {
        self.set(State::Stopped, |status| {
            status.trouble = trouble;
            status.url = None;
            status.proved = None;
            status.retry_at = None;
        });
    }

    fn set(&self, state: State, change: impl FnOnce(&mut Status)) {
        let now = self.clock.now();
        self.status.send_modify(|status| {
            change(status);
            let changed = state == State::Reachable && status.changed_from().is_some();
            let state = if changed { State::Changed } else { state };
            if status.state != state {
                status.state = state;
                status.since = now;
            }
        });
    }

    fn say(&self, words: &str) {
        self.log.write(self.clock.now(), &format!("— {words}"));
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

type Proving = Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send>>;

/// The questions of one start.
struct Proofs {
    /// The address, and whether a person named its host.
    url: Option<(Url, bool)>,
    due: Instant,
    under_way: Option<Proving>,
    /// Since when the address is proved without a break that ended the start.
    since: Option<Instant>,
    failures: u32,
    warm_until: Instant,
    can_restart: bool,
    /// Why the last question did not come back; the log says it once.
    said: Option<String>,
}

impl Proofs {
    fn new(can_restart: bool) -> Self {
        let now = Instant::now();
        Self {
            url: None,
            due: now,
            under_way: None,
            since: None,
            failures: 0,
            warm_until: now,
            can_restart,
            said: None,
        }
    }

    /// Another address is to be proved.
    fn of(&mut self, url: Url, chosen: bool, warm_until: Instant) {
        *self = Self { url: Some((url, chosen)), warm_until, ..Self::new(self.can_restart) };
    }

    fn due_now(&mut self) {
        self.due = Instant::now();
    }

    fn came_back(&mut self, due: Instant) {
        self.failures = 0;
        self.said = None;
        self.due = due;
        self.since.get_or_insert_with(Instant::now);
    }

    fn stayed_out(&mut self, plan: &Plan) -> u32 {
        self.failures = self.failures.saturating_add(1);
        let pause = match self.since {
            Some(_) if self.failures < plan.failures => plan.again,
            None if Instant::now() < self.warm_until => plan.first_proof,
            _ => plan.still_silent,
        };
        self.due = Instant::now() + pause;
        self.failures
    }

    fn ended(&self, trouble: Trouble, plan: &Plan) -> Ended {
        let settled = self.since.is_some_and(|since| since.elapsed() >= plan.settled);
        Ended::ByItself { trouble, proved: self.since.is_some(), settled }
    }

    /// Waits until a question is due, asks it and tells whether it came back. Waits for ever while there is no address.
    /// May be dropped and called again: a question that is under way goes on.
    async fn next(&mut self, keeper: &Keeper) -> Result<(), Trouble> {
        let Some((url, chosen)) = &self.url else { return std::future::pending().await };
        if self.under_way.is_none() {
            sleep_until(self.due).await;
            self.under_way = Some(keeper.question(url.clone(), *chosen));
        }
        let Some(question) = &mut self.under_way else { return std::future::pending().await };
        let proved = question.await;
        self.under_way = None;
        proved
    }
}

impl Keeper {
    fn question(&self, url: Url, chosen: bool) -> Proving {
        let (probe, asker, patience) = (self.probe.clone(), self.asker.clone(), self.plan.question);
        let mut nonce = [0; 16];
        self.clock.fill(&mut nonce);
        Box::pin(async move {
            let late =
                || Trouble::passing("not_reachable", "Nothing came back from the public address in time.");
            timeout(patience, probe.prove(&*asker, &url, chosen, &nonce))
                .await
                .unwrap_or_else(|_| Err(late()))
        })
    }
}

#[cfg(test)]
mod tests;
