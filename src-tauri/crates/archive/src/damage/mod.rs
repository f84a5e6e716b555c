//! Damage: how it is noticed, and how an archive is repaired.
//!
//! A damaged archive is never mended in place. Everything that can be read of it goes into a new one, the damaged files
//! are set aside together as they are, the new one takes their place, and what was derived is derived again. What a
//! backup has besides is offered, not taken: a person may have erased it since.

pub(crate) mod bring_back;
mod check;
mod checkup;
pub(crate) mod exchange;
pub(crate) mod lock;
pub(crate) mod look;
mod report;
mod restore;
pub(crate) mod salvage;
pub(crate) mod state;
mod taken;

use std::fs::File;
use std::path::{Path, PathBuf};

use afterchat_transcript::Instant;
use rusqlite::Connection;

pub use bring_back::BroughtBack;
pub(crate) use check::Checker;
pub use checkup::{Finding, Judgement, checkup};
pub use report::{Offer, Repair};
pub use restore::Restored;

use crate::ArchiveError;
use crate::backup;
use crate::migrate::{self, newest};
use crate::open::{FILE, make_private_file};
use crate::opening::{OpeningStage, Teller};
use exchange::with_ending;
use look::{Damage, Look};
use salvage::{Pages, tables};
use state::State;
use taken::Taken;

/// Where damaged files are set aside.
const ASIDE: &str = "damaged";

/// What was found before an archive was opened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// The last run did not end well, so there may be damage that a first look does not show.
    pub(crate) ended_badly: bool,
}

/// Looks at the archive in this folder before it is opened, unless another program has it open, and repairs it if that is
/// needed.
pub(crate) fn make_ready(
    folder: &Path,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<Found, ArchiveError> {
    teller.begin(OpeningStage::Looking);
    let Some(_alone) = lock::alone(folder) else { return Ok(Found::default()) };
    exchange::finish(folder)?;
    let file = folder.join(FILE);
    let state = State::read(folder);
    match look::look(&file, state)? {
        Look::None | Look::Archive(_) => {
            let badly = state.is_some_and(|state| state.ending != state::Ending::Closed);
            let log = salvage::Log::read(&with_ending(&file, "-wal"));
            Ok(Found { ended_badly: badly || !log.pages.is_empty() })
        }
        Look::Foreign => Err(ArchiveError::Foreign(file)),
        Look::Newer(found) => Err(ArchiveError::Newer { found, known: newest() }),
        Look::Damaged(damage) => repair(folder, damage, now, teller).map(|()| Found::default()),
    }
}

/// Repairs an archive that turned out to be damaged while it was opened; false when another program has it open.
pub(crate) fn repair_alone(
    folder: &Path,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<bool, ArchiveError> {
    let Some(_alone) = lock::alone(folder) else { return Ok(false) };
    repair(folder, Damage::Malformed, now, teller)?;
    Ok(true)
}

/// Goes on with what an earlier run did not finish in the archive itself.
pub(crate) fn go_on(connection: &Connection, teller: &mut Teller<'_>) -> Result<(), ArchiveError> {
    if bring_back::interrupted(connection)? {
        let mut tell = |done, all| teller.at(OpeningStage::Changing, done, all);
        bring_back::read_all_again(connection, &mut tell)?;
    }
    Ok(())
}

fn repair(folder: &Path, damage: Damage, now: Instant, teller: &mut Teller<'_>) -> Result<(), ArchiveError> {
    tracing::warn!(damage = damage.word(), "the archive is damaged and is being repaired");
    let made = exchange::begin(folder).map_err(ArchiveError::from).and_then(|replacement| {
        let (aside, repair) = make_anew(folder, &replacement, damage, now, teller)?;
        let report = serde_json::to_value(&repair).map_err(std::io::Error::from)?;
        Ok(exchange::prepare(folder, &aside, Some(report))?)
    });
    if made.is_err() {
        // Nothing was moved, and the next start begins again; half a replacement only takes room.
        let _removed = exchange::begin(folder);
    }
    let done = made.and_then(|()| Ok(exchange::finish(folder)?));
    done.map_err(|error| if error.is_lack_of_room() { ArchiveError::NoRoomToRepair } else { error })
}

/// Makes an archive of what can be read, ready to take the place of the damaged one.
fn make_anew(
    folder: &Path,
    replacement: &Path,
    damage: Damage,
    now: Instant,
    teller: &mut Teller<'_>,
) -> Result<(PathBuf, Repair), ArchiveError> {
    let file = folder.join(FILE);
    let log = with_ending(&file, "-wal");
    // Pages of an older log would lie over newer ones.
    let log = (damage != Damage::LogOld).then_some(log.as_path());
    let mut pages = Pages::open(&file, log);
    let format = salvage::format(&mut pages).filter(|format| (1..=newest()).contains(format));
    let mut connection = anew(replacement)?;
    migrate::make(&mut connection, format.unwrap_or_else(newest), &mut |_, _| {})?;
    let tables = tables::all(&connection)?;
    let all = u64::from(pages.count);
    let mut looked = |done| teller.at(OpeningStage::Repairing, done, all);
    let fresh = salvage::salvage(&mut pages, &tables, &connection, &mut looked)?;

    if !backup::list(folder).is_empty() {
        teller.begin(OpeningStage::Comparing);
    }
    let good = backup::newest_good(folder);
    let mut taken = Taken::default();
    if let Some(good) = &good {
        bring_back::Attached::new(&connection, &good.path)?.take_first(&fresh.salvaged.broken, &mut taken)?;
    }
    let salvaged = fresh.finish(&mut pages)?;
    drop(pages);
    migrate::make(&mut connection, newest(), &mut |_, _| {})?;
    let mut offer = None;
    if let Some(good) = &good {
        let attached = bring_back::Attached::new(&connection, &good.path)?;
        attached.numbers()?;
        attached.take_rest(&salvaged.broken, &mut taken)?;
        let (deliveries, others) = attached.besides()?;
        if deliveries + others > 0 {
            offer = Some(Offer { name: good.name.clone(), at: good.at, deliveries, others });
        }
    }
    let from = |count| good.as_ref().filter(|_| count > 0).map(|good| good.name.clone());
    let aside = exchange::aside(folder, ASIDE, now)?;
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'deliveries'";
    let highest: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    let repair = Repair {
        at: now,
        damage: damage.word().to_owned(),
        folder: folder.join(&aside).display().to_string(),
        deliveries: salvaged.deliveries,
        highest: highest.max(salvaged.highest),
        unreadable: salvaged.unreadable,
        addresses_from: from(taken.addresses),
        targets_from: from(taken.targets),
        settings_from: from(taken.settings),
        backup: offer,
    };
    report::put(&connection, &repair)?;
    teller.begin(OpeningStage::Checking);
    backup::check(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    File::open(replacement)?.sync_all()?;
    Ok((aside, repair))
}

/// A database that nobody reads before it is whole: if the system fails meanwhile it is made again.
fn anew(replacement: &Path) -> Result<Connection, ArchiveError> {
    make_private_file(replacement)?;
    let connection = Connection::open(replacement)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}
