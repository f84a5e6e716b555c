//! Text as a person sees it: runs of plain text, links, emphasis and hits of a search.
//!
//! A transcript keeps every text exactly as sent. Where a service writes markup, it is rendered here, into runs and
//! never into anything a window could run. What is searched, cut into snippets and exported is what is seen.

mod emoji;
mod html;
mod slack;

use std::borrow::Cow;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::address::Address;
use crate::model::Markup;
use crate::query::{Column, Query};

/// A run of text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Piece {
    /// The text as it is seen.
    pub text: String,
    /// The address it leads to: `http`, `https` or `mailto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// True for a match of the search.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub hit: bool,
    /// How the run is set; absent for most.
    #[serde(default, skip_serializing_if = "plainly")]
    #[ts(optional, as = "Option<Style>")]
    pub style: Style,
}

/// How a run is set off from the text around it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Style {
    /// Important.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub strong: bool,
    /// Stressed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub emphasis: bool,
    /// No longer meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub struck: bool,
    /// Code, in which every character stands for itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub code: bool,
}

fn plainly(style: &Style) -> bool {
    *style == Style::default()
}

/// Cuts a text into runs: its markup is rendered, addresses become links, and what the search looks for in its column
/// is marked.
#[must_use]
pub fn pieces(text: &str, markup: Option<Markup>, search: Option<(&Query, Column)>) -> Vec<Piece> {
    let rendered = Rendered::of(text, markup);
    let text = rendered.text.as_str();
    let runs = rendered.linked();
    let hits = search.map(|(query, column)| query.hits(column, text)).unwrap_or_default();
    let mut borders: Vec<usize> = [0, text.len()].into_iter().collect();
    borders.extend(runs.iter().map(|run| run.range.end));
    borders.extend(hits.iter().flat_map(|range| [range.start, range.end]));
    borders.sort_unstable();
    borders.dedup();
    let (mut runs, mut hits) = (runs.into_iter().peekable(), hits.into_iter().peekable());
    borders
        .windows(2)
        .map(|pair| {
            let (start, end) = (pair[0], pair[1]);
            while runs.next_if(|run| run.range.end <= start).is_some() {}
            while hits.next_if(|range| range.end <= start).is_some() {}
            let run = runs.peek();
            Piece {
                text: text[start..end].to_owned(),
                url: run.and_then(|run| run.url.clone()),
                hit: hits.peek().is_some_and(|range| range.start <= start),
                style: run.map(|run| run.style).unwrap_or_default(),
            }
        })
        .collect()
}

/// The words a person sees of a text, without what sets them off.
#[must_use]
pub fn seen(text: &str, markup: Option<Markup>) -> Cow<'_, str> {
    match markup {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(Rendered::of(text, markup).text),
    }
}

/// A text for where nothing can be followed: the address of a link stands in brackets behind its words.
#[must_use]
pub fn written(text: &str, markup: Option<Markup>) -> Cow<'_, str> {
    if markup.is_none() {
        return Cow::Borrowed(text);
    }
    let rendered = Rendered::of(text, markup);
    let mut written = String::with_capacity(rendered.text.len());
    for run in &rendered.runs {
        let words = &rendered.text[run.range.clone()];
        written.push_str(words);
        let hidden = run.url.as_deref().filter(|url| !says(words, url));
        written.extend(hidden.map(|url| format!(" ({url})")));
    }
    Cow::Owned(written)
}

/// True when the words of a link are its address.
#[must_use]
pub fn says(words: &str, url: &str) -> bool {
    let bare = |text: &str| {
        let text = ["https://", "http://", "mailto:"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .unwrap_or(text);
        text.trim_end_matches('/').to_owned()
    };
    bare(words) == bare(url)
}

/// A text without its markup, and what the markup said of it.
#[derive(Default)]
struct Rendered {
    text: String,
    /// Runs that cover the text from beginning to end.
    runs: Vec<Run>,
}

#[derive(Clone)]
struct Run {
    range: Range<usize>,
    style: Style,
    url: Option<String>,
}

impl Rendered {
    fn of(text: &str, markup: Option<Markup>) -> Self {
        match markup {
            Some(Markup::Slack) => slack::render(text),
            Some(Markup::Html) if text.len() <= html::LONGEST => html::render(text),
            Some(Markup::Html) | None => {
                let mut rendered = Self::default();
                rendered.push(text, Style::default(), None);
                rendered
            }
        }
    }

    /// Adds text at the end, to the last run if it is set alike.
    fn push(&mut self, text: &str, style: Style, url: Option<&str>) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        match self.runs.last_mut().filter(|run| run.style == style && run.url.as_deref() == url) {
            Some(run) => run.range.end = end,
            None => self.runs.push(Run { range: start..end, style, url: url.map(str::to_owned) }),
        }
    }

    /// The runs, cut where an address stands in the text itself. Code has none.
    fn linked(&self) -> Vec<Run> {
        let mut found = Vec::new();
        for run in &self.runs {
            let links = if run.url.is_some() || run.style.code {
                Vec::new()
            } else {
                links(&self.text[run.range.clone()])
            };
            let mut start = run.range.start;
            for (range, url) in links {
                let (from, to) = (run.range.start + range.start, run.range.start + range.end);
                found.push(Run { range: start..from, ..run.clone() });
                found.push(Run { range: from..to, style: run.style, url: Some(url) });
                start = to;
            }
            found.push(Run { range: start..run.range.end, ..run.clone() });
        }
        found
    }
}

fn links(text: &str) -> Vec<(Range<usize>, String)> {
    let links = LinkFinder::new().links(text).filter_map(|link| {
        let url = match link.kind() {
            LinkKind::Email => format!("mailto:{}", link.as_str()),
            _ if is_followed(link.as_str()) => link.as_str().to_owned(),
            _ => return None,
        };
        Some((link.start()..link.end(), url))
    });
    links.collect()
}

/// True for the addresses that a click may open.
fn is_followed(url: &str) -> bool {
    Address::of(url).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{pieces, seen, written};
    use crate::model::Markup;
    use crate::query::{Column, Query};

    /// Runs with their marks: `<words|url>`, `[hit]`, and `{b:words}` for what is set off.
    pub(super) fn shown(text: &str, markup: Option<Markup>, search: &str) -> String {
        let query = Query::parse(search);
        let runs = pieces(text, markup, Some((&query, Column::Message))).into_iter().map(|piece| {
            let style = piece.style;
            let marks = [(style.strong, 'b'), (style.emphasis, 'i'), (style.struck, 's'), (style.code, 'c')];
            let marks: String = marks.into_iter().filter(|(set, _)| *set).map(|(_, mark)| mark).collect();
            let words = if marks.is_empty() { piece.text } else { format!("{{{marks}:{}}}", piece.text) };
            match (piece.url, piece.hit) {
                (Some(url), hit) => format!("<{}{words}|{url}>", if hit { "!" } else { "" }),
                (None, true) => format!("[{words}]"),
                (None, false) => words,
            }
        });
        runs.collect()
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        assert_eq!(
            shown("see https://shop.example/a?b=1.", None, ""),
            "see <https://shop.example/a?b=1|https://shop.example/a?b=1>."
        );
        assert_eq!(shown("write to a@b.example", None, ""), "write to <a@b.example|mailto:a@b.example>");
        assert_eq!(
            shown("javascript:alert(1) file:///etc/passwd ftp://x.example", None, ""),
            "javascript:alert(1) file:///etc/passwd ftp://x.example"
        );
    }

    #[test]
    fn hits_are_marked_also_inside_a_link() {
        assert_eq!(shown("Čau shop, the Shop", None, "shop "), "Čau [shop], the [Shop]");
        assert_eq!(
            shown("https://shop.example/", None, "shop "),
            "<https://|https://shop.example/><!shop|https://shop.example/><.example/|https://shop.example/>"
        );
    }

    #[test]
    fn hits_are_found_in_what_is_seen() {
        let slack = Some(Markup::Slack);
        assert_eq!(
            shown("<https://a.example/shop|our *store*>", slack, "store "),
            "<our *|https://a.example/shop><!store|https://a.example/shop><*|https://a.example/shop>"
        );
        assert_eq!(shown("Marks &amp; Spencer", slack, "\"marks spencer\" "), "[Marks] & [Spencer]");
        assert_eq!(shown("a *bo*ld `word`", slack, "word "), "a *bo*ld [{c:word}]");
        assert_eq!(shown("&lt;", slack, "lt "), "<", "an escape is no word");
    }

    #[test]
    fn a_hidden_address_is_written_out() {
        let slack = |text| written(text, Some(Markup::Slack)).into_owned();
        assert_eq!(slack("see <https://a.example/b|here>!"), "see here (https://a.example/b)!");
        assert_eq!(slack("see <https://a.example/|a.example>"), "see a.example");
        assert_eq!(slack("<mailto:a@b.example|a@b.example> &amp; co"), "a@b.example & co");
        assert_eq!(written("<https://a.example|x>", None), "<https://a.example|x>");
    }

    proptest! {
        #[test]
        fn no_character_is_lost_or_added(text in any::<String>(), search in any::<String>()) {
            let joined: String = pieces(&text, None, Some((&Query::parse(&search), Column::Message))).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn any_markup_becomes_what_is_seen(text in "[a b\n*_~`<>|@#!:;&/\"='-]{0,60}|.{0,40}", search in any::<String>()) {
            for markup in [Markup::Slack, Markup::Html] {
                let query = Query::parse(&search);
                let joined: String = pieces(&text, Some(markup), Some((&query, Column::Message))).into_iter().map(|piece| piece.text).collect();
                prop_assert_eq!(&joined, &seen(&text, Some(markup)));
            }
        }
    }
}
