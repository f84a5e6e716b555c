//! Decides which server may be asked, and pins it: the addresses that were checked are the ones connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Once;
use std::time::Duration;

use tokio::net::lookup_host;
use url::{Host, Url};

use super::HistoryError;

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long an answer may take, from the first byte sent to the last one read.
const ANSWERING: Duration = Duration::from_secs(60);

/// A server that was checked and may be asked.
#[derive(Debug)]
pub(super) struct Endpoint {
    base: Url,
    client: reqwest::Client,
}

/// How an address came to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// It is the one that the service documents.
    Documented,
    /// A person entered this name.
    Name,
    /// A person entered this very IP address, or `localhost`.
    Literally,
}

impl Endpoint {
    /// Checks and pins the server of this address. `own` when a person entered it.
    pub(super) async fn open(base: &Url, own: bool) -> Result<Self, HistoryError> {
        let refused = |why: &str| HistoryError::Address(why.to_owned());
        let (Some(host), Some(port)) = (base.host(), base.port_or_known_default()) else {
            return Err(refused("This is no web address."));
        };
        if !base.username().is_empty() || base.password().is_some() {
            return Err(refused(
                "The address holds a user name or a password. Enter credentials in their own fields.",
            ));
        }
        let localhost = matches!(host, Host::Domain(name) if name.eq_ignore_ascii_case("localhost"));
        let chosen = match host {
            _ if !own => Chosen::Documented,
            Host::Domain(_) if !localhost => Chosen::Name,
            _ => Chosen::Literally,
        };
        let addresses: Vec<SocketAddr> = match host {
            Host::Ipv4(ip) => vec![(ip, port).into()],
            Host::Ipv6(ip) => vec![(ip, port).into()],
            Host::Domain(name) => lookup_host((name, port))
                .await
                .map_err(|error| {
                    HistoryError::Address(format!("The name “{name}” could not be resolved: {error}."))
                })?
                .collect(),
        };
        // One bad address among good ones could be the one that is connected to.
        if addresses.is_empty() || !addresses.iter().all(|address| may_be_asked(address.ip(), chosen)) {
            return Err(refused(
                "This address leads to a place that is not asked: this machine, a private network or a system service.",
            ));
        }
        let on_this_machine = addresses.iter().all(|address| plain(address.ip()).is_loopback());
        if base.scheme() != "https" && !(base.scheme() == "http" && on_this_machine) {
            return Err(refused(
                "Only addresses that begin with https:// are asked, because the credential goes along.",
            ));
        }
        Ok(Self { base: folder(base), client: client(&host, &addresses)? })
    }

    /// The address of a path below the base. Segments are escaped, so that none can leave its place.
    pub(super) fn at(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// An address that an answer names, if it lies on this very server.
    pub(super) fn same_server(&self, link: &str) -> Option<Url> {
        let url = self.base.join(link).ok()?;
        let same =
            url.origin() == self.base.origin() && url.username().is_empty() && url.password().is_none();
        same.then_some(url)
    }

    /// The server's name and port.
    pub(super) fn authority(&self) -> &str {
        self.base.authority()
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.client
    }
}

/// The address as a folder that paths are put into.
fn folder(base: &Url) -> Url {
    let mut base = base.clone();
    base.set_query(None);
    base.set_fragment(None);
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    base
}

fn client(host: &Host<&str>, addresses: &[SocketAddr]) -> Result<reqwest::Client, HistoryError> {
    static RING: Once = Once::new();
    RING.call_once(|| {
        // Somebody else may have chosen one before, which is as good.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECTING)
        .timeout(ANSWERING)
        .user_agent(concat!("Afterchat/", env!("CARGO_PKG_VERSION")));
    if let Host::Domain(name) = host {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    builder.build().map_err(|error| HistoryError::Address(format!("TLS could not be set up: {error}.")))
}

/// True when this address may be asked. Link-local and metadata addresses never are, this machine only when that very
/// address was chosen, a private network only when a person entered the name.
fn may_be_asked(ip: IpAddr, chosen: Chosen) -> bool {
    match plain(ip) {
        IpAddr::V4(ip) => v4_may_be_asked(ip, chosen),
        IpAddr::V6(ip) => v6_may_be_asked(ip, chosen),
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

fn v4_may_be_asked(ip: Ipv4Addr, chosen: Chosen) -> bool {
    let [a, b, ..] = ip.octets();
    // 169.254.169.254 is link-local; this one is Alibaba's, inside the range that providers share (RFC 6598).
    let metadata = ip == Ipv4Addr::new(100, 100, 100, 200);
    let never =
        ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || a == 0 || a >= 240 || metadata;
    let private = ip.is_private() || (a == 100 && (64..128).contains(&b));
    !never && (!ip.is_loopback() || chosen == Chosen::Literally) && (!private || chosen != Chosen::Documented)
}

fn v6_may_be_asked(ip: Ipv6Addr, chosen: Chosen) -> bool {
    let metadata = ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let never = ip.is_unicast_link_local() || ip.is_multicast() || ip.is_unspecified() || metadata;
    !never
        && (!ip.is_loopback() || chosen == Chosen::Literally)
        && (!ip.is_unique_local() || chosen != Chosen::Documented)
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Endpoint, may_be_asked};

    #[test]
    fn each_address_is_asked_only_when_it_was_chosen_well_enough() {
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
                    let asked = may_be_asked(address.parse().expect("an address"), chosen);
                    assert_eq!(asked, strength >= needed, "{address} is {what}, chosen as {chosen:?}");
                }
            }
        }
    }

    async fn check(base: &str, own: bool, opens: bool) {
        let endpoint = Endpoint::open(&base.parse().expect("a URL"), own).await;
        assert_eq!(endpoint.is_ok(), opens, "{base}: {:?}", endpoint.err());
    }

    #[tokio::test]
    async fn credentials_travel_encrypted_or_not_at_all() {
        check("https://93.184.216.34/", true, true).await;
        check("http://93.184.216.34/", true, false).await;
        check("http://127.0.0.1:5400/v2", true, true).await;
        check("http://127.0.0.1:5400/v2", false, false).await;
        check("http://localhost:5400/", true, true).await;
        check("http://169.254.169.254/latest/meta-data/", true, false).await;
        check("https://[fe80::1]/", true, false).await;
        check("https://user:secret@93.184.216.34/", true, false).await;
        check("ftp://127.0.0.1/", true, false).await;
        check("data:text/plain,a", true, false).await;
    }

    #[tokio::test]
    async fn paths_stay_below_the_base_and_links_on_the_server() {
        let endpoint = Endpoint::open(&"https://93.184.216.34/v2?a#b".parse().expect("a URL"), true)
            .await
            .expect("opens");
        let at = |segments: &[&str]| endpoint.at(segments, &[("size", "1 0")]).to_string();
        assert_eq!(
            at(&["conversations", "a/../b?c"]),
            "https://93.184.216.34/v2/conversations/a%2F..%2Fb%3Fc?size=1+0"
        );
        let same = |link: &str| endpoint.same_server(link).is_some();
        assert!(same("https://93.184.216.34/v2/next?x=1") && same("/v2/next"));
        for link in [
            "https://93.184.216.35/",
            "http://93.184.216.34/",
            "https://93.184.216.34:8443/",
            "//evil.example/",
            "https://a@93.184.216.34/",
        ] {
            assert!(!same(link), "{link} would take the credential to another server");
        }
    }
}
