//! SQLite's write-ahead log: which pages it holds, and whether something in its midst is broken.
//!
//! SQLite reads a log up to the first frame that does not fit its checksum and ignores what comes after, because a power
//! cut leaves just such an end. A transaction begins only after the one before reached the disk, so whole transactions
//! *behind* a broken frame prove that it was whole once: then the log is damaged, and what follows was acknowledged.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// What a log holds.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The size of a page, as its head says it.
    pub(crate) page_size: usize,
    /// Where in the file the newest committed state of each page begins.
    pub(crate) pages: HashMap<u32, u64>,
    /// How many pages the database has after the last commit.
    pub(crate) count: u32,
    /// Acknowledged transactions stand behind a broken frame, or behind a broken head.
    pub(crate) broken: bool,
}

impl Log {
    /// Reads a log. One that is missing, empty or without a whole transaction holds no page.
    pub(crate) fn read(path: &Path) -> Self {
        let log = File::open(path).ok().and_then(|file| read(BufReader::with_capacity(1 << 20, file)));
        log.unwrap_or_default()
    }
}

/// The two running sums of a log, over bytes in its own order.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sums(u32, u32);

impl Sums {
    fn of(self, bytes: &[u8], big: bool) -> Self {
        let word = |four: &[u8]| {
            let four = [four[0], four[1], four[2], four[3]];
            if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
        };
        bytes.chunks_exact(8).fold(self, |Self(first, second), eight| {
            let first = first.wrapping_add(word(&eight[..4])).wrapping_add(second);
            let second = second.wrapping_add(word(&eight[4..])).wrapping_add(first);
            Self(first, second)
        })
    }
}

fn big_endian(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

fn read(mut file: impl std::io::Read) -> Option<Log> {
    let mut head = [0; HEAD];
    file.read_exact(&mut head).ok()?;
    let magic = big_endian(&head, 0);
    let big = magic == 0x377f_0683;
    let size = big_endian(&head, 8) as usize;
    let whole_size = if size.is_power_of_two() && (512..=65536).contains(&size) { size } else { 4096 };
    let sums = Sums(0, 0).of(&head[..24], big);
    let head_fits = magic & !1 == 0x377f_0682
        && size == whole_size
        && sums == Sums(big_endian(&head, 24), big_endian(&head, 28));
    let mut reading = Reading {
        log: Log { page_size: whole_size, ..Log::default() },
        beyond: HashMap::new(),
        pending: Vec::new(),
        trouble: (!head_fits).then_some(1),
    };
    let mut salt = head_fits.then(|| [head[16..20].to_vec(), head[20..24].to_vec()].concat());
    let mut before = head_fits.then_some(sums);
    let mut frame = vec![0; FRAME_HEAD + whole_size];
    let mut at = HEAD as u64;
    while file.read_exact(&mut frame).is_ok() {
        let salts = salt.get_or_insert_with(|| frame[8..16].to_vec());
        if frame[8..16] != salts[..] {
            break;
        }
        let stored = Sums(big_endian(&frame, 16), big_endian(&frame, 20));
        let fits =
            before.is_some_and(|before| before.of(&frame[..8], big).of(&frame[FRAME_HEAD..], big) == stored);
        reading.frame(big_endian(&frame, 0), big_endian(&frame, 4), at + FRAME_HEAD as u64, fits);
        // The sums of a frame stand in its own head, so the next can be checked although this one cannot.
        before = Some(stored);
        at += frame.len() as u64;
    }
    Some(reading.log)
}

struct Reading {
    log: Log,
    /// Pages of transactions behind a broken frame; they count once another transaction followed.
    beyond: HashMap<u32, u64>,
    /// Pages of the transaction that is being read.
    pending: Vec<(u32, u64)>,
    /// After a broken frame: how many commits must follow until it is known that its own reached the disk.
    trouble: Option<u32>,
}

impl Reading {
    fn frame(&mut self, page: u32, pages_after: u32, at: u64, fits: bool) {
        if !fits {
            // Its own commit may still follow, unless it was itself the last frame of its transaction.
            self.trouble.get_or_insert(if pages_after == 0 { 2 } else { 1 });
            return;
        }
        self.pending.push((page, at));
        if pages_after == 0 {
            return;
        }
        let pages = std::mem::take(&mut self.pending);
        match &mut self.trouble {
            None => {
                self.log.pages.extend(pages);
                self.log.count = pages_after;
            }
            Some(left) => {
                self.beyond.extend(pages);
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.log.broken = true;
                    self.log.pages.extend(self.beyond.drain());
                    self.log.count = pages_after;
                }
            }
        }
    }
}
