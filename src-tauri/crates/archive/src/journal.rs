//! The journal: deliveries as they came, and what the projector noted beside them.

use std::fmt;
use std::sync::Arc;

use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params, params_from_iter};

mod listing;
mod looking;
mod row;
#[cfg(test)]
mod tests;

use crate::compress::{FAST, compress, decompress};
use crate::signatures::{self, Doubt, Signature};
use crate::{Archive, ArchiveError, tokens};

pub use listing::{Effort, Found, JournalQuestion};
pub use row::DeliverySummary;

/// Bodies below this size gain nothing from compression.
const WORTH_COMPRESSING: usize = 128;

/// The number of a delivery: its place in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

impl fmt::Display for DeliveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A delivery in the journal.
#[derive(Debug, Clone)]
pub struct Journalled {
    /// Its number.
    pub id: DeliveryId,
    /// The request as it came.
    pub delivery: Delivery,
    /// Why it is in quarantine; `None` when it is not, or when a person has accepted it.
    pub doubt: Option<Doubt>,
    /// Whether the door refused it, also where a person has accepted it since.
    pub refused: bool,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It waits to be read.
    Pending,
    /// It tells of a conversation.
    Conversation,
    /// It was understood and tells of none.
    NoConversation,
    /// It was not understood.
    Unreadable,
    /// Its signature was missing or wrong, and nobody has accepted it.
    Quarantined,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Conversation => "conversation",
            Self::NoConversation => "no_conversation",
            Self::Unreadable => "unreadable",
            Self::Quarantined => "quarantined",
        }
    }

    fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("conversation") => Self::Conversation,
            Some("no_conversation") => Self::NoConversation,
            Some("quarantined") => Self::Quarantined,
            Some(_) => Self::Unreadable,
            None => Self::Pending,
        }
    }
}

/// What the door found of a delivery beside its bytes.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// What was found when its signature was checked; `None` where there was nothing to check it with.
    pub signature: Option<Signature>,
    /// The number of the old token it came by; `None` when it came by the present one.
    pub old_token: Option<i64>,
}

impl From<Option<Signature>> for Examined {
    fn from(signature: Option<Signature>) -> Self {
        Self { signature, old_token: None }
    }
}

/// A delivery made ready to be stored, off the writing thread.
pub(crate) struct Row {
    delivery: Arc<Delivery>,
    examined: Examined,
    body: Option<Vec<u8>>,
    headers: Vec<u8>,
}

impl Row {
    pub(crate) fn new(delivery: impl Into<Arc<Delivery>>, examined: impl Into<Examined>) -> Self {
        let delivery = delivery.into();
        let body = Some(&delivery.body)
            .filter(|body| body.len() >= WORTH_COMPRESSING)
            .and_then(|body| compress(body, FAST).ok())
            .filter(|compressed| compressed.len() < delivery.body.len());
        Self { headers: header_lines(&delivery.headers), delivery, examined: examined.into(), body }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.headers.len() + self.body.as_ref().map_or(self.delivery.body.len(), Vec::len)
    }
}

/// HTTP allows neither line breaks in a header nor colons in its name, so lines keep them apart.
pub(crate) fn header_lines(headers: &[Header]) -> Vec<u8> {
    let mut lines = Vec::new();
    for header in headers {
        lines.extend_from_slice(header.name.as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(&header.value);
        lines.push(b'\n');
    }
    lines
}

pub(crate) fn headers_of(lines: &[u8]) -> Vec<Header> {
    let lines = lines.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let header = |line: &[u8]| {
        let colon = line.windows(2).position(|pair| pair == b": ")?;
        Some(Header {
            name: String::from_utf8_lossy(&line[..colon]).into_owned(),
            value: line[colon + 2..].to_vec(),
        })
    };
    lines.filter_map(header).collect()
}

/// Stores deliveries in their order and tells their numbers. The caller commits.
pub(crate) fn append<'a>(
    connection: &Connection,
    rows: impl Iterator<Item = &'a Row>,
) -> Result<Vec<DeliveryId>, ArchiveError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO deliveries (received_at, source, provider, method, path, query, headers, body, compressed, size, kind)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let store = |row: &Row| {
        let delivery = &row.delivery;
        let body = row.body.as_ref().unwrap_or(&delivery.body);
        let id = insert.insert(params![
            delivery.received_at.millis(),
            delivery.source,
            delivery.provider,
            delivery.method,
            delivery.path,
            delivery.query,
            row.headers,
            body,
            row.body.is_some(),
            i64::try_from(delivery.body.len()).unwrap_or(i64::MAX),
            delivery.kind.word(),
        ])?;
        if let Some(signature) = &row.examined.signature {
            signatures::put(connection, id, signature)?;
        }
        if let Some(old) = row.examined.old_token {
            tokens::used(connection, old, id, delivery.received_at)?;
        }
        Ok(DeliveryId(id))
    };
    rows.map(store).collect()
}

const WHOLE: &str = "SELECT d.id, d.received_at, d.source, d.provider, d.method, d.path, d.query, d.headers, d.body, d.compressed, d.size, d.kind,
         s.verdict, s.refused, EXISTS (SELECT 1 FROM accepted a WHERE a.delivery = d.id)
     FROM deliveries d LEFT JOIN signatures s ON s.delivery = d.id";

fn journalled(row: &SqlRow<'_>) -> Result<Journalled, ArchiveError> {
    let stored: Vec<u8> = row.get(8)?;
    let size = usize::try_from(row.get::<_, i64>(10)?).unwrap_or_default();
    let body = if row.get(9)? {
        decompress(&stored, size)
            .map_err(|error| ArchiveError::Damaged(format!("a body cannot be unpacked ({error})")))?
    } else {
        stored
    };
    let headers: Vec<u8> = row.get(7)?;
    let delivery = Delivery {
        kind: kind(&row.get::<_, String>(11)?),
        source: row.get(2)?,
        provider: row.get(3)?,
        method: row.get(4)?,
        path: row.get(5)?,
        query: row.get(6)?,
        headers: headers_of(&headers),
        body,
        received_at: instant(row.get(1)?),
    };
    let refused: Option<bool> = row.get(13)?;
    let doubt: Option<String> = row.get(12)?;
    let doubt = doubt.filter(|_| refused == Some(true)).and_then(|word| Doubt::from_word(&word));
    let accepted: bool = row.get(14)?;
    Ok(Journalled {
        id: DeliveryId(row.get(0)?),
        delivery,
        doubt: doubt.filter(|_| !accepted),
        refused: refused == Some(true),
    })
}

/// A stored kind. Only words that [`DeliveryKind`] has were ever stored.
fn kind(word: &str) -> DeliveryKind {
    DeliveryKind::from_word(word).unwrap_or_default()
}

/// A stored time. Only moments that [`Instant`] allowed were ever stored, except by a clock set before 1970.
pub(crate) fn instant(millis: i64) -> Instant {
    Instant::from_millis(millis).unwrap_or_else(|| Instant::from_utc(chrono::DateTime::UNIX_EPOCH))
}

/// One delivery, whole.
pub(crate) fn load(connection: &Connection, id: i64) -> Result<Option<Journalled>, ArchiveError> {
    let mut select = connection.prepare_cached(&format!("{WHOLE} WHERE d.id = ?1"))?;
    let mut rows = select.query([id])?;
    rows.next()?.map(journalled).transpose()
}

/// The next deliveries after this one, in order of arrival.
pub(crate) fn after(connection: &Connection, id: i64, limit: i64) -> Result<Vec<Journalled>, ArchiveError> {
    several(connection, "d.id > ?1 ORDER BY d.id LIMIT ?2", [id, limit])
}

/// Deliveries that were read and must be read again, in order of arrival.
pub(crate) fn to_read_again(connection: &Connection, limit: i64) -> Result<Vec<Journalled>, ArchiveError> {
    several(
        connection,
        "d.id IN (SELECT delivery FROM rereads ORDER BY delivery LIMIT ?1) ORDER BY d.id",
        [limit],
    )
}

fn several<const N: usize>(
    connection: &Connection,
    condition: &str,
    values: [i64; N],
) -> Result<Vec<Journalled>, ArchiveError> {
    let mut select = connection.prepare_cached(&format!("{WHOLE} WHERE {condition}"))?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(journalled(row)?);
    }
    Ok(found)
}

impl Archive {
    /// One delivery, byte for byte.
    ///
    /// # Errors
    /// When there is none of this number.
    pub fn delivery(&self, id: DeliveryId) -> Result<Journalled, ArchiveError> {
        let not_found = || ArchiveError::NotFound { what: "delivery", name: id.to_string() };
        self.read(|connection| load(connection, id.0))?.ok_or_else(not_found)
    }

    /// Keeps several deliveries in one commit, in their order, as nobody had doubted them. Blocking.
    ///
    /// # Errors
    /// When the archive cannot be written; then none of them is kept.
    pub fn append_all(&self, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryId>, ArchiveError> {
        let rows: Vec<Row> = deliveries.into_iter().map(|delivery| Row::new(delivery, None)).collect();
        self.write(move |connection| append(connection, rows.iter()))
    }

    /// The number of the newest delivery; 0 in an empty journal.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn newest_delivery(&self) -> Result<i64, ArchiveError> {
        self.read(|connection| {
            let newest =
                connection.query_row("SELECT max(id) FROM deliveries", [], |row| row.get(0)).optional()?;
            Ok(newest.flatten().unwrap_or(0))
        })
    }
}
