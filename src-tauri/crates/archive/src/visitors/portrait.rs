//! Everything that all conversations of a visitor say of them.

use std::collections::{BTreeMap, HashMap};

use afterchat_transcript::Instant;
use afterchat_transcript::model::{ConversationId, Rating, Visitor as Said};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;

use super::Name;
use super::decisions::{self, Decision};
use super::walk::{self, MOST, NEAR, Newest, Standing, Visitor, Walk, identity_of};
use crate::compress::decompress_whole;
use crate::conversations::{ConversationSummary, summaries_at};
use crate::journal::instant;
use crate::{Archive, ArchiveError};

/// Conversations read for a portrait, newest first, and their size as they are stored: enough for everybody, and soon
/// done for what a stranger made up.
const READ: usize = 5_000;
const READ_BYTES: usize = 16 << 20;
/// Different values of one kind that are kept.
const VALUES: usize = 200;
/// Names and ratings that are kept.
const NAMES: usize = 200;
const RATINGS: usize = 200;

/// A visitor over all conversations.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// The newest name, else address, else handle; `None` when nobody knows any.
    pub title: Option<String>,
    /// How many conversations.
    pub conversations: i64,
    /// How many of them, the newest, were read for the values below.
    pub read: usize,
    /// False when so much is joined that not all of it was looked for.
    pub whole: bool,
    /// The chat services, with how many of the read conversations each has.
    pub services: Vec<(String, usize)>,
    /// The first visit or conversation that is known of.
    pub first_seen_at: Instant,
    /// The newest activity.
    pub last_seen_at: Instant,
    /// The names that join, or would, those of most conversations first.
    pub known_as: Vec<KnownName>,
    /// Names left out of that list because there are so many.
    pub more_names: usize,
    /// What people decided about this visitor, newest first.
    pub decisions: Vec<Decision>,
    /// What they are called.
    pub names: SeenValues,
    /// Names the services made up.
    pub handles: SeenValues,
    /// E-mail addresses as given.
    pub emails: SeenValues,
    /// Telephone numbers.
    pub phones: SeenValues,
    /// Companies.
    pub companies: SeenValues,
    /// Places, each in one line.
    pub places: SeenValues,
    /// Network addresses.
    pub ips: SeenValues,
    /// Languages.
    pub languages: SeenValues,
    /// Browser, system and screen, each in one line.
    pub devices: SeenValues,
    /// User agent strings.
    pub user_agents: SeenValues,
    /// Marks and comments, newest first.
    pub ratings: Vec<GivenRating>,
}

/// A name that joins conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownName {
    /// The name.
    pub name: Name,
    /// How many of the visitor's conversations have it.
    pub conversations: i64,
    /// What it does.
    pub standing: NameStanding,
}

/// What a name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameStanding {
    /// It joins the conversations that have it.
    Joins,
    /// People took it out.
    TakenOut,
    /// It stands in too many others' conversations to be one person's.
    Crowd,
}

/// Different values of one kind, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenValues {
    /// The values.
    pub values: Vec<Seen>,
    /// Further different values that were not kept.
    pub more: usize,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As the newest conversation has it.
    pub value: String,
    /// In how many conversations.
    pub conversations: usize,
    /// The last activity of the newest one.
    pub last_at: Instant,
}

/// A rating and the conversation it was given in.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRating {
    /// The conversation.
    pub conversation: String,
    /// When that was last active.
    pub at: Instant,
    /// The mark and the comment.
    pub rating: Rating,
}

/// What a portrait takes from a transcript.
#[derive(Deserialize)]
struct Glimpse {
    started_at: Instant,
    #[serde(default)]
    visitor: Said,
    #[serde(default)]
    rating: Option<Rating>,
}

/// Gathers values while conversations come by, newest first.
#[derive(Default)]
struct Gathered {
    found: SeenValues,
    places: HashMap<String, Option<usize>>,
}

impl Gathered {
    /// Equal values are one, capitals aside; a conversation that says one twice counts once.
    fn add<'a>(&mut self, said: impl IntoIterator<Item = &'a String>, at: Instant) {
        let mut here = std::collections::HashSet::new();
        for value in said {
            let key = value.trim().to_lowercase();
            if key.is_empty() || !here.insert(key.clone()) {
                continue;
            }
            let room = self.found.values.len() < VALUES;
            match self.places.get(&key) {
                Some(Some(place)) => self.found.values[*place].conversations += 1,
                Some(None) => {}
                None if room => {
                    self.places.insert(key, Some(self.found.values.len()));
                    self.found.values.push(Seen { value: value.clone(), conversations: 1, last_at: at });
                }
                None => {
                    self.places.insert(key, None);
                    self.found.more += 1;
                }
            }
        }
    }
}

/// Parts that are known, in one line.
fn line(parts: &[Option<&String>], between: &str) -> Option<String> {
    let known: Vec<&str> = parts.iter().flatten().map(|part| part.as_str()).collect();
    (!known.is_empty()).then(|| known.join(between))
}

fn place_of(said: &Said) -> Option<String> {
    let country = match (&said.country, &said.country_code) {
        (Some(country), Some(code)) if !country.eq_ignore_ascii_case(code) => {
            Some(format!("{country} ({code})"))
        }
        (country, code) => country.clone().or_else(|| code.clone()),
    };
    line(&[said.city.as_ref(), said.region.as_ref(), country.as_ref()], ", ")
        .or_else(|| said.location.clone())
}

impl Archive {
    /// Everything that is known of the visitor of this conversation.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn visitor(&self, conversation: &ConversationId) -> Result<Portrait, ArchiveError> {
        self.read(|connection| {
            let identity = identity_of(connection, conversation.as_str())?;
            let mut walk = Walk::new(connection)?;
            let visitor = walk.visitor(identity, MOST)?;
            portrait(connection, &mut walk, &visitor)
        })
    }

    /// The conversations of the visitor of this one, newest first, a page at a time.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn visitor_conversations(
        &self,
        conversation: &ConversationId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<ConversationSummary>, ArchiveError> {
        self.read(|connection| {
            let identity = identity_of(connection, conversation.as_str())?;
            let visitor = Walk::new(connection)?.visitor(identity, MOST)?;
            let positions = walk::newest(connection, &visitor.identities, before.unwrap_or(i64::MAX), limit)?;
            summaries_at(connection, &positions)
        })
    }

    /// A few other conversations with the same visitor, newest first. Of a visitor with very many names only the nearest
    /// are looked at.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn conversations_with_same_visitor(
        &self,
        conversation: &ConversationId,
        limit: usize,
    ) -> Result<Vec<ConversationSummary>, ArchiveError> {
        self.read(|connection| {
            let identity = identity_of(connection, conversation.as_str())?;
            let visitor = Walk::new(connection)?.visitor(identity, NEAR)?;
            let positions = walk::newest(connection, &visitor.identities, i64::MAX, limit + 1)?;
            let mut rows = summaries_at(connection, &positions)?;
            rows.retain(|row| row.id != conversation.as_str());
            rows.truncate(limit);
            Ok(rows)
        })
    }
}

fn portrait(
    connection: &Connection,
    walk: &mut Walk<'_>,
    visitor: &Visitor,
) -> Result<Portrait, ArchiveError> {
    let (known_as, more_names, conversations) = known_names(connection, walk, visitor)?;
    let mut read = 0;
    let mut bytes = 0;
    let mut services: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: Option<(Instant, Instant)> = None;
    let mut kinds: [Gathered; 10] = Default::default();
    let mut ratings = Vec::new();
    let mut select = connection.prepare_cached(
        "SELECT c.id, c.provider, c.active_at, t.document FROM conversations c JOIN transcripts t USING (position)
         WHERE c.position = ?1",
    )?;
    let mut positions = Newest::new(connection, &visitor.identities, i64::MAX);
    while read < READ && bytes < READ_BYTES {
        let Some(position) = positions.next()? else { break };
        let row = select
            .query_row([position], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                ))
            })
            .optional()?;
        let Some((id, provider, active_at, document)) = row else { continue };
        let (active_at, glimpse) = (instant(active_at), glimpse(&document)?);
        read += 1;
        bytes += document.len();
        *services.entry(provider).or_default() += 1;
        let said = &glimpse.visitor;
        let earliest = said.first_seen_at.map_or(glimpse.started_at, |at| at.min(glimpse.started_at));
        let earliest = earliest.min(active_at);
        seen = Some(
            seen.map_or((earliest, active_at), |(first, last)| (first.min(earliest), last.max(active_at))),
        );
        let (place, device) =
            (place_of(said), line(&[said.browser.as_ref(), said.os.as_ref(), said.screen.as_ref()], " · "));
        let lists: [Vec<&String>; 10] = [
            said.name.iter().collect(),
            said.handle.iter().collect(),
            said.email.iter().chain(&said.emails).collect(),
            said.phone.iter().chain(&said.phones).collect(),
            said.company.iter().collect(),
            place.iter().collect(),
            said.ip.iter().collect(),
            said.language.iter().collect(),
            device.iter().collect(),
            said.user_agent.iter().collect(),
        ];
        for (kind, values) in kinds.iter_mut().zip(lists) {
            kind.add(values, active_at);
        }
        if ratings.len() < RATINGS
            && let Some(rating) = glimpse.rating
        {
            ratings.push(GivenRating { conversation: id, at: active_at, rating });
        }
    }
    let [names, handles, emails, phones, companies, places, ips, languages, devices, user_agents] =
        kinds.map(|kind| kind.found);
    let newest = |kind: &SeenValues| kind.values.first().map(|seen| seen.value.clone());
    let (first_seen_at, last_seen_at) = seen.unwrap_or((instant(0), instant(0)));
    Ok(Portrait {
        title: newest(&names).or_else(|| newest(&emails)).or_else(|| newest(&handles)),
        conversations,
        read,
        whole: visitor.whole,
        services: services.into_iter().collect(),
        first_seen_at,
        last_seen_at,
        known_as,
        more_names,
        decisions: decisions::about(connection, visitor)?,
        names,
        handles,
        emails,
        phones,
        companies,
        places,
        ips,
        languages,
        devices,
        user_agents,
        ratings,
    })
}

/// The names with how many conversations have each, and how many conversations there are.
fn known_names(
    connection: &Connection,
    walk: &mut Walk<'_>,
    visitor: &Visitor,
) -> Result<(Vec<KnownName>, usize, i64), ArchiveError> {
    let mut total = 0;
    let mut counts: HashMap<Name, i64> = HashMap::new();
    for identity in &visitor.identities {
        let count = walk::count(connection, &[*identity])?;
        total += count;
        for name in walk.names(*identity)?.iter().filter(|name| !matches!(name, Name::Only(_))) {
            *counts.entry(name.clone()).or_default() += count;
        }
    }
    let mut names: Vec<(Name, i64)> = counts.into_iter().collect();
    names.sort_by(|(name, count), (other, others)| others.cmp(count).then_with(|| name.cmp(other)));
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let known = names.into_iter().map(|(name, conversations)| {
        let standing = match walk.standing(&name)? {
            Standing::Joins(_) => NameStanding::Joins,
            Standing::TakenOut => NameStanding::TakenOut,
            Standing::Crowd => NameStanding::Crowd,
        };
        Ok(KnownName { name, conversations, standing })
    });
    Ok((known.collect::<Result<_, ArchiveError>>()?, more, total))
}

fn glimpse(document: &[u8]) -> Result<Glimpse, ArchiveError> {
    let json = decompress_whole(document)?;
    serde_json::from_slice(&json).map_err(|error| ArchiveError::Damaged(error.to_string()))
}
