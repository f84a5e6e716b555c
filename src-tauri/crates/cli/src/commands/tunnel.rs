//! The tunnel of `afterchat listen`: which one, and a line for each change of it.

use afterchat_api::Api;
use afterchat_api::types::{Overview, TunnelState, TunnelStatus};
use afterchat_archive::export::visible_line;
use anyhow::bail;
use serde_json::{Value, json};

use crate::output::{self, Style, say};

/// A tunnel that was asked for on the command line.
#[derive(Debug)]
pub(crate) struct Tunnel {
    told: Option<Told>,
}

/// What a line tells; it is told again only when something of it changed.
#[derive(Debug, PartialEq)]
struct Told {
    state: TunnelState,
    url: Option<String>,
    trouble: Option<String>,
}

/// How the line of the tunnel begins.
pub(crate) const BEGINS: &str = "The tunnel";

impl Tunnel {
    /// Starts the one that was asked for. `wish` is a kind, a kind with a server behind a colon, or a public address of
    /// one's own.
    pub(crate) async fn wished(api: &Api, wish: Option<&str>) -> anyhow::Result<Option<Self>> {
        let Some(wish) = wish else { return Ok(None) };
        let (kind, place) = parse(wish);
        api.start_tunnel(&kind, place, false).await?;
        Ok(Some(Self { told: None }))
    }

    /// How the tunnel is, if that changed since the last time.
    ///
    /// # Errors
    /// When it ended for good and that was told: a tunnel that was asked for and is not there is no small matter.
    pub(crate) fn changed(&mut self, api: &Api) -> anyhow::Result<Option<TunnelStatus>> {
        let status = api.tunnel_status();
        let now = Told {
            state: status.state,
            url: status.url.clone(),
            trouble: status.trouble.as_ref().map(|trouble| trouble.code.clone()),
        };
        if self.told.as_ref() != Some(&now) {
            self.told = Some(now);
            return Ok(Some(status));
        }
        match status.trouble {
            Some(trouble) if status.state == TunnelState::Stopped => {
                bail!("{}", visible_line(&trouble.detail))
            }
            _ => Ok(None),
        }
    }

    /// Tells of the tunnel if it changed since the last time.
    ///
    /// # Errors
    /// As for [`Tunnel::changed`].
    pub(crate) async fn tell(&mut self, api: &Api, as_json: bool) -> anyhow::Result<()> {
        while let Some(status) = self.changed(api)? {
            let overview: Overview = serde_json::from_value(api.query("overview", json!({})).await?)?;
            if as_json {
                output::json(&event(&status, &overview))?;
            } else {
                say_state(&status, &overview)?;
            }
        }
        Ok(())
    }
}

/// How the tunnel is, in one line.
pub(crate) fn in_short(status: &TunnelStatus) -> String {
    let url = status.url.as_deref().unwrap_or_default();
    let why = status.trouble.as_ref().map_or_else(String::new, |trouble| visible_line(&trouble.detail));
    match status.state {
        TunnelState::Starting => format!("{BEGINS} is starting."),
        TunnelState::Assigned => {
            format!("{BEGINS}'s address is {url}; whether it leads here is being tried.")
        }
        TunnelState::Degraded | TunnelState::Stopped => format!("{BEGINS} does not work: {why}"),
        TunnelState::Reachable => format!("{BEGINS} leads the world here from {url}"),
        TunnelState::Changed => {
            let before = status.changed_from.as_deref().unwrap_or_default();
            format!("{BEGINS} leads the world here from {url}, no longer from {before}")
        }
    }
}

/// The kind's id, and the server or address behind it.
fn parse(wish: &str) -> (String, Option<&str>) {
    if wish.starts_with("https://") || wish.starts_with("http://") {
        return ("external".to_owned(), Some(wish));
    }
    let (kind, place) = wish.split_once(':').map_or((wish, None), |(kind, place)| (kind, Some(place)));
    (kind.replace(['.', '-'], "_"), place)
}

/// `{"event":"tunnel",…}`.
fn event(status: &TunnelStatus, overview: &Overview) -> Value {
    let sources: Vec<Value> = overview
        .sources
        .iter()
        .filter_map(|source| Some(json!({ "name": source.name, "public_url": source.public_url.as_ref()? })))
        .collect();
    let mut event = json!({ "event": "tunnel", "state": status.state });
    let told = [
        ("url", status.url.as_ref().map(|url| json!(url))),
        ("door", status.door.as_ref().map(|door| json!(door))),
        ("changed_from", status.changed_from.as_ref().map(|url| json!(url))),
        ("trouble", status.trouble.as_ref().map(|trouble| json!(trouble))),
        ("sources", Some(json!(sources)).filter(|_| !sources.is_empty())),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            event[name] = value;
        }
    }
    event
}

fn say_state(status: &TunnelStatus, overview: &Overview) -> anyhow::Result<()> {
    if !matches!(status.state, TunnelState::Reachable | TunnelState::Changed) {
        say(&in_short(status));
        return Ok(());
    }
    output::line(&format!("{}\n", Style::of_output().bold(&in_short(status))))?;
    let width = overview.sources.iter().map(|source| source.name.len()).max().unwrap_or_default();
    for source in &overview.sources {
        if let Some(public) = &source.public_url {
            output::line(&format!("  {:<width$}  {public}", source.name))?;
        }
    }
    if status.changed_from.is_some() {
        say("Give the services their new addresses.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_wish_is_a_kind_with_or_without_a_place() {
        for (wish, kind, place) in [
            ("cloudflared", "cloudflared", None),
            ("localhost.run", "localhost_run", None),
            ("cloudflared-named", "cloudflared_named", None),
            ("bore:bore.example:7835", "bore", Some("bore.example:7835")),
            ("ssh:me@vps.example", "ssh", Some("me@vps.example")),
            ("https://hooks.example", "external", Some("https://hooks.example")),
        ] {
            assert_eq!(parse(wish), (kind.to_owned(), place), "{wish}");
        }
    }
}
