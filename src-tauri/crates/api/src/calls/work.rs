//! Long work: what there is, cancelling it, and forgetting it.

use super::types::{Marked, Nothing, WorkAnswer, WorkQuestion};
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
