//! Hook addresses.

use afterchat_archive::Source;

use super::types::{Marked, NewSource, SourceName, SourceRow};
use super::{answers, signatures};
use crate::{Api, Failure, now};

pub(super) fn add(api: &Api, ask: &NewSource) -> Result<SourceRow, Failure> {
    let source = api.archive.add_source(&ask.name, ask.provider.as_deref(), now())?;
    row(api, source)
}

pub(super) fn rotate(api: &Api, ask: &SourceName) -> Result<SourceRow, Failure> {
    let source = api.archive.rotate_source(&ask.name)?;
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
        public_url: api.public_url(&source.path()),
        secrets: source.secrets.iter().map(signatures::secret_row).collect(),
        name: source.name,
        provider: source.provider,
        created_at: source.created_at,
        last_delivery_at: source.last_delivery_at,
        deliveries: source.deliveries,
        quarantined: source.quarantined,
        real_deliveries: source.real_deliveries,
        first_real_delivery_at: source.first_real_delivery_at,
        takes_unsigned: source.takes_unsigned,
    })
}
