//! The machine's clock jumps a day back and a year ahead, while the program runs and between two runs.

use chrono::{DateTime, Days, Utc};
use serde_json::Value;

use crate::interposer::Interposer;
use crate::invariant::{self, Reckoning};
use crate::ledger::Ledger;
use crate::load::send_until_it_ends;
use crate::program::{House, Program};
use crate::selection::{Chance, figures};

const DAY: i64 = 86_400;
/// Deliveries under each clock.
const EACH: usize = 16;

#[test]
fn a_clock_that_jumps_changes_no_order_and_loses_nothing() {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let interposer = Interposer::new(&house);
    let start = || Program::start(interposer.loaded_into(house.listen()));
    let (program, listening) = start();
    for ahead in [0, -DAY, 365 * DAY] {
        interposer.clock(ahead);
        send_until_it_ends(&listening, &ledger, EACH);
    }
    program.stop();
    // It starts in a year, and then a day before its newest deliveries, as after a battery failed.
    for ahead in [365 * DAY, 364 * DAY, 0] {
        interposer.clock(ahead);
        let (program, listening) = start();
        let kept = send_until_it_ends(&listening, &ledger, EACH);
        assert!(program.has_read(kept), "what arrives is read whatever the clock says");
        program.stop();
    }

    let archive = invariant::open(&house.data());
    let order = Reckoning::of(&archive, &ledger).in_order();
    archive.close();
    assert_eq!(order, (0..6 * EACH).collect::<Vec<_>>(), "the journal keeps the order of arrival");
    let times = times(&house);
    assert!(times[EACH] < before(times[0], 0), "the clock really stood a day back");
    assert!(before(times[2 * EACH], 364) > times[0], "and a year ahead");
    assert!(times[5 * EACH] < before(times[2 * EACH], 364), "and back again");
    let chats = (0..6 * EACH as u64).filter(|delivery| ledger.is_chat(*delivery));
    let found = house.ok(&["search", "", "--limit", "1000", "--json"]);
    let listed = found.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert_eq!(listed, chats.count(), "the list shows every conversation");
    let found = invariant::check(&house, &ledger);
    figures(
        "clock",
        format_args!(
            "0, -1 d, +365 d, and started at +365 d, +364 d, 0: {} in order, {listed} conversations listed, {found}",
            order.len()
        ),
    );
}

/// When each delivery was received, in the order of the journal.
fn times(house: &House) -> Vec<DateTime<Utc>> {
    let listed = house.ok(&["deliveries", "--json", "--limit", "1000"]);
    let rows = serde_json::Deserializer::from_slice(&listed).into_iter::<Value>();
    let time = |row: Value| row["received_at"].as_str().and_then(|time| time.parse().ok()).expect("a time");
    let mut times: Vec<_> = rows.map(|row| time(row.expect("lines of JSON"))).collect();
    times.reverse();
    times
}

fn before(time: DateTime<Utc>, days: u64) -> DateTime<Utc> {
    time.checked_sub_days(Days::new(days)).expect("a time")
}
