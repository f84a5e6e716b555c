//! `afterchat visitor`: who somebody is over all their conversations.

use afterchat_api::Api;
use afterchat_api::types::{SeenValues, VisitorAnswer, VisitorName};
use afterchat_archive::export::visible_line;
use clap::Args;
use serde_json::json;

use super::show::find;
use crate::output::{self, Style, moment};

/// Read what is known of a visitor
///
/// Conversations of one visitor are found by the service's id of them and by e-mail address, and
/// by what people joined or took out by hand. Any of the visitor's conversations names them.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat visitor k3f9x2ab
  afterchat visitor k3f9x2ab --json | jq -r '.emails.values[].value'"
)]
pub(crate) struct Visitor {
    /// The id of one of the visitor's conversations, or enough of its beginning
    #[arg(value_name = "ID")]
    id: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Visitor {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let id = find(api.archive(), &self.id)?;
        let answer = api.query("visitor", json!({ "conversation": id })).await?;
        if self.json {
            return output::json(&answer);
        }
        print(&serde_json::from_value(answer)?)
    }
}

fn print(visitor: &VisitorAnswer) -> anyhow::Result<()> {
    let style = Style::of_output();
    let title = visitor.title.as_deref().unwrap_or("Unnamed visitor");
    output::line(&style.bold(&visible_line(title)))?;
    let services: Vec<&str> = visitor.services.iter().map(|service| service.provider.as_str()).collect();
    let (first, last) = (moment(visitor.first_seen_at), moment(visitor.last_seen_at));
    let count = match visitor.conversations {
        1 => "1 conversation".to_owned(),
        several => format!("{several} conversations"),
    };
    output::line(&format!("{count} · {} · {first} to {last}", services.join(", ")))?;
    let kinds: [(&str, &SeenValues); 8] = [
        ("Name", &visitor.names),
        ("E-mail", &visitor.emails),
        ("Phone", &visitor.phones),
        ("Company", &visitor.companies),
        ("Place", &visitor.places),
        ("IP address", &visitor.ips),
        ("Device", &visitor.devices),
        ("User agent", &visitor.user_agents),
    ];
    for (label, seen) in kinds {
        for value in &seen.values {
            output::line(&format!("{}  {}", style.dim(&format!("{label:10}")), visible_line(&value.value)))?;
        }
    }
    for known in &visitor.known_as {
        let name = name(&known.name);
        output::line(&format!("{}  {name}, in {}", style.dim("Known as  "), known.conversations))?;
    }
    Ok(())
}

fn name(name: &VisitorName) -> String {
    match &name.provider {
        Some(provider) => format!("{} at {provider}", visible_line(&name.value)),
        None => visible_line(&name.value),
    }
}
