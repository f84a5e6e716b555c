//! What a disk holds after its power was cut: the operations of a program, played back up to one moment, without what was not synced.
//!
//! A disk keeps what was synced. Of what was written since it may keep all, nothing, or any sectors, and a name that is new, gone or
//! changed lasts from the moment its folder is synced.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::selection::Chance;

/// Sectors reach a disk whole; larger pieces may be torn between two.
const SECTOR: usize = 512;

/// Something a program did.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Write {
        place: usize,
        bytes: Vec<u8>,
    },
    Sync,
    Truncate {
        length: usize,
    },
    Create,
    Unlink,
    Rename {
        to: String,
    },
    /// An answer began to leave, to the sender at this port.
    Answer {
        port: u16,
        begins: Vec<u8>,
    },
}

/// An operation, and the name of the file within the folder; empty for the folder itself.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) operation: Operation,
}

/// Reads what the interposer wrote down. The last record may be cut off, because the program was.
pub(crate) fn read_log(path: &Path) -> Vec<Record> {
    let log = fs::read(path).expect("the operations were written down");
    let mut rest = log.as_slice();
    std::iter::from_fn(|| {
        let (record, left) = record(rest)?;
        rest = left;
        Some(record)
    })
    .collect()
}

fn record(rest: &[u8]) -> Option<(Record, &[u8])> {
    let (kind, rest) = number(rest)?;
    let (name, rest) = number(rest)?;
    let (place, rest) = number(rest)?;
    let (length, rest) = number(rest)?;
    let (name, rest) = rest.split_at_checked(name)?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("names are text");
    let operation = match kind {
        1 => Operation::Write { place, bytes: bytes.to_vec() },
        2 => Operation::Sync,
        3 => Operation::Truncate { length: place },
        4 => Operation::Create,
        5 => Operation::Unlink,
        6 => Operation::Rename { to: text(bytes) },
        7 => Operation::Answer { port: u16::try_from(place).expect("a port"), begins: bytes.to_vec() },
        unknown => panic!("the interposer writes no operation {unknown}"),
    };
    Some((Record { name: text(name), operation }, rest))
}

fn number(rest: &[u8]) -> Option<(usize, &[u8])> {
    let (bytes, rest) = rest.split_first_chunk()?;
    Some((usize::try_from(u64::from_ne_bytes(*bytes)).ok()?, rest))
}

/// What becomes of everything that was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsynced {
    /// Nothing of it reached the disk.
    Dropped,
    /// All of it did.
    Kept,
    /// Chance kept some sectors and dropped others.
    Torn,
}

#[derive(Debug, Clone)]
enum Change {
    Write { place: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

type Names = BTreeMap<String, usize>;

/// A disk, and what is on its way to it.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    contents: Vec<Content>,
    names: Names,
    durable_names: Names,
}

impl Disk {
    /// One more operation was done.
    pub(crate) fn apply(&mut self, record: &Record) {
        match &record.operation {
            Operation::Write { place, bytes } => {
                self.content(&record.name)
                    .pending
                    .push(Change::Write { place: *place, bytes: bytes.clone() });
            }
            Operation::Truncate { length } => {
                self.content(&record.name).pending.push(Change::Truncate { length: *length });
            }
            Operation::Sync if record.name.is_empty() => self.durable_names = self.names.clone(),
            Operation::Sync => {
                let content = self.content(&record.name);
                for change in content.pending.drain(..) {
                    change.reach(&mut content.durable);
                }
            }
            Operation::Create => {
                self.contents.push(Content::default());
                self.names.insert(record.name.clone(), self.contents.len() - 1);
            }
            Operation::Unlink => drop(self.names.remove(&record.name)),
            Operation::Rename { to } => {
                let content = self.names.remove(&record.name).expect("it was there");
                self.names.insert(to.clone(), content);
            }
            Operation::Answer { .. } => {}
        }
    }

    fn content(&mut self, name: &str) -> &mut Content {
        let content = self.names.get(name).unwrap_or_else(|| panic!("{name} was made before it is changed"));
        &mut self.contents[*content]
    }

    /// Puts into an empty folder what is there when the power comes back.
    pub(crate) fn write_image(&self, folder: &Path, unsynced: Unsynced, chance: &mut Chance) {
        let names = match unsynced {
            Unsynced::Dropped => &self.durable_names,
            Unsynced::Kept => &self.names,
            Unsynced::Torn if chance.below(2) == 0 => &self.durable_names,
            Unsynced::Torn => &self.names,
        };
        for (name, content) in names {
            let bytes = self.contents[*content].after_the_cut(unsynced, chance);
            fs::write(folder.join(name), bytes).expect("a file of the image");
        }
    }
}

impl Content {
    fn after_the_cut(&self, unsynced: Unsynced, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match unsynced {
                Unsynced::Dropped => {}
                Unsynced::Kept => change.reach(&mut bytes),
                Unsynced::Torn => change.reach_in_part(&mut bytes, chance),
            }
        }
        bytes
    }
}

impl Change {
    fn reach(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { place, bytes } => put(file, *place, bytes),
            Self::Truncate { length } => file.resize(*length, 0),
        }
    }

    fn reach_in_part(&self, file: &mut Vec<u8>, chance: &mut Chance) {
        match self {
            Self::Write { place, bytes } => {
                let mut at = *place;
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let sector = rest.len().min(SECTOR - at % SECTOR);
                    if chance.below(2) == 0 {
                        put(file, at, &rest[..sector]);
                    }
                    at += sector;
                    rest = &rest[sector..];
                }
            }
            Self::Truncate { .. } if chance.below(2) == 0 => {}
            Self::Truncate { .. } => self.reach(file),
        }
    }
}

fn put(file: &mut Vec<u8>, place: usize, bytes: &[u8]) {
    let end = place + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[place..end].copy_from_slice(bytes);
}
