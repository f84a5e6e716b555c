//! What the last run left behind, beside the archive: whether it ended well, whether the archive was found damaged, and
//! whether anybody looked through it since. It must be readable when the archive is not, so it is a file of its own.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::exchange::sync;
use crate::ArchiveError;

/// One line of words.
const FILE: &str = "archive.state";
/// Where it stands until it is whole.
const WRITTEN: &str = "archive.state.new";

/// How the last run stands or ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It runs, or was killed.
    #[default]
    Open,
    /// It began to close: SQLite may have tidied its log away.
    Closing,
    /// It closed the archive, as the last one that had it open.
    Closed,
}

/// What is known of the archive's files before they are opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) ending: Ending,
    /// A run that did not end well may have left damage: nobody has looked through all of it since.
    pub(crate) unchecked: bool,
    /// SQLite met damage: the next program that has the archive alone repairs it.
    pub(crate) damaged: bool,
}

impl State {
    /// `None` before an archive was opened here for the first time.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let words = fs::read_to_string(folder.join(FILE)).ok()?;
        let has = |word: &str| words.split_whitespace().any(|known| known == word);
        let ending = match () {
            () if has("closed") => Ending::Closed,
            () if has("open") => Ending::Open,
            // Also where nothing tells, as after a power cut that took what was written: that proves nothing.
            () => Ending::Closing,
        };
        Some(Self { ending, unchecked: has("unchecked"), damaged: has("damaged") })
    }

    fn words(self) -> String {
        let ending = match self.ending {
            Ending::Open => "open",
            Ending::Closing => "closing",
            Ending::Closed => "closed",
        };
        let unchecked = if self.unchecked { " unchecked" } else { "" };
        format!("{ending}{unchecked}{}\n", if self.damaged { " damaged" } else { "" })
    }

    /// Writes it in one piece and waits until it is on the disk: that the archive is being closed must be known before
    /// SQLite takes its log away.
    pub(crate) fn write(self, folder: &Path) {
        // A full disk must not keep deliveries out: without the file the next start looks through the archive.
        if let Err(error) = self.try_write(folder) {
            tracing::warn!(%error, "the state of the archive could not be noted beside it");
        }
    }

    /// Writes it where the old one is of other files. On a full disk that is only taken away, which needs no room.
    pub(crate) fn replace(self, folder: &Path) -> std::io::Result<()> {
        match self.try_write(folder).or_else(|_| fs::remove_file(folder.join(FILE))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn try_write(self, folder: &Path) -> std::io::Result<()> {
        let written = folder.join(WRITTEN);
        let mut file = File::create(&written)?;
        file.write_all(self.words().as_bytes())?;
        file.sync_all()?;
        fs::rename(&written, folder.join(FILE))?;
        sync(folder)
    }
}

/// What is said of damage that this program has not met itself.
const BY_ANOTHER: &str = "another program met damage in it";

/// What this run knows of the health of the archive it has open.
#[derive(Debug)]
pub(crate) struct Soundness {
    folder: PathBuf,
    met: Mutex<Option<String>>,
    changes: watch::Sender<i64>,
}

impl Soundness {
    pub(crate) fn new(folder: &Path, changes: watch::Sender<i64>) -> Self {
        Self { folder: folder.to_owned(), met: Mutex::default(), changes }
    }

    /// Notes that the archive is open. Tells whether somebody should look through it: the last run or one before it ended
    /// badly. Damage that another program met is known to this one too.
    pub(crate) fn begin(&self, ended_badly: bool) -> bool {
        let mut unchecked = false;
        let mut damaged = false;
        self.change(|state| {
            state.ending = Ending::Open;
            state.unchecked |= ended_badly;
            (unchecked, damaged) = (state.unchecked, state.damaged);
        });
        if damaged {
            *self.met() = Some(BY_ANOTHER.to_owned());
        }
        unchecked
    }

    /// What SQLite said of the damage it met; `None` as long as it met none.
    pub(crate) fn damage(&self) -> Option<String> {
        self.met().clone()
    }

    /// Refuses what would write once damage is known: SQLite could write one delivery over another.
    pub(crate) fn sound(&self) -> Result<(), ArchiveError> {
        self.damage().map_or(Ok(()), |said| Err(ArchiveError::Damaged(said)))
    }

    /// Hears of damage that another program met since. Meant to be asked often.
    pub(crate) fn look_beside(&self) {
        let mut met = self.met();
        if met.is_none() && State::read(&self.folder).is_some_and(|state| state.damaged) {
            *met = Some(BY_ANOTHER.to_owned());
            drop(met);
            tracing::error!("another program met damage in the archive; it is repaired at the next start");
            self.changes.send_modify(|change| *change += 1);
        }
    }

    /// Looks at what a question or a change came to. Damage is remembered beyond this run.
    pub(crate) fn look<T>(&self, result: Result<T, ArchiveError>) -> Result<T, ArchiveError> {
        if let Err(ArchiveError::Damaged(said)) = &result {
            self.note(said);
        }
        result
    }

    /// Remembers damage.
    pub(crate) fn note(&self, said: &str) {
        let mut met = self.met();
        if met.is_some() {
            return;
        }
        *met = Some(said.to_owned());
        drop(met);
        tracing::error!(said, "the archive is damaged; it is repaired at the next start");
        self.change(|state| state.damaged = true);
        self.changes.send_modify(|change| *change += 1);
    }

    /// Notes something of this run beside the archive.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        let _one_at_a_time = self.met();
        let mut state = State::read(&self.folder).unwrap_or_default();
        change(&mut state);
        state.write(&self.folder);
    }

    fn met(&self) -> MutexGuard<'_, Option<String>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
