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

/// What spreadsheets take for the beginning of a formula, in the widths in which some of them read it.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹦', '﹢'];

/// A cell that a spreadsheet takes for text: what would begin a formula gets an apostrophe, as spreadsheets write it. That
/// is so at the beginning, and behind what parts cells and rows where a semicolon or a tab does it, since there the
/// quotation marks of this file mean nothing.
fn harmless(cell: &str) -> String {
    let mut told = String::with_capacity(cell.len() + 1);
    let mut begins = true;
    for c in visible(cell).chars() {
        if begins && SIGNS.contains(&c) {
            told.push('\'');
        }
        begins = matches!(c, ';' | '\t' | '\n' | '\r') || begins && is_passed_over(c);
        told.push(c);
    }
    // A program that drops the blank at the beginning would find the sign behind it.
    if told.starts_with(['\t', '\n']) && told.trim_start_matches(is_passed_over).starts_with('\'') {
        told.insert(0, '\'');
    }
    told
}

/// What a program may pass over before it looks for a sign: space, quotation marks, and what nobody sees.
fn is_passed_over(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in [
            "=1+1",
            "+49 30",
            "-2",
            "@SUM(A1)",
            "\t=1",
            " =1",
            "\n=cmd|'/c calc'!A1",
            "＝1",
            "\u{200b}=1",
            "x;=1",
            "x\n-1",
        ] {
            let found = harmless(formula);
            let marks = |text: &str| text.matches('\'').count();
            assert!(marks(&found) > marks(formula), "{formula:?} could run: {found:?}");
        }
        assert_eq!(harmless("\t=1"), "'\t'=1");
        assert_eq!(harmless("\r=1"), "[U+000D]=1", "what is shown by its code begins nothing");
        assert_eq!(harmless("one\n  - two"), "one\n  '- two");
        assert_eq!(harmless("a = b"), "a = b");
        assert_eq!(harmless("2015-03-27"), "2015-03-27");
    }
}
