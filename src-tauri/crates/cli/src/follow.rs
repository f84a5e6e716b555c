//! What arrived since the last look, once it was read.

use afterchat_api::Api;
use afterchat_archive::{DeliverySummary, JournalQuestion};

/// Deliveries asked for at once.
const PAGE: usize = 200;

/// Follows the journal from one moment on.
#[derive(Debug)]
pub(crate) struct Follow {
    seen: i64,
}

impl Follow {
    /// Follows from now on: what is in the journal already is not told.
    pub(crate) fn from_now(api: &Api) -> anyhow::Result<Self> {
        Ok(Self { seen: api.archive().newest_delivery()? })
    }

    /// What was read since the last call, in order of arrival. What waits to be read is told later, so that each says
    /// what became of it.
    pub(crate) fn since(&mut self, api: &Api) -> anyhow::Result<Vec<DeliverySummary>> {
        let read = api.archive().progress()?.done;
        let mut found: Vec<DeliverySummary> = Vec::new();
        let mut before = read + 1;
        loop {
            let question = JournalQuestion {
                before: Some(before),
                since: Some(self.seen),
                limit: PAGE,
                ..JournalQuestion::default()
            };
            let page = api.archive().deliveries(&question)?;
            let Some(last) = page.last() else { break };
            before = last.id.0;
            found.extend(page);
        }
        found.reverse();
        // A rebuild begins from the first delivery again; what was told is not told twice.
        self.seen = self.seen.max(read);
        Ok(found)
    }
}
