//! Programs that an earlier run of this program left behind, should even their guard have been killed.

use std::path::{Path, PathBuf};

/// The folder of the records.
const FOLDER: &str = "children";

/// A running child as it is written down: a file named by its number that says when it began. A number alone could be
/// another program's by now.
#[derive(Debug)]
pub(crate) struct Record(PathBuf);

impl Record {
    /// Writes a child down; `None` when its beginning is unknown, as when it has ended already.
    pub(crate) fn write(folder: &Path, id: u32) -> Option<Self> {
        let folder = folder.join(FOLDER);
        let file = folder.join(id.to_string());
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, began(id)?));
        if let Err(error) = &written {
            tracing::debug!(%error, id, "A tunnel's program was not written down.");
        }
        written.ok().map(|()| Self(file))
    }

    pub(crate) fn erase(self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(%error, "The record of a tunnel's program was not removed.");
        }
    }
}

/// Ends every program that is written down in this folder and still runs, with its group. Only whoever holds the
/// folder's lock may ask for this: the children of a running program are written down too. Tells how many it ended.
pub fn sweep(folder: &Path) -> usize {
    let Ok(records) = std::fs::read_dir(folder.join(FOLDER)) else { return 0 };
    let mut ended = 0;
    for record in records.flatten() {
        let id = record.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        let then = std::fs::read_to_string(record.path()).unwrap_or_default();
        if let Some(id) = id.filter(|id| !then.is_empty() && began(*id).is_ok_and(|now| now == then)) {
            kill(id);
            ended += 1;
        }
        let _removed = std::fs::remove_file(record.path());
    }
    ended
}

#[cfg(unix)]
fn kill(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_: u32) {}

/// When a process began, in the system's own words.
#[cfg(target_os = "linux")]
fn began(id: u32) -> std::io::Result<String> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name stands in brackets and may hold blanks and brackets itself; the beginning is the 20th field behind it.
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.split_whitespace().nth(19).map(str::to_owned).ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

#[cfg(not(target_os = "linux"))]
fn began(id: u32) -> std::io::Result<String> {
    let asked = std::process::Command::new("ps").args(["-o", "lstart=", "-p", &id.to_string()]).output()?;
    let said = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if said.is_empty() { Err(std::io::ErrorKind::NotFound.into()) } else { Ok(said) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use super::{FOLDER, Record, sweep};

    #[test]
    fn only_what_is_still_the_same_program_is_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = || Command::new("sleep").arg("600").process_group(0).spawn().expect("starts");
        let (mut left, mut other) = (start(), start());
        Record::write(folder.path(), left.id()).expect("written");
        std::fs::write(folder.path().join(FOLDER).join(other.id().to_string()), "1").expect("written");
        std::fs::write(folder.path().join(FOLDER).join("no number"), "1").expect("written");
        assert_eq!(sweep(folder.path()), 1);
        let status = left.wait().expect("ended");
        assert!(!status.success(), "what an earlier run left behind is ended: {status}");
        assert!(
            other.try_wait().expect("asked").is_none(),
            "a number that is another program's now is left alone"
        );
        assert_eq!(sweep(folder.path()), 0, "what was swept is forgotten");
        other.kill().expect("ends");
        other.wait().expect("ended");
    }
}
