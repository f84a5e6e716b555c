//! From one identity to all identities of its visitor.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension};

use super::names::{Name, parse_list};
use super::{CROWD, decisions};
use crate::ArchiveError;

/// Identities walked for one visitor at most. Nobody has so many; a stranger can make them up.
pub(crate) const MOST: usize = 20_000;
/// Identities walked where only a few other conversations are shown beside one.
pub(crate) const NEAR: usize = 500;

/// A visitor: everything that is joined with the identity the walk began at.
#[derive(Debug, Default)]
pub(crate) struct Visitor {
    pub(crate) identities: BTreeSet<i64>,
    pub(crate) names: BTreeSet<Name>,
    /// The joins by hand that hold it together.
    pub(crate) joins: BTreeSet<i64>,
    /// False when the walk ended before it had been everywhere.
    pub(crate) whole: bool,
}

/// What a name does.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// It joins these identities.
    Joins(Rc<[i64]>),
    /// People took it out.
    TakenOut,
    /// Too many have it.
    Crowd,
}

pub(crate) struct Walk<'a> {
    connection: &'a Connection,
    /// Nobody has decided anything: the usual case, in which nothing needs to be looked up.
    undecided: bool,
    /// Joins by hand are left out.
    by_names_only: bool,
    standings: HashMap<Name, Standing>,
    known: HashMap<i64, Rc<[Name]>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Result<Self, ArchiveError> {
        let undecided = !decisions::any(connection)?;
        Ok(Self {
            connection,
            undecided,
            by_names_only: false,
            standings: HashMap::new(),
            known: HashMap::new(),
        })
    }

    /// What is joined by names, as if nobody had joined anything by hand.
    pub(crate) fn by_names(connection: &'a Connection) -> Result<Self, ArchiveError> {
        Ok(Self { by_names_only: true, ..Self::new(connection)? })
    }

    /// The visitor of this identity, walking `most` identities at most.
    pub(crate) fn visitor(&mut self, identity: i64, most: usize) -> Result<Visitor, ArchiveError> {
        let mut visitor = Visitor { whole: true, ..Visitor::default() };
        let mut waiting = vec![identity];
        visitor.identities.insert(identity);
        while let Some(identity) = waiting.pop() {
            if visitor.identities.len() > most {
                visitor.whole = false;
                break;
            }
            for joined in self.beside(identity, &mut visitor)? {
                if visitor.identities.insert(joined) {
                    waiting.push(joined);
                }
            }
        }
        Ok(visitor)
    }

    /// The identities one step from this one.
    fn beside(&mut self, identity: i64, visitor: &mut Visitor) -> Result<Vec<i64>, ArchiveError> {
        let mut found = Vec::new();
        for name in self.names(identity)?.iter() {
            if visitor.names.insert(name.clone())
                && let Standing::Joins(identities) = self.standing(name)?
            {
                found.extend_from_slice(&identities);
            }
        }
        if self.undecided || self.by_names_only {
            return Ok(found);
        }
        for name in self.handles(identity)? {
            for join in decisions::joins_of(self.connection, &name)? {
                if visitor.joins.insert(join) {
                    for member in decisions::members(self.connection, join)? {
                        found.extend(self.held_by(&member)?);
                    }
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn names(&mut self, identity: i64) -> Result<Rc<[Name]>, ArchiveError> {
        if let Some(names) = self.known.get(&identity) {
            return Ok(Rc::clone(names));
        }
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT names FROM identities WHERE id = ?1")?
            .query_row([identity], |row| row.get(0))
            .optional()?;
        let names: Rc<[Name]> = parse_list(&text.unwrap_or_default()).into();
        self.known.insert(identity, Rc::clone(&names));
        Ok(names)
    }

    pub(crate) fn standing(&mut self, name: &Name) -> Result<Standing, ArchiveError> {
        if let Some(standing) = self.standings.get(name) {
            return Ok(standing.clone());
        }
        let taken_out = !self.undecided && decisions::name_is_taken_out(self.connection, name)?;
        let standing = if taken_out {
            Standing::TakenOut
        } else {
            let identities = self.identities(name, CROWD + 1)?;
            if identities.len() > CROWD { Standing::Crowd } else { Standing::Joins(identities.into()) }
        };
        self.standings.insert(name.clone(), standing.clone());
        Ok(standing)
    }

    fn identities(&self, name: &Name, most: usize) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT identity FROM known_as WHERE name = ?1 ORDER BY identity LIMIT ?2")?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = select.query_map((name.text(), most), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The names by which a join takes hold of this identity: those that join, else whatever it has.
    pub(crate) fn handles(&mut self, identity: i64) -> Result<Vec<Name>, ArchiveError> {
        let names = self.names(identity)?;
        let mut joining = Vec::new();
        for name in names.iter() {
            if matches!(self.standing(name)?, Standing::Joins(_)) {
                joining.push(name.clone());
            }
        }
        Ok(if joining.is_empty() { names.to_vec() } else { joining })
    }

    /// The identities that a join takes hold of by this name: the other direction of [`Self::handles`].
    fn held_by(&mut self, name: &Name) -> Result<Vec<i64>, ArchiveError> {
        if let Standing::Joins(identities) = self.standing(name)? {
            return Ok(identities.to_vec());
        }
        let mut held = Vec::new();
        for identity in self.identities(name, usize::MAX)? {
            if self.handles(identity)?.contains(name) {
                held.push(identity);
            }
        }
        Ok(held)
    }
}

/// The identity of a conversation.
pub(crate) fn identity_of(connection: &Connection, conversation: &str) -> Result<i64, ArchiveError> {
    let found = connection
        .prepare_cached("SELECT identity FROM conversations WHERE id = ?1")?
        .query_row([conversation], |row| row.get(0))
        .optional()?;
    found.ok_or_else(|| ArchiveError::NotFound { what: "conversation", name: conversation.to_owned() })
}

/// The newest conversations of these identities below a position, newest first. Each identity is asked for its own
/// newest and only for what is newer than those found already, so neither many identities nor many conversations of
/// one make a page slow.
pub(crate) fn newest(
    connection: &Connection,
    identities: &BTreeSet<i64>,
    before: i64,
    limit: usize,
) -> Result<Vec<i64>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT position FROM conversations WHERE identity = ?1 AND position < ?2 AND position > ?3
         ORDER BY position DESC LIMIT ?4",
    )?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found: Vec<i64> = Vec::new();
    let mut above = i64::MIN;
    let keep_newest = |found: &mut Vec<i64>| {
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(limit);
    };
    for identity in identities {
        for position in select.query_map((identity, before, above, most), |row| row.get(0))? {
            found.push(position?);
        }
        if found.len() > limit.saturating_mul(2) {
            keep_newest(&mut found);
            above = found.last().copied().unwrap_or(above);
        }
    }
    keep_newest(&mut found);
    Ok(found)
}

/// How many conversations these identities have.
pub(crate) fn count(connection: &Connection, identities: &[i64]) -> Result<i64, ArchiveError> {
    let mut select = connection.prepare_cached("SELECT count(*) FROM conversations WHERE identity = ?1")?;
    let mut total = 0;
    for identity in identities {
        total += select.query_row([identity], |row| row.get::<_, i64>(0))?;
    }
    Ok(total)
}

/// Positions of a visitor's conversations, newest first, some hundred at a time.
pub(crate) struct Newest<'a> {
    connection: &'a Connection,
    identities: &'a BTreeSet<i64>,
    before: i64,
    page: std::vec::IntoIter<i64>,
}

impl<'a> Newest<'a> {
    pub(crate) fn new(connection: &'a Connection, identities: &'a BTreeSet<i64>, before: i64) -> Self {
        Self { connection, identities, before, page: Vec::new().into_iter() }
    }

    pub(crate) fn next(&mut self) -> Result<Option<i64>, ArchiveError> {
        const PAGE: usize = 500;
        if self.page.len() == 0 {
            self.page = newest(self.connection, self.identities, self.before, PAGE)?.into_iter();
        }
        let next = self.page.next();
        self.before = next.unwrap_or(self.before);
        Ok(next)
    }
}
