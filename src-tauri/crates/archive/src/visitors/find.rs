//! Finds visitors by what they are called, by address or by anything else that is known of them.

use std::collections::HashSet;

use afterchat_transcript::model::ConversationId;
use afterchat_transcript::query::{Column, Query};
use rusqlite::Connection;

use super::Name;
use super::walk::{self, NEAR, Walk, identity_of};
use crate::conversations::{ConversationSummary, summaries_at};
use crate::{Archive, ArchiveError, search};

/// Conversations looked at for one list: many of them may be one visitor's.
const LOOKED_AT: i64 = 5_000;

/// A visitor in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundVisitor {
    /// The newest conversation in which the words were found.
    pub newest: ConversationSummary,
    /// Every e-mail address.
    pub addresses: Vec<String>,
    /// How many conversations.
    pub conversations: i64,
}

impl Archive {
    /// Visitors of whom these words are known, those of the newest conversations first. Without words, the newest.
    /// `except` leaves the visitor of that conversation out.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn visitors(
        &self,
        search: &str,
        except: Option<&ConversationId>,
        limit: usize,
    ) -> Result<Vec<FoundVisitor>, ArchiveError> {
        let mut query = Query::parse(search);
        for term in &mut query.terms {
            term.column = Some(Column::Visitor);
        }
        self.read(|connection| {
            let mut walk = Walk::new(connection)?;
            let mut known: HashSet<i64> = HashSet::new();
            if let Some(except) = except {
                let identity = identity_of(connection, except.as_str())?;
                known.extend(walk.visitor(identity, walk::MOST)?.identities);
            }
            let mut found = Vec::new();
            for (position, identity) in candidates(connection, &query)? {
                if found.len() == limit {
                    break;
                }
                if known.contains(&identity) {
                    continue;
                }
                let visitor = walk.visitor(identity, NEAR)?;
                let identities: Vec<i64> = visitor.identities.iter().copied().collect();
                known.extend(&identities);
                let addresses = visitor.names.into_iter().filter_map(|name| match name {
                    Name::Mail(address) => Some(address),
                    Name::Id { .. } | Name::Only(_) => None,
                });
                let addresses: Vec<String> = addresses.collect();
                let conversations = walk::count(connection, &identities)?;
                if let Some(newest) = summaries_at(connection, &[position])?.pop() {
                    found.push(FoundVisitor { newest, addresses, conversations });
                }
            }
            Ok(found)
        })
    }
}

/// Conversations in which the words were found, newest first, with their identities.
fn candidates(connection: &Connection, query: &Query) -> Result<Vec<(i64, i64)>, ArchiveError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = match search::wanted(query) {
        Some(expression) => connection
            .prepare_cached(
                "SELECT c.position, c.identity FROM search s CROSS JOIN conversations c ON c.position = s.rowid
                 WHERE s.search MATCH ?1 ORDER BY s.rowid DESC LIMIT ?2",
            )?
            .query_map((expression, LOOKED_AT), row)?
            .collect::<Result<_, _>>()?,
        None => connection
            .prepare_cached("SELECT position, identity FROM conversations ORDER BY position DESC LIMIT ?1")?
            .query_map([LOOKED_AT], row)?
            .collect::<Result<_, _>>()?,
    };
    Ok(found)
}
