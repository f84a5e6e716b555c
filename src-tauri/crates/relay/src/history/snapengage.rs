//! SnapEngage's Logs API: cases in the order of days, a hundred at a time.
//!
//! Documented at <https://developer.snapengage.com/logs-api/get-all-logs/>: `GET /api/v2/{orgId}/logs`, the bare token in
//! `Authorization`, `widgetId`, `start` and `end` as days (both needed), at most 100 cases in an answer, and then
//! `linkToNextSetOfResults`, which works only for a single widget. Without a widget a full answer may therefore be
//! cut: it is asked again for shorter times, down to a single day. Whether `end` itself is included is not said, so
//! days at the edges are asked for twice.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::run::{Ask, Page, Run};
use super::{Clock, HistoryError, Place, Service, raw};

/// Cases in a full answer.
const FULL: usize = 100;
/// Days that are asked for at once.
const DAYS: u64 = 32;
/// The service is not older.
const FIRST_DAY: &str = "2008-01-01";

#[derive(Deserialize)]
struct Logs<'a> {
    #[serde(borrow, default)]
    cases: Vec<&'a RawValue>,
    #[serde(rename = "linkToNextSetOfResults", default)]
    next: Option<String>,
}

/// What is asked next: these days, or the rest of them under a link.
#[derive(Serialize, Deserialize)]
struct At {
    start: NaiveDate,
    days: u64,
    link: Option<String>,
}

pub(super) async fn page<C: Clock>(run: &mut Run<'_, C>, place: &Place) -> Result<Page, HistoryError> {
    let last = place.until.utc().date_naive();
    let at = match &place.cursor {
        Some(cursor) => raw::parse(cursor.as_bytes(), "logs")?,
        None => At { start: first(place, last), days: DAYS, link: None },
    };
    let end = later(at.start, at.days).min(later(last, 1));
    let url = match &at.link {
        Some(link) => run.endpoint.same_server(link).ok_or(HistoryError::Elsewhere)?,
        None => {
            let (start, end) = (at.start.to_string(), end.to_string());
            let mut query = vec![("start", start.as_str()), ("end", end.as_str())];
            let widget = run.access.part.trim();
            query.extend(Some(("widgetId", widget)).filter(|_| !widget.is_empty()));
            run.endpoint.at(&[run.access.account(Service::SnapEngage)?, "logs"], &query)
        }
    };
    let answer = run.ask(&Ask::get(url.clone())).await?;
    let logs: Logs<'_> = raw::parse(&answer, url.path())?;
    let ids: Vec<String> = logs.cases.iter().filter_map(|case| raw::text(case, "id")).collect();
    let cases =
        logs.cases.iter().map(|case| run.fetched("GET", &url, case.get().as_bytes().to_vec())).collect();
    run.keep(cases)?;
    let link = logs.next.filter(|link| !link.is_empty());
    let cut = link.is_none() && at.link.is_none() && logs.cases.len() >= FULL;
    // Only pages under links can repeat each other. Two ranges of days share their edge, and of a quiet widget they may
    // tell the same; a shorter time begins with the same cases.
    let linked = link.is_some() || at.link.is_some();
    let next = if link.is_some() {
        Some(At { link, ..at })
    } else if cut && at.days > 1 {
        Some(At { start: at.start, days: at.days / 2, link: None })
    } else {
        run.progress.cut_days += u64::from(cut);
        (end <= last).then_some(At { start: end, days: if cut { 1 } else { DAYS }, link: None })
    };
    let ids = if linked { ids } else { Vec::new() };
    let written = next.map(|next| serde_json::to_string(&next)).transpose();
    Ok(Page { next: written.map_err(|error| HistoryError::NotKept(error.to_string()))?, ids })
}

fn first(place: &Place, last: NaiveDate) -> NaiveDate {
    let oldest = FIRST_DAY.parse().unwrap_or(last);
    place.since.map_or(oldest, |since| since.utc().date_naive()).max(oldest)
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}
