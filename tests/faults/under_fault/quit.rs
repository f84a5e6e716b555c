//! The program is asked to stop with twenty requests in flight, an idle connection and a head that never ends.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::Signal;

use crate::invariant;
use crate::ledger::Ledger;
use crate::program::{House, Listening, PATIENCE};
use crate::selection::{Chance, figures, ms};
use crate::sender::{Sender, request};

/// Half of them have arrived and wait for their commit, half are still arriving.
const IN_FLIGHT: usize = 20;
/// The longest a person waits for a program to end.
const LONGEST: Duration = Duration::from_secs(5);

#[test]
fn asked_to_stop_by_the_system_it_finishes_what_is_in_flight() {
    stop_in_the_middle("SIGTERM", Signal::TERM);
}

#[test]
fn asked_to_stop_by_the_terminal_it_finishes_what_is_in_flight() {
    stop_in_the_middle("SIGINT", Signal::INT);
}

fn stop_in_the_middle(words: &str, signal: Signal) {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let (program, listening) = house.start();
    let mut idle = Sender::new(listening.address);
    assert_eq!(idle.send(&listening, &ledger, ledger.next()).expect("an answer").status, 200);
    let mut stalled = Sender::new(listening.address);
    stalled.write(b"POST /h/any/x HTTP/1.1\r\nHost: a\r\nX-Slow: ").expect("a part of a head");

    // As long as another program holds the file, what arrives waits for its commit.
    let other = Connection::open(house.data().join("archive.sqlite")).expect("the archive's file");
    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let mut flights: Vec<Flight> =
        (0..IN_FLIGHT).map(|number| Flight::begin(&listening, &ledger, number % 2 == 0)).collect();
    wait_until_taken(listening.address, IN_FLIGHT + 2);

    let asked = Instant::now();
    program.signal(signal);
    wait_until_closed(listening.address);
    flights.iter_mut().for_each(Flight::send_the_rest);
    other.execute_batch("ROLLBACK").expect("the lock is given back");
    drop(other);
    for flight in &mut flights {
        let answer = flight.sender.answer().expect("what is in flight is answered");
        assert_eq!(answer.status, 200, "what is in flight is kept: {answer:?}");
        ledger.answered(flight.attempt, &answer);
    }
    let (status, said) = program.ended();
    let took = asked.elapsed();
    assert!(status.success() && said.is_empty(), "it ends without complaint: {status}, {said}");
    assert!(took < LONGEST, "it ends in time, and took {took:?}");
    let found = invariant::check(&house, &ledger);
    assert_eq!(found.acknowledged, IN_FLIGHT + 1, "everything in flight was acknowledged");
    figures(
        &format!("quit by {words}"),
        format_args!("{IN_FLIGHT} in flight, ended after {} ms, {found}", ms(took)),
    );
}

/// The same while another program never lets go of the file: nothing in flight can be kept, and it ends all the same.
#[test]
fn asked_to_stop_while_the_file_is_held_it_ends_and_acknowledges_nothing() {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let (program, listening) = house.start();
    let other = Connection::open(house.data().join("archive.sqlite")).expect("the archive's file");
    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let mut flights: Vec<Flight> = (0..IN_FLIGHT).map(|_| Flight::begin(&listening, &ledger, true)).collect();
    wait_until_taken(listening.address, IN_FLIGHT);
    let asked = Instant::now();
    program.signal(Signal::TERM);
    let answers = flights.iter_mut().map(|flight| {
        let answer = flight.sender.answer();
        if let Ok(answer) = &answer {
            ledger.answered(flight.attempt, answer);
        }
        answer.map_or(0, |answer| answer.status)
    });
    let answers: Vec<u16> = answers.collect();
    assert!(
        answers.iter().all(|status| *status != 200),
        "nothing is acknowledged that cannot be kept: {answers:?}"
    );
    let (status, _) = program.ended();
    let took = asked.elapsed();
    assert!(status.success(), "it ends by itself: {status}");
    other.execute_batch("ROLLBACK").expect("the lock is given back");
    drop(other);
    let found = invariant::check(&house, &ledger);
    assert!(took < LONGEST, "it ends in time, and took {took:?}");
    figures(
        "quit while the file is held",
        format_args!("{IN_FLIGHT} in flight, ended after {} ms, {found}", ms(took)),
    );
}

/// A request on its way.
struct Flight {
    sender: Sender,
    attempt: usize,
    rest: Vec<u8>,
}

impl Flight {
    /// Sends it whole, or but for its last bytes.
    fn begin(to: &Listening, ledger: &Ledger, whole: bool) -> Self {
        // A body that has a middle.
        let delivery = loop {
            let delivery = ledger.next();
            if ledger.body(delivery).len() > 1 {
                break delivery;
            }
        };
        let attempt = ledger.attempt(delivery);
        let mut request = request(to.hook(delivery), attempt, &ledger.body(delivery));
        let rest = if whole { Vec::new() } else { request.split_off(request.len() - 1) };
        let mut sender = Sender::new(to.address);
        sender.write(&request).expect("the door is open");
        Self { sender, attempt, rest }
    }

    fn send_the_rest(&mut self) {
        self.sender.write(&self.rest).expect("a request in flight may end");
    }
}

/// Waits until the program has taken everything that was sent over so many connections: nothing waits in the system's queues.
fn wait_until_taken(door: SocketAddr, connections: usize) {
    let port = format!(":{:04X}", door.port());
    until("the program takes what is sent", || {
        let table = fs::read_to_string("/proc/net/tcp").expect("the system's connections");
        let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        // Local address, remote address, state (1 is established), queues of bytes to send and to be taken.
        let ours = lines.filter(|line| line.len() > 4 && line[1].ends_with(&port) && line[3] == "01");
        let taken: Vec<bool> = ours.map(|line| line[4].ends_with(":00000000")).collect();
        taken.len() >= connections && taken.iter().all(|taken| *taken)
    });
}

/// Waits until the door takes no more connections.
fn wait_until_closed(door: SocketAddr) {
    until("the door closes", || {
        TcpStream::connect(door).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    });
}

fn until(claim: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{claim}");
        thread::yield_now();
    }
}
