//! Which deliveries are meant: some by their numbers, or all that a list holds.

use afterchat_archive::{ArchiveError, DeliveryId};
use afterchat_transcript::Instant;

use crate::calls::types::{DeliveriesQuestion, DeliveryChoice};
use crate::calls::{delivery_number, list_deliveries};
use crate::{Api, Failure};

/// Rows asked for at once; the list gives no more.
const PAGE: u32 = 200;

/// A delivery that is meant.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) id: DeliveryId,
    /// When it came; `None` when there is no such delivery.
    pub(crate) received_at: Option<Instant>,
    /// The source it reached; `None` when there is no such delivery.
    pub(crate) source: Option<String>,
}

impl Api {
    /// The numbers of these deliveries in the order of arrival, each once. Blocking.
    ///
    /// # Errors
    /// When the choice says nothing, a number is none, or the list cannot be read.
    pub fn deliveries_chosen(&self, choice: &DeliveryChoice) -> Result<Vec<DeliveryId>, Failure> {
        Ok(self.chosen(choice, &mut |_| true)?.into_iter().map(|one| one.id).collect())
    }

    /// The same with what is needed to plan. `go_on` is asked between pages of a list.
    pub(crate) fn chosen(
        &self,
        choice: &DeliveryChoice,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Vec<Chosen>, Failure> {
        let mut found = match (&choice.ids, &choice.list) {
            (Some(ids), None) => self.by_number(ids)?,
            (None, Some(list)) => self.by_list(list, go_on)?,
            _ => return Err(Failure::new("bad_question", "Say which deliveries: by number, or by a list.")),
        };
        found.retain(|one| {
            one.received_at.is_none_or(|at| {
                choice.since.is_none_or(|since| at >= since) && choice.until.is_none_or(|until| at < until)
            })
        });
        found.sort_unstable_by_key(|one| one.id);
        found.dedup_by_key(|one| one.id);
        Ok(found)
    }

    fn by_number(&self, ids: &[String]) -> Result<Vec<Chosen>, Failure> {
        let one = |id: &String| {
            let id = DeliveryId(delivery_number(id)?);
            match self.archive.delivery_summary(id) {
                Ok(row) => Ok(Chosen { id, received_at: Some(row.received_at), source: Some(row.source) }),
                Err(ArchiveError::NotFound { .. }) => Ok(Chosen { id, received_at: None, source: None }),
                Err(error) => Err(error.into()),
            }
        };
        ids.iter().map(one).collect()
    }

    fn by_list(
        &self,
        list: &DeliveriesQuestion,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Vec<Chosen>, Failure> {
        let mut found = Vec::new();
        let mut ask = DeliveriesQuestion { after: None, limit: Some(PAGE), ..list.clone() };
        loop {
            let page = list_deliveries(self, &ask)?;
            if let Some(problem) = page.problem {
                // Leaving out a condition would take more than was meant.
                return Err(Failure::new("search_not_understood", &format!("{problem} Nothing was done.")));
            }
            for row in page.rows {
                let id = DeliveryId(delivery_number(&row.id)?);
                found.push(Chosen { id, received_at: Some(row.received_at), source: Some(row.source) });
            }
            ask.after = page.next;
            if ask.after.is_none() || !go_on(found.len()) {
                return Ok(found);
            }
        }
    }
}
