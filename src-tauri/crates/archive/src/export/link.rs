//! Which addresses of a payload an export makes into links.

use afterchat_transcript::address::Address;

/// The address, if following it can do no more than open a page or a letter. Anything else is shown as text.
pub(super) fn safe(address: &str) -> Option<&str> {
    Address::of(address).map(|_| address)
}

/// The host that a link leads to, where its words or its address look as if it led somewhere else.
pub(super) fn behind(address: &str, words: &str) -> Option<String> {
    Address::of(address)?.behind(words).map(str::to_owned)
}

/// The link that writes to this e-mail address, if it looks like one.
pub(super) fn mail(address: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    let (user, host) = address.split_once('@')?;
    let whole = !user.is_empty() && host.contains('.') && !host.contains('@') && address.chars().all(plain);
    whole.then(|| format!("mailto:{address}"))
}

#[cfg(test)]
mod tests {
    use super::{behind, mail, safe};

    #[test]
    fn only_web_and_mail_addresses_become_links() {
        for address in ["https://shop.example/a?b#c", "HTTP://shop.example", "mailto:a@b.example"] {
            assert_eq!(safe(address), Some(address), "{address} is harmless");
        }
        let hostile = [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http:evil",
            "https://a.example/\u{202e}x",
            "//evil.example",
            "/path",
            "",
        ];
        for address in hostile {
            assert_eq!(safe(address), None, "{address:?} must stay text");
        }
        assert_eq!(behind("https://bank.example@evil.example/", "the bank").as_deref(), Some("evil.example"));
        assert_eq!(behind("https://shop.example/a", "https://shop.example/a"), None);
        assert_eq!(mail("dusan@domain.com").as_deref(), Some("mailto:dusan@domain.com"));
        assert_eq!(mail("a@b.example?bcc=all@c.example"), None, "an address must not add recipients");
        assert_eq!(mail("[email protected]"), None);
    }
}
