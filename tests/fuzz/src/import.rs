//! Files to import: whatever they are, what is taken stands in them, and a second import takes nothing.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;

use afterchat_archive::import::{Options, Outcome, Step, import};
use afterchat_archive::{Archive, DeliveryId};
use afterchat_transcript::Instant;
use tempfile::TempDir;

/// After so many files a new archive is begun: the old one only grows.
const TURN: usize = 2000;

struct Bench {
    folder: TempDir,
    archive: Archive,
    left: usize,
}

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

fn now() -> Instant {
    Instant::from_millis(1_800_000_000_000).unwrap()
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(&folder.path().join("archive"), now()).unwrap();
        Self { folder, archive, left: TURN }
    }

    /// What became of each record.
    fn import(&self, file: &Path) -> Vec<Outcome> {
        let options = Options { received_at: now(), keep_unreadable: false };
        let mut told = Vec::new();
        let summary =
            import(&self.archive, &[file.to_path_buf().into()], options, &|| false, &mut |step: Step<'_>| {
                if let Step::Record(record) = step {
                    told.push(record.outcome.clone());
                }
                ControlFlow::Continue(())
            });
        let summary = summary.expect("an archive that can be written");
        assert!(!summary.cancelled, "nobody stopped it");
        let counted = summary.new + summary.repeated + summary.unreadable + summary.exports + summary.failed;
        assert_eq!(counted, told.len(), "every record is told and counted");
        told
    }

    fn body(&self, id: DeliveryId) -> Vec<u8> {
        self.archive.delivery(id).unwrap().delivery.body
    }
}

pub(crate) fn check(input: &[u8]) {
    BENCH.with_borrow_mut(|bench| {
        if bench.as_ref().is_none_or(|bench| bench.left == 0) {
            *bench = Some(Bench::new());
        }
        let bench = bench.as_mut().unwrap();
        bench.left -= 1;
        let file = bench.folder.path().join("file");
        std::fs::write(&file, input).unwrap();
        let before = bench.archive.newest_delivery().unwrap();
        let first = bench.import(&file);
        let is_zip = input.starts_with(b"PK");
        let mut taken = 0;
        for outcome in &first {
            let Outcome::New { delivery, .. } = outcome else { continue };
            taken += 1;
            assert_eq!(delivery.0, before + taken, "records are kept in their order");
            let body = bench.body(*delivery);
            let stands = is_zip || body.is_empty() || input.windows(body.len()).any(|window| window == body);
            assert!(stands, "{:?} stands nowhere in the file", String::from_utf8_lossy(&body));
        }
        assert_eq!(bench.archive.newest_delivery().unwrap(), before + taken, "nothing else is kept");
        let second = bench.import(&file);
        let words = |outcomes: &[Outcome]| -> Vec<&str> {
            let word = |outcome: &Outcome| if outcome.word() == "new" { "repeated" } else { outcome.word() };
            outcomes.iter().map(word).collect()
        };
        assert_eq!(words(&second), words(&first), "the same file is read the same way");
        assert!(!second.iter().any(|outcome| outcome.word() == "new"), "a second import takes nothing");
    });
}
