//! The files of an import: single ones, folders with all that is in them, zip files, and parts of one larger file.
//!
//! A zip file is a stranger's: how much comes out of it is bounded, and the names in it are only ever shown.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

/// Something to import.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A file, or a folder with all that is in it.
    Path(PathBuf),
    /// Some bytes of a file that belongs to the program, under the name a person knows them by.
    Part {
        /// The name.
        name: String,
        /// The file.
        file: Arc<File>,
        /// Where the bytes begin.
        start: u64,
        /// How many there are.
        length: u64,
    },
}

impl From<PathBuf> for Origin {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

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
    /// So many bytes were read, of so many.
    fn at(&mut self, done: u64, all: u64) -> ControlFlow<()>;
    fn record(&mut self, file: &str, index: usize, body: Body) -> ControlFlow<()>;
}

/// Reads all that is to be imported; what is in a folder in the order of names. `stop` is asked often, also within a
/// file, and ends it all.
pub(super) fn read(
    origins: &[Origin],
    stop: &dyn Fn() -> bool,
    visitor: &mut dyn Visitor,
) -> ControlFlow<()> {
    let mut files = Vec::new();
    for origin in origins {
        match origin {
            Origin::Path(path) if path.is_dir() => collect(path, stop, &mut files)?,
            origin => files.push((origin.clone(), Ok(()))),
        }
    }
    let meter = Meter { read: Cell::new(0), all: files.iter().map(|(origin, _)| size(origin)).sum(), stop };
    let mut done = 0;
    for (origin, found) in files {
        meter.read.set(done);
        done += size(&origin);
        visitor.at(meter.read.get(), meter.all)?;
        let name = match &origin {
            Origin::Path(path) => path.display().to_string(),
            Origin::Part { name, .. } => name.clone(),
        };
        match found.and_then(|()| open(origin, &meter).map_err(|error| words(&error))) {
            Ok(Opened::Plain(file)) => payloads(&name, file, &meter, visitor)?,
            Ok(Opened::Zip(file)) => unpack(&name, file, &meter, visitor)?,
            Err(reason) => visitor.record(&name, 0, Body::Failed(reason))?,
        }
    }
    ControlFlow::Continue(())
}

/// How much was read, and whether to go on.
struct Meter<'a> {
    read: Cell<u64>,
    all: u64,
    stop: &'a dyn Fn() -> bool,
}

impl Meter<'_> {
    fn tell(&self, visitor: &mut dyn Visitor) -> ControlFlow<()> {
        visitor.at(self.read.get().min(self.all), self.all)
    }
}

/// Bytes of a file; 0 for one that cannot be looked at, which is told when it is opened.
fn size(origin: &Origin) -> u64 {
    match origin {
        Origin::Path(path) => fs::metadata(path).map_or(0, |about| about.len()),
        Origin::Part { length, .. } => *length,
    }
}

type Found = (Origin, Result<(), String>);

/// Everything in a folder, except what is hidden and links, which may lead out of it or back into it.
fn collect(folder: &Path, stop: &dyn Fn() -> bool, files: &mut Vec<Found>) -> ControlFlow<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            files.push((folder.to_owned().into(), Err(words(&error))));
            return ControlFlow::Continue(());
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.into_iter().filter(|entry| !hidden(&entry.file_name().to_string_lossy())) {
        if stop() {
            return ControlFlow::Break(());
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), stop, files)?,
            Ok(kind) if kind.is_file() => files.push((entry.path().into(), Ok(()))),
            Ok(_) => {}
            Err(error) => files.push((entry.path().into(), Err(words(&error)))),
        }
    }
    ControlFlow::Continue(())
}

fn hidden(name: &str) -> bool {
    name == "__MACOSX" || name.starts_with('.') && name != "." && name != ".."
}

fn words(error: &io::Error) -> String {
    format!("It cannot be read: {error}.")
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

enum Opened<'m> {
    Plain(Metered<'m>),
    Zip(Metered<'m>),
}

fn open<'m>(origin: Origin, meter: &'m Meter<'m>) -> io::Result<Opened<'m>> {
    let input: Box<dyn ReadSeek> = match origin {
        Origin::Path(path) => {
            // Opening a pipe waits for somebody to write to it, and a device may never end.
            if !fs::metadata(&path)?.is_file() {
                return Err(io::Error::other("it is neither a file nor a folder"));
            }
            Box::new(BufReader::new(File::open(path)?))
        }
        Origin::Part { file, start, length, .. } => {
            Box::new(BufReader::with_capacity(64 << 10, Range { file, start, length, at: 0 }))
        }
    };
    let mut file = Metered { input, meter };
    let zip = is_zip(&mut file)?;
    file.rewind()?;
    Ok(if zip { Opened::Zip(file) } else { Opened::Plain(file) })
}

fn is_zip(file: &mut impl Read) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(4).read_to_end(&mut start)?;
    Ok(start == *b"PK\x03\x04" || start == *b"PK\x05\x06")
}

/// Some bytes of a file, as a file of its own.
struct Range {
    file: Arc<File>,
    start: u64,
    length: u64,
    at: u64,
}

impl Read for Range {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.start + self.at))?;
        let read = file.take(self.length.saturating_sub(self.at)).read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Range {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

/// Counts what is read, and fails once nothing more is wanted.
struct Metered<'m> {
    input: Box<dyn ReadSeek>,
    meter: &'m Meter<'m>,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if (self.meter.stop)() {
            return Err(io::Error::other("the import was stopped"));
        }
        let read = self.input.read(into)?;
        self.meter.read.set(self.meter.read.get() + read as u64);
        Ok(read)
    }
}

impl Seek for Metered<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

fn payloads(name: &str, file: impl Read, meter: &Meter<'_>, visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let mut documents = Documents::new(file);
    for index in 1.. {
        let next = documents.next();
        if (meter.stop)() {
            return ControlFlow::Break(());
        }
        meter.tell(visitor)?;
        match next {
            Ok(Some(body)) => visitor.record(name, index, body)?,
            Ok(None) => break,
            Err(error) => return visitor.record(name, index, Body::Failed(words(&error))),
        }
    }
    ControlFlow::Continue(())
}

fn unpack(name: &str, file: Metered<'_>, meter: &Meter<'_>, visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let failed = |reason: String| Body::Failed(reason);
    let mut zip = match ZipArchive::new(file) {
        Ok(zip) => zip,
        Err(_) if (meter.stop)() => return ControlFlow::Break(()),
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
        if (meter.stop)() {
            return ControlFlow::Break(());
        }
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
        let inner = format!("{name}/{inner}");
        let allowed = entry.compressed_size().saturating_mul(ZIP_RATIO).max(ZIP_FREE).min(left);
        let mut bounded = Bounded { input: entry, left: allowed };
        let mut start = Vec::new();
        match bounded.by_ref().take(4).read_to_end(&mut start) {
            Ok(_) if is_zip(&mut start.as_slice()).unwrap_or_default() => {
                let reason =
                    "It is a zip file inside a zip file. Unpack the outer one and import what is in it.";
                visitor.record(&inner, 0, failed(reason.to_owned()))?;
            }
            Ok(_) => payloads(&inner, start.as_slice().chain(&mut bounded), meter, visitor)?,
            Err(_) if (meter.stop)() => return ControlFlow::Break(()),
            Err(error) => visitor.record(&inner, 0, failed(words(&error)))?,
        }
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
