//! The list of conversations and the conversation itself, as they are stored and asked for.

use std::borrow::Cow;

use afterchat_transcript::fold::Folded;
use afterchat_transcript::model::{ConversationId, Kind, State};
use afterchat_transcript::query::Query;
use afterchat_transcript::{Instant, Transcript, richtext};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::compress::{SMALL, compress, decompress_whole};
use crate::journal::instant;
use crate::visitors::Name;
use crate::{Archive, ArchiveError, search, visitors};

/// Bits of the id below the milliseconds in a position: conversations of one millisecond keep apart.
const ID_BITS: u32 = 20;
/// The last millisecond that leaves room for them, in the year 2248.
const LAST_MS: i64 = (i64::MAX >> ID_BITS) - 1;
/// Characters of the first words kept for the list.
const FIRST_WORDS: usize = 160;

/// A part of the archive that people look through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What has not been put away.
    Inbox,
    /// What nobody has read to its end.
    Unread,
    /// Chats whose last message got no answer.
    Missed,
    /// Messages left while nobody was there.
    Offline,
    /// What somebody marked.
    Starred,
    /// What was put away.
    Archived,
    /// All of it.
    Everything,
}

/// Which conversations to list, newest activity first.
#[derive(Debug, Clone)]
pub struct ListQuestion {
    /// The part of the archive.
    pub view: View,
    /// What to search for.
    pub query: Query,
    /// Only those of this chat service.
    pub provider: Option<String>,
    /// Only those whose position is below this one: the last of the page before.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationSummary {
    /// Its place in the list; larger is newer.
    pub position: i64,
    /// Its name.
    pub id: String,
    /// The chat service.
    pub provider: String,
    /// The source its first delivery reached.
    pub source: Option<String>,
    /// What kind of conversation.
    pub kind: Kind,
    /// How far it got.
    pub state: State,
    /// The visitor's name or handle.
    pub visitor_name: Option<String>,
    /// The visitor's e-mail address.
    pub visitor_email: Option<String>,
    /// The first words the visitor said.
    pub first_words: String,
    /// When it was last active.
    pub active_at: Instant,
    /// True when no payload gave that time.
    pub at_inferred: bool,
    /// The visitor's mark and the best possible one.
    pub rating: Option<(f64, Option<f64>)>,
    /// How many messages.
    pub messages: i64,
    /// Nobody has read it to its end.
    pub unread: bool,
    /// Marked with a star.
    pub starred: bool,
    /// Put away.
    pub archived: bool,
}

/// How many conversations a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub total: i64,
    /// Those not read to their end.
    pub unread: i64,
}

/// A folded conversation, made ready to be stored away from the writing thread.
pub(crate) struct Prepared {
    transcript: Transcript,
    heard: i64,
    active_at: Instant,
    at_inferred: bool,
    first_words: String,
    document: Vec<u8>,
    words: search::Words,
    names: Vec<Name>,
}

impl Prepared {
    pub(crate) fn new(folded: Folded) -> Result<Self, ArchiveError> {
        let Folded { transcript, heard } = folded;
        let document = serde_json::to_vec(&transcript).map_err(std::io::Error::from)?;
        let active_at = transcript.active_at();
        let newest = transcript.messages.iter().find(|message| message.at == active_at);
        Ok(Self {
            active_at,
            at_inferred: newest.map_or(transcript.started_at_inferred, |message| message.at_inferred),
            first_words: first_words(&transcript),
            document: compress(&document, SMALL)?,
            words: search::Words::of(&transcript),
            names: visitors::names_of(&transcript),
            transcript,
            heard,
        })
    }
}

/// Stores a conversation, its index entries and who its visitor is in place of what was known of it.
pub(crate) fn put(connection: &Connection, prepared: &Prepared) -> Result<(), ArchiveError> {
    let transcript = &prepared.transcript;
    let id = transcript.id.as_str();
    remove(connection, id)?;
    let position = free_position(connection, prepared)?;
    let (starred, archived, read_through) = connection
        .prepare_cached("SELECT starred, archived, read_through FROM local WHERE conversation = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .unwrap_or((false, false, 0_i64));
    let visitor = transcript.visitor.as_ref();
    let rating = transcript.rating.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO conversations (position, id, provider, source, kind, state, visitor_name, visitor_email, first_words,
                 active_at, at_inferred, rating, rating_max, messages, heard, unread, starred, archived, identity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            position,
            id,
            transcript.provider,
            transcript.source,
            kind_word(transcript.kind),
            state_word(transcript.state),
            visitor.and_then(|visitor| visitor.name.as_ref().or(visitor.handle.as_ref())),
            visitor.and_then(|visitor| visitor.email.as_ref()),
            prepared.first_words,
            prepared.active_at.millis(),
            prepared.at_inferred,
            rating.and_then(|rating| rating.value).map(afterchat_transcript::model::Quantity::get),
            rating.and_then(|rating| rating.max).map(afterchat_transcript::model::Quantity::get),
            i64::try_from(transcript.messages.len()).unwrap_or(i64::MAX),
            prepared.heard,
            prepared.heard > read_through,
            starred,
            archived,
            visitors::identity(connection, id, &prepared.names)?,
        ])?;
    connection
        .prepare_cached("INSERT INTO transcripts VALUES (?1, ?2)")?
        .execute(params![position, prepared.document])?;
    search::put(connection, position, &prepared.words)
}

/// Takes a conversation away, with its index entries.
pub(crate) fn remove(connection: &Connection, id: &str) -> Result<(), ArchiveError> {
    let position: Option<i64> = connection
        .prepare_cached("SELECT position FROM conversations WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(position) = position {
        connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([position])?;
        // Its transcript goes with it, and its identity if no other conversation has that.
        connection.prepare_cached("DELETE FROM conversations WHERE position = ?1")?.execute([position])?;
    }
    Ok(())
}

/// The first free place at this conversation's time. Two conversations want the same one only when they share the
/// millisecond and twenty bits of their ids.
fn free_position(connection: &Connection, prepared: &Prepared) -> Result<i64, ArchiveError> {
    let hash = prepared
        .transcript
        .id
        .as_str()
        .bytes()
        .fold(0_i64, |hash, byte| (hash * 31 + i64::from(byte)) & 0x00ff_ffff_ffff);
    let millis = prepared.active_at.millis().min(LAST_MS);
    let mut position = (millis << ID_BITS) | (hash & ((1 << ID_BITS) - 1));
    let mut taken = connection.prepare_cached("SELECT 1 FROM conversations WHERE position = ?1")?;
    while taken.exists([position])? {
        position += 1;
    }
    Ok(position)
}

/// What the visitor said first, else what anybody said, else what it was about.
fn first_words(transcript: &Transcript) -> String {
    use afterchat_transcript::model::Role;
    let said = |wanted: Option<Role>| {
        let mut messages =
            transcript.messages.iter().filter(|message| wanted.is_none_or(|role| message.role == role));
        messages.find_map(|message| {
            let text = message.text.as_deref().map(|text| richtext::seen(text, message.markup));
            text.filter(|text| !text.trim().is_empty())
        })
    };
    let words = said(Some(Role::Visitor))
        .or_else(|| said(None))
        .or(transcript.subject.as_deref().map(Cow::Borrowed))
        .unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(FIRST_WORDS).collect()
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Chat => "chat",
        Kind::OfflineMessage => "offline_message",
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Ended => "ended",
        State::Missed => "missed",
        State::Dropped => "dropped",
    }
}

const COLUMNS: &str =
    "c.position, c.id, c.provider, c.source, c.kind, c.state, c.visitor_name, c.visitor_email, c.first_words,
    c.active_at, c.at_inferred, c.rating, c.rating_max, c.messages, c.unread, c.starred, c.archived";

fn summary(row: &Row<'_>) -> Result<ConversationSummary, rusqlite::Error> {
    let (kind, state): (String, String) = (row.get(4)?, row.get(5)?);
    let rating: Option<f64> = row.get(11)?;
    let best = row.get(12)?;
    Ok(ConversationSummary {
        position: row.get(0)?,
        id: row.get(1)?,
        provider: row.get(2)?,
        source: row.get(3)?,
        kind: if kind == "chat" { Kind::Chat } else { Kind::OfflineMessage },
        state: match state.as_str() {
            "open" => State::Open,
            "missed" => State::Missed,
            "dropped" => State::Dropped,
            _ => State::Ended,
        },
        visitor_name: row.get(6)?,
        visitor_email: row.get(7)?,
        first_words: row.get(8)?,
        active_at: instant(row.get(9)?),
        at_inferred: row.get(10)?,
        rating: rating.map(|rating| (rating, best)),
        messages: row.get(13)?,
        unread: row.get(14)?,
        starred: row.get(15)?,
        archived: row.get(16)?,
    })
}

/// The rows at these positions, in their order. What is gone meanwhile is left out.
pub(crate) fn summaries_at(
    connection: &Connection,
    positions: &[i64],
) -> Result<Vec<ConversationSummary>, ArchiveError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM conversations c WHERE c.position = ?1"))?;
    let rows =
        positions.iter().filter_map(|position| select.query_row([position], summary).optional().transpose());
    Ok(rows.collect::<Result<_, _>>()?)
}

fn view_condition(view: View) -> &'static str {
    match view {
        View::Inbox => "c.archived = 0",
        View::Unread => "c.unread = 1 AND c.archived = 0",
        View::Missed => "c.state = 'missed'",
        View::Offline => "c.kind = 'offline_message'",
        View::Starred => "c.starred = 1",
        View::Archived => "c.archived = 1",
        View::Everything => "1",
    }
}

impl Archive {
    /// Conversations of a view, newest activity first, a page at a time.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn conversations(&self, question: &ListQuestion) -> Result<Vec<ConversationSummary>, ArchiveError> {
        let mut conditions = vec![view_condition(question.view).to_owned(), "c.position < ?".to_owned()];
        let mut values = vec![Sql::from(question.before.unwrap_or(i64::MAX))];
        if let Some(provider) = &question.provider {
            conditions.push("c.provider = ?".to_owned());
            values.push(provider.clone().into());
        }
        for (filter, negated) in &question.query.filters {
            let (condition, filter_values) = search::condition(filter);
            conditions.push(if *negated { format!("NOT coalesce({condition}, 0)") } else { condition });
            values.extend(filter_values);
        }
        if let Some(unwanted) = search::unwanted(&question.query) {
            conditions.push("c.position NOT IN (SELECT rowid FROM search WHERE search MATCH ?)".to_owned());
            values.push(unwanted.into());
        }
        // The index is walked from its newest entry, and each hit looks up its row: never the other way round.
        let from = match search::wanted(&question.query) {
            Some(expression) => {
                conditions.push("s.search MATCH ? AND s.rowid < ?".to_owned());
                values.extend([expression.into(), question.before.unwrap_or(i64::MAX).into()]);
                "search s CROSS JOIN conversations c ON c.position = s.rowid"
            }
            None => "conversations c",
        };
        let order = if from.starts_with("search") { "s.rowid" } else { "c.position" };
        values.push(i64::try_from(question.limit).unwrap_or(i64::MAX).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM {from} WHERE {} ORDER BY {order} DESC LIMIT ?",
            conditions.join(" AND ")
        );
        self.read(|connection| {
            let mut select = connection.prepare_cached(&sql)?;
            let rows = select.query_map(params_from_iter(values), summary)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One conversation, whole, with what people added to it.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn transcript(&self, id: &ConversationId) -> Result<Transcript, ArchiveError> {
        let not_found = || ArchiveError::NotFound { what: "conversation", name: id.to_string() };
        self.read(|connection| {
            let sql = "SELECT t.document, c.unread, c.starred, c.archived FROM conversations c JOIN transcripts t USING (position) WHERE c.id = ?1";
            let found = connection
                .prepare_cached(sql)?
                .query_row([id.as_str()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, bool>(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let (document, unread, starred, archived) = found.ok_or_else(not_found)?;
            let mut transcript = open_document(&document)?;
            transcript.local.read = !unread;
            transcript.local.starred = starred;
            transcript.local.archived = archived;
            Ok(transcript)
        })
    }

    /// The transcripts at these positions, for the words around a hit. What is gone meanwhile is left out.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn transcripts_at(&self, positions: &[i64]) -> Result<Vec<(i64, Transcript)>, ArchiveError> {
        self.read(|connection| {
            let mut select =
                connection.prepare_cached("SELECT document FROM transcripts WHERE position = ?1")?;
            let mut found = Vec::with_capacity(positions.len());
            for position in positions {
                let document: Option<Vec<u8>> = select.query_row([position], |row| row.get(0)).optional()?;
                if let Some(document) = document {
                    found.push((*position, open_document(&document)?));
                }
            }
            Ok(found)
        })
    }

    /// How many conversations a view holds.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn counts(&self, view: View) -> Result<Counts, ArchiveError> {
        let condition = view_condition(view);
        self.read(|connection| {
            let count = |condition: &str| -> Result<i64, ArchiveError> {
                let sql = format!("SELECT count(*) FROM conversations c WHERE {condition}");
                Ok(connection.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
            };
            // Few are archived, and counting all rows is fast: both are faster than looking at each row's flag.
            let total = match view {
                View::Inbox => count("1")? - count("c.archived = 1")?,
                _ => count(condition)?,
            };
            Ok(Counts { total, unread: count(&format!("{condition} AND c.unread = 1"))? })
        })
    }
}

pub(crate) fn open_document(document: &[u8]) -> Result<Transcript, ArchiveError> {
    let json = decompress_whole(document)?;
    serde_json::from_slice(&json).map_err(|error| ArchiveError::Damaged(error.to_string()))
}
