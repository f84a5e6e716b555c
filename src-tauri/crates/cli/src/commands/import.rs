//! `afterchat import`: takes in payloads that were saved as files.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use afterchat_api::{Api, Report, ReportFormat};
use afterchat_archive::export::visible_line;
use afterchat_archive::import::{self, Options, Outcome, Record, Step, Summary};
use afterchat_transcript::Instant;
use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::output::{self, say};
use crate::progress::{Progress, stop_flag, until_read};

/// Take in payloads that were saved as files
///
/// Each payload enters the journal as if its service had posted it now, and is read by the same
/// readers. What the journal holds already is not taken again, so an import can be repeated,
/// and goes on after it was stopped.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
What can be imported:
  files with one payload   JSON, XML, or a posted form
  lists                    a JSON list of payloads
  logs                     a payload on each line, or JSON documents one after another
  folders                  everything in them; hidden files and links are passed over
  zip files                read like folders

Examples:
  afterchat import data.json
  afterchat import saved/ --report report.csv
  afterchat import saved/ more.zip --json | jq 'select(.outcome == \"unreadable\")'

With --json there is one {\"event\":\"record\",\"file\":…,\"index\":…,\"outcome\":…} for each payload and a last
{\"event\":\"summary\",…}. Outcomes: new, repeated, unreadable, export, failed."
)]
pub(crate) struct Import {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Keep in the journal also what no reader understands
    #[arg(long)]
    keep_unreadable: bool,
    /// Write what became of each payload into this file: a table, or JSON if its name ends with .json
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print one line of JSON for each payload
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let stop = stop_flag();
        let options = Options {
            received_at: Instant::from_utc(chrono::Utc::now()),
            keep_unreadable: self.keep_unreadable,
        };
        let mut progress = Progress::new();
        let mut unwritten = None;
        let (mut part, mut records) = (0, 0);
        let mut report = Report::default();
        let origins: Vec<_> = self.paths.iter().cloned().map(import::Origin::from).collect();
        let stopped = || stop.load(Ordering::Relaxed);
        let summary = import::import(api.archive(), &origins, options, &stopped, &mut |step| {
            match step {
                Step::At { done, all } => part = done * 100 / all.max(1),
                Step::Record(record) => {
                    records += 1;
                    if self.report.is_some() {
                        report.add(record);
                    }
                    if let Err(error) = self.tell(record, &mut progress) {
                        unwritten = Some(error);
                    }
                }
            }
            progress.at(|| format!("{part} %, {records} payloads"));
            if unwritten.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        progress.clear();
        if let Some(file) = &self.report {
            write_report(&report, file)?;
        }
        if let Some(error) = unwritten {
            return Err(error);
        }
        let read = until_read(api, &stop).await?;
        if self.json {
            output::json(&told(&summary))?;
        } else {
            output::line(&words(&summary))?;
        }
        if summary.cancelled || !read {
            bail!("The import was stopped. What was imported stays; import the same files again to go on.");
        }
        if summary.failed > 0 {
            bail!("{} could not be read.", if summary.failed == 1 { "One file" } else { "Some files" });
        }
        Ok(())
    }

    fn tell(&self, record: &Record, progress: &mut Progress) -> anyhow::Result<()> {
        if self.json {
            return output::json(&json(record));
        }
        let remarkable =
            !matches!(record.outcome, Outcome::New { reason: None, .. } | Outcome::Repeated { .. });
        if let Some(reason) = record.outcome.reason().filter(|_| remarkable) {
            progress.clear();
            let place = if record.index > 0 { format!(", payload {}", record.index) } else { String::new() };
            say(&format!("{}{place}: {}", visible_line(&record.file), visible_line(reason)));
        }
        Ok(())
    }
}

fn write_report(report: &Report, file: &Path) -> anyhow::Result<()> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let format = ReportFormat::of_extension(extension).unwrap_or(ReportFormat::Csv);
    std::fs::write(file, report.write(format)).with_context(|| {
        format!("The report could not be written to {}. What was imported stays", file.display())
    })
}

fn json(record: &Record) -> Value {
    let mut told = json!({
        "event": "record",
        "file": record.file,
        "index": record.index,
        "outcome": record.outcome.word(),
    });
    if let Some(told) = told.as_object_mut() {
        if let Outcome::New { delivery, .. } | Outcome::Repeated { delivery: Some(delivery) } =
            &record.outcome
        {
            told.insert("delivery".to_owned(), delivery.to_string().into());
        }
        if let Some(reason) = record.outcome.reason() {
            told.insert("reason".to_owned(), reason.into());
        }
    }
    told
}

fn told(summary: &Summary) -> Value {
    json!({
        "event": "summary",
        "new": summary.new,
        "repeated": summary.repeated,
        "unreadable": summary.unreadable,
        "export": summary.exports,
        "failed": summary.failed,
        "cancelled": summary.cancelled,
    })
}

fn words(summary: &Summary) -> String {
    let counts = [
        (summary.new, "new"),
        (summary.repeated, "in the journal already"),
        (summary.unreadable, "not understood and not kept"),
        (summary.exports, "exported by Afterchat and not imported"),
        (summary.failed, "not readable"),
    ];
    let told = counts.iter().enumerate().filter(|(place, (count, _))| *place == 0 || *count > 0);
    told.map(|(_, (count, words))| format!("{count} {words}")).collect::<Vec<_>>().join(", ") + "."
}
