//! Sources: the hook addresses that services are given.

use afterchat_transcript::{Instant, providers};
use data_encoding::BASE32_NOPAD;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use subtle::ConstantTimeEq;

use crate::journal::instant;
use crate::writer::begin;
use crate::{Archive, ArchiveError};

/// The source that finds out by itself which service a payload is from.
const DETECTING: &str = "any";
/// Random bytes in a token: 160 bits, written as 32 letters and digits.
const TOKEN_BYTES: usize = 20;

/// A hook address.
#[derive(Clone)]
pub struct Source {
    /// Its name, which stands in the address.
    pub name: String,
    /// The chat service it is for; `None` finds out by the payload.
    pub provider: Option<String>,
    /// The secret in the address. Whoever knows it can post.
    pub token: String,
    /// When it was made.
    pub created_at: Instant,
    /// How many deliveries have been read that reached it.
    pub deliveries: i64,
    /// When it last heard from its service.
    pub last_delivery_at: Option<Instant>,
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

/// What the door needs to know of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The source's name.
    pub source: String,
    /// The chat service it is for.
    pub provider: Option<String>,
}

impl Source {
    pub(crate) fn admits(&self, token: &str) -> Option<Hook> {
        let admitted: bool = self.token.as_bytes().ct_eq(token.as_bytes()).into();
        admitted.then(|| Hook { source: self.name.clone(), provider: self.provider.clone() })
    }

    /// The path of the address, with its token.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/h/{}/{}", self.name, self.token)
    }
}

fn new_token() -> Result<String, ArchiveError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| std::io::Error::other(format!("The system gave no randomness: {error}")))?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Gives a new archive one source for each service and one that finds out by itself.
pub(crate) fn found(connection: &mut Connection, now: Instant) -> Result<(), ArchiveError> {
    let transaction = begin(connection)?;
    let begun: bool =
        transaction
            .query_row("SELECT EXISTS (SELECT 1 FROM settings WHERE name = 'begun')", [], |row| row.get(0))?;
    if !begun {
        for provider in providers::PROVIDERS {
            insert(&transaction, provider.id(), Some(provider.id()), now)?;
        }
        insert(&transaction, DETECTING, None, now)?;
        transaction.execute("INSERT INTO settings VALUES ('begun', ?1)", [now.to_string()])?;
    }
    Ok(transaction.commit()?)
}

fn insert(
    connection: &Connection,
    name: &str,
    provider: Option<&str>,
    now: Instant,
) -> Result<(), ArchiveError> {
    let sql = "INSERT INTO sources (name, provider, token, created_at) VALUES (?1, ?2, ?3, ?4)";
    let inserted = connection.execute(sql, params![name, provider, new_token()?, now.millis()]);
    inserted.map(drop).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => ArchiveError::NameTaken(name.to_owned()),
        _ => error.into(),
    })
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Source>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT s.name, s.provider, s.token, s.created_at, coalesce(h.deliveries, 0), h.last_at
         FROM sources s LEFT JOIN heard h ON h.source = s.name ORDER BY s.name = ?1, s.name",
    )?;
    let rows = select.query_map([DETECTING], |row| {
        Ok(Source {
            name: row.get(0)?,
            provider: row.get(1)?,
            token: row.get(2)?,
            created_at: instant(row.get(3)?),
            deliveries: row.get(4)?,
            last_delivery_at: row.get::<_, Option<i64>>(5)?.map(instant),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn one(connection: &Connection, name: &str) -> Result<Source, ArchiveError> {
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
}

impl Archive {
    /// What all sources together have heard.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn heard(&self) -> Result<Heard, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT coalesce(sum(deliveries), 0), max(last_at) FROM heard";
            let row = |row: &rusqlite::Row<'_>| {
                Ok(Heard { deliveries: row.get(0)?, last_at: row.get::<_, Option<i64>>(1)?.map(instant) })
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

    /// Gives a source a new token. The old address stops working at once.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn rotate_source(&self, name: &str) -> Result<Source, ArchiveError> {
        let name = name.to_owned();
        self.write(move |connection| {
            connection
                .execute("UPDATE sources SET token = ?2 WHERE name = ?1", params![name, new_token()?])?;
            one(connection, &name)
        })
    }

    /// Removes a source. Its address stops working at once; what it received stays.
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
