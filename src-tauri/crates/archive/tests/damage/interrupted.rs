//! Repairs that are killed: whatever was done, the next start goes on, and nothing is lost by it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Moment};

use afterchat_archive::Archive;

use crate::house::{FILE, House, after, files, journal, overwrite};

/// How a folder looks at a moment of the repair.
type Looks<'a> = &'a dyn Fn(&Path) -> bool;

const FOLDER: &str = "AFTERCHAT_TEST_FOLDER";

/// Not a test by itself: the program that is killed.
#[test]
fn opens_what_it_is_told_to() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    Archive::open(Path::new(&folder), after(1)).unwrap().close();
}

fn start(folder: &Path) -> Child {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "interrupted::opens_what_it_is_told_to"]).env(FOLDER, folder);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills the program as soon as the folder looks like this; tells whether it was still at work then.
fn kill_when(folder: &Path, looks: Looks<'_>) -> bool {
    let mut child = start(folder);
    let deadline = Moment::now() + Duration::from_secs(120);
    while !looks(folder) && child.try_wait().unwrap().is_none() {
        assert!(Moment::now() < deadline, "the repair must come to an end");
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn a_repair_that_is_killed_at_any_moment_is_gone_on_with() {
    let house = House::new(300);
    let leaf = house.pages("deliveries", "leaf")[5];
    let replacement = |folder: &Path| folder.join("archive.replacement.sqlite");
    let size = move |folder: &Path| replacement(folder).metadata().map_or(0, |data| data.len());
    let moments: [(&str, Looks<'_>); 6] = [
        ("the replacement begins", &|folder| replacement(folder).exists()),
        ("the replacement grows", &|folder| size(folder) > 300_000),
        ("the folder is there", &|folder| folder.join("damaged").exists()),
        ("the exchange begins", &|folder| folder.join("archive.exchange.json").exists()),
        ("the old file has left", &|folder| !folder.join(FILE).exists()),
        ("the new file has come", &|folder| folder.join("damaged").exists() && !replacement(folder).exists()),
    ];
    let mut at_work = 0;
    for (name, looks) in moments {
        let house = house.as_if_killed();
        overwrite(&house.file(), (leaf - 1) * 4096, &[0x55; 4096]);
        fs::write(house.folder.path().join("archive.state"), "closed damaged\n").unwrap();
        let damaged = files(house.folder.path());
        at_work += usize::from(kill_when(house.folder.path(), looks));
        let archive = house.open();
        let repair = archive.repair().unwrap().unwrap_or_else(|| panic!("{name}: it must be told"));
        assert!(
            fs::read(Path::new(&repair.folder).join(FILE)).unwrap() == damaged[""],
            "{name}: set aside as it was"
        );
        let there = journal(&archive);
        assert!(there.len() >= house.kept.len() - 8, "{name}: only what was damaged may be gone");
        assert!(there.iter().all(|(id, body)| house.kept.get(id) == Some(body)), "{name}");
        archive.close();
        let archive = house.open();
        assert_eq!(archive.damage(), None, "{name}: the next start is quiet");
        assert!(journal(&archive) == there, "{name}");
        archive.close();
        assert!(!replacement(house.folder.path()).exists(), "{name}: nothing half made is left");
    }
    assert!(at_work > 2, "the repair must be killed while it is at work, at most moments");
}
