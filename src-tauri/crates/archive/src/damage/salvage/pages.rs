//! The pages of a database file as they stand, with those of its log laid over them. Nothing here writes.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::log::Log;

/// What every SQLite file begins with.
pub(crate) const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The size of a page that SQLite chooses by itself, and the archive's.
const USUAL: usize = 4096;
/// Pages that are looked at to learn their size from where they begin.
const SAMPLE: u64 = 200;

/// A database file and its log, as one row of pages.
#[derive(Debug)]
pub(crate) struct Pages {
    file: Option<File>,
    /// How many bytes the file has.
    length: u64,
    log: Option<(File, Log)>,
    /// The size of a page in bytes.
    pub(crate) size: usize,
    /// How many pages there are to look at.
    pub(crate) count: u32,
}

impl Pages {
    /// Opens the file, and its log if there is one to be read with it. A file that is missing has no pages of its own.
    pub(crate) fn open(path: &Path, log: Option<&Path>) -> Self {
        let mut file = File::open(path).ok();
        let length = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |data| data.len());
        let log = log.and_then(|path| Some((File::open(path).ok()?, Log::read(path))));
        let log = log.filter(|(_, log)| !log.pages.is_empty());
        let size = file.as_mut().filter(|_| length > 0).map(|file| page_size(file, length));
        let size = size.or(log.as_ref().map(|(_, log)| log.page_size)).unwrap_or(USUAL);
        let in_file = u32::try_from(length.div_ceil(size as u64)).unwrap_or(u32::MAX);
        let count = log.as_ref().map_or(0, |(_, log)| log.count).max(in_file);
        Self { file, length, log, size, count }
    }

    /// A page by its number from 1; `None` when it cannot be read. A last page that was cut is filled up with zeros.
    pub(crate) fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || number > self.count {
            return None;
        }
        if let Some((file, log)) = &mut self.log
            && let Some(at) = log.pages.get(&number)
        {
            return read(file, *at, self.size, self.size);
        }
        let at = u64::from(number - 1) * self.size as u64;
        let there = usize::try_from(self.length.checked_sub(at)?).unwrap_or(self.size).min(self.size);
        if there == 0 {
            return None;
        }
        read(self.file.as_mut()?, at, there, self.size)
    }
}

/// Which pages were looked at, and how many they are.
pub(crate) struct Seen<'a> {
    pages: Vec<bool>,
    looked: u64,
    tell: &'a mut dyn FnMut(u64),
}

impl<'a> Seen<'a> {
    /// None of these pages was. `tell` hears how many were, each time one more is done with.
    pub(crate) fn new(pages: &Pages, tell: &'a mut dyn FnMut(u64)) -> Self {
        Self { pages: vec![false; pages.count as usize + 1], looked: 0, tell }
    }

    /// Marks a page; false when it was marked already, or there is none of this number.
    pub(crate) fn mark(&mut self, number: u32) -> bool {
        let seen = self.pages.get_mut(number as usize).filter(|seen| !**seen);
        seen.map(|seen| *seen = true).is_some()
    }

    /// Leaves a page that was marked to whoever looks for lost ones.
    pub(crate) fn leave(&mut self, number: u32) {
        if let Some(seen) = self.pages.get_mut(number as usize) {
            *seen = false;
        }
    }

    /// One more page is done with.
    pub(crate) fn looked(&mut self) {
        self.looked += 1;
        (self.tell)(self.looked);
    }

    /// All of them are, also those that were only stepped over.
    pub(crate) fn end(self) {
        (self.tell)(self.pages.len() as u64 - 1);
    }
}

fn read(file: &mut File, at: u64, there: usize, size: usize) -> Option<Vec<u8>> {
    let mut page = vec![0; size];
    file.seek(SeekFrom::Start(at)).ok()?;
    file.read_exact(&mut page[..there]).ok()?;
    Some(page)
}

/// What the head says, unless more pages begin like pages at the usual size: then the head is wrong.
fn page_size(file: &mut File, length: u64) -> usize {
    let head = read(file, 0, 18.min(usize::try_from(length).unwrap_or(18)), 18).unwrap_or_default();
    let said = match head.get(16..18).map(|two| u16::from_be_bytes([two[0], two[1]])) {
        Some(1) => 65536,
        Some(said) => usize::from(said),
        None => USUAL,
    };
    if said == USUAL || !said.is_power_of_two() || said < 512 {
        return USUAL;
    }
    // Of twice the size every other page begins like one as well, so the usual size needs to be nearly as likely only.
    let mut likely = |size: usize| {
        let pages = (length / size as u64).clamp(2, SAMPLE);
        let like = (1..pages).filter(|page| {
            read(file, page * size as u64, 1, 1).is_some_and(|byte| [2, 5, 10, 13].contains(&byte[0]))
        });
        like.count() * 100 / usize::try_from(pages).unwrap_or(usize::MAX)
    };
    if likely(USUAL) * 5 >= likely(said) * 4 { USUAL } else { said }
}
