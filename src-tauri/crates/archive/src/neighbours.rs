//! The deliveries a person most often compares one with: the ones before it.

use rusqlite::{Connection, OptionalExtension, Params, params};

use crate::{Archive, ArchiveError, DeliveryId};

/// How many earlier deliveries of a source are looked through for one of the same event. A rare event must not make the
/// answer slow.
const LOOKED_THROUGH: i64 = 2_000;

/// The deliveries before one, newest first in each sense; `None` where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The one before it that tells of the same conversation.
    pub conversation: Option<DeliveryId>,
    /// The one before it that reached the same source and was read as the same event of the same service.
    pub event: Option<DeliveryId>,
    /// The one before it that reached the same source.
    pub source: Option<DeliveryId>,
}

impl Archive {
    /// The neighbours of a delivery.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn neighbours(&self, of: DeliveryId) -> Result<Neighbours, ArchiveError> {
        self.read(|connection| {
            let conversation =
                "SELECT max(t.delivery) FROM tellings mine JOIN tellings t USING (conversation)
                 WHERE mine.delivery = ?1 AND t.delivery < ?1";
            let source = "SELECT max(d.id) FROM deliveries d
                 WHERE d.source = (SELECT source FROM deliveries WHERE id = ?1) AND d.id < ?1";
            let event = "SELECT max(r.delivery) FROM readings mine CROSS JOIN
                 (SELECT d.id FROM deliveries d WHERE d.source = (SELECT source FROM deliveries WHERE id = ?1)
                      AND d.id < ?1 ORDER BY d.id DESC LIMIT ?2) near
                 JOIN readings r ON r.delivery = near.id
                 WHERE mine.delivery = ?1 AND r.provider IS mine.provider AND r.event IS mine.event";
            Ok(Neighbours {
                conversation: newest(connection, conversation, [of.0])?,
                event: newest(connection, event, params![of.0, LOOKED_THROUGH])?,
                source: newest(connection, source, [of.0])?,
            })
        })
    }
}

fn newest(
    connection: &Connection,
    sql: &str,
    values: impl Params,
) -> Result<Option<DeliveryId>, ArchiveError> {
    let mut select = connection.prepare_cached(sql)?;
    let found = select.query_row(values, |row| row.get::<_, Option<i64>>(0)).optional()?;
    Ok(found.flatten().map(DeliveryId))
}
