//! Which deliveries are meant: some by their numbers, or all that a list holds.

use afterchat_archive::DeliveryId;

use crate::calls::types::{DeliveriesQuestion, DeliveryChoice};
use crate::calls::{delivery_number, list_deliveries};
use crate::{Api, Failure};

/// Rows asked for at once; the list gives no more.
const PAGE: u32 = 200;

impl Api {
    /// The numbers of these deliveries in the order of arrival, each once. `go_on` is asked between pages of a list.
    ///
    /// # Errors
    /// When the choice says nothing, a number is none, or the list cannot be read.
    pub(crate) fn chosen(
        &self,
        choice: &DeliveryChoice,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Vec<DeliveryId>, Failure> {
        let mut found = Vec::new();
        match (&choice.ids, &choice.list) {
            (Some(ids), None) => {
                for id in ids {
                    found.push(DeliveryId(delivery_number(id)?));
                }
            }
            (None, Some(list)) => {
                let mut ask = DeliveriesQuestion { after: None, limit: Some(PAGE), ..list.clone() };
                loop {
                    let page = list_deliveries(self, &ask)?;
                    for row in &page.rows {
                        found.push(DeliveryId(delivery_number(&row.id)?));
                    }
                    ask.after = page.next;
                    if ask.after.is_none() || !go_on(found.len()) {
                        break;
                    }
                }
            }
            _ => return Err(Failure::new("bad_question", "Say which deliveries: by number, or by a list.")),
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
