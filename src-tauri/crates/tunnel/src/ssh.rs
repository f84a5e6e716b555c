//! `ssh -R` with the system's OpenSSH: to a server of one's own, and to two services that need no program of theirs.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use regex::Regex;
use url::Url;

use crate::child::{Heard, Start, drive};
use crate::{Account, Address, Encryption, Event, Facts, Readers, Run, Running, Trouble, Tunnel};

/// A tunnel through `ssh -R`.
#[derive(Debug, Clone)]
pub struct Ssh {
    /// To whom.
    pub service: Service,
    /// Where known host keys and running programs are written down. Accounts' own `known_hosts` are left alone.
    pub folder: PathBuf,
    /// The program; `ssh` is looked for.
    pub program: String,
}

/// Who takes the other end.
#[derive(Clone, PartialEq, Eq)]
pub enum Service {
    /// A server of one's own.
    OwnServer {
        /// `user@host`, or a name that the account's SSH configuration knows.
        destination: String,
        /// The port of its SSH server; absent for 22 or what the configuration says.
        port: Option<u16>,
        /// The file of the private key; absent for the account's own keys.
        key: Option<PathBuf>,
        /// The address on the server that listens: `127.0.0.1` behind a proxy, `*` for everybody.
        bind: String,
        /// The port on the server that listens; 0 takes any.
        remote_port: u16,
        /// The public address, where a proxy on the server answers; absent for the server's name and port.
        public_url: Option<Url>,
    },
    /// localhost.run.
    LocalhostRun,
    /// Pinggy.
    Pinggy {
        /// The token of an account, which makes the address stay.
        token: Option<String>,
    },
}

impl std::fmt::Debug for Service {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OwnServer { destination, .. } => write!(out, "OwnServer({destination})"),
            Self::LocalhostRun => out.write_str("LocalhostRun"),
            Self::Pinggy { token } => write!(out, "Pinggy {{ token: {} }}", token.is_some()),
        }
    }
}

/// Every line that gives a public address names it in a host of this shape; other links are advertisements.
static LOCALHOST_RUN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"https://([a-z0-9][a-z0-9-]*\.lhr\.(?:life|rocks))(?:[/\s,]|$)"));
static PINGGY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"https://((?:[a-z0-9-]+\.)+(?:pinggy-free\.link|free\.pinggy\.net|pinggy\.link|pinggy\.online))(?:[/\s,]|$)",
    )
});
static ALLOCATED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^Allocated port (\d{1,5}) for remote forward to "));

pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|_| unreachable!("a pattern of this program: {text}"))
}

impl Tunnel for Ssh {
    fn facts(&self) -> Facts {
        match &self.service {
            Service::OwnServer { public_url, .. } => {
                let proxied = public_url.as_ref().is_some_and(|url| url.scheme() == "https");
                Facts {
                    address: Address::Stays,
                    encryption: if proxied { Encryption::OwnServer } else { Encryption::None },
                    readers: if proxied { Readers::Nobody } else { Readers::Everybody },
                    account: Account::OwnServer,
                }
            }
            Service::LocalhostRun | Service::Pinggy { .. } => Facts {
                address: Address::StaysWithAccount,
                encryption: Encryption::Service,
                readers: Readers::Service,
                account: Account::Optional,
            },
        }
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            let start = match self.start(run.door) {
                Ok(start) => start,
                Err(error) => return Trouble::lasting("bad_settings", error.to_string()),
            };
            if let Service::Pinggy { token: Some(token) } = &self.service {
                run.log.hide([token.clone()]);
            }
            drive(&start, &run, |line| self.understand(line)).await
        })
    }
}

impl Ssh {
    fn start(&self, door: SocketAddr) -> std::io::Result<Start> {
        std::fs::create_dir_all(&self.folder)?;
        let known_hosts = self.folder.join("known_hosts");
        let mut arguments: Vec<OsString> = Vec::new();
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
        add(&["-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes"]);
        // A dead peer is noticed after half a minute, and a shared connection would outlive this one.
        add(&["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=2", "-o", "ConnectTimeout=20"]);
        add(&["-o", "ControlMaster=no", "-o", "ControlPath=none", "-o", "StrictHostKeyChecking=accept-new"]);
        add(&["-o", &format!("UserKnownHostsFile=\"{}\"", without_tokens(&known_hosts))]);
        match &self.service {
            Service::OwnServer { destination, port, key, bind, remote_port, .. } => {
                // Verbose enough to say when it is connected.
                add(&["-N", "-o", "LogLevel=VERBOSE"]);
                if let Some(port) = port {
                    add(&["-p", &port.to_string()]);
                }
                if let Some(key) = key {
                    add(&["-o", "IdentitiesOnly=yes", "-i", &without_tokens(key)]);
                }
                add(&["-R", &format!("{bind}:{remote_port}:{door}")]);
                // A name that begins with a hyphen would be an option.
                add(&["--", destination]);
            }
            Service::LocalhostRun => {
                add(&["-R", &format!("80:{door}"), "--", "nokey@localhost.run"]);
            }
            Service::Pinggy { token } => {
                if let Some(token) = token {
                    // Arguments are shown to every account of the machine; a file is its owner's alone.
                    let file = self.folder.join("pinggy_config");
                    write_private(&file, &format!("User {token}\n"))?;
                    add(&["-F", &file.to_string_lossy()]);
                }
                let host = if token.is_some() { "pro.pinggy.io" } else { "free.pinggy.io" };
                add(&["-p", "443", "-R", &format!("0:{door}"), "--", host]);
            }
        }
        Ok(Start {
            program: self.program.clone(),
            arguments,
            environment: Vec::new(),
            folder: self.folder.clone(),
        })
    }

    fn understand(&self, line: &str) -> Heard {
        if let Some(url) = self.address(line) {
            let chosen = matches!(self.service, Service::OwnServer { .. });
            return Heard::Event(Event::Assigned { url, chosen });
        }
        trouble(line).map_or(Heard::Nothing, Heard::Trouble)
    }

    /// The public address, when this line tells that it is there.
    fn address(&self, line: &str) -> Option<Url> {
        let of_host = |pattern: &Regex| {
            let host = pattern.captures(line)?.get(1)?.as_str().to_owned();
            Url::parse(&format!("https://{host}")).ok()
        };
        match &self.service {
            Service::LocalhostRun => of_host(&LOCALHOST_RUN),
            Service::Pinggy { .. } => of_host(&PINGGY),
            Service::OwnServer { destination, remote_port, public_url, .. } => {
                let port = match *remote_port {
                    0 => ALLOCATED.captures(line)?.get(1)?.as_str().parse().ok()?,
                    port => line.starts_with("Authenticated to ").then_some(port)?,
                };
                let host = destination.rsplit('@').next()?;
                public_url.clone().or_else(|| Url::parse(&format!("http://{host}:{port}")).ok())
            }
        }
    }
}

/// What a line of ssh's own says is wrong.
fn trouble(line: &str) -> Option<Trouble> {
    let says = |words: &[&str]| words.iter().any(|words| line.contains(words));
    let lasting = |code, words: &str| Some(Trouble::lasting(code, format!("{words} SSH says: {line}")));
    let passing = |code| Some(Trouble::passing(code, format!("SSH says: {line}")));
    if says(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        lasting(
            "host_key_changed",
            "The server shows another key than before: it was set up anew, or it is another server.",
        )
    } else if says(&["Permission denied (", "Too many authentication failures"]) {
        lasting("auth_refused", "The server does not let this key in.")
    } else if says(&["remote port forwarding failed for listen port"]) {
        lasting(
            "port_refused",
            "The server does not give that port: it is taken, or the key may not have it.",
        )
    } else if says(&["Bad configuration option", "Bad owner or permissions", "command-line line 0"]) {
        lasting("bad_settings", "SSH does not take the settings.")
    } else if says(&["Could not resolve hostname"]) {
        passing("unresolved")
    } else if says(&["Timeout, server", "Broken pipe", "Connection reset", "closed by remote host"]) {
        passing("lost")
    } else if says(&[
        "Connection refused",
        "timed out",
        "No route to host",
        "Network is unreachable",
        "Connection closed by",
    ]) {
        passing("unreachable")
    } else {
        None
    }
}

/// A path in which ssh replaces nothing.
fn without_tokens(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%%")
}

/// Writes a file that is its owner's alone from the first byte on.
pub(crate) fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    if let Err(error) = std::fs::remove_file(file)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Service, Ssh, trouble};
    use crate::child::Heard;
    use crate::{Event, Trouble};

    fn ssh(service: Service) -> Ssh {
        Ssh { service, folder: std::env::temp_dir().join("afterchat-no-ssh"), program: "ssh".to_owned() }
    }

    fn own(remote_port: u16, public_url: Option<&str>) -> Ssh {
        ssh(Service::OwnServer {
            destination: "me@vps.example".to_owned(),
            port: Some(2222),
            key: Some("/keys/100% mine".into()),
            bind: "127.0.0.1".to_owned(),
            remote_port,
            public_url: public_url.map(|url| url.parse().expect("a URL")),
        })
    }

    fn check(ssh: &Ssh, line: &str, expected: Option<&str>) {
        let found = match ssh.understand(line) {
            Heard::Event(Event::Assigned { url, .. }) => Some(url.to_string()),
            _ => None,
        };
        assert_eq!(found.as_deref(), expected, "{line}");
    }

    #[test]
    fn only_the_address_of_the_tunnel_is_taken_for_it() {
        let run = ssh(Service::LocalhostRun);
        check(
            &run,
            "2f3a9c1b4d.lhr.life tunneled with tls termination, https://2f3a9c1b4d.lhr.life",
            Some("https://2f3a9c1b4d.lhr.life/"),
        );
        check(&run, "follow your favourite reverse tunnel at [https://twitter.com/localhost_run].", None);
        check(&run, "To set up and manage custom domains go to https://admin.localhost.run/", None);
        check(&run, "https://evil.lhr.life.example.com", None);
        check(&run, "https://lhr.life", None);
        let pinggy = ssh(Service::Pinggy { token: None });
        check(
            &pinggy,
            "https://rnxyz-93-184-216-34.a.free.pinggy.net",
            Some("https://rnxyz-93-184-216-34.a.free.pinggy.net/"),
        );
        check(
            &pinggy,
            "http://rnxyz.a.pinggy-free.link https://rnxyz.a.pinggy-free.link",
            Some("https://rnxyz.a.pinggy-free.link/"),
        );
        check(&pinggy, "Upgrade to Pinggy Pro at https://dashboard.pinggy.io", None);
        check(
            &own(0, None),
            "Allocated port 42911 for remote forward to 127.0.0.1:18080",
            Some("http://vps.example:42911/"),
        );
        check(&own(0, None), "Allocated port 99999 for remote forward to 127.0.0.1:18080", None);
        check(&own(0, None), "Authenticated to vps.example ([1.2.3.4]:22) using \"publickey\".", None);
        check(
            &own(7777, None),
            "Authenticated to vps.example ([1.2.3.4]:22) using \"publickey\".",
            Some("http://vps.example:7777/"),
        );
        check(
            &own(7777, Some("https://hooks.example")),
            "Authenticated to vps.example",
            Some("https://hooks.example/"),
        );
    }

    #[test]
    fn what_ssh_says_is_told_apart() {
        let table: [(&str, &str, bool); 9] = [
            ("me@vps: Permission denied (publickey,keyboard-interactive).", "auth_refused", true),
            ("Host key verification failed.", "host_key_changed", true),
            ("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", "host_key_changed", true),
            ("Error: remote port forwarding failed for listen port 7777", "port_refused", true),
            ("command-line: line 0: Bad configuration option: nonsense", "bad_settings", true),
            (
                "ssh: Could not resolve hostname nowhere.invalid: Name or service not known",
                "unresolved",
                false,
            ),
            ("Timeout, server 127.0.0.1 not responding.", "lost", false),
            ("ssh: connect to host 127.0.0.1 port 1: Connection refused", "unreachable", false),
            ("ssh: connect to host 10.255.255.1 port 22: Connection timed out", "unreachable", false),
        ];
        for (line, code, lasting) in table {
            let found = trouble(line).map(|Trouble { code, lasting, .. }| (code, lasting));
            assert_eq!(found, Some((code, lasting)), "{line}");
        }
        for line in [
            "Warning: Permanently added '[127.0.0.1]:2222' (ED25519) to the list of known hosts.",
            "connect_to 127.0.0.1 port 9: failed.",
        ] {
            assert_eq!(trouble(line), None, "{line} ends nothing");
        }
    }

    #[test]
    fn ssh_checks_host_keys_and_takes_no_option_for_a_host() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tunnel = own(0, None);
        tunnel.folder = folder.path().to_owned();
        let Service::OwnServer { destination, .. } = &mut tunnel.service else { unreachable!() };
        "-oProxyCommand=touch /tmp/owned".clone_into(destination);
        let start = tunnel.start(([127, 0, 0, 1], 4790).into()).expect("starts");
        let words: Vec<_> = start.arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let line = words.join(" ");
        assert!(
            line.contains("StrictHostKeyChecking=accept-new") && !line.contains("StrictHostKeyChecking=no"),
            "{line}"
        );
        assert!(line.contains("-R 127.0.0.1:0:127.0.0.1:4790 -- "), "{line}");
        assert!(line.contains("-i /keys/100%% mine"), "a key's path is taken as it is: {line}");
        assert_eq!(words[words.len() - 2..], ["--", "-oProxyCommand=touch /tmp/owned"]);
        tunnel.service = Service::Pinggy { token: Some("tok-4711".to_owned()) };
        let start = tunnel.start(([127, 0, 0, 1], 4790).into()).expect("starts");
        assert!(
            start.arguments.iter().all(|word| !word.to_string_lossy().contains("4711")),
            "a token is no argument"
        );
        assert!(!format!("{tunnel:?}").contains("4711"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = folder.path().join("pinggy_config").metadata().expect("written").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "the token is its owner's alone");
        }
    }
}
