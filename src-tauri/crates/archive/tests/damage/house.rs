//! An archive with something of everything in it, and what must still be there after it was damaged.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Moment};

use afterchat_archive::{Archive, DeliveryId, Flag, JournalQuestion, ListQuestion, View};
use afterchat_transcript::query::Query;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

pub(crate) const FILE: &str = "archive.sqlite";

/// A moment so many hours after the archive began.
pub(crate) fn after(hours: i64) -> Instant {
    Instant::from_millis(1_790_000_000_000 + hours * 3_600_000).unwrap()
}

/// A finished chat, with words that do not compress away.
pub(crate) fn chat(number: u32, size: usize) -> Vec<u8> {
    let mut seed = u64::from(number) + 1;
    let mut letter = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        char::from(b'a' + u8::try_from(seed % 26).unwrap())
    };
    let words: String = (0..size).map(|_| letter()).collect();
    let at = 1_427_470_439_703_u64 + u64::from(number) * 1000;
    format!(
        r#"{{"accountId":208,"beginAt":{at},"channel":{{"id":{number},"isChat":true,"isCompleted":true}},
        "visitor":{{"id":{number},"name":"Visitor {number}","email":"v{number}@shop.example"}},
        "messages":[{{"type":"visitor","content":"lamp {words}","sentAt":{at}}}]}}"#
    )
    .into_bytes()
}

pub(crate) fn delivery(body: Vec<u8>) -> Delivery {
    Delivery {
        kind: DeliveryKind::Hook,
        source: "smartsupp".to_owned(),
        provider: Some("smartsupp".to_owned()),
        method: "POST".to_owned(),
        path: "/h/smartsupp/".to_owned(),
        query: None,
        headers: vec![Header { name: "Content-Type".to_owned(), value: b"application/json".to_vec() }],
        body,
        received_at: after(0),
    }
}

/// Posts so many chats, one commit each, and tells what was acknowledged.
pub(crate) fn post(archive: &Archive, numbers: std::ops::Range<u32>) -> BTreeMap<i64, Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let one = |number: u32| {
        // Some are longer than a page.
        let body = chat(number, if number % 10 == 3 { 30_000 } else { 1_200 });
        let id = runtime.block_on(archive.append(delivery(body.clone()))).unwrap();
        (id.0, body)
    };
    numbers.map(one).collect()
}

/// Waits until every delivery has been read.
pub(crate) fn settle(archive: &Archive) {
    let deadline = Moment::now() + Duration::from_secs(120);
    while archive.progress().map(|progress| progress.done < progress.all).unwrap() {
        assert!(Moment::now() < deadline, "the projector must catch up");
        std::thread::yield_now();
    }
}

/// A closed archive, and what must be had back from it.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) kept: BTreeMap<i64, Vec<u8>>,
    pub(crate) path: String,
}

impl House {
    pub(crate) fn new(chats: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path(), after(0)).unwrap();
        let kept = post(&archive, 0..chats);
        settle(&archive);
        archive.add_source("mine", None, after(0)).unwrap();
        archive.remove_source("chatlio").unwrap();
        archive.add_secret("smartsupp", Some("app"), "a-secret-of-the-app", after(0)).unwrap();
        archive.take_unsigned("smartsupp", true).unwrap();
        let mut all = conversations(&archive, View::Everything);
        let starred = all.swap_remove(all.len() * 2 / 3);
        archive.mark(Flag::Starred, &[starred], true).unwrap();
        let path = archive.source("mine").unwrap().path();
        archive.close();
        Self { folder, kept, path }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    pub(crate) fn open(&self) -> Archive {
        Archive::open(self.folder.path(), after(1)).unwrap()
    }

    /// A copy of the files as a killed program would leave them.
    pub(crate) fn as_if_killed(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(self.folder.path()).unwrap().flatten() {
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        Self { folder, kept: self.kept.clone(), path: self.path.clone() }
    }

    /// The pages of a table or index of this kind, by their number.
    pub(crate) fn pages(&self, name: &str, kind: &str) -> Vec<u64> {
        let file = rusqlite::Connection::open(self.file()).unwrap();
        let sql = "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = ?2 ORDER BY pageno";
        let mut select = file.prepare(sql).unwrap();
        let pages = select.query_map([name, kind], |row| row.get::<_, i64>(0)).unwrap();
        pages.map(|page| u64::try_from(page.unwrap()).unwrap()).collect()
    }
}

/// Everything that belongs to a database file, by its ending.
pub(crate) fn files(folder: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let file = |ending: &'static str| Some((ending, fs::read(folder.join(format!("{FILE}{ending}"))).ok()?));
    ["", "-wal"].into_iter().filter_map(file).collect()
}

pub(crate) fn conversations(archive: &Archive, view: View) -> Vec<String> {
    let question = ListQuestion { view, query: Query::parse(""), provider: None, before: None, limit: 200 };
    archive.conversations(&question).unwrap().into_iter().map(|row| row.id).collect()
}

/// The deliveries that are there, with their bytes.
pub(crate) fn journal(archive: &Archive) -> BTreeMap<i64, Vec<u8>> {
    let newest = archive.newest_delivery().unwrap();
    (1..=newest).filter_map(|id| Some((id, archive.delivery(DeliveryId(id)).ok()?.delivery.body))).collect()
}

/// Uses the archive until it is known to be damaged.
pub(crate) fn meet_damage(name: &str, archive: &Archive) {
    for id in 1..=archive.newest_delivery().unwrap_or(1) {
        let _met = archive.delivery(DeliveryId(id));
    }
    let source = Some("smartsupp".to_owned());
    let of_source = JournalQuestion { source, limit: 200, ..JournalQuestion::default() };
    let _met = archive.deliveries(&of_source);
    let _met = archive.conversations(&ListQuestion {
        view: View::Everything,
        query: Query::parse("lam"),
        provider: None,
        before: None,
        limit: 200,
    });
    if archive.damage().is_none() {
        let made = archive.back_up_here(after(2), &mut |_| std::ops::ControlFlow::Continue(()));
        assert!(
            made.is_err(),
            "{name}: damage must be met by somebody who looks at everything, not {made:?}"
        );
    }
    assert!(archive.damage().is_some(), "{name}: damage must be remembered");
}

/// Writes these bytes over what stands there.
pub(crate) fn overwrite(file: &Path, at: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}
