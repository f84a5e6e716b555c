//! Text as a person sees it: runs of plain text, links and hits of a search.
//!
//! Whatever a visitor wrote stays text; nothing here knows markup that a window could run.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::query::{Column, Query};

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Piece {
    /// The text as written.
    pub text: String,
    /// The address it leads to: `http`, `https` or `mailto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// True for a match of the search.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub hit: bool,
}

/// Cuts a text into runs: addresses become links, and what the search looks for in its column is marked.
#[must_use]
pub fn pieces(text: &str, search: Option<(&Query, Column)>) -> Vec<Piece> {
    let links = links(text);
    let hits = search.map(|(query, column)| query.hits(column, text)).unwrap_or_default();
    let mut borders: Vec<usize> = [0, text.len()].into_iter().collect();
    borders.extend(links.iter().flat_map(|(range, _)| [range.start, range.end]));
    borders.extend(hits.iter().flat_map(|range| [range.start, range.end]));
    borders.sort_unstable();
    borders.dedup();
    let (mut links, mut hits) = (links.into_iter().peekable(), hits.into_iter().peekable());
    borders
        .windows(2)
        .map(|pair| {
            let (start, end) = (pair[0], pair[1]);
            while links.next_if(|(range, _)| range.end <= start).is_some() {}
            while hits.next_if(|range| range.end <= start).is_some() {}
            let url = links.peek().filter(|(range, _)| range.start <= start).map(|(_, url)| url.clone());
            Piece {
                text: text[start..end].to_owned(),
                url,
                hit: hits.peek().is_some_and(|range| range.start <= start),
            }
        })
        .collect()
}

fn links(text: &str) -> Vec<(Range<usize>, String)> {
    let links = LinkFinder::new().links(text).filter_map(|link| {
        let url = match link.kind() {
            LinkKind::Email => format!("mailto:{}", link.as_str()),
            _ if link.as_str().starts_with("http://") || link.as_str().starts_with("https://") => {
                link.as_str().to_owned()
            }
            _ => return None,
        };
        Some((link.start()..link.end(), url))
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::pieces;
    use crate::query::{Column, Query};

    fn shown(text: &str, search: &str) -> String {
        let query = Query::parse(search);
        let runs = pieces(text, Some((&query, Column::Message))).into_iter().map(|piece| {
            match (piece.url, piece.hit) {
                (Some(url), hit) => format!("<{}{}|{url}>", if hit { "!" } else { "" }, piece.text),
                (None, true) => format!("[{}]", piece.text),
                (None, false) => piece.text,
            }
        });
        runs.collect()
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        assert_eq!(
            shown("see https://shop.example/a?b=1.", ""),
            "see <https://shop.example/a?b=1|https://shop.example/a?b=1>."
        );
        assert_eq!(shown("write to a@b.example", ""), "write to <a@b.example|mailto:a@b.example>");
        assert_eq!(
            shown("javascript:alert(1) file:///etc/passwd ftp://x.example", ""),
            "javascript:alert(1) file:///etc/passwd ftp://x.example"
        );
    }

    #[test]
    fn hits_are_marked_also_inside_a_link() {
        assert_eq!(shown("Čau shop, the Shop", "shop "), "Čau [shop], the [Shop]");
        assert_eq!(
            shown("https://shop.example/", "shop "),
            "<https://|https://shop.example/><!shop|https://shop.example/><.example/|https://shop.example/>"
        );
    }

    proptest! {
        #[test]
        fn no_character_is_lost_or_added(text in any::<String>(), search in any::<String>()) {
            let joined: String = pieces(&text, Some((&Query::parse(&search), Column::Message))).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
