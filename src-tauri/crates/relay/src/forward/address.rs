//! Which addresses can be targets, as far as that can be said without resolving a name: what is refused when something is
//! sent is refused when it is entered, where a person reads why.

use url::{Host, Url};

use crate::SendError;
use crate::target::{Chosen, may_be_reached};

/// Checks an address that a person enters. Names are resolved and checked whenever something is sent.
///
/// # Errors
/// When nothing could ever be sent there.
pub fn check(url: &Url) -> Result<(), SendError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(SendError::NotHttp);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SendError::Credentials);
    }
    let literally = |ip| may_be_reached(ip, Chosen::Literally);
    let reached = match url.host() {
        None => return Err(SendError::NotHttp),
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(ip)) => literally(ip.into()),
        Some(Host::Ipv6(ip)) => literally(ip.into()),
    };
    if reached { Ok(()) } else { Err(SendError::Forbidden(url.authority().to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_could_never_be_sent_to_is_refused_when_it_is_entered() {
        for (url, refused) in [
            ("http://127.0.0.1:3000/hook", None),
            ("http://localhost:3000", None),
            ("http://192.168.1.9/", None),
            ("https://shop.example/hook?a=1", None),
            ("http://169.254.169.254/latest/meta-data/", Some("target_refused")),
            ("http://[fe80::1]/", Some("target_refused")),
            ("http://[::ffff:169.254.169.254]/", Some("target_refused")),
            ("http://0.0.0.0:3000/", Some("target_refused")),
            ("http://2852039166/", Some("target_refused")),
            ("https://user:secret@shop.example/", Some("target_with_credentials")),
            ("ftp://127.0.0.1/", Some("target_not_http")),
            ("file:///etc/passwd", Some("target_not_http")),
            ("javascript:alert(1)", Some("target_not_http")),
        ] {
            let found = check(&url.parse().expect("a URL")).err().map(|error| error.code());
            assert_eq!(found, refused, "{url}");
        }
    }
}
