//! How a search falls into pieces, whatever its language is about: `word`, `"a phrase"`, `-unwanted`, `name:value`.

/// One piece of a search: `-name:"value"`.
pub(super) struct Token<'a> {
    pub(super) negated: bool,
    pub(super) name: Option<&'a str>,
    pub(super) value: &'a str,
    /// True when the search ends here without a space or a closing quote: more may be typed.
    pub(super) unfinished: bool,
}

/// Takes the next piece off the front; `None` at the end. `is_name` tells which words before a colon are names: an
/// address such as `https://…` has none.
pub(super) fn next_token<'a>(rest: &mut &'a str, is_name: fn(&str) -> bool) -> Option<Token<'a>> {
    let mut text = rest.trim_start();
    if text.is_empty() {
        return None;
    }
    let negated = text.len() > 1 && text.starts_with('-');
    text = if negated { &text[1..] } else { text };
    let name = text.split_once(':').map(|(name, _)| name).filter(|name| is_name(name));
    if let Some(name) = name {
        text = &text[name.len() + 1..];
    }
    let (value, after, unfinished) = if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find('"');
        (&quoted[..end.unwrap_or(quoted.len())], end.map_or("", |end| &quoted[end + 1..]), end.is_none())
    } else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        (&text[..end], &text[end..], end == text.len())
    };
    *rest = after;
    Some(Token { negated, name, value, unfinished })
}
