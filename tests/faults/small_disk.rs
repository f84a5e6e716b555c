//! A file system of few bytes that a test has for itself, where this account may mount one.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::ran;
use crate::selection::figures;

const INSIDE: &str = "AFTERCHAT_FAULTS_SMALL_DISK";

/// The folder of a file system with so much room, in bytes. Outside of it this runs the test of this name again, inside, tells its
/// figures under these words, and gives nothing. The mount is seen by nobody else and ends with that run.
#[track_caller]
pub(crate) fn of(test: &str, room: i64, words: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(INSIDE) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mounted = "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" && exec \"$3\" --exact \"$4\" --nocapture";
    let mut inside = Command::new("unshare");
    inside.args(["--map-root-user", "--mount", "sh", "-c", mounted, "sh", &room.to_string()]);
    inside
        .arg(folder.path())
        .arg(std::env::current_exe().expect("this test's program"))
        .arg(test)
        .env(INSIDE, folder.path());
    let can_mount = Command::new("unshare")
        .args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(folder.path())
        .output()
        .is_ok_and(|tried| tried.status.success());
    if !can_mount {
        figures(words, "NOT DONE: this account may mount nothing here; the other ways count");
        return None;
    }
    let said = ran(inside);
    let out = String::from_utf8_lossy(&said.out);
    assert_eq!(said.code, Some(0), "on a small file system: {out} {}", said.err);
    let line = out.lines().find(|line| line.contains("disk full")).expect("it tells its figures");
    figures(words, line.split_once(": ").map_or(line, |(_, figures)| figures));
    None
}

/// Takes all the room that is left on the file system of this folder; it is there again when the file is removed.
pub(crate) fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("something-else");
    let mut file = File::options().create(true).append(true).open(&path).expect("a file");
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.write(&piece) {
            Ok(_) => {}
            Err(full) if full.kind() == ErrorKind::StorageFull && piece.len() > 1 => {
                piece.truncate(piece.len() / 2);
            }
            Err(full) => {
                assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
                return path;
            }
        }
    }
}
