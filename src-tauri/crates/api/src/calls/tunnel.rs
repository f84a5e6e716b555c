//! The tunnel: what is entered, starting, stopping, and how it is.

use afterchat_relay::history::Secret;

use super::types::{Nothing, TunnelAnswer, TunnelEntry, TunnelField, TunnelKind, TunnelStart, TunnelStatus};
use crate::tunnel::{Entered, KINDS, Kind, kind};
use crate::{Api, Failure};

/// How many characters of a secret are shown, and how long it must be for that.
const SHOWN: usize = 4;
const LONG: usize = 12;

pub(super) fn show(api: &Api, _: &Nothing) -> Result<TunnelAnswer, Failure> {
    let kinds = KINDS.iter().map(|kind| row(api, kind)).collect::<Result<_, _>>()?;
    Ok(TunnelAnswer { status: api.tunnel_status(), kinds, log: api.tunnel_log() })
}

pub(super) fn enter(api: &Api, ask: &TunnelEntry) -> Result<TunnelKind, Failure> {
    let kind = kind(&ask.kind)?;
    let before = api.tunnel_entered(kind)?.secret;
    let secret = ask
        .secret
        .as_ref()
        .map(Secret::expose)
        .map_or(before, |secret| Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty()));
    api.set_tunnel_entered(kind, Entered { fields: ask.fields.clone(), secret })?;
    row(api, kind)
}

pub(super) fn start(api: &Api, ask: &TunnelStart) -> Result<TunnelStatus, Failure> {
    tokio::runtime::Handle::current().block_on(api.start_tunnel(&ask.kind, None, true))?;
    Ok(api.tunnel_status())
}

pub(super) fn stop(api: &Api, _: &Nothing) -> Result<TunnelStatus, Failure> {
    tokio::runtime::Handle::current().block_on(api.stop_tunnel())?;
    Ok(api.tunnel_status())
}

pub(super) fn prove(api: &Api, _: &Nothing) -> Result<TunnelStatus, Failure> {
    api.order_tunnel(afterchat_tunnel::Supervisor::prove)?;
    Ok(api.tunnel_status())
}

pub(super) fn told(api: &Api, _: &Nothing) -> Result<TunnelStatus, Failure> {
    api.order_tunnel(afterchat_tunnel::Supervisor::told)?;
    Ok(api.tunnel_status())
}

fn row(api: &Api, kind: &Kind) -> Result<TunnelKind, Failure> {
    let entered = api.tunnel_entered(kind)?;
    let facts = kind.facts(&entered, &api.tunnel_folder());
    let program = kind.program(&entered.fields);
    Ok(TunnelKind {
        id: kind.id.to_owned(),
        name: kind.name.to_owned(),
        address: facts.address.into(),
        encryption: facts.encryption.into(),
        readers: facts.readers.into(),
        account: facts.account.into(),
        takes: kind.takes.to_vec(),
        secret_ending: entered
            .secret
            .as_deref()
            .filter(|_| kind.takes.contains(&TunnelField::Secret))
            .map(ending),
        installed: program.as_deref().is_none_or(afterchat_tunnel::is_installed),
        program,
        fields: entered.fields,
    })
}

/// The end of a secret that is long enough to have one.
fn ending(secret: &str) -> String {
    let count = secret.chars().count();
    if count < LONG { String::new() } else { secret.chars().skip(count - SHOWN).collect() }
}
