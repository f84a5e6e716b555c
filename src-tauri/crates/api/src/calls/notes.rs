//! Pins and notes. Each is undone by the same act: with the opposite flag, with the words before.

use afterchat_archive::DeliveryId;

use super::deliveries::number;
use super::types::{Marked, NewNote, NoteKept, Pinning};
use crate::{Api, Failure, now};

pub(super) fn pin(api: &Api, ask: &Pinning) -> Result<Marked, Failure> {
    let ids = ask.ids.iter().map(|id| number(id).map(DeliveryId)).collect::<Result<Vec<_>, _>>()?;
    Ok(Marked { changed: api.archive.pin(&ids, ask.on, now())? })
}

pub(super) fn note(api: &Api, ask: &NewNote) -> Result<NoteKept, Failure> {
    let noted = api.archive.note(DeliveryId(number(&ask.id)?), &ask.text)?;
    Ok(NoteKept { note: noted.note, before: noted.before })
}
