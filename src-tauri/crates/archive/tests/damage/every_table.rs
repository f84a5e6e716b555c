//! Every table of an archive, lost one by one: what becomes of its rows, and that nothing of any other table goes with it.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;

use afterchat_archive::{TargetSettings, View};
use rusqlite::types::Value;

use crate::house::{House, after, conversations, overwrite, settle};

const PAGE: u64 = 4096;

/// What becomes of the rows of a table that cannot be read, where a backup has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// They are derived anew.
    Derived,
    /// They are there again after the repair.
    AtOnce,
    /// They are there again once a person had them brought back.
    OnRequest,
    /// They stay away: an old state of them would be wrong.
    Gone,
}

/// One row for each table of the newest format, those that SQLite keeps for itself and those of the search left out.
const FATES: &[(&str, Fate)] = &[
    ("accepted", Fate::OnRequest),
    ("answer_plans", Fate::AtOnce),
    ("answers", Fate::AtOnce),
    ("attempts", Fate::Derived),
    ("by_old_address", Fate::AtOnce),
    ("conversations", Fate::Derived),
    ("cursor", Fate::Derived),
    ("decision_names", Fate::AtOnce),
    ("decisions", Fate::OnRequest),
    ("deliveries", Fate::OnRequest),
    ("delivery_notes", Fate::OnRequest),
    ("drifts", Fate::Derived),
    ("forward_attempts", Fate::Gone),
    ("forward_targets", Fate::AtOnce),
    ("forwards", Fate::Gone),
    ("heard", Fate::Derived),
    ("heard_hours", Fate::Derived),
    ("identities", Fate::Derived),
    ("known_as", Fate::Derived),
    ("local", Fate::OnRequest),
    ("old_tokens", Fate::AtOnce),
    ("open_times", Fate::AtOnce),
    ("readings", Fate::Derived),
    ("refusals", Fate::Gone),
    ("rereads", Fate::Derived),
    ("samples", Fate::OnRequest),
    ("secrets", Fate::AtOnce),
    ("settings", Fate::AtOnce),
    ("shapes", Fate::Derived),
    ("signatures", Fate::AtOnce),
    ("sources", Fate::AtOnce),
    ("tellings", Fate::Derived),
    ("transcripts", Fate::Derived),
    ("troubles", Fate::Derived),
];

/// The rows of a table, in the order of their values.
type Rows = Vec<Vec<Value>>;

fn target(name: &str) -> TargetSettings {
    TargetSettings {
        name: name.to_owned(),
        url: format!("https://{name}.example/hook"),
        before: false,
        pass_back: false,
        deadline: 10,
        credentials: false,
        numbered: true,
        quarantined: false,
    }
}

/// An archive that has rows in every table which is not derived, and a backup of it that is somewhat older: what was in every
/// table then. Since then a note and a secret were added, a setting and a target were removed.
fn full() -> (House, BTreeMap<&'static str, Rows>) {
    let house = House::new(30);
    let archive = house.open();
    archive.add_forward_target("smartsupp", target("desk"), after(0)).unwrap();
    archive.add_forward_target("smartsupp", target("till"), after(0)).unwrap();
    archive.set_setting("history.chatlio.access", Some("removed since")).unwrap();
    archive.remember_port(4_791).unwrap();
    archive.set_setting("history.smartsupp.access", Some("entered by hand")).unwrap();
    archive.close();
    let file = rusqlite::Connection::open(house.file()).unwrap();
    file.execute_batch(
        "INSERT INTO signatures VALUES (3, 'missing', 'nothing', NULL, 1);
         INSERT INTO accepted VALUES (3, 1);
         INSERT INTO answers VALUES (4, 200, NULL, NULL, 1, 1, 1, NULL, 1);
         INSERT INTO by_old_address VALUES (5);
         INSERT INTO old_tokens (source, token, replaced_at, until) VALUES ('smartsupp', 'an-old-token', 1, 2);
         INSERT INTO answer_plans VALUES ('mine', '503 x2, 200', 1, 0);
         INSERT INTO decisions (kind, subject, at) VALUES ('join', NULL, 1);
         INSERT INTO decision_names VALUES ('smartsupp:1', 1), ('smartsupp:2', 1);
         INSERT INTO delivery_notes VALUES (6, 1, 'look here');
         INSERT INTO samples (name, method, headers, body, compressed, size, made_at)
             VALUES ('mine', 'POST', x'', x'7b7d', 0, 2, 1);
         INSERT INTO refusals (at, source, method, path, headers, body, seen, reason, passed_over)
             VALUES (1, 'mine', 'POST', '/h/mine/', x'', x'', 0, 'busy', 0);
         INSERT INTO forwards (target, delivery, state, due_at, tries) VALUES (1, 7, 'dead', 1, 1);
         INSERT INTO forward_attempts VALUES (1, 9, 7, 1, 1, 500, NULL, NULL, x'');
         UPDATE forward_targets SET attempts = 9 WHERE id = 1;
         INSERT INTO open_times VALUES (1, 2, 'closed');",
    )
    .unwrap();
    drop(file);
    let archive = house.open();
    archive.back_up_here(after(1), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    archive.close();
    let backed_up = kept(&house);
    let file = rusqlite::Connection::open(house.file()).unwrap();
    file.execute_batch(
        "INSERT INTO secrets VALUES ('smartsupp', 'newer', 'a-secret-of-today', 2);
         INSERT INTO delivery_notes VALUES (8, NULL, 'of today');
         DELETE FROM settings WHERE name = 'history.chatlio.access';
         DELETE FROM forward_targets WHERE name = 'till';",
    )
    .unwrap();
    (house, backed_up)
}

/// What stands in a table, read by other means than the archive's own.
fn rows(file: &rusqlite::Connection, table: &str) -> Rows {
    // The report of the repair is new, and a target that was taken from a backup rests.
    let (columns, condition) = match table {
        "settings" => ("*", "name <> 'repair.report'"),
        "forward_targets" => ("id, source, name, url, deadline, numbered, begins, cursor, attempts", "1"),
        _ => ("*", "1"),
    };
    let mut select = file.prepare(&format!("SELECT {columns} FROM {table} WHERE {condition}")).unwrap();
    let width = select.column_count();
    let rows = select.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
    let mut rows: Rows = rows.unwrap().collect::<Result<_, _>>().unwrap();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// What stands in every table that is not derived.
fn kept(house: &House) -> BTreeMap<&'static str, Rows> {
    let file = rusqlite::Connection::open(house.file()).unwrap();
    let kept = FATES.iter().filter(|(_, fate)| *fate != Fate::Derived);
    kept.map(|(table, _)| (*table, rows(&file, table))).collect()
}

/// The tables whose rows belong to rows of this one, directly or not.
fn belonging_to(house: &House, table: &str) -> Vec<String> {
    let file = rusqlite::Connection::open(house.file()).unwrap();
    let sql = "WITH RECURSIVE below (name) AS (VALUES (?1) UNION SELECT s.name
         FROM below JOIN sqlite_schema s JOIN pragma_foreign_key_list(s.name) k ON k.\"table\" = below.name)
         SELECT name FROM below WHERE name <> ?1";
    let mut select = file.prepare(sql).unwrap();
    select.query_map([table], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Every tree that holds rows, also those that SQLite and the search keep for themselves, with its pages.
fn trees(house: &House) -> Vec<(String, Vec<u64>)> {
    let file = rusqlite::Connection::open(house.file()).unwrap();
    let sql = "SELECT s.name, d.pageno FROM sqlite_schema s JOIN dbstat d ON d.name = s.name
         WHERE s.type = 'table' AND s.rootpage > 0 ORDER BY s.name";
    let mut select = file.prepare(sql).unwrap();
    let found = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
    let mut trees: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in found {
        let (name, page) = row.unwrap();
        trees.entry(name).or_default().push(u64::try_from(page).unwrap());
    }
    trees.into_iter().collect()
}

fn fate(table: &str) -> Fate {
    if table.starts_with("sqlite_") || table.starts_with("search_") {
        return Fate::Derived;
    }
    let known = FATES.iter().find(|(name, _)| *name == table);
    known.unwrap_or_else(|| panic!("say in `FATES` what becomes of {table}, and give it a row in `full`")).1
}

/// A copy of the archive with its backups, of which these pages are lost.
fn without(house: &House, pages: &[u64]) -> House {
    let lost = house.as_if_killed();
    let backups = lost.folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    for backup in fs::read_dir(house.folder.path().join("backups")).unwrap().flatten() {
        fs::copy(backup.path(), backups.join(backup.file_name())).unwrap();
    }
    for page in pages {
        overwrite(&lost.file(), (page - 1) * PAGE, &[0x55; 4096]);
    }
    fs::write(lost.folder.path().join("archive.state"), "closed damaged\n").unwrap();
    lost
}

#[test]
fn what_is_lost_of_any_table_comes_back_from_the_backup_and_nothing_else_does() {
    let (house, backed_up) = full();
    let before = kept(&house);
    for (table, rows) in &backed_up {
        assert!(!rows.is_empty(), "{table} needs a row in `full`, or nothing is known of it");
    }
    for (table, pages) in trees(&house) {
        let fate = fate(&table);
        let below = belonging_to(&house, &table);
        let house = without(&house, &pages);
        let archive = house.open();
        let repair = archive.repair().unwrap().unwrap_or_else(|| panic!("{table}: it is repaired"));
        settle(&archive);
        let rest: Vec<bool> = archive.forward_targets().unwrap().iter().map(|target| target.paused).collect();
        let of_backup = if table == "forward_targets" { vec![true, true] } else { vec![false] };
        assert_eq!(rest, of_backup, "{table}: only what was taken from a backup rests");
        archive.close();
        check(&format!("{table}, repaired"), &kept(&house), |other| match fate {
            Fate::AtOnce if other == table => Some(&backed_up[other]),
            Fate::Derived | Fate::AtOnce => Some(&before[other]),
            // What belongs to the rows that are gone is gone with them.
            Fate::OnRequest | Fate::Gone => {
                let with_it = other == table || below.iter().any(|below| below == other);
                if with_it { None } else { Some(&before[other]) }
            }
        });

        let archive = house.open();
        if fate == Fate::OnRequest {
            let offer = repair.backup.unwrap_or_else(|| panic!("{table}: the backup is offered"));
            assert!(offer.deliveries + offer.others > 0, "{table}: what it has is counted");
            archive.bring_back(&offer.name, &mut |_, _| ControlFlow::Continue(())).unwrap();
            settle(&archive);
        }
        assert_eq!(conversations(&archive, View::Everything).len(), 30, "{table}: the app shows all of it");
        assert_eq!(conversations(&archive, View::Starred).len(), 1, "{table}");
        archive.close();
        if fate == Fate::OnRequest {
            check(&format!("{table}, brought back"), &kept(&house), |other| {
                let gone = FATES.contains(&(other, Fate::Gone));
                match other == table || below.iter().any(|below| below == other) {
                    true if gone => None,
                    true => Some(&backed_up[other]),
                    false => Some(&before[other]),
                }
            });
        }
    }
}

/// Holds what stands in every table against what should; where that is nothing, none of it may be left.
fn check<'a>(
    name: &str,
    now: &BTreeMap<&'static str, Rows>,
    expected: impl Fn(&'static str) -> Option<&'a Rows>,
) {
    for (table, rows) in now {
        match expected(table) {
            Some(expected) => assert!(rows == expected, "{name}: {table} has {rows:?}, not {expected:?}"),
            None => assert!(rows.is_empty(), "{name}: {table} is gone with what it belongs to: {rows:?}"),
        }
    }
}
