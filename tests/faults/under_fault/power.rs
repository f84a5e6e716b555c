//! The power is cut. What a disk may hold then is built from the operations the program did, for many moments and three fates of what
//! was not synced, and each image is opened with the real archive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::disk::{Disk, Operation, Record, Unsynced, read_log};
use crate::interposer::Interposer;
use crate::invariant::{self, Reckoning};
use crate::ledger::Ledger;
use crate::program::{House, Program};
use crate::selection::{Chance, either, figures};
use crate::sender::Sender;

const SENDERS: usize = 4;
const FATES: [Unsynced; 3] = [Unsynced::Dropped, Unsynced::Kept, Unsynced::Torn];

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_answered() {
    let seed = Chance::seed();
    let mut chance = Chance::new(seed);
    let (house, ledger) = (House::new(), Ledger::new(seed));
    std::fs::create_dir(house.data()).expect("the folder of the archive");
    let interposer = Interposer::logging(&house);
    let (program, listening) = Program::start(interposer.loaded_into(house.listen()));
    // Which attempts were made from which port, in their order.
    let ports = Mutex::new(BTreeMap::<u16, Vec<usize>>::new());
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut sender = Sender::new(listening.address);
                for _ in 0..either(40, 150) {
                    let port = sender.port().expect("the door is open");
                    let (attempt, answer) = sender.send_as(&listening, &ledger, ledger.next());
                    ports.lock().expect("no sender panicked").entry(port).or_default().push(attempt);
                    assert!(answer.is_ok(), "the program answers");
                }
            });
        }
    });
    // Its end belongs to it: then the rest of the log is moved into the main file.
    program.stop();

    let records = read_log(interposer.log());
    let ports = ports.into_inner().expect("no sender panicked");
    let answers = records.iter().filter(|record| answered(record).is_some()).count();
    let moved = records
        .iter()
        .skip_while(|record| answered(record).is_none())
        .filter(|record| is_main(record))
        .count();
    assert!(moved > 0, "the log was moved into the main file");
    let moments = moments(&records, either(70, 500), &mut chance);
    let mut acknowledged = Vec::new();
    let mut next: BTreeMap<u16, usize> = BTreeMap::new();
    let (mut disk, mut images, mut rows) = (Disk::default(), 0, 0);
    for (number, record) in records.iter().enumerate() {
        disk.apply(record);
        if let Some((port, kept)) = answered(record) {
            let place = next.entry(port).or_default();
            if kept {
                acknowledged.push(ports[&port][*place]);
            }
            *place += 1;
        }
        if !moments.contains(&number) {
            continue;
        }
        for fate in FATES {
            let image = image(&disk, fate, &mut chance);
            let archive = invariant::open(image.path());
            let reckoning = Reckoning::of(&archive, &ledger);
            archive.close();
            let lost = reckoning.lost(acknowledged.iter().copied());
            assert!(
                lost.is_empty(),
                "seed {seed}: cut after operation {number} of {}, {fate:?}: of {} acknowledged are lost {lost:?}",
                records.len(),
                acknowledged.len()
            );
            invariant::assert_whole(image.path());
            images += 1;
            rows += acknowledged.len();
        }
    }
    assert!(acknowledged.len() > SENDERS && images > 0, "something was acknowledged before the cuts");
    assert_eq!(acknowledged.len(), ledger.acknowledged(), "every answer stands in the log");
    figures(
        "power cut",
        format_args!(
            "seed {seed}, {} operations ({moved} writes to the main file), {answers} answers, {images} images (dropped, kept, torn), {rows} acknowledged rows looked for, lost 0",
            records.len()
        ),
    );
}

/// The moments at which the power is cut: after every answer of some, and after random operations.
fn moments(records: &[Record], wanted: usize, chance: &mut Chance) -> BTreeSet<usize> {
    let answers: Vec<usize> =
        (0..records.len()).filter(|number| answered(&records[*number]).is_some()).collect();
    let any = |from: usize, chance: &mut Chance| chance.below(from as u64) as usize;
    let mut moments: BTreeSet<usize> = (0..wanted / 2).map(|_| answers[any(answers.len(), chance)]).collect();
    moments.extend((0..wanted / 2).map(|_| any(records.len(), chance)));
    moments.insert(records.len() - 1);
    moments
}

/// The port of an answer's sender, and whether it says that a delivery is kept.
fn answered(record: &Record) -> Option<(u16, bool)> {
    let Operation::Answer { port, begins } = &record.operation else { return None };
    begins.starts_with(b"HTTP/1.1 ").then(|| (*port, begins.starts_with(b"HTTP/1.1 200")))
}

fn is_main(record: &Record) -> bool {
    record.name == "archive.sqlite" && matches!(record.operation, Operation::Write { .. })
}

/// The disk as a folder, in memory where the system has such a place.
fn image(disk: &Disk, fate: Unsynced, chance: &mut Chance) -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    disk.write_image(folder.path(), fate, chance);
    folder
}

const WRITER: &str = "AFTERCHAT_FAULTS_WRITER";
const WRITER_FOLDER: &str = "AFTERCHAT_FAULTS_WRITER_FOLDER";
const WRITER_ASKER: &str = "AFTERCHAT_FAULTS_WRITER_ASKER";
const ROWS: usize = 100;

/// Holds the test above to seeing loss: of a small writer that acknowledges each of its commits, the same images must miss something
/// when its commits are not synced, and nothing when they are.
#[test]
fn a_writer_without_durable_commits_is_seen_to_lose_what_it_answered() {
    if let Ok(synchronous) = std::env::var(WRITER) {
        return write_and_answer(&synchronous);
    }
    let (normal, full) = (cut_a_writer("NORMAL"), cut_a_writer("FULL"));
    assert!(normal.worst > 0, "without synced commits a power cut must lose acknowledged rows: {normal}");
    assert_eq!(full.worst, 0, "with synced commits it must lose none: {full}");
    figures("power cut, control", format_args!("synchronous=NORMAL: {normal}; synchronous=FULL: {full}"));
}

struct Control {
    images: usize,
    worst: usize,
    of: usize,
}

impl fmt::Display for Control {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { images, worst, of } = self;
        write!(line, "{images} images, lost at worst {worst} of {of}")
    }
}

/// Runs this test again in a process that writes, and cuts its power after each of its answers.
fn cut_a_writer(synchronous: &str) -> Control {
    let house = House::new();
    std::fs::create_dir(house.data()).expect("a folder");
    let interposer = Interposer::logging(&house);
    let asker = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut writer = Command::new(std::env::current_exe().expect("this test's program"));
    writer.args([
        "--exact",
        "under_fault::power::a_writer_without_durable_commits_is_seen_to_lose_what_it_answered",
    ]);
    writer.env(WRITER, synchronous).env(WRITER_FOLDER, house.data());
    writer.env(WRITER_ASKER, asker.local_addr().expect("an address").to_string());
    let mut writer = interposer.loaded_into(writer).stdout(Stdio::null()).spawn().expect("the writer starts");
    let (mut answers, _) = asker.accept().expect("the writer answers");
    answers.read_to_end(&mut Vec::new()).expect("its answers arrive");
    assert!(writer.wait().expect("it ends").success(), "the writer must have written");

    let mut chance = Chance::new(0);
    let (mut disk, mut control) = (Disk::default(), Control { images: 0, worst: 0, of: 0 });
    for record in read_log(interposer.log()) {
        disk.apply(&record);
        if answered(&record).is_some() {
            control.of += 1;
            let image = image(&disk, Unsynced::Dropped, &mut chance);
            control.images += 1;
            control.worst = control.worst.max(control.of.saturating_sub(rows_in(image.path())));
        }
    }
    assert_eq!(control.of, ROWS, "the writer has answered for every row");
    control
}

fn rows_in(folder: &Path) -> usize {
    let connection = Connection::open(folder.join("archive.sqlite")).expect("the image opens");
    let counted = connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get::<_, i64>(0));
    // Without its table the image holds none.
    counted.map_or(0, |rows| usize::try_from(rows).expect("a count"))
}

/// What the other process does: a commit, an answer, and the next.
fn write_and_answer(synchronous: &str) {
    let variable = |name| std::env::var(name).expect("the test says where");
    let mut asker = TcpStream::connect(variable(WRITER_ASKER)).expect("somebody asks");
    let connection =
        Connection::open(Path::new(&variable(WRITER_FOLDER)).join("archive.sqlite")).expect("a file");
    connection.pragma_update(None, "journal_mode", "WAL").expect("a log");
    connection.pragma_update(None, "synchronous", synchronous).expect("a way to commit");
    connection.execute_batch("CREATE TABLE deliveries (body BLOB NOT NULL)").expect("a table");
    for row in 0..ROWS {
        let body = vec![row as u8; 2000];
        connection.execute("INSERT INTO deliveries VALUES (?1)", [body]).expect("a commit");
        asker.write_all(b"HTTP/1.1 200 OK\r\n").expect("an answer");
    }
}
