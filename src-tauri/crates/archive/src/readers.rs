//! Read-only connections. A question never waits for the writer: WAL gives each its own state of the file.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::ArchiveError;
use crate::damage::state::Soundness;
use crate::open::connect;

/// More connections than this are closed after use: a window asks a few questions at once, not hundreds.
const KEPT: usize = 4;

/// Lends read-only connections.
#[derive(Debug)]
pub(crate) struct Readers {
    file: PathBuf,
    soundness: Arc<Soundness>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf, soundness: Arc<Soundness>) -> Self {
        Self { file, soundness, idle: Mutex::new(Vec::new()) }
    }

    /// Closes what is idle, so that the last connection to close can tidy the file up.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Asks on a connection of its own, in one transaction, so that all it reads is of one moment.
    pub(crate) fn with<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        self.soundness.look(self.ask(question))
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| connect(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY), Ok)?;
        let transaction = connection.unchecked_transaction()?;
        let answer = question(&transaction);
        drop(transaction);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
        answer
    }
}
