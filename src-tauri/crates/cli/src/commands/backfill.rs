//! `afterchat backfill`: fetches past chats from a service.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use afterchat_api::{Api, BackFill, Secret};
use anyhow::bail;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::output::{self, midnight, say};
use crate::progress::{Progress, stop_flag, until_read};

/// A service that has an interface for past chats.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Service {
    Chatvisor,
    Comm100,
    Smartsupp,
    Snapengage,
}

impl Service {
    fn id(self) -> &'static str {
        match self {
            Self::Chatvisor => "chatvisor",
            Self::Comm100 => "comm100",
            Self::Smartsupp => "smartsupp",
            Self::Snapengage => "snapengage",
        }
    }
}

/// Fetch past chats from a service
///
/// Each conversation enters the journal as the service tells it. What the journal holds already
/// is not taken again. Token, ids and address come from the page History of the app; the token
/// can also come from AFTERCHAT_TOKEN. It is never an argument, because others on this machine
/// can read those.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  afterchat backfill smartsupp                      Go on where the last run stopped, else everything
  afterchat backfill snapengage --since 2025-01-01 --until 2025-06-30
  AFTERCHAT_TOKEN=… afterchat backfill comm100 --account 10100116 --base https://api11.comm100.io/v4/

Ctrl-C stops it between two requests; the next run goes on from there."
)]
pub(crate) struct Backfill {
    /// The service
    service: Service,
    /// The first day that is wanted, in this machine's zone
    #[arg(long, value_name = "DATE")]
    since: Option<NaiveDate>,
    /// The last day that is wanted
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// Begin anew, even if the last run can be gone on with
    #[arg(long)]
    anew: bool,
    /// The account, site or organization ID, in place of the one that is set
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The address of the interface, in place of the one that is set
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Print one JSON document at the end
    #[arg(long)]
    json: bool,
}

impl Backfill {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let stop = stop_flag();
        let ask = BackFill {
            service: self.service.id().to_owned(),
            since: self.since.map(midnight).transpose()?,
            until: self.until.and_then(|day| day.succ_opt()).map(midnight).transpose()?,
            anew: self.anew,
            token: std::env::var("AFTERCHAT_TOKEN")
                .ok()
                .map(|token| Secret::new(&token))
                .filter(|token| !token.is_empty()),
            account: self.account,
            base: self.base,
        };
        let (running, stopped) = (api.clone(), Arc::clone(&stop));
        let fetched = tokio::task::spawn_blocking(move || {
            let progress = std::cell::RefCell::new(Progress::new());
            let fetched = running.back_fill(&ask, &|| stopped.load(Ordering::Relaxed), &|now| {
                progress.borrow_mut().at(|| match now.waiting_until {
                    Some(until) => format!("Waiting until {}, as the service asks", output::moment(until)),
                    None => format!("{} fetched, {} new, {} known", now.fetched, now.new, now.known),
                });
            });
            progress.borrow_mut().clear();
            fetched
        })
        .await?;
        let read = until_read(api, &stop).await?;
        let done = match fetched {
            Ok(done) => done,
            Err(failure) => {
                if self.json {
                    output::json(&json!({ "service": self.service.id(), "failure": failure }))?;
                }
                return Err(failure.into());
            }
        };
        if self.json {
            return output::json(&json!({
                "service": self.service.id(),
                "fetched": done.fetched,
                "new": done.new,
                "known": done.known,
            }));
        }
        say(&format!("{} new, {} in the journal already.", done.new, done.known));
        if !read {
            bail!("It was stopped before everything was read. That goes on when the archive is opened next.");
        }
        Ok(())
    }
}
