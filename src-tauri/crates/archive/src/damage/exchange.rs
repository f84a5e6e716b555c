//! Setting the archive's files aside and putting another archive in their place, so that a program which is killed at
//! any moment of it leaves something the next start can finish. What is set aside is neither deleted nor overwritten.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};

use super::state::{Ending, State};
use crate::open::{FILE, make_private_folder};

/// An archive that waits to take the place of the present one.
const REPLACEMENT: &str = "archive.replacement.sqlite";
/// Says that an exchange is under way, and where the old files go.
const UNDER_WAY: &str = "archive.exchange.json";
/// Tells beside the old files why they are there.
const REPORT: &str = "report.json";
/// What belongs to a database file, in the order it is set aside.
const ENDINGS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

#[derive(Debug, Serialize, Deserialize)]
struct UnderWay {
    /// The folder for the old files, below the archive's own.
    aside: PathBuf,
    /// What is told beside the old files.
    #[serde(default)]
    report: Option<serde_json::Value>,
}

/// Where the replacement is made. What an interrupted try left there is removed.
pub(crate) fn begin(folder: &Path) -> io::Result<PathBuf> {
    let replacement = folder.join(REPLACEMENT);
    for ending in ENDINGS {
        remove(&with_ending(&replacement, ending))?;
    }
    Ok(replacement)
}

/// A name for a folder of its own below the archive's, after the time, that nothing was ever set aside in.
pub(crate) fn aside(folder: &Path, kind: &str, now: Instant) -> io::Result<PathBuf> {
    let stamp = now.utc().format("%Y-%m-%dT%H-%M-%SZ").to_string();
    let mut names = (1..).map(|number| if number == 1 { stamp.clone() } else { format!("{stamp}-{number}") });
    let aside = names.find_map(|name| {
        let aside = Path::new(kind).join(name);
        (!folder.join(&aside).exists()).then_some(aside)
    });
    aside.ok_or_else(|| io::Error::other("there is no free name"))
}

/// Sets the present files aside and puts the replacement in their place. The replacement is whole and on the disk.
pub(crate) fn exchange(folder: &Path, aside: &Path) -> io::Result<()> {
    prepare(folder, aside, None)?;
    finish(folder)
}

/// Decides for the replacement: from now on every start goes on with the exchange. When this fails nothing was decided, and
/// nothing was moved.
pub(crate) fn prepare(folder: &Path, aside: &Path, report: Option<serde_json::Value>) -> io::Result<()> {
    let text = serde_json::to_vec(&UnderWay { aside: aside.to_owned(), report })?;
    let written = folder.join(format!("{UNDER_WAY}.new"));
    let decided = fs::write(&written, text)
        .and_then(|()| File::open(&written)?.sync_all())
        .and_then(|()| fs::rename(&written, folder.join(UNDER_WAY)));
    if decided.is_err() {
        remove(&written)?;
    }
    decided
}

/// Goes on with an exchange that was interrupted, if there is one.
pub(crate) fn finish(folder: &Path) -> io::Result<()> {
    let Ok(text) = fs::read(folder.join(UNDER_WAY)) else { return Ok(()) };
    // What is done next must not reach the disk before the decision.
    sync(folder)?;
    let UnderWay { aside, report } = serde_json::from_slice(&text)?;
    let (aside, replacement) = (folder.join(aside), folder.join(REPLACEMENT));
    make_private_folder(&aside)?;
    if let Some(report) = report {
        // The archive tells it too, so a full disk holds nothing up.
        let text = serde_json::to_vec_pretty(&report)?;
        if let Err(error) = fs::write(aside.join(REPORT), text) {
            tracing::warn!(%error, "what happened could not be noted beside the old files");
        }
    }
    // Once the replacement has left its place it is the archive, and what stands beside it is its own.
    if replacement.exists() {
        for ending in ENDINGS {
            let from = with_ending(&folder.join(FILE), ending);
            if from.exists() {
                fs::rename(from, free(&with_ending(&aside.join(FILE), ending)))?;
            }
        }
        sync(&aside)?;
        fs::rename(replacement, folder.join(FILE))?;
        sync(folder)?;
    }
    // Nothing that was known of the old files is true of the new one.
    State { ending: Ending::Closed, ..State::default() }.replace(folder)?;
    remove(&folder.join(UNDER_WAY))?;
    sync(folder)
}

/// This name, or one like it that nothing has yet.
fn free(wanted: &Path) -> PathBuf {
    let mut name = wanted.to_owned();
    let mut number = 1;
    while name.exists() {
        number += 1;
        name = with_ending(wanted, &format!(".{number}"));
    }
    name
}

/// The file that belongs to this one.
pub(crate) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits until the names in a folder are on the disk.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and the system keeps its own log of names.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
