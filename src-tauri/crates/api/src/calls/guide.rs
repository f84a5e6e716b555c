//! How services are connected, and whether they are.

use afterchat_transcript::providers;

use super::deliveries;
use super::types::{ConnectedAnswer, GuideAnswer, ServiceGuide, SourceName};
use crate::{Api, Failure};

pub(super) fn guide(api: &Api, ask: &SourceName) -> Result<GuideAnswer, Failure> {
    let source = api.archive.source(&ask.name)?;
    let of_source = |provider: &&&'static dyn providers::Provider| {
        source.provider.as_deref().is_none_or(|wanted| wanted == provider.id())
    };
    let services = providers::PROVIDERS.iter().filter(of_source);
    Ok(GuideAnswer {
        services: services
            .map(|provider| ServiceGuide { provider: provider.id().to_owned(), guide: provider.guide() })
            .collect(),
    })
}

/// A source that is being removed is still asked about: it has simply heard nothing.
pub(super) fn connected(api: &Api, ask: &SourceName) -> Result<ConnectedAnswer, Failure> {
    let found = api.archive.connected(&ask.name)?;
    Ok(ConnectedAnswer {
        first: found.first.map(deliveries::row),
        trouble: found.trouble.map(deliveries::row),
        trial: found.trial.map(deliveries::row),
    })
}
