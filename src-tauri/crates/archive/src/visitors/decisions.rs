//! What people decide about who is one visitor: joining two, taking a conversation or a name out, and taking any of
//! that back.
//!
//! Decisions speak of names and of conversations, which are the same after every rebuild. Their numbers only grow, so
//! that of two decisions on one name the newer one is known.

use std::collections::BTreeSet;

use afterchat_transcript::Instant;
use afterchat_transcript::model::ConversationId;
use rusqlite::{Connection, OptionalExtension, params};

use super::names::{Name, names_of};
use super::walk::{MOST, Visitor, Walk, identity_of};
use crate::conversations::open_document;
use crate::journal::instant;
use crate::{Archive, ArchiveError};

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// All these names are one visitor's.
    Joined(Vec<Name>),
    /// This name joins nobody.
    NameTakenOut(Name),
    /// This conversation is known by nothing but itself.
    ConversationTakenOut(String),
}

/// A decision, as it can be shown and taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number; a newer decision has a larger one.
    pub id: i64,
    /// When it was made.
    pub at: Instant,
    /// What was decided.
    pub decided: Decided,
}

/// The names that a decision speaks of and that no newer decision took out.
const STILL_MEANT: &str =
    "NOT EXISTS (SELECT 1 FROM decided later WHERE later.subject = n.name AND later.id > n.decision)";

pub(super) fn any(connection: &Connection) -> Result<bool, ArchiveError> {
    Ok(connection.prepare_cached("SELECT 1 FROM decided LIMIT 1")?.exists([])?)
}

pub(super) fn name_is_taken_out(connection: &Connection, name: &Name) -> Result<bool, ArchiveError> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM decided WHERE subject = ?1 AND kind = 'name'")?;
    Ok(select.exists([name.text()])?)
}

/// The joins that speak of this name.
pub(super) fn joins_of(connection: &Connection, name: &Name) -> Result<Vec<i64>, ArchiveError> {
    let sql = format!(
        "SELECT n.decision FROM decision_names n JOIN decided d ON d.id = n.decision AND d.kind = 'join'
         WHERE n.name = ?1 AND {STILL_MEANT}"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map([name.text()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The names that this join makes one visitor's.
pub(super) fn members(connection: &Connection, join: i64) -> Result<Vec<Name>, ArchiveError> {
    let sql = format!("SELECT n.name FROM decision_names n WHERE n.decision = ?1 AND {STILL_MEANT}");
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map([join], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(names.iter().filter_map(|name| Name::parse(name)).collect())
}

/// The names of a conversation after what people decided about itself. They are never none.
pub(super) fn as_decided(
    connection: &Connection,
    conversation: &str,
    natural: &[Name],
) -> Result<Vec<Name>, ArchiveError> {
    if !natural.is_empty() && !any(connection)? {
        return Ok(natural.to_vec());
    }
    let only = Name::Only(conversation.to_owned());
    let taken_out = connection.prepare_cached("SELECT 1 FROM decided WHERE subject = ?1")?;
    if natural.is_empty() || exists(taken_out, &only)? {
        return Ok(vec![only]);
    }
    let joined = connection.prepare_cached(
        "SELECT 1 FROM decision_names n JOIN decided d ON d.id = n.decision AND d.kind = 'join' WHERE n.name = ?1",
    )?;
    let mut names = natural.to_vec();
    if exists(joined, &only)? {
        names.push(only);
        names.sort();
    }
    Ok(names)
}

fn exists(mut select: rusqlite::CachedStatement<'_>, name: &Name) -> Result<bool, ArchiveError> {
    Ok(select.exists([name.text()])?)
}

/// The decisions that made this visitor what it is, newest first.
pub(super) fn about(connection: &Connection, visitor: &Visitor) -> Result<Vec<Decision>, ArchiveError> {
    let mut ids = visitor.joins.clone();
    if any(connection)? {
        let mut select = connection.prepare_cached(
            "SELECT n.decision FROM decision_names n JOIN decided d ON d.id = n.decision AND d.kind <> 'join'
             WHERE n.name = ?1",
        )?;
        for name in &visitor.names {
            for id in select.query_map([name.text()], |row| row.get(0))? {
                ids.insert(id?);
            }
        }
    }
    ids.into_iter().rev().filter_map(|id| one(connection, id).transpose()).collect()
}

fn one(connection: &Connection, id: i64) -> Result<Option<Decision>, ArchiveError> {
    let found = connection
        .prepare_cached("SELECT at, subject FROM decided WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?;
    let Some((at, subject)) = found else { return Ok(None) };
    let decided = match subject.as_deref().and_then(Name::parse) {
        None => Decided::Joined(members(connection, id)?),
        Some(Name::Only(conversation)) => Decided::ConversationTakenOut(conversation),
        Some(name) => Decided::NameTakenOut(name),
    };
    Ok(Some(Decision { id, at: instant(at), decided }))
}

fn decide(
    connection: &Connection,
    kind: &str,
    subject: Option<&Name>,
    names: &BTreeSet<Name>,
    now: Instant,
) -> Result<i64, ArchiveError> {
    connection
        .prepare_cached("INSERT INTO decisions (kind, subject, at) VALUES (?1, ?2, ?3)")?
        .execute(params![kind, subject.map(Name::text), now.millis()])?;
    let id = connection.last_insert_rowid();
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO decision_names VALUES (?1, ?2)")?;
    for name in names.iter().chain(subject) {
        insert.execute(params![name.text(), id])?;
    }
    Ok(id)
}

/// Every name by which a join could take hold of this visitor.
fn handles(walk: &mut Walk<'_>, visitor: &Visitor) -> Result<BTreeSet<Name>, ArchiveError> {
    let mut names = BTreeSet::new();
    for identity in &visitor.identities {
        names.extend(walk.handles(*identity)?);
    }
    Ok(names)
}

/// Gives a conversation the identity it has by its transcript and by what is decided now.
fn settle(connection: &Connection, conversation: &str) -> Result<(), ArchiveError> {
    let document: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT t.document FROM conversations c JOIN transcripts t USING (position) WHERE c.id = ?1",
        )?
        .query_row([conversation], |row| row.get(0))
        .optional()?;
    // What was decided about a conversation outlives it.
    let Some(document) = document else { return Ok(()) };
    let identity = super::identity(connection, conversation, &names_of(&open_document(&document)?))?;
    connection
        .prepare_cached("UPDATE conversations SET identity = ?2 WHERE id = ?1 AND identity <> ?2")?
        .execute(params![conversation, identity])?;
    Ok(())
}

impl Archive {
    /// Makes the visitors of these two conversations one; gives the decision's number.
    ///
    /// # Errors
    /// When one of the conversations does not exist or they are of one visitor already.
    pub fn join_visitors(
        &self,
        one: &ConversationId,
        other: &ConversationId,
        now: Instant,
    ) -> Result<i64, ArchiveError> {
        let (one, other) = (one.to_string(), other.to_string());
        self.write(move |connection| {
            let (one, other) = (identity_of(connection, &one)?, identity_of(connection, &other)?);
            if Walk::new(connection)?.visitor(one, MOST)?.identities.contains(&other) {
                return Err(ArchiveError::SameVisitor);
            }
            // Only what names hold together: taking back an earlier join must not be undone by this one.
            let mut walk = Walk::by_names(connection)?;
            let mut names = BTreeSet::new();
            for identity in [one, other] {
                let visitor = walk.visitor(identity, MOST)?;
                names.extend(handles(&mut walk, &visitor)?);
            }
            decide(connection, "join", None, &names, now)
        })
    }

    /// Takes a conversation out of its visitor; gives the decision's number.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn take_conversation_out(&self, id: &ConversationId, now: Instant) -> Result<i64, ArchiveError> {
        let id = id.to_string();
        self.write(move |connection| {
            let names = Walk::new(connection)?.names(identity_of(connection, &id)?)?;
            let names = names.iter().cloned().collect();
            let decision = decide(connection, "conversation", Some(&Name::Only(id.clone())), &names, now)?;
            settle(connection, &id)?;
            Ok(decision)
        })
    }

    /// Takes a name out of the visitor of this conversation, so that it joins nobody; gives the decision's number.
    ///
    /// # Errors
    /// When there is no such conversation or its visitor does not have this name.
    pub fn take_name_out(&self, id: &ConversationId, name: &Name, now: Instant) -> Result<i64, ArchiveError> {
        let (id, name) = (id.to_string(), name.clone());
        self.write(move |connection| {
            let mut walk = Walk::new(connection)?;
            let visitor = walk.visitor(identity_of(connection, &id)?, MOST)?;
            if matches!(name, Name::Only(_)) || !visitor.names.contains(&name) {
                return Err(ArchiveError::NotFound { what: "name", name: name.text() });
            }
            let names = handles(&mut walk, &visitor)?;
            decide(connection, "name", Some(&name), &names, now)
        })
    }

    /// Takes a decision back, as if it had never been made. It is kept, so that [`Archive::decide_again`] finds it.
    ///
    /// # Errors
    /// When there is no such decision, or it was taken back already.
    pub fn take_back(&self, decision: i64) -> Result<(), ArchiveError> {
        self.set_taken_back(decision, true)
    }

    /// Lets a decision that was taken back stand again, as old as it is.
    ///
    /// # Errors
    /// When there is no such decision, or it stands.
    pub fn decide_again(&self, decision: i64) -> Result<(), ArchiveError> {
        self.set_taken_back(decision, false)
    }

    fn set_taken_back(&self, decision: i64, taken_back: bool) -> Result<(), ArchiveError> {
        self.write(move |connection| {
            let update = "UPDATE decisions SET taken_back = ?2 WHERE id = ?1 AND taken_back <> ?2";
            if connection.execute(update, params![decision, taken_back])? == 0 {
                return Err(ArchiveError::NotFound { what: "decision", name: decision.to_string() });
            }
            let mut select =
                connection.prepare_cached("SELECT name FROM decision_names WHERE decision = ?1")?;
            let names = select.query_map([decision], |row| row.get::<_, String>(0))?;
            let names: Vec<String> = names.collect::<Result<_, _>>()?;
            for name in names.iter().filter_map(|name| Name::parse(name)) {
                if let Name::Only(conversation) = name {
                    settle(connection, &conversation)?;
                }
            }
            Ok(())
        })
    }
}
