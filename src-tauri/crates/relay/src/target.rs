//! Decides where may be sent, and pins it: the addresses that were checked are the ones connected to. Every request
//! that leaves goes by these rules, whoever sends it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::lookup_host;
use url::{Host, Url};

/// How an address came to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// It is the one that a service documents.
    Documented,
    /// A person entered this name.
    Name,
    /// A person entered this very IP address, or `localhost`.
    Literally,
}

impl Chosen {
    /// How an address that a person entered was chosen.
    pub(crate) fn by_a_person(host: &Host<&str>) -> Self {
        match host {
            Host::Domain(name) if !is_localhost(name) => Self::Name,
            Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => Self::Literally,
        }
    }
}

/// How a name becomes addresses.
#[derive(Debug, Clone, Default)]
pub enum Names {
    /// As this machine resolves it.
    #[default]
    System,
    /// Only these names stand for anything, each for the addresses listed with it.
    Listed(Vec<(String, IpAddr)>),
}

/// Where a URL leads, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The addresses its name stands for, all of them allowed. Never empty.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Its name, or its address where it has no name.
    pub(crate) host: Host<String>,
}

impl Target {
    /// True when it can be nothing but this machine.
    pub(crate) fn is_this_machine(&self) -> bool {
        self.addresses.iter().all(|address| plain(address.ip()).is_loopback())
    }
}

/// Why a URL leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("This is no web address.")]
    NoWebAddress,
    #[error("The address holds a user name or a password. Enter credentials in their own fields.")]
    Credentials,
    #[error("The name “{0}” could not be resolved: {1}.")]
    Unresolved(String, #[source] io::Error),
    #[error(
        "This address leads to a place that is not asked: this machine, a private network or a system service."
    )]
    Forbidden,
}

/// Resolves a URL's name, and refuses it when one of its addresses may not be reached by whoever chose it.
pub(crate) async fn resolve(
    url: &Url,
    names: &Names,
    chosen: impl FnOnce(&Host<&str>) -> Chosen,
) -> Result<Target, TargetError> {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(TargetError::NoWebAddress);
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    let chosen = chosen(&host);
    let addresses: Vec<SocketAddr> = match host {
        Host::Ipv4(ip) => vec![(ip, port).into()],
        Host::Ipv6(ip) => vec![(ip, port).into()],
        Host::Domain(name) => names
            .look_up(name, port)
            .await
            .map_err(|error| TargetError::Unresolved(name.to_owned(), error))?,
    };
    // One bad address among good ones could be the one that is connected to.
    if addresses.is_empty() || !addresses.iter().all(|address| may_be_reached(address.ip(), chosen)) {
        return Err(TargetError::Forbidden);
    }
    Ok(Target { addresses, host: host.to_owned() })
}

impl Names {
    async fn look_up(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(lookup_host((name, port)).await?.collect()),
            Self::Listed(listed) => {
                let of_this_name = listed.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
                let found: Vec<_> = of_this_name.map(|(_, ip)| SocketAddr::new(*ip, port)).collect();
                if found.is_empty() { Err(io::Error::other("the name is not listed")) } else { Ok(found) }
            }
        }
    }
}

/// Names that are set aside for this machine (RFC 6761).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    last.eq_ignore_ascii_case("localhost")
}

/// True when this address may be reached. Link-local and metadata addresses never are, this machine only when that very
/// address was chosen, a private network only when a person entered the name.
pub(crate) fn may_be_reached(ip: IpAddr, chosen: Chosen) -> bool {
    match plain(ip) {
        IpAddr::V4(ip) => v4_may_be_reached(ip, chosen),
        IpAddr::V6(ip) => v6_may_be_reached(ip, chosen),
    }
}

/// IPv4 inside IPv6 counts as what it is.
fn plain(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let segments = v6.segments();
    // 64:ff9b::/96 leads to IPv4 through a translator (RFC 6052), 2002::/16 through a tunnel (RFC 3056).
    let embedded = match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    }
    v6.to_ipv4_mapped().map_or(ip, IpAddr::V4)
}

fn v4_may_be_reached(ip: Ipv4Addr, chosen: Chosen) -> bool {
    let [a, b, ..] = ip.octets();
    // 169.254.169.254 is link-local; this one is Alibaba's, inside the range that providers share (RFC 6598).
    let metadata = ip == Ipv4Addr::new(100, 100, 100, 200);
    let never =
        ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || a == 0 || a >= 240 || metadata;
    let private = ip.is_private() || (a == 100 && (64..128).contains(&b));
    !never && (!ip.is_loopback() || chosen == Chosen::Literally) && (!private || chosen != Chosen::Documented)
}

fn v6_may_be_reached(ip: Ipv6Addr, chosen: Chosen) -> bool {
    let metadata = ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let never = ip.is_unicast_link_local() || ip.is_multicast() || ip.is_unspecified() || metadata;
    !never
        && (!ip.is_loopback() || chosen == Chosen::Literally)
        && (!ip.is_unique_local() || chosen != Chosen::Documented)
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Names, may_be_reached, resolve};

    #[test]
    fn each_address_is_reached_only_when_it_was_chosen_well_enough() {
        let all = [Chosen::Documented, Chosen::Name, Chosen::Literally];
        let table: [(&[&str], usize, &str); 4] = [
            (&["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"], 0, "the public network"),
            (
                &["10.0.0.5", "192.168.1.9", "172.16.0.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.5"],
                1,
                "a private network",
            ),
            (&["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"], 2, "this machine"),
            (
                &[
                    "169.254.169.254",
                    "169.254.0.1",
                    "fe80::1",
                    "fd00:ec2::254",
                    "100.100.100.200",
                    "0.0.0.0",
                    "::",
                    "255.255.255.255",
                    "224.0.0.1",
                    "ff02::1",
                    "::ffff:169.254.169.254",
                    "64:ff9b::a9fe:a9fe",
                    "2002:a9fe:a9fe::1",
                ],
                3,
                "what no service stands on",
            ),
        ];
        for (addresses, needed, what) in table {
            for address in addresses {
                for (strength, chosen) in all.into_iter().enumerate() {
                    let reached = may_be_reached(address.parse().expect("an address"), chosen);
                    assert_eq!(reached, strength >= needed, "{address} is {what}, chosen as {chosen:?}");
                }
            }
        }
    }

    async fn check(url: &str, expected: Option<&str>) {
        let listed = [
            ("app.localhost", "127.0.0.1"),
            ("localhost", "::1"),
            ("lan.example", "192.168.1.9"),
            ("rebound.example", "127.0.0.1"),
            ("metadata.example", "169.254.169.254"),
            ("mixed.example", "93.184.216.34"),
            ("mixed.example", "fe80::1"),
        ];
        let listed = listed.map(|(name, ip)| (name.to_owned(), ip.parse().expect("an address")));
        let names = Names::Listed(listed.to_vec());
        let target = resolve(&url.parse().expect("a URL"), &names, Chosen::by_a_person).await.ok();
        let found = target.map(|target| target.addresses[0].to_string());
        assert_eq!(found.as_deref(), expected, "{url} must be led there, or refused");
    }

    #[tokio::test]
    async fn what_a_person_entered_is_pinned_or_refused() {
        check("http://127.0.0.1:4780/h/a/b?c=%20", Some("127.0.0.1:4780")).await;
        check("http://127.1.2.3", Some("127.1.2.3:80")).await;
        check("https://[::1]:8080/x", Some("[::1]:8080")).await;
        check("http://0x7f000001/", Some("127.0.0.1:80")).await;
        check("http://LOCALHOST:3000/", Some("[::1]:3000")).await;
        check("http://app.localhost/", Some("127.0.0.1:80")).await;
        check("https://lan.example/", Some("192.168.1.9:443")).await;
        for url in [
            // A name that leads to this machine was not chosen as this machine.
            "http://rebound.example/",
            "http://notlocalhost/",
            "http://metadata.example/latest/meta-data/",
            "http://mixed.example/",
            "http://nobody.example/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0.0.0.0:4780/",
            "http://[::]:4780/",
            "http://[fe80::1]/",
            "http://user@127.0.0.1/",
            "http://:secret@127.0.0.1/",
            "file:///etc/passwd",
            "data:text/plain,a",
        ] {
            check(url, None).await;
        }
    }
}
