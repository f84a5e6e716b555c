//! A conversation as a document to hand on.
//!
//! Each format is a pure function of the transcript and the reader's time zone. What people added here (stars, tags,
//! notes) stays here: only JSON, which is the transcript itself, carries it.

mod choose;
mod clock;
mod csv;
mod facts;
mod html;
mod link;
mod markdown;
mod name;
mod play;
mod save;
mod shown;
mod text;

use std::fmt::Display;

use afterchat_transcript::Transcript;
use chrono::TimeZone;

pub use csv::csv_table;
pub use name::file_name;
pub use save::{Existing, save};
pub use shown::{visible, visible_line};

use clock::Clock;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One page that opens anywhere, prints well and holds no script.
    Html,
    /// The transcript itself, which nothing is missing from.
    Json,
    /// One row for each message.
    Csv,
    /// Markdown.
    Markdown,
    /// Plain text, 80 columns wide.
    Text,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Html, Self::Json, Self::Csv, Self::Markdown, Self::Text];

    /// How file names of this format end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Text => "txt",
        }
    }

    /// True when several conversations can stand in one file. A page is one conversation: it has one heading, one
    /// title, and is sent to somebody.
    #[must_use]
    pub fn holds_many(self) -> bool {
        self != Self::Html
    }
}

/// Writes one conversation as a whole document, times in this zone.
pub fn render<Z: TimeZone>(transcript: &Transcript, format: Format, zone: &Z) -> String
where
    Z::Offset: Display,
{
    let clock = Clock::new(zone);
    match format {
        Format::Html => html::render(transcript, &clock),
        Format::Json => {
            // A transcript holds nothing that JSON cannot: its keys are strings and its numbers finite.
            let mut json = serde_json::to_string_pretty(transcript).unwrap_or_default();
            json.push('\n');
            json
        }
        Format::Csv => csv::header() + &csv::rows(transcript, &clock),
        Format::Markdown => markdown::render(transcript, &clock),
        Format::Text => text::render(transcript, &clock),
    }
}

/// The same as a part of a file that holds several: `first` tells whether it is the first of them.
/// A JSON file of several is a list, so the caller writes its brackets and commas.
pub fn render_part<Z: TimeZone>(transcript: &Transcript, format: Format, zone: &Z, first: bool) -> String
where
    Z::Offset: Display,
{
    match format {
        Format::Csv if !first => csv::rows(transcript, &Clock::new(zone)),
        Format::Text if !first => format!("\n\n{}\n\n{}", "=".repeat(80), render(transcript, format, zone)),
        Format::Markdown if !first => format!("\n---\n\n{}", render(transcript, format, zone)),
        _ => render(transcript, format, zone),
    }
}

#[cfg(test)]
mod tests;
