//! Which links may be opened. A stranger wrote them, so few kinds are.

use afterchat_transcript::address::Address;
use url::Url;

use crate::Failure;

/// The link, if it is one that a browser or mail program opens: `http`, `https` or `mailto`. Of a letter the address, its
/// subject and its words are taken (RFC 6068 calls only these safe): some programs would send a file along, or to somebody
/// whom nobody sees.
///
/// # Errors
/// For anything else: scripts, local files, and schemes that start programs.
pub fn openable(link: &str) -> Result<Url, Failure> {
    let address = Address::of(link.trim()).ok_or_else(|| {
        Failure::new("link_refused", "Only web and mail addresses are opened. You can copy the text instead.")
    })?;
    let mut url = address.url;
    if url.scheme() == "mailto" {
        let parts = url.query().unwrap_or_default().split('&');
        let safe = parts.filter(|part| {
            let name = part.split('=').next().unwrap_or_default();
            ["subject", "body"].iter().any(|safe| name.eq_ignore_ascii_case(safe))
        });
        let safe = safe.collect::<Vec<_>>().join("&");
        url.set_query((!safe.is_empty()).then_some(&*safe));
    }
    Ok(url)
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
        for (letter, opened) in [
            (
                "mailto:a@b.example?subject=A%26B&bcc=c@d.example&BODY=x",
                "mailto:a@b.example?subject=A%26B&BODY=x",
            ),
            ("mailto:a@b.example?attach=/etc/passwd&%61ttachment=x", "mailto:a@b.example"),
            ("mailto:a@b.example?", "mailto:a@b.example"),
        ] {
            assert_eq!(openable(letter).map(String::from), Ok(opened.to_owned()));
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
