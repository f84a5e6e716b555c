//! Read, starred, put away. Each is undone by the same act with the opposite flag.

use afterchat_archive::Flag;

use super::types::{Mark, Marked};
use crate::{Api, Failure};

pub(super) fn read(api: &Api, ask: &Mark) -> Result<Marked, Failure> {
    mark(api, Flag::Read, ask)
}

pub(super) fn starred(api: &Api, ask: &Mark) -> Result<Marked, Failure> {
    mark(api, Flag::Starred, ask)
}

pub(super) fn archived(api: &Api, ask: &Mark) -> Result<Marked, Failure> {
    mark(api, Flag::Archived, ask)
}

fn mark(api: &Api, flag: Flag, ask: &Mark) -> Result<Marked, Failure> {
    Ok(Marked { changed: api.archive.mark(flag, &ask.ids, ask.on)? })
}
