//! The pages a visitor walked through, over all their conversations.

use afterchat_transcript::Instant;
use afterchat_transcript::model::{ConversationId, PageVisit};
use rusqlite::OptionalExtension;
use serde::Deserialize;

use super::walk::{MOST, Newest, Walk, identity_of};
use crate::compress::decompress_whole;
use crate::journal::instant;
use crate::{Archive, ArchiveError};

/// Conversations looked at for one answer, and their size as they are stored. Most have few pages or none.
const LOOKED_AT: usize = 300;
const LOOKED_AT_BYTES: usize = 4 << 20;

/// Where a path goes on: within a conversation, from one of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathPlace {
    /// The conversation's position.
    pub position: i64,
    /// The first step that is wanted, counted from 0.
    pub step: usize,
}

/// The path within one conversation, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The conversation.
    pub conversation: String,
    /// The chat service.
    pub provider: String,
    /// When the conversation was last active.
    pub at: Instant,
    /// How many steps were before these, in this conversation.
    pub before: usize,
    /// How many steps the conversation has.
    pub of: usize,
    /// The steps, in the order they were taken.
    pub pages: Vec<PageVisit>,
}

/// A part of a visitor's path: the newest conversation first, within each the first step first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitorPath {
    /// The parts.
    pub stretches: Vec<Stretch>,
    /// Where it goes on. There may be a next place where no steps were found: then none are near.
    pub next: Option<PathPlace>,
}

#[derive(Deserialize)]
struct Walked {
    #[serde(default)]
    pages: Vec<PageVisit>,
}

impl Archive {
    /// The pages the visitor of this conversation walked through, from a place on, at most so many.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn visitor_path(
        &self,
        conversation: &ConversationId,
        from: Option<PathPlace>,
        limit: usize,
    ) -> Result<VisitorPath, ArchiveError> {
        self.read(|connection| {
            let identity = identity_of(connection, conversation.as_str())?;
            let visitor = Walk::new(connection)?.visitor(identity, MOST)?;
            let mut select = connection.prepare_cached(
                "SELECT c.id, c.provider, c.active_at, t.document FROM conversations c JOIN transcripts t USING (position)
                 WHERE c.position = ?1",
            )?;
            let before = from.map_or(i64::MAX, |from| from.position.saturating_add(1));
            let mut positions = Newest::new(connection, &visitor.identities, before);
            let mut path = VisitorPath::default();
            let (mut left, mut looked_at, mut bytes) = (limit, 0, 0);
            while let Some(position) = positions.next()? {
                if left == 0 || looked_at == LOOKED_AT || bytes > LOOKED_AT_BYTES {
                    path.next = Some(PathPlace { position, step: 0 });
                    break;
                }
                let row = select
                    .query_row([position], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
                    })
                    .optional()?;
                let Some((conversation, provider, active_at, document)) = row else { continue };
                looked_at += 1;
                bytes += document.len();
                let walked: Walked = serde_json::from_slice(&decompress_whole(&document)?)
                    .map_err(|error| ArchiveError::Damaged(error.to_string()))?;
                let of = walked.pages.len();
                let first = from.filter(|from| from.position == position).map_or(0, |from| from.step);
                let pages: Vec<PageVisit> = walked.pages.into_iter().skip(first).take(left).collect();
                left -= pages.len();
                let reached = first + pages.len();
                if !pages.is_empty() {
                    path.stretches.push(Stretch {
                        conversation,
                        provider,
                        at: instant(active_at),
                        before: first,
                        of,
                        pages,
                    });
                }
                if reached < of {
                    path.next = Some(PathPlace { position, step: reached });
                    break;
                }
            }
            Ok(path)
        })
    }
}
