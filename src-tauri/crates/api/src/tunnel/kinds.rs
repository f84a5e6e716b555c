//! The kinds of tunnels, what a person enters for each, and the tunnel that comes of it.

use std::path::Path;
use std::sync::Arc;

use afterchat_tunnel::{
    Account, Address, BUNDLED, Bore, Cloudflared, Encryption, External, Facts, Named, Program, Readers,
    Service, Ssh, Trouble, Tunnel,
};
use url::Url;

use crate::calls::types::TunnelField::{
    self, Bind, Command, Http2, Key, PublicUrl, ReadyPattern, RemotePort, Secret, Server, SshPort, UrlPattern,
};
use crate::calls::types::TunnelFields;

/// What is entered for a kind.
#[derive(Clone, Default)]
pub(crate) struct Entered {
    pub(crate) fields: TunnelFields,
    pub(crate) secret: Option<String>,
}

/// A kind of tunnel as it is offered.
pub(crate) struct Kind {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) takes: &'static [TunnelField],
    /// The program it needs; empty for none, or where the command line says it.
    program: &'static str,
}

const fn kind(
    id: &'static str,
    name: &'static str,
    program: &'static str,
    takes: &'static [TunnelField],
) -> Kind {
    Kind { id, name, takes, program }
}

/// Every kind, in the order in which it is offered.
pub(crate) const KINDS: &[Kind] = &[
    kind("cloudflared", "Cloudflare, quick", "cloudflared", &[Http2]),
    kind("cloudflared_named", "Cloudflare, named", "cloudflared", &[PublicUrl, Secret, Http2]),
    kind("ssh", "SSH to your own server", "ssh", &[Server, SshPort, Key, RemotePort, Bind, PublicUrl]),
    kind("localhost_run", "localhost.run", "ssh", &[]),
    kind("pinggy", "Pinggy", "ssh", &[Secret]),
    kind("bore", "bore", "", &[Server, RemotePort, Secret, PublicUrl]),
    kind("ngrok", "ngrok", "", &[Command]),
    kind("tailscale", "Tailscale Funnel", "", &[Command]),
    kind("frp", "frp", "", &[Command, PublicUrl]),
    kind("zrok", "zrok", "", &[Command]),
    kind("devtunnel", "Dev tunnels", "", &[Command]),
    kind("program", "Another program", "", &[Command, UrlPattern, ReadyPattern, PublicUrl]),
    kind("external", "An address of your own", "", &[PublicUrl]),
];

/// The kind with this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}

impl Kind {
    /// What stands in the fields before anybody enters something.
    pub(crate) fn defaults(&self) -> TunnelFields {
        let known = BUNDLED.iter().find(|known| known.id == self.id);
        let server = if self.id == "bore" { "bore.pub" } else { "" };
        TunnelFields {
            server: server.to_owned(),
            bind: if self.id == "ssh" { "127.0.0.1".to_owned() } else { String::new() },
            command: known.map_or("", |known| known.command).to_owned(),
            ..TunnelFields::default()
        }
    }

    /// The program that it starts.
    pub(crate) fn program(&self, fields: &TunnelFields) -> Option<String> {
        if !self.takes.contains(&Command) {
            return Some(self.program.to_owned()).filter(|program| !program.is_empty());
        }
        Program::first_word(&fields.command)
    }

    /// The tunnel, with a folder for what it writes down.
    pub(crate) fn tunnel(&self, entered: &Entered, folder: &Path) -> Result<Arc<dyn Tunnel>, Trouble> {
        let (fields, folder) = (&entered.fields, folder.to_owned());
        let wrong = |words: &str| Trouble::lasting("bad_settings", words);
        let secret = || entered.secret.clone().filter(|secret| !secret.is_empty());
        let public = public_url(&fields.public_url)?;
        let needed = |url: Option<Url>| url.ok_or_else(|| wrong("The public address is missing."));
        let ssh = |service| Ssh { service, folder: folder.clone(), program: self.program.to_owned() };
        Ok(match self.id {
            "ssh" => {
                let server = fields.server.trim();
                if server.is_empty() || server.contains(char::is_whitespace) {
                    return Err(wrong("Enter the server as user@host."));
                }
                let bind = fields.bind.trim();
                let plain = |letter: char| letter.is_ascii_alphanumeric() || ".*-[]:".contains(letter);
                if !bind.chars().all(plain) {
                    return Err(wrong("The listening address is none."));
                }
                Arc::new(ssh(Service::OwnServer {
                    destination: server.to_owned(),
                    port: fields.ssh_port,
                    key: Some(fields.key.trim()).filter(|key| !key.is_empty()).map(Into::into),
                    bind: if bind.is_empty() { "127.0.0.1" } else { bind }.to_owned(),
                    remote_port: fields.remote_port.unwrap_or(0),
                    public_url: public,
                }))
            }
            "localhost_run" => Arc::new(ssh(Service::LocalhostRun)),
            "pinggy" => {
                let token = secret();
                let plain = |token: &String| {
                    token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-_.@".contains(&byte))
                };
                if !token.as_ref().is_none_or(plain) {
                    return Err(wrong("The token holds letters that no token of Pinggy's has."));
                }
                Arc::new(ssh(Service::Pinggy { token }))
            }
            "cloudflared" | "cloudflared_named" => {
                let named = match self.id {
                    "cloudflared_named" => Some(Named {
                        token: secret().ok_or_else(|| wrong("The tunnel's token is missing."))?,
                        url: needed(public)?,
                    }),
                    _ => None,
                };
                let program = self.program.to_owned();
                Arc::new(Cloudflared { named, http2: fields.http2, folder, program })
            }
            "bore" => Arc::new(Bore::new(&fields.server, fields.remote_port.unwrap_or(0), secret(), public)?),
            "external" => Arc::new(External { url: needed(public)? }),
            _ => {
                let known = BUNDLED.iter().find(|known| known.id == self.id);
                let (url, ready) = known
                    .map_or((fields.url_pattern.trim(), fields.ready_pattern.trim()), |known| {
                        (known.url, known.ready)
                    });
                Arc::new(Program::new(&fields.command, url, ready, public, known, folder)?)
            }
        })
    }

    /// What is true of it, also while too little is entered to start it.
    pub(crate) fn facts(&self, entered: &Entered, folder: &Path) -> Facts {
        if let Ok(tunnel) = self.tunnel(entered, folder) {
            return tunnel.facts();
        }
        let known = BUNDLED.iter().find(|known| known.id == self.id).map(|known| known.facts);
        let facts =
            |encryption, readers, account| Facts { address: Address::Stays, encryption, readers, account };
        known.unwrap_or(match self.id {
            "ssh" => facts(Encryption::None, Readers::Everybody, Account::OwnServer),
            "cloudflared_named" => facts(Encryption::Service, Readers::Service, Account::Needed),
            _ => facts(Encryption::Unknown, Readers::Unknown, Account::None),
        })
    }
}

/// An address that a person entered, or nothing.
fn public_url(entered: &str) -> Result<Option<Url>, Trouble> {
    let entered = entered.trim();
    if entered.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(entered).ok().filter(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && plain && bare
    });
    let wrong = || {
        // It is not repeated: it may hold a password.
        let words = "The public address is no address such as https://hooks.example.com.";
        Trouble::lasting("bad_settings", words)
    };
    url.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{Entered, KINDS, by_id};
    use crate::calls::types::{TunnelField, TunnelFields};

    fn check(id: &str, change: impl FnOnce(&mut Entered), expected: Result<(), &str>) {
        let kind = by_id(id).expect("a kind");
        let mut entered = Entered { fields: kind.defaults(), secret: None };
        change(&mut entered);
        let made = kind.tunnel(&entered, std::path::Path::new("unused"));
        match (made, expected) {
            (Ok(_), Ok(())) => {}
            (Err(trouble), Err(words)) => assert!(
                trouble.code == "bad_settings" && trouble.detail.contains(words),
                "{id}: {trouble:?} should say {words:?}"
            ),
            (made, expected) => panic!("{id}: {made:?} should be {expected:?}"),
        }
    }

    #[test]
    fn what_is_entered_makes_a_tunnel_or_says_what_is_missing() {
        for id in
            ["cloudflared", "localhost_run", "pinggy", "bore", "ngrok", "tailscale", "zrok", "devtunnel"]
        {
            check(id, |_| {}, Ok(()));
        }
        check("ssh", |_| {}, Err("user@host"));
        check("ssh", |entered| entered.fields.server = "me@vps".into(), Ok(()));
        check("ssh", |entered| entered.fields.server = "me@vps -oProxyCommand=x".into(), Err("user@host"));
        check("external", |_| {}, Err("public address is missing"));
        check("external", |entered| entered.fields.public_url = " https://a.example/x ".into(), Ok(()));
        for wrong in
            ["a.example", "ftp://a.example", "https://u:p@a.example", "https://a.example/?q", "https://"]
        {
            check("external", |entered| entered.fields.public_url = wrong.into(), Err("is no address"));
        }
        check(
            "cloudflared_named",
            |entered| entered.fields.public_url = "https://a.example".into(),
            Err("token"),
        );
        check("pinggy", |entered| entered.secret = Some("a\nProxyCommand x".into()), Err("letters"));
        check("frp", |_| {}, Err("address"));
        check("program", |entered| entered.fields.command = "tool {port}".into(), Err("address"));
        check("bore", |entered| entered.fields.server = "a b".into(), Err("no name or address"));
    }

    #[test]
    fn every_kind_says_what_it_takes() {
        for kind in KINDS {
            let entered = Entered { fields: kind.defaults(), secret: None };
            let _facts = kind.facts(&entered, std::path::Path::new("unused"));
            let starts = kind.takes.contains(&TunnelField::Command) && kind.id != "program";
            assert_eq!(starts, !entered.fields.command.is_empty(), "{} begins with a command", kind.id);
        }
        let unknown = TunnelFields { command: "'open".into(), ..TunnelFields::default() };
        assert_eq!(by_id("program").and_then(|kind| kind.program(&unknown)), None);
    }
}
