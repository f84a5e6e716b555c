//! A start that makes a backup and changes the format, and a start that repairs, end at any operation: the program dies there, or
//! the disk is full from there on. The next start goes on with it, nothing half made is left, older backups are as they were, and
//! everything acknowledged is there.

use std::fmt::{self, Display};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use afterchat_archive::{Backups, examine};

use crate::cared_for::{Journal, copy_all, damage, files, journal_of, of_the_first_format, with_a_backup};
use crate::interposer::{Interposer, When};
use crate::invariant::{assert_whole, open};
use crate::program::{House, Program};
use crate::selection::{Chance, either, figures};

/// Enough for several steps of each kind; all of it is copied hundreds of times.
const DELIVERIES: usize = 6;
/// More than any start needs: bytes.
const PLENTY: i64 = 1 << 40;

/// What a start has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// A backup, and then the change to the newest format.
    Migration,
    Repair,
}

/// An archive that waits for it, and what must be had back.
struct Waiting {
    care: Care,
    folder: tempfile::TempDir,
    kept: Journal,
    /// A backup from before, by its name.
    older: (PathBuf, Vec<u8>),
}

/// What came of the starts.
#[derive(Default)]
struct Count {
    ended: usize,
    /// Starts that were through before it came to that.
    through: usize,
}

impl Display for Count {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(line, "{} starts ended, {} were through before, nothing lost", self.ended, self.through)
    }
}

impl Waiting {
    fn new(care: Care) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("archive.sqlite");
        let kept = match care {
            Care::Migration => {
                of_the_first_format(folder.path(), DELIVERIES);
                let backups = folder.path().join("backups");
                fs::create_dir(&backups).expect("a folder");
                fs::copy(&file, backups.join("2026-01-02T03-04-05Z.sqlite")).expect("a copy");
                journal_of(&file)
            }
            Care::Repair => {
                with_a_backup(folder.path(), DELIVERIES);
                let kept = journal_of(&file);
                damage(folder.path());
                kept
            }
        };
        let older = Backups::of(folder.path()).all.remove(0);
        let older = (PathBuf::from("backups").join(older.name), fs::read(&older.path).expect("a backup"));
        Self { care, folder, kept, older }
    }

    fn house(&self) -> House {
        let house = House::new();
        copy_all(self.folder.path(), &house.data());
        house
    }

    /// What holds at any moment.
    fn assert_nothing_replaced(&self, name: &str, folder: &Path) {
        let (path, bytes) = &self.older;
        assert!(
            fs::read(folder.join(path)).ok().as_ref() == Some(bytes),
            "{name}: an older backup is as it was"
        );
    }

    /// Starts the program once more, where nothing fails, and holds what is there against what must be.
    fn check(&self, name: &str, house: &House) {
        let folder = house.data();
        self.assert_nothing_replaced(name, &folder);
        house.start().0.stop_by(rustix::process::Signal::TERM);
        self.assert_nothing_replaced(name, &folder);
        assert_nothing_half_made(name, &folder);
        let archive = open(&folder);
        match self.care {
            Care::Migration => assert_eq!(archive.repair().expect("it can be read"), None, "{name}"),
            Care::Repair => {
                let repair = archive.repair().expect("it can be read");
                let repair = repair.unwrap_or_else(|| panic!("{name}: a repair is told"));
                let aside = Path::new(&repair.folder).join("archive.sqlite");
                let damaged = fs::read(self.folder.path().join("archive.sqlite")).expect("the damaged file");
                assert!(fs::read(aside).ok() == Some(damaged), "{name}: the damaged file is as it was");
                let offer = repair.backup.unwrap_or_else(|| panic!("{name}: what is lost is offered"));
                archive
                    .bring_back(&offer.name, &mut |_, _| ControlFlow::Continue(()))
                    .expect("it is brought back");
            }
        }
        archive.close();
        assert_whole(&folder);
        assert!(
            journal_of(&folder.join("archive.sqlite")) == self.kept,
            "{name}: everything acknowledged is there"
        );
        let made = Backups::of(&folder).all.into_iter().filter(|backup| backup.before_migration_of.is_some());
        let made: Vec<_> = made.collect();
        if self.care == Care::Repair {
            let set_aside = fs::read_dir(folder.join("damaged")).expect("a folder").count();
            assert_eq!((made.len(), set_aside), (0, 1), "{name}: it is repaired once");
            return;
        }
        assert_eq!(made.len(), 1, "{name}: there is one backup from before, and no second one: {made:?}");
        assert_eq!(made[0].before_migration_of, Some(1), "{name}");
        let whole = examine(&made[0].path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(whole.format, 1, "{name}: the older program can read it");
        assert!(journal_of(&made[0].path) == self.kept, "{name}: it has everything");
    }
}

/// Neither of a backup nor of a repair.
fn assert_nothing_half_made(name: &str, folder: &Path) {
    for file in files(folder).into_keys() {
        let words = file.display().to_string();
        let half = [".partial", "archive.replacement", "archive.exchange", ".new"];
        assert!(!half.iter().any(|half| words.contains(half)), "{name}: {words} is half made");
    }
}

/// Dies at each operation of such a start, or at each `apart`th, beginning with a random one.
fn deaths(care: Care, apart: u64) -> Count {
    let waiting = Waiting::new(care);
    let mut count = Count::default();
    let operations = {
        let house = waiting.house();
        let interposer = Interposer::new(&house);
        interposer.count();
        Program::start(interposer.loaded_into(house.listen())).0.kill();
        interposer.done()
    };
    let first = 1 + Chance::new(Chance::seed()).below(apart);
    for operation in (first..=operations).step_by(usize::try_from(apart).expect("a small step")) {
        for when in [When::Before, When::Middle] {
            let house = waiting.house();
            let interposer = Interposer::new(&house);
            interposer.die_at(operation, when);
            let mut program = Program::spawn(interposer.loaded_into(house.listen()));
            if program.listening().is_some() {
                program.kill();
            }
            let died = interposer.died();
            count.ended += usize::from(died.is_some());
            count.through += usize::from(died.is_none());
            waiting.check(&format!("died at {operation} of {operations}, {when:?}, {died:?}"), &house);
        }
    }
    assert!(count.ended > count.through, "most operations come in every start: {count}");
    count
}

/// Gives such a start less room than it needs, in so many steps from none at all.
fn without_room(care: Care, steps: i64) -> Count {
    let waiting = Waiting::new(care);
    let mut count = Count::default();
    let needed = {
        let house = waiting.house();
        let interposer = Interposer::new(&house);
        interposer.room(Some(PLENTY));
        Program::start(interposer.loaded_into(house.listen())).0.kill();
        PLENTY - interposer.room_left()
    };
    for step in 0..steps {
        let room = needed * step / steps;
        let name = format!("room for {room} of {needed} bytes");
        let house = waiting.house();
        let interposer = Interposer::new(&house);
        interposer.room(Some(room));
        let mut program = Program::spawn(interposer.loaded_into(house.listen()));
        if program.listening().is_some() {
            // What it could not write was a note; the archive itself had room.
            count.through += 1;
            program.kill();
        } else {
            count.ended += 1;
            let (status, said) = program.ended();
            assert_eq!(status.code(), Some(1), "{name}: {said}");
            // Without any room at all it comes to neither.
            let kept = said.contains("as they were") || said.contains("stored so far is safe");
            assert!(kept && said.contains("Make room"), "{name}: {said}");
            assert_nothing_half_made(&name, &house.data());
        }
        waiting.check(&name, &house);
    }
    assert!(count.ended > count.through, "most starts had too little: {count}");
    count
}

#[test]
fn death_at_any_operation_of_a_change_of_format_is_gone_on_with() {
    figures("death at every operation of a change of format", deaths(Care::Migration, either(9, 1)));
}

#[test]
fn death_at_any_operation_of_a_repair_is_gone_on_with() {
    figures("death at every operation of a repair", deaths(Care::Repair, either(9, 1)));
}

#[test]
fn a_change_of_format_with_too_little_room_changes_nothing_and_is_gone_on_with() {
    figures("disk full at a change of format", without_room(Care::Migration, either(24, 200)));
}

#[test]
fn a_repair_with_too_little_room_changes_nothing_and_is_gone_on_with() {
    figures("disk full at a repair", without_room(Care::Repair, either(24, 200)));
}
