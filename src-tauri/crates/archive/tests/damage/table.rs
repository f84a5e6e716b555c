//! One row for each way in which files are damaged.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use afterchat_archive::{Archive, View};

use crate::house::{FILE, House, after, conversations, files, journal, meet_damage, overwrite, post, settle};

const PAGE: u64 = 4096;

fn flip(file: &Path, at: u64, bits: u8) {
    let mut byte = [0];
    let mut open = fs::File::open(file).unwrap();
    open.seek(SeekFrom::Start(at)).unwrap();
    open.read_exact(&mut byte).unwrap();
    overwrite(file, at, &[byte[0] ^ bits]);
}

fn cut(file: &Path, length: u64) {
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(length).unwrap();
}

/// Bytes that mean nothing.
fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from((place * 7919 + place / 3) % 251).unwrap()).collect()
}

/// What must be true of an archive after it was damaged.
struct Expect {
    /// How many deliveries may be gone with what was damaged.
    lost: usize,
    /// In which way it is said to be damaged.
    word: &'static str,
    /// The hook addresses could still be read.
    addresses: bool,
}

const WHOLE: Expect = Expect { lost: 0, word: "malformed", addresses: true };

/// Damages a copy of this archive and opens it, as often as it takes.
fn check(name: &str, house: &House, damage: impl FnOnce(&Path), expect: &Expect) {
    let house = house.as_if_killed();
    damage(&house.file());
    let mut damaged = files(house.folder.path());
    let mut archive = house.open();
    if archive.repair().unwrap().is_none() {
        meet_damage(name, &archive);
        archive.close();
        damaged = files(house.folder.path());
        archive = house.open();
    }
    let repair = archive.repair().unwrap().unwrap_or_else(|| panic!("{name}: it must be told"));
    assert_eq!(repair.damage, expect.word, "{name}");
    for (ending, bytes) in damaged {
        let aside = fs::read(Path::new(&repair.folder).join(format!("{FILE}{ending}")));
        assert!(aside.unwrap() == bytes, "{name}: {FILE}{ending} must be set aside as it was");
    }

    settle(&archive);
    let there = journal(&archive);
    let lost: Vec<i64> = house.kept.keys().filter(|id| !there.contains_key(id)).copied().collect();
    assert!(lost.len() <= expect.lost, "{name}: only what was damaged may be gone, not {lost:?}");
    for (id, body) in &there {
        assert!(house.kept.get(id) == Some(body), "{name}: delivery {id} must have its own bytes");
    }
    assert_eq!(repair.deliveries, i64::try_from(there.len()).unwrap(), "{name}");
    let shown = conversations(&archive, View::Everything);
    assert_eq!(shown.len(), there.len(), "{name}: the app shows all of it");
    if expect.addresses {
        assert_eq!(archive.source("mine").unwrap().path(), house.path, "{name}: an address keeps working");
        let smartsupp = archive.source("smartsupp").unwrap();
        assert!(smartsupp.takes_unsigned && smartsupp.secrets.len() == 1, "{name}: a secret stays");
        assert!(archive.source("chatlio").is_err(), "{name}: what was removed stays away");
        assert_eq!(conversations(&archive, View::Starred).len(), 1, "{name}: what people decided stays");
    }
    let new = post(&archive, 9_000..9_001);
    assert!(*new.keys().next().unwrap() > repair.highest, "{name}: no number is given twice");
    archive.close();

    let again = house.open();
    assert_eq!(again.repair().unwrap(), Some(repair), "{name}: it is told until somebody has read it");
    again.dismiss_repair().unwrap();
    assert_eq!(again.damage(), None, "{name}: a second start is quiet");
    again.close();
    let aside = fs::read_dir(house.folder.path().join("damaged")).unwrap().count();
    assert_eq!(aside, 1, "{name}: nothing is repaired twice");
    let file = rusqlite::Connection::open(house.file()).unwrap();
    let said: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok", "{name}");
}

#[test]
fn pages_that_were_overwritten_take_only_their_own_rows_along() {
    let house = House::new(160);
    let leaves = house.pages("deliveries", "leaf");
    let inside = house.pages("deliveries", "internal");
    assert!(leaves.len() > 20 && !inside.is_empty(), "the journal must be a tree");
    let spoil = |page: u64| move |file: &Path| overwrite(file, (page - 1) * PAGE, &noise(4096));
    let lose = |lost| Expect { lost, ..WHOLE };
    check("a leaf of the journal", &house, spoil(leaves[9]), &lose(8));
    check("the first leaf", &house, spoil(leaves[0]), &lose(8));
    check("the last leaf", &house, spoil(*leaves.last().unwrap()), &lose(8));
    check("the root of the journal", &house, spoil(inside[0]), &lose(0));
    check("the kind of a leaf", &house, |file| flip(file, (leaves[9] - 1) * PAGE, 0x40), &lose(8));
    check("an index", &house, spoil(house.pages("deliveries_by_source", "leaf")[0]), &lose(0));
    check("the search", &house, spoil(house.pages("search_data", "leaf")[1]), &lose(0));
    check("conversations", &house, spoil(house.pages("conversations", "leaf")[0]), &lose(0));
    let settings = house.pages("settings", "leaf")[0];
    check("settings", &house, spoil(settings), &Expect { addresses: false, ..WHOLE });
    let sources = house.pages("sources", "leaf")[0];
    check("sources", &house, spoil(sources), &Expect { addresses: false, ..WHOLE });
}

#[test]
fn a_broken_beginning_hides_nothing() {
    let house = House::new(160);
    let word = |word| Expect { word, ..WHOLE };
    check("the magic", &house, |file| flip(file, 3, 0x10), &word("no_database"));
    check("the whole head", &house, |file| overwrite(file, 0, &noise(100)), &word("no_database"));
    check("the size of a page", &house, |file| flip(file, 16, 0x30), &word("cut_off"));
    check("the kind of the first page", &house, |file| flip(file, 100, 0x20), &word("malformed"));
    let schema = house.pages("sqlite_schema", "leaf");
    assert!(schema.len() > 1, "the schema must be a tree");
    let second = (schema[0] - 1) * PAGE;
    check("a leaf of the schema", &house, |file| overwrite(file, second, &noise(4096)), &word("malformed"));
    check("the first page", &house, |file| overwrite(file, 0, &noise(4096)), &word("no_database"));
    check("page two", &house, |file| overwrite(file, PAGE, &noise(4096)), &word("malformed"));
}

#[test]
fn what_is_left_of_a_file_that_was_cut_is_kept() {
    let house = House::new(160);
    let length = house.file().metadata().unwrap().len();
    let some = |lost| Expect { lost, word: "cut_off", addresses: false };
    check("in the middle of the last page", &house, |file| cut(file, length - 1000), &some(8));
    check("to half", &house, |file| cut(file, length / 2 / PAGE * PAGE), &some(140));
    check(
        "to half, in the middle of a page",
        &house,
        |file| cut(file, length / 2 / PAGE * PAGE + 77),
        &some(140),
    );
    let gone = |word| Expect { lost: 160, word, addresses: false };
    check("to one page", &house, |file| cut(file, PAGE), &gone("cut_off"));
    check("to a few bytes", &house, |file| cut(file, 7), &gone("no_database"));
    check("to nothing", &house, |file| cut(file, 0), &gone("missing"));
    check("noise in its place", &house, |file| fs::write(file, noise(50_000)).unwrap(), &gone("no_database"));
    check("a text in its place", &house, |file| fs::write(file, "notes").unwrap(), &gone("no_database"));
}

#[test]
fn a_log_is_worth_as_much_as_its_file() {
    let house = House::new(60);
    let mut kept = house.kept.clone();
    let archive = house.open();
    kept.extend(post(&archive, 60..90));
    settle(&archive);
    // Copied while it is open: all that is new stands in the log alone.
    let killed = House { kept: kept.clone(), ..house.as_if_killed() };
    archive.close();
    let log = |file: &Path| file.with_file_name(format!("{FILE}-wal"));
    assert!(log(&killed.file()).metadata().unwrap().len() > 100_000);

    let word = |word| Expect { word, ..WHOLE };
    let frame = |number: u64| 32 + number * (24 + PAGE);
    check(
        "a page in its midst",
        &killed,
        |file| flip(&log(file), frame(3) + 24 + 2000, 1),
        &Expect { lost: 8, ..word("log_broken") },
    );
    check(
        "a frame's head",
        &killed,
        |file| flip(&log(file), frame(3) + 17, 1),
        &Expect { lost: 8, ..word("log_broken") },
    );
    check("the log's head", &killed, |file| flip(&log(file), 1, 1), &word("log_broken"));
    let gone = |file: &Path| fs::remove_file(log(file)).unwrap();
    check("the log is missing", &killed, gone, &Expect { lost: 30, ..word("log_missing") });
    let only = |word| Expect { lost: 90, word, addresses: false };
    check("only the log is left", &killed, |file| fs::remove_file(file).unwrap(), &only("missing"));
    check("the file is empty beside its log", &killed, |file| cut(file, 0), &only("missing"));
    check(
        "cut beside its log",
        &killed,
        |file| cut(file, 5 * PAGE),
        &Expect { lost: 90, addresses: false, ..word("cut_off") },
    );

    // The log of an older state beside a newer file: SQLite would lay old pages over new ones.
    let old = fs::read(log(&killed.file())).unwrap();
    let archive = house.open();
    kept.extend(post(&archive, 90..150));
    settle(&archive);
    archive.close();
    let newer = House { kept, ..house.as_if_killed() };
    check("an older log", &newer, |file| fs::write(log(file), old).unwrap(), &word("log_old"));
}

#[test]
fn what_sqlite_mends_itself_is_left_to_it() {
    let house = House::new(20);
    let mut kept = house.kept.clone();
    let archive = house.open();
    kept.extend(post(&archive, 20..30));
    let killed = house.as_if_killed();
    archive.close();
    let beside = |ending: &str| killed.folder.path().join(format!("{FILE}{ending}"));
    fs::write(beside("-shm"), noise(32_768)).unwrap();
    // A power cut in the midst of a transaction that was never acknowledged leaves such an end.
    let mut log = fs::OpenOptions::new().append(true).open(beside("-wal")).unwrap();
    log.write_all(&noise(6_000)).unwrap();
    drop(log);
    let archive = killed.open();
    assert_eq!(archive.repair().unwrap(), None, "nothing was damaged");
    assert!(journal(&archive) == kept, "everything that was acknowledged is there");
    archive.close();
    assert!(!killed.folder.path().join("damaged").exists());
}

#[test]
fn a_run_that_ended_badly_is_followed_by_a_look_at_everything() {
    let house = House::new(60);
    let page = house.pages("transcripts", "leaf")[3];
    let archive = house.open();
    let killed = house.as_if_killed();
    archive.close();
    overwrite(&killed.file(), (page - 1) * PAGE, &noise(4096));
    let archive = killed.open();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while archive.damage().is_none() {
        assert!(std::time::Instant::now() < deadline, "nobody asks for that page, and still it is found");
        std::thread::yield_now();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let refused = runtime.block_on(archive.append(crate::house::delivery(b"{}".to_vec()))).unwrap_err();
    assert_eq!(refused.code, "archive_damaged", "nothing is acknowledged that may be overwritten");
    let refused = archive.add_source("new", None, after(1)).unwrap_err();
    assert_eq!(refused.code(), "archive_damaged", "and nothing is written that may overwrite something");
    archive.close();
    let archive = killed.open();
    assert_eq!(archive.repair().unwrap().unwrap().deliveries, 60);
    assert!(journal(&archive) == killed.kept);
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    for sql in ["CREATE TABLE bookmarks (url TEXT)", "PRAGMA application_id = 77; CREATE TABLE t (a)"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&file).unwrap();
        let refused = Archive::open(folder.path(), after(0)).unwrap_err();
        assert_eq!(refused.code(), "archive_foreign", "{sql}: {refused}");
        assert!(fs::read(&file).unwrap() == before, "{sql}: it belongs to somebody else");
        assert!(!folder.path().join("damaged").exists());
    }
}

#[test]
fn an_archive_of_a_newer_program_is_refused_in_words_and_left_alone() {
    let house = House::new(3);
    rusqlite::Connection::open(house.file()).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let before = fs::read(house.file()).unwrap();
    let refused = Archive::open(house.folder.path(), after(1)).unwrap_err();
    assert_eq!(refused.code(), "archive_newer");
    assert!(refused.to_string().contains("4711") && refused.to_string().contains("newer"), "{refused}");
    assert!(fs::read(house.file()).unwrap() == before);
}

#[test]
fn a_damaged_archive_that_another_program_has_open_is_repaired_by_the_next_that_has_it_alone() {
    let house = House::new(60);
    let leaf = house.pages("deliveries", "leaf")[5];
    let first = house.open();
    overwrite(&house.file(), (leaf - 1) * PAGE, &noise(4096));
    let second = house.open();
    meet_damage("a leaf", &second);
    second.close();
    assert!(!house.folder.path().join("damaged").exists(), "the first still has the files open");
    first.close();
    let third = house.open();
    assert!(third.repair().unwrap().unwrap().deliveries >= 52);
}

#[test]
fn what_one_program_meets_the_others_know() {
    let house = House::new(60);
    let page = house.pages("transcripts", "leaf")[3];
    let first = house.open();
    let second = house.open();
    overwrite(&house.file(), (page - 1) * PAGE, &noise(4096));
    let made = second.back_up_here(after(2), &mut |_| std::ops::ControlFlow::Continue(()));
    assert_eq!(made.unwrap_err().code(), "archive_damaged");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while first.damage().is_none() {
        assert!(std::time::Instant::now() < deadline, "it asks for nothing of that page, and still it knows");
        std::thread::yield_now();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let refused = runtime.block_on(first.append(crate::house::delivery(b"{}".to_vec()))).unwrap_err();
    assert_eq!(refused.code, "archive_damaged", "what one of them wrote could lie over what another did");
    second.close();
    first.close();
    let again = house.open();
    assert_eq!(again.repair().unwrap().unwrap().deliveries, 60);
    again.close();
}

#[test]
fn an_archive_of_an_earlier_format_is_repaired_before_it_is_brought_forward() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/format-1.sqlite.zst");
    let unpacked = fs::File::create(folder.path().join(FILE)).unwrap();
    zstd::stream::copy_decode(fs::File::open(fixture).unwrap(), unpacked).unwrap();
    flip(&folder.path().join(FILE), 100, 0x20);
    let archive = Archive::open(folder.path(), after(0)).unwrap();
    settle(&archive);
    let repair = archive.repair().unwrap().unwrap();
    assert_eq!((repair.deliveries, repair.highest), (5, 5), "all of it is salvaged");
    assert_eq!(conversations(&archive, View::Everything).len(), 5);
    assert_eq!(conversations(&archive, View::Starred).len(), 1);
    assert!(archive.source("mine").is_ok(), "an address keeps working");
    assert_eq!(archive.source("smartsupp").unwrap().secrets.len(), 1);
    archive.close();
}
