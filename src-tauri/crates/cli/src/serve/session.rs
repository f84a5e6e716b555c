//! Who may use the browser host: the browser that opened the one-time link, and nobody else.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, Uri, header};
use data_encoding::BASE32_NOPAD;
use subtle::ConstantTimeEq;

/// Random bytes in a secret: 160 bits.
const SECRET_BYTES: usize = 20;

/// The link's secret until it is used, and the session it opens.
#[derive(Clone)]
pub(super) struct Sessions {
    port: u16,
    one_time: Arc<Mutex<Option<String>>>,
    link: Arc<str>,
    session: Arc<str>,
}

impl Sessions {
    pub(super) fn new(port: u16) -> anyhow::Result<Self> {
        let link = secret()?;
        Ok(Self {
            port,
            one_time: Arc::new(Mutex::new(Some(link.clone()))),
            link: link.into(),
            session: secret()?.into(),
        })
    }

    /// The secret of the link, for whoever started the program.
    pub(super) fn one_time_secret(&self) -> &str {
        &self.link
    }

    /// The cookie that the link's first use is answered with; `None` for every later use and every other secret.
    pub(super) fn open(&self, secret: &str) -> Option<String> {
        let mut one_time = self.one_time.lock().unwrap_or_else(PoisonError::into_inner);
        let fits: bool = one_time.as_ref()?.as_bytes().ct_eq(secret.as_bytes()).into();
        if !fits {
            return None;
        }
        *one_time = None;
        Some(format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie(), self.session))
    }

    /// True when a request comes from the session's own page: a browser sends its cookie, and no `Origin` or
    /// `Sec-Fetch-Site` of another site. Which name it asked by has been looked at before.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        self.is_from_here(headers) && self.has_cookie(headers)
    }

    /// True when the request names this machine and nothing else, so that a name an attacker owns cannot be pointed here.
    /// A target may hold a name as well, which counts for more than `Host` does, so both must be ours.
    pub(super) fn is_named(&self, target: &Uri, headers: &HeaderMap) -> bool {
        let hosts = self.hosts();
        let known = |name: &str| hosts.iter().any(|host| host == name);
        let target = target.authority().is_none_or(|name| known(name.as_str()));
        target && only(headers, header::HOST).is_some_and(known)
    }

    /// True when no other site's page made a browser ask.
    pub(super) fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let hosts = self.hosts();
        let origin = only(headers, header::ORIGIN)
            .is_none_or(|origin| hosts.iter().any(|host| origin == format!("http://{host}")));
        let site = only(headers, header::HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| site == "same-origin" || site == "none");
        origin && site
    }

    /// The names under which this program is asked.
    fn hosts(&self) -> [String; 2] {
        [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)]
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut values =
            cookies.flat_map(|line| line.split("; ")).filter_map(|cookie| cookie.split_once('='));
        values.any(|(name, value)| {
            name == self.cookie() && value.as_bytes().ct_eq(self.session.as_bytes()).into()
        })
    }

    /// Cookies are shared by all ports of a machine, so the name holds the port.
    fn cookie(&self) -> String {
        format!("afterchat-{}", self.port)
    }
}

/// The value of a header, where it has one line. Of two lines it is not known which another reader would believe.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?;
    Some(first.to_str().ok().filter(|_| lines.next().is_none()).unwrap_or("?"))
}

fn secret() -> anyhow::Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("The system gave no randomness: {error}"))?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::Sessions;

    fn headers(lines: &[(&'static str, String)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_page_of_the_session_is_admitted() {
        let sessions = Sessions::new(4790).unwrap();
        assert_eq!(sessions.open("something else"), None);
        let cookie = sessions.open(&sessions.link).unwrap();
        assert_eq!(sessions.open(&sessions.link), None, "the link works once");
        let cookie = ("cookie", cookie.split(';').next().unwrap().to_owned());
        let host = |host: &str| ("host", host.to_owned());
        let check = |lines: &[(&'static str, String)], expected: bool, why: &str| {
            let headers = headers(lines);
            let admitted = sessions.is_named(&"/".parse().unwrap(), &headers) && sessions.admits(&headers);
            assert_eq!(admitted, expected, "{why}");
        };
        let own = host("127.0.0.1:4790");
        check(&[own.clone(), cookie.clone()], true, "the session's own page");
        check(
            &[host("localhost:4790"), ("cookie", format!("a=b; {}", cookie.1))],
            true,
            "beside other cookies",
        );
        check(std::slice::from_ref(&own), false, "no cookie");
        check(&[host("attacker.example:4790"), cookie.clone()], false, "a name pointed at this machine");
        check(
            &[own.clone(), cookie.clone(), ("origin", "http://attacker.example".to_owned())],
            false,
            "another site",
        );
        check(&[own.clone(), cookie.clone(), ("origin", "null".to_owned())], false, "a sandboxed page");
        check(
            &[own.clone(), cookie.clone(), ("sec-fetch-site", "cross-site".to_owned())],
            false,
            "another site's form",
        );
        check(&[own.clone(), cookie, ("origin", "http://127.0.0.1:4790".to_owned())], true, "its own origin");
        check(&[own.clone(), ("cookie", "afterchat-4790=wrong".to_owned())], false, "another cookie");
        for (target, expected) in [
            ("http://127.0.0.1:4790/", true),
            ("http://localhost:4790/", true),
            ("http://attacker.example/", false),
            ("http://attacker.example:4790/", false),
            ("http://127.0.0.1:4790@attacker.example/", false),
        ] {
            let named = sessions.is_named(&target.parse().unwrap(), &headers(std::slice::from_ref(&own)));
            assert_eq!(named, expected, "{target}");
        }
    }
}
