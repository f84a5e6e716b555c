//! Decides whether an address may be posted to, and pins it: what was checked is what is connected to.

use std::net::SocketAddr;

use tokio::net::lookup_host;
use url::{Host, Url};

use crate::PostError;

/// Where a URL leads, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The addresses its name stands for, all of them allowed. Never empty.
    pub(crate) addresses: Vec<SocketAddr>,
    /// What the `Host` header says.
    pub(crate) authority: String,
    /// The path and query to ask for.
    pub(crate) path: String,
}

/// Resolves a URL and refuses all that is not plain HTTP to this machine.
pub(crate) async fn resolve(url: &Url) -> Result<Target, PostError> {
    if url.scheme() != "http" {
        return Err(PostError::NotHttp);
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(PostError::NotHttp);
    };
    let addresses: Vec<SocketAddr> = match host {
        Host::Ipv4(ip) => vec![(ip, port).into()],
        Host::Ipv6(ip) => vec![(ip, port).into()],
        Host::Domain(name) => lookup_host((name, port)).await.map_err(PostError::NoAddress)?.collect(),
    };
    // A name that also stands for another machine could lead there on the next connection.
    if addresses.is_empty() || !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(PostError::NotThisMachine);
    }
    let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    Ok(Target { addresses, authority, path })
}

#[cfg(test)]
mod tests {
    use super::resolve;

    async fn check(url: &str, expected: Option<&str>) {
        let target = resolve(&url.parse().expect("a URL")).await.ok();
        let found =
            target.map(|target| format!("{} {} {}", target.addresses[0], target.authority, target.path));
        assert_eq!(found.as_deref(), expected, "{url} must be led there, or refused");
    }

    #[tokio::test]
    async fn this_machine_is_allowed_and_pinned() {
        check("http://127.0.0.1:4780/h/a/b?c=%20", Some("127.0.0.1:4780 127.0.0.1:4780 /h/a/b?c=%20")).await;
        check("http://127.1.2.3", Some("127.1.2.3:80 127.1.2.3 /")).await;
        check("http://[::1]:8080/x", Some("[::1]:8080 [::1]:8080 /x")).await;
        check("http://0x7f000001/", Some("127.0.0.1:80 127.0.0.1 /")).await;
    }

    #[tokio::test]
    async fn every_other_machine_is_refused() {
        for url in [
            "http://192.0.2.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1/",
            "http://0.0.0.0:4780/",
            "http://[::]:4780/",
            "http://[fe80::1]/",
            "http://[::ffff:192.0.2.1]/",
            "https://127.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "data:text/plain,a",
        ] {
            check(url, None).await;
        }
    }
}
