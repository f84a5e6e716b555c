//! How much room a disk has left.

use std::path::Path;

use crate::ArchiveError;

/// The bytes that this account may still write there; `None` where the system does not tell.
#[cfg(unix)]
pub(crate) fn free_space(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The bytes that this account may still write there; `None` where the system does not tell.
#[cfg(not(unix))]
pub(crate) fn free_space(_folder: &Path) -> Option<u64> {
    None
}

/// Refuses to begin what there is no room for.
pub(crate) fn ensure(folder: &Path, needed: u64) -> Result<(), ArchiveError> {
    match free_space(folder) {
        Some(free) if free < needed => {
            Err(ArchiveError::NoRoom { folder: folder.to_owned(), needed: needed >> 20, free: free >> 20 })
        }
        _ => Ok(()),
    }
}
