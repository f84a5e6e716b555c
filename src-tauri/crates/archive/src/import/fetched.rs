//! Takes what was fetched from a service into the journal.
//!
//! What the journal holds already is not taken again, so fetching a conversation once more changes nothing unless the
//! service tells something else of it.

use afterchat_transcript::{Delivery, reading};

use super::known::Known;
use crate::journal::{self, Row};
use crate::{Archive, ArchiveError};

/// The source that fetched deliveries are listed under. It has no address and no token.
pub const FETCHED: &str = "back-fill";

/// How many deliveries became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// In the journal now.
    pub new: u64,
    /// In the journal before.
    pub known: u64,
}

/// Takes deliveries in, as often as more of them come.
pub struct Intake {
    archive: Archive,
    known: Known,
}

impl Intake {
    /// Begins to take in.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn open(archive: &Archive) -> Result<Self, ArchiveError> {
        Ok(Self { archive: archive.clone(), known: Known::open(archive)? })
    }

    /// Appends what the journal does not hold yet, in one commit. Blocking.
    ///
    /// # Errors
    /// When the archive cannot be read or written; then none of these is in the journal.
    pub fn take(&mut self, deliveries: Vec<Delivery>) -> Result<Taken, ArchiveError> {
        let mut rows = Vec::new();
        let mut taken = Taken::default();
        for delivery in deliveries {
            let reading = reading::read(&delivery);
            if self.known.holds(&self.archive, &delivery.body, &reading)?.is_some() {
                taken.known += 1;
                continue;
            }
            self.known.expect(&delivery.body);
            taken.new += 1;
            rows.push(Row::new(delivery, None));
        }
        if !rows.is_empty() {
            let ids = self.archive.write(move |connection| journal::append(connection, rows.iter()))?;
            self.known.refresh(&self.archive, &ids)?;
        }
        Ok(taken)
    }
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Intake")
    }
}
