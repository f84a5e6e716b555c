//! Which links may be opened. A stranger wrote them, so few kinds are.

use afterchat_transcript::address::Address;
use url::Url;

use crate::Failure;

/// The link, if it is one that a browser or mail program opens: `http`, `https` or `mailto`.
///
/// # Errors
/// For anything else: scripts, local files, and schemes that start programs.
pub fn openable(link: &str) -> Result<Url, Failure> {
    Address::of(link.trim()).map(|address| address.url).ok_or_else(|| {
        Failure::new("link_refused", "Only web and mail addresses are opened. You can copy the text instead.")
    })
}

#[cfg(test)]
mod tests {
    use super::openable;

    #[test]
    fn only_web_and_mail_addresses_are_opened() {
        for link in
            ["https://shop.example/a?b", "http://shop.example", "mailto:a@b.example", " HTTPS://shop.example"]
        {
            assert!(openable(link).is_ok(), "{link} is harmless");
        }
        let hostile = [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "smb://host/share",
            "vbscript:x",
            "\u{1}javascript:alert(1)",
            "shop.example",
            "",
            "tel:+1",
            "https://shop.example/\u{202e}gpj.exe",
        ];
        for link in hostile {
            assert!(openable(link).is_err(), "{link:?} must not leave the program");
        }
    }
}
