//! The disk becomes full in the midst of the care of an archive: a backup by schedule, the backup before a change of format, the
//! change itself, a repair. Nothing that was there is lost or replaced, nothing half made is left, a code tells what to do, and
//! once there is room the same step succeeds. The disk is a small file system, and something else fills it at the chosen moment.

use std::cell::{Cell, OnceCell};
use std::fs;
use std::path::{Path, PathBuf};

use afterchat_archive::{Archive, ArchiveError, Backups, Opening, OpeningStage, examine};

use crate::cared_for::{
    Journal, damage, files, journal, journal_of, now, of_the_first_format, post, with_a_backup,
};
use crate::selection::{Chance, figures};
use crate::small_disk::{self, fill};

/// What a backup leaves for deliveries, and some archives and backups.
const ROOM: i64 = 112 << 20;
/// Deliveries of an archive that is copied in several steps.
const DELIVERIES: usize = 120;

fn small_disk(test: &str, words: &str) -> Option<PathBuf> {
    small_disk::of(&format!("under_fault::care_on_a_full_disk::{test}"), ROOM, words)
}

/// Opens it, and fills the disk as soon as opening is so far.
fn open_and_fill(
    disk: &Path,
    folder: &Path,
    when: impl Fn(Opening) -> bool,
) -> (Result<Archive, ArchiveError>, PathBuf) {
    let filled = OnceCell::new();
    let opened = Archive::open_telling(folder, now(), &mut |at| {
        if when(at) {
            filled.get_or_init(|| fill(disk));
        }
    });
    (opened, filled.get().expect("opening came so far").clone())
}

/// What a refusal must say: a code, what is kept, and what to do.
fn assert_refused(name: &str, opened: Result<Archive, ArchiveError>, code: &str) {
    let refused = opened.err().unwrap_or_else(|| panic!("{name}: there was no room for it"));
    assert_eq!(refused.code(), code, "{name}: {refused}");
    let words = refused.to_string();
    assert!(words.contains("as they were") && words.contains("start Afterchat again"), "{name}: {words}");
}

#[test]
fn a_backup_by_schedule_leaves_the_older_ones_and_succeeds_once_there_is_room() {
    let name = "a_backup_by_schedule_leaves_the_older_ones_and_succeeds_once_there_is_room";
    let Some(disk) = small_disk(name, "disk full during a backup by schedule") else { return };
    let folder = disk.join("archive");
    let mut kept = with_a_backup(&folder, DELIVERIES);
    let archive = Archive::open(&folder, now()).expect("it opens");
    let mut chance = Chance::new(8);
    post(&archive, &mut chance, &mut kept).expect("there is room");
    let before = files(&folder.join("backups"));

    let filled = OnceCell::new();
    let steps = Cell::new(0);
    let tried = archive.back_up_when_due(now(), &|| {
        steps.set(steps.get() + 1);
        filled.get_or_init(|| fill(&disk));
        false
    });
    let refused = tried.expect_err("the disk is full");
    assert_eq!(refused.code(), "disk_full", "{refused}");
    assert!(steps.get() > 0, "it was copying");
    let failed = archive.backups().failed.expect("the person is told, although the disk is full");
    assert_eq!(failed.code, "disk_full");
    let mut left = files(&folder.join("backups"));
    left.remove(&folder.join("backups/failed.json"));
    assert!(left == before, "the older one is as it was, and nothing half made is left");
    let mut refusals = Journal::new();
    while post(&archive, &mut chance, &mut kept).is_ok() {}
    let code = post(&archive, &mut chance, &mut refusals).expect_err("the disk is full");
    assert_eq!(code, "disk_full", "nothing is acknowledged that is not kept");
    assert!(journal(&archive) == kept, "and everything that was can be read");

    fs::remove_file(filled.get().expect("it was filled")).expect("the file is there");
    let made = archive.back_up_when_due(now(), &|| false).expect("there is room").expect("it is still due");
    let whole = examine(&made.path).expect("it is whole");
    assert_eq!(usize::try_from(whole.deliveries).ok(), Some(kept.len()), "with everything in it");
    assert_eq!(archive.backups().failed, None, "nothing is wrong any more");
    assert_eq!(archive.backups().all.len(), 2);
    post(&archive, &mut chance, &mut kept).expect("there is room");
    archive.close();
    figures("disk full during a backup by schedule", format_args!("{} deliveries, all there", kept.len()));
}

fn format(file: &Path) -> i64 {
    let connection = rusqlite::Connection::open(file).expect("it opens");
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("it can be read")
}

#[test]
fn a_change_of_format_is_not_begun_without_its_backup_and_succeeds_once_there_is_room() {
    let name = "a_change_of_format_is_not_begun_without_its_backup_and_succeeds_once_there_is_room";
    let Some(disk) = small_disk(name, "disk full before a change of format") else { return };
    let moments = [
        ("while it is copied", OpeningStage::BackingUp, 0),
        ("when the copy is looked through", OpeningStage::Checking, 0),
        ("while it is changed", OpeningStage::Changing, 1),
    ];
    for (moment, stage, backups) in moments {
        let folder = disk.join("archive");
        let kept = of_the_first_format(&folder, DELIVERIES);
        let file = folder.join("archive.sqlite");
        let before = journal_of(&file);
        let (opened, filled) = open_and_fill(&disk, &folder, |at| at.stage == stage);
        assert_refused(moment, opened, "no_room_to_migrate");
        assert_eq!(format(&file), 1, "{moment}: it is of its own format");
        assert!(journal_of(&file) == before, "{moment}: and as it was");
        let names: Vec<_> = fs::read_dir(folder.join("backups")).expect("a folder").flatten().collect();
        let names: Vec<_> = names.iter().map(fs::DirEntry::file_name).filter(|name| name != "lock").collect();
        assert_eq!(names.len(), backups, "{moment}: nothing half made is left: {names:?}");

        fs::remove_file(filled).expect("the file is there");
        let archive = Archive::open(&folder, now()).expect("there is room");
        let there = journal(&archive);
        assert!(kept.iter().all(|(id, body)| there.get(id) == Some(body)), "{moment}: all of it is there");
        archive.close();
        let made = Backups::of(&folder).all;
        assert_eq!(made.len(), 1, "{moment}: one backup is enough");
        assert_eq!(made[0].before_migration_of, Some(1), "{moment}");
        let whole = examine(&made[0].path).expect("it is whole");
        assert_eq!(
            (whole.format, usize::try_from(whole.deliveries).ok()),
            (1, Some(there.len())),
            "{moment}"
        );
        fs::remove_dir_all(&folder).expect("it is removed");
    }
    figures(
        "disk full before a change of format",
        format_args!("at {} moments, nothing lost", moments.len()),
    );
}

#[test]
fn a_repair_leaves_the_damaged_files_and_succeeds_once_there_is_room() {
    let name = "a_repair_leaves_the_damaged_files_and_succeeds_once_there_is_room";
    let Some(disk) = small_disk(name, "disk full during a repair") else { return };
    type When = fn(Opening) -> bool;
    let moments: [(&str, When); 4] = [
        ("at its beginning", |at| at.stage == OpeningStage::Repairing),
        ("half way", |at| at.stage == OpeningStage::Repairing && at.done > 450),
        ("when the backup is looked at", |at| at.stage == OpeningStage::Comparing),
        ("when the new file is looked through", |at| at.stage == OpeningStage::Checking),
    ];
    for (moment, when) in moments {
        let folder = disk.join("archive");
        let mut kept = with_a_backup(&folder, DELIVERIES);
        damage(&folder);
        let before = files(&folder);
        let (opened, filled) = open_and_fill(&disk, &folder, when);
        assert_refused(moment, opened, "no_room_to_repair");
        let left = files(&folder);
        let names: Vec<_> = left.keys().filter(|name| !before.contains_key(*name)).collect();
        assert!(left == before, "{moment}: all is as it was, and nothing half made is left: {names:?}");
        let aside = fs::read_dir(folder.join("damaged")).map_or(0, Iterator::count);
        assert_eq!(aside, 0, "{moment}: nothing was set aside");

        fs::remove_file(filled).expect("the file is there");
        let archive = Archive::open(&folder, now()).expect("there is room");
        let repair = archive.repair().expect("it can be read").expect("it is told");
        let aside = Path::new(&repair.folder).join("archive.sqlite");
        assert!(fs::read(aside).ok().as_ref() == before.get(&folder.join("archive.sqlite")), "{moment}");
        let offer = repair.backup.expect("the backup has what was damaged");
        archive
            .bring_back(&offer.name, &mut |_, _| std::ops::ControlFlow::Continue(()))
            .expect("there is room");
        assert!(journal(&archive) == kept, "{moment}: everything acknowledged is there");
        post(&archive, &mut Chance::new(10), &mut kept).expect("deliveries are taken again");
        archive.close();
        let archive = Archive::open(&folder, now()).expect("it opens");
        assert_eq!(archive.damage(), None, "{moment}: the next start is quiet");
        assert!(journal(&archive) == kept, "{moment}");
        archive.close();
        fs::remove_dir_all(&folder).expect("it is removed");
    }
    figures("disk full during a repair", format_args!("at {} moments, nothing lost", moments.len()));
}
