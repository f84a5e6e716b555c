//! The backups that are made by themselves, or with one press, in the archive's own folder of backups: by one program of
//! several, and with a word to the person when one fails.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};

use super::keep::{self, Backup, FOLDER, list};
use super::{Copied, Tell};
use crate::damage::exchange::with_ending;
use crate::open::{FILE, make_private_folder};
use crate::{Archive, ArchiveError};

/// Held by the one program that makes a backup.
const LOCK: &str = "lock";
/// Tells why the last try failed; not there after one that succeeded.
const FAILED: &str = "failed.json";

/// Why no backup could be made when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFailed {
    /// When.
    pub at: Instant,
    /// The stable code of the failure.
    pub code: String,
    /// The failure in words.
    pub words: String,
}

/// Why this run made no backup when it last tried. The disk may have no room for the note that tells it to other programs
/// and later runs.
#[derive(Debug, Default)]
pub(crate) struct LastFailure(Mutex<Option<BackupFailed>>);

impl LastFailure {
    fn now(&self) -> MutexGuard<'_, Option<BackupFailed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The backups of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    /// The folder they stand in.
    pub folder: PathBuf,
    /// All of them, newest first.
    pub all: Vec<Backup>,
    /// Why the last try failed, unless a later one succeeded.
    pub failed: Option<BackupFailed>,
}

impl Backups {
    /// The backups of the archive in this folder, whether or not it can be opened.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let backups = folder.join(FOLDER);
        let failed = fs::read(backups.join(FAILED)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { all: list(folder), folder: backups, failed }
    }
}

impl Archive {
    /// Makes a backup in the archive's own folder of them, and lets go of older ones that it makes superfluous. `None`
    /// when it was stopped.
    ///
    /// # Errors
    /// When another program makes one, there is too little room, it cannot be written, or the archive is damaged. The
    /// failure is remembered until a backup succeeds.
    pub fn back_up_here(&self, now: Instant, tell: Tell<'_>) -> Result<Option<Backup>, ArchiveError> {
        let folder = self.folder().join(FOLDER);
        let lock = make_private_folder(&folder).and_then(|()| File::create(folder.join(LOCK)));
        let made = lock.map_err(ArchiveError::from).and_then(|lock| {
            lock.try_lock().map_err(|_| ArchiveError::BackupElsewhere)?;
            sweep(&folder);
            let to = folder.join(keep::name(now, None));
            let made = self.back_up(&to, now, tell)?;
            drop(lock);
            Ok(made.is_some())
        });
        let failed = folder.join(FAILED);
        match made {
            Ok(true) => {
                // It succeeded; a stale word of failure would be a false alarm and nothing else.
                let _removed = fs::remove_file(failed);
                self.last_failure().now().take();
                self.let_go();
                self.announce();
                Ok(list(self.folder()).into_iter().find(|backup| backup.name == keep::name(now, None)))
            }
            Ok(false) => Ok(None),
            Err(ArchiveError::BackupElsewhere) => Err(ArchiveError::BackupElsewhere),
            Err(error) => {
                let told = BackupFailed { at: now, code: error.code().to_owned(), words: error.to_string() };
                if let Err(cause) = write_whole(&failed, &told) {
                    tracing::warn!(%cause, %error, "no backup could be made, and that could not be noted");
                }
                *self.last_failure().now() = Some(told);
                self.announce();
                Err(error)
            }
        }
    }

    /// Makes a backup if the newest is older than a day and something was written since. Meant to be asked often.
    ///
    /// # Errors
    /// When one was due and could not be made.
    pub fn back_up_when_due(
        &self,
        now: Instant,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Backup>, ArchiveError> {
        let newest = list(self.folder()).into_iter().find(|backup| backup.before_migration_of.is_none());
        let newest = newest.map(|backup| backup.at);
        if !keep::is_due(newest, now) || newest.is_some_and(|newest| !written_since(self.folder(), newest)) {
            return Ok(None);
        }
        let mut go_on =
            |_: Copied| if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        match self.back_up_here(now, &mut go_on) {
            Err(ArchiveError::BackupElsewhere) => Ok(None),
            made => made,
        }
    }

    /// The backups in the archive's own folder of them.
    #[must_use]
    pub fn backups(&self) -> Backups {
        let backups = Backups::of(self.folder());
        // Another program may have made one since.
        let newest = backups.all.iter().map(|backup| backup.at).max();
        let failed =
            self.last_failure().now().clone().filter(|failed| newest.is_none_or(|at| at < failed.at));
        Backups { failed: failed.or(backups.failed), ..backups }
    }

    /// Lets go of what a newer backup made superfluous. While a person has not looked at a repair, the backup that it
    /// offers may be the last one with something.
    fn let_go(&self) {
        if self.repair().map_or(true, |repair| repair.is_some()) {
            return;
        }
        let all = list(self.folder());
        for old in keep::to_let_go(&all) {
            if let Err(error) = fs::remove_file(&old.path) {
                tracing::warn!(%error, name = old.name, "an old backup could not be removed");
            }
        }
    }
}

/// Writes a note in one piece, or leaves the one from before.
fn write_whole(path: &Path, note: &BackupFailed) -> std::io::Result<()> {
    let written = with_ending(path, ".new");
    let done = fs::write(&written, serde_json::to_vec(note)?).and_then(|()| fs::rename(&written, path));
    if done.is_err() {
        // The next note takes its place.
        let _removed = fs::remove_file(&written);
    }
    done
}

/// Whether anything was written to the archive since then.
fn written_since(folder: &Path, then: Instant) -> bool {
    let file = folder.join(FILE);
    let then = SystemTime::from(then.utc());
    [with_ending(&file, "-wal"), file]
        .iter()
        .filter_map(|file| file.metadata().and_then(|data| data.modified()).ok())
        .any(|written| written > then)
}

/// Removes what a killed program left of a backup, unless another one makes one just now. Nobody else begins one as long
/// as what is returned is held.
pub(super) fn tidy(folder: &Path) -> Option<File> {
    let lock = File::create(folder.join(LOCK)).ok().filter(|lock| lock.try_lock().is_ok())?;
    sweep(folder);
    Some(lock)
}

/// Removes what a killed program left of a backup.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".backup-") && name.contains(".partial") {
            // The next sweep tries again.
            let _removed = fs::remove_file(entry.path());
        }
    }
}
