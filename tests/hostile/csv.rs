//! CSV exports, read as spreadsheets read them.

use afterchat_archive::export::Format;
use afterchat_transcript::Transcript;

use crate::corpus::{Vector, steers, written};

/// What a spreadsheet may take for the beginning of a formula.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹦', '﹢'];

/// Letters that are nothing to be seen, behind which a program may look for a sign.
fn is_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches(is_nothing).starts_with(SIGNS)
}

/// Cells that would run, here or where other signs part cells.
pub(crate) fn wrong(_vector: &Vector, transcript: &Transcript) -> Vec<String> {
    let csv = written(transcript, Format::Csv);
    let mut wrong = Vec::new();
    let mut columns = 0;
    for row in
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes()).records()
    {
        let row = row.unwrap();
        columns = columns.max(row.len());
        if row.len() != columns {
            wrong.push(format!("a cell breaks out of its row: {row:?}"));
        }
        wrong.extend(row.iter().filter(|cell| is_formula(cell)).map(|cell| format!("a formula: {cell:?}")));
        wrong.extend(
            row.iter()
                .filter(|cell| cell.contains(steers))
                .map(|cell| format!("a cell that steers: {cell:?}")),
        );
    }
    // Where a semicolon or a tab parts cells, the quotation marks of this file mean nothing.
    let elsewhere = csv.split([';', '\t', '\n', '\r']).filter(|cell| is_formula(cell));
    wrong.extend(elsewhere.map(|cell| format!("a formula where other signs part cells: {cell:?}")));
    wrong
}
