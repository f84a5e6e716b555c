//! Runs the program on an archive of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Longer than anything takes here; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A finished Smartsupp conversation.
pub(crate) fn chat(number: u32, words: &str) -> String {
    let words = serde_json::to_string(words).expect("a text is JSON");
    format!(
        r#"{{
  "accountId": 208, "beginAt": 1427470439703, "endAt": 1427470476687,
  "channel": {{ "id": {number}, "isChat": true, "isCompleted": true, "rating": 5 }},
  "visitor": {{ "id": 27671, "name": "Dusan Kmet", "email": "dusan@domain.example", "city": "Brno" }},
  "paths": [{{ "url": "https://shop.example/lamps", "title": "Lamps" }}],
  "messages": [
    {{ "type": "visitor", "from": "visitor:1", "content": {words}, "sentAt": {at} }},
    {{ "type": "system", "name": "John Doe", "from": "agent:3", "content": "agent.join", "sentAt": 1427470446219 }},
    {{ "type": "agent", "name": "John Doe", "from": "agent:3", "content": "Hi, how can I help you?", "sentAt": 1427470453772 }}
  ]
}}"#,
        at = 1_427_470_439_703_u64 + u64::from(number)
    )
}

/// An archive in a folder of its own, and the program to use it with.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What a run of the program said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the test") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("files stand in a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterchat"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("AFTERCHAT_DATA", self.path("archive")).env("TZ", "UTC").env_remove("AFTERCHAT_LOG");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().expect("the program starts");
        Said {
            code: output.status.code().expect("the program ends by itself"),
            out: String::from_utf8(output.stdout).expect("output is text"),
            err: String::from_utf8(output.stderr).expect("errors are text"),
        }
    }

    /// Runs the program and expects it to succeed.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?} must succeed: {}", said.err);
        said.out
    }

    /// The same, with a JSON value on each line of the output.
    #[track_caller]
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        self.ok(arguments)
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }

    /// Imports one conversation and tells its id.
    pub(crate) fn with_chat(&self, words: &str) -> String {
        self.file("saved/chat.json", chat(1, words));
        self.ok(&["import", "saved"]);
        let found = self.lines(&["search", ""]);
        found[0]["id"].as_str().expect("a summary has an id").to_owned()
    }
}

/// A program that goes on running; it is ended with the test.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The process.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of its output, as JSON.
    pub(crate) fn next(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("the program says something in time");
        serde_json::from_str(&line).expect("each line is JSON")
    }

    /// Ends it by force, as a power cut does.
    #[cfg(unix)]
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the program must still be running");
        self.child.wait().expect("the program ends");
    }

    /// Asks it to stop, as a service manager does, and tells how it ended and what it said beside its output.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success(), "the program must still be running");
        let status = self.child.wait().expect("the program ends");
        let mut said = String::new();
        let err = self.child.stderr.as_mut().expect("its errors are piped");
        err.read_to_string(&mut said).expect("errors are text");
        (status, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
