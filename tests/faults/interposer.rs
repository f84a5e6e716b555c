//! `interposer.c` from the outside: built by the system's C compiler, loaded into the real program, and steered while it runs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::House;

/// The words of the control file, in the order of the C file.
#[derive(Debug, Clone, Copy)]
enum Word {
    Done,
    DieAt,
    DieWhen,
    DiedKind,
    DiedFile,
    Refuse,
    Limited,
    Room,
    Clock,
}

const WORDS: u64 = 9;
/// "Read-only file system", as Linux numbers it.
pub(crate) const READ_ONLY: i64 = 30;

/// When, seen from an operation, the program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    Before,
    /// After half of the bytes of a write; after anything else as a whole.
    Middle,
}

/// What was done, and to what, when the program died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Died {
    pub(crate) operation: &'static str,
    pub(crate) file: &'static str,
}

/// Steers one run of the program, or several one after the other.
pub(crate) struct Interposer {
    control: File,
    control_path: PathBuf,
    log: Option<PathBuf>,
    below: PathBuf,
}

impl Interposer {
    /// Watches the archive of a house. Its own files stand beside it.
    pub(crate) fn new(house: &House) -> Self {
        let control_path = house.path("control");
        std::fs::write(&control_path, vec![0; WORDS as usize * 8]).expect("a file");
        let options = File::options().read(true).write(true).open(&control_path);
        Self { control: options.expect("the file"), control_path, log: None, below: house.data() }
    }

    /// Writes every operation down.
    pub(crate) fn logging(house: &House) -> Self {
        let mut interposer = Self::new(house);
        interposer.log = Some(house.path("operations"));
        interposer
    }

    /// Where operations are written down.
    pub(crate) fn log(&self) -> &Path {
        self.log.as_deref().expect("it was made to log")
    }

    /// Loads it into the program that this command starts.
    pub(crate) fn loaded_into(&self, mut command: Command) -> Command {
        command.env("LD_PRELOAD", library());
        command
            .env("AFTERCHAT_FAULTS_CONTROL", &self.control_path)
            .env("AFTERCHAT_FAULTS_BELOW", &self.below);
        if let Some(log) = &self.log {
            command.env("AFTERCHAT_FAULTS_LOG", log);
        }
        command
    }

    /// Counts from now on, and ends the program at this operation, counted from 1.
    pub(crate) fn die_at(&self, operation: u64, when: When) {
        self.set(Word::DieAt, 0);
        self.set(Word::Done, 0);
        self.set(Word::DieWhen, when as i64);
        self.set(Word::DiedKind, 0);
        self.set(Word::DieAt, i64::try_from(operation).expect("few operations"));
    }

    /// Counts from now on and ends nothing.
    pub(crate) fn count(&self) {
        self.set(Word::DieAt, 0);
        self.set(Word::Done, 0);
    }

    /// How many operations were done since.
    pub(crate) fn done(&self) -> u64 {
        self.get(Word::Done).unsigned_abs()
    }

    /// At which operation the program died; `None` when it did not die of this.
    pub(crate) fn died(&self) -> Option<Died> {
        let kind = usize::try_from(self.get(Word::DiedKind)).ok()?.checked_sub(1)?;
        let operations = ["write", "sync", "truncate", "create", "unlink", "rename", "answer"];
        let files = ["other file", "main file", "log", "journal", "folder", "connection"];
        let file = usize::try_from(self.get(Word::DiedFile)).ok()?;
        Some(Died { operation: operations[kind], file: files[file] })
    }

    /// Answers every write with this error, or lets them through again.
    pub(crate) fn refuse(&self, error: Option<i64>) {
        self.set(Word::Refuse, error.unwrap_or_default());
    }

    /// Lets files grow by so many bytes more, or without end.
    pub(crate) fn room(&self, bytes: Option<i64>) {
        self.set(Word::Room, bytes.unwrap_or_default());
        self.set(Word::Limited, i64::from(bytes.is_some()));
    }

    /// How many bytes of room are left of what was given.
    pub(crate) fn room_left(&self) -> i64 {
        self.get(Word::Room)
    }

    /// Sets the program's clock ahead, or back, of the machine's.
    pub(crate) fn clock(&self, seconds: i64) {
        self.set(Word::Clock, seconds);
    }

    fn set(&self, word: Word, value: i64) {
        self.control.write_all_at(&value.to_ne_bytes(), word as u64 * 8).expect("the control file");
    }

    fn get(&self, word: Word) -> i64 {
        let mut value = [0; 8];
        self.control.read_exact_at(&mut value, word as u64 * 8).expect("the control file");
        i64::from_ne_bytes(value)
    }
}

/// Builds the library once for this run of the tests.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/interposer.c");
        let library = folder.join("faults-interposer.so");
        // Another run may have it loaded: it is replaced, not written over.
        let fresh = folder.join(format!("faults-interposer.{}.so", std::process::id()));
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .arg(&fresh)
            .arg(source);
        let built = compiler.args(["-ldl", "-lpthread"]).status().expect("the C compiler that builds SQLite");
        assert!(built.success(), "the interposer compiles");
        std::fs::rename(&fresh, &library).expect("the library in its place");
        library
    })
}
