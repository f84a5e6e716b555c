//! The state of everything, for the sidebar and the status line.

use afterchat_archive::{Source, View};
use afterchat_relay::history::Service;
use afterchat_transcript::providers;

use super::types::{
    Counts, DeadLetterCount, Nothing, OpeningAnswer, Overview, ProviderRow, SourceRow, ViewCounts,
};
use super::{care, health, signatures, sources};
use crate::{Api, Failure, now};

/// Whoever has an [`Api`] has an open archive.
#[allow(clippy::unnecessary_wraps, reason = "every query can fail")]
pub(super) fn opening(_: &Api, _: &Nothing) -> Result<OpeningAnswer, Failure> {
    Ok(OpeningAnswer::default())
}

pub(super) fn overview(api: &Api, _: &Nothing) -> Result<Overview, Failure> {
    let known: Vec<Source> = api.archive.sources()?;
    let progress = api.archive.progress()?;
    let counts = |view| -> Result<Counts, Failure> {
        let counts = api.archive.counts(view)?;
        Ok(Counts { total: counts.total, unread: counts.unread })
    };
    let everything = counts(View::Everything)?;
    let heard = api.archive.heard()?;
    let (refused, last_refused_at) = api.archive.refused_count()?;
    Ok(Overview {
        listener: api.door.listener(),
        open_since: api.archive.open_since(now())?,
        gap: health::unseen(api)?,
        tunnel: api.tunnel_status(),
        conversations: everything.total,
        deliveries: heard.deliveries,
        last_delivery_at: heard.last_at,
        quarantined: heard.quarantined,
        newest_quarantined: api.archive.newest_quarantined()?.map(|id| id.to_string()),
        refused,
        last_refused_at,
        dead_letters: api.archive.dead_letter_counts()?.into_iter().map(dead_letters).collect(),
        waiting: progress.all - progress.done,
        views: ViewCounts {
            inbox: counts(View::Inbox)?,
            unread: counts(View::Unread)?,
            missed: counts(View::Missed)?,
            offline: counts(View::Offline)?,
            starred: counts(View::Starred)?,
            archived: counts(View::Archived)?,
            everything,
        },
        sources: known
            .into_iter()
            .map(|source| sources::row(api, source))
            .collect::<Result<Vec<SourceRow>, _>>()?,
        providers: providers::PROVIDERS
            .iter()
            .map(|provider| ProviderRow {
                id: provider.id().to_owned(),
                name: provider.name().to_owned(),
                signature: provider.signature().as_ref().map(signatures::scheme_row),
                fetchable: Service::of_provider(provider.id()).is_some(),
            })
            .collect(),
        repair: care::repair(api)?,
        damaged: api.archive.damage().is_some(),
        backups: care::backups(api),
        archive: api.archive.folder().display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn dead_letters((source, count): (String, i64)) -> DeadLetterCount {
    DeadLetterCount { source, count }
}
