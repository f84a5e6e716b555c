//! Cloudflare's `cloudflared`, which a person has installed: a quick tunnel for a try-out, or a named one with a token.

use std::convert::Infallible;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hyper::StatusCode;
use regex::Regex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::sleep;
use url::Url;

use crate::child::{Heard, Start, drive};
use crate::fetch::fetch;
use crate::ssh::{pattern, write_private};
use crate::{Account, Address, Encryption, Event, Facts, Readers, Run, Running, Trouble, Tunnel};

/// How often it is asked how it is.
const ASKING: Duration = Duration::from_secs(1);

/// A tunnel through Cloudflare.
#[derive(Clone)]
pub struct Cloudflared {
    /// A named tunnel; absent for a quick one.
    pub named: Option<Named>,
    /// Over TCP instead of QUIC, where UDP is blocked.
    pub http2: bool,
    /// Where its configuration and running programs are written down.
    pub folder: PathBuf,
    /// The program; `cloudflared` is looked for.
    pub program: String,
}

/// A tunnel that was made at Cloudflare.
#[derive(Clone)]
pub struct Named {
    /// Its token.
    pub token: String,
    /// The address it has there.
    pub url: Url,
}

impl std::fmt::Debug for Cloudflared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Cloudflared {{ named: {}, http2: {} }}", self.named.is_some(), self.http2)
    }
}

/// The line of a quick tunnel's address. Error lines and the disclaimer hold other links of Cloudflare's.
static QUICK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\|\s+https://([a-z0-9-]+\.trycloudflare\.com)\s+\|"));

impl Tunnel for Cloudflared {
    fn facts(&self) -> Facts {
        Facts {
            address: if self.named.is_some() { Address::Stays } else { Address::Changes },
            encryption: Encryption::Service,
            readers: Readers::Service,
            account: if self.named.is_some() { Account::Needed } else { Account::None },
        }
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            let (start, metrics) = match self.start(run.door).await {
                Ok(start) => start,
                Err(error) => return Trouble::passing("bad_settings", error.to_string()),
            };
            if let Some(named) = &self.named {
                run.log.hide([named.token.clone()]);
            }
            tokio::select! {
                trouble = drive(&start, &run, |line| self.understand(line)) => trouble,
                never = self.ask(metrics, &run) => match never {},
            }
        })
    }
}

impl Cloudflared {
    async fn start(&self, door: SocketAddr) -> std::io::Result<(Start, SocketAddr)> {
        std::fs::create_dir_all(&self.folder)?;
        // An account's own configuration could lead the tunnel elsewhere.
        let config = self.folder.join("cloudflared.yml");
        write_private(&config, "no-autoupdate: true\n")?;
        // A free port now; should somebody take it first, cloudflared ends and is started again with another.
        let metrics = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?;
        let mut arguments: Vec<OsString> = ["tunnel", "--no-autoupdate", "--config"].map(Into::into).into();
        arguments.push(config.into());
        arguments.extend(["--metrics".to_owned(), metrics.to_string()].map(Into::into));
        if self.http2 {
            arguments.extend(["--protocol", "http2"].map(Into::into));
        }
        let mut environment = Vec::new();
        match &self.named {
            None => arguments.extend(["--url".to_owned(), format!("http://{door}")].map(Into::into)),
            Some(named) => {
                arguments.push("run".into());
                environment.push(("TUNNEL_TOKEN", named.token.clone()));
            }
        }
        let program = self.program.clone();
        Ok((Start { program, arguments, environment, folder: self.folder.clone() }, metrics))
    }

    /// Asks it for its address and whether it is connected, for as long as it runs.
    async fn ask(&self, metrics: SocketAddr, run: &Run) -> Infallible {
        let (mut assigned, mut connected) = (false, false);
        loop {
            sleep(ASKING).await;
            let ready = fetch(metrics, "/ready").await.map(|(status, _)| status == StatusCode::OK);
            if !assigned && let Some(url) = self.address(metrics, ready).await {
                assigned = true;
                run.tell(Event::Assigned { url, chosen: self.named.is_some() }).await;
            }
            match (connected, ready) {
                (false, Some(true)) => run.tell(Event::Connected).await,
                (true, Some(false)) => {
                    let words = "cloudflared has no connection to Cloudflare.";
                    run.tell(Event::Disconnected(Trouble::passing("lost", words))).await;
                }
                _ => {}
            }
            connected = ready.unwrap_or(connected);
        }
    }

    async fn address(&self, metrics: SocketAddr, ready: Option<bool>) -> Option<Url> {
        if let Some(named) = &self.named {
            return (ready == Some(true)).then(|| named.url.clone());
        }
        let (_, body) = fetch(metrics, "/quicktunnel").await?;
        let told: Value = serde_json::from_slice(&body).ok()?;
        quick(told.get("hostname")?.as_str()?)
    }

    fn understand(&self, line: &str) -> Heard {
        let told = QUICK.captures(line).and_then(|found| quick(found.get(1)?.as_str()));
        if let Some(url) = told.filter(|_| self.named.is_none()) {
            return Heard::Event(Event::Assigned { url, chosen: false });
        }
        trouble(line).map_or(Heard::Nothing, Heard::Trouble)
    }
}

/// The address of a quick tunnel with this host, if it can be one.
fn quick(host: &str) -> Option<Url> {
    let name = host.strip_suffix(".trycloudflare.com")?;
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if name.is_empty() || name == "api" || !plain {
        return None;
    }
    Url::parse(&format!("https://{host}")).ok()
}

fn trouble(line: &str) -> Option<Trouble> {
    let says = |words: &[&str]| words.iter().any(|words| line.contains(words));
    let told = |code| format!("{} cloudflared says: {line}", words(code)).trim_start().to_owned();
    if says(&["error code: 1015", "429 Too Many Requests"]) {
        Some(Trouble::passing("rate_limited", told("rate_limited")))
    } else if says(&["token is not valid", "Invalid tunnel secret", "Unauthorized"]) {
        Some(Trouble::lasting("auth_refused", told("auth_refused")))
    } else if says(&["failed to dial to edge with quic", "no recent network activity"]) {
        Some(Trouble::passing("udp_blocked", told("udp_blocked")))
    } else if says(&["failed to request quick Tunnel", "failed to unmarshal quick Tunnel", " ERR ", " FTL "])
    {
        Some(Trouble::passing("unreachable", told("")))
    } else {
        None
    }
}

fn words(code: &str) -> &'static str {
    match code {
        "rate_limited" => "Cloudflare gives out no more quick tunnels for now.",
        "auth_refused" => "Cloudflare does not take the token.",
        "udp_blocked" => "This network lets no QUIC through; switch to HTTP/2.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{Cloudflared, Named, quick, trouble};
    use crate::Event;
    use crate::child::Heard;

    fn quick_tunnel() -> Cloudflared {
        let folder = std::env::temp_dir().join("afterchat-no-cloudflared");
        Cloudflared { named: None, http2: false, folder, program: "cloudflared".to_owned() }
    }

    #[test]
    fn no_other_link_of_cloudflares_is_taken_for_the_address() {
        let table: [(&str, Option<&str>); 6] = [
            (
                "2026-03-01T10:00:00Z INF |  https://tea-cup-blue-sky.trycloudflare.com                                   |",
                Some("https://tea-cup-blue-sky.trycloudflare.com/"),
            ),
            (
                r#"failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: i/o timeout"#,
                None,
            ),
            ("INF |  https://api.trycloudflare.com  |", None),
            (
                "INF Thank you for trying Cloudflare Tunnel. … (https://www.cloudflare.com/website-terms/)",
                None,
            ),
            ("INF |  https://developers.cloudflare.com/cloudflare-one/connections/connect-apps  |", None),
            ("INF |  https://evil.trycloudflare.com.example.com  |", None),
        ];
        for (line, expected) in table {
            let found = match quick_tunnel().understand(line) {
                Heard::Event(Event::Assigned { url, .. }) => Some(url.to_string()),
                _ => None,
            };
            assert_eq!(found.as_deref(), expected, "{line}");
        }
        for host in [
            "api.trycloudflare.com",
            ".trycloudflare.com",
            "a.b.trycloudflare.com",
            "x@y.trycloudflare.com",
            "cloudflare.com",
        ] {
            assert_eq!(quick(host), None, "{host}");
        }
    }

    #[test]
    fn what_cloudflared_says_is_told_apart() {
        let table = [
            (
                r#"ERR Error unmarshaling QuickTunnel response: error code: 1015 error="invalid character 'e'" status_code="429 Too Many Requests""#,
                "rate_limited",
                false,
            ),
            ("Provided Tunnel token is not valid.", "auth_refused", true),
            (
                "ERR Register tunnel error from server side error=\"Unauthorized: Invalid tunnel secret\"",
                "auth_refused",
                true,
            ),
            (
                "ERR Failed to dial a quic connection error=\"failed to dial to edge with quic: timeout: no recent network activity\"",
                "udp_blocked",
                false,
            ),
            (
                r#"failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": EOF"#,
                "unreachable",
                false,
            ),
        ];
        for (line, code, lasting) in table {
            let found = trouble(line).map(|trouble| (trouble.code, trouble.lasting));
            assert_eq!(found, Some((code, lasting)), "{line}");
        }
        assert_eq!(trouble("INF Registered tunnel connection connIndex=0"), None);
    }

    #[tokio::test]
    async fn a_token_is_no_argument_and_no_configuration_of_the_account_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let named =
            Named { token: "eyJ-secret".to_owned(), url: "https://hooks.example".parse().expect("a URL") };
        let tunnel = Cloudflared { named: Some(named), folder: folder.path().into(), ..quick_tunnel() };
        let (start, _) = tunnel.start(([127, 0, 0, 1], 4790).into()).await.expect("starts");
        let line: Vec<_> = start.arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let line = line.join(" ");
        assert!(line.contains("--no-autoupdate --config /") && line.ends_with(" run"), "{line}");
        assert!(!line.contains("secret") && !format!("{tunnel:?}").contains("secret"), "{line}");
        assert_eq!(start.environment, [("TUNNEL_TOKEN", "eyJ-secret".to_owned())]);
    }
}
