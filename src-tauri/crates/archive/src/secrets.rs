//! The secrets that services sign with, and what the door does with them.

use afterchat_transcript::signature::{Scheme, Secret};
use afterchat_transcript::{Delivery, Header, Instant, providers};
use rusqlite::{Connection, params};

use crate::journal::instant;
use crate::sources::{self, Source};
use crate::{Archive, ArchiveError, Signature};

/// The most secrets of one source. A change of secrets needs two; every one of them is tried on every delivery.
const MOST: usize = 8;
/// The most letters of a label.
const LABEL: usize = 60;

/// A secret that a source's service signs with.
#[derive(Debug, Clone)]
pub struct SigningSecret {
    /// What a person calls it.
    pub label: String,
    /// The secret.
    pub secret: Secret,
    /// When it was set.
    pub added_at: Instant,
}

/// What the door checks at a source, and with what.
#[derive(Debug, Clone)]
pub struct Guard {
    scheme: Scheme,
    secrets: Vec<SigningSecret>,
    unsigned: bool,
}

impl Guard {
    /// The guard of a source; `None` when its service signs nothing.
    pub(crate) fn of(source: &Source) -> Option<Self> {
        let scheme = source.scheme()?;
        Some(Self { scheme, secrets: source.secrets.clone(), unsigned: source.takes_unsigned })
    }

    /// Takes what carries a secret in the open out of these headers.
    pub fn conceal(&self, headers: &mut [Header]) {
        self.scheme.conceal(headers);
    }

    /// Checks a delivery's signature; `None` when no secret is set. What carries a secret in the open is taken out of
    /// the delivery's headers either way.
    #[must_use]
    pub fn examine(&self, delivery: &mut Delivery) -> Option<Signature> {
        let verdict = (!self.secrets.is_empty()).then(|| {
            let secrets = self.secrets.iter().map(|known| &known.secret);
            self.scheme.check(secrets, &delivery.headers, &delivery.body, delivery.received_at)
        });
        self.scheme.conceal(&mut delivery.headers);
        let labels: Vec<&str> = self.secrets.iter().map(|known| known.label.as_str()).collect();
        verdict.map(|verdict| Signature::found(verdict, self.scheme.to_string(), &labels, self.unsigned))
    }
}

impl Source {
    /// How its service signs; `None` when it signs nothing, or the source finds out the service by the payload.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        providers::by_id(self.provider.as_deref()?)?.signature()
    }
}

/// Every secret, by its source, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, SigningSecret)>, ArchiveError> {
    let sql = "SELECT source, label, secret, added_at FROM secrets ORDER BY source, added_at, label";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(2)?;
        // An empty one is never stored; it could prove nothing.
        let Some(secret) = Secret::new(&text) else { continue };
        found.push((
            row.get(0)?,
            SigningSecret { label: row.get(1)?, secret, added_at: instant(row.get(3)?) },
        ));
    }
    Ok(found)
}

/// The label that was given, or the first number that is free.
fn label_for(source: &Source, wanted: Option<&str>) -> Result<String, ArchiveError> {
    let taken = |label: &str| source.secrets.iter().any(|known| known.label == label);
    let wanted = wanted.map(str::trim).filter(|label| !label.is_empty());
    let Some(label) = wanted else {
        let mut numbers = (1..).map(|number| format!("secret {number}"));
        return Ok(numbers.find(|label| !taken(label)).unwrap_or_default());
    };
    let label: String = label.chars().take(LABEL).collect();
    if taken(&label) { Err(ArchiveError::LabelTaken(label)) } else { Ok(label) }
}

impl Archive {
    /// Adds a secret to a source. From now on a delivery must be signed with one of the source's secrets.
    ///
    /// # Errors
    /// When there is no such source, its service signs nothing, the secret is empty or set already, the label is taken,
    /// or there are too many.
    pub fn add_secret(
        &self,
        source: &str,
        label: Option<&str>,
        secret: &str,
        now: Instant,
    ) -> Result<Source, ArchiveError> {
        let secret = Secret::new(secret).ok_or(ArchiveError::SecretEmpty)?;
        let (name, label) = (source.to_owned(), label.map(str::to_owned));
        self.write(move |connection| {
            let source = sources::one(connection, &name)?;
            if source.scheme().is_none() {
                return Err(ArchiveError::SignsNothing(name));
            }
            let known = source.secrets.iter().find(|known| known.secret.expose() == secret.expose());
            if let Some(known) = known {
                return Err(ArchiveError::SecretKnown(known.label.clone()));
            }
            if source.secrets.len() >= MOST {
                return Err(ArchiveError::TooManySecrets(MOST));
            }
            let label = label_for(&source, label.as_deref())?;
            connection.execute(
                "INSERT INTO secrets (source, label, secret, added_at) VALUES (?1, ?2, ?3, ?4)",
                params![name, label, secret.expose(), now.millis()],
            )?;
            sources::one(connection, &name)
        })
    }

    /// Removes a secret from a source. With the last one goes the check.
    ///
    /// # Errors
    /// When there is no such source or no such secret.
    pub fn remove_secret(&self, source: &str, label: &str) -> Result<Source, ArchiveError> {
        let (name, label) = (source.to_owned(), label.to_owned());
        self.write(move |connection| {
            let sql = "DELETE FROM secrets WHERE source = ?1 AND label = ?2";
            if connection.execute(sql, params![name, label])? == 0 {
                return Err(ArchiveError::NotFound { what: "secret", name: label });
            }
            sources::one(connection, &name)
        })
    }

    /// Whether a source with secrets also takes what has no signature at all. A wrong one is always refused.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn take_unsigned(&self, source: &str, on: bool) -> Result<Source, ArchiveError> {
        let name = source.to_owned();
        self.write(move |connection| {
            connection.execute("UPDATE sources SET unsigned = ?2 WHERE name = ?1", params![name, on])?;
            sources::one(connection, &name)
        })
    }
}
