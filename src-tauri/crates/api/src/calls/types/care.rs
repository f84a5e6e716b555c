//! Care of the archive: what a repair did, and how the backups stand.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;

contract! {
    /// What a backup has that a repaired archive lacks.
    BackupOffer {
        /// The name of the backup.
        backup: String,
        /// When it was made.
        at: Instant,
        /// Deliveries that only the backup has.
        #[ts(type = "number")]
        deliveries: i64,
        /// Decisions of people and notes that only the backup has.
        #[ts(type = "number")]
        others: i64,
    }

    /// What the last repair did, until somebody dismisses it.
    RepairRow {
        /// When the archive was repaired.
        at: Instant,
        /// In which way it was damaged: missing, no_database, cut_off, log_broken, log_old, log_missing or malformed.
        damage: String,
        /// The folder in which the damaged files stand.
        folder: String,
        /// Deliveries that were taken over.
        #[ts(type = "number")]
        deliveries: i64,
        /// How many deliveries are missing; absent where nothing tells.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(as = "Option<u32>")]
        missing: Option<i64>,
        /// Hook addresses were taken from this backup, because they could not be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        addresses_from: Option<Instant>,
        /// Forwarding targets were taken from this backup, because they could not be read. They rest.
        #[serde(skip_serializing_if = "Option::is_none")]
        targets_from: Option<Instant>,
        /// Settings were taken from this backup, because they could not be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        settings_from: Option<Instant>,
        /// What the newest good backup has besides.
        #[serde(skip_serializing_if = "Option::is_none")]
        offer: Option<BackupOffer>,
    }

    /// How the backups stand.
    BackupsRow {
        /// The folder they are in.
        folder: String,
        /// When the newest was made.
        #[serde(skip_serializing_if = "Option::is_none")]
        newest_at: Option<Instant>,
        /// Its size in bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(type = "number")]
        newest_size: Option<u64>,
        /// How many there are.
        #[ts(type = "number")]
        count: usize,
        /// When the last try failed, unless a later one succeeded.
        #[serde(skip_serializing_if = "Option::is_none")]
        failed_at: Option<Instant>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    }

    /// Which backup.
    BackupQuestion {
        /// Its name.
        backup: String,
    }
}
