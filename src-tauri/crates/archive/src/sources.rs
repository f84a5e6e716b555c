//! Sources: the hook addresses that services are given.

use afterchat_transcript::{Instant, providers};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use crate::journal::instant;
use crate::writer::begin;
use crate::{Archive, ArchiveError, OldToken, Planned, SigningSecret, answers, secrets, tokens};

/// The source that finds out by itself which service a payload is from.
const DETECTING: &str = "any";

/// A hook address.
#[derive(Clone)]
pub struct Source {
    /// Its name, which stands in the address.
    pub name: String,
    /// The chat service it is for; `None` finds out by the payload.
    pub provider: Option<String>,
    /// The secret in the address. Whoever knows it can post.
    pub token: String,
    /// Those that it had before, as far as they are remembered, the newest first. Some are still good.
    pub old_tokens: Vec<OldToken>,
    /// When it was made.
    pub created_at: Instant,
    /// How many deliveries have been read that reached it.
    pub deliveries: i64,
    /// When it last heard from its service.
    pub last_delivery_at: Option<Instant>,
    /// What its service signs with, oldest first. With none, nothing is checked.
    pub secrets: Vec<SigningSecret>,
    /// Whether it takes what has no signature although it has secrets.
    pub takes_unsigned: bool,
    /// How many of its deliveries are in quarantine.
    pub quarantined: i64,
    /// What it answers instead of the usual; `None` when it answers as usual.
    pub answer: Option<Planned>,
    /// How many of them its service sent: without fetched and imported ones, samples, and trials by hand.
    pub real_deliveries: i64,
    /// When the first of these arrived.
    pub first_real_delivery_at: Option<Instant>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Source")
            .field("name", &self.name)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// The path of the address, with its token.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/h/{}/{}", self.name, self.token)
    }
}

/// Gives an archive one source for each service and one that finds out by itself. Each is given once: a service that
/// a newer Afterchat brings gets its source in an archive that exists, and a source that was removed stays away. Who has
/// a source for a service already, under whatever name, needs no other.
pub(crate) fn found(connection: &mut Connection, now: Instant) -> Result<(), ArchiveError> {
    let services = providers::PROVIDERS.iter().map(|provider| (provider.id(), Some(provider.id())));
    let all = services.chain([(DETECTING, None)]);
    // Usually nothing is to do, and to find that waits for nobody who writes just now.
    let known = "SELECT EXISTS (SELECT 1 FROM settings WHERE name = ?1)";
    let mut looking = connection.prepare_cached(known)?;
    let given = |name: &str| looking.query_row([given_name(name)], |row| row.get::<_, bool>(0));
    if all.clone().map(|(name, _)| name).map(given).collect::<Result<Vec<_>, _>>()?.iter().all(|given| *given)
    {
        return Ok(());
    }
    drop(looking);
    let transaction = begin(connection)?;
    for (name, provider) in all {
        let given = transaction.execute(
            "INSERT OR IGNORE INTO settings VALUES (?1, ?2)",
            params![given_name(name), now.to_string()],
        )?;
        let sql = "SELECT EXISTS (SELECT 1 FROM sources WHERE name = ?1 OR provider = ?2)";
        let has: bool = transaction.query_row(sql, params![name, provider], |row| row.get(0))?;
        if given > 0 && !has {
            insert(&transaction, name, provider, now)?;
        }
    }
    Ok(transaction.commit()?)
}

/// Under which it is remembered that a source was given.
fn given_name(source: &str) -> String {
    format!("source given: {source}")
}

fn insert(
    connection: &Connection,
    name: &str,
    provider: Option<&str>,
    now: Instant,
) -> Result<(), ArchiveError> {
    let sql = "INSERT INTO sources (name, provider, token, created_at) VALUES (?1, ?2, ?3, ?4)";
    let inserted = connection.execute(sql, params![name, provider, tokens::new()?, now.millis()]);
    inserted.map(drop).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => ArchiveError::NameTaken(name.to_owned()),
        _ => error.into(),
    })
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Source>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT s.name, s.provider, s.token, s.created_at, coalesce(h.deliveries, 0), h.last_at, s.unsigned,
             coalesce(h.quarantined, 0), coalesce(h.real_deliveries, 0), h.first_real_at
         FROM sources s LEFT JOIN heard h ON h.source = s.name ORDER BY s.name = ?1, s.name",
    )?;
    let rows = select.query_map([DETECTING], |row| {
        Ok(Source {
            name: row.get(0)?,
            provider: row.get(1)?,
            token: row.get(2)?,
            old_tokens: Vec::new(),
            created_at: instant(row.get(3)?),
            deliveries: row.get(4)?,
            last_delivery_at: row.get::<_, Option<i64>>(5)?.map(instant),
            secrets: Vec::new(),
            takes_unsigned: row.get(6)?,
            quarantined: row.get(7)?,
            answer: None,
            real_deliveries: row.get(8)?,
            first_real_delivery_at: row.get::<_, Option<i64>>(9)?.map(instant),
        })
    })?;
    let mut found = rows.collect::<Result<Vec<Source>, _>>()?;
    for (name, old) in tokens::all_old(connection)? {
        if let Some(source) = found.iter_mut().find(|source| source.name == name) {
            source.old_tokens.push(old);
        }
    }
    for (name, secret) in secrets::all(connection)? {
        if let Some(source) = found.iter_mut().find(|source| source.name == name) {
            source.secrets.push(secret);
        }
    }
    for (name, planned) in answers::all_plans(connection)? {
        if let Some(source) = found.iter_mut().find(|source| source.name == name) {
            source.answer = Some(planned);
        }
    }
    Ok(found)
}

pub(crate) fn one(connection: &Connection, name: &str) -> Result<Source, ArchiveError> {
    let found = all(connection)?.into_iter().find(|source| source.name == name);
    found.ok_or_else(|| ArchiveError::NotFound { what: "source", name: name.to_owned() })
}

/// What all sources together have heard, those since removed and imports included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// How many deliveries have been read.
    pub deliveries: i64,
    /// When the newest arrived.
    pub last_at: Option<Instant>,
    /// How many are in quarantine.
    pub quarantined: i64,
}

impl Archive {
    /// What all sources together have heard.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn heard(&self) -> Result<Heard, ArchiveError> {
        self.read(|connection| {
            let sql =
                "SELECT coalesce(sum(deliveries), 0), max(last_at), coalesce(sum(quarantined), 0) FROM heard";
            let row = |row: &rusqlite::Row<'_>| {
                Ok(Heard {
                    deliveries: row.get(0)?,
                    last_at: row.get::<_, Option<i64>>(1)?.map(instant),
                    quarantined: row.get(2)?,
                })
            };
            Ok(connection.query_row(sql, [], row)?)
        })
    }

    /// Every source, by name; the one that finds out by itself comes last.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn sources(&self) -> Result<Vec<Source>, ArchiveError> {
        self.read(all)
    }

    /// The source of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn source(&self, name: &str) -> Result<Source, ArchiveError> {
        self.read(|connection| one(connection, name))
    }

    /// Makes a source with a token of its own.
    ///
    /// # Errors
    /// When the name is taken or cannot stand in an address, or the service is unknown.
    pub fn add_source(
        &self,
        name: &str,
        provider: Option<&str>,
        now: Instant,
    ) -> Result<Source, ArchiveError> {
        let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !letters || name.is_empty() || name.len() > 40 {
            return Err(ArchiveError::NameInvalid(name.to_owned()));
        }
        if let Some(unknown) = provider.filter(|provider| providers::by_id(provider).is_none()) {
            return Err(ArchiveError::UnknownProvider(unknown.to_owned()));
        }
        let (name, provider) = (name.to_owned(), provider.map(str::to_owned));
        self.write(move |connection| {
            insert(connection, &name, provider.as_deref(), now)?;
            one(connection, &name)
        })
    }

    /// Removes a source. Its addresses stop working at once; what it received stays.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn remove_source(&self, name: &str) -> Result<(), ArchiveError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let removed = connection
                .query_row("DELETE FROM sources WHERE name = ?1 RETURNING 1", [&name], |_| Ok(()))
                .optional()?;
            removed.ok_or(ArchiveError::NotFound { what: "source", name })
        })
    }
}
