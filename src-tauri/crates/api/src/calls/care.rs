//! Care of the archive: backups, and what a repair left to decide.

use afterchat_archive::{Backups, Repair};
use afterchat_transcript::Instant;

use super::types::{BackupOffer, BackupQuestion, BackupsRow, Marked, Nothing, RepairRow, WorkStarted};
use crate::{Api, Failure};

pub(super) fn back_up_now(api: &Api, _: &Nothing) -> Result<WorkStarted, Failure> {
    Ok(WorkStarted { work: api.back_up_now() })
}

pub(super) fn bring_back(api: &Api, ask: &BackupQuestion) -> Result<WorkStarted, Failure> {
    Ok(WorkStarted { work: api.bring_back(&ask.backup) })
}

pub(super) fn dismiss_repair(api: &Api, _: &Nothing) -> Result<Marked, Failure> {
    api.archive.dismiss_repair()?;
    Ok(Marked { changed: 1 })
}

pub(super) fn backups(api: &Api) -> BackupsRow {
    let Backups { folder, all, failed } = api.archive.backups();
    let newest = all.first();
    BackupsRow {
        folder: folder.display().to_string(),
        newest_at: newest.map(|backup| backup.at),
        newest_size: newest.map(|backup| backup.size),
        count: all.len(),
        failed_at: failed.as_ref().map(|failed| failed.at),
        failure: failed.map(|failed| Failure::new(&failed.code, &failed.words)),
    }
}

pub(super) fn repair(api: &Api) -> Result<Option<RepairRow>, Failure> {
    Ok(api.archive.repair()?.map(|repair| row(repair, &api.archive.backups())))
}

fn row(repair: Repair, backups: &Backups) -> RepairRow {
    let made = |name: &String| -> Option<Instant> {
        backups.all.iter().find(|backup| backup.name == *name).map(|backup| backup.at)
    };
    // A backup that somebody removed since is offered no more.
    let there = |name: &String| backups.all.iter().any(|backup| backup.name == *name);
    RepairRow {
        at: repair.at,
        missing: repair.missing(),
        damage: repair.damage,
        folder: repair.folder,
        deliveries: repair.deliveries,
        addresses_from: repair.addresses_from.as_ref().and_then(made),
        targets_from: repair.targets_from.as_ref().and_then(made),
        settings_from: repair.settings_from.as_ref().and_then(made),
        offer: repair.backup.filter(|offer| there(&offer.name)).map(|offer| BackupOffer {
            backup: offer.name,
            at: offer.at,
            deliveries: offer.deliveries,
            others: offer.others,
        }),
    }
}
