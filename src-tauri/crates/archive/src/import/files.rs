//! The files of an import: single ones, folders with all that is in them, and zip files.
//!
//! A zip file is a stranger's: how much comes out of it is bounded, and the names in it are only ever shown.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::documents::Documents;

/// The largest payload: what a hook address takes.
pub(super) const LARGEST_BODY: usize = 10 << 20;
/// Files in a zip file, and bytes that may come out of one.
const ZIP_FILES: usize = 200_000;
const ZIP_BYTES: u64 = 4 << 30;
/// How many times larger than its compressed form a file may be. Chats compress to a tenth, a bomb to a thousandth.
const ZIP_RATIO: u64 = 200;
/// Small files may be any ratio.
const ZIP_FREE: u64 = 1 << 20;

/// A payload as it stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    Bytes(Vec<u8>),
    TooLarge,
    /// The file cannot be read, or not further.
    Failed(String),
}

/// Hears of files and of the payloads in them.
pub(super) trait Visitor {
    fn file(&mut self, done: usize, all: usize) -> ControlFlow<()>;
    fn record(&mut self, file: &str, index: usize, body: Body) -> ControlFlow<()>;
}

/// Reads all files at these paths, in the order of their names.
pub(super) fn read(paths: &[PathBuf], visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            collect(path, &mut files);
        } else {
            files.push((path.clone(), Ok(())));
        }
    }
    for (done, (path, found)) in files.iter().enumerate() {
        visitor.file(done, files.len())?;
        let name = path.display().to_string();
        match found
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|()| open(path).map_err(|error| words(&error)))
        {
            Ok(Opened::Plain(file)) => payloads(&name, file, visitor)?,
            Ok(Opened::Zip(file)) => unpack(&name, file, visitor)?,
            Err(reason) => visitor.record(&name, 0, Body::Failed(reason))?,
        }
    }
    ControlFlow::Continue(())
}

type Found = (PathBuf, Result<(), String>);

/// Everything in a folder, except what is hidden and what leads out of it.
fn collect(folder: &Path, files: &mut Vec<Found>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return files.push((folder.to_owned(), Err(words(&error)))),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.into_iter().filter(|entry| !hidden(&entry.file_name().to_string_lossy())) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push((entry.path(), Ok(()))),
            Ok(_) => {}
            Err(error) => files.push((entry.path(), Err(words(&error)))),
        }
    }
}

fn hidden(name: &str) -> bool {
    name == "__MACOSX" || name.starts_with('.') && name != "." && name != ".."
}

fn words(error: &io::Error) -> String {
    format!("It cannot be read: {error}.")
}

enum Opened {
    Plain(BufReader<File>),
    Zip(BufReader<File>),
}

fn open(path: &Path) -> io::Result<Opened> {
    let mut file = BufReader::new(File::open(path)?);
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(if start == *b"PK\x03\x04" || start == *b"PK\x05\x06" {
        Opened::Zip(file)
    } else {
        Opened::Plain(file)
    })
}

fn payloads(name: &str, file: impl Read, visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let mut documents = Documents::new(file);
    for index in 1.. {
        match documents.next() {
            Ok(Some(body)) => visitor.record(name, index, body)?,
            Ok(None) => break,
            Err(error) => return visitor.record(name, index, Body::Failed(words(&error))),
        }
    }
    ControlFlow::Continue(())
}

fn unpack(name: &str, file: BufReader<File>, visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let failed = |reason: String| Body::Failed(reason);
    let mut zip = match ZipArchive::new(file) {
        Ok(zip) => zip,
        Err(error) => {
            return visitor.record(name, 0, failed(format!("The zip file cannot be read: {error}.")));
        }
    };
    if zip.len() > ZIP_FILES {
        let reason = format!("The zip file holds {} files; {ZIP_FILES} are read at most.", zip.len());
        return visitor.record(name, 0, failed(reason));
    }
    let mut left = ZIP_BYTES;
    for index in 0..zip.len() {
        let entry = match zip.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                visitor.record(
                    &format!("{name}/{}", index + 1),
                    0,
                    failed(format!("It cannot be read: {error}.")),
                )?;
                continue;
            }
        };
        let inner = entry.name().map_or_else(|_| (index + 1).to_string(), std::borrow::Cow::into_owned);
        if !entry.is_file() || inner.split(['/', '\\']).any(hidden) {
            continue;
        }
        let allowed = entry.compressed_size().saturating_mul(ZIP_RATIO).max(ZIP_FREE).min(left);
        let mut bounded = Bounded { input: entry, left: allowed };
        payloads(&format!("{name}/{inner}"), &mut bounded, visitor)?;
        left -= allowed - bounded.left;
    }
    ControlFlow::Continue(())
}

/// Fails instead of giving more than it may.
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            self.left = 0;
            io::Error::other("it is far larger than its compressed form, as a trap would be")
        })?;
        Ok(read)
    }
}
