//! `afterchat source`: the hook addresses.

use afterchat_api::Api;
use afterchat_api::types::{Overview, SourceRow};
use afterchat_archive::export::visible_line;
use clap::{Args, Subcommand};
use serde_json::json;

use super::health;
use crate::output::{self, Style, moment, say};

/// List, add, renew and remove hook addresses
///
/// Each source has an address of its own with a secret token in it. Whoever knows the address
/// can post to it, unless its service signs what it sends and the source has the secret.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat source list
  afterchat source add shop-de --provider smartsupp
  afterchat source rotate shop-de --overlap 14
  afterchat source revoke shop-de
  afterchat source add-secret shop-de --label 2026 < secret.txt
  afterchat source remove-secret shop-de 2026"
)]
pub(crate) struct Source {
    #[command(subcommand)]
    command: SourceCommand,
    /// Print JSON: one line for each source
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum SourceCommand {
    /// List all addresses
    List,
    /// Make an address
    Add {
        /// Its name: small letters, digits and hyphens
        name: String,
        /// The chat service that posts to it; without it the service is found out by what arrives
        #[arg(long, value_name = "SERVICE")]
        provider: Option<String>,
    },
    /// Give an address a new token; the old address works on for a while
    Rotate {
        /// Its name
        name: String,
        /// For how many days the old address works beside the new one
        #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
        overlap: u32,
        /// End the old address at once, and all that are older
        #[arg(long, conflicts_with = "overlap")]
        now: bool,
    },
    /// End the old addresses of a source at once; the present one works on
    Revoke {
        /// Its name
        name: String,
    },
    /// Read a signing secret from standard input; what is not signed with one goes into quarantine
    AddSecret {
        /// The source's name
        name: String,
        /// What to call the secret; without it, it gets a number
        #[arg(long)]
        label: Option<String>,
    },
    /// Remove a signing secret; what is signed with it goes into quarantine from now on
    RemoveSecret {
        /// The source's name
        name: String,
        /// The secret's label
        label: String,
    },
    /// Remove an address; what it received stays
    Remove {
        /// Its name
        name: String,
    },
}

impl Source {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let act = match self.command {
            SourceCommand::List => {
                let overview: Overview = serde_json::from_value(api.query("overview", json!({})).await?)?;
                return overview.sources.iter().try_for_each(|source| tell(source, self.json));
            }
            SourceCommand::Add { name, provider } => {
                api.act("add_source", json!({ "name": name, "provider": provider })).await?
            }
            SourceCommand::Rotate { name, overlap, now } => {
                let days = if now { 0 } else { overlap };
                api.act("rotate_source", json!({ "name": name, "overlap_days": days })).await?
            }
            SourceCommand::Revoke { name } => api.act("end_old_addresses", json!({ "name": name })).await?,
            SourceCommand::AddSecret { name, label } => {
                // Not an argument: those stand in the shell's history and in the list of processes.
                let mut secret = String::new();
                std::io::stdin().read_line(&mut secret)?;
                api.act("add_secret", json!({ "source": name, "label": label, "secret": secret })).await?
            }
            SourceCommand::RemoveSecret { name, label } => {
                api.act("remove_secret", json!({ "source": name, "label": label })).await?
            }
            SourceCommand::Remove { name } => {
                api.act("remove_source", json!({ "name": name })).await?;
                say(&format!("The address of “{name}” does not work any more. What it received stays."));
                return Ok(());
            }
        };
        tell(&serde_json::from_value(act)?, self.json)
    }
}

fn tell(source: &SourceRow, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(source);
    }
    let style = Style::of_output();
    let provider = source.provider.as_deref().unwrap_or("finds out the service by itself");
    let heard = source.last_delivery_at.map_or_else(
        || "nothing yet".to_owned(),
        |at| format!("{} deliveries, the last {}", source.deliveries, moment(at)),
    );
    let quarantined = match source.quarantined {
        0 => String::new(),
        count => format!(", {count} in quarantine"),
    };
    let about = format!("{provider}, {heard}{quarantined}");
    output::line(&format!("{}  {}\n  {}", style.bold(&source.name), style.dim(&about), source.hook_url))?;
    health::lines(&source.health).iter().try_for_each(|told| output::line(&format!("  {told}")))?;
    source.old_addresses.iter().filter(|old| old.works).try_for_each(|old| {
        let used = old
            .last_used_at
            .map_or_else(|| "not used since".to_owned(), |at| format!("still used, last {}", moment(at)));
        let (replaced, until) = (moment(old.replaced_at), moment(old.until));
        output::line(&format!("  the address from before {replaced} works until {until}, {used}"))
    })?;
    source.secrets.iter().try_for_each(|secret| {
        let ending = secret.ending.as_deref().map(|ending| format!(" (…{ending})")).unwrap_or_default();
        let label = visible_line(&secret.label);
        output::line(&format!("  signed with {label}{ending}, set {}", moment(secret.added_at)))
    })
}
