//! A file that long work made, waiting to be saved where a person wants it. It has no name on the disk, so nothing is
//! left of it when the program ends, however it ends.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// A file that was made. Clones read the same file.
#[derive(Debug, Clone)]
pub struct Product {
    /// What it is called where it is saved.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    file: Arc<Mutex<File>>,
}

impl Product {
    /// Takes a file that was written to its end.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub(crate) fn new(name: String, file: File) -> io::Result<Self> {
        Ok(Self { name, size: file.metadata()?.len(), file: Arc::new(Mutex::new(file)) })
    }

    /// The bytes that begin here, as many as are read at once; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn piece(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(PIECE);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        (&mut *file).take(PIECE as u64).read_to_end(&mut piece)?;
        Ok(piece)
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut at = 0;
        loop {
            let piece = self.piece(at)?;
            if piece.is_empty() {
                return out.flush();
            }
            at += piece.len() as u64;
            out.write_all(&piece)?;
        }
    }
}
