//! Archives that are backed up, brought to a newer format or repaired, and what must be there before and after.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use afterchat_archive::{Archive, DeliveryId};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};
use rusqlite::{Connection, params};

use crate::selection::Chance;

/// Longer than several pages, and nothing in it compresses.
const BODY: usize = 30_000;

/// What is in the journal.
pub(crate) type Journal = BTreeMap<i64, Vec<u8>>;

pub(crate) fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}

/// Keeps one more delivery, or tells the code of the refusal.
pub(crate) fn post(archive: &Archive, chance: &mut Chance, kept: &mut Journal) -> Result<(), &'static str> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let body = chance.bytes(BODY);
    let delivery = Delivery {
        kind: DeliveryKind::Hook,
        source: "any".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/any/".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.clone(),
        received_at: now(),
    };
    let id = runtime.block_on(archive.append(delivery)).map_err(|error| error.code)?;
    kept.insert(id.0, body);
    Ok(())
}

pub(crate) fn journal(archive: &Archive) -> Journal {
    let newest = archive.newest_delivery().expect("the journal can be read");
    let body = |id| Some((id, archive.delivery(DeliveryId(id)).ok()?.delivery.body));
    (1..=newest).filter_map(body).collect()
}

/// An archive that was closed, with a backup made 30 hours ago by the clock of the backups, and all it has.
pub(crate) fn with_a_backup(folder: &Path, deliveries: usize) -> Journal {
    let archive = Archive::open(folder, now()).expect("it opens");
    let (mut chance, mut kept) = (Chance::new(7), Journal::new());
    for _ in 0..deliveries {
        post(&archive, &mut chance, &mut kept).expect("there is room");
    }
    let earlier = Instant::from_millis(now().millis() - 30 * 3_600_000).expect("a moment");
    archive.back_up_when_due(earlier, &|| false).expect("there is room").expect("it is due");
    archive.close();
    kept
}

/// An archive that the first format wrote, with so many deliveries, and what was added to it.
pub(crate) fn of_the_first_format(folder: &Path, deliveries: usize) -> Journal {
    fs::create_dir_all(folder).expect("a folder");
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../src-tauri/crates/archive/tests/formats/format-1.sqlite.zst");
    let packed = fs::File::open(packed).expect("an archive of the first format");
    let file = folder.join("archive.sqlite");
    zstd::stream::copy_decode(packed, fs::File::create(&file).expect("a file")).expect("it is unpacked");
    let connection = Connection::open(&file).expect("it opens");
    let (mut chance, mut kept) = (Chance::new(9), Journal::new());
    let sql =
        "INSERT INTO deliveries (received_at, source, method, path, headers, body, compressed, size, kind)
         VALUES (1, 'any', 'POST', '/h/any/', x'', ?1, 0, ?2, 'hook')";
    for _ in 0..deliveries {
        let body = chance.bytes(BODY);
        connection.execute(sql, params![body, i64::try_from(body.len()).ok()]).expect("there is room");
        kept.insert(connection.last_insert_rowid(), body);
    }
    kept
}

/// What is in the journal of an archive that is not opened as one.
pub(crate) fn journal_of(file: &Path) -> Journal {
    let connection = Connection::open(file).expect("it opens");
    let mut select = connection.prepare("SELECT id, body FROM deliveries").expect("it is an archive");
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("it can be read");
    rows.collect::<Result<_, _>>().expect("all of it can be read")
}

/// Writes over the page from which the journal is reached, as a failing disk does under whoever has it open.
pub(crate) fn damage_root(folder: &Path) {
    let file = folder.join("archive.sqlite");
    let connection =
        Connection::open_with_flags(&file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'deliveries'";
    let root: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("it has a journal");
    drop(connection);
    spoil(&file, root);
}

fn spoil(file: &Path, page: i64) {
    let mut open = fs::File::options().write(true).open(file).expect("a file");
    let place = u64::try_from((page - 1) * 4096).expect("a place");
    open.seek(SeekFrom::Start(place)).expect("the page is there");
    open.write_all(&[0x55; 4096]).expect("it is written");
}

/// Writes over a page of the journal, of an archive that is known to be damaged from then on.
pub(crate) fn damage(folder: &Path) {
    let file = folder.join("archive.sqlite");
    let connection = Connection::open(&file).expect("it opens");
    let sql = "SELECT max(pageno) FROM dbstat WHERE name = 'deliveries' AND pagetype = 'leaf'";
    let leaf: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("it has leaves");
    drop(connection);
    spoil(&file, leaf);
    fs::write(folder.join("archive.state"), "closed damaged\n").expect("it is written");
}

/// Every file below a folder, with its bytes. Left out are locks, the note on the state, what is only memory, and an empty log,
/// which looking makes.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let left_out =
                ["lock", "archive.lock", "archive.state", "archive.state.new", "archive.sqlite-shm"];
            if path.is_dir() {
                folders.push(path);
            } else if !left_out.iter().any(|left_out| name == **left_out) {
                let bytes = fs::read(&path).expect("a file");
                if !bytes.is_empty() || !name.to_string_lossy().ends_with("-wal") {
                    found.insert(path, bytes);
                }
            }
        }
    }
    found
}

/// Copies a folder with all that is below it.
pub(crate) fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &to);
        } else {
            fs::copy(path, to).expect("a copy");
        }
    }
}
