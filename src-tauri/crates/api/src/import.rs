//! Taking in saved payloads, as long work that hosts begin.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use afterchat_archive::import::{self, Options, Step, Summary};

use crate::calls::types::WorkKind;
use crate::work::{Ending, Work};
use crate::{Api, Failure, now};

impl Api {
    /// Begins to import these files, folders and zip files, and tells the name of that work. Only a host that let a
    /// person choose them may pass paths: a page never does. Needs a tokio runtime.
    #[must_use]
    pub fn import_files(&self, paths: Vec<PathBuf>) -> String {
        let work = self.works.open(WorkKind::Import, &title(&paths));
        let id = work.id();
        let api = self.clone();
        work.run(move |work| api.import(&paths, work));
        id
    }

    fn import(&self, paths: &[PathBuf], work: &Work) -> Result<Ending, Failure> {
        let options = Options { received_at: now(), keep_unreadable: false };
        let mut files = (0, None);
        let mut so_far = Summary::default();
        let summary = import::import(&self.archive, paths, options, &mut |step| {
            match step {
                Step::File { done, all } => files = (done as u64, Some(all as u64)),
                Step::Record(record) => {
                    so_far.count(&record.outcome);
                    work.at(files.0, files.1, Some(&record.file));
                    work.counted(&counts(&so_far));
                }
            }
            if work.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        work.counted(&counts(&summary));
        Ok(if summary.cancelled { Ending::Cancelled } else { Ending::Done })
    }
}

/// What a person calls these files: the name of one, or of the folder they are in.
fn title(paths: &[PathBuf]) -> String {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    match paths {
        [one] => name(one),
        [first, rest @ ..] => format!("{} + {}", name(first), rest.len()),
        [] => String::new(),
    }
}

fn counts(summary: &Summary) -> [(&'static str, u64); 5] {
    [
        ("new", summary.new as u64),
        ("repeated", summary.repeated as u64),
        ("unreadable", summary.unreadable as u64),
        ("export", summary.exports as u64),
        ("failed", summary.failed as u64),
    ]
}
