//! The tokens in hook addresses: making them, comparing them without telling anything by the time it takes, and replacing
//! them so that nothing is lost while a service still has the old address.

use std::time::Duration;

use afterchat_transcript::Instant;
use data_encoding::BASE32_NOPAD;
use rusqlite::{Connection, Row, params};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use crate::journal::instant;
use crate::sources::{self, Source};
use crate::{Archive, ArchiveError, Guard};

/// Random bytes in a token: 160 bits, written as 32 letters and digits.
const BYTES: usize = 20;
/// As many old tokens of a source are remembered. Every one of them is compared with every request.
const MOST: usize = 4;
/// Stands where a source has no token to compare with.
const NOBODYS: &str = "--------------------------------";

/// How long an old address stays good when nothing else is said: long enough to enter the new one everywhere.
pub const OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A token that a source had before.
#[derive(Clone)]
pub struct OldToken {
    /// Its number.
    pub id: i64,
    token: String,
    /// When a new one took its place.
    pub replaced_at: Instant,
    /// From then on it is no longer good.
    pub until: Instant,
    /// When a person ended it before; `None` when nobody did.
    pub ended_at: Option<Instant>,
    /// How many deliveries came by it since it was replaced.
    pub deliveries: i64,
    /// When the last of them arrived.
    pub last_used_at: Option<Instant>,
}

impl std::fmt::Debug for OldToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OldToken").field("id", &self.id).finish_non_exhaustive()
    }
}

impl OldToken {
    /// The token itself, for whoever must recognise it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether its address is still good.
    #[must_use]
    pub fn is_good(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

/// By which of a source's addresses a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// The present one.
    Present,
    /// The one with the old token of this number, which is still good.
    Old(i64),
    /// One that was good once. Nothing is taken there.
    Ended,
}

/// What the door needs to know of a source.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The source's name.
    pub source: String,
    /// The chat service it is for.
    pub provider: Option<String>,
    /// What is checked of a delivery; `None` when the service signs nothing.
    pub guard: Option<Guard>,
    /// By which of its addresses the request came.
    pub address: Address,
}

/// The hook that a token opens at this source. A source that does not exist takes as many comparisons as any other.
pub(crate) fn hook(source: Option<&Source>, token: &str, now: Instant) -> Option<Hook> {
    let present = source.map(|source| source.token.as_str());
    let old = source.map_or(&[][..], |source| &source.old_tokens);
    let known = present.into_iter().chain(old.iter().map(|old| old.token.as_str()));
    let place = place_of(token, known, |one, other| one.as_bytes().ct_eq(other.as_bytes()));
    let (source, place) = (source?, place?);
    let address = match place.checked_sub(1).and_then(|place| old.get(place)) {
        None => Address::Present,
        Some(old) if old.is_good(now) => Address::Old(old.id),
        Some(_) => Address::Ended,
    };
    Some(Hook {
        source: source.name.clone(),
        provider: source.provider.clone(),
        guard: Guard::of(source),
        address,
    })
}

/// Where a token stands among those that are known. It compares as often whatever is known and whatever was found, and
/// nothing on the way depends on what a comparison said.
fn place_of<'a>(
    token: &str,
    known: impl Iterator<Item = &'a str>,
    mut same: impl FnMut(&str, &str) -> Choice,
) -> Option<usize> {
    let mut known = known.fuse();
    let (mut found, mut place) = (Choice::from(0), 0_u8);
    for at in 0..=u8::try_from(MOST).unwrap_or(u8::MAX) {
        let next = known.next();
        let one = same(next.unwrap_or(NOBODYS), token) & Choice::from(u8::from(next.is_some()));
        place.conditional_assign(&at, one);
        found |= one;
    }
    bool::from(found).then_some(usize::from(place))
}

/// A token that nobody can guess.
pub(crate) fn new() -> Result<String, ArchiveError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| std::io::Error::other(format!("The system gave no randomness: {error}")))?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// The old tokens of all sources, each with its source's name, the newest first.
pub(crate) fn all_old(connection: &Connection) -> Result<Vec<(String, OldToken)>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT id, token, replaced_at, until, ended_at, deliveries, last_used_at, source
         FROM old_tokens ORDER BY source, id DESC",
    )?;
    let row = |row: &Row<'_>| {
        let old = OldToken {
            id: row.get(0)?,
            token: row.get(1)?,
            replaced_at: instant(row.get(2)?),
            until: instant(row.get(3)?),
            ended_at: row.get::<_, Option<i64>>(4)?.map(instant),
            deliveries: row.get(5)?,
            last_used_at: row.get::<_, Option<i64>>(6)?.map(instant),
        };
        Ok((row.get(7)?, old))
    };
    Ok(select.query_map([], row)?.collect::<Result<_, _>>()?)
}

/// Notes that a delivery came by an old token. The caller commits.
pub(crate) fn used(
    connection: &Connection,
    old: i64,
    delivery: i64,
    at: Instant,
) -> Result<(), ArchiveError> {
    connection.prepare_cached("INSERT INTO by_old_address (delivery) VALUES (?1)")?.execute([delivery])?;
    let count =
        "UPDATE old_tokens SET deliveries = deliveries + 1, last_used_at = max(coalesce(last_used_at, 0), ?2)
         WHERE id = ?1";
    connection.prepare_cached(count)?.execute(params![old, at.millis()])?;
    Ok(())
}

impl Archive {
    /// Gives a source a new token, which is good at once. The old one stays good for as long as `overlap` says; with
    /// `None` it and all that are older end now.
    ///
    /// # Errors
    /// When there is no such source, or too many of its old addresses are still good.
    pub fn rotate_source(
        &self,
        name: &str,
        overlap: Option<Duration>,
        now: Instant,
    ) -> Result<Source, ArchiveError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let source = sources::one(connection, &name)?;
            if overlap.is_none() {
                end(connection, &name, now)?;
            }
            make_room(connection, &source, overlap.is_some(), now)?;
            // With an end of its own, so that ending it can be undone.
            let until = instant(now.millis().saturating_add(millis(overlap.unwrap_or(OVERLAP))));
            let ended_at = overlap.is_none().then(|| now.millis());
            let insert = "INSERT INTO old_tokens (source, token, replaced_at, until, ended_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)";
            connection
                .execute(insert, params![name, source.token, now.millis(), until.millis(), ended_at])?;
            connection.execute("UPDATE sources SET token = ?2 WHERE name = ?1", params![name, new()?])?;
            sources::one(connection, &name)
        })
    }

    /// Ends all old addresses of a source at once.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn end_old_addresses(&self, name: &str, now: Instant) -> Result<Source, ArchiveError> {
        let name = name.to_owned();
        self.write(move |connection| {
            end(connection, &name, now)?;
            sources::one(connection, &name)
        })
    }

    /// Makes an old address good again that a person has ended before its time.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn put_old_address_back(&self, name: &str, id: i64) -> Result<Source, ArchiveError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let back = "UPDATE old_tokens SET ended_at = NULL WHERE id = ?1 AND source = ?2";
            connection.execute(back, params![id, name])?;
            sources::one(connection, &name)
        })
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn end(connection: &Connection, name: &str, now: Instant) -> Result<(), ArchiveError> {
    let sql = "UPDATE old_tokens SET ended_at = ?2 WHERE source = ?1 AND ended_at IS NULL AND until > ?2";
    connection.execute(sql, params![name, now.millis()])?;
    Ok(())
}

/// Forgets the oldest old token when one more is to be remembered: one that is no longer good, if there is one.
fn make_room(
    connection: &Connection,
    source: &Source,
    only_ended: bool,
    now: Instant,
) -> Result<(), ArchiveError> {
    if source.old_tokens.len() < MOST {
        return Ok(());
    }
    let oldest_first = || source.old_tokens.iter().rev();
    let ended = oldest_first().find(|old| !old.is_good(now));
    let forgotten = if only_ended { ended } else { ended.or(oldest_first().next()) };
    let forgotten = forgotten.ok_or(ArchiveError::TooManyOldAddresses(MOST))?;
    connection.execute("DELETE FROM old_tokens WHERE id = ?1", [forgotten.id])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_token_is_160_random_bits_and_none_comes_twice() {
        const COUNT: usize = 10_000;
        let tokens: Vec<String> = (0..COUNT).map(|_| new().expect("randomness")).collect();
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), COUNT, "no token comes twice");
        let mut ones = [0_usize; BYTES * 8];
        for token in &tokens {
            assert!(token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{token}");
            let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).expect("base 32");
            assert_eq!(bytes.len(), 20, "160 bits are written down");
            for (at, ones) in ones.iter_mut().enumerate() {
                *ones += usize::from(bytes[at / 8] >> (at % 8) & 1);
            }
        }
        // Of a fair coin thrown 10,000 times, fewer than 4,500 or more than 5,500 heads come once in 10^22 times.
        assert!(ones.iter().all(|ones| (4_500..5_500).contains(ones)), "every bit is random: {ones:?}");
    }

    #[test]
    fn as_many_comparisons_are_made_whatever_is_known_and_found() {
        let all = ["a1", "b2", "c3", "d4", "e5"];
        for (token, known, expected) in [
            ("a1", &all[..0], None),
            ("a1", &all[..1], Some(0)),
            ("zz", &all[..1], None),
            ("a2", &all[..3], None),
            ("c3", &all[..3], Some(2)),
            ("a1", &all[..], Some(0)),
            ("e5", &all[..], Some(4)),
            ("", &all[..], None),
            (NOBODYS, &all[..2], None),
        ] {
            let mut compared = 0;
            let found = place_of(token, known.iter().copied(), |one, other| {
                compared += 1;
                one.as_bytes().ct_eq(other.as_bytes())
            });
            assert_eq!((found, compared), (expected, 1 + MOST), "{token} among {known:?}");
        }
    }
}
