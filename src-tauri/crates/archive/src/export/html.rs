//! HTML: one page that opens anywhere and asks nobody for anything.
//!
//! There is no script, and the policy in its head forbids any: even a mistake here could load nothing. maud escapes
//! every value.

use afterchat_transcript::model::{self, Attachment, Field, Link, Notice, OtherValue, PageVisit};
use afterchat_transcript::richtext::{self, Piece};
use afterchat_transcript::{Instant, Transcript};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::clock::{self, Clock};
use super::facts::{self, Fact, Value};
use super::play::{self, Entry, Line, Manner};
use super::shown::{Run, code, runs};
use super::{link, visible_line};

const STYLE: &str = include_str!("page.css");
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

pub(super) fn render(transcript: &Transcript, clock: &Clock<'_>) -> String {
    let title = facts::title(transcript);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="Afterchat";
                title { (visible_line(title)) " · " (visible_line(facts::service(transcript))) " · " (clock.moment(transcript.started_at)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (heading(transcript, clock))
                    (conversation(transcript, clock))
                    div.sheets {
                        @if let Some(visitor) = &transcript.visitor { (sheet("Visitor", &facts::visitor(visitor), clock)) }
                        (sheet("Conversation", &facts::about(transcript), clock))
                        @if !transcript.pages.is_empty() { (path(&transcript.pages, clock)) }
                        @if !transcript.fields.is_empty() { (fields(&transcript.fields)) }
                        @if !transcript.links.is_empty() { (links(&transcript.links)) }
                    }
                    @if !transcript.other.is_empty() { (other(&transcript.other)) }
                    @if !transcript.notices.is_empty() { (notices(&transcript.notices)) }
                }
                footer {
                    p { "Times are in " (clock.zone(transcript)) "." @if inferred(transcript) { " A time with ~ is not the service’s own: it sent none." } }
                    p { "Kept and exported by Afterchat. Nothing on this page was loaded from anywhere." }
                }
            }
        }
    };
    page.into_string()
}

fn inferred(transcript: &Transcript) -> bool {
    transcript.started_at_inferred || transcript.messages.iter().any(|message| message.at_inferred)
}

fn heading(transcript: &Transcript, clock: &Clock<'_>) -> Markup {
    html! {
        header {
            h1 dir="auto" { (text(facts::title(transcript))) }
            p.about {
                span.service { (text(facts::service(transcript))) }
                span.state.missed[facts::state(transcript) == "missed"] { (facts::state(transcript)) }
                time datetime=(transcript.started_at) title=(utc(transcript.started_at)) {
                    (clock.span(transcript))
                }
                span { (facts::message_count(transcript)) }
            }
            @if let Some(rating) = &transcript.rating {
                p.rating {
                    @if let Some(mark) = facts::mark(rating) {
                        @if let Some(stars) = facts::stars(rating) { span.stars aria-hidden="true" { (stars) } " " }
                        span { "rated " (mark) }
                    }
                    @if let Some(comment) = rating.comment.as_deref().filter(|comment| !comment.trim().is_empty()) {
                        " " q dir="auto" { (text(comment)) }
                    }
                }
            }
        }
    }
}

fn conversation(transcript: &Transcript, clock: &Clock<'_>) -> Markup {
    let entries = play::entries(transcript, clock);
    let language = transcript.language.as_deref().filter(|language| is_language(language));
    html! {
        section.play aria-label="Transcript" {
            @if entries.is_empty() { p.nothing { "Nothing was said in this conversation." } }
            @for entry in &entries {
                @match entry {
                    Entry::Day(date) => h2.day { time datetime=(date.format("%Y-%m-%d")) { (clock::day(*date)) } },
                    Entry::Page(at, page) => (opened(*at, page, clock)),
                    Entry::Line(line) => (said(line, language, clock)),
                }
            }
        }
    }
}

fn opened(at: Instant, page: &PageVisit, clock: &Clock<'_>) -> Markup {
    html! {
        p.opened {
            (time(at, false, clock))
            span { (play::step(page.role)) " " (named(&page.url, page.title.as_deref().unwrap_or(&page.url))) }
        }
    }
}

fn said(line: &Line<'_>, language: Option<&str>, clock: &Clock<'_>) -> Markup {
    let message = line.message;
    let language = language.filter(|_| !matches!(line.manner, Manner::System));
    html! {
        article.line.(line.manner.word()) {
            (time(message.at, message.at_inferred, clock))
            @if !line.speaker.is_empty() {
                p.who dir="auto" {
                    (text(&line.speaker))
                    span.unseen { " (" (line.manner.word()) ")" }
                }
            }
            div.said {
                @if let Some(words) = &line.words { p dir="auto" { (text(words)) } }
                @if let Some(said) = message.text.as_deref().filter(|said| !said.is_empty()) {
                    p dir="auto" lang=[language] { (linked(said, message.markup)) }
                }
                @for (language, translation) in &message.translations {
                    p.translation {
                        span.tag { (text(language)) } " "
                        span dir="auto" lang=[Some(language).filter(|language| is_language(language))] { (linked(translation, None)) }
                    }
                }
                @for file in &message.attachments { (attachment(file)) }
                @if let Some(rule) = line.sent_by() { p.rule { (text(&rule)) } }
            }
        }
    }
}

fn attachment(file: &Attachment) -> Markup {
    html! {
        p.file {
            span.tag { "file" } " "
            @match &file.url {
                Some(url) => (named(url, &play::attachment(file))),
                None => bdi { (text(&play::attachment(file))) },
            }
        }
    }
}

fn sheet(name: &str, known: &[Fact], clock: &Clock<'_>) -> Markup {
    html! {
        @if !known.is_empty() {
            section.sheet {
                h2 { (name) }
                table {
                    @for fact in known {
                        tr {
                            th scope="row" { (fact.name) }
                            td { @for value in &fact.values { p { (shown(value, clock)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn shown(value: &Value, clock: &Clock<'_>) -> Markup {
    match value {
        Value::Text(words) => html! { span dir="auto" { (text(words)) } },
        Value::Time(at) => html! { time datetime=(at) title=(utc(*at)) { (clock.moment(*at)) } },
        Value::Address(url) => named(url, url),
        Value::Mail(address) => match link::mail(address) {
            Some(url) => html! { a href=(url) rel="noreferrer noopener" { (address) } },
            None => html! { bdi { (text(address)) } },
        },
    }
}

fn path(pages: &[PageVisit], clock: &Clock<'_>) -> Markup {
    html! {
        section.sheet {
            h2 { "Path" }
            ol.path {
                @for page in pages {
                    li {
                        @if let Some(title) = &page.title { p dir="auto" { (text(title)) } }
                        p.where { (named(&page.url, &page.url)) }
                        p.where {
                            (play::step(page.role))
                            @if let Some(at) = page.at { " · " (shown(&Value::Time(at), clock)) }
                        }
                    }
                }
            }
        }
    }
}

fn fields(fields: &[Field]) -> Markup {
    let mut groups: Vec<&Option<String>> = Vec::new();
    for field in fields {
        if !groups.contains(&&field.group) {
            groups.push(&field.group);
        }
    }
    html! {
        section.sheet {
            h2 { "Fields" }
            table {
                @for group in groups {
                    @if let Some(group) = group { tr { th.group colspan="2" scope="rowgroup" { bdi { (text(group)) } } } }
                    @for field in fields.iter().filter(|field| field.group == *group) {
                        tr {
                            th scope="row" { bdi { (text(&field.name)) } }
                            td dir="auto" { (linked(&field.value, None)) }
                        }
                    }
                }
            }
        }
    }
}

fn links(links: &[Link]) -> Markup {
    html! {
        section.sheet {
            h2 { "Links" }
            ul { @for link in links { li { (named(&link.url, &link.label)) } } }
        }
    }
}

fn other(values: &[OtherValue]) -> Markup {
    html! {
        details {
            summary { "Other fields (" (values.len()) ")" }
            table.raw {
                tr { th scope="col" { "Where in the payload" } th scope="col" { "Value" } }
                @for value in values {
                    tr { th scope="row" { bdi { (text(&value.pointer)) } } td dir="auto" { (text(&plain(&value.value))) } }
                }
            }
        }
    }
}

/// A text as it is, anything else as JSON.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn notices(notices: &[Notice]) -> Markup {
    html! {
        details {
            summary { "Notices (" (notices.len()) ")" }
            ul {
                @for notice in notices {
                    li {
                        (text(&notice.text))
                        @if let Some(pointer) = &notice.pointer { " " bdi.where { (text(pointer)) } }
                    }
                }
            }
        }
    }
}

fn time(at: Instant, inferred: bool, clock: &Clock<'_>) -> Markup {
    let title = if inferred { format!("{} · the service sent no time", utc(at)) } else { utc(at) };
    html! { time.at datetime=(at) title=(title) { @if inferred { "~" } (clock.time(at)) } }
}

fn utc(at: Instant) -> String {
    at.utc().format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Text whose acting characters are shown by their codes.
fn text(text: &str) -> Markup {
    html! {
        @for run in runs(text) {
            @match run {
                Run::Plain(text) => (text),
                Run::Odd(c) => span.odd { (code(c)) },
            }
        }
    }
}

/// Text as it was set off, in which web and mail addresses can be followed.
fn linked(said: &str, markup: Option<model::Markup>) -> Markup {
    html! {
        @for piece in richtext::pieces(said, markup, None) {
            @match piece.url.as_deref().and_then(link::safe) {
                Some(url) => {
                    @let hidden = !richtext::says(&piece.text, url);
                    a class=[hidden.then_some("named")] href=(url) rel="noreferrer noopener" { (set_off(&piece)) }
                    (leads(url, &piece.text))
                },
                None => (set_off(&piece)),
            }
        }
    }
}

fn set_off(piece: &Piece) -> Markup {
    let style = piece.style;
    let mut words = text(&piece.text);
    if style.code {
        words = html! { code { (words) } };
    }
    if style.struck {
        words = html! { s { (words) } };
    }
    if style.emphasis {
        words = html! { em { (words) } };
    }
    if style.strong {
        words = html! { strong { (words) } };
    }
    words
}

/// An address under a name. On paper the address follows, unless it is the name.
fn named(url: &str, name: &str) -> Markup {
    let told = url != name;
    match link::safe(url) {
        Some(url) => {
            html! { bdi { a class=[told.then_some("named")] href=(url) rel="noreferrer noopener" { (text(name)) } } (leads(url, name)) }
        }
        None => html! { bdi { (text(name)) } @if told { " " bdi.where { (text(url)) } } },
    }
}

/// Where a link leads, if it looks as if it led somewhere else.
fn leads(url: &str, words: &str) -> Markup {
    html! { @if let Some(host) = link::behind(url, words) { " " bdi.leads { "→ " (text(&host)) } } }
}

/// True for what a browser takes as a language: letters and digits in groups.
fn is_language(language: &str) -> bool {
    let group =
        |group: &str| (1..=8).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=35).contains(&language.len()) && language.split('-').all(group)
}
