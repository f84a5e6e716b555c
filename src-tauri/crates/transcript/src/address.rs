//! Addresses that a stranger wrote: which of them a click may follow, and where they lead in truth.
//!
//! An address can look like a bank's and lead elsewhere: `https://bank.example@evil.example`, or with a letter of another
//! script in its host. What is followed shows its host, and says so in words where the address alone misleads.

use url::Url;

/// An address that a click may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// As programs that open addresses write it.
    pub url: Url,
    /// The host it leads to, with a port that is unusual; absent for a letter. In Punycode where its own letters could
    /// be taken for others.
    pub host: Option<String>,
    /// True when the address looks as if it led somewhere else.
    pub misleads: bool,
}

impl Address {
    /// The address in this text, if a click may follow it: `http`, `https` or `mailto`, whole, and without space or
    /// anything that turns text around. Anything else is text.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        if text.contains(|c: char| c.is_whitespace() || turns(c)) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        if scheme.eq_ignore_ascii_case("mailto") {
            return Some(Self { url: Url::parse(text).ok()?, host: None, misleads: false });
        }
        let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        let rest = rest.strip_prefix("//").filter(|_| web)?;
        let authority = rest.split(['/', '\\', '?', '#']).next().filter(|authority| !authority.is_empty())?;
        let url = Url::parse(text).ok()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let ascii = format!("{}{port}", url.host_str()?);
        let (user, written) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let written = written.to_lowercase();
        let bare = written.strip_suffix(":80").or_else(|| written.strip_suffix(":443")).unwrap_or(&written);
        let plain = bare == ascii || written == ascii;
        // Of ASCII a browser changes only numbers that it takes for an address of the network.
        let honest = plain || !bare.is_ascii() && is_honest(bare);
        let host = if honest && !plain { bare.to_owned() } else { ascii };
        let misleads = user.is_some() || !honest || rest[authority.len()..].starts_with('\\');
        Some(Self { url, host: Some(host), misleads })
    }

    /// The host, where these words lead a reader to expect another or the address misleads by itself.
    #[must_use]
    pub fn behind(&self, words: &str) -> Option<&str> {
        let host = self.host.as_deref()?;
        let other = named_host(words).is_some_and(|named| named != host);
        (self.misleads || other).then_some(host)
    }
}

/// The host that these words seem to lead to, if they look like an address.
fn named_host(words: &str) -> Option<String> {
    let words = words.trim();
    if let Some(address) = Address::of(words) {
        return address.host;
    }
    let host = words.split(['/', '?', '#']).next()?;
    let dotted = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    let letters = host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':'));
    let name = host.rsplit('.').next()?.chars().all(char::is_alphabetic);
    (dotted && letters && name).then(|| Address::of(&format!("http://{host}"))?.host)?
}

/// Control characters and the marks that open or close a direction of text.
fn turns(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// True for a host whose letters can be taken for no others: Latin with its usual accents, or of one other script down
/// to its last part.
fn is_honest(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let foreign_end = name.rsplit('.').next().is_some_and(|end| !end.is_ascii());
    name.split('.').all(|label| {
        let mut letters = label.chars().filter(|c| !(c.is_ascii_digit() || *c == '-'));
        is_latin(label)
            || foreign_end
                && letters
                    .clone()
                    .next()
                    .and_then(script)
                    .is_some_and(|own| letters.all(|c| script(c) == Some(own)))
    })
}

/// ASCII and the accented letters of Europe, without those that look like others.
fn is_latin(label: &str) -> bool {
    let alike = ['\u{131}', '\u{138}', '\u{149}', '\u{17f}', '×', '÷'];
    label.chars().all(|c| {
        c.is_ascii_alphanumeric() || c == '-' || ('à'..='\u{17e}').contains(&c) && !alike.contains(&c)
    })
}

/// The scripts of hosts that are registered, by number.
fn script(c: char) -> Option<usize> {
    let scripts: [&[std::ops::RangeInclusive<char>]; 10] = [
        &['\u{370}'..='\u{3ff}'],                                                     // Greek
        &['\u{400}'..='\u{52f}'],                                                     // Cyrillic
        &['\u{531}'..='\u{58f}'],                                                     // Armenian
        &['\u{5d0}'..='\u{5ea}'],                                                     // Hebrew
        &['\u{620}'..='\u{6d3}'],                                                     // Arabic
        &['\u{900}'..='\u{97f}'],                                                     // Devanagari
        &['\u{e01}'..='\u{e4e}'],                                                     // Thai
        &['\u{10d0}'..='\u{10ff}'],                                                   // Georgian
        &['\u{ac00}'..='\u{d7a3}'],                                                   // Korean
        &['\u{3041}'..='\u{30ff}', '\u{4e00}'..='\u{9fff}', '\u{3005}'..='\u{3007}'], // Japanese and Chinese
    ];
    scripts.iter().position(|ranges| ranges.iter().any(|range| range.contains(&c)))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Address;

    #[derive(Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        text: String,
        link: bool,
        shows: Option<String>,
        #[serde(default)]
        warns: bool,
    }

    #[test]
    fn an_address_shows_where_it_leads() {
        let file = include_str!("../../../../tests/hostile/vectors/urls.json");
        let Vectors { vectors } = serde_json::from_str(file).unwrap();
        for Vector { name, text, link, shows, warns } in vectors {
            let text = text.replace("{run}", "run()").replace("{host}", "127.0.0.1:9");
            let address = Address::of(&text);
            assert_eq!(address.is_some(), link, "{name}: {text:?}");
            let Some(address) = address else { continue };
            assert_eq!(address.host, shows, "{name}: {text:?}");
            assert_eq!(address.misleads, warns, "{name}: {text:?}");
        }
    }

    #[test]
    fn words_that_name_another_host_are_found_out() {
        let check = |address: &str, words: &str, behind: Option<&str>| {
            assert_eq!(Address::of(address).unwrap().behind(words), behind, "{words} leads to {address}");
        };
        check("https://evil.example/x", "https://bank.example/", Some("evil.example"));
        check("https://evil.example/x", "bank.example/login", Some("evil.example"));
        check("https://shop.example/x", "SHOP.example/lamps", None);
        check("https://shop.example/x", "our lamps", None);
        check("https://shop.example/x", "lamps.", None);
        check("https://shop.example/x", "2.5", None);
        check("https://bank.example@evil.example/", "the bank", Some("evil.example"));
        check("mailto:a@b.example", "b.example", None);
    }
}
