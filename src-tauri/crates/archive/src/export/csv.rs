//! CSV: one row for each message, for spreadsheets and for counting.

use afterchat_transcript::{Transcript, richtext};
use csv::{Terminator, WriterBuilder};

use super::clock::Clock;
use super::{facts, play, visible};

const COLUMNS: [&str; 20] = [
    "conversation",
    "service",
    "account",
    "external_id",
    "kind",
    "state",
    "started_at",
    "ended_at",
    "visitor_name",
    "visitor_email",
    "rating",
    "rating_max",
    "message",
    "at",
    "local_time",
    "role",
    "author",
    "text",
    "event",
    "attachments",
];

/// The line of column names.
pub(super) fn header() -> String {
    write([COLUMNS.map(str::to_owned).to_vec()])
}

/// The rows of one conversation; one without a message where it has none, so that no conversation is missing.
pub(super) fn rows(transcript: &Transcript, clock: &Clock<'_>) -> String {
    let visitor = transcript.visitor.as_ref();
    let rating = transcript.rating.as_ref();
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let number = |number: Option<afterchat_transcript::model::Quantity>| {
        number.map(|number| number.to_string()).unwrap_or_default()
    };
    let head = [
        transcript.id.to_string(),
        transcript.provider.clone(),
        transcript.account.clone().unwrap_or_default(),
        transcript.external_id.clone().unwrap_or_default(),
        word(serde_json::to_value(transcript.kind)),
        word(serde_json::to_value(transcript.state)),
        transcript.started_at.to_string(),
        transcript.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        facts::visitor_name(transcript).unwrap_or_default().to_owned(),
        visitor.and_then(|visitor| visitor.email.clone()).unwrap_or_default(),
        number(rating.and_then(|rating| rating.value)),
        number(rating.and_then(|rating| rating.max)),
    ];
    let entries = play::entries(transcript, clock);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for entry in entries {
        let play::Entry::Line(line) = entry else { continue };
        let message = line.message;
        let said = message.text.as_deref().map(|text| richtext::written(text, message.markup).into_owned());
        let files: Vec<String> = message.attachments.iter().map(play::attachment).collect();
        let told = [
            (rows.len() + 1).to_string(),
            message.at.to_string(),
            clock.sortable(message.at),
            line.manner.word().to_owned(),
            line.speaker,
            said.or(line.words).unwrap_or_default(),
            message.event.clone().unwrap_or_default(),
            files.join("; "),
        ];
        rows.push(head.iter().cloned().chain(told).collect());
    }
    if rows.is_empty() {
        rows.push(head.into_iter().chain(std::iter::repeat_n(String::new(), 8)).collect());
    }
    write(rows)
}

/// A table of text for spreadsheets, in which no cell is a formula.
pub fn csv_table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let header = columns.iter().map(|name| (*name).to_owned()).collect();
    write(std::iter::once(header).chain(rows))
}

fn write(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory cannot fail, and every row has the same columns.
        let _infallible = writer.write_record(row.iter().map(|cell| harmless(cell)));
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A cell that a spreadsheet takes for text. What begins like a formula gets an apostrophe, as spreadsheets write it.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        || cell.trim_start().starts_with(['=', '+', '-', '@']);
    let cell = visible(cell);
    if formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in
            ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=cmd|'/c calc'!A1", "＝1"]
        {
            assert!(harmless(formula).starts_with('\''), "{formula:?} could run in a spreadsheet");
        }
        assert_eq!(harmless("a = b"), "a = b");
        assert_eq!(harmless("2015-03-27"), "2015-03-27");
    }
}
