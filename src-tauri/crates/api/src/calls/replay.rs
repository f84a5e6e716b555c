//! Deliveries sent again in bulk.

use super::types::{ReplayPlan, ReplayQuestion, WorkStarted};
use crate::{Api, Failure};

pub(super) fn plan(api: &Api, ask: &ReplayQuestion) -> Result<ReplayPlan, Failure> {
    api.replay_plan(ask)
}

pub(super) fn begin(api: &Api, ask: &ReplayQuestion) -> Result<WorkStarted, Failure> {
    Ok(WorkStarted { work: api.begin_replay(ask)? })
}
