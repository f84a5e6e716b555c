//! `afterchat search`: finds conversations.

use std::collections::HashMap;
use std::io::IsTerminal as _;

use afterchat_api::Api;
use afterchat_api::types::{ConversationPage, ConversationRow};
use afterchat_archive::export::visible_line;
use afterchat_transcript::Transcript;
use clap::Args;
use serde_json::{Value, json};

use crate::output::{self, Style, moment, say};

/// Find conversations, newest first
///
/// Words are looked for everywhere, without regard to accents and capitals. The last word may
/// be just its beginning; end the search with a space to mean the whole word.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
What a search can hold:
  refund \"next week\"       Both, the second word for word
  -refund                  Not this word (write `--` before a search that begins with a minus)
  from:ann  page:pricing   In the visitor's details; in addresses and titles of pages
  agent:john  field:pro    In who answered; in fields and labels
  service:smartsupp        One chat service
  is:missed                missed, offline, open, ended, dropped, unread, starred or archived
  rating:<3  rating:5      By the visitor's mark
  after:2026-01-01  before:2026-02-01

Examples:
  afterchat search refund
  afterchat search 'is:missed after:2026-01-01' --limit 500 --json | jq -r .id

Prints a list on a terminal, and otherwise one JSON object on each line: id, provider, account,
external_id, kind, state, started_at, visitor, snippet and cursor. To go on where a list ended,
pass the last line's cursor."
)]
pub(crate) struct Search {
    /// What to search for; without it all conversations are listed
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// Go on after the conversation with this cursor
    #[arg(long, value_name = "C")]
    cursor: Option<String>,
    /// Print JSON also on a terminal
    #[arg(long)]
    json: bool,
}

impl Search {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let json = self.json || !std::io::stdout().is_terminal();
        let search = self.query.join(" ");
        let (mut left, mut after) = (self.limit, self.cursor);
        while left > 0 {
            let ask =
                json!({ "view": "everything", "search": search, "after": after, "limit": left.min(200) });
            let page: ConversationPage = serde_json::from_value(api.query("conversations", ask).await?)?;
            if let Some(problem) = page.problem.filter(|_| left == self.limit) {
                say(&format!("afterchat: {problem}"));
            }
            left -= page.rows.len().min(left);
            if json {
                print_json(api, &page.rows)?;
            } else {
                page.rows.iter().try_for_each(print)?;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
        if let Some(after) = after.filter(|_| !json) {
            say(&format!("There are more: --cursor {after}"));
        }
        Ok(())
    }
}

fn print_json(api: &Api, rows: &[ConversationRow]) -> anyhow::Result<()> {
    let positions: Vec<i64> = rows.iter().filter_map(|row| row.position.parse().ok()).collect();
    let transcripts: HashMap<i64, Transcript> =
        api.archive().transcripts_at(&positions)?.into_iter().collect();
    for row in rows {
        let transcript = row.position.parse().ok().and_then(|position: i64| transcripts.get(&position));
        output::json(&summary(row, transcript))?;
    }
    Ok(())
}

fn summary(row: &ConversationRow, transcript: Option<&Transcript>) -> Value {
    let mut visitor = json!({ "name": row.visitor_name, "email": row.visitor_email });
    let mut summary = json!({
        "id": row.id,
        "provider": row.provider,
        "account": transcript.and_then(|transcript| transcript.account.clone()),
        "external_id": transcript.and_then(|transcript| transcript.external_id.clone()),
        "kind": row.kind,
        "state": row.state,
        "started_at": transcript.map(|transcript| transcript.started_at),
        "visitor": null,
        "snippet": snippet(row),
        "cursor": row.position,
    });
    if let (Some(summary), Some(known)) = (summary.as_object_mut(), visitor.as_object_mut()) {
        known.retain(|_, value| !value.is_null());
        if !known.is_empty() {
            summary.insert("visitor".to_owned(), visitor);
        }
        summary.retain(|_, value| !value.is_null());
    }
    summary
}

fn snippet(row: &ConversationRow) -> String {
    row.words.iter().map(|piece| piece.text.as_str()).collect()
}

fn print(row: &ConversationRow) -> anyhow::Result<()> {
    let style = Style::of_output();
    let name = row.visitor_name.as_deref().or(row.visitor_email.as_deref()).unwrap_or("Unnamed visitor");
    let id = row.id.get(..8).unwrap_or(&row.id);
    let state = serde_json::to_value(row.state)?;
    let about = format!("{} · {} · {}", moment(row.at), row.provider, state.as_str().unwrap_or_default());
    output::line(&format!("{}  {}  {}", style.dim(id), style.bold(&visible_line(name)), style.dim(&about)))?;
    let words: String = row
        .words
        .iter()
        .map(|piece| if piece.hit { style.bold(&visible(&piece.text)) } else { visible(&piece.text) })
        .collect();
    if words.trim().is_empty() { Ok(()) } else { output::line(&format!("          {}", words.trim())) }
}

/// One line, with the spaces at its ends: words and hits stand side by side.
fn visible(text: &str) -> String {
    afterchat_archive::export::visible(&text.replace(['\n', '\t'], " "))
}
