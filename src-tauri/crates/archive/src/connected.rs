//! Whether a chat service has reached its address: the deliveries that tell, without samples and trials by hand.

use afterchat_transcript::{Delivery, DeliveryKind, Trial};
use rusqlite::{Connection, OptionalExtension, params};

use crate::journal::{self, DeliveryId, DeliverySummary};
use crate::{Archive, ArchiveError};

/// How many deliveries are looked through for the one that is wanted. It is among the first few, unless somebody floods
/// the address.
const LOOKED_THROUGH: i64 = 1000;

/// True when the delivery came from its service, as far as can be told: it was posted, and not to try the address.
pub(crate) fn is_real(delivery: &Delivery) -> bool {
    delivery.kind == DeliveryKind::Hook && Trial::of(&delivery.headers).is_none()
}

/// What tells whether a service has reached its address.
#[derive(Debug, Clone, Default)]
pub struct Connected {
    /// The first delivery of the service that could be read.
    pub first: Option<DeliverySummary>,
    /// While there is none: the newest that could not, in quarantine or unreadable.
    pub trouble: Option<DeliverySummary>,
    /// While there is none: the newest sample or trial by hand.
    pub trial: Option<DeliverySummary>,
}

impl Archive {
    /// Whether this source's service has reached it, and with what.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn connected(&self, source: &str) -> Result<Connected, ArchiveError> {
        let (first, trouble, trial) = self.read(|connection| {
            let begin = first_real(connection, source)?;
            let first =
                begin.map(|begin| find(connection, source, Look::On(begin), Wanted::Read)).transpose()?;
            if let Some(Some(first)) = first {
                return Ok((Some(first), None, None));
            }
            let look = |wanted| find(connection, source, Look::Back, wanted);
            let trouble = if begin.is_some() { look(Wanted::NotRead)? } else { None };
            Ok((None, trouble, look(Wanted::Trial)?))
        })?;
        let summary = |id: Option<DeliveryId>| id.map(|id| self.delivery_summary(id)).transpose();
        Ok(Connected { first: summary(first)?, trouble: summary(trouble)?, trial: summary(trial)? })
    }
}

/// The number of the first real delivery; what came before it was a trial, fetched, or imported.
fn first_real(connection: &Connection, source: &str) -> Result<Option<i64>, ArchiveError> {
    let sql = "SELECT first_real FROM heard WHERE source = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([source], |row| row.get(0)).optional()?.flatten())
}

/// In which order deliveries are looked through.
#[derive(Clone, Copy)]
enum Look {
    /// Oldest first, from this one on.
    On(i64),
    /// Newest first.
    Back,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    /// From the service, and read.
    Read,
    /// From the service, and in quarantine or unreadable.
    NotRead,
    Trial,
}

fn find(
    connection: &Connection,
    source: &str,
    look: Look,
    wanted: Wanted,
) -> Result<Option<DeliveryId>, ArchiveError> {
    let (from, order) = match look {
        Look::On(from) => (from, "ASC"),
        Look::Back => (0, "DESC"),
    };
    let mut select = connection.prepare_cached(&format!(
        "SELECT d.id, d.headers, r.outcome FROM deliveries d JOIN readings r ON r.delivery = d.id
         WHERE d.source = ?1 AND d.id >= ?2 AND d.kind = 'hook' ORDER BY d.id {order} LIMIT ?3"
    ))?;
    let mut rows = select.query(params![source, from, LOOKED_THROUGH])?;
    while let Some(row) = rows.next()? {
        let headers: Vec<u8> = row.get(1)?;
        let outcome: String = row.get(2)?;
        let is = if Trial::of(&journal::headers_of(&headers)).is_some() {
            Wanted::Trial
        } else if matches!(outcome.as_str(), "conversation" | "no_conversation") {
            Wanted::Read
        } else {
            Wanted::NotRead
        };
        if is == wanted {
            return Ok(Some(DeliveryId(row.get(0)?)));
        }
    }
    Ok(None)
}
