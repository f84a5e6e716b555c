//! What the door found when it checked signatures, and what people decide about the deliveries it refused.
//!
//! A refused delivery is in the journal like every other, but tells of no conversation until a person accepts it. That
//! decision is keyed by the delivery, so it outlives a rebuild; the projector reads the delivery again.

use afterchat_transcript::Instant;
use afterchat_transcript::signature::Verdict;
use rusqlite::{Connection, params};

use crate::{Archive, ArchiveError, DeliveryId};

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There is none.
    Missing,
    /// It was made with another secret or for another body.
    Wrong,
    /// It is right, but was made too long before or after it arrived.
    Late,
}

impl Doubt {
    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::Late => "late",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Missing, Self::Wrong, Self::Late].into_iter().find(|doubt| doubt.word() == word)
    }

    /// What a person who looks at the delivery is told.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Missing => "It is in quarantine: this source asks for a signature and it has none.",
            Self::Wrong => {
                "It is in quarantine: its signature is wrong. The secret here and at the service differ, or the body was changed on its way."
            }
            Self::Late => {
                "It is in quarantine: its signature was made too long before or after it arrived. Somebody may have sent it again, or a clock is wrong."
            }
        }
    }
}

/// What the door found when it checked a delivery's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What is wrong with it; `None` when it is good.
    pub doubt: Option<Doubt>,
    /// What was looked at and where, in words.
    pub scheme: String,
    /// The label of the secret it was made with, when it is good.
    pub secret: Option<String>,
    /// True when it was answered 401.
    pub refused: bool,
    /// When a person accepted it all the same.
    pub accepted_at: Option<Instant>,
}

impl Signature {
    /// What a check found, for a source whose secrets have these labels. `unsigned` takes what has no signature.
    pub(crate) fn found(verdict: Verdict, scheme: String, labels: &[&str], unsigned: bool) -> Self {
        let doubt = match verdict {
            Verdict::Good(_) => None,
            Verdict::Missing => Some(Doubt::Missing),
            Verdict::Wrong => Some(Doubt::Wrong),
            Verdict::Late => Some(Doubt::Late),
        };
        let secret = match verdict {
            Verdict::Good(at) => labels.get(at).map(|label| (*label).to_owned()),
            Verdict::Missing | Verdict::Wrong | Verdict::Late => None,
        };
        let refused = doubt.is_some_and(|doubt| !(unsigned && doubt == Doubt::Missing));
        Self { doubt, scheme, secret, refused, accepted_at: None }
    }
}

/// Keeps what was found, in the transaction that keeps the delivery.
pub(crate) fn put(connection: &Connection, delivery: i64, signature: &Signature) -> Result<(), ArchiveError> {
    let verdict = signature.doubt.map_or("good", Doubt::word);
    connection.prepare_cached("INSERT INTO signatures VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        delivery,
        verdict,
        signature.scheme,
        signature.secret,
        signature.refused
    ])?;
    Ok(())
}

impl Archive {
    /// Accepts deliveries that are in quarantine, or puts accepted ones back; tells how many changed. Others are passed
    /// over. The projector reads them again.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn accept(&self, ids: &[DeliveryId], on: bool, now: Instant) -> Result<usize, ArchiveError> {
        let ids = ids.to_vec();
        self.write(move |connection| {
            let mut accept = connection.prepare_cached(
                "INSERT OR IGNORE INTO accepted SELECT delivery, ?2 FROM signatures WHERE delivery = ?1 AND refused = 1",
            )?;
            let mut put_back = connection.prepare_cached("DELETE FROM accepted WHERE delivery = ?1")?;
            // What the projector has not come to yet, it reads with this decision.
            let mut again = connection.prepare_cached(
                "INSERT OR IGNORE INTO rereads SELECT ?1 FROM cursor WHERE cursor.delivery >= ?1",
            )?;
            let mut changed = 0;
            for id in &ids {
                let decided =
                    if on { accept.execute([id.0, now.millis()])? } else { put_back.execute([id.0])? };
                if decided > 0 {
                    again.execute([id.0])?;
                    changed += 1;
                }
            }
            if changed > 0 {
                connection.execute("UPDATE cursor SET turn = turn + 1", [])?;
            }
            Ok(changed)
        })
    }

    /// The newest delivery in quarantine.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn newest_quarantined(&self) -> Result<Option<DeliveryId>, ArchiveError> {
        self.read(|connection| {
            let sql = "SELECT max(delivery) FROM readings WHERE outcome = 'quarantined'";
            Ok(connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(DeliveryId))
        })
    }
}
