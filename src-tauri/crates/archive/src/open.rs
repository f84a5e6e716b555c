//! Opening an archive, and the handle the rest of the program holds.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use afterchat_transcript::{Delivery, Instant};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

use crate::answers::{Given, Notes};
use crate::backup::LastFailure;
use crate::damage::lock::{self, Shared};
use crate::damage::state::{Ending, Soundness};
use crate::damage::{self, Checker};
use crate::error::{AppendError, ArchiveError};
use crate::journal::{self, DeliveryId, Examined};
use crate::migrate::migrate;
use crate::opening::{Opening, Teller};
use crate::patience;
use crate::projector::{Projector, Wake};
use crate::readers::Readers;
use crate::sources::{self, Source};
use crate::tokens::{self, Hook};
use crate::writer::{Listeners, Writer};

/// The file's name within the archive's folder.
pub(crate) const FILE: &str = "archive.sqlite";

/// How large SQLite's log stays when it was larger: four times of what it usually grows to.
const LOG_BYTES: i64 = 16 << 20;

/// An open archive. Clones share one writer; several programs may have the same archive open.
#[derive(Debug, Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    readers: Arc<Readers>,
    writer: Arc<Writer>,
    projector: Projector,
    hooks: Arc<Hooks>,
    notes: Arc<Notes>,
    given: Given,
    changes: watch::Sender<i64>,
    soundness: Arc<Soundness>,
    checker: Option<Checker>,
    last_failure: LastFailure,
    lock: Mutex<Option<Shared>>,
}

/// The sources as the door needs them: looked up for every request, so kept in memory.
#[derive(Debug, Default)]
pub(crate) struct Hooks(RwLock<Arc<HashMap<String, Source>>>);

impl Hooks {
    pub(crate) fn replace(&self, sources: Vec<Source>) {
        let map = sources.into_iter().map(|source| (source.name.clone(), source)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(map);
    }

    pub(crate) fn current(&self) -> Arc<HashMap<String, Source>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Archive {
    /// Opens the archive in this folder and makes it if there is none. `now` is the time a new archive begins. One that is
    /// damaged is repaired first: [`Archive::repair`] tells.
    ///
    /// # Errors
    /// When the folder cannot be used, a newer program or another one wrote the file, or it is damaged and cannot be
    /// repaired because another program has it open or the disk is full.
    pub fn open(folder: &Path, now: Instant) -> Result<Self, ArchiveError> {
        Self::open_with(folder, now, &mut Teller::unheard())
    }

    /// The same, and `tell` hears what is being done, how far it is and of how much: some stages take minutes on a large
    /// archive. Another program that repairs it is waited for as long as that takes. A program that ends meanwhile loses
    /// nothing: a repair begins again at the next start, and a change of format is one transaction for each format.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn open_telling(
        folder: &Path,
        now: Instant,
        tell: &mut dyn FnMut(Opening),
    ) -> Result<Self, ArchiveError> {
        Self::open_with(folder, now, &mut Teller::new(tell))
    }

    fn open_with(folder: &Path, now: Instant, teller: &mut Teller<'_>) -> Result<Self, ArchiveError> {
        let unusable = |cause| ArchiveError::Folder { folder: folder.to_owned(), cause };
        make_private_folder(folder).map_err(unusable)?;
        let mut repaired = false;
        loop {
            let found = damage::make_ready(folder, now, teller)?;
            // Whoever was waited for may have been ended in the midst of it: then it is gone on with.
            let Some(lock) = lock::join(folder, teller)? else { continue };
            match begin(folder, now, teller) {
                Ok(connection) => return Self::start(folder, connection, lock, found),
                Err(ArchiveError::Damaged(said)) => {
                    drop(lock);
                    if repaired || !damage::repair_alone(folder, now, teller)? {
                        return Err(ArchiveError::Damaged(said));
                    }
                    repaired = true;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn start(
        folder: &Path,
        connection: Connection,
        lock: Shared,
        found: damage::Found,
    ) -> Result<Self, ArchiveError> {
        let file = folder.join(FILE);
        let (changes, _) = watch::channel(0);
        let soundness = Arc::new(Soundness::new(folder, changes.clone()));
        // Only now: before SQLite made its log, a log that is missing would look like one that was lost.
        let unchecked = soundness.begin(found.ended_badly);
        let hooks = Arc::new(Hooks::default());
        hooks.replace(sources::all(&connection)?);
        let (wake, woken) = Wake::new();
        let notes = Arc::new(Notes::default());
        let listeners = Listeners { changes: changes.clone(), hooks: Arc::clone(&hooks), wake: wake.clone() };
        let writer =
            Arc::new(Writer::start(connection, listeners, Arc::clone(&notes), Arc::clone(&soundness))?);
        let checker = unchecked.then(|| Checker::start(&file, Arc::clone(&soundness))).transpose()?;
        let readers = Arc::new(Readers::new(file, Arc::clone(&soundness)));
        let projector = Projector::start(Arc::clone(&readers), Arc::clone(&writer), wake, woken)?;
        Ok(Self {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                readers,
                writer,
                projector,
                hooks,
                notes,
                given: Given::default(),
                changes,
                soundness,
                checker,
                last_failure: LastFailure::default(),
                lock: Mutex::new(Some(lock)),
            }),
        })
    }

    /// The folder the archive lives in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// A number that moves with every commit that changes what a person sees, also another program's.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.inner.changes.subscribe()
    }

    /// Moves that number although nothing was committed, when something beside the archive changed that a host shows.
    pub fn announce(&self) {
        self.inner.changes.send_modify(|change| *change += 1);
    }

    /// The source of this name, if the token is its own or was once. Tokens are compared in constant time, and as many
    /// where there is no such source.
    #[must_use]
    pub fn hook(&self, source: &str, token: &str, now: Instant) -> Option<Hook> {
        tokens::hook(self.inner.hooks.current().get(source), token, now)
    }

    /// Keeps a delivery. The answer comes after the commit reached the disk; many waiting deliveries share one.
    ///
    /// # Errors
    /// When nothing of the delivery was stored: the disk is full, the file is read-only, the archive is being closed.
    pub async fn append(&self, delivery: Delivery) -> Result<DeliveryId, AppendError> {
        self.append_examined(delivery, None).await
    }

    /// Keeps a delivery like [`Archive::append`], with what the door found of it.
    ///
    /// # Errors
    /// When nothing of the delivery was stored.
    pub async fn append_examined(
        &self,
        delivery: impl Into<Arc<Delivery>>,
        examined: impl Into<Examined>,
    ) -> Result<DeliveryId, AppendError> {
        let row = journal::Row::new(delivery, examined.into());
        let kept = self.inner.writer.append(row).map_err(|error| AppendError::from(&error))?;
        kept.await.unwrap_or_else(|_| Err(AppendError::from(&ArchiveError::Closing)))
    }

    /// Looks at a source as the door knows it; `None` when there is none of this name.
    pub(crate) fn source_now<T>(&self, name: &str, look: impl FnOnce(&Source) -> T) -> Option<T> {
        self.inner.hooks.current().get(name).map(look)
    }

    /// How far the answer plans have come.
    pub(crate) fn given(&self) -> &Given {
        &self.inner.given
    }

    /// What waits to be noted beside deliveries.
    pub(crate) fn notes(&self) -> &Notes {
        &self.inner.notes
    }

    /// Why the last backup of this run could not be made.
    pub(crate) fn last_failure(&self) -> &LastFailure {
        &self.inner.last_failure
    }

    /// What is known of the archive's soundness.
    pub(crate) fn soundness(&self) -> &Soundness {
        &self.inner.soundness
    }

    /// Runs a question on a read-only connection; it never waits for the writer.
    pub(crate) fn read<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        self.inner.readers.with(question)
    }

    /// Runs a change in a transaction of the one writer and waits for its commit.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let done = self.inner.writer.write(change);
        // It may have added to the journal, as an import does, or set the cursor back.
        self.inner.projector.wake();
        done
    }

    /// From now on waits only a moment where another program holds the file: somebody waits for the end.
    pub fn hurry(&self) {
        self.inner.writer.hurry();
    }

    /// Runs a change that makes its own transactions on the one writer, and waits for it.
    pub(crate) fn write_apart<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Connection) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let done = self.inner.writer.run(change);
        self.inner.projector.wake();
        done
    }

    /// Finishes what was accepted and stops the writer. Later appends and changes fail with `closing`.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    fn close(&self) {
        let Some(lock) = self.lock.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        self.soundness.change(|state| state.ending = Ending::Closing);
        if let Some(checker) = &self.checker {
            checker.stop();
        }
        self.writer.hurry();
        self.projector.stop();
        self.readers.close();
        self.writer.stop();
        drop(lock);
        // Whoever still has it open says so when it closes it.
        if let Some(_alone) = lock::alone(&self.folder) {
            self.soundness.change(|state| state.ending = Ending::Closed);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// The writing connection, with the archive brought to today's format.
fn begin(folder: &Path, now: Instant, teller: &mut Teller<'_>) -> Result<Connection, ArchiveError> {
    let file = folder.join(FILE);
    make_private_file(&file).map_err(|cause| ArchiveError::Folder { folder: folder.to_owned(), cause })?;
    let mut connection = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrate(&mut connection, folder, now, teller)?;
    sources::found(&mut connection, now)?;
    // All sources are read here, so that damage to them is met while it can be repaired.
    sources::all(&connection)?;
    damage::go_on(&connection, teller)?;
    Ok(connection)
}

/// A connection with the archive's settings: durable commits, and waiting for other programs up to five seconds.
pub(crate) fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, ArchiveError> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(patience::USUAL)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // SQLite opens what it may not write for reading, and says so at the first delivery.
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            return Err(ArchiveError::ReadOnly);
        }
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // What is removed from a page is overwritten there, so that a removed token or secret does not linger in the file. It
        // costs no page more.
        connection.pragma_update(None, "secure_delete", "FAST")?;
        // On macOS a plain fsync leaves the data in the disk's own cache. Elsewhere these do nothing.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        // Whoever reads for long holds the log back; afterwards it does not stay as large as it grew.
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
        if synchronous != 2 {
            return Err(ArchiveError::Damaged("durable commits cannot be switched on".to_owned()));
        }
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(unix)]
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// The file holds tokens and what strangers wrote: other accounts of the machine have no business in it. A file that was
/// opened to them, as by a copy, is closed again; what its owner may do with it stays. SQLite gives its companions the
/// same permissions when it makes them, and here they get them again: a log from a time when the file was read-only would
/// keep everybody from writing.
#[cfg(unix)]
pub(crate) fn make_private_file(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let mode = |file: &Path| file.metadata().map(|metadata| metadata.permissions().mode() & 0o777);
    let wanted = mode(file).unwrap_or(0o600) & 0o700;
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", file.display()));
    for file in [file.to_owned(), beside("-wal"), beside("-shm")] {
        if mode(&file).is_ok_and(|mode| mode != wanted) {
            fs::set_permissions(&file, fs::Permissions::from_mode(wanted))?;
        }
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    if file.exists() { Ok(()) } else { options.open(file).map(drop) }
}

#[cfg(not(unix))]
pub(crate) fn make_private_file(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        Ok(())
    } else {
        fs::OpenOptions::new().write(true).create(true).truncate(false).open(file).map(drop)
    }
}
