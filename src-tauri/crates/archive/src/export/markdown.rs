//! Markdown, for tickets, wikis and notes. It reads well as it is and renders the same in every dialect: no tables, no
//! HTML.

use afterchat_transcript::Transcript;
use afterchat_transcript::model::Markup;
use afterchat_transcript::richtext::{self, Piece};

use super::clock::{self, Clock};
use super::facts::{self, Fact, Value};
use super::play::{self, Entry, Line, Manner};
use super::{link, visible, visible_line};

pub(super) fn render(transcript: &Transcript, clock: &Clock<'_>) -> String {
    let about = [
        inline(facts::service(transcript)),
        facts::state(transcript).to_owned(),
        escape(&clock.span(transcript)),
        facts::message_count(transcript),
    ];
    let mut page = format!("# {}\n\n{}\n", inline(facts::title(transcript)), about.join(" · "));
    if let Some(rating) = &transcript.rating {
        let comment = rating.comment.as_deref().filter(|comment| !comment.trim().is_empty());
        let mark = facts::mark(rating).map(|mark| format!("Rated {mark}."));
        let comment = comment.map(|comment| format!("“{}”", inline(comment)));
        page += &format!("\n{}\n", mark.into_iter().chain(comment).collect::<Vec<_>>().join(" "));
    }
    page += &format!("\nTimes are in {}.\n", clock.zone(transcript));
    for entry in play::entries(transcript, clock) {
        page += &match entry {
            Entry::Day(date) => format!("\n## {}\n", clock::day(date)),
            Entry::Page(at, visit) => {
                let name = visit.title.as_deref().unwrap_or(&visit.url);
                format!("\n{} — *{}* {}\n", clock.time(at), play::step(visit.role), named(&visit.url, name))
            }
            Entry::Line(line) => said(&line, clock),
        };
    }
    if let Some(visitor) = &transcript.visitor {
        page += &sheet("Visitor", &facts::visitor(visitor), clock);
    }
    page += &sheet("Conversation", &facts::about(transcript), clock);
    if !transcript.pages.is_empty() {
        page += "\n## Path\n\n";
        for (number, visit) in (1..).zip(&transcript.pages) {
            let at = visit.at.map(|at| format!(", {}", clock.moment(at)));
            let name = visit.title.as_deref().unwrap_or(&visit.url);
            let step = play::step(visit.role);
            page += &format!("{number}. {} ({step}{})\n", named(&visit.url, name), at.unwrap_or_default());
        }
    }
    if !transcript.fields.is_empty() {
        page += "\n## Fields\n\n";
        for field in &transcript.fields {
            let group = field.group.as_deref().map(|group| format!("{} · ", inline(group)));
            page +=
                &item(&format!("{}{}", group.unwrap_or_default(), inline(&field.name)), &block(&field.value));
        }
    }
    if !transcript.links.is_empty() {
        page += "\n## Links\n\n";
        for link in &transcript.links {
            page += &format!("- {}\n", named(&link.url, &link.label));
        }
    }
    page
}

fn said(line: &Line<'_>, clock: &Clock<'_>) -> String {
    let message = line.message;
    let time = format!("{}{}", if message.at_inferred { "\\~" } else { "" }, clock.time(message.at));
    let text = message.text.as_deref().filter(|text| !text.is_empty());
    let mut told: Vec<String> = line.words.iter().map(|words| block(words)).collect();
    told.extend(text.map(|text| set(text, message.markup)));
    told.extend(
        message
            .translations
            .iter()
            .map(|(language, text)| format!("*{}:* {}", inline(language), block(text))),
    );
    told.extend(message.attachments.iter().map(|file| {
        let words = play::attachment(file);
        let shown = file.url.as_deref().map_or_else(|| inline(&words), |url| named(url, &words));
        format!("*file:* {shown}")
    }));
    told.extend(line.sent_by().map(|rule| format!("*{}*", inline(&rule))));
    if line.manner == Manner::System {
        return format!("\n{time} — *{}*\n", told.join(" ").replace("\\\n", " "));
    }
    format!("\n**{time} {}**\\\n{}\n", inline(&line.speaker), told.join("\\\n"))
}

fn sheet(name: &str, known: &[Fact], clock: &Clock<'_>) -> String {
    if known.is_empty() {
        return String::new();
    }
    let items = known.iter().map(|fact| {
        let values = fact.values.iter().map(|value| match value {
            Value::Address(url) => named(url, url),
            Value::Mail(address) => {
                link::mail(address).map_or_else(|| inline(address), |url| named(&url, address))
            }
            Value::Text(_) | Value::Time(_) => block(&value.text(clock)),
        });
        item(fact.name, &values.collect::<Vec<_>>().join(", "))
    });
    format!("\n## {name}\n\n{}", items.collect::<String>())
}

fn item(name: &str, value: &str) -> String {
    format!("- **{name}:** {}\n", value.replace('\n', "\n  "))
}

/// An address under a name, if it may be followed; else both as text.
fn named(url: &str, name: &str) -> String {
    match link::safe(url) {
        Some(url) => format!(
            "[{}](<{}>){}",
            inline(name),
            url.replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C"),
            link::behind(url, name).map(|host| format!(" (→ {})", inline(&host))).unwrap_or_default()
        ),
        None if name == url => inline(url),
        None => format!("{} ({})", inline(name), inline(url)),
    }
}

/// Text on one line.
fn inline(text: &str) -> String {
    escape(&visible_line(text))
}

/// Plain text with its own line breaks.
fn block(text: &str) -> String {
    set(text, None)
}

/// Text with its own line breaks, as it was set off; an empty line would end the paragraph, so it becomes a no-break
/// space.
fn set(text: &str, markup: Option<Markup>) -> String {
    let shown = visible(text);
    let mut lines = vec![String::new()];
    for piece in richtext::pieces(shown.trim_end(), markup, None) {
        for (number, words) in piece.text.split('\n').enumerate() {
            if number > 0 {
                lines.push(String::new());
            }
            // Four spaces or a tab at the beginning would make code of it.
            if let Some(line) = lines.last_mut() {
                let words = if line.is_empty() { words.trim_start() } else { words };
                line.push_str(&set_off(words, &piece));
            }
        }
    }
    let lines = lines.iter().map(|line| match line.trim_end() {
        "" => "\u{a0}".to_owned(),
        line => start_escaped(line),
    });
    lines.collect::<Vec<_>>().join("\\\n")
}

/// Words of one line with what sets them off. Spaces stay outside, where Markdown wants them.
fn set_off(words: &str, piece: &Piece) -> String {
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    let style = piece.style;
    let mut set = match piece.url.as_deref().and_then(link::safe) {
        Some(url) => named(url, inner),
        None if style.code => code(inner),
        None => escape(inner),
    };
    for (mark, _) in
        [("~~", style.struck), ("*", style.emphasis), ("**", style.strong)].iter().filter(|(_, on)| *on)
    {
        set = format!("{mark}{set}{mark}");
    }
    let start = words.len() - words.trim_start().len();
    format!("{}{set}{}", &words[..start], &words[start + inner.len()..])
}

/// Code between more backticks than it holds in a row.
fn code(words: &str) -> String {
    let longest = words.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{words}{space}{fence}")
}

/// What Markdown would take for its own, anywhere in a line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    start_escaped(&escaped)
}

/// What Markdown would take for a heading, a list or a rule, at the beginning of a line.
fn start_escaped(line: &str) -> String {
    let ends = |at: usize| line.as_bytes().get(at).is_none_or(u8::is_ascii_whitespace);
    let list = line.starts_with(['-', '+']) && ends(1);
    let rule = !line.is_empty() && line.chars().all(|c| matches!(c, '-' | '=' | ' '));
    if line.starts_with(['#', ':']) || list || rule {
        return format!("\\{line}");
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 && ends(digits + 1) => {
            format!("{}\\{}", &line[..digits], &line[digits..])
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::model::Markup;

    use super::{block, code, inline, named, set};

    #[test]
    fn nothing_a_stranger_wrote_becomes_markup() {
        assert_eq!(inline("<b>*x*</b> `y` [z](w)"), "&lt;b&gt;\\*x\\*&lt;/b&gt; \\`y\\` \\[z\\](w)");
        assert_eq!(
            block("# one\n\n- two\n1. three\n    four\n----"),
            "\\# one\\\n\u{a0}\\\n\\- two\\\n1\\. three\\\nfour\\\n\\----"
        );
        assert_eq!(
            set("*a* _b_ ~c~ `d*` <https://a.example|e *f*>\n```\nx\n  y\n```", Some(Markup::Slack)),
            "**a** *b* ~~c~~ `d*` [e \\*f\\*](<https://a.example>)\\\n`x`\\\n`y`"
        );
        assert_eq!(set("`` a``b `` \u{202e}", None), block("`` a``b `` \u{202e}"));
        assert_eq!(code("a``b"), "``` a``b ```");
        assert_eq!(inline("+49 30 -2.5 89.235.0.55"), "+49 30 -2.5 89.235.0.55");
        assert_eq!(named("javascript:alert(1)", "x"), "x (javascript:alert(1))");
        assert_eq!(
            named("https://a.example/<script>", "https://a.example/"),
            "[https://a.example/](<https://a.example/%3Cscript%3E>)"
        );
    }
}
