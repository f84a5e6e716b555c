//! The `afterchat` command: everything the product does, without a window.

mod commands;
mod follow;
mod live;
mod opening;
mod output;
mod progress;
mod serve;
mod stop;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use afterchat_api::{Api, data_folder};
use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use commands::{
    accept, backfill, backup, completions, curl, deliveries, delivery, doctor, export, import, listen, man,
    rebuild, replay, restore, search, serve as serve_command, show, source, visitor,
};

/// An inbox for the time after the chat.
///
/// Live-chat services post their finished conversations to Afterchat by webhook. It keeps every
/// one of them on this machine and makes them one archive that can be searched, read and handed
/// on.
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment, after_help = EXAMPLES)]
struct Cli {
    /// The folder of the archive; without it the one that the desktop app uses
    #[arg(long, global = true, env = "AFTERCHAT_DATA", value_name = "DIR", hide_env_values = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  afterchat listen                         Receive webhooks; prints the address for each service
  afterchat import saved-payloads/         Take in payloads that were saved as files
  afterchat search 'refund from:ann'       Find conversations
  afterchat show k3f9x2ab                  Read one of them
  afterchat export is:missed --format html --out missed/

Several programs can use one archive at the same time. Data is written to standard output,
everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong use.";

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    OnArchive(OnArchive),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What needs the archive open.
#[derive(Debug, Subcommand)]
enum OnArchive {
    Listen(listen::Listen),
    /// Show the inbox in a browser on this machine
    Serve(serve_command::Serve),
    Source(source::Source),
    Search(search::Search),
    Show(show::Show),
    Visitor(visitor::Visitor),
    Export(export::Export),
    Import(import::Import),
    Backfill(backfill::Backfill),
    Deliveries(deliveries::Deliveries),
    Delivery(delivery::Delivery),
    Replay(replay::Replay),
    Curl(curl::Curl),
    Accept(accept::Accept),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("AFTERCHAT_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(run(cli))) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a standard error there is nobody to tell.
            let _told = writeln!(std::io::stderr(), "afterchat: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::OnArchive(command) => on_archive(cli.data, command).await,
        Command::Restore(restore) => restore.run(&folder_of(cli.data)?).await,
        Command::Doctor(doctor) => doctor.run(&folder_of(cli.data)?).await,
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::Man(man) => man.run(Cli::command()),
    }
}

/// Whoever repaired the archive says so. Later the inbox tells, until somebody dismisses it, and so does `doctor`.
fn tell_of_repair(api: &Api, started: chrono::DateTime<chrono::Utc>) {
    if let Ok(Some(repair)) = api.archive().repair()
        && repair.at.utc() >= started - chrono::Duration::milliseconds(1)
    {
        output::say(&repair.to_string());
    }
}

fn folder_of(chosen: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    Ok(chosen.map_or_else(data_folder, Ok)?)
}

async fn on_archive(folder: Option<PathBuf>, command: OnArchive) -> anyhow::Result<()> {
    let folder = folder_of(folder)?;
    let started = chrono::Utc::now();
    let api = tokio::task::spawn_blocking(move || opening::open(&folder)).await??;
    tell_of_repair(&api, started);
    let done = match command {
        OnArchive::Listen(listen) => listen.run(&api).await,
        OnArchive::Serve(serve) => serve.run(&api).await,
        OnArchive::Source(source) => source.run(&api).await,
        OnArchive::Search(search) => search.run(&api).await,
        OnArchive::Show(show) => show.run(&api),
        OnArchive::Visitor(visitor) => visitor.run(&api).await,
        OnArchive::Export(export) => export.run(&api),
        OnArchive::Import(import) => import.run(&api).await,
        OnArchive::Backfill(backfill) => backfill.run(&api).await,
        OnArchive::Deliveries(deliveries) => deliveries.run(&api).await,
        OnArchive::Delivery(delivery) => delivery.run(&api).await,
        OnArchive::Replay(replay) => replay.run(&api).await,
        OnArchive::Curl(curl) => curl.run(&api).await,
        OnArchive::Accept(accept) => accept.run(&api).await,
        OnArchive::Rebuild(rebuild) => rebuild.run(&api).await,
        OnArchive::Backup(backup) => backup.run(&api).await,
    };
    api.close().await;
    done
}
