//! `afterchat show`: reads one conversation.

use afterchat_api::Api;
use afterchat_archive::Archive;
use afterchat_archive::export::{self, Format};
use afterchat_transcript::model::ConversationId;
use anyhow::bail;
use clap::Args;

use crate::output;

/// Conversations named when the beginning of an id fits several.
const NAMED: usize = 5;

/// Read one conversation
///
/// Times are in this machine's zone, except in JSON. Reading here does not mark a conversation
/// as read. A page leaves out what is secret by its name; JSON leaves out nothing.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat show k3f9x2ab
  afterchat show k3f9x2ab --json | jq '.messages[].text'
  afterchat show k3f9x2ab --html > chat.html"
)]
pub(crate) struct Show {
    /// The conversation's id, or enough of its beginning
    #[arg(value_name = "ID")]
    id: String,
    /// Print the transcript as one JSON document
    #[arg(long, group = "as")]
    json: bool,
    /// Print it as one HTML page
    #[arg(long, group = "as")]
    html: bool,
    /// Print it as Markdown
    #[arg(long, group = "as")]
    markdown: bool,
    /// Keep values in the page that are secret by their name, and addresses' tokens
    #[arg(long, requires = "html")]
    with_secrets: bool,
}

impl Show {
    pub(crate) fn run(self, api: &Api) -> anyhow::Result<()> {
        let id = find(api.archive(), &self.id)?;
        let format = match (self.json, self.html, self.markdown) {
            (true, _, _) => Format::Json,
            (_, true, _) => Format::Html,
            (_, _, true) => Format::Markdown,
            _ => Format::Text,
        };
        // A page is made to be handed on; the rest is read here.
        let whole = self.with_secrets || format != Format::Html;
        let transcript = api.scribe(whole)?.conversation(&id)?;
        output::write(export::render(&transcript, format, &chrono::Local).as_bytes())
    }
}

/// The one conversation whose id begins like this.
pub(super) fn find(archive: &Archive, start: &str) -> anyhow::Result<ConversationId> {
    let found = if start.is_empty() { Vec::new() } else { archive.ids_beginning_with(start, NAMED)? };
    match found.as_slice() {
        [] => bail!("There is no conversation “{}” in this archive.", export::visible_line(start)),
        [id] => Ok(ConversationId::from_text(id)),
        several => {
            bail!("Several conversations begin like this: {}. Give more of the id.", several.join(", "))
        }
    }
}
