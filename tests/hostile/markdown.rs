//! Markdown exports, read by a parser with every extension it has.

use afterchat_archive::export::Format;
use afterchat_transcript::Transcript;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::corpus::{Vector, steers, written};

/// What acts in the page when it is rendered, and blocks that no line of ours opens.
pub(crate) fn wrong(_vector: &Vector, transcript: &Transcript) -> Vec<String> {
    let page = written(transcript, Format::Markdown);
    let mut wrong: Vec<String> =
        Parser::new_ext(&page, Options::all()).filter_map(|event| acts(&event)).collect();
    wrong.extend(page.find(steers).map(|at| format!("Markdown steers at {at}")));
    wrong
}

fn acts(event: &Event<'_>) -> Option<String> {
    let harmless = match event {
        Event::Text(_)
        | Event::Code(_)
        | Event::SoftBreak
        | Event::HardBreak
        | Event::Rule
        | Event::End(_) => true,
        Event::Start(Tag::Link { dest_url, .. }) => {
            let address = dest_url.to_ascii_lowercase();
            ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
        }
        Event::Start(tag) => matches!(
            tag,
            Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::List(_)
                | Tag::Item
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
        ),
        _ => false,
    };
    (!harmless).then(|| format!("Markdown: {event:?}"))
}

#[test]
fn what_acts_is_found_out() {
    for page in [
        "<b>x</b>",
        "![x](http://a.example)",
        "[x](javascript:a)",
        "> x",
        "    x",
        "$x$",
        "x[^1]\n\n[^1]: y",
        "| a |\n|-|",
        "<javascript:x>",
    ] {
        let mut events = Parser::new_ext(page, Options::all());
        assert!(events.any(|event| acts(&event).is_some()), "{page} acts");
    }
}
