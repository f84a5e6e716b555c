//! `afterchat curl`: one delivery as a command or a raw request, to be sent again by another program.

use std::io::{self, IsTerminal as _};

use afterchat_api::Api;
use afterchat_api::types::{WrittenForm, WrittenRemark};
use afterchat_archive::DeliveryId;
use afterchat_archive::export::{visible, visible_line};
use clap::Args;

use crate::output::{self, say};

/// Print a delivery as a curl command
///
/// The command sends the same method, query, headers and body bytes. What is secret is left out
/// and HIDDEN-1, HIDDEN-2 … stand there, and it sends to the address in the variable HOOK_URL.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat curl 12
  afterchat curl 12 --to http://localhost:3000/hook | sh
  afterchat curl 12 --httpie
  afterchat curl 12 --raw > request.http        The exact bytes of the request
  afterchat curl 12 --with-secrets              As it came, to the address it reached

The commands are for a POSIX shell; on Windows run them in Git Bash or WSL."
)]
pub(crate) struct Curl {
    /// The delivery's number
    #[arg(value_name = "ID")]
    id: i64,
    /// An HTTPie command instead
    #[arg(long, conflicts_with = "raw")]
    httpie: bool,
    /// The raw HTTP/1.1 request instead
    #[arg(long)]
    raw: bool,
    /// Also what is secret, and the hook address with its token
    #[arg(long)]
    with_secrets: bool,
    /// The address it sends to
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

impl Curl {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let api = api.clone();
        tokio::task::spawn_blocking(move || self.print(&api)).await?
    }

    fn print(&self, api: &Api) -> anyhow::Result<()> {
        let mut scribe = api.scribe(self.with_secrets)?;
        let (id, to) = (DeliveryId(self.id), self.to.as_deref());
        if self.raw && !io::stdout().is_terminal() {
            return output::write(&scribe.request(id, to)?);
        }
        let form = match (self.httpie, self.raw) {
            (true, _) => WrittenForm::Httpie,
            (_, true) => WrittenForm::Raw,
            _ => WrittenForm::Curl,
        };
        let written = scribe.text(id, form, to, true)?;
        let text = if self.raw { visible(&written.text) } else { written.text.clone() };
        output::line(&text)?;
        if !written.hidden.is_empty() {
            let places =
                written.hidden.iter().map(|place| visible_line(place)).collect::<Vec<_>>().join(", ");
            say(&format!("Hidden: {places}. Use --with-secrets to see what was sent."));
        }
        for remark in afterchat_api::remarks(&written) {
            say(&words(&remark));
        }
        Ok(())
    }
}

fn words(remark: &WrittenRemark) -> String {
    let name = visible_line(remark.name.as_deref().unwrap_or_default());
    match remark.code.as_str() {
        "not_kept" => format!("The secret in {name} was not kept when it arrived."),
        "header_left_out" => format!("HTTPie cannot send the header {name}, so it is left out."),
        "body_left_out" => {
            "The body is no text and is left out here; write it to a file to have it.".to_owned()
        }
        _ => format!("The body is expected in the file {name}."),
    }
}
