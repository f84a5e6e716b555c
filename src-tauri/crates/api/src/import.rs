//! Taking in saved payloads, as long work that hosts begin: from paths that a person chose, or from bytes that a page
//! sends.

use std::fs::File;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterchat_archive::import::{self, Options, Origin, Step};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::calls::types::WorkKind;
use crate::report::ReportFormat;
use crate::work::{Ending, Work};
use crate::{Api, Failure, blocking, now};

/// Bytes that a page may send at once: as many as may come out of a zip file.
const LARGEST_UPLOAD: u64 = 4 << 30;
/// Pieces of an upload that may wait to be written.
const WAITING_PIECES: usize = 16;

/// A file that a page is going to send.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Announced {
    /// Its name, with the folders a person chose.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Where the bytes of an upload go, piece by piece. Dropping it before all announced bytes were given ends the import
/// before anything was taken in.
#[derive(Debug)]
pub struct Upload {
    /// The name of the work.
    pub work: String,
    pieces: mpsc::Sender<Vec<u8>>,
}

impl Upload {
    /// Gives the next bytes; false once they are not wanted any more.
    pub async fn give(&self, piece: Vec<u8>) -> bool {
        self.pieces.send(piece).await.is_ok()
    }
}

impl Api {
    /// Begins to import these files, folders and zip files, and tells the name of that work. Only a host that let a
    /// person choose them may pass paths: a page never does. Needs a tokio runtime.
    pub fn import_files(&self, paths: Vec<PathBuf>) -> String {
        let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let work = self
            .works
            .open(WorkKind::Import, &title(&paths.iter().map(|path| name(path)).collect::<Vec<_>>()));
        let id = work.id();
        let api = self.clone();
        work.run(move |work| api.import(&paths.into_iter().map(Origin::from).collect::<Vec<_>>(), work));
        id
    }

    /// Begins to import files that a page sends, one after another as they are announced. Needs a tokio runtime.
    ///
    /// # Errors
    /// When they are larger together than a page may send.
    pub fn import_upload(&self, files: Vec<Announced>) -> Result<Upload, Failure> {
        let all = files.iter().try_fold(0_u64, |all, file| all.checked_add(file.size));
        let all = all.filter(|all| *all <= LARGEST_UPLOAD).ok_or_else(|| {
            let most = LARGEST_UPLOAD >> 30;
            Failure::new("upload_too_large", &format!("These files have more than {most} GB. Nothing was taken in. Import them with `afterchat import`."))
        })?;
        let names: Vec<String> = files.iter().map(|file| top(&file.name)).collect();
        let work = self.works.open(WorkKind::Import, &title(&names));
        let id = work.id();
        let (pieces, received) = mpsc::channel(WAITING_PIECES);
        let api = self.clone();
        work.run(move |work| match api.receive(received, all, work)? {
            Some(file) => api.import(&parts(files, &Arc::new(file)), work),
            None => Ok(Ending::Cancelled),
        });
        Ok(Upload { work: id, pieces })
    }

    /// Writes what a page sends into a file without a name, which is gone with the program whatever happens. `None`
    /// when not all of it came.
    fn receive(
        &self,
        mut pieces: mpsc::Receiver<Vec<u8>>,
        all: u64,
        work: &Work,
    ) -> Result<Option<File>, Failure> {
        let unwritten = |error: std::io::Error| {
            let words =
                format!("What the page sent could not be kept for a moment: {error}. Nothing was taken in.");
            Failure::new("upload_not_written", &words)
        };
        let mut file = tempfile::tempfile_in(self.archive.folder()).map_err(unwritten)?;
        let mut done = 0;
        let next = |pieces: &mut mpsc::Receiver<Vec<u8>>| {
            Handle::current().block_on(async {
                tokio::select! {
                    () = work.cancelled() => None,
                    piece = pieces.recv() => piece,
                }
            })
        };
        while let Some(piece) = next(&mut pieces) {
            done += piece.len() as u64;
            file.write_all(&piece).map_err(unwritten)?;
            // Sending is the shorter half of the way.
            work.at(done / 4, Some(all.max(1)), None);
        }
        Ok((done == all && !work.is_cancelled()).then_some(file))
    }

    fn import(&self, origins: &[Origin], work: &Work) -> Result<Ending, Failure> {
        let options = Options { received_at: now(), keep_unreadable: false };
        let stop = || work.is_cancelled();
        let mut bytes = (0, None);
        let summary = import::import(&self.archive, origins, options, &stop, &mut |step| {
            match step {
                Step::At { done, all } => bytes = (done, Some(all)),
                Step::Record(record) => {
                    work.report(|report| report.add(record));
                    work.at(bytes.0, bytes.1, Some(&record.file));
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(if summary.cancelled { Ending::Cancelled } else { Ending::Done })
    }

    /// The report of long work as a file: its name and its text.
    ///
    /// # Errors
    /// When there is no such work.
    pub async fn report(&self, work: &str, format: ReportFormat) -> Result<(String, String), Failure> {
        let (works, work) = (self.works.clone(), work.to_owned());
        blocking(move || {
            let text = works.report(&work, |report| report.write(format))?;
            let kind = works.rows().into_iter().find(|row| row.id == work).map(|row| row.kind);
            let kind = if kind == Some(WorkKind::Replay) { "replay" } else { "import" };
            Ok((format!("{kind}-report-{work}.{}", format.extension()), text))
        })
        .await
    }
}

/// The folder a file stands in, as the person chose it, or the file itself.
fn top(name: &str) -> String {
    name.split_once('/').map_or(name, |(top, _)| top).to_owned()
}

/// What a person calls these files: the name of the first, and how many more.
fn title(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.dedup();
    match names.as_slice() {
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} + {}", rest.len()),
        [] => String::new(),
    }
}

/// The files one after another in one.
fn parts(files: Vec<Announced>, file: &Arc<File>) -> Vec<Origin> {
    let mut start = 0;
    let part = |Announced { name, size }| {
        let part = Origin::Part { name, file: Arc::clone(file), start, length: size };
        start += size;
        part
    };
    files.into_iter().map(part).collect()
}
