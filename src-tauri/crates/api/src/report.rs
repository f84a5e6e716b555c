//! What became of every record that long work took in, kept small: a million records fit into memory.

use std::collections::HashMap;
use std::sync::Arc;

use afterchat_archive::DeliveryId;
use afterchat_archive::export::csv_table;
use afterchat_archive::import::{Outcome, Record};
use serde_json::json;

use crate::calls::types::RecordOutcome;

/// How a report is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// A table for spreadsheets; no cell of it is a formula.
    Csv,
    /// A list of objects.
    Json,
}

impl ReportFormat {
    /// The format whose file names end so: `csv` or `json`.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// How file names of this format end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The records in the order they were met.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<Line>,
    texts: Texts,
    counts: [u64; RecordOutcome::ALL.len()],
}

/// One record. Names of files and reasons repeat, so they are kept once.
#[derive(Debug, Clone, Copy)]
struct Line {
    place: u32,
    index: u32,
    outcome: RecordOutcome,
    reason: Option<u32>,
    delivery: Option<DeliveryId>,
}

/// A record as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown<'a> {
    pub(crate) number: usize,
    pub(crate) place: &'a str,
    pub(crate) index: u32,
    pub(crate) outcome: RecordOutcome,
    pub(crate) reason: Option<&'a str>,
    pub(crate) delivery: Option<DeliveryId>,
}

/// Texts by number, each once.
#[derive(Debug, Default)]
struct Texts {
    list: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let text: Arc<str> = text.into();
        // Four thousand million texts do not fit into memory.
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    fn text(&self, number: u32) -> &str {
        self.list.get(number as usize).map_or("", |text| text)
    }
}

impl Report {
    /// Adds a record of an import.
    pub fn add(&mut self, record: &Record) {
        let (outcome, delivery) = match &record.outcome {
            Outcome::New { delivery, reason: None } => (RecordOutcome::New, Some(*delivery)),
            Outcome::New { delivery, reason: Some(_) } => (RecordOutcome::NoConversation, Some(*delivery)),
            Outcome::Repeated { delivery } => (RecordOutcome::Repeated, *delivery),
            Outcome::Unreadable(_) => (RecordOutcome::Unreadable, None),
            Outcome::Export => (RecordOutcome::Export, None),
            Outcome::Failed(_) => (RecordOutcome::Failed, None),
        };
        self.push(&record.file, record.index, outcome, record.outcome.reason(), delivery);
    }

    /// Adds a record: where it stands, which one there, what became of it and why, and the delivery that holds it.
    pub fn push(
        &mut self,
        place: &str,
        index: usize,
        outcome: RecordOutcome,
        reason: Option<&str>,
        delivery: Option<DeliveryId>,
    ) {
        let line = Line {
            place: self.texts.number(place),
            index: u32::try_from(index).unwrap_or(u32::MAX),
            outcome,
            reason: reason.map(|reason| self.texts.number(reason)),
            delivery,
        };
        self.lines.push(line);
        self.counts[outcome as usize] += 1;
    }

    /// How many records had which outcome.
    pub fn counts(&self) -> impl Iterator<Item = (RecordOutcome, u64)> {
        RecordOutcome::ALL.into_iter().zip(self.counts)
    }

    /// Records in their order, beginning with this number.
    pub(crate) fn from(&self, start: usize) -> impl Iterator<Item = Shown<'_>> {
        let lines = self.lines.get(start..).unwrap_or_default();
        lines.iter().enumerate().map(move |(at, line)| Shown {
            number: start + at,
            place: self.texts.text(line.place),
            index: line.index,
            outcome: line.outcome,
            reason: line.reason.map(|reason| self.texts.text(reason)),
            delivery: line.delivery,
        })
    }

    /// The whole report as a file.
    #[must_use]
    pub fn write(&self, format: ReportFormat) -> String {
        match format {
            ReportFormat::Csv => {
                let rows = self.from(0).map(|record| {
                    vec![
                        record.place.to_owned(),
                        record.index.to_string(),
                        record.outcome.word().to_owned(),
                        record.reason.unwrap_or_default().to_owned(),
                        record.delivery.map(|delivery| delivery.to_string()).unwrap_or_default(),
                    ]
                });
                csv_table(&["file", "record", "outcome", "reason", "delivery"], rows)
            }
            ReportFormat::Json => {
                let rows = self.from(0).map(|record| {
                    json!({
                        "file": record.place,
                        "record": record.index,
                        "outcome": record.outcome.word(),
                        "reason": record.reason,
                        "delivery": record.delivery.map(|delivery| delivery.to_string()),
                    })
                    .to_string()
                });
                format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, ReportFormat};
    use crate::calls::types::RecordOutcome;

    fn report() -> Report {
        let mut report = Report::default();
        report.push("a.json", 1, RecordOutcome::New, None, Some(afterchat_archive::DeliveryId(7)));
        report.push(
            "=cmd|'/c calc'!A1.json",
            1,
            RecordOutcome::Unreadable,
            Some("The body is \"empty\"."),
            None,
        );
        report.push("a.json", 2, RecordOutcome::Repeated, None, None);
        report
    }

    #[test]
    fn a_table_holds_every_record_and_no_formula() {
        assert_eq!(
            report().write(ReportFormat::Csv),
            "file,record,outcome,reason,delivery\r\n\
             a.json,1,new,,7\r\n\
             '=cmd|'/c calc'!A1.json,1,unreadable,\"The body is \"\"empty\"\".\",\r\n\
             a.json,2,repeated,,\r\n",
        );
    }

    #[test]
    fn a_list_of_objects_is_json() {
        let told: serde_json::Value = serde_json::from_str(&report().write(ReportFormat::Json)).unwrap();
        assert_eq!(told.as_array().map(Vec::len), Some(3));
        assert_eq!(told[0]["delivery"], "7");
        assert_eq!(told[1]["file"], "=cmd|'/c calc'!A1.json");
        assert!(
            serde_json::from_str::<serde_json::Value>(&Report::default().write(ReportFormat::Json)).is_ok()
        );
    }

    #[test]
    fn counts_and_a_page_are_read_off_the_report() {
        let report = report();
        let counts: Vec<u64> = report.counts().map(|(_, count)| count).collect();
        assert_eq!(counts.iter().sum::<u64>(), 3);
        let page: Vec<_> = report.from(1).map(|record| (record.number, record.outcome)).collect();
        assert_eq!(page, [(1, RecordOutcome::Unreadable), (2, RecordOutcome::Repeated)]);
        assert_eq!(report.from(99).count(), 0);
    }
}
