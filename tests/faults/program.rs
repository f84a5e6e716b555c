//! The real `afterchat` on an archive of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes here; what waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The program: the one named in `AFTERCHAT_BIN`, or the one that was built beside this test.
pub(crate) fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("AFTERCHAT_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("this test's program");
    let built = test.ancestors().nth(2).expect("tests are built into `deps`").join("afterchat");
    assert!(built.exists(), "build the program first: cargo build --workspace --bin afterchat");
    built
}

/// A folder for an archive, and whatever a test keeps beside it.
pub(crate) struct House {
    folder: TempDir,
    /// What stands before the program on its command line, as a limit or another user.
    before: Vec<String>,
}

/// What a run of the program to its end said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn in_folder(folder: TempDir) -> Self {
        Self { folder, before: Vec::new() }
    }

    /// Runs every program of this house behind these words.
    pub(crate) fn behind(mut self, before: &[&str]) -> Self {
        self.before = before.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// A place beside the archive's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("the folder is there").join(name)
    }

    /// The archive's folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("archive")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut words: Vec<_> = self.before.iter().map(PathBuf::from).collect();
        words.push(program());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments).arg("--data").arg(self.data());
        command.env("TZ", "UTC").env_remove("AFTERCHAT_LOG").env_remove("AFTERCHAT_DATA");
        command
    }

    /// The command that receives.
    pub(crate) fn listen(&self) -> Command {
        self.command(&["listen", "--json", "--port", "0"])
    }

    /// Starts it and waits until the door is open.
    #[track_caller]
    pub(crate) fn start(&self) -> (Program, Listening) {
        Program::start(self.listen())
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        ran(self.command(arguments))
    }

    /// Runs it to its end and expects it to succeed.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> Vec<u8> {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?} must succeed: {}", said.err);
        said.out
    }
}

/// Runs a command to its end.
pub(crate) fn ran(mut command: Command) -> Said {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "the program never panics: {err}");
    Said { code: output.status.code(), out: output.stdout, err }
}

/// Copies an archive as it lies on the disk. No program may be using it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in from.read_dir().expect("the folder is there") {
        let file = entry.expect("an entry").path();
        std::fs::copy(&file, to.join(file.file_name().expect("a file's name"))).expect("a copy");
    }
}

/// Where the door is and which addresses it has.
#[derive(Debug, Clone)]
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    /// The path of each source.
    hooks: Vec<String>,
}

impl Listening {
    fn from_line(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).expect("each line is JSON");
        assert_eq!(line["event"], "listening", "the first line tells where");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let url = text(&line["url"]);
        let hook = |source: &Value| {
            text(&source["hook_url"]).strip_prefix(&url).expect("below the door's URL").to_owned()
        };
        let hooks = line["sources"].as_array().expect("a list of sources").iter().map(hook).collect();
        let address = url.strip_prefix("http://").and_then(|address| address.parse().ok());
        Self { address: address.expect("an address"), hooks }
    }

    /// The path a delivery is sent to: deliveries go round all sources.
    pub(crate) fn hook(&self, delivery: u64) -> &str {
        &self.hooks[delivery as usize % self.hooks.len()]
    }
}

/// A program that runs until it is asked to stop, or killed, or the test ends.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    saying: Receiver<String>,
    said: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts it and waits until the door is open.
    #[track_caller]
    pub(crate) fn start(command: Command) -> (Self, Listening) {
        let mut program = Self::spawn(command);
        match program.listening() {
            Some(listening) => (program, listening),
            None => panic!("the program must start, and said: {}", program.ended().1),
        }
    }

    /// Starts it and waits for nothing.
    pub(crate) fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut err = BufReader::new(child.stderr.take().expect("its errors are piped"));
        let (sender, saying) = channel();
        let said = std::thread::spawn(move || {
            let (mut said, mut line) = (String::new(), Vec::new());
            while err.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                let text = String::from_utf8_lossy(&std::mem::take(&mut line)).into_owned();
                said.push_str(&text);
                // Usually nobody waits for it.
                let _waited_for = sender.send(text);
            }
            said
        });
        Self { child, lines, saying, said: Some(said) }
    }

    /// Waits until the door is open; `None` when the program ended before.
    pub(crate) fn listening(&mut self) -> Option<Listening> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(Listening::from_line(&line)),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the program opens its door in time"),
        }
    }

    /// Waits until it has told of so many deliveries that were read; false when it ended before.
    pub(crate) fn has_read(&self, deliveries: usize) -> bool {
        let deadline = Instant::now() + PATIENCE;
        (0..deliveries).all(|_| {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(_) => true,
                Err(RecvTimeoutError::Disconnected) => false,
                Err(RecvTimeoutError::Timeout) => panic!("what arrived is read in time"),
            }
        })
    }

    /// Waits until it tells of an event of this name, and gives that.
    #[track_caller]
    pub(crate) fn told(&self, event: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).expect("it goes on running, and tells it in time");
            let line: Value = serde_json::from_str(&line).expect("each line is JSON");
            if line["event"] == event {
                return line;
            }
        }
    }

    /// Waits until it has printed a line with these words.
    #[track_caller]
    pub(crate) fn prints(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        let left = || deadline.saturating_duration_since(Instant::now());
        while !self.lines.recv_timeout(left()).expect("it prints that in time").contains(words) {}
    }

    /// Waits until it says this beside its output.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.saying.recv_timeout(left).expect("it says so in time").contains(words) {
                return;
            }
        }
    }

    /// Forgets the lines it has printed so far.
    pub(crate) fn forget_lines(&self) {
        self.lines.try_iter().for_each(drop);
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).expect("a process has a number");
        // It may have ended just now; whoever cares looks at how it ended.
        let _gone = kill_process(id, signal);
    }

    /// Ends it as a power failure or the system would: at once, whatever it is doing.
    pub(crate) fn kill(self) {
        self.signal(Signal::KILL);
        self.ended();
    }

    /// Asks it to stop, expects that it does so without complaint, and tells how long it took.
    #[track_caller]
    pub(crate) fn stop(self) -> Duration {
        let (took, said) = self.stop_by(Signal::TERM);
        assert_eq!(said, "", "asked to stop, it ends without complaint");
        took
    }

    /// The same by this signal. Gives how long it took, and what it has said beside its output.
    #[track_caller]
    pub(crate) fn stop_by(self, signal: Signal) -> (Duration, String) {
        let asked = Instant::now();
        self.signal(signal);
        let (status, said) = self.ended();
        assert!(status.success(), "asked to stop, it ends well: {status}, {said}");
        (asked.elapsed(), said)
    }

    /// Waits for its end, and tells how it ended and what it said beside its output.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("the program ends");
        let said = self.said.take().expect("nobody asked before").join().expect("its errors were read");
        assert!(!said.contains("panicked"), "the program never panics: {said}");
        (status, said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
