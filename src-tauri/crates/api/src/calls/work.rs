//! Long work: what there is, cancelling it, and forgetting it.

use afterchat_archive::DeliveryId;

use super::types::{Marked, Nothing, RecordPage, RecordRow, RecordsQuestion, WorkAnswer, WorkQuestion};
use crate::report::Shown;
use crate::{Api, Failure};

pub(super) fn list(api: &Api, _: &Nothing) -> Result<WorkAnswer, Failure> {
    Ok(WorkAnswer { rows: api.works.rows() })
}

pub(super) fn cancel(api: &Api, ask: &WorkQuestion) -> Result<Marked, Failure> {
    Ok(Marked { changed: usize::from(api.works.cancel(&ask.id)?) })
}

pub(super) fn dismiss(api: &Api, ask: &WorkQuestion) -> Result<Marked, Failure> {
    api.works.dismiss(&ask.id)?;
    Ok(Marked { changed: 1 })
}

/// Records on a page, unless asked otherwise, and at most.
const PAGE: u32 = 200;
const LARGEST_PAGE: u32 = 1000;

pub(super) fn records(api: &Api, ask: &RecordsQuestion) -> Result<RecordPage, Failure> {
    let after = ask.after.as_deref().map(str::parse::<usize>).transpose();
    let after = after.map_err(|error| Failure::new("bad_question", &error.to_string()))?;
    let limit = ask.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE) as usize;
    let text = ask.text.as_deref().map(str::to_lowercase).filter(|text| !text.is_empty());
    let wanted = |record: &Shown<'_>| {
        ask.outcome.is_none_or(|outcome| record.outcome == outcome)
            && text.as_ref().is_none_or(|text| {
                let holds = |place: &str| place.to_lowercase().contains(text);
                holds(record.place) || record.reason.is_some_and(holds)
            })
    };
    let mut rows: Vec<RecordRow> = api.works.report(&ask.work, |report| {
        let wanted = report.from(after.map_or(0, |after| after.saturating_add(1))).filter(wanted);
        wanted.take(limit + 1).map(|record| row(&record)).collect()
    })?;
    let next = (rows.len() > limit).then(|| {
        rows.truncate(limit);
        rows[limit - 1].id.clone()
    });
    for row in &mut rows {
        row.conversation = conversation(api, row.delivery.as_deref());
    }
    Ok(RecordPage { rows, next })
}

fn row(record: &Shown<'_>) -> RecordRow {
    RecordRow {
        id: record.number.to_string(),
        place: record.place.to_owned(),
        index: record.index,
        outcome: record.outcome,
        reason: record.reason.map(str::to_owned),
        delivery: record.delivery.map(|delivery| delivery.to_string()),
        conversation: None,
    }
}

/// The one conversation that a delivery tells of. It may have been erased since, or not be read yet.
fn conversation(api: &Api, delivery: Option<&str>) -> Option<String> {
    let delivery = DeliveryId(delivery?.parse().ok()?);
    let mut told = api.archive.delivery_summary(delivery).ok()?.conversations;
    if told.len() == 1 { told.pop() } else { None }
}
