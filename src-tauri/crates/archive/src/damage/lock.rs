//! Who uses an archive: every program that has it open holds its lock together with the others, and whoever exchanges
//! its files holds it alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant as Moment};

use crate::ArchiveError;
use crate::opening::{OpeningStage, Teller};

/// The file that is locked. It is never removed: two programs would hold locks on two files of one name.
const FILE: &str = "archive.lock";
/// How long a program waits for another one that exchanges the files when nobody is told that it waits, and how often it
/// looks.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// Held as long as the archive is open.
#[derive(Debug)]
pub(crate) struct Shared {
    _file: Option<File>,
}

/// Held while the files are looked at, repaired or exchanged: nobody has the archive open.
#[derive(Debug)]
pub(crate) struct Alone {
    _file: File,
}

fn file(folder: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join(FILE))
}

/// Joins whoever has the archive open. `None` when another program exchanged its files and has let go of them now: then
/// they must be looked at before they are opened.
pub(crate) fn join(folder: &Path, teller: &mut Teller<'_>) -> Result<Option<Shared>, ArchiveError> {
    let until = (!teller.is_heard()).then(|| Moment::now() + PATIENCE);
    let mut waited = false;
    let file = match file(folder) {
        Ok(file) => file,
        Err(error) => return Ok(Some(without(&error))),
    };
    loop {
        match file.try_lock_shared() {
            Ok(()) => return Ok((!waited).then_some(Shared { _file: Some(file) })),
            Err(TryLockError::WouldBlock) if until.is_none_or(|until| Moment::now() < until) => {
                waited = true;
                teller.begin(OpeningStage::Waiting);
                std::thread::sleep(LOOK);
            }
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::BeingExchanged),
            Err(TryLockError::Error(error)) => return Ok(Some(without(&error))),
        }
    }
}

/// A full disk or a file system without locks must not keep deliveries out.
fn without(error: &std::io::Error) -> Shared {
    tracing::warn!(%error, "the archive's lock cannot be had; it must not be restored while this program runs");
    Shared { _file: None }
}

/// Takes the archive for oneself; `None` when a program has it open, or no lock can be had.
pub(crate) fn alone(folder: &Path) -> Option<Alone> {
    let file = file(folder).ok()?;
    file.try_lock().ok().map(|()| Alone { _file: file })
}

/// Whether nobody has the archive open. Nothing is made for the question.
pub(crate) fn is_free(folder: &Path) -> bool {
    File::open(folder.join(FILE)).map_or(true, |file| file.try_lock().is_ok())
}
