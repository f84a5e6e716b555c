//! Which texts of a conversation a search looks through. The index is filled from this list, and the words around a hit
//! are found by it, so that the two cannot disagree.

use std::borrow::Cow;

use super::Column;
use crate::{Transcript, richtext};

/// Every text of a conversation that is searched under this column.
pub fn texts(transcript: &Transcript, column: Column) -> Box<dyn Iterator<Item = Cow<'_, str>> + '_> {
    let plain: Box<dyn Iterator<Item = &str>> = match column {
        Column::Message => return Box::new(messages(transcript)),
        Column::Visitor => Box::new(visitor(transcript)),
        Column::Page => Box::new(
            transcript
                .pages
                .iter()
                .flat_map(|page| page.title.as_deref().into_iter().chain([page.url.as_str()])),
        ),
        Column::Agent => {
            Box::new(transcript.agents.iter().flat_map(|agent| given([&agent.name, &agent.email])))
        }
        Column::Field => Box::new(fields(transcript)),
    };
    Box::new(plain.map(Cow::Borrowed))
}

fn given<const N: usize>(values: [&Option<String>; N]) -> impl Iterator<Item = &str> {
    values.into_iter().flatten().map(String::as_str)
}

/// What is seen of each message: nobody looks for markup.
fn messages(transcript: &Transcript) -> impl Iterator<Item = Cow<'_, str>> {
    transcript.messages.iter().flat_map(|message| {
        let files = message.attachments.iter().filter_map(|attachment| attachment.name.as_deref());
        let translations = message.translations.values().map(String::as_str);
        let text = message.text.as_deref().map(|text| richtext::seen(text, message.markup));
        text.into_iter().chain(translations.chain(files).map(Cow::Borrowed))
    })
}

fn visitor(transcript: &Transcript) -> impl Iterator<Item = &str> {
    transcript.visitor.iter().flat_map(|visitor| {
        let single = given([
            &visitor.name,
            &visitor.email,
            &visitor.phone,
            &visitor.company,
            &visitor.handle,
            &visitor.ip,
            &visitor.city,
            &visitor.region,
            &visitor.country,
            &visitor.location,
            &visitor.external_id,
            &visitor.note,
            &visitor.group,
        ]);
        single.chain(visitor.emails.iter().chain(&visitor.phones).map(String::as_str))
    })
}

fn fields(transcript: &Transcript) -> impl Iterator<Item = &str> {
    let fields = transcript.fields.iter().flat_map(|field| [field.name.as_str(), field.value.as_str()]);
    let labels = transcript.labels.iter().map(String::as_str);
    let comment = transcript.rating.as_ref().and_then(|rating| rating.comment.as_deref());
    let single = given([&transcript.subject, &transcript.department, &transcript.external_id]);
    fields.chain(labels).chain(comment).chain(single)
}
