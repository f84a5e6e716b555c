//! A steady load for a long time: the log, the memory and the open files stay what they were. A log that had to grow shrinks again.

use std::fmt;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::invariant;
use crate::ledger::Ledger;
use crate::load::{load, load_paced, send_what_waits};
use crate::program::House;
use crate::selection::{Chance, either, figures, ms};

/// Deliveries of each sender in a second, and senders.
const PACE: u32 = 10;
const SENDERS: usize = 4;

/// What the program takes of the machine at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    log_kib: u64,
    memory_kib: u64,
    files: u64,
    /// How long the last reader took, in milliseconds.
    read_ms: u64,
}

impl Sample {
    fn of(house: &House, process: u32) -> Self {
        let log = fs::metadata(house.data().join("archive.sqlite-wal")).map_or(0, |log| log.len());
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the program runs");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        let memory_kib = memory.trim().trim_end_matches(" kB").parse().expect("a number");
        let files = fs::read_dir(format!("/proc/{process}/fd")).expect("its open files").count() as u64;
        Self { log_kib: log / 1024, memory_kib, files, read_ms: 0 }
    }

    fn most(samples: &[Self]) -> Self {
        samples.iter().fold(Self::default(), |most, sample| Self {
            log_kib: most.log_kib.max(sample.log_kib),
            memory_kib: most.memory_kib.max(sample.memory_kib),
            files: most.files.max(sample.files),
            read_ms: most.read_ms.max(sample.read_ms),
        })
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            line,
            "log {} KiB, memory {} KiB, {} files, reading {} ms",
            self.log_kib, self.memory_kib, self.files, self.read_ms
        )
    }
}

#[test]
fn a_steady_load_takes_no_more_and_more_of_the_machine() {
    let time = Duration::from_secs(either(60, 3600));
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let (program, listening) = house.start();
    let (over, read_ms) = (AtomicBool::new(false), AtomicU64::new(0));
    let begun = Instant::now();
    let mut samples = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| load_paced(&listening, &ledger, SENDERS, PACE, || !over.load(Ordering::Relaxed)));
        // Somebody looks something up now and then: a reader can hold the log back.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let reading = Instant::now();
                house.ok(&["search", "lamps", "--json", "--limit", "50"]);
                read_ms.store(u64::try_from(ms(reading.elapsed())).expect("an hour"), Ordering::Relaxed);
                thread::sleep(Duration::from_secs(3));
            }
        });
        while begun.elapsed() < time {
            thread::sleep(Duration::from_millis(500));
            let read_ms = read_ms.load(Ordering::Relaxed);
            samples.push(Sample { read_ms, ..Sample::of(&house, program.id()) });
            program.forget_lines();
        }
        over.store(true, Ordering::Relaxed);
    });
    send_what_waits(&listening, &ledger);
    program.stop();
    let found = invariant::check(&house, &ledger);

    let (first, rest) = samples.split_at(samples.len() / 3);
    let (first, rest) = (Sample::most(first), Sample::most(rest));
    let words = format!(
        "{} s, {} deliveries in a second, {found}; at most in the first third: {first}; afterwards: {rest}",
        time.as_secs(),
        found.sent as u64 / time.as_secs()
    );
    // It grows as long as somebody reads, so where reading took longer it may have grown by so much more, and never beyond
    // what a reader that stays may hold back.
    let longer = first.log_kib * rest.read_ms.max(first.read_ms) / first.read_ms.max(1);
    let allowed = (longer + longer / 2 + 4096).min(LOG_KIB + LOG_KIB / 2);
    assert!(rest.log_kib <= allowed, "the log is bounded by {allowed} KiB: {words}");
    assert!(
        rest.memory_kib <= first.memory_kib + first.memory_kib / 2 + 16_384,
        "memory is bounded: {words}"
    );
    assert!(rest.files <= first.files + 8, "open files are bounded: {words}");
    figures("soak", words);
}

/// How large the log may stay. It is made half as large again.
const LOG_KIB: u64 = 16 * 1024;

#[test]
fn a_reader_that_stays_long_holds_the_log_back_and_not_for_ever() {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let (program, listening) = house.start();
    let process = program.id();
    let log = || Sample::of(&house, process).log_kib;
    let reader = Connection::open(house.data().join("archive.sqlite")).expect("the archive's file");
    reader.execute_batch("BEGIN; SELECT count(*) FROM deliveries").expect("a state of the file to read");
    load(&listening, &ledger, SENDERS, || log() < LOG_KIB + LOG_KIB / 2);
    let held_back = log();
    reader.execute_batch("COMMIT").expect("the reader is done");
    drop(reader);
    let before = ledger.acknowledged();
    load(&listening, &ledger, 1, || log() > LOG_KIB && ledger.acknowledged() < before + 1000);
    let afterwards = log();
    program.stop();
    let found = invariant::check(&house, &ledger);
    let words = format!("log {held_back} KiB while somebody read, {afterwards} KiB afterwards, {found}");
    assert!(afterwards <= LOG_KIB, "the log gives back what it took: {words}");
    figures("a reader that stays long", words);
}
