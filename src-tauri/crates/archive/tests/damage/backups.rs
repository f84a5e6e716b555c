//! Backups: made while the archive is in use, whole or not there, and never worse than those before.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use afterchat_archive::{Archive, Backups, Copied};

use crate::house::{House, after, journal, overwrite, post, settle};

fn go_on(_: Copied) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The names in a folder, without those of locks and notes.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != "lock").collect();
    names.sort();
    names
}

#[test]
fn a_backup_holds_everything_that_was_acknowledged_before_it_began() {
    let house = House::new(200);
    let archive = house.open();
    let stop = AtomicBool::new(false);
    let to = tempfile::tempdir().unwrap();
    let (before, during) = std::thread::scope(|scope| {
        let before = post(&archive, 200..220);
        let writing = scope.spawn(|| {
            let mut during = BTreeMap::new();
            let mut number = 1000;
            while !stop.load(Ordering::Relaxed) {
                during.extend(post(&archive, number..number + 1));
                number += 1;
            }
            during
        });
        let mut steps = 0;
        let made = archive.back_up(&to.path().join("copy.sqlite"), after(1), &mut |copied| {
            assert!(copied.done <= copied.all);
            steps += 1;
            // Somebody writes between any two steps.
            let seen = archive.newest_delivery().unwrap();
            while archive.newest_delivery().unwrap() == seen {
                std::thread::yield_now();
            }
            ControlFlow::Continue(())
        });
        stop.store(true, Ordering::Relaxed);
        let during = writing.join().unwrap();
        assert!(made.unwrap().is_some() && steps > 1, "it is made in steps");
        (before, during)
    });
    settle(&archive);
    let mut all = house.kept.clone();
    all.extend(before);
    let copy = tempfile::tempdir().unwrap();
    Archive::restore(copy.path(), &to.path().join("copy.sqlite"), after(1), &mut go_on).unwrap().unwrap();
    let restored = Archive::open(copy.path(), after(1)).unwrap();
    let there = journal(&restored);
    assert!(all.iter().all(|(id, body)| there.get(id) == Some(body)), "it is all in it");
    all.extend(during);
    assert!(there.iter().all(|(id, body)| all.get(id) == Some(body)), "and nothing else is");
    assert!(journal(&archive) == all, "the archive itself took everything meanwhile");
    restored.close();
    archive.close();
}

#[cfg(unix)]
#[test]
fn a_backup_is_its_owners_alone_and_one_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new(10);
    let archive = house.open();
    let to = tempfile::tempdir().unwrap();
    let made = archive.back_up(to.path(), after(1), &mut go_on).unwrap().unwrap();
    assert_eq!(names(to.path()), [made.path.file_name().unwrap().to_str().unwrap()]);
    assert_eq!(made.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let refused = archive.back_up(&made.path, after(1), &mut go_on).unwrap_err();
    assert_eq!(refused.code(), "file_exists", "no file is replaced");
    archive.close();
}

#[test]
fn a_backup_that_is_stopped_leaves_nothing() {
    let house = House::new(100);
    let archive = house.open();
    let to = tempfile::tempdir().unwrap();
    let stopped = archive.back_up(&to.path().join("copy.sqlite"), after(1), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped.unwrap(), None);
    assert!(names(to.path()).is_empty());
    assert_eq!(archive.back_up_here(after(1), &mut |_| ControlFlow::Break(())).unwrap(), None);
    assert!(archive.backups().all.is_empty() && archive.backups().failed.is_none());
    archive.close();
}

#[test]
fn one_is_made_each_day_something_was_written_and_old_ones_go() {
    let house = House::new(5);
    let archive = house.open();
    // The clock of the test is that of the files it compares with.
    let now = |hours: i64| {
        afterchat_transcript::Instant::from_utc(chrono::Utc::now() + chrono::Duration::hours(hours))
    };
    let made = |hours| archive.back_up_when_due(now(hours), &|| false).unwrap().is_some();
    assert!(made(-96), "there is none yet");
    assert!(!made(-95), "a day is not over");
    assert!(made(-72) && made(-48) && made(-24));
    assert!(made(1));
    assert!(!made(26), "nothing was written since");
    let kept = archive.backups().all.len();
    assert!((3..=4).contains(&kept), "three days, and maybe one of an earlier week: {kept}");
    archive.close();
}

#[test]
fn a_damaged_archive_never_drives_out_a_good_backup() {
    let house = House::new(100);
    let archive = house.open();
    let good = archive.back_up_here(after(1), &mut go_on).unwrap().unwrap();
    archive.close();
    let bytes = fs::read(&good.path).unwrap();
    let leaf = house.pages("deliveries", "leaf")[5];
    for day in 1..=5_u8 {
        overwrite(&house.file(), (leaf - 1) * 4096, &[0x50 + day; 4096]);
        let archive = house.open();
        let tried = archive.back_up_when_due(after(24 * i64::from(day) + 2), &|| false);
        if let Err(error) = tried {
            assert_eq!(error.code(), "archive_damaged", "a copy of damage is no backup");
            assert_eq!(archive.backups().failed.unwrap().code, "archive_damaged", "and the person is told");
        }
        archive.close();
        assert!(fs::read(&good.path).unwrap() == bytes, "day {day}: the good backup is still there");
        let all = Backups::of(house.folder.path()).all;
        assert!(all.iter().all(|backup| afterchat_archive::examine(&backup.path).is_ok()), "all are whole");
    }
}

#[test]
fn a_restored_archive_is_the_one_that_was_backed_up_and_the_present_one_is_set_aside() {
    let house = House::new(50);
    let archive = house.open();
    let made =
        archive.back_up(&house.folder.path().join("copy.sqlite"), after(1), &mut go_on).unwrap().unwrap();
    post(&archive, 50..60);
    let refused = Archive::restore(house.folder.path(), &made.path, after(2), &mut go_on).unwrap_err();
    assert_eq!(refused.code(), "archive_in_use", "nothing is pulled away under a program");
    archive.close();
    let present = fs::read(house.file()).unwrap();
    let restored = Archive::restore(house.folder.path(), &made.path, after(2), &mut go_on).unwrap().unwrap();
    assert_eq!(restored.deliveries, 50);
    let aside = restored.aside.unwrap();
    assert!(fs::read(aside.join("archive.sqlite")).unwrap() == present, "it is only set aside");
    let archive = house.open();
    assert!(journal(&archive) == house.kept);
    assert_eq!(archive.source("mine").unwrap().path(), house.path);
    assert_eq!(archive.repair().unwrap(), None, "nothing was damaged");
    archive.close();
}

#[test]
fn only_a_whole_backup_is_restored() {
    let house = House::new(80);
    let archive = house.open();
    let made =
        archive.back_up(&house.folder.path().join("copy.sqlite"), after(1), &mut go_on).unwrap().unwrap();
    archive.close();
    let before = fs::read(house.file()).unwrap();
    let bytes = fs::read(&made.path).unwrap();
    let beside = house.folder.path().join("other.sqlite");
    let mut flipped = bytes.clone();
    flipped[40_960..45_056].fill(0x55);
    let mut newer = bytes.clone();
    newer[60..64].copy_from_slice(&4711_u32.to_be_bytes());
    let cases: [(&str, &[u8]); 5] = [
        ("backup_damaged", &flipped),
        ("backup_damaged", &bytes[..bytes.len() / 2]),
        ("backup_damaged", b"a text of nobody knows what"),
        ("no_backup", b""),
        ("archive_newer", &newer),
    ];
    for (code, content) in cases {
        fs::write(&beside, content).unwrap();
        let refused = Archive::restore(house.folder.path(), &beside, after(2), &mut go_on).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert!(fs::read(house.file()).unwrap() == before, "{code}: nothing was changed");
    }
    assert!(
        Archive::restore(house.folder.path(), &house.folder.path().join("none"), after(2), &mut go_on)
            .is_err()
    );
}
