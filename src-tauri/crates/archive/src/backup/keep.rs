//! The backups that Afterchat makes by itself: what they are called, when one is due, and which are let go of.
//!
//! Kept are the newest backup of each of the last three days that have one, the newest of an earlier week, and the
//! newest one made before the archive was brought to a newer format. Nothing else is ever removed, and nothing at all
//! before a new backup was made and found whole.

use std::path::{Path, PathBuf};
use std::time::Duration;

use afterchat_transcript::Instant;

/// The folder of backups within the archive's.
pub(crate) const FOLDER: &str = "backups";
/// How old the newest backup may be before the next is due.
const EVERY: Duration = Duration::from_hours(24);
/// How many days keep a backup each.
const DAYS: usize = 3;
const DAY: i64 = 24 * 3600 * 1000;

/// A backup in the archive's folder of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The name of its file.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// When it was made.
    pub at: Instant,
    /// Its size in bytes.
    pub size: u64,
    /// The format of the archive before it was brought forward, when the backup was made for that.
    pub before_migration_of: Option<i64>,
}

/// What a backup made at this time is called.
pub(crate) fn name(at: Instant, before_migration_of: Option<i64>) -> String {
    let stamp = at.utc().format("%Y-%m-%dT%H-%M-%SZ");
    match before_migration_of {
        Some(format) => format!("{stamp}-format-{format}.sqlite"),
        None => format!("{stamp}.sqlite"),
    }
}

fn read_name(name: &str) -> Option<(Instant, Option<i64>)> {
    let name = name.strip_suffix(".sqlite")?;
    let (stamp, rest) = name.split_once('Z')?;
    let at = chrono::NaiveDateTime::parse_from_str(stamp, "%Y-%m-%dT%H-%M-%S").ok()?;
    let format = match rest.strip_prefix("-format-") {
        Some(format) => Some(format.parse().ok()?),
        None if rest.is_empty() => None,
        None => return None,
    };
    Some((Instant::from_utc(at.and_utc()), format))
}

/// The backups of the archive in this folder, newest first. What has another name is no backup of ours.
pub(crate) fn list(folder: &Path) -> Vec<Backup> {
    let entries = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    let backup = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let (at, before_migration_of) = read_name(&name)?;
        let size = entry.metadata().ok()?.len();
        Some(Backup { name, path: entry.path(), at, size, before_migration_of })
    };
    let mut found: Vec<Backup> = entries.filter_map(backup).collect();
    found.sort_by(|one, other| (other.at, &other.name).cmp(&(one.at, &one.name)));
    found
}

/// Whether the next backup is due. A backup from the future was made before the clock was set back.
pub(crate) fn is_due(newest: Option<Instant>, now: Instant) -> bool {
    let every = i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX);
    newest.is_none_or(|newest| !(0..every).contains(&(now.millis() - newest.millis())))
}

/// Those that are let go of once a newer one is there, of all, newest first.
pub(crate) fn to_let_go(all: &[Backup]) -> Vec<&Backup> {
    let (migrations, daily): (Vec<&Backup>, Vec<&Backup>) =
        all.iter().partition(|backup| backup.before_migration_of.is_some());
    let day = |backup: &Backup| backup.at.millis().div_euclid(DAY);
    let mut days: Vec<i64> = daily.iter().map(|backup| day(backup)).collect();
    days.dedup();
    days.truncate(DAYS);
    // Of a week before those days, so that there always is one that is older than a few days.
    let week = |day: i64| day.div_euclid(7);
    let earlier = daily.iter().find(|backup| days.last().is_some_and(|last| week(day(backup)) < week(*last)));
    let old = daily.iter().filter(|backup| {
        let newest_of_its_day = days.first() == Some(&day(backup));
        if newest_of_its_day {
            days.remove(0);
        }
        !newest_of_its_day && earlier.is_none_or(|earlier| earlier.name != backup.name)
    });
    let old: Vec<&Backup> = old.copied().collect();
    old.into_iter().chain(migrations.into_iter().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Backup, is_due, name, read_name, to_let_go};
    use afterchat_transcript::Instant;

    const DAY: i64 = super::DAY;

    fn at(day: i64, hour: i64) -> Instant {
        Instant::from_millis((20_300 + day) * DAY + hour * DAY / 24).unwrap()
    }

    fn backup(at: Instant, before_migration_of: Option<i64>) -> Backup {
        let name = name(at, before_migration_of);
        Backup { path: name.clone().into(), name, at, size: 1, before_migration_of }
    }

    #[test]
    fn a_name_tells_when_it_was_made_and_for_what() {
        for format in [None, Some(7)] {
            let made = at(3, 5);
            assert_eq!(read_name(&name(made, format)), Some((made, format)));
        }
        for other in ["notes.sqlite", "2026-01-01T00-00-00Z.sqlite-wal", "2026-01-01T00-00-00Z-mine.sqlite"] {
            assert_eq!(read_name(other), None, "{other}: a file of somebody else is never let go of");
        }
    }

    #[test]
    fn one_is_due_a_day_after_the_last_and_when_the_clock_was_set_back() {
        assert!(is_due(None, at(0, 0)));
        assert!(!is_due(Some(at(0, 0)), at(0, 23)));
        assert!(is_due(Some(at(0, 0)), at(1, 0)));
        assert!(is_due(Some(at(400, 0)), at(0, 0)), "a clock that was a year ahead must not end the backups");
    }

    #[test]
    fn three_days_an_earlier_week_and_the_last_migration_are_kept() {
        let mut all: Vec<Backup> = Vec::new();
        for day in 0..60 {
            all.insert(0, backup(at(day, 6), None));
            all.insert(0, backup(at(day, 18), None));
            let old: Vec<String> = to_let_go(&all).into_iter().map(|backup| backup.name.clone()).collect();
            all.retain(|backup| !old.contains(&backup.name));
            let days: Vec<i64> =
                all.iter().map(|backup| (backup.at.millis() - at(0, 0).millis()) / DAY).collect();
            assert_eq!(days[0], day, "the newest is always kept");
            assert!(days.len() <= 4 && days.len() >= usize::try_from(day + 1).unwrap().min(3), "{days:?}");
            if day > 10 {
                let oldest = day - days.last().unwrap();
                assert!((3..=9).contains(&oldest), "one is from before this week: {days:?}");
            }
        }
        all.extend([backup(at(1, 0), Some(3)), backup(at(0, 0), Some(2))]);
        let old: Vec<Option<i64>> = to_let_go(&all).iter().map(|backup| backup.before_migration_of).collect();
        assert_eq!(old, [Some(2)]);
    }
}
