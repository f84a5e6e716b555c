//! `afterchat replay`: sends deliveries again, in their order and at a pace.

use std::str::FromStr;

use afterchat_api::types::{
    DeliveriesQuestion, DeliveryChoice, RecordOutcome, ReplayPace, ReplayQuestion, ReplayTo,
};
use afterchat_api::{Api, Resent};
use afterchat_archive::export::visible_line;
use anyhow::bail;
use chrono::NaiveDate;
use clap::{ArgGroup, Args};
use serde_json::{Value, json};

use crate::output::{self, Style, midnight, say};
use crate::progress::Progress;
use crate::stop::stop_requested;

/// Send deliveries again, in their order and at a pace
///
/// Each goes out with its exact body and with its headers in their order, but without what lets
/// its bearer in (Authorization, Cookie). Redirects are not followed.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    group = ArgGroup::new("which").required(true).multiple(true),
    after_help = "\
Examples:
  afterchat replay 12                                    To the address it reached
  afterchat replay 12 15-20 --to http://localhost:3000/hook
  afterchat replay --source smartsupp --since 2026-01-05 --to staging --pace 10x
  afterchat replay --all --to http://localhost:3000/hook --pace 5/s --stop
  afterchat replay --all --dry --json | jq 'select(.outcome == \"unreadable\")'

Without --to each goes to the hook address it reached, so Afterchat must be listening. A service
that signs needs --sign, because its old signatures are out of date.

With --json there is one {\"event\":\"resent\",\"delivery\":…,\"outcome\":…} for each and a last {\"event\":\"summary\",…}.
Outcomes: taken, refused, unanswered, failed; with --dry understood, no_conversation, unreadable."
)]
pub(crate) struct Replay {
    /// Numbers of deliveries, and ranges of them
    #[arg(value_name = "ID", group = "which")]
    ids: Vec<Range>,
    /// All in the journal
    #[arg(long, group = "which", conflicts_with = "ids")]
    all: bool,
    /// Only those of this source
    #[arg(long, value_name = "NAME", group = "which", conflicts_with = "ids")]
    source: Option<String>,
    /// Only those that came on this day or later, in this machine's zone
    #[arg(long, value_name = "DATE", group = "which", conflicts_with = "ids")]
    since: Option<NaiveDate>,
    /// Only those that came on this day or earlier
    #[arg(long, value_name = "DATE", group = "which", conflicts_with = "ids")]
    until: Option<NaiveDate>,
    /// Where they go: an address, or the name of a source
    #[arg(long, value_name = "URL|NAME")]
    to: Option<String>,
    /// Send nothing; only let the readers look at each again
    #[arg(long, conflicts_with_all = ["to", "sign"])]
    dry: bool,
    /// How fast: kept, a factor as 10x, a rate as 5/s, or at-once
    #[arg(long, default_value = "at-once", value_name = "PACE")]
    pace: Pace,
    /// Sign each anew with the secret of this label
    #[arg(long, value_name = "LABEL")]
    sign: Option<String>,
    /// Stop at the first that is not answered with success
    #[arg(long)]
    stop: bool,
    /// Print one line of JSON for each
    #[arg(long)]
    json: bool,
}

/// `12`, or `12-20` with both ends.
#[derive(Debug, Clone, Copy)]
struct Range(i64, i64);

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number > 0);
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to && to - from < MOST_OF_A_RANGE => Ok(Self(from, to)),
            _ => Err("a delivery is named by its number, several by a range as 12-20".to_owned()),
        }
    }
}

/// Longer ranges are better told by --since and --until.
const MOST_OF_A_RANGE: i64 = 1_000_000;

#[derive(Debug, Clone, Copy)]
struct Pace(ReplayPace);

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number =
            |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
        let pace = match text {
            "kept" => Some(ReplayPace::Kept),
            "at-once" => Some(ReplayPace::AtOnce),
            _ => match (text.strip_suffix("/s"), text.strip_suffix('x').unwrap_or(text)) {
                (Some(rate), _) => number(rate).map(|per_second| ReplayPace::Rate { per_second }),
                (None, times) => number(times).map(|times| ReplayPace::Faster { times }),
            },
        };
        pace.map(Self).ok_or_else(|| "a pace is kept, a factor as 10x, a rate as 5/s, or at-once".to_owned())
    }
}

impl Replay {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let ask = self.question()?;
        let style = Style::of_output();
        let mut progress = Progress::new();
        let mut counts = Counts::default();
        let mut unwritten = None;
        let asked_to_stop = async {
            // Without signals it cannot be stopped from outside, and goes on.
            if stop_requested().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let ended = api
            .replay_now(&ask, asked_to_stop, &mut |all, resent| {
                progress.clear();
                counts.add(resent);
                let told =
                    if self.json { output::json(&told(resent)) } else { output::line(&words(resent, style)) };
                unwritten = unwritten.take().or(told.err());
                progress.at(|| format!("{} of {all}", counts.done()));
            })
            .await;
        progress.clear();
        let ended = ended?;
        if let Some(error) = unwritten {
            return Err(error);
        }
        if self.json {
            output::json(&counts.told(!ended))?;
        } else {
            say(&counts.words());
        }
        if !ended {
            bail!("It was stopped before all were sent.");
        }
        if counts.not_well > 0 {
            bail!("{} of {} did not go well.", counts.not_well, counts.done());
        }
        Ok(())
    }

    fn question(&self) -> anyhow::Result<ReplayQuestion> {
        let ids = self.ids.iter().flat_map(|range| range.0..=range.1).map(|id| id.to_string());
        let list = DeliveriesQuestion { source: self.source.clone(), ..DeliveriesQuestion::default() };
        let by_id = !self.ids.is_empty();
        Ok(ReplayQuestion {
            which: DeliveryChoice {
                ids: by_id.then(|| ids.collect()),
                list: (!by_id).then_some(list),
                since: self.since.map(midnight).transpose()?,
                until: self.until.and_then(|day| day.succ_opt()).map(midnight).transpose()?,
            },
            to: match &self.to {
                _ if self.dry => ReplayTo::Reader,
                None => ReplayTo::Own,
                Some(url) if url.contains("://") => ReplayTo::Url { url: url.clone() },
                Some(name) => ReplayTo::Source { name: name.clone() },
            },
            pace: self.pace.0,
            stop_on_failure: Some(self.stop),
            sign: self.sign.clone(),
        })
    }
}

/// How many had which outcome, in the order these first occurred.
#[derive(Debug, Default)]
struct Counts {
    of: Vec<(RecordOutcome, u64)>,
    not_well: u64,
}

impl Counts {
    fn add(&mut self, resent: &Resent) {
        self.not_well += u64::from(!resent.went_well());
        match self.of.iter_mut().find(|(outcome, _)| *outcome == resent.outcome) {
            Some((_, count)) => *count += 1,
            None => self.of.push((resent.outcome, 1)),
        }
    }

    fn done(&self) -> u64 {
        self.of.iter().map(|(_, count)| count).sum()
    }

    fn words(&self) -> String {
        let counts =
            self.of.iter().map(|(outcome, count)| format!("{count} {}", outcome.word().replace('_', " ")));
        counts.collect::<Vec<_>>().join(", ") + "."
    }

    fn told(&self, stopped: bool) -> Value {
        let mut told = json!({ "event": "summary" });
        if let Some(told) = told.as_object_mut() {
            told.extend(self.of.iter().map(|(outcome, count)| (outcome.word().to_owned(), (*count).into())));
            told.insert("stopped".to_owned(), stopped.into());
        }
        told
    }
}

fn told(resent: &Resent) -> Value {
    let mut told = json!({
        "event": "resent",
        "delivery": resent.delivery.to_string(),
        "source": resent.source,
        "outcome": resent.outcome.word(),
        "status": resent.status,
        "took_ms": resent.took.map(|took| took.as_millis()),
        "reason": resent.reason,
    });
    if let Some(told) = told.as_object_mut() {
        told.retain(|_, value| !value.is_null());
    }
    told
}

fn words(resent: &Resent, style: Style) -> String {
    format!(
        "{}  {}  {}  {}",
        style.bold(&resent.delivery.to_string()),
        visible_line(&resent.source),
        resent.outcome.word().replace('_', " "),
        style.dim(&visible_line(&resent.reason))
    )
}
