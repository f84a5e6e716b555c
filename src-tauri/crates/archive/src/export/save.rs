//! Writes an export so that it is there whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What to do with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// Writes a file through a temporary one beside it.
///
/// # Errors
/// When the file exists and is to be kept, or the folder cannot be written. Nothing is left behind then.
pub fn save(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if existing == Existing::Keep && path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let temporary = beside(path)?;
    let written = fill(&temporary, write).and_then(|()| put(&temporary, path, existing));
    if written.is_err() {
        // The failure to tell is the first one.
        let _left = fs::remove_file(&temporary);
    }
    written
}

fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn fill(temporary: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // What strangers wrote is nobody's business but the owner's.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = io::BufWriter::new(options.open(temporary)?);
    write(&mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn put(temporary: &Path, path: &Path, existing: Existing) -> io::Result<()> {
    if existing == Existing::Keep {
        // A link fails when the name is taken, also by somebody who came in between; a rename would replace it.
        match fs::hard_link(temporary, path) {
            Ok(()) => return fs::remove_file(temporary),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Some file systems have no links.
            Err(_) if path.symlink_metadata().is_ok() => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => {}
        }
    }
    fs::rename(temporary, path)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Existing, save};

    #[test]
    fn a_file_is_never_replaced_silently_and_never_left_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.html");
        save(&path, Existing::Keep, |file| file.write_all(b"first")).unwrap();
        let refused = save(&path, Existing::Keep, |file| file.write_all(b"second")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        save(&path, Existing::Replace, |file| file.write_all(b"third")).unwrap();
        let failed = save(&path, Existing::Replace, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("the disk went away"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"third", "a failed export leaves the file before it");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }
}
