//! Slack's markup, as its messages carry it: `<https://a.example|words>`, `<@U1|name>`, `*strong*`, `:smile:`, `&amp;`.
//!
//! Documented at <https://docs.slack.dev/messaging/formatting-message-text>. Only `&`, `<` and `>` are escaped, so a
//! piece in angle brackets that is none of the documented forms is what somebody wrote. Time is linear in the length.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;

use super::{Rendered, Style, emoji, is_followed, links};

/// What a text is made of.
enum Atom<'a> {
    Text(Cow<'a, str>),
    Link {
        words: String,
        url: String,
    },
    Code(String),
    /// `*`, `_` or `~`, which mean something only in pairs.
    Mark(u8),
}

const MARKS: [u8; 3] = *b"*_~";

pub(super) fn render(text: &str) -> Rendered {
    let mut reader = Reader {
        text,
        at: 0,
        atoms: Vec::new(),
        addresses: addresses(text).into_iter().peekable(),
        open: [None; 3],
        pairs: Vec::new(),
        marks: 0,
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.rendered()
}

/// The addresses that stand in the text itself, in which no character is a mark. A mark on both sides of one is a pair.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let unmarked = |range: Range<usize>| {
        let before = text[..range.start].bytes().next_back().filter(|b| MARKS.contains(b));
        let marked = before.is_some_and(|mark| text.as_bytes()[range.end - 1] == mark);
        range.start..range.end - usize::from(marked)
    };
    links(text).into_iter().map(|(range, _)| unmarked(range)).collect()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    atoms: Vec<Atom<'a>>,
    /// Where addresses stand in the text itself.
    addresses: Peekable<std::vec::IntoIter<Range<usize>>>,
    /// The atom of each mark that is open on this line, and how many atoms in front of it say something.
    open: [Option<(usize, usize)>; 3],
    /// Atoms that are one of a pair.
    pairs: Vec<usize>,
    /// How many marks there are: the other atoms say something.
    marks: usize,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        while self.addresses.next_if(|address| address.start < self.at).is_some() {}
        let rest = &self.text[self.at..];
        let next = self.addresses.peek().map_or(rest.len(), |address| address.start - self.at);
        if let Some(address) = self.addresses.next_if(|address| address.start == self.at) {
            return self.text(address.len(), unescaped(&self.text[address]));
        }
        let plain = rest.find(['<', '&', '`', ':', '*', '_', '~', '\n']).unwrap_or(rest.len()).min(next);
        if plain > 0 {
            return self.text(plain, &rest[..plain]);
        }
        let done = match rest.as_bytes()[0] {
            b'<' => self.token(rest),
            b'&' => self.escape(rest),
            b'`' => self.code(rest),
            b':' => self.emoji(rest),
            b'\n' => {
                self.open = [None; 3];
                false
            }
            mark => return self.mark(mark, rest),
        };
        if !done {
            self.text(1, &rest[..1]);
        }
    }

    /// Adds text for this many bytes of the source.
    fn text(&mut self, bytes: usize, text: impl Into<Cow<'a, str>>) {
        self.at += bytes;
        self.atoms.push(Atom::Text(text.into()));
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn escape(&mut self, rest: &str) -> bool {
        let Some((bytes, text)) = escaped(rest) else { return false };
        self.text(bytes, text);
        true
    }

    fn emoji(&mut self, rest: &str) -> bool {
        let Some((bytes, emoji)) = emoji::at(rest, self.before()) else { return false };
        self.text(bytes, emoji);
        true
    }

    /// Three backticks hold a block, one holds words of a line. Nothing inside of them is markup.
    fn code(&mut self, rest: &str) -> bool {
        if let Some(end) = rest.strip_prefix("```").and_then(|block| block.find("```")).filter(|end| *end > 0)
        {
            let code = rest[3..3 + end].trim_matches('\n');
            let after = &rest[3 + end + 3..];
            let line = |missing: bool| Atom::Text(Cow::Borrowed(if missing { "\n" } else { "" }));
            self.atoms.push(line(self.before().is_some_and(|c| c != '\n')));
            self.atoms.push(Atom::Code(unescaped(code)));
            self.atoms.push(line(!after.is_empty() && !after.starts_with('\n')));
            self.open = [None; 3];
            self.at += end + 6;
            return true;
        }
        if self.before().is_some_and(|c| c.is_alphanumeric() || c == '`') {
            return false;
        }
        let end = rest[1..].find(['`', '\n']).filter(|end| *end > 0 && rest[1 + end..].starts_with('`'));
        let Some(end) = end else { return false };
        self.atoms.push(Atom::Code(unescaped(&rest[1..=end])));
        self.at += end + 2;
        true
    }

    /// Something in angle brackets.
    fn token(&mut self, rest: &str) -> bool {
        let Some(end) = rest[1..].find(['<', '>', '\n']).map(|end| end + 1) else { return false };
        let inner = &rest[1..end];
        let Some(atom) = Some(inner).filter(|_| rest[end..].starts_with('>')).and_then(token) else {
            return false;
        };
        self.atoms.push(atom);
        self.at += end + 1;
        true
    }

    /// A mark opens before a word and closes behind one, on the same line.
    fn mark(&mut self, mark: u8, rest: &str) {
        let place = MARKS.iter().position(|known| *known == mark).unwrap_or_default();
        let (before, after) = (self.before(), rest[1..].chars().next());
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != char::from(mark));
        let word = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != char::from(mark));
        let said = self.atoms.len() - self.marks;
        match self.open[place] {
            // Marks around nothing but marks are what somebody drew.
            Some((opening, said_before)) if said > said_before && word(before) && apart(after) => {
                self.pairs.extend([opening, self.atoms.len()]);
                self.open[place] = None;
            }
            None if apart(before) && word(after) => self.open[place] = Some((self.atoms.len(), said)),
            _ => {}
        }
        self.marks += 1;
        self.atoms.push(Atom::Mark(mark));
        self.at += 1;
    }

    fn rendered(self) -> Rendered {
        let mut paired = vec![false; self.atoms.len()];
        self.pairs.iter().for_each(|index| paired[*index] = true);
        let mut rendered = Rendered::default();
        let mut style = Style::default();
        for (atom, paired) in self.atoms.iter().zip(paired) {
            match atom {
                Atom::Text(text) => rendered.push(text, style, None),
                Atom::Link { words, url } => rendered.push(words, style, Some(url)),
                Atom::Code(code) => rendered.push(code, Style { code: true, ..style }, None),
                Atom::Mark(b'*') if paired => style.strong = !style.strong,
                Atom::Mark(b'_') if paired => style.emphasis = !style.emphasis,
                Atom::Mark(_) if paired => style.struck = !style.struck,
                Atom::Mark(mark) => rendered.push(&char::from(*mark).to_string(), style, None),
            }
        }
        rendered
    }
}

/// The escape that a text begins with, and its length.
fn escaped(text: &str) -> Option<(usize, &'static str)> {
    [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")]
        .into_iter()
        .find_map(|(escape, plain)| text.starts_with(escape).then_some((escape.len(), plain)))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (length, character) = escaped(&rest[at..]).unwrap_or((1, "&"));
        plain.push_str(character);
        rest = &rest[at + length..];
    }
    plain + rest
}

/// A link, somebody's or a channel's name, or a word that calls everybody. `None` for anything else.
fn token<'a>(inner: &str) -> Option<Atom<'a>> {
    let (target, words) = inner.split_once('|').unwrap_or((inner, ""));
    let words = Some(unescaped(words)).filter(|words| !words.is_empty());
    let name = |sign: &str, id: &str| {
        let id = Some(id).filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
        let name = words.clone().unwrap_or_else(|| id.to_owned());
        Some(if name.starts_with(sign) { name } else { format!("{sign}{name}") })
    };
    let text = match (target.get(..1)?, target.get(1..)?) {
        ("@", id) => name("@", id)?,
        ("#", id) => name("#", id)?,
        ("!", call) => match call.split_once('^') {
            None => name("@", call)?,
            Some(("subteam", id)) => name("@", id)?,
            Some(_) => words?,
        },
        _ => return link(target, words),
    };
    Some(Atom::Text(Cow::Owned(text)))
}

fn link<'a>(target: &str, words: Option<String>) -> Option<Atom<'a>> {
    let (scheme, rest) = target.split_once(':')?;
    let letter = scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    let plain = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !letter || !plain || rest.is_empty() || target.contains(char::is_whitespace) {
        return None;
    }
    let url = unescaped(target);
    if is_followed(&url) {
        let words = words.unwrap_or_else(|| url.strip_prefix("mailto:").unwrap_or(&url).to_owned());
        return Some(Atom::Link { words, url });
    }
    // What must not be followed is shown, so that nobody is led to believe the words alone.
    Some(Atom::Text(Cow::Owned(match words {
        Some(words) if words != url => format!("{words} ({url})"),
        _ => url,
    })))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use crate::model::Markup;

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text, Some(Markup::Slack), ""), expected, "{text:?}");
    }

    #[test]
    fn links_and_names_are_what_they_lead_to() {
        check(
            "see <https://a.example/b?c=1&amp;d=2|the *page*>.",
            "see <the *page*|https://a.example/b?c=1&d=2>.",
        );
        check("<https://a.example/>", "<https://a.example/|https://a.example/>");
        check("<mailto:a@b.example|a@b.example>", "<a@b.example|mailto:a@b.example>");
        check("<mailto:a@b.example>", "<a@b.example|mailto:a@b.example>");
        check("<@U123|ann>, <@U123> in <#C123|sales> and <#C123>", "@ann, @U123 in #sales and #C123");
        check("<!here> <!channel|channel> <!subteam^S1|@team> <!subteam^S1>", "@here @channel @team @S1");
        check("*https://a.example* x", "<{b:https://a.example}|https://a.example> x");
        check("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014");
        check(
            "https://a.example/_x_ a@b.example",
            "<https://a.example/_x_|https://a.example/_x_> <a@b.example|mailto:a@b.example>",
        );
    }

    #[test]
    fn what_must_not_be_followed_is_shown() {
        check("<javascript:alert(1)|click>", "click (javascript:alert(1))");
        check("<tel:+420123456>", "tel:+420123456");
        check(
            "<img src=x onerror=alert(1)> <b> < a <https://x y> <>",
            "<img src=x onerror=alert(1)> <b> < a <<https://x|https://x> y> <>",
        );
        check("<@U1 x> <#> <@|a> <!date^1>", "<@U1 x> <#> <@|a> <!date^1>");
    }

    #[test]
    fn escapes_are_undone_once() {
        check("a &amp;&amp; b &lt;i&gt; &amp;lt; &nbsp; & x", "a && b <i> &lt; &nbsp; & x");
    }

    #[test]
    fn words_are_set_off_where_slack_sets_them_off() {
        check("*bold* _italic_ ~gone~ *_both_*!", "{b:bold} {i:italic} {s:gone} {bi:both}!");
        check(
            "snake_case_word 2*3*4 * a * a~b~c **x** _ _ _*~_*~",
            "snake_case_word 2*3*4 * a * a~b~c **x** _ _ _*~_*~",
        );
        check("*not\nover lines*", "*not\nover lines*");
        check("(*a*, _b_) *a *b*", "({b:a}, {i:b}) {b:a *b}");
    }

    #[test]
    fn nothing_inside_code_is_markup() {
        check("`*x* :smile: &lt;b&gt;` it`s `y`", "{c:*x* :smile: <b>} it`s {c:y}");
        check("`<@U1|ann>` `` ` x", "{c:<@U1|ann>} `` ` x");
        check("see ```\na *b*\n  c\n``` and ```d```", "see \n{c:a *b*\n  c}\n and \n{c:d}");
        check("*a `b* c` d*", "{b:a }{bc:b* c}{b: d}");
    }

    #[test]
    fn emoji_stand_for_their_names() {
        check(":smile: hi:wave::skin-tone-2: at 10:30:45 :nope:", "😄 hi👋🏻 at 10:30:45 :nope:");
    }

    #[test]
    fn a_long_text_of_openings_keeps_every_word() {
        for text in ["<", "*a ", "`a", "```a", ":aa", "&", "<https://", "_*~"] {
            let long = text.repeat(20_000);
            let letters = |text: &str| text.matches('a').count();
            assert_eq!(letters(&shown(&long, Some(Markup::Slack), "")), letters(&long), "{text:?}");
        }
    }
}
