//! Shapes and differences in the archive, and the projector's side of learning.

use std::collections::HashMap;

use afterchat_transcript::fold::BodyDigest;
use afterchat_transcript::payload::{Payload, Value};
use afterchat_transcript::{DeliveryKind, Reading};
use rusqlite::{Connection, OptionalExtension, params};

use super::drift::{Drift, DriftExample, DriftKind, Drifted, ValueType, example};
use super::shape::Shape;
use crate::compress::{SMALL, compress, decompress_whole};
use crate::journal::{self, Journalled};
use crate::{Archive, ArchiveError, DeliveryId};

/// Larger payloads are neither judged nor learned from: no service sends them.
const LARGEST: usize = 50_000;
/// How many events of one source have a shape. Who posts to an address may call events as they like.
const EVENTS: usize = 32;
/// How long the name of an event is at most, in bytes.
const LONGEST_EVENT: usize = 80;
/// How many earlier deliveries of the same event are looked through for an example.
const LOOKED_THROUGH: i64 = 25;
/// How many deliveries of the source are gone through to find those.
const GONE_THROUGH: i64 = 2_000;

/// What a slice of the journal taught, ready to be stored.
#[derive(Default)]
pub(crate) struct Noted {
    shapes: Vec<(String, String, Vec<u8>)>,
    drifts: Vec<(i64, Drifted)>,
}

/// Learns from the deliveries of a slice, in their order.
pub(crate) struct Learner<'a> {
    connection: &'a Connection,
    /// By source and event; `None` where the source has too many already.
    shapes: HashMap<(String, String), Option<Known>>,
    drifts: Vec<(i64, Drifted)>,
}

struct Known {
    shape: Shape,
    stored: bool,
    changed: bool,
}

impl<'a> Learner<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, shapes: HashMap::new(), drifts: Vec::new() }
    }

    /// Shows a delivery to its shape.
    pub(crate) fn look(
        &mut self,
        journalled: &Journalled,
        payload: &Payload,
        reading: &Reading,
        digest: &BodyDigest,
    ) -> Result<(), ArchiveError> {
        let Some(root) = payload.root.as_ref().filter(|_| teaches(journalled, payload)) else {
            return Ok(());
        };
        let key = (journalled.delivery.source.clone(), event(reading, root));
        let known = match self.shapes.get_mut(&key) {
            Some(known) => known,
            None => {
                let known = self.load(&key.0, &key.1)?;
                self.shapes.entry(key).or_insert(known)
            }
        };
        if let Some(known) = known {
            let judged = known.shape.judge(root, digest);
            known.changed |= judged.learned;
            if judged.drifted.total > 0 {
                self.drifts.push((journalled.id.0, judged.drifted));
            }
        }
        Ok(())
    }

    /// What is to be stored.
    pub(crate) fn noted(self) -> Result<Noted, ArchiveError> {
        let mut shapes = Vec::new();
        for ((source, event), known) in self.shapes {
            if let Some(known) = known.filter(|known| known.changed) {
                let document = serde_json::to_vec(&known.shape).map_err(std::io::Error::from)?;
                shapes.push((source, event, compress(&document, SMALL)?));
            }
        }
        Ok(Noted { shapes, drifts: self.drifts })
    }

    fn load(&self, source: &str, event: &str) -> Result<Option<Known>, ArchiveError> {
        let sql = "SELECT shape FROM shapes WHERE source = ?1 AND event = ?2";
        let mut select = self.connection.prepare_cached(sql)?;
        let stored: Option<Vec<u8>> = select.query_row([source, event], |row| row.get(0)).optional()?;
        if let Some(stored) = stored {
            let shape = serde_json::from_slice(&decompress_whole(&stored)?).map_err(std::io::Error::from)?;
            return Ok(Some(Known { shape, stored: true, changed: false }));
        }
        let sql = "SELECT count(*) FROM shapes WHERE source = ?1";
        let mut select = self.connection.prepare_cached(sql)?;
        let stored: i64 = select.query_row([source], |row| row.get(0))?;
        let new = self.shapes.iter().filter(|((known, _), shape)| {
            known == source && shape.as_ref().is_some_and(|known| !known.stored)
        });
        let room = usize::try_from(stored).unwrap_or(EVENTS) + new.count() < EVENTS;
        Ok(room.then(|| Known { shape: Shape::default(), stored: false, changed: false }))
    }
}

/// Stores what a slice taught, in the transaction that moves the cursor.
pub(crate) fn put(connection: &Connection, noted: &Noted) -> Result<(), ArchiveError> {
    let mut shape = connection.prepare_cached("INSERT OR REPLACE INTO shapes VALUES (?1, ?2, ?3)")?;
    for (source, event, document) in &noted.shapes {
        shape.execute(params![source, event, document])?;
    }
    let mut drift = connection.prepare_cached("INSERT OR REPLACE INTO drifts VALUES (?1, ?2, ?3)")?;
    for (delivery, drifted) in &noted.drifts {
        let noted = serde_json::to_string(&drifted.noted).map_err(std::io::Error::from)?;
        drift.execute(params![delivery, i64::try_from(drifted.total).unwrap_or(i64::MAX), noted])?;
    }
    Ok(())
}

/// Forgets what was learned; part of a rebuild.
pub(crate) fn empty(connection: &Connection) -> Result<(), ArchiveError> {
    Ok(connection.execute_batch("DELETE FROM shapes; DELETE FROM drifts;")?)
}

fn teaches(journalled: &Journalled, payload: &Payload) -> bool {
    let delivery = &journalled.delivery;
    let ours = |agent: &str| agent.starts_with("Afterchat/") && agent.ends_with("(sample)");
    delivery.kind == DeliveryKind::Hook
        && delivery.method == "POST"
        && !journalled.refused
        && payload.values <= LARGEST
        && !delivery.header("user-agent").is_some_and(ours)
}

/// What tells payloads of one shape from those of another: the service and its word for the event, else what kind of
/// conversation it tells of. Of a service that Afterchat does not know, the word under one of the usual names.
fn event(reading: &Reading, root: &Value) -> String {
    let kind = || {
        let kind = reading.parts.iter().find_map(|part| part.head.kind.as_ref())?;
        serde_json::to_value(kind.value).ok()?.as_str().map(str::to_owned)
    };
    let usual = || {
        ["event", "type", "event_type", "eventType", "topic"].iter().find_map(|name| root.get(name)?.scalar())
    };
    let word = match reading.provider {
        Some(_) => reading.event.clone().or_else(kind),
        None => usual(),
    };
    let mut name = format!("{} {}", reading.provider.unwrap_or("?"), word.unwrap_or_default());
    name.truncate(name.floor_char_boundary(LONGEST_EVENT));
    name
}

impl Archive {
    /// What was different in a delivery; nothing where it was as those before it.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn drift(&self, delivery: DeliveryId) -> Result<Drifted, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT total, noted FROM drifts WHERE delivery = ?1";
            let found = connection
                .query_row(sql, [delivery.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
                .optional()?;
            let Some((total, noted)) = found else { return Ok(Drifted::default()) };
            let noted: Vec<Drift> = serde_json::from_str(&noted).map_err(std::io::Error::from)?;
            Ok(Drifted { total: usize::try_from(total).unwrap_or(noted.len()), noted })
        })
    }

    /// For each difference the newest earlier delivery of the same event that was as expected: that has what is missing,
    /// or has it in a type that was known. Only the last few are looked through.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn drift_examples(
        &self,
        of: DeliveryId,
        drifts: &[Drift],
    ) -> Result<Vec<Option<DriftExample>>, ArchiveError> {
        let mut found: Vec<Option<DriftExample>> = vec![None; drifts.len()];
        self.read(|connection| {
            let sql = "SELECT r.delivery FROM readings mine CROSS JOIN
                 (SELECT d.id FROM deliveries d WHERE d.source = (SELECT source FROM deliveries WHERE id = ?1)
                      AND d.id < ?1 ORDER BY d.id DESC LIMIT ?2) near
                 JOIN readings r ON r.delivery = near.id
                 WHERE mine.delivery = ?1 AND r.provider IS mine.provider AND r.event IS mine.event
                 ORDER BY r.delivery DESC LIMIT ?3";
            let mut select = connection.prepare_cached(sql)?;
            let earlier: Vec<i64> = select
                .query_map([of.0, GONE_THROUGH, LOOKED_THROUGH], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for id in earlier {
                let wanted = |(drift, found): (&Drift, &Option<DriftExample>)| {
                    drift.kind != DriftKind::New && found.is_none()
                };
                if !drifts.iter().zip(&found).any(wanted) {
                    break;
                }
                let Some(journalled) = journal::load(connection, id)? else { continue };
                let payload = Payload::decode(&journalled.delivery.body);
                let Some(root) = payload.root.as_ref().filter(|_| payload.values <= LARGEST) else {
                    continue;
                };
                for (drift, found) in drifts.iter().zip(&mut found) {
                    let said: Vec<ValueType> =
                        drift.expected.iter().copied().filter(|each| *each != ValueType::Null).collect();
                    if drift.kind != DriftKind::New && found.is_none() {
                        *found = example(root, &drift.path, &said)
                            .map(|pointer| DriftExample { delivery: journalled.id, pointer });
                    }
                }
            }
            Ok(found)
        })
    }
}
