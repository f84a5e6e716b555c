//! Puts a backup in the place of the archive, while no program has it open.

use std::fs;
use std::path::{Path, PathBuf};

use afterchat_transcript::Instant;
use rusqlite::{Connection, OpenFlags};

use super::look::{Look, look};
use super::state::State;
use super::{exchange, lock, report};
use crate::backup::{self, Tell};
use crate::open::{FILE, connect, make_private_folder};
use crate::{Archive, ArchiveError};

/// Where an archive is set aside that a backup took the place of.
const ASIDE: &str = "replaced";

/// What restoring a backup did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many deliveries the backup has.
    pub deliveries: i64,
    /// Where the archive stands that was there before; `None` when there was none.
    pub aside: Option<PathBuf>,
}

impl Archive {
    /// Puts a copy of this backup in the place of the archive in this folder. What was there is set aside. `None` when
    /// `tell` stopped it; then nothing was changed.
    ///
    /// # Errors
    /// When it is no whole backup, a program has the archive open, or there is too little room.
    pub fn restore(
        folder: &Path,
        from: &Path,
        now: Instant,
        tell: Tell<'_>,
    ) -> Result<Option<Restored>, ArchiveError> {
        let examined = backup::examine(from)?;
        make_private_folder(folder)
            .map_err(|cause| ArchiveError::Folder { folder: folder.to_owned(), cause })?;
        let _alone = lock::alone(folder).ok_or(ArchiveError::InUse)?;
        exchange::finish(folder)?;
        let file = folder.join(FILE);
        // What a newer program wrote is set aside like any other archive; what is no archive is not ours to move.
        if look(&file, State::read(folder))? == Look::Foreign {
            return Err(ArchiveError::Foreign(file));
        }
        let replacement = exchange::begin(folder)?;
        let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if backup::copy(&source, &replacement, tell)?.is_none() {
            return Ok(None);
        }
        drop(source);
        let copy = Connection::open(&replacement)?;
        report::forget(&copy)?;
        copy.close().map_err(|(_, error)| error)?;
        fs::File::open(&replacement)?.sync_all()?;
        let aside = exchange::aside(folder, ASIDE, now)?;
        exchange::exchange(folder, &aside)?;
        let aside = folder.join(aside);
        // Only an empty folder can be removed so: then nothing was there before.
        let aside = fs::remove_dir(&aside).is_err().then_some(aside);
        Ok(Some(Restored { deliveries: examined.deliveries, aside }))
    }
}
