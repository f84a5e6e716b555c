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
    // 64:ff9b::/96 leads to IPv4 through a translator (RFC 6052), 2002::/16 and …:5efe:… through a tunnel (RFC 3056, 5214),
    // and ::/96 is an older way to write it (RFC 4291).
    let embedded = match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..]
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low]
        | [0, 0, 0, 0, 0, 0, high, low] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    }
    v6.to_ipv4_mapped().map_or(ip, IpAddr::V4)
}

/// Where clouds tell a machine its credentials, beside link-local addresses: Alibaba's, Oracle's and Azure's.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// The same over IPv6: Amazon's, Google's and Oracle's.
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

fn v4_may_be_reached(ip: Ipv4Addr, chosen: Chosen) -> bool {
    let [a, b, c, _] = ip.octets();
    let never = ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || a == 0
        || a >= 240
        || METADATA_V4.contains(&ip);
    // Beside the usual ones: what providers share (RFC 6598), what is set aside for protocols and for measuring (RFC 6890).
    let private = ip.is_private()
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b));
    !never && (!ip.is_loopback() || chosen == Chosen::Literally) && (!private || chosen != Chosen::Documented)
}

fn v6_may_be_reached(ip: Ipv6Addr, chosen: Chosen) -> bool {
    let segments = ip.segments();
    // Teredo (RFC 4380) and a network's own translator (RFC 8215) lead to some IPv4 address that cannot be told here.
    let elsewhere = matches!(segments, [0x2001, 0, ..] | [0x64, 0xff9b, 1, ..]);
    let never = ip.is_unicast_link_local()
        || ip.is_multicast()
        || ip.is_unspecified()
        || elsewhere
        || METADATA_V6.contains(&ip);
    // fec0::/10 was the private range before fc00::/7.
    let private = ip.is_unique_local() || segments[0] & 0xffc0 == 0xfec0;
    !never && (!ip.is_loopback() || chosen == Chosen::Literally) && (!private || chosen != Chosen::Documented)
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Names, TargetError, may_be_reached, resolve};

    #[test]
    fn each_address_is_reached_only_when_it_was_chosen_well_enough() {
        let all = [Chosen::Documented, Chosen::Name, Chosen::Literally];
        let table: [(&[&str], usize, &str); 4] = [
            (
                &[
                    "93.184.216.34",
                    "172.15.0.1",
                    "172.32.0.1",
                    "100.63.0.1",
                    "100.128.0.1",
                    "198.20.0.1",
                    "2606:2800:220:1::1",
                    "64:ff9b::5db8:d822",
                ],
                0,
                "the public network",
            ),
            (
                &[
                    "10.0.0.5",
                    "192.168.1.9",
                    "172.16.0.1",
                    "172.31.255.255",
                    "100.64.0.1",
                    "198.18.0.1",
                    "192.0.0.8",
                    "fd12::1",
                    "fec0::1",
                    "::ffff:10.0.0.5",
                    "::10.0.0.5",
                    "2002:a00:5::1",
                ],
                1,
                "a private network",
            ),
            (
                &[
                    "127.0.0.1",
                    "127.8.0.1",
                    "127.255.255.254",
                    "::1",
                    "::ffff:127.0.0.1",
                    "::127.0.0.1",
                    "64:ff9b::7f00:1",
                    "2002:7f00:1::",
                ],
                2,
                "this machine",
            ),
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
                    "::169.254.169.254",
                    "2606:2800::5efe:a9fe:a9fe",
                    "2606:2800::200:5efe:a9fe:a9fe",
                    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                    "64:ff9b:1::a9fe:a9fe",
                    "fd20:ce::254",
                    "fd00:c1::a9fe:a9fe",
                    "192.0.0.192",
                    "168.63.129.16",
                    "febf::1",
                    "240.0.0.1",
                    "0.1.2.3",
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

    /// Where a URL leads, or why nowhere, in one word.
    async fn led(url: &str, chosen: fn(&url::Host<&str>) -> Chosen) -> String {
        let listed = [
            ("public.example", "93.184.216.34"),
            ("public.example.", "93.184.216.34"),
            ("lan.example", "10.0.0.5"),
            ("localhost", "127.0.0.1"),
            ("localhost.", "127.0.0.1"),
            ("localhost.attacker.example", "127.0.0.1"),
            ("xn--lcalhost-nbh", "127.0.0.1"),
            ("127.0.0.1.nip.example", "127.0.0.1"),
            ("metadata", "169.254.169.254"),
            ("metadata.google.internal", "169.254.169.254"),
            ("metadata.google.internal.", "169.254.169.254"),
            ("instance-data.ec2.internal", "169.254.169.254"),
            ("ipv6.example", "::ffff:169.254.169.254"),
            ("mixed.example", "93.184.216.34"),
            ("mixed.example", "10.0.0.5"),
            ("mixed.example", "127.0.0.1"),
            ("half-lan.example", "93.184.216.34"),
            ("half-lan.example", "192.168.1.9"),
        ];
        let listed = listed.map(|(name, ip)| (name.to_owned(), ip.parse().expect("an address")));
        let Ok(url) = url.parse() else { return "no URL".to_owned() };
        match resolve(&url, &Names::Listed(listed.to_vec()), chosen).await {
            Ok(target) => {
                let all: Vec<_> = target.addresses.iter().map(ToString::to_string).collect();
                all.join(" ")
            }
            Err(TargetError::NoWebAddress) => "no web address".to_owned(),
            Err(TargetError::Credentials) => "credentials".to_owned(),
            Err(TargetError::Unresolved(..)) => "unresolved".to_owned(),
            Err(TargetError::Forbidden) => "forbidden".to_owned(),
        }
    }

    #[tokio::test]
    async fn however_an_address_is_written_it_is_judged_as_what_it_is() {
        let by_a_person: fn(&url::Host<&str>) -> Chosen = |host| Chosen::by_a_person(host);
        let documented: fn(&url::Host<&str>) -> Chosen = |_| Chosen::Documented;
        // What a person wrote, where it leads then, and where it would lead if nobody had chosen it.
        for (url, entered, unchosen) in [
            ("http://127.0.0.1:8080/", "127.0.0.1:8080", "forbidden"),
            ("http://127.1/", "127.0.0.1:80", "forbidden"),
            ("http://2130706433/", "127.0.0.1:80", "forbidden"),
            ("http://017700000001/", "127.0.0.1:80", "forbidden"),
            ("http://0177.0.0.01/", "127.0.0.1:80", "forbidden"),
            ("http://0x7F.0.0.0x1/", "127.0.0.1:80", "forbidden"),
            ("http://127.0.0.1./", "127.0.0.1:80", "forbidden"),
            ("http://%31%32%37.0.0.1/", "127.0.0.1:80", "forbidden"),
            ("http://１２７.０.０.１/", "127.0.0.1:80", "forbidden"),
            ("http://127。0。0。1/", "127.0.0.1:80", "forbidden"),
            ("http://[::ffff:127.0.0.1]/", "[::ffff:127.0.0.1]:80", "forbidden"),
            ("http://[0:0:0:0:0:0:0:1]/", "[::1]:80", "forbidden"),
            ("http://localhost:3000/", "127.0.0.1:3000", "forbidden"),
            ("http://LOCALHOST./", "127.0.0.1:80", "forbidden"),
            ("http://lоcalhost/", "forbidden", "forbidden"),
            ("http://localhost.attacker.example/", "forbidden", "forbidden"),
            ("http://127.0.0.1.nip.example/", "forbidden", "forbidden"),
            ("http://10.0.0.5/", "10.0.0.5:80", "forbidden"),
            ("http://167772165/", "10.0.0.5:80", "forbidden"),
            ("http://[fd12::1]/", "[fd12::1]:80", "forbidden"),
            ("http://lan.example/", "10.0.0.5:80", "forbidden"),
            ("https://public.example/", "93.184.216.34:443", "93.184.216.34:443"),
            ("https://public.example.:8443/", "93.184.216.34:8443", "93.184.216.34:8443"),
            ("http://half-lan.example/", "93.184.216.34:80 192.168.1.9:80", "forbidden"),
            ("http://mixed.example/", "forbidden", "forbidden"),
            ("http://0.0.0.0/", "forbidden", "forbidden"),
            ("http://0/", "forbidden", "forbidden"),
            ("http://[::]/", "forbidden", "forbidden"),
            ("http://169.254.169.254/latest/meta-data/", "forbidden", "forbidden"),
            ("http://2852039166/", "forbidden", "forbidden"),
            ("http://0xA9FEA9FE/", "forbidden", "forbidden"),
            ("http://0251.0376.0251.0376/", "forbidden", "forbidden"),
            ("http://169.254.43518/", "forbidden", "forbidden"),
            ("http://[::ffff:a9fe:a9fe]/", "forbidden", "forbidden"),
            ("http://[::a9fe:a9fe]/", "forbidden", "forbidden"),
            ("http://[64:ff9b::a9fe:a9fe]/", "forbidden", "forbidden"),
            ("http://[fe80::1]/", "forbidden", "forbidden"),
            ("http://[fe80::1%25eth0]/", "no URL", "no URL"),
            ("http://[fd00:ec2::254]/", "forbidden", "forbidden"),
            ("http://metadata/", "forbidden", "forbidden"),
            ("http://metadata.google.internal/", "forbidden", "forbidden"),
            ("http://METADATA.google.internal./", "forbidden", "forbidden"),
            ("http://instance-data.ec2.internal/", "forbidden", "forbidden"),
            ("http://ipv6.example/", "forbidden", "forbidden"),
            ("http://public.example@169.254.169.254/", "credentials", "credentials"),
            ("http://169.254.169.254@public.example/", "credentials", "credentials"),
            ("http://public.example#@169.254.169.254/", "93.184.216.34:80", "93.184.216.34:80"),
            ("http://public.example\\@169.254.169.254/", "93.184.216.34:80", "93.184.216.34:80"),
            ("http://256.0.0.1/", "no URL", "no URL"),
            ("http://nobody.example/", "unresolved", "unresolved"),
            ("unix:/run/docker.sock", "no web address", "no web address"),
        ] {
            assert_eq!(led(url, by_a_person).await, entered, "{url}, entered by a person");
            assert_eq!(led(url, documented).await, unchosen, "{url}, chosen by nobody");
        }
    }
}
