//! Imports into a real archive, from real files.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Moment};

use afterchat_transcript::{Delivery, DeliveryKind, Instant};

use super::{Options, Origin, Outcome, Step, Summary, import};
use crate::{Archive, DeliveryId, JournalQuestion};

/// A Smartsupp conversation.
fn chat(number: u32, words: &str) -> String {
    format!(
        r#"{{"accountId":208,"beginAt":1427470439703,"channel":{{"id":{number},"isCompleted":true}},"visitor":{{"id":1,"name":"Dusan"}},"messages":[{{"type":"visitor","from":"visitor:1","content":"{words}","sentAt":1427470439703}}]}}"#
    )
}

fn now() -> Instant {
    Instant::from_millis(1_700_000_000_000).unwrap()
}

struct Bench {
    folder: tempfile::TempDir,
    archive: Archive,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(&folder.path().join("archive"), now()).unwrap();
        Self { folder, archive }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("files").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    fn import(&self, path: &Path, keep_unreadable: bool) -> (Vec<String>, Summary) {
        let options = Options { received_at: now(), keep_unreadable };
        let mut told = Vec::new();
        let summary = import(&self.archive, &[path.to_owned().into()], options, &|| false, &mut |step| {
            if let Step::Record(record) = step {
                let name = record.file.rsplit_once("files/").map_or(record.file.as_str(), |(_, name)| name);
                told.push(format!("{name}#{} {}", record.index, record.outcome.word()));
            }
            ControlFlow::Continue(())
        });
        (told, summary.unwrap())
    }

    /// Waits until the projector has read everything.
    fn settle(&self) {
        let deadline = Moment::now() + Duration::from_secs(20);
        loop {
            let progress = self.archive.progress().unwrap();
            if progress.done >= progress.all {
                return;
            }
            assert!(Moment::now() < deadline, "the projector must come to an end");
            std::thread::yield_now();
        }
    }

    fn count(&self) -> i64 {
        self.archive.newest_delivery().unwrap()
    }
}

#[test]
fn a_folder_is_imported_once_however_often_it_is_given() {
    let bench = Bench::new();
    bench.file("a.json", chat(1, "one") + "\n");
    bench.file("b/list.json", format!("[{},\n{}]", chat(2, "two"), chat(3, "three")));
    bench.file("b/log.ndjson", format!("{}\n{}\n", chat(4, "four"), chat(2, "two")));
    bench.file("c.json", format!("{}{}", chat(5, "five"), chat(6, "six")));
    bench.file("notes.txt", "nothing of a chat");
    bench.file(".hidden", chat(7, "hidden"));
    let (told, summary) = bench.import(&bench.files(), false);
    assert_eq!(
        told,
        [
            "a.json#1 new",
            "b/list.json#1 new",
            "b/list.json#2 new",
            "b/log.ndjson#1 new",
            "b/log.ndjson#2 repeated",
            "c.json#1 new",
            "c.json#2 new",
            "notes.txt#1 unreadable",
        ]
    );
    assert_eq!(summary, Summary { new: 6, repeated: 1, unreadable: 1, ..Summary::default() });
    // Once before the projector has read it, and once after: both know it.
    assert_eq!(bench.import(&bench.files(), false).1.new, 0);
    bench.settle();
    assert_eq!(
        bench.import(&bench.files(), false).1,
        Summary { repeated: 7, unreadable: 1, ..Summary::default() }
    );
    assert_eq!(bench.count(), 6, "nothing was added again");
}

#[test]
fn what_a_service_posted_is_not_imported_again() {
    let bench = Bench::new();
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp".to_owned(),
        query: None,
        headers: Vec::new(),
        body: (chat(1, "one") + "\n").into_bytes(),
        received_at: now(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(bench.archive.append(delivery)).unwrap();
    bench.settle();
    let exact = bench.file("exact.json", chat(1, "one") + "\n");
    let bare = bench.file("bare.json", chat(1, "one"));
    let other = bench.file("other.json", chat(1, "one more"));
    assert_eq!(bench.import(&exact, false).0, ["exact.json#1 repeated"]);
    assert_eq!(
        bench.import(&bare, false).0,
        ["bare.json#1 repeated"],
        "space around a payload does not count"
    );
    assert_eq!(bench.import(&other, false).0, ["other.json#1 new"], "another state of the same chat is new");
}

#[test]
fn the_body_is_kept_to_the_byte_with_the_name_of_its_file() {
    let bench = Bench::new();
    let body = format!("\u{feff}{}\r\n", chat(1, "caf\u{e9}"));
    bench.import(&bench.file("a\u{202e}b.json", &body), false);
    let kept = bench.archive.delivery(DeliveryId(1)).unwrap().delivery;
    assert_eq!(kept.body, body.as_bytes());
    assert_eq!(
        (kept.source.as_str(), kept.path.as_str(), kept.method.as_str()),
        ("import", "import", "POST")
    );
    assert!(kept.header("x-afterchat-file").unwrap().ends_with("a[U+202E]b.json"));
}

#[test]
fn what_cannot_be_read_is_kept_only_on_request_and_only_once() {
    let bench = Bench::new();
    let odd = bench.file("odd.bin", [0, 159, 146, 150]);
    assert_eq!(bench.import(&odd, false).0, ["odd.bin#1 unreadable"]);
    assert_eq!(bench.import(&odd, true).0, ["odd.bin#1 new"]);
    bench.settle();
    assert_eq!(bench.import(&odd, true).0, ["odd.bin#1 repeated"]);
    let found =
        bench.archive.deliveries(&JournalQuestion { limit: 10, ..JournalQuestion::default() }).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].outcome, crate::Outcome::Unreadable);
}

#[test]
fn an_export_is_told_apart_and_never_taken_for_a_payload() {
    let bench = Bench::new();
    let export = bench.file("export.json", include_str!("../export/tests/rich.json"));
    assert_eq!(bench.import(&export, true).0, ["export.json#1 export"]);
    assert_eq!(bench.count(), 0);
}

#[test]
fn a_missing_file_is_told_and_the_others_are_imported() {
    let bench = Bench::new();
    let paths = [bench.files().join("missing.json"), bench.file("a.json", chat(1, "one"))].map(Origin::from);
    let mut outcomes = Vec::new();
    let options = Options { received_at: now(), keep_unreadable: false };
    import(&bench.archive, &paths, options, &|| false, &mut |step| {
        if let Step::Record(record) = step {
            outcomes.push(record.outcome.clone());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(matches!(outcomes.as_slice(), [Outcome::Failed(_), Outcome::New { .. }]), "{outcomes:?}");
}

#[test]
fn a_cancelled_import_keeps_whole_records_and_goes_on_later() {
    let bench = Bench::new();
    let lines: String = (0..1000).map(|number| chat(number, "hello") + "\n").collect();
    let file = bench.file("log.ndjson", lines);
    let options = Options { received_at: now(), keep_unreadable: false };
    let mut told = 0;
    let summary = import(&bench.archive, &[file.clone().into()], options, &|| false, &mut |step| {
        told += usize::from(matches!(step, Step::Record(_)));
        if told == 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert!(summary.cancelled);
    let kept = usize::try_from(bench.count()).unwrap();
    assert_eq!(summary.new, kept, "what was told is what was kept");
    let (_, rest) = bench.import(&file, false);
    assert_eq!(
        (rest.new, rest.repeated),
        (1000 - kept, kept),
        "the second import goes on where the first stopped"
    );
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_file_is_read_like_a_folder_and_a_bomb_is_refused() {
    let bench = Bench::new();
    let bomb = vec![b' '; 64 << 20];
    let archive = zip(&[
        ("../../escape.json", chat(1, "one").as_bytes()),
        ("logs/a.ndjson", format!("{}\n{}\n", chat(2, "two"), chat(3, "three")).as_bytes()),
        ("__MACOSX/logs/._a.ndjson", b"metadata"),
        ("bomb.json", &bomb),
        ("z.json", chat(4, "four").as_bytes()),
    ]);
    let (told, _) = bench.import(&bench.file("saved.zip", archive), false);
    assert_eq!(
        told,
        [
            "saved.zip/../../escape.json#1 new",
            "saved.zip/logs/a.ndjson#1 new",
            "saved.zip/logs/a.ndjson#2 new",
            "saved.zip/bomb.json#1 failed",
            "saved.zip/z.json#1 new",
        ]
    );
    let broken = bench.file("broken.zip", b"PK\x03\x04 and nothing more");
    assert_eq!(bench.import(&broken, false).0, ["broken.zip#0 failed"]);
}

#[test]
fn a_zip_file_inside_a_zip_file_is_named_as_such() {
    let bench = Bench::new();
    let inner = zip(&[("a.json", chat(1, "one").as_bytes())]);
    let outer = bench.file("outer.zip", zip(&[("inner.zip", &inner), ("b.json", chat(2, "two").as_bytes())]));
    assert_eq!(
        bench.import(&outer, false).0,
        ["outer.zip/inner.zip#0 failed", "outer.zip/b.json#1 new"],
        "what is in it was not looked at, and the rest was"
    );
}

#[test]
fn a_repeated_payload_says_where_the_first_is() {
    let bench = Bench::new();
    let file = bench.file("twice.ndjson", format!("{}\n{}\n", chat(1, "one"), chat(1, "one")));
    let where_it_is = |bench: &Bench| {
        let mut found = Vec::new();
        let options = Options { received_at: now(), keep_unreadable: false };
        import(&bench.archive, &[file.clone().into()], options, &|| false, &mut |step| {
            if let Step::Record(record) = step {
                found.push(match &record.outcome {
                    Outcome::New { delivery, .. } | Outcome::Repeated { delivery: Some(delivery) } => {
                        delivery.0
                    }
                    other => panic!("{other:?}"),
                });
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        found
    };
    assert_eq!(where_it_is(&bench), [1, 1], "also within one commit");
    bench.settle();
    assert_eq!(where_it_is(&bench), [1, 1], "and once it was read");
}

#[cfg(unix)]
#[test]
fn links_strange_names_and_what_is_no_file_hold_nothing_up() {
    use std::os::unix::ffi::OsStrExt as _;
    let bench = Bench::new();
    bench.file("a.ndjson", format!("\u{feff}{}\r\n{}\r\n", chat(1, "one"), chat(2, "two")));
    let strange = bench.files().join(std::ffi::OsStr::from_bytes(b"caf\xe9.json"));
    std::fs::write(strange, chat(3, "three")).unwrap();
    std::os::unix::fs::symlink(bench.files(), bench.files().join("loop")).unwrap();
    let (told, summary) = bench.import(&bench.files(), false);
    assert_eq!(told, ["a.ndjson#1 new", "a.ndjson#2 new", "caf\u{fffd}.json#1 new"]);
    assert_eq!(summary.new, 3);
    assert_eq!(
        bench.import(Path::new("/dev/zero"), false).0,
        ["/dev/zero#0 failed"],
        "a device may never end, and nobody can cancel waiting for a pipe"
    );
}
