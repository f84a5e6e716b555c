//! The trees that SQLite keeps tables in: their nodes, the records in them, and the way down to every leaf that can
//! still be reached. The layout is documented at <https://sqlite.org/fileformat2.html>.

use rusqlite::types::Value;

use super::pages::{Pages, Seen};

/// No record of ours is larger: a body and its headers.
const LARGEST: usize = 1 << 30;

/// A row as it stands in a tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// Its number, in a table that has numbers.
    pub(crate) rowid: Option<i64>,
    /// Its values, in the order of the columns.
    pub(crate) values: Vec<Value>,
}

/// What kind of page a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    TableInside,
    TableLeaf,
    IndexInside,
    IndexLeaf,
}

impl Kind {
    /// Whether a row with a number stands in trees of this kind.
    pub(crate) fn is_table(self) -> bool {
        matches!(self, Self::TableInside | Self::TableLeaf)
    }

    fn is_inside(self) -> bool {
        matches!(self, Self::TableInside | Self::IndexInside)
    }
}

/// A page that was understood as a node of a tree.
pub(crate) struct Node {
    pub(crate) kind: Kind,
    page: Vec<u8>,
    cells: Vec<usize>,
    right: Option<u32>,
}

impl Node {
    /// The node on this page; `None` when the page holds none that makes sense.
    pub(crate) fn read(pages: &mut Pages, number: u32) -> Option<Self> {
        let page = pages.page(number)?;
        let head = if number == 1 { 100 } else { 0 };
        let kind = match page.get(head)? {
            2 => Kind::IndexInside,
            5 => Kind::TableInside,
            10 => Kind::IndexLeaf,
            13 => Kind::TableLeaf,
            _ => return None,
        };
        let count = usize::from(word(&page, head + 3)?);
        let pointers = head + if kind.is_inside() { 12 } else { 8 };
        let end = pointers + count * 2;
        if end > page.len() {
            return None;
        }
        let cells = (0..count).filter_map(|cell| word(&page, pointers + cell * 2)).map(usize::from);
        let cells = cells.filter(|at| *at >= end && *at < page.len()).collect();
        let right = kind.is_inside().then(|| long(&page, head + 8)).flatten();
        Some(Self { kind, page, cells, right })
    }

    /// The pages below, in their order.
    fn children(&self) -> Vec<u32> {
        if !self.kind.is_inside() {
            return Vec::new();
        }
        self.cells.iter().filter_map(|at| long(&self.page, *at)).chain(self.right).collect()
    }

    /// Every row on this page, one after the other; `None` stands for one that cannot be read.
    pub(crate) fn records(&self, pages: &mut Pages) -> impl Iterator<Item = Option<Record>> {
        let cells = if self.kind == Kind::TableInside { &[][..] } else { &self.cells[..] };
        cells.iter().map(|at| self.record(pages, *at))
    }

    fn record(&self, pages: &mut Pages, at: usize) -> Option<Record> {
        let at = if self.kind == Kind::IndexInside { at + 4 } else { at };
        let (length, at) = varint(&self.page, at)?;
        let (rowid, at) = if self.kind == Kind::TableLeaf {
            let (rowid, at) = varint(&self.page, at)?;
            (Some(rowid), at)
        } else {
            (None, at)
        };
        // A chain of pages that leads in a circle must end somewhere.
        let most = (pages.count as usize).saturating_mul(pages.size).min(LARGEST);
        let length = usize::try_from(length).ok().filter(|length| *length <= most)?;
        let payload = payload(pages, &self.page, at, length, self.kind)?;
        Some(Record { rowid, values: values(&payload)? })
    }
}

/// Takes the page that a row stands on, and the row; `None` stands for a page or row that cannot be read.
pub(crate) type Show<'a> = &'a mut dyn FnMut(u32, Option<Record>);

/// Goes down a tree from its root, in its order, marks every page in `seen`, and shows every row. Without `show` only
/// pages are marked.
pub(crate) fn walk(pages: &mut Pages, root: u32, seen: &mut Seen<'_>, mut show: Option<Show<'_>>) {
    let mut kind = None;
    let mut todo = vec![root];
    while let Some(number) = todo.pop() {
        if !seen.mark(number) {
            // A page that was cut off with the end of the file.
            if let Some(show) = show.as_mut().filter(|_| number > pages.count) {
                show(number, None);
            }
            continue;
        }
        let node = Node::read(pages, number);
        let fits = |node: &Node| kind.is_none_or(|table| node.kind.is_table() == table);
        let Some(node) = node.filter(fits) else {
            // It may hold rows of any table, or what is left of an interior page: whoever looks for lost pages decides.
            seen.leave(number);
            if let Some(show) = &mut show {
                show(number, None);
            }
            continue;
        };
        kind = Some(node.kind.is_table());
        if let Some(show) = &mut show {
            node.records(pages).for_each(|record| show(number, record));
        }
        seen.looked();
        todo.extend(node.children().into_iter().rev());
    }
}

/// The bytes of a record: what stands on the page, and the pages it goes on on.
fn payload(pages: &mut Pages, page: &[u8], at: usize, length: usize, kind: Kind) -> Option<Vec<u8>> {
    let usable = pages.size;
    let most = if kind.is_table() { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
    if length <= most {
        return Some(page.get(at..at + length)?.to_vec());
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let here = least + (length - least) % (usable - 4);
    let here = if here <= most { here } else { least };
    let mut bytes = page.get(at..at + here)?.to_vec();
    let mut next = long(page, at + here)?;
    while bytes.len() < length {
        let further = pages.page(next)?;
        let left = (length - bytes.len()).min(usable - 4);
        bytes.extend_from_slice(&further[4..4 + left]);
        next = long(&further, 0)?;
    }
    Some(bytes)
}

/// The values of a record.
fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let (head, mut at) = varint(payload, 0)?;
    let head = usize::try_from(head).ok().filter(|head| *head <= payload.len())?;
    let mut body = head;
    let mut values = Vec::new();
    while at < head {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let bytes = payload.get(body..body.checked_add(length)?)?;
        body += length;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            7 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
            1..=6 => Value::Integer(integer(bytes)),
            _ if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
        });
    }
    (body <= payload.len()).then_some(values)
}

fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number, byte| number << 8 | i64::from(*byte))
}

/// SQLite's number of one to nine bytes, and where the next begins.
fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut number = 0_u64;
    for place in 0..8 {
        let byte = *bytes.get(at + place)?;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number.cast_signed(), at + place + 1));
        }
    }
    let last = *bytes.get(at + 8)?;
    Some(((number << 8 | u64::from(last)).cast_signed(), at + 9))
}

pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]))
}

pub(crate) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}
