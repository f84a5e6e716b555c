//! `afterchat export`: writes conversations to a file or a folder.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use afterchat_api::{Api, Scribe};
use afterchat_archive::export::{self, Existing, Format};
use afterchat_archive::{Archive, ListQuestion, View};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::query::Query;
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use crate::output::say;
use crate::progress::{Progress, stop_flag};

/// Ids asked for at once.
const PAGE: usize = 1000;

/// Write conversations to a file or a folder
///
/// An HTML page opens anywhere, prints well, holds no script and asks nobody for anything. JSON
/// is the whole transcript. Values whose names say that they are secret are left out, and HIDDEN-1,
/// HIDDEN-2 … stand there; --with-secrets keeps them. Existing files are never replaced unless you
/// say so, and a file is there whole or not at all.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat export k3f9x2abq7m4tzw5r6y2hjnd --format html --out chat.html
  afterchat export 'from:ann after:2026-01-01' --format html --out ann/
  afterchat export is:missed --format csv --out missed.csv
  afterchat export '' --format json --out - | jq length

With a name that has an ending (or with `-`, for standard output), everything goes to one file:
CSV with one line of names, JSON as the transcript, or as a list when several were found. HTML holds
one conversation. Any other name is a folder, which gets a file for each conversation."
)]
pub(crate) struct Export {
    /// A search as for `afterchat search`, or the whole id of a conversation
    #[arg(value_name = "QUERY")]
    query: String,
    /// How to write them
    #[arg(long, value_enum, default_value = "html")]
    format: FormatName,
    /// The file or folder; `-` is standard output
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
    /// Keep values that are secret by their name, and addresses' tokens
    #[arg(long)]
    with_secrets: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Html,
    Json,
    Csv,
    #[value(alias = "markdown")]
    Md,
    #[value(alias = "text")]
    Txt,
}

impl FormatName {
    fn format(self) -> Format {
        match self {
            Self::Html => Format::Html,
            Self::Json => Format::Json,
            Self::Csv => Format::Csv,
            Self::Md => Format::Markdown,
            Self::Txt => Format::Text,
        }
    }
}

impl Export {
    pub(crate) fn run(self, api: &Api) -> anyhow::Result<()> {
        let archive = api.archive();
        let ids = find(archive, &self.query)?;
        if ids.is_empty() {
            bail!("Nothing was found, so nothing was written.");
        }
        let mut job = Job {
            scribe: api.scribe(self.with_secrets)?,
            format: self.format.format(),
            existing: if self.force { Existing::Replace } else { Existing::Keep },
            stop: &stop_flag(),
        };
        let to_output = self.out == Path::new("-");
        let folder = !to_output && is_folder(&self.out);
        if !folder && ids.len() > 1 && !job.format.holds_many() {
            bail!(
                "{} conversations were found, and a page holds one. Give the name of a folder: --out pages/",
                ids.len()
            );
        }
        if to_output {
            let mut out = io::stdout().lock();
            job.write_all(&ids, &mut out)?;
            job.tell_hidden();
            return Ok(());
        }
        if folder {
            job.write_files(&ids, &self.out)?;
        } else {
            if let Some(parent) = self.out.parent() {
                make_folder(parent)?;
            }
            let existing = job.existing;
            export::save(&self.out, existing, |file| job.write_all(&ids, file))
                .map_err(|error| explained(error, &self.out))?;
        }
        say(&format!("{} written to {}", count(ids.len()), self.out.display()));
        job.tell_hidden();
        Ok(())
    }
}

fn count(conversations: usize) -> String {
    if conversations == 1 { "1 conversation".to_owned() } else { format!("{conversations} conversations") }
}

/// A name with an ending is a file, unless there is such a folder.
fn is_folder(out: &Path) -> bool {
    out.is_dir() || !out.is_file() && out.extension().is_none()
}

fn find(archive: &Archive, query: &str) -> anyhow::Result<Vec<String>> {
    if archive.ids_beginning_with(query, 1)?.first().is_some_and(|id| id == query) {
        return Ok(vec![query.to_owned()]);
    }
    let query = Query::parse(query);
    if let Some(problem) = &query.problem {
        // Leaving out a condition would hand on more than was meant.
        bail!("{problem} Nothing was written.");
    }
    let mut question =
        ListQuestion { view: View::Everything, query, provider: None, before: None, limit: PAGE };
    let mut ids = Vec::new();
    loop {
        let page = archive.conversations(&question)?;
        let Some(last) = page.last() else { return Ok(ids) };
        question.before = Some(last.position);
        ids.extend(page.into_iter().map(|row| row.id));
    }
}

struct Job<'a> {
    scribe: Scribe,
    format: Format,
    existing: Existing,
    stop: &'a AtomicBool,
}

impl Job<'_> {
    /// Writes all into one document.
    fn write_all(&mut self, ids: &[String], out: &mut dyn Write) -> io::Result<()> {
        let mut progress = Progress::new();
        let list = self.format == Format::Json && ids.len() > 1;
        if list {
            out.write_all(b"[\n")?;
        }
        for (number, id) in ids.iter().enumerate() {
            progress.at(|| format!("Writing conversation {} of {}", number + 1, ids.len()));
            self.go_on()?;
            let transcript =
                self.scribe.conversation(&ConversationId::from_text(id)).map_err(io::Error::other)?;
            let part = export::render_part(&transcript, self.format, &chrono::Local, number == 0);
            if list {
                let end: &[u8] = if number + 1 < ids.len() { b",\n" } else { b"\n]\n" };
                out.write_all(part.trim_end().as_bytes())?;
                out.write_all(end)?;
            } else {
                out.write_all(part.as_bytes())?;
            }
        }
        progress.clear();
        out.flush()
    }

    fn write_files(&mut self, ids: &[String], folder: &Path) -> anyhow::Result<()> {
        make_folder(folder)?;
        let mut progress = Progress::new();
        for (number, id) in ids.iter().enumerate() {
            progress.at(|| format!("Writing conversation {} of {}", number + 1, ids.len()));
            self.go_on()?;
            let transcript = self.scribe.conversation(&ConversationId::from_text(id))?;
            let path = folder.join(export::file_name(&transcript, self.format, &chrono::Local));
            let page = export::render(&transcript, self.format, &chrono::Local);
            export::save(&path, self.existing, |file| file.write_all(page.as_bytes()))
                .map_err(|error| explained(error, &path))?;
        }
        progress.clear();
        Ok(())
    }

    fn tell_hidden(&self) {
        match self.scribe.hidden() {
            0 => {}
            1 => say("1 secret was left out. Use --with-secrets to keep it."),
            more => say(&format!("{more} secrets were left out. Use --with-secrets to keep them.")),
        }
    }

    fn go_on(&self) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("The export was stopped. Files that were finished stay."));
        }
        Ok(())
    }
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("The folder {} cannot be made", folder.display()))
}

fn explained(error: io::Error, path: &Path) -> anyhow::Error {
    match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow::anyhow!(
                "{} is there already and was left as it is. Use --force to replace it.",
                path.display()
            )
        }
        _ => anyhow::Error::from(error).context(format!("{} was not written", path.display())),
    }
}
