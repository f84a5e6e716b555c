//! Hook addresses.

use std::time::Duration;

use afterchat_archive::{OVERLAP, OldToken, Source};

use super::types::{Marked, NewSource, OldAddressQuestion, OldAddressRow, Rotation, SourceName, SourceRow};
use super::{answers, health, signatures};
use crate::{Api, Failure, now};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// An address that works for longer beside the new one has not been replaced.
const LONGEST_OVERLAP: u32 = 365;

pub(super) fn add(api: &Api, ask: &NewSource) -> Result<SourceRow, Failure> {
    let source = api.archive.add_source(&ask.name, ask.provider.as_deref(), now())?;
    row(api, source)
}

pub(super) fn rotate(api: &Api, ask: &Rotation) -> Result<SourceRow, Failure> {
    let overlap = match ask.overlap_days {
        None => Some(OVERLAP),
        Some(0) => None,
        Some(days @ 1..=LONGEST_OVERLAP) => Some(DAY * days),
        Some(days) => {
            let words = format!(
                "An old address works for at most {LONGEST_OVERLAP} days beside the new one, not {days}."
            );
            return Err(Failure::new("bad_question", &words));
        }
    };
    let source = api.archive.rotate_source(&ask.name, overlap, now())?;
    row(api, source)
}

pub(super) fn end_old(api: &Api, ask: &SourceName) -> Result<SourceRow, Failure> {
    let source = api.archive.end_old_addresses(&ask.name, now())?;
    row(api, source)
}

pub(super) fn put_old_back(api: &Api, ask: &OldAddressQuestion) -> Result<SourceRow, Failure> {
    let id = ask.id.parse().map_err(|_| Failure::new("bad_question", "An old address has a number."))?;
    let source = api.archive.put_old_address_back(&ask.name, id)?;
    row(api, source)
}

pub(super) fn remove(api: &Api, ask: &SourceName) -> Result<Marked, Failure> {
    api.archive.remove_source(&ask.name)?;
    Ok(Marked { changed: 1 })
}

pub(super) fn row(api: &Api, source: Source) -> Result<SourceRow, Failure> {
    Ok(SourceRow {
        hook_url: format!("{}{}", api.door.base(&api.archive)?, source.path()),
        answer: answers::of_source(api, &source),
        health: health::of_source(api, &source.name)?,
        public_url: api.public_url(&source.path()),
        secrets: source.secrets.iter().map(signatures::secret_row).collect(),
        name: source.name,
        provider: source.provider,
        created_at: source.created_at,
        old_addresses: source.old_tokens.iter().map(old_address).collect(),
        last_delivery_at: source.last_delivery_at,
        deliveries: source.deliveries,
        quarantined: source.quarantined,
        real_deliveries: source.real_deliveries,
        first_real_delivery_at: source.first_real_delivery_at,
        takes_unsigned: source.takes_unsigned,
    })
}

fn old_address(old: &OldToken) -> OldAddressRow {
    OldAddressRow {
        id: old.id.to_string(),
        replaced_at: old.replaced_at,
        until: old.until,
        ended_at: old.ended_at,
        works: old.is_good(now()),
        deliveries: old.deliveries,
        last_used_at: old.last_used_at,
    }
}
