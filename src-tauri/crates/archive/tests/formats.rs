//! Archives of every format that has landed, opened by today's program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, JournalQuestion, ListQuestion, Opening, OpeningStage, View};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::query::Query;
use afterchat_transcript::{Instant, Transcript};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats");

fn now() -> Instant {
    Instant::from_millis(1_800_000_000_000).unwrap()
}

/// Waits until every delivery has been read.
fn settle(archive: &Archive) {
    let deadline = Moment::now() + Duration::from_secs(120);
    while archive.progress().map(|progress| progress.done < progress.all).unwrap() {
        assert!(Moment::now() < deadline, "the projector must catch up");
        std::thread::yield_now();
    }
}

fn ids(archive: &Archive, view: View, search: &str) -> Vec<String> {
    let query = Query::parse(search);
    let question = ListQuestion { view, query, provider: None, before: None, limit: 50 };
    archive.conversations(&question).unwrap().into_iter().map(|row| row.id).collect()
}

fn transcripts(archive: &Archive) -> BTreeMap<String, Transcript> {
    let ids = ids(archive, View::Everything, "");
    ids.into_iter()
        .map(|id| (id.clone(), archive.transcript(&ConversationId::from_text(&id)).unwrap()))
        .collect()
}

/// A folder with a copy of this archive.
fn unpacked(file: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = std::fs::File::open(file).unwrap();
    let unpacked = std::fs::File::create(folder.path().join("archive.sqlite")).unwrap();
    zstd::stream::copy_decode(packed, unpacked).unwrap();
    folder
}

/// Opens a copy of this archive, reads it, and derives it anew.
fn check(file: &Path, format: &str) {
    let folder = unpacked(file);
    let archive = Archive::open(folder.path(), now()).unwrap();
    settle(&archive);
    let deliveries =
        archive.deliveries(&JournalQuestion { limit: 50, ..JournalQuestion::default() }).unwrap();
    assert_eq!(deliveries.len(), 5, "{format}: nothing of the journal may be lost");
    let before = transcripts(&archive);
    assert_eq!(before.len(), 5, "{format}: each is a conversation");
    assert_eq!(ids(&archive, View::Starred, "").len(), 1, "{format}: what people decided stays");
    assert_eq!(ids(&archive, View::Everything, "service:smartsupp tanks").len(), 1, "{format}: it is found");
    let sources = archive.sources().unwrap();
    assert!(sources.iter().any(|source| source.name == "mine"), "{format}: an address keeps working");
    let smartsupp = sources.iter().find(|source| source.name == "smartsupp").unwrap();
    assert_eq!(smartsupp.secrets.len(), 1, "{format}: a secret stays");

    let file = rusqlite::Connection::open(folder.path().join("archive.sqlite")).unwrap();
    let learned: i64 = file.query_row("SELECT count(*) FROM shapes", [], |row| row.get(0)).unwrap();
    assert!(learned > 0, "{format}: what is derived today is derived of earlier deliveries too");

    archive.rebuild().unwrap();
    settle(&archive);
    assert_eq!(transcripts(&archive), before, "{format}: derived anew, it is the same");
}

#[test]
fn every_landed_format_opens_and_keeps_everything() {
    let mut formats: Vec<_> =
        std::fs::read_dir(FIXTURES).unwrap().flatten().map(|entry| entry.path()).collect();
    formats.retain(|path| path.extension().is_some_and(|extension| extension == "zst"));
    formats.sort();
    assert!(!formats.is_empty(), "the archives of earlier formats must be there");
    for file in formats {
        check(&file, &file.file_name().unwrap().to_string_lossy());
    }
}

#[test]
fn an_archive_is_copied_before_it_is_brought_forward() {
    let folder = unpacked(&Path::new(FIXTURES).join("format-1.sqlite.zst"));
    Archive::open(folder.path(), now()).unwrap().close();
    let format = |name: &str| -> i64 {
        let file = rusqlite::Connection::open(folder.path().join(name)).unwrap();
        file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    };
    let copy = afterchat_archive::Backups::of(folder.path()).all.remove(0);
    assert_eq!(copy.before_migration_of, Some(1));
    assert_eq!(format(copy.path.to_str().unwrap()), 1, "whoever goes back to the older program needs it");
    assert!(format("archive.sqlite") > 1, "the archive itself is of today's format");
}

#[test]
fn a_copy_of_an_earlier_state_or_a_broken_one_is_no_copy() {
    let fixture = Path::new(FIXTURES).join("format-1.sqlite.zst");
    let kept = unpacked(&fixture);
    Archive::open(kept.path(), now()).unwrap().close();
    let copy = afterchat_archive::Backups::of(kept.path()).all.remove(0);
    // What an older program did with the archive after somebody went back to it.
    let since = [
        ("nothing", "", 1),
        (
            "a delivery",
            "INSERT INTO deliveries (received_at, source, method, path, headers, body, compressed, size, kind)
                 VALUES (1, 'any', 'POST', '/h/any/', x'', x'', 0, 0, 'hook')",
            2,
        ),
        ("a decision", "UPDATE local SET starred = 1 - starred", 2),
        ("a setting", "INSERT INTO settings VALUES ('port', '4791')", 2),
    ];
    let opened = |since: &str, copy: &[u8], name: &str| {
        let folder = unpacked(&fixture);
        rusqlite::Connection::open(folder.path().join("archive.sqlite"))
            .unwrap()
            .execute_batch(since)
            .unwrap();
        std::fs::create_dir(folder.path().join("backups")).unwrap();
        std::fs::write(folder.path().join("backups").join(name), copy).unwrap();
        Archive::open(folder.path(), now()).unwrap().close();
        let all = afterchat_archive::Backups::of(folder.path()).all;
        let newest = rusqlite::Connection::open(&all[0].path).unwrap();
        let deliveries: i64 =
            newest.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)).unwrap();
        (all.len(), deliveries)
    };
    let whole = std::fs::read(&copy.path).unwrap();
    for (what, sql, backups) in since {
        let deliveries = if what == "a delivery" { 6 } else { 5 };
        assert_eq!(opened(sql, &whole, &copy.name), (backups, deliveries), "{what} was added since");
    }
    assert_eq!(opened("", &whole[..whole.len() / 2], &copy.name), (2, 5), "half a copy is none");
}

#[test]
fn what_is_done_before_an_old_archive_is_open_is_told() {
    let folder = unpacked(&Path::new(FIXTURES).join("format-1.sqlite.zst"));
    let begun = folder.path().join("backups/.backup-begun.partial");
    std::fs::create_dir(folder.path().join("backups")).unwrap();
    std::fs::write(&begun, "a program that was ended left this").unwrap();
    let mut told: Vec<Opening> = Vec::new();
    Archive::open_telling(folder.path(), now(), &mut |now| told.push(now)).unwrap().close();
    assert!(!begun.exists(), "nothing half made is left");

    let mut stages: Vec<_> = told.iter().map(|now| now.stage).collect();
    stages.dedup();
    use OpeningStage::{BackingUp, Changing, Checking, Looking};
    assert_eq!(stages, [Looking, BackingUp, Checking, Changing]);
    for stage in [BackingUp, Changing] {
        let told: Vec<_> = told.iter().filter(|now| now.stage == stage).collect();
        assert!(told.windows(2).all(|two| two[0].done < two[1].done), "it goes forward: {told:?}");
        assert_eq!(Some(told[told.len() - 1].done), told[0].all, "the end is told: {told:?}");
    }
    let changing = told.iter().find(|now| now.stage == Changing).unwrap();
    assert_eq!((changing.done, changing.all), (0, Some(5)), "as many conversations are made anew");

    told.clear();
    Archive::open_telling(folder.path(), now(), &mut |now| told.push(now)).unwrap().close();
    assert_eq!(told.len(), 1, "the next time there is nothing to do: {told:?}");
}

#[test]
fn what_a_first_start_left_half_made_is_gone_on_with_and_not_copied() {
    let folder = unpacked(&Path::new(FIXTURES).join("format-1.sqlite.zst"));
    let file = rusqlite::Connection::open(folder.path().join("archive.sqlite")).unwrap();
    file.execute_batch("DELETE FROM deliveries; DELETE FROM sources").unwrap();
    drop(file);
    let mut told = Vec::new();
    let archive = Archive::open_telling(folder.path(), now(), &mut |now| told.push(now.stage)).unwrap();
    assert_eq!(told, [OpeningStage::Looking], "there is nothing in it yet");
    assert_eq!(afterchat_archive::Backups::of(folder.path()).all.len(), 0);
    assert!(archive.add_source("first", None, now()).is_ok(), "and it is of today's format");
    archive.close();
}
