//! A delivery as files for a test: the exact payload, the head of its request, and the transcript that it alone gives.

use afterchat_transcript::fold::{Telling, conversation_id, digest, fold};
use afterchat_transcript::{Delivery, Transcript, reading};

use super::{Address, Mask, extension, raw};

/// Letters of an event's name that fit into a file name.
const EVENT: usize = 40;

/// The files of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// What all of its files are called before the first dot: the delivery's number, its service, and what happened.
    pub name: String,
    /// Names and contents: `NAME.json` (or what the body is), `NAME.headers.txt`, `NAME.expected.json`.
    pub files: Vec<(String, Vec<u8>)>,
    /// Its row of the page about all of them.
    row: String,
}

/// The files of this delivery, whose number keeps names apart and in order.
#[must_use]
pub fn fixture(id: i64, delivery: &Delivery, mask: &mut Mask) -> Fixture {
    let shown = mask.apply(delivery);
    let delivery = &shown.delivery;
    let read = reading::read(delivery);
    let provider = read.provider.unwrap_or("unknown");
    let event = read.event.as_deref().map(|event| plain(event, EVENT)).filter(|event| !event.is_empty());
    let event = event.map(|event| format!("_{event}"));
    let name = format!("{id:05}_{provider}{}", event.unwrap_or_default());
    let payload = format!("{name}.{}", extension(&delivery.body));
    let head = raw::head(&shown, &Address::Variable);
    let transcripts = transcripts(id, delivery, &read);
    let expected = serde_json::to_vec_pretty(&transcripts).map(|mut text| {
        text.push(b'\n');
        text
    });
    let row = format!(
        "| `{payload}` | {} | {} | {provider} | {} |\n",
        delivery.received_at,
        plain(&delivery.source, EVENT),
        if shown.hidden.is_empty() { "nothing" } else { "yes, as `HIDDEN-…`" },
    );
    let files = vec![
        (payload, delivery.body.clone()),
        (format!("{name}.headers.txt"), head),
        // Values of a transcript are texts, numbers and lists of them: they are always JSON.
        (format!("{name}.expected.json"), expected.unwrap_or_default()),
    ];
    Fixture { name, files, row }
}

/// A page that says what the files of a folder are and where each came from.
#[must_use]
pub fn sources_page(fixtures: &[Fixture]) -> String {
    let rows: String = fixtures.iter().map(|fixture| fixture.row.as_str()).collect();
    format!(
        "# Deliveries kept by Afterchat\n\n\
         Each delivery has three files: the exact bytes of its body; the head of its request, with every header in the\n\
         order of arrival (`.headers.txt`); and the conversations that this delivery alone gives, as Afterchat's own\n\
         transcripts (`.expected.json`).\n\n\
         | payload | received at | source | read as | hidden |\n|---|---|---|---|---|\n{rows}"
    )
}

/// The conversations that this delivery alone gives. What has no time of its own has that of its receipt.
fn transcripts(id: i64, delivery: &Delivery, read: &reading::Reading) -> Vec<Transcript> {
    let digest = digest(&delivery.body);
    let part = |(index, part)| {
        let id_of = conversation_id(read, index, &digest)?;
        let telling = Telling {
            delivery: id,
            source: &delivery.source,
            received_at: delivery.received_at,
            digest,
            reading: read,
            part,
        };
        Some((id_of, telling))
    };
    let told: Vec<_> = read.parts.iter().enumerate().filter_map(part).collect();
    let mut found: Vec<Transcript> = Vec::new();
    for (name, _) in &told {
        if found.iter().any(|known| known.id == *name) {
            continue;
        }
        let tellings: Vec<_> =
            told.iter().filter(|(other, _)| other == name).map(|(_, telling)| *telling).collect();
        found.extend(fold(name, &tellings).map(|folded| folded.transcript));
    }
    found
}

/// The letters and digits of a text, with a hyphen for whatever stands between them: a name on every system.
fn plain(text: &str, longest: usize) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    name.truncate(longest);
    name.trim_end_matches('-').to_owned()
}
