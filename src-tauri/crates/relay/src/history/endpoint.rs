//! The server of a service: checked and pinned by the rules of [`crate::target`], and asked over TLS only, because a
//! credential goes along.

use std::sync::Once;
use std::time::Duration;

use url::{Host, Url};

use super::HistoryError;
use crate::target::{Chosen, Names, Target, resolve};

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

impl Endpoint {
    /// Checks and pins the server of this address. `own` when a person entered it.
    pub(super) async fn open(base: &Url, own: bool) -> Result<Self, HistoryError> {
        let refused = |why: &str| HistoryError::Address(why.to_owned());
        let chosen = |host: &Host<&str>| if own { Chosen::by_a_person(host) } else { Chosen::Documented };
        let target =
            resolve(base, &Names::System, chosen).await.map_err(|error| refused(&error.to_string()))?;
        if base.scheme() != "https" && !(base.scheme() == "http" && target.is_this_machine()) {
            return Err(refused(
                "Only addresses that begin with https:// are asked, because the credential goes along.",
            ));
        }
        Ok(Self { base: folder(base), client: client(&target)? })
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

fn client(target: &Target) -> Result<reqwest::Client, HistoryError> {
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
    if let Host::Domain(name) = &target.host {
        builder = builder.resolve_to_addrs(name, &target.addresses);
    }
    builder.build().map_err(|error| HistoryError::Address(format!("TLS could not be set up: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

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
