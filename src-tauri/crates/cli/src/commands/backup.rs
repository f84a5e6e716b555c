//! `afterchat backup`: a copy of the archive, made while it is in use.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use afterchat_api::Api;
use afterchat_archive::Copied;
use afterchat_transcript::Instant;
use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::output;
use crate::progress::{Progress, stop_flag};

/// Copy the archive into one file
///
/// The copy is of one moment: everything that was acknowledged before it began is in it. The
/// archive can be in use meanwhile. The file is looked through before it gets its name, it is
/// readable for this account only, and it holds the tokens and secrets of the hook addresses.
///
/// Afterchat makes backups by itself as well, once a day while it runs, in the folder `backups`
/// beside the archive.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat backup /mnt/usb/
  afterchat backup chats.sqlite
  afterchat restore chats.sqlite           Put it in the place of the archive

No file is ever replaced."
)]
pub(crate) struct Backup {
    /// The file, or a folder in which it gets a name that tells the time
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Print one JSON document at the end
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let stop = stop_flag();
        let (archive, path) = (api.archive().clone(), self.path);
        let made = tokio::task::spawn_blocking(move || {
            let mut progress = Progress::new();
            let made = archive.back_up(&path, Instant::from_utc(chrono::Utc::now()), &mut |copied| {
                progress.at(|| words(copied));
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            progress.clear();
            made
        });
        let Some(made) = made.await?? else { bail!("The backup was stopped. Nothing was written.") };
        if self.json {
            return output::json(&json!({ "path": made.path, "size": made.size }));
        }
        output::line(&format!(
            "{} was written and is whole, {} MB.",
            made.path.display(),
            made.size.div_ceil(1 << 20)
        ))
    }
}

pub(super) fn words(copied: Copied) -> String {
    format!("{} %", copied.done * 100 / copied.all.max(1))
}
