//! HTML exports, read by a parser: there is no tag but ours, whatever a stranger wrote.

use std::cell::RefCell;

use afterchat_archive::export::Format;
use afterchat_transcript::Transcript;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::corpus::{Vector, steers, written};

const TAGS: [&str; 35] = [
    "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "p", "span", "time", "q",
    "section", "article", "div", "bdi", "a", "code", "s", "em", "strong", "table", "tr", "th", "td", "ol",
    "ul", "li", "details", "summary", "footer", "b", "br",
];
const ATTRIBUTES: [&str; 15] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "dir",
    "class",
    "aria-hidden",
    "aria-label",
    "datetime",
    "title",
    "href",
    "rel",
    "scope",
    "colspan",
];

/// What a parser found in a page.
#[derive(Default)]
struct Found(RefCell<Page>);

#[derive(Default)]
struct Page {
    tags: Vec<Tag>,
    text: String,
    /// Comments and NUL.
    odd: Vec<String>,
}

impl TokenSink for Found {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => page.tags.push(tag),
            Token::CharacterTokens(text) => page.text.push_str(&text),
            Token::CommentToken(text) => page.odd.push(format!("a comment: {text}")),
            Token::NullCharacterToken => page.odd.push("NUL".to_owned()),
            // Of these only code points that are no letters are left.
            Token::ParseError(_) | Token::DoctypeToken(_) | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn parsed(page: &str) -> Page {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(page));
    let tokenizer = Tokenizer::new(Found::default(), TokenizerOpts::default());
    let _no_script = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Tags, attributes and links that are none of ours, and texts that cannot be read as they were written.
pub(crate) fn wrong(vector: &Vector, transcript: &Transcript) -> Vec<String> {
    let page = parsed(&written(transcript, Format::Html));
    let mut wrong = page.odd;
    for tag in &page.tags {
        if !TAGS.contains(&&*tag.name) {
            wrong.push(format!("<{}>", tag.name));
        }
        for attribute in &tag.attrs {
            let (name, value) = (&*attribute.name.local, &*attribute.value);
            let address = value.to_ascii_lowercase();
            let followed =
                ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
            if !ATTRIBUTES.contains(&name) || value.contains(steers) || name == "href" && !followed {
                wrong.push(format!("<{} {name}={value:?}>", tag.name));
            }
        }
    }
    wrong.extend(page.text.find(steers).map(|at| format!("the page steers at {at}")));
    if let Some(text) = vector.text().filter(|text| !text.contains(|c: char| steers(c) || c == '\r')) {
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        if !squeeze(&page.text).contains(&squeeze(&text)) {
            wrong.push("it cannot be read letter by letter".to_owned());
        }
    }
    wrong
}

#[test]
fn what_is_none_of_ours_is_found_out() {
    let page = parsed("<p><!-- x --><img src=x onerror=y>");
    assert_eq!((page.odd.len(), page.tags.len()), (1, 2));
    assert!(!TAGS.contains(&"img") && !ATTRIBUTES.contains(&"onerror") && !ATTRIBUTES.contains(&"style"));
}
