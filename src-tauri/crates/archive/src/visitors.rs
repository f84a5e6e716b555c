//! Who a visitor is known as, so that conversations of one person find each other.
//!
//! People are joined by the service's id of them and by e-mail address, never by name or network address.

use afterchat_transcript::Transcript;
use rusqlite::{Connection, params};

use crate::ArchiveError;

/// Every name this conversation's visitor is known by.
pub(crate) fn known_as(transcript: &Transcript) -> Vec<String> {
    let Some(visitor) = &transcript.visitor else { return Vec::new() };
    let account = transcript.account.as_deref().unwrap_or_default();
    let id = visitor.external_id.iter().map(|id| format!("id:{}:{account}:{id}", transcript.provider));
    let addresses = visitor.email.iter().chain(&visitor.emails).filter(|address| address.contains('@'));
    let mut names: Vec<String> =
        id.chain(addresses.map(|address| format!("mailto:{}", address.trim().to_lowercase()))).collect();
    names.sort();
    names.dedup();
    names
}

pub(crate) fn put(connection: &Connection, position: i64, names: &[String]) -> Result<(), ArchiveError> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO visitors VALUES (?1, ?2)")?;
    for name in names {
        insert.execute(params![name, position])?;
    }
    Ok(())
}
