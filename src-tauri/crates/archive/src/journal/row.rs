//! A row of the inspector's list: a delivery in brief, with what became of it.

use afterchat_transcript::{DeliveryKind, Instant};
use rusqlite::{Connection, Row as SqlRow};

use super::{DeliveryId, Outcome, instant, kind};
use crate::signatures::{Doubt, Signature};
use crate::{Archive, ArchiveError, Told, answers};

/// A row of the inspector's list.
#[derive(Debug, Clone)]
pub struct DeliverySummary {
    /// Its number.
    pub id: DeliveryId,
    /// How it came.
    pub kind: DeliveryKind,
    /// When it arrived.
    pub received_at: Instant,
    /// The source it reached.
    pub source: String,
    /// The provider whose reader understood it.
    pub provider: Option<String>,
    /// The request method.
    pub method: String,
    /// The content type, as claimed.
    pub content_type: Option<String>,
    /// The size of the body in bytes.
    pub size: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it tells of no conversation.
    pub reason: Option<String>,
    /// The payload's own word for what happened.
    pub event: Option<String>,
    /// The conversations it tells of.
    pub conversations: Vec<String>,
    /// What the door found when it checked its signature; `None` when there was no secret to check it with.
    pub signature: Option<Signature>,
    /// What its service was told; `None` where that was not noted.
    pub told: Option<Told>,
    /// A person pinned it.
    pub pinned: bool,
    /// What a person noted beside it.
    pub note: Option<String>,
    /// In how many places it differed from the shape known until then.
    pub drift: i64,
    /// It came by an old address of its source, which was still good.
    pub by_old_address: bool,
}

const SELECT: &str = "SELECT d.id, d.received_at, d.source, d.method, d.headers, d.size, d.kind,
         r.provider, r.outcome, r.reason, r.event, s.verdict, s.scheme, s.secret, s.refused, a.accepted_at,
         n.pinned_at, n.note, coalesce(f.total, 0), EXISTS (SELECT 1 FROM by_old_address b WHERE b.delivery = d.id)
     FROM deliveries d LEFT JOIN readings r ON r.delivery = d.id LEFT JOIN signatures s ON s.delivery = d.id
         LEFT JOIN accepted a ON a.delivery = d.id LEFT JOIN delivery_notes n ON n.delivery = d.id
         LEFT JOIN drifts f ON f.delivery = d.id
     WHERE d.id = ?1";

/// The rows of these deliveries, in this order. Numbers of none are passed over.
pub(super) fn rows(connection: &Connection, ids: &[i64]) -> Result<Vec<DeliverySummary>, ArchiveError> {
    let mut select = connection.prepare_cached(SELECT)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = select.query([id])?;
        if let Some(row) = rows.next()? {
            found.push(summary(connection, row)?);
        }
    }
    Ok(found)
}

fn summary(connection: &Connection, row: &SqlRow<'_>) -> Result<DeliverySummary, ArchiveError> {
    let id = row.get(0)?;
    let outcome = Outcome::from_word(text(row, 8)?);
    let content_type = value_of(blob(row, 4)?, b"content-type");
    Ok(DeliverySummary {
        id: DeliveryId(id),
        received_at: instant(row.get(1)?),
        source: row.get(2)?,
        method: row.get(3)?,
        content_type: content_type.map(|value| String::from_utf8_lossy(value).into_owned()),
        size: row.get(5)?,
        kind: text(row, 6)?.map(kind).unwrap_or_default(),
        provider: row.get(7)?,
        outcome,
        reason: row.get(9)?,
        event: row.get(10)?,
        conversations: told(connection, id, outcome)?,
        signature: signature(row)?,
        told: answers::told_of(connection, id)?,
        pinned: row.get::<_, Option<i64>>(16)?.is_some(),
        note: row.get(17)?,
        drift: row.get(18)?,
        by_old_address: row.get(19)?,
    })
}

/// The conversations that a delivery tells of.
fn told(connection: &Connection, id: i64, outcome: Outcome) -> Result<Vec<String>, ArchiveError> {
    if outcome != Outcome::Conversation {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare_cached("SELECT conversation FROM tellings WHERE delivery = ?1")?;
    let told = select.query_map([id], |row| row.get(0))?;
    Ok(told.collect::<Result<_, _>>()?)
}

fn signature(row: &SqlRow<'_>) -> Result<Option<Signature>, ArchiveError> {
    let Some(verdict) = text(row, 11)? else { return Ok(None) };
    Ok(Some(Signature {
        doubt: Doubt::from_word(verdict),
        scheme: row.get(12)?,
        secret: row.get(13)?,
        refused: row.get(14)?,
        accepted_at: row.get::<_, Option<i64>>(15)?.map(instant),
    }))
}

/// A text that may be absent.
pub(super) fn text<'r>(row: &'r SqlRow<'_>, at: usize) -> Result<Option<&'r str>, ArchiveError> {
    Ok(row.get_ref(at)?.as_str_or_null().map_err(rusqlite::Error::from)?)
}

/// Bytes that are always there.
pub(super) fn blob<'r>(row: &'r SqlRow<'_>, at: usize) -> Result<&'r [u8], ArchiveError> {
    Ok(row.get_ref(at)?.as_blob().map_err(rusqlite::Error::from)?)
}

/// The first header of this name among stored header lines.
pub(super) fn value_of<'a>(lines: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    lines.split(|b| *b == b'\n').find_map(|line| value_in(line, name))
}

/// Every value of the headers of this name.
pub(super) fn values_of<'a>(lines: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    lines.split(|b| *b == b'\n').filter_map(|line| value_in(line, name))
}

/// The value of a header line, if it has this name in any spelling.
fn value_in<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b": ")?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

impl Archive {
    /// The row of one delivery.
    ///
    /// # Errors
    /// When there is none of this number.
    pub fn delivery_summary(&self, id: DeliveryId) -> Result<DeliverySummary, ArchiveError> {
        let found = self.read(|connection| rows(connection, &[id.0]))?;
        let not_found = || ArchiveError::NotFound { what: "delivery", name: id.to_string() };
        found.into_iter().next().ok_or_else(not_found)
    }
}
