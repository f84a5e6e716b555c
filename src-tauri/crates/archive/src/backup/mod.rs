//! Backups: copies of a running archive, made in steps through SQLite's own interface for that, and looked through before
//! they count.
//!
//! A copy is of one moment: what was acknowledged before it began is in it. It holds tokens and secrets, so it is its
//! owner's alone, and it has no name before it is whole.

mod keep;
mod made;
mod room;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use afterchat_transcript::Instant;
use rusqlite::backup::{Backup as Copying, StepResult};
use rusqlite::{Connection, OpenFlags};

pub use keep::Backup;
pub(crate) use keep::list;
pub(crate) use made::LastFailure;
pub use made::{BackupFailed, Backups};
pub(crate) use room::free_space;

use crate::damage::bring_back;
use crate::damage::exchange::{sync, with_ending};
use crate::damage::look::{Look, schema};
use crate::migrate::newest;
use crate::open::{connect, make_private_folder};
use crate::opening::{OpeningStage, Teller};
use crate::{Archive, ArchiveError};

/// Pages that are copied at once, and how long others go first then.
const PAGES: i32 = 256;
const PAUSE: Duration = Duration::from_millis(2);
/// Room that a backup leaves for deliveries.
const LEAVE: u64 = 64 << 20;

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Pages that were copied.
    pub done: u64,
    /// Pages to copy.
    pub all: u64,
}

/// What is told of a copy while it is made; it may be stopped between two steps.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Copied) -> ControlFlow<()>;

/// Says that all of a database is as SQLite left it.
pub(crate) fn check(connection: &Connection) -> Result<(), ArchiveError> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(ArchiveError::Damaged(said)) }
}

/// Copies what this connection sees into a new file. `None` when it was stopped; then nothing is left of it.
pub(crate) fn copy(source: &Connection, to: &Path, tell: Tell<'_>) -> Result<Option<()>, ArchiveError> {
    if to.exists() {
        return Err(ArchiveError::FileExists(to.to_owned()));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let size: i64 = source.query_row(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        [],
        |row| row.get(0),
    )?;
    room::ensure(folder, u64::try_from(size).unwrap_or_default() + LEAVE)?;
    // The system's usual name for such a file ends the moment it is dropped, whatever happened.
    let file = tempfile::Builder::new().prefix(".backup-").suffix(".partial").tempfile_in(folder)?;
    let copied = copy_into(source, file.path(), tell);
    // What SQLite made beside it for a while goes by itself only when all went well.
    ["-wal", "-shm", "-journal"]
        .iter()
        .for_each(|ending| drop(fs::remove_file(with_ending(file.path(), ending))));
    if copied?.is_none() {
        return Ok(None);
    }
    file.as_file().sync_all()?;
    file.persist_noclobber(to).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => ArchiveError::FileExists(to.to_owned()),
        _ => error.error.into(),
    })?;
    sync(folder)?;
    Ok(Some(()))
}

/// Copies what this connection sees into this empty file, and looks through it. `None` when it was stopped.
fn copy_into(source: &Connection, file: &Path, tell: Tell<'_>) -> Result<Option<()>, ArchiveError> {
    let mut copy = Connection::open(file)?;
    copy.pragma_update(None, "journal_mode", "OFF")?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    // One state of the archive, however long the copying takes; without it every commit would begin it anew.
    let moment = source.unchecked_transaction()?;
    moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let copying = Copying::new(&moment, &mut copy)?;
    loop {
        let step = copying.step(PAGES)?;
        let progress = copying.progress();
        let number = |pages: i32| u64::try_from(pages).unwrap_or_default();
        let all = number(progress.pagecount);
        let done = Copied { done: all - number(progress.remaining), all };
        if tell(done).is_break() {
            return Ok(None);
        }
        match step {
            StepResult::Done => break,
            _ => std::thread::sleep(PAUSE),
        }
    }
    drop(copying);
    drop(moment);
    // Whoever takes the file elsewhere takes one file.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    check(&copy)?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(Some(()))
}

/// The copy that is made before an archive of this format is brought to a newer one; whoever goes back to the older
/// program needs it. One that was made before is enough if it has everything.
pub(crate) fn before_migration(
    connection: &Connection,
    folder: &Path,
    format: i64,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<(), ArchiveError> {
    let backups = folder.join(keep::FOLDER);
    make_private_folder(&backups)?;
    let _others_wait = made::tidy(&backups);
    let there = list(folder).into_iter().find(|backup| backup.before_migration_of == Some(format));
    if let Some(there) = there
        && examine(&there.path).is_ok()
        && bring_back::has_everything(connection, &there.path)?
    {
        return Ok(());
    }
    let mut copied_so_far = |copied: Copied| {
        teller.at(OpeningStage::BackingUp, copied.done, copied.all);
        if copied.done >= copied.all {
            teller.begin(OpeningStage::Checking);
        }
        ControlFlow::Continue(())
    };
    // A clock may have been set back to the very second of another one.
    let names = (0..).filter_map(|later| Instant::from_millis(now.millis() + later * 1000));
    let mut names = names.map(|at| backups.join(keep::name(at, Some(format))));
    let to = names.find(|name| !name.exists()).ok_or(ArchiveError::BackupElsewhere)?;
    copy(connection, &to, &mut copied_so_far).map(drop)
}

/// What was found in a file that may be a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeBackup {
    /// The format of the archive.
    pub format: i64,
    /// How many deliveries it has.
    pub deliveries: i64,
}

/// Looks through a backup, all of it.
///
/// # Errors
/// When it is no archive, is damaged, or was made by a newer program.
pub fn examine(path: &Path) -> Result<WholeBackup, ArchiveError> {
    let unusable = |error| match error {
        ArchiveError::Damaged(_) => ArchiveError::BackupDamaged(path.to_owned()),
        other => other,
    };
    // A log beside it, as beside a plain copy of a running archive, belongs to it.
    match schema(path)? {
        Look::Archive(format) => {
            let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            check(&connection).map_err(unusable)?;
            let deliveries = connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0));
            Ok(WholeBackup { format, deliveries: deliveries.map_err(ArchiveError::from).map_err(unusable)? })
        }
        Look::Newer(found) => Err(ArchiveError::Newer { found, known: newest() }),
        Look::Damaged(_) => Err(ArchiveError::BackupDamaged(path.to_owned())),
        Look::None | Look::Foreign => Err(ArchiveError::NoBackup(path.to_owned())),
    }
}

/// The newest backup that is whole.
pub(crate) fn newest_good(folder: &Path) -> Option<Backup> {
    list(folder).into_iter().find(|backup| examine(&backup.path).is_ok())
}

/// A backup that a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeAt {
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

impl Archive {
    /// Copies the archive to this file, or into this folder under a name that tells the time, while it is in use. `tell`
    /// may stop it; then the answer is `None` and nothing is left.
    ///
    /// # Errors
    /// When the file exists, there is too little room, it cannot be written, or the archive is damaged.
    pub fn back_up(&self, to: &Path, now: Instant, tell: Tell<'_>) -> Result<Option<MadeAt>, ArchiveError> {
        let path =
            if to.is_dir() { to.join(format!("afterchat-{}", keep::name(now, None))) } else { to.to_owned() };
        let source = connect(&self.folder().join(crate::open::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let made = self.soundness().look(copy(&source, &path, tell))?;
        made.map(|()| Ok(MadeAt { size: fs::metadata(&path)?.len(), path })).transpose()
    }
}
