//! `afterchat doctor`: what could be wrong with the archive, and is or is not.

use std::path::Path;

use afterchat_archive::{Judgement, checkup};
use afterchat_transcript::Instant;
use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::output::{self, Style};

/// Look whether the archive and its backups are whole
///
/// Reads all of the archive and of every backup and changes nothing; it may be in use. Exit code
/// 1 when something is wrong.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat doctor
  afterchat doctor --json | jq -r 'select(.health == \"wrong\").words'

With --json there is one {\"what\":…,\"health\":…,\"words\":…} for each thing that was looked at: format,
content, repair, log, backup, permissions, room. Health is good, remark or wrong."
)]
pub(crate) struct Doctor {
    /// Print one line of JSON for each thing that was looked at
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) async fn run(self, folder: &Path) -> anyhow::Result<()> {
        let folder = folder.to_owned();
        let look = move || checkup(&folder, Instant::from_utc(chrono::Utc::now()));
        let findings = tokio::task::spawn_blocking(look).await??;
        let style = Style::of_output();
        for finding in &findings {
            let word = finding.judgement.word();
            if self.json {
                let words = &finding.words;
                output::json(&json!({ "what": finding.what, "health": word, "words": words }))?;
            } else {
                let mark = if finding.judgement == Judgement::Good {
                    style.dim("good  ")
                } else {
                    style.bold(&format!("{word:<6}"))
                };
                output::line(&format!("{mark}  {:<11}  {}", finding.what, finding.words))?;
            }
        }
        match findings.iter().filter(|finding| finding.judgement == Judgement::Wrong).count() {
            0 => Ok(()),
            1 => bail!("One thing is wrong."),
            several => bail!("{several} things are wrong."),
        }
    }
}
