//! The file is damaged under a running program: from the moment this is met nothing is confirmed any more and nothing is written,
//! the person is told what to do, and the next start repairs the archive and has everything that was confirmed.

use std::fs;

use rustix::process::Signal;

use crate::cared_for::damage_root;
use crate::invariant;
use crate::ledger::Ledger;
use crate::load::{load_of, send_what_waits};
use crate::program::{House, Listening, Program};
use crate::selection::{Chance, figures};
use crate::sender::Sender;

/// Enough for a journal of many pages.
const DELIVERIES: usize = 80;
/// More than any damage is passed by: what was read before still stands in memory.
const PATIENT: usize = 200;

/// A house with an archive that was closed, so that all of it stands in the file.
fn closed(ledger: &Ledger) -> House {
    let house = House::new();
    let (program, listening) = house.start();
    load_of(&listening, ledger, 1, DELIVERIES);
    program.stop();
    house
}

/// Sends until deliveries are refused, and then some more.
fn refused(listening: &Listening, ledger: &Ledger) {
    let mut sender = Sender::new(listening.address);
    let mut refused = 0;
    for _ in 0..PATIENT {
        let delivery = ledger.next();
        let answer = sender.send(listening, ledger, delivery).expect("the door stays open");
        if answer.status == 200 {
            assert_eq!(refused, 0, "once it was met, nothing is confirmed before the next start");
            continue;
        }
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "{answer:?}");
        ledger.again(delivery);
        refused += 1;
        if refused == 5 {
            return;
        }
    }
    panic!("the damage must be met");
}

fn assert_says_what_to_do(words: &str) {
    for part in ["The archive is damaged", "503", "can be read stays", "start it again", "repairs"] {
        assert!(words.contains(part), "{words}");
    }
}

/// Starts it again: it is repaired, takes what was refused, and has everything.
fn started_again(name: &str, house: &House, ledger: &Ledger) {
    let (program, listening) = house.start();
    send_what_waits(&listening, ledger);
    let (_, said) = program.stop_by(Signal::TERM);
    assert!(said.contains("was damaged and was repaired"), "it tells that it repaired: {said}");
    let found = invariant::check(house, ledger);
    let aside = fs::read_dir(house.data().join("damaged")).expect("a folder").count();
    assert_eq!(aside, 1, "the damaged files are set aside, once");
    figures(name, found);
}

#[test]
fn damage_met_while_it_runs_is_told_and_repaired_by_the_next_start() {
    let ledger = Ledger::new(Chance::seed());
    let house = closed(&ledger);
    let (program, listening) = house.start();
    damage_root(&house.data());
    refused(&listening, &ledger);
    let event = program.told("damaged");
    assert_eq!(event["code"], "archive_damaged");
    assert_says_what_to_do(event["detail"].as_str().expect("words"));
    refused(&listening, &ledger);
    let file = house.data().join("archive.sqlite");
    let before = fs::read(&file).expect("the file");
    let (_, said) = program.stop_by(Signal::TERM);
    assert!(said.contains("could not be kept"), "the log tells what was refused: {said}");
    assert!(fs::read(&file).expect("the file") == before, "nothing more was written to it");
    started_again("damage met while it runs", &house, &ledger);
}

#[test]
fn damage_that_another_program_met_is_known_to_the_one_that_receives() {
    let ledger = Ledger::new(Chance::seed());
    let house = closed(&ledger);
    let (program, listening) = house.start();
    damage_root(&house.data());
    let said = house.run(&["deliveries", "--har", "-", "--with-secrets"]);
    assert_eq!(said.code, Some(1), "it cannot be read: {}", said.err);
    assert!(said.err.contains("start it again"), "and says what to do: {}", said.err);
    let event = program.told("damaged");
    assert_says_what_to_do(event["detail"].as_str().expect("words"));
    let delivery = ledger.next();
    let answer =
        Sender::new(listening.address).send(&listening, &ledger, delivery).expect("the door is open");
    assert_eq!(answer.status, 503, "not one more is confirmed");
    ledger.again(delivery);
    program.stop_by(Signal::TERM);
    started_again("damage met by another program", &house, &ledger);
}

#[test]
fn without_json_the_same_is_said_in_words() {
    let ledger = Ledger::new(Chance::seed());
    let house = closed(&ledger);
    let plain = Program::spawn(house.command(&["listen", "--port", "0", "--plain"]));
    plain.prints("/h/smartsupp/");
    let (program, listening) = house.start();
    damage_root(&house.data());
    // The other one hears of it beside.
    refused(&listening, &ledger);
    plain.says("start it again");
    program.stop_by(Signal::TERM);
    let (_, said) = plain.stop_by(Signal::TERM);
    assert_says_what_to_do(&said);
    started_again("damage told in words", &house, &ledger);
}
