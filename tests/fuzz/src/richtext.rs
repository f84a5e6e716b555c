//! Text as it is seen: markup adds nothing to it and takes nothing from it, and no link leads where none may.

use afterchat_transcript::model::Markup;
use afterchat_transcript::query::{Column, Query};
use afterchat_transcript::richtext::{pieces, seen, written};

use crate::parts;

/// The first line is a search.
pub(crate) fn check(input: &[u8]) {
    let (search, text) = parts::line(input);
    let (search, text) = (String::from_utf8_lossy(search), String::from_utf8_lossy(text));
    let query = Query::parse(&search);
    for markup in [None, Some(Markup::Slack), Some(Markup::Html)] {
        let found = pieces(&text, markup, Some((&query, Column::Message)));
        let joined: String = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(joined, seen(&text, markup), "what is shown is what is seen, as {markup:?}");
        for piece in &found {
            assert!(!piece.text.is_empty(), "a run has letters");
            let Some(url) = &piece.url else { continue };
            let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
            assert!(matches!(&*scheme, "http" | "https" | "mailto"), "{url} must not be a link");
        }
        let _ = written(&text, markup);
    }
    assert_eq!(seen(&text, None), text, "text without markup stays as it is");
}
