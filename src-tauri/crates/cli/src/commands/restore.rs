//! `afterchat restore`: a backup in the place of the archive.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use afterchat_archive::Archive;
use afterchat_transcript::Instant;
use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::backup::words;
use crate::output;
use crate::progress::{Progress, stop_flag};

/// Put a backup in the place of the archive
///
/// The backup is looked through first, and copied. The archive that is there is set aside as it
/// is and never deleted. No other Afterchat program may have it open. Hook addresses are those
/// of the backup.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat restore chats.sqlite
  afterchat --data /tmp/look restore chats.sqlite      Look into a backup beside the archive"
)]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Print one JSON document at the end
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(crate) async fn run(self, folder: &Path) -> anyhow::Result<()> {
        let stop = stop_flag();
        let (folder, backup) = (folder.to_owned(), self.backup);
        let restored = tokio::task::spawn_blocking(move || {
            let mut progress = Progress::new();
            let now = Instant::from_utc(chrono::Utc::now());
            let restored = Archive::restore(&folder, &backup, now, &mut |copied| {
                progress.at(|| words(copied));
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            progress.clear();
            restored
        });
        let Some(restored) = restored.await?? else { bail!("It was stopped. Nothing was changed.") };
        if self.json {
            return output::json(&json!({ "deliveries": restored.deliveries, "set_aside": restored.aside }));
        }
        output::line(&match restored.aside {
            Some(aside) => format!(
                "The backup with {} deliveries is the archive now. What was there before is in {}.",
                restored.deliveries,
                aside.display()
            ),
            None => format!("The backup with {} deliveries is the archive now.", restored.deliveries),
        })
    }
}
