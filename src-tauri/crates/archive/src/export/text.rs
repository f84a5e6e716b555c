//! Plain text, 80 columns wide, for mails, tickets and terminals.

use afterchat_transcript::{Transcript, richtext};

use super::clock::{self, Clock};
use super::facts::{self, Fact};
use super::play::{self, Entry, Line, Manner};
use super::{visible, visible_line};

/// Columns of the page, of the gutter's time, and of the gutter as a whole.
const PAGE: usize = 80;
const TIME: usize = 8;
const GUTTER: usize = 24;
/// Columns of a fact's name.
const NAME: usize = 26;

pub(super) fn render(transcript: &Transcript, clock: &Clock<'_>) -> String {
    let mut page = Page(String::new());
    let about = [
        visible_line(facts::service(transcript)),
        facts::state(transcript).to_owned(),
        clock.span(transcript),
        facts::message_count(transcript),
    ];
    page.wrapped("", &visible_line(facts::title(transcript)));
    page.wrapped("", &about.join(" · "));
    if let Some(rating) = &transcript.rating {
        let comment = rating.comment.as_deref().map(|comment| format!("“{}”", visible_line(comment)));
        let comment = comment.filter(|comment| comment != "“”");
        let mark = facts::mark(rating).map(|mark| format!("Rated {mark}"));
        page.wrapped("", &mark.into_iter().chain(comment).collect::<Vec<_>>().join(" "));
    }
    page.wrapped("", &format!("Times are in {}.", clock.zone(transcript)));
    for entry in play::entries(transcript, clock) {
        match entry {
            Entry::Day(date) => page.heading(&clock::day(date)),
            Entry::Line(line) => page.line(&line, clock),
            Entry::Page(at, visit) => {
                let title = visit.title.as_deref().map(|title| format!("{} ", visible_line(title)));
                let told = format!(
                    "-- {} {}{}",
                    play::step(visit.role),
                    title.unwrap_or_default(),
                    visible_line(&visit.url)
                );
                page.wrapped(&format!("{:<TIME$}", clock.time(at)), &told);
            }
        }
    }
    if let Some(visitor) = &transcript.visitor {
        page.facts("Visitor", &facts::visitor(visitor), clock);
    }
    page.facts("Conversation", &facts::about(transcript), clock);
    page.path(transcript, clock);
    page.fields(transcript);
    if !transcript.links.is_empty() {
        page.heading("Links");
        for link in &transcript.links {
            page.fact(&visible_line(&link.label), &link.url);
        }
    }
    page.0
}

struct Page(String);

impl Page {
    fn heading(&mut self, words: &str) {
        let rule = "-".repeat(PAGE.saturating_sub(width(words) + 1));
        self.0.push_str(&format!("\n{words} {rule}\n\n"));
    }

    fn line(&mut self, line: &Line<'_>, clock: &Clock<'_>) {
        let message = line.message;
        let time = format!("{}{}", if message.at_inferred { "~" } else { "" }, clock.time(message.at));
        let speaker = cut(&visible_line(&line.speaker), GUTTER - TIME - 2);
        let gutter =
            format!("{time:<TIME$}{speaker}{}", " ".repeat((GUTTER - TIME).saturating_sub(width(&speaker))));
        let said = message.text.as_deref().filter(|text| !text.is_empty());
        let mut told: Vec<String> = line.words.iter().map(|words| visible(words)).collect();
        told.extend(said.map(|said| visible(&richtext::written(said, message.markup))));
        told.extend(
            message
                .translations
                .iter()
                .map(|(language, text)| format!("[{}] {}", visible_line(language), visible(text))),
        );
        for file in &message.attachments {
            let address = file.url.as_deref().map(|url| format!(" {}", visible_line(url)));
            told.push(format!(
                "[file] {}{}",
                visible_line(&play::attachment(file)),
                address.unwrap_or_default()
            ));
        }
        told.extend(line.sent_by().map(|rule| format!("({})", visible_line(&rule))));
        let told = told.join("\n");
        let told = if line.manner == Manner::System { format!("* {told}") } else { told };
        self.wrapped(&gutter, &told);
    }

    fn facts(&mut self, name: &str, known: &[Fact], clock: &Clock<'_>) {
        if known.is_empty() {
            return;
        }
        self.heading(name);
        for fact in known {
            let values: Vec<String> = fact.values.iter().map(|value| value.text(clock)).collect();
            self.fact(fact.name, &values.join("\n"));
        }
    }

    /// A name beside its value; a long name stands above it.
    fn fact(&mut self, name: &str, value: &str) {
        let gutter = if width(name) + 2 > NAME {
            self.wrapped("", name);
            String::new()
        } else {
            name.to_owned()
        };
        let space = " ".repeat(NAME.saturating_sub(width(&gutter)));
        self.wrapped(&format!("{gutter}{space}"), &visible(value));
    }

    fn path(&mut self, transcript: &Transcript, clock: &Clock<'_>) {
        if transcript.pages.is_empty() {
            return;
        }
        self.heading("Path");
        for (number, page) in (1..).zip(&transcript.pages) {
            let at = page.at.map(|at| format!(", {}", clock.moment(at)));
            let title = page.title.as_deref().map(|title| format!("{}\n", visible_line(title)));
            let told = format!(
                "{}{}\n{}{}",
                title.unwrap_or_default(),
                visible_line(&page.url),
                play::step(page.role),
                at.unwrap_or_default()
            );
            self.wrapped(&format!("{number:>2}. "), &told);
        }
    }

    fn fields(&mut self, transcript: &Transcript) {
        if transcript.fields.is_empty() {
            return;
        }
        self.heading("Fields");
        for field in &transcript.fields {
            let name = field
                .group
                .as_ref()
                .map_or_else(|| field.name.clone(), |group| format!("{group}.{}", field.name));
            self.fact(&visible_line(&name), &field.value);
        }
    }

    /// A text beside a gutter. Words longer than the column, such as addresses, stay whole, so that they can be copied.
    fn wrapped(&mut self, gutter: &str, text: &str) {
        let indent = width(gutter);
        let room = PAGE.saturating_sub(indent).max(20);
        let mut first = true;
        for line in text.lines().flat_map(|line| fill(line, room)) {
            let start = if first { gutter.to_owned() } else { " ".repeat(indent) };
            self.0.push_str(format!("{start}{line}").trim_end());
            self.0.push('\n');
            first = false;
        }
        if first {
            self.0.push_str(gutter.trim_end());
            self.0.push('\n');
        }
    }
}

/// Cuts a line into lines of at most so many columns, at spaces.
fn fill(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let needs = width(word.trim_end());
        if used > 0 && used + needs > room {
            lines.push(String::new());
            used = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(word);
        }
        used += width(word);
    }
    lines
}

/// The text, cut to so many columns.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += char_width(*c);
        used < columns
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns of a character in a fixed-width font: none for marks above another, two for East Asian ones and emoji.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x610..=0x61a
        | 0x64b..=0x65f
        | 0x200b..=0x200f
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f
        | 0xe0100..=0xe01ef => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, fill, width};

    #[test]
    fn lines_are_filled_at_spaces_and_addresses_stay_whole() {
        assert_eq!(fill("one two three", 8), ["one two ", "three"]);
        assert_eq!(
            fill("see https://shop.example/a-long-address", 10),
            ["see ", "https://shop.example/a-long-address"]
        );
        assert_eq!(width("語e\u{301}👩"), 5);
        assert_eq!(cut("Constantinople", 8), "Constan…");
    }
}
