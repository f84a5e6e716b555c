//! Draws the live view. Every text of a stranger comes here made visible already, so that none can move the cursor.

use afterchat_archive::export::{visible, visible_line};
use afterchat_archive::{DeliverySummary, Outcome};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use unicode_width::UnicodeWidthChar as _;

use super::keys::{HINTS, TABLE};
use super::view::{Opened, Page, View};
use crate::commands::deliveries;

const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Draws everything, and notes in the view what only the drawing knows.
pub(crate) fn draw(frame: &mut Frame<'_>, view: &mut View) {
    let head = u16::try_from(view.head.len()).unwrap_or(1).min(frame.area().height / 3);
    let [top, middle, bottom] =
        Layout::vertical([Constraint::Length(head + 1), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    let lines = view.head.iter().enumerate();
    let lines = lines.map(|(at, line)| Line::styled(format!(" {line}"), if at == 0 { BOLD } else { DIM }));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), top);
    view.rows_in_sight = middle.height.into();
    match &mut view.page {
        Page::Stream => rows(frame, middle, view),
        Page::Opened(opened) => opened_text(frame, middle, opened),
        Page::Addresses => addresses(frame, middle, view),
        Page::Keys => keys(frame, middle),
    }
    foot(frame, bottom, view);
}

fn rows(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let Some(chosen) = view.stream.place() else {
        let quiet = "Nothing has arrived yet. Give each service its own address:";
        frame.render_widget(Paragraph::new(Line::styled(format!(" {quiet}"), DIM)), area);
        let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        return addresses(frame, below.intersection(area), view);
    };
    let height = usize::from(area.height);
    let all = view.stream.rows().len();
    // The chosen row stays in sight; while nobody chose, the newest is at the bottom.
    let first = (chosen + 1).saturating_sub(height).max(if view.stream.follows() {
        0
    } else {
        chosen.saturating_sub(height / 2).min(all.saturating_sub(height))
    });
    let lines = view.stream.rows().enumerate().skip(first).take(height);
    let lines = lines.map(|(at, row)| {
        let line = row_line(row, &(view.time)(row.received_at), view.stream.attempt(row.id.0), area.width);
        if at == chosen && !view.stream.follows() { line.style(CHOSEN) } else { line }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

/// One delivery on one line, as wide as the screen, so that a chosen one is marked to its end.
fn row_line(row: &DeliverySummary, time: &str, forwarded: Option<&str>, width: u16) -> Line<'static> {
    let event = row.event.as_deref().map(|event| format!(" {}", visible_line(event)));
    let what = format!(" {}{}", visible_line(&row.source), event.unwrap_or_default());
    let colour = match row.outcome {
        Outcome::Conversation => Color::Green,
        Outcome::Unreadable | Outcome::Quarantined => Color::Red,
        Outcome::Pending => Color::Yellow,
        Outcome::NoConversation => Color::Reset,
    };
    let became = Span::styled(format!("  {}", deliveries::became(row)), Style::new().fg(colour));
    let mut line = Line::from(vec![
        Span::styled(format!(" {time} "), DIM),
        Span::styled(format!("{:>6} ", row.id.0), BOLD),
        Span::raw(format!("{:<5}", visible_line(&row.method))),
        Span::raw(what),
        Span::styled(format!(" {}", size(row.size)), DIM),
        became,
    ]);
    if let Some(forwarded) = forwarded {
        line.push_span(Span::raw(format!("  {forwarded}")));
    }
    let rest = usize::from(width).saturating_sub(line.width());
    line.push_span(" ".repeat(rest));
    line
}

/// A size as people say it.
fn size(bytes: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "three digits of it are shown")]
    let thousands = bytes as f64 / 1000.0;
    match bytes {
        ..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{thousands:.1} kB"),
        _ => format!("{:.1} MB", thousands / 1000.0),
    }
}

fn opened_text(frame: &mut Frame<'_>, area: Rect, opened: &mut Opened) {
    let lines = wrapped(&opened.text, area.width.saturating_sub(2));
    opened.top = opened.top.min(lines.len().saturating_sub(usize::from(area.height)));
    let in_sight = lines.into_iter().skip(opened.top).take(area.height.into());
    let text: Vec<Line<'_>> = in_sight.map(|line| Line::raw(format!(" {line}"))).collect();
    frame.render_widget(Paragraph::new(text), area);
}

/// The text in lines that fit, cut between letters: what is looked at here is data, and its spaces count.
fn wrapped(text: &str, width: u16) -> Vec<&str> {
    let width = usize::from(width.max(2));
    let mut lines = Vec::new();
    for line in text.lines() {
        let (mut from, mut used) = (0, 0);
        for (at, letter) in line.char_indices() {
            let wide = letter.width().unwrap_or(0);
            if used + wide > width {
                lines.push(&line[from..at]);
                (from, used) = (at, 0);
            }
            used += wide;
        }
        lines.push(&line[from..]);
    }
    lines
}

fn addresses(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let width = view.addresses.iter().map(|address| address.source.len()).max().unwrap_or_default();
    let line = |address: &super::view::Address| {
        Line::from(vec![
            Span::styled(format!("   {:<width$}  ", visible_line(&address.source)), BOLD),
            Span::raw(visible_line(&address.url)),
        ])
    };
    let mut lines: Vec<Line<'_>> = view.addresses.iter().map(line).collect();
    lines.push(Line::default());
    lines.push(Line::styled("   Whoever knows an address can post to it.", DIM));
    frame.render_widget(Paragraph::new(lines), area);
}

fn keys(frame: &mut Frame<'_>, area: Rect) {
    let line = |(keys, words): &(&'static str, &'static str)| {
        Line::from(vec![Span::styled(format!("   {keys:<10}  "), BOLD), Span::raw(*words)])
    };
    frame.render_widget(Paragraph::new(TABLE.iter().map(line).collect::<Vec<_>>()), area);
}

/// The last line: what is being entered, else what was done last, else how things stand and the keys.
fn foot(frame: &mut Frame<'_>, area: Rect, view: &View) {
    frame.render_widget(Clear, area);
    if let Some((id, prompt)) = &view.replay {
        let (before, after) = prompt.halves();
        let question = format!(" Replay {id} to: ");
        let line = Line::from(vec![
            Span::styled(question, BOLD),
            Span::raw(visible(before)),
            Span::raw(visible(after)),
        ]);
        let at = Line::from(vec![line.spans[0].clone(), line.spans[1].clone()]).width();
        frame.render_widget(Paragraph::new(line), area);
        let column = u16::try_from(at).unwrap_or(area.width).min(area.width.saturating_sub(1));
        frame.set_cursor_position((area.x + column, area.y));
        return;
    }
    if let Some(said) = &view.said {
        return frame.render_widget(Paragraph::new(Line::raw(format!(" {}", visible_line(said)))), area);
    }
    let mut spans = Vec::new();
    if let Some(waiting) = view.stream.waiting() {
        spans.push(Span::styled(format!(" paused, {waiting} new  "), Style::new().fg(Color::Yellow)));
    }
    for (key, words) in HINTS {
        spans.push(Span::styled(format!(" {key} "), BOLD));
        spans.push(Span::styled(format!("{words} "), DIM));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::{draw, wrapped};
    use crate::live::testing::deliveries;
    use crate::live::view::{Address, Opened, Page, View};

    fn drawn(view: &mut View, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
        terminal.draw(|frame| draw(frame, view)).expect("it is drawn");
        terminal.backend().to_string()
    }

    fn view() -> View {
        let address = Address {
            source: "smartsupp".to_owned(),
            url: "http://127.0.0.1:4780/h/smartsupp/abc".to_owned(),
        };
        View::new(
            vec!["Listening on http://127.0.0.1:4780".to_owned()],
            vec![address],
            "http://127.0.0.1:3000/",
            |at| at.to_string(),
        )
    }

    #[test]
    fn an_empty_stream_tells_where_to_post() {
        insta::assert_snapshot!(drawn(&mut view(), 90, 8));
    }

    #[test]
    fn deliveries_stand_in_order_and_strangers_cannot_draw() {
        let mut view = view();
        let mut rows = deliveries(1..=12);
        rows[11].event = Some("\u{1b}[2J\rgone\u{202e}".to_owned());
        view.stream.add(rows);
        insta::assert_snapshot!(drawn(&mut view, 90, 8));
    }

    #[test]
    fn a_narrow_and_flat_screen_is_no_trouble() {
        let mut view = view();
        view.stream.add(deliveries(1..=3));
        for (width, height) in [(1, 1), (3, 2), (20, 3), (400, 100)] {
            drawn(&mut view, width, height);
            view.page = Page::Opened(Opened { id: 1, text: "a\n世界".repeat(50), top: usize::MAX });
            drawn(&mut view, width, height);
            view.page = Page::Stream;
        }
    }

    #[test]
    fn wide_letters_are_cut_between_and_nothing_is_lost() {
        assert_eq!(wrapped("世界人\n\nab", 4), ["世界", "人", "", "ab"]);
        let text = "é世a".repeat(40);
        assert_eq!(wrapped(&text, 7).concat(), text, "a cut must not swallow a letter");
    }
}
