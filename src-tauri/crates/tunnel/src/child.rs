//! A program that carries a tunnel: in a process group of its own, its output read for as long as it lives, and gone when
//! it is asked to stop, when the group does not go by itself, and when this program is killed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::log::LINE_BYTES;
use crate::sweep::Record;
use crate::{Event, Run, Trouble};

/// How long a group may take to go after it was asked to.
const GOING: Duration = Duration::from_secs(5);
/// How long output may still be read after its program ended: something it left behind may hold the pipe.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How many lines stand in the words of why a program ended.
const LAST_LINES: usize = 3;

/// What is started.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) program: String,
    pub(crate) arguments: Vec<OsString>,
    /// Set for the program, and seen by nobody else: arguments are shown to every account of the machine.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Where running children are written down.
    pub(crate) folder: PathBuf,
}

/// What a line of output means.
pub(crate) enum Heard {
    Nothing,
    Event(Event),
    /// Why it will end, should it end.
    Trouble(Trouble),
}

/// Runs a program until it ends or is asked to stop, and has every line of it understood. Nothing of it is left behind.
pub(crate) async fn drive(
    start: &Start,
    run: &Run,
    mut understand: impl FnMut(&str) -> Heard + Send,
) -> Trouble {
    let Some(found) = find(&start.program, std::env::var_os("PATH").as_deref()) else {
        let detail = format!(
            "The program “{}” is not installed, or not where programs are looked for.",
            start.program
        );
        return Trouble::lasting("program_missing", detail);
    };
    let mut group = match Group::start(&found, start) {
        Ok(group) => group,
        Err(error) => {
            let detail = format!("“{}” could not be started: {error}.", found.display());
            return Trouble::lasting("program_missing", detail);
        }
    };
    let mut heard = Listening { run, understand: &mut understand, trouble: None, last: Vec::new() };
    let status = tokio::select! {
        biased;
        () = run.stop.cancelled() => None,
        status = group.heard_out(&mut heard) => Some(status),
    };
    group.end().await;
    let Some(status) = status else { return Trouble::passing("stopped", "It was asked to stop.") };
    heard.trouble.unwrap_or_else(|| {
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        Trouble::passing(
            "ended",
            format!("The program ended ({how}). {}", heard.last.join(" · ")).trim().to_owned(),
        )
    })
}

/// What was heard of a program so far.
struct Listening<'a, F> {
    run: &'a Run,
    understand: &'a mut F,
    trouble: Option<Trouble>,
    last: Vec<String>,
}

impl<F: FnMut(&str) -> Heard> Listening<'_, F> {
    async fn line(&mut self, line: &str) {
        self.run.log.write(SystemTime::now(), line);
        if self.last.len() == LAST_LINES {
            self.last.remove(0);
        }
        self.last.push(self.run.log.without_secrets(line));
        match (self.understand)(line) {
            Heard::Nothing => {}
            Heard::Event(event) => {
                self.trouble = None;
                self.run.tell(event).await;
            }
            Heard::Trouble(mut trouble) => {
                trouble.detail = self.run.log.without_secrets(&trouble.detail);
                // A connection that closes because a key was refused was still refused.
                if self.trouble.as_ref().is_none_or(|known| weight(&trouble) >= weight(known)) {
                    self.trouble = Some(trouble);
                }
            }
        }
    }
}

/// How much trouble tells of the reason: what lasts, what has a name of its own, what is only out of reach.
fn weight(trouble: &Trouble) -> u8 {
    match (trouble.lasting, trouble.code) {
        (true, _) => 2,
        (false, "unreachable" | "ended") => 0,
        (false, _) => 1,
    }
}

/// Whether a program is there: a path, or a name that is looked for where programs are.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    find(program, std::env::var_os("PATH").as_deref()).is_some()
}

/// Where a program is: the path that was given, or the first of its name in `PATH` that can be run.
pub(crate) fn find(program: &str, path: Option<&std::ffi::OsStr>) -> Option<PathBuf> {
    if program.contains(std::path::MAIN_SEPARATOR) {
        return Some(PathBuf::from(program)).filter(|file| can_run(file));
    }
    let names = [program.to_owned(), format!("{program}{}", std::env::consts::EXE_SUFFIX)];
    std::env::split_paths(path?)
        .flat_map(|folder| names.clone().map(|name| folder.join(name)))
        .find(|file| !program.is_empty() && can_run(file))
}

fn can_run(file: &Path) -> bool {
    let Ok(known) = file.metadata() else { return false };
    #[cfg(unix)]
    let may = std::os::unix::fs::PermissionsExt::mode(&known.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may = true;
    known.is_file() && may
}

/// A running program with everything it started.
struct Group {
    child: Child,
    leader: Option<u32>,
    lines: mpsc::Receiver<String>,
    /// Ends the group should this program be killed.
    guard: Option<Guard>,
    record: Option<Record>,
}

impl Group {
    fn start(program: &Path, start: &Start) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(&start.arguments)
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let leader = child.id();
        let guard = leader.and_then(|id| Guard::over(id).ok());
        let record = leader.and_then(|id| Record::write(&start.folder, id));
        let (sender, lines) = mpsc::channel(64);
        if let Some(output) = child.stdout.take() {
            tokio::spawn(read_lines(output, sender.clone()));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(read_lines(output, sender));
        }
        Ok(Self { child, leader, lines, guard, record })
    }

    /// Hears every line until the program ended, and what was still in its pipes then.
    async fn heard_out<F: FnMut(&str) -> Heard>(
        &mut self,
        heard: &mut Listening<'_, F>,
    ) -> std::io::Result<ExitStatus> {
        let status = loop {
            tokio::select! {
                biased;
                Some(line) = self.lines.recv() => heard.line(&line).await,
                status = self.child.wait() => break status,
            }
        };
        // What it left behind in its group goes now; the group's number is nobody else's yet.
        kill(self.leader, Kill::Now);
        let last_words = async {
            while let Some(line) = self.lines.recv().await {
                heard.line(&line).await;
            }
        };
        let _held_open = timeout(LAST_WORDS, last_words).await;
        status
    }

    /// Asks the group to go, waits, and then makes it. Its output is read meanwhile, or it could not go.
    async fn end(&mut self) {
        if self.child.id().is_some() {
            kill(self.leader, Kill::Ask);
            let (child, lines) = (&mut self.child, &mut self.lines);
            let silent = async { while lines.recv().await.is_some() {} };
            let gone = timeout(GOING, async { tokio::join!(child.wait(), silent) }).await;
            kill(self.leader, Kill::Now);
            if gone.is_err() {
                let _reaped = self.child.wait().await;
            }
        }
        if let Some(guard) = self.guard.take() {
            guard.release().await;
        }
        if let Some(record) = self.record.take() {
            record.erase();
        }
    }
}

#[derive(Clone, Copy)]
enum Kill {
    Ask,
    Now,
}

/// Signals everything in a group. That nobody is left to hear it is as good.
#[cfg(unix)]
fn kill(leader: Option<u32>, how: Kill) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match how {
        Kill::Ask => Signal::TERM,
        Kill::Now => Signal::KILL,
    };
    if let Some(group) = leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        let _gone = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn kill(_: Option<u32>, _: Kill) {}

/// A shell that waits for this program to end without having released it, however that comes, and then ends the group.
///
/// The kernel's own signal for the death of a parent reaches one process and not the group, fires when a mere thread
/// ends, and exists on Linux only. A pipe that closes does better everywhere.
struct Guard(#[cfg_attr(not(unix), expect(dead_code))] Child);

impl Guard {
    #[cfg(unix)]
    fn over(leader: u32) -> std::io::Result<Self> {
        const SCRIPT: &str =
            r#"read -r released || { kill -s TERM -- "-$0"; sleep 5; kill -s KILL -- "-$0"; }"#;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, &leader.to_string()]).process_group(0);
        let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self(shell))
    }

    #[cfg(not(unix))]
    fn over(_: u32) -> std::io::Result<Self> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn release(mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            use tokio::io::AsyncWriteExt as _;
            let _released = pipe.write_all(b"released\n").await;
        }
        let _reaped = self.0.wait().await;
    }
}

/// Sends every line of an output, without colours and cursor movements. A carriage return ends a line too, as programs
/// that draw over their last line use it.
async fn read_lines(mut output: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let (mut line, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let read = output.read(&mut piece).await.unwrap_or(0);
        for byte in &piece[..read] {
            if matches!(byte, b'\n' | b'\r') {
                send(&mut line, &lines).await;
            } else if line.len() < LINE_BYTES {
                line.push(*byte);
            }
        }
        if read == 0 {
            return send(&mut line, &lines).await;
        }
    }
}

async fn send(line: &mut Vec<u8>, lines: &mpsc::Sender<String>) {
    let text = String::from_utf8_lossy(line);
    let text = anstream::adapter::strip_str(&text).to_string().replace('\t', " ");
    line.clear();
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let text = text.trim_end();
    if !text.is_empty() {
        // Nobody reads any more; the output is still taken, so that the program does not stall.
        let _unread = lines.send(text.to_owned()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES, find, read_lines};
    use proptest::prelude::*;

    async fn lines(output: &[u8]) -> Vec<String> {
        let (sender, mut lines) = tokio::sync::mpsc::channel(4096);
        read_lines(output, sender).await;
        let mut found = Vec::new();
        while let Some(line) = lines.recv().await {
            found.push(line);
        }
        found
    }

    #[tokio::test]
    async fn output_becomes_plain_lines() {
        let table: [(&[u8], &[&str]); 6] = [
            (b"one\r\ntwo\n\nthree", &["one", "two", "three"]),
            (b"\x1b[1;32mhttps://a.example\x1b[0m ready\n", &["https://a.example ready"]),
            (b"10%\r50%\r\x1b[2K100%\n", &["10%", "50%", "100%"]),
            (b"\x1b]8;;https://evil.example\x07shown\x1b]8;;\x07\n", &["shown"]),
            (b"broken \xff letter\n", &["broken \u{fffd} letter"]),
            (b"", &[]),
        ];
        for (output, expected) in table {
            assert_eq!(lines(output).await, expected, "{output:?}");
        }
        let endless = lines(&vec![b'a'; 3 * 1024 * 1024]).await;
        assert_eq!(endless.len(), 1);
        assert_eq!(endless[0].len(), LINE_BYTES, "a line without end fills no memory");
    }

    proptest! {
        #[test]
        fn no_output_breaks_the_reader(output in prop::collection::vec(any::<u8>(), 0..3000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            for line in runtime.block_on(lines(&output)) {
                prop_assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }

    #[test]
    fn a_program_is_found_by_its_name_or_its_path() {
        let path = std::env::var_os("PATH");
        assert!(find("sh", path.as_deref()).is_some_and(|file| file.is_absolute()));
        assert!(find("/bin/sh", None).is_some());
        for missing in ["", "no-such-program-4711", "/etc/passwd", "/", "../sh"] {
            assert_eq!(find(missing, path.as_deref()), None, "{missing} cannot be run");
        }
    }
}
