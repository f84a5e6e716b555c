//! HTML as text: what a browser would show of it, with its line breaks, links and emphasis. Nothing is fetched or run.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states,
};

use super::{Rendered, Style, is_followed};

/// Longer HTML is shown as it was sent: the tokenizer compares every attribute of a tag with every other.
pub(super) const LONGEST: usize = 64 * 1024;

pub(super) fn render(html: &str) -> Rendered {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let _no_script = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().rendered
}

#[derive(Default)]
struct Page(RefCell<Writer>);

/// What was written so far and what is open.
#[derive(Default)]
struct Writer {
    rendered: Rendered,
    /// How deep each way of setting text off is nested.
    strong: usize,
    emphasis: usize,
    struck: usize,
    code: usize,
    /// How deep text is nested that keeps its spaces, and text that nobody sees.
    kept: usize,
    hidden: usize,
    url: Option<String>,
    /// What must stand before the next word: a space, or this many line breaks.
    space: bool,
    breaks: usize,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.text(&text),
            Token::TagToken(tag) => return writer.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.kept > 0 {
            return self.write(text);
        }
        for (number, word) in text.split([' ', '\t', '\n', '\r', '\u{c}']).enumerate() {
            self.space |= number > 0;
            if !word.is_empty() {
                self.write(word);
            }
        }
    }

    fn write(&mut self, text: &str) {
        let begun = !self.rendered.text.is_empty();
        let gap = match (begun, self.breaks) {
            (false, _) => String::new(),
            (true, 0) => if self.space { " " } else { "" }.to_owned(),
            (true, breaks) => "\n".repeat(breaks),
        };
        let style = Style {
            strong: self.strong > 0,
            emphasis: self.emphasis > 0,
            struck: self.struck > 0,
            code: self.code > 0,
        };
        let url = self.url.clone();
        // A gap belongs to what is on both sides of it, or to neither.
        let inside = self.rendered.runs.last().is_some_and(|run| run.style == style && run.url == url);
        self.rendered.push(
            &gap,
            if inside { style } else { Style::default() },
            url.as_deref().filter(|_| inside),
        );
        self.rendered.push(text, style, url.as_deref());
        (self.space, self.breaks) = (false, 0);
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let opens = tag.kind == TagKind::StartTag;
        let nest = |depth: &mut usize| *depth = if opens { *depth + 1 } else { depth.saturating_sub(1) };
        match &*tag.name {
            "b" | "strong" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => nest(&mut self.strong),
            "i" | "em" | "cite" => nest(&mut self.emphasis),
            "s" | "del" | "strike" => nest(&mut self.struck),
            "code" | "tt" | "kbd" => nest(&mut self.code),
            "pre" => nest(&mut self.kept),
            "script" | "style" | "title" => nest(&mut self.hidden),
            "a" if opens => self.url = attribute(tag, "href").filter(|url| is_followed(url)),
            "a" => self.url = None,
            "br" => self.breaks += 1,
            "img" => self.text(&attribute(tag, "alt").unwrap_or_default()),
            _ => {}
        }
        match &*tag.name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "table" | "ul" | "ol" => {
                self.breaks = self.breaks.max(2);
            }
            "div" | "section" | "article" | "header" | "footer" | "tr" | "li" | "dt" | "dd" | "hr" => {
                self.breaks = self.breaks.max(1);
            }
            "td" | "th" => self.space = true,
            _ => {}
        }
        if opens && &*tag.name == "li" {
            self.write("•");
            self.space = true;
        }
        match &*tag.name {
            "script" if opens => TokenSinkResult::RawData(states::ScriptData),
            "style" if opens => TokenSinkResult::RawData(states::Rawtext),
            "title" if opens => TokenSinkResult::RawData(states::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::LONGEST;
    use crate::model::Markup;

    fn check(html: &str, expected: &str) {
        assert_eq!(shown(html, Some(Markup::Html), ""), expected, "{html:?}");
    }

    #[test]
    fn html_is_what_a_browser_would_show() {
        check(
            "<p>Hello <b>you</b>,<br>see <a href=\"https://a.example/?a=1&amp;b=2\">this page</a></p>",
            "Hello {b:you},\nsee <this page|https://a.example/?a=1&b=2>",
        );
        check("<div>  one\n two</div><div>three</div><p>four", "one two\nthree\n\nfour");
        check("<ul><li>a<li>b</ul>&lt;c&gt; &amp;amp; &nbsp;d", "• a\n• b\n\n<c> &amp; \u{a0}d");
        check("<pre>a  b\n c</pre> <i>x</i> <del>y</del> <code>z</code>", "a  b\n c\n\n{i:x} {s:y} {c:z}");
        check("plain text", "plain text");
    }

    #[test]
    fn nothing_of_it_can_act() {
        check(
            "<script>alert('<b>')</script><style>b{}</style><title>t</title>x<img src=x onerror=alert(1) alt=\"a cat\">",
            "xa cat",
        );
        check(
            "<a href=\"javascript:alert(1)\">click</a> <a href=' https://a.example '>ok</a>",
            "click <ok|https://a.example>",
        );
        check("</b></a></p>a<b", "a");
    }

    #[test]
    fn very_long_html_is_shown_as_it_was_sent() {
        let long = format!("<p>{}", "x".repeat(LONGEST));
        check(&long, &long);
    }
}
