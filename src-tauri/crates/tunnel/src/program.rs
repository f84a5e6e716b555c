//! Any program that makes a tunnel, by a small description: what to start, how its address looks, what says that it works
//! or why it does not. The descriptions of five well-known ones are bundled.

use std::path::PathBuf;
use std::sync::Arc;

use regex::Regex;
use url::Url;

use crate::child::{Heard, Start, drive};
use crate::{Account, Address, Encryption, Event, Facts, Readers, Run, Running, Trouble, Tunnel};

/// A tunnel by a program.
#[derive(Debug)]
pub struct Program {
    words: Vec<String>,
    url: Option<Regex>,
    ready: Option<Regex>,
    public_url: Option<Url>,
    known: Option<&'static Description>,
    folder: PathBuf,
}

/// A well-known program.
#[derive(Debug, PartialEq, Eq)]
pub struct Description {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The command line; `{port}` stands for the port of the door.
    pub command: &'static str,
    /// What its address looks like: a regular expression whose first group, or the whole, is the address. Empty when
    /// the program tells none and a person must.
    pub url: &'static str,
    /// What says that it works, for a program that tells no address; a regular expression.
    pub ready: &'static str,
    /// Words of its output, the code they mean and whether trying again is of no use.
    pub troubles: &'static [(&'static str, &'static str, bool)],
    /// What is true of it.
    pub facts: Facts,
}

const fn facts(address: Address, encryption: Encryption, readers: Readers, account: Account) -> Facts {
    Facts { address, encryption, readers, account }
}

/// The bundled descriptions.
pub const BUNDLED: &[Description] = &[
    Description {
        id: "ngrok",
        name: "ngrok",
        command: "ngrok http {port} --log stdout --log-format logfmt",
        url: r"msg=.?started tunnel.*\burl=(https://[^\s]+)",
        ready: "",
        troubles: &[
            ("ERR_NGROK_4018", "auth_refused", true),
            ("ERR_NGROK_105", "auth_refused", true),
            ("ERR_NGROK_107", "auth_refused", true),
            ("ERR_NGROK_108", "port_refused", true),
            ("ERR_NGROK_334", "port_refused", true),
            ("ERR_NGROK_", "ended", false),
        ],
        facts: facts(Address::Stays, Encryption::Service, Readers::Service, Account::Needed),
    },
    Description {
        id: "tailscale",
        name: "Tailscale Funnel",
        command: "tailscale funnel {port}",
        url: r"^(https://[a-z0-9.-]+\.ts\.net(?::\d+)?)/?$",
        ready: "",
        troubles: &[
            ("Funnel not available", "auth_refused", true),
            ("Funnel is not enabled", "auth_refused", true),
            ("Access denied", "auth_refused", true),
            ("already in use", "port_refused", true),
            ("is Tailscale running", "unreachable", false),
        ],
        facts: facts(Address::Stays, Encryption::ThisMachine, Readers::Nobody, Account::Needed),
    },
    Description {
        id: "frp",
        name: "frp",
        command: "frpc tcp --server-addr frp.example.com --server-port 7000 --proxy-name afterchat --local-port {port} --remote-port 7001",
        url: "",
        ready: "start proxy success",
        troubles: &[
            ("token in login doesn't match", "auth_refused", true),
            ("port already used", "port_refused", true),
            ("port not allowed", "port_refused", true),
            ("connect to server error", "unreachable", false),
        ],
        facts: facts(Address::Stays, Encryption::Unknown, Readers::Unknown, Account::OwnServer),
    },
    Description {
        id: "zrok",
        name: "zrok",
        command: "zrok share public --headless http://127.0.0.1:{port}",
        url: r"(https://[a-z0-9]+\.shares?\.zrok\.io)\b",
        ready: "",
        troubles: &[
            ("unable to load environment", "auth_refused", true),
            ("shareUnauthorized", "auth_refused", true),
            ("unable to create share", "unreachable", false),
        ],
        facts: facts(Address::Changes, Encryption::Service, Readers::Service, Account::Needed),
    },
    Description {
        id: "devtunnel",
        name: "Dev tunnels",
        command: "devtunnel host --port-numbers {port} --allow-anonymous",
        url: r"^Connect via browser:.*?(https://[a-z0-9]+-\d+\.[a-z0-9]+\.devtunnels\.ms)\b",
        ready: "",
        troubles: &[
            ("Login required", "auth_refused", true),
            ("Unauthorized", "auth_refused", true),
            ("Tunnel service error", "unreachable", false),
        ],
        facts: facts(Address::Changes, Encryption::Service, Readers::Service, Account::Needed),
    },
];

impl Program {
    /// A command line with `{port}`, and how its address is found: by a pattern, or because a person knows it.
    ///
    /// # Errors
    /// When the line is empty or has an open quotation mark, a pattern is none, or there is no way to an address.
    pub fn new(
        command: &str,
        url: &str,
        ready: &str,
        public_url: Option<Url>,
        known: Option<&'static Description>,
        folder: PathBuf,
    ) -> Result<Self, Trouble> {
        let wrong = |words: String| Trouble::lasting("bad_settings", words);
        let words = shlex::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
            wrong("The command is empty, or one of its quotation marks is not closed.".to_owned())
        })?;
        let pattern = |text: &str, what: &str| match text {
            "" => Ok(None),
            text => Regex::new(text)
                .map(Some)
                .map_err(|error| wrong(format!("The pattern of {what} is no regular expression: {error}."))),
        };
        let (url, ready) = (pattern(url, "the address")?, pattern(ready, "readiness")?);
        if url.is_none() && public_url.is_none() {
            return Err(wrong(
                "The program's address is unknown: give a pattern that finds it, or the address.".to_owned(),
            ));
        }
        Ok(Self { words, url, ready, public_url, known, folder })
    }

    /// The program that a command line starts.
    #[must_use]
    pub fn first_word(command: &str) -> Option<String> {
        shlex::split(command)?.into_iter().next()
    }

    /// The public address, when this line tells that it is there.
    fn address(&self, line: &str) -> Option<Url> {
        let found = self.url.as_ref().and_then(|url| url.captures(line));
        if let Some(known) = &self.public_url {
            let ready = self.ready.as_ref().map_or(found.is_some(), |ready| ready.is_match(line));
            return ready.then(|| known.clone());
        }
        let found = found?;
        let url = Url::parse(found.get(1).or_else(|| found.get(0))?.as_str()).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        (plain && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
    }

    fn understand(&self, line: &str) -> Heard {
        if let Some(url) = self.address(line) {
            // A person named the host only where the address was entered; what a program prints is its own choice.
            return Heard::Event(Event::Assigned { url, chosen: self.public_url.is_some() });
        }
        let known = self.known.map_or(&[][..], |known| known.troubles);
        known.iter().find(|(words, ..)| line.contains(words)).map_or(Heard::Nothing, |(_, code, lasting)| {
            let name = self.known.map_or("The program", |known| known.name);
            Heard::Trouble(Trouble { code, detail: format!("{name} says: {line}"), lasting: *lasting })
        })
    }
}

impl Tunnel for Program {
    fn facts(&self) -> Facts {
        let unknown = facts(Address::Stays, Encryption::Unknown, Readers::Unknown, Account::None);
        self.known.map_or(unknown, |known| known.facts)
    }

    fn run(self: Arc<Self>, run: Run) -> Running {
        Box::pin(async move {
            let port = run.door.port().to_string();
            let mut words = self.words.iter().map(|word| word.replace("{port}", &port));
            let start = Start {
                program: words.next().unwrap_or_default(),
                arguments: words.map(Into::into).collect(),
                environment: Vec::new(),
                folder: self.folder.clone(),
            };
            // Without a word to wait for, the address counts from the start; the proof tells whether it works.
            if self.url.is_none()
                && self.ready.is_none()
                && let Some(url) = self.public_url.clone()
            {
                run.tell(Event::Assigned { url, chosen: true }).await;
            }
            drive(&start, &run, |line| self.understand(line)).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{BUNDLED, Program};
    use crate::child::Heard;
    use crate::{Event, Trouble};

    fn bundled(id: &str) -> Program {
        let known = BUNDLED.iter().find(|known| known.id == id).expect("bundled");
        let public = known.url.is_empty().then(|| "https://hooks.example".parse().expect("a URL"));
        Program::new(known.command, known.url, known.ready, public, Some(known), "unused".into())
            .expect("a description")
    }

    fn understood(program: &Program, line: &str) -> String {
        match program.understand(line) {
            Heard::Nothing => "nothing".to_owned(),
            Heard::Event(Event::Assigned { url, chosen }) => format!("{url} {chosen}"),
            Heard::Event(event) => format!("{event:?}"),
            Heard::Trouble(Trouble { code, lasting, .. }) => format!("{code} {lasting}"),
        }
    }

    #[test]
    fn each_program_s_own_lines_are_understood() {
        let table = [
            (
                "ngrok",
                r#"t=2026-03-01T10:00:00+0000 lvl=info msg="started tunnel" obj=tunnels name=command_line addr=http://localhost:4790 url=https://1a2b.ngrok-free.app"#,
                "https://1a2b.ngrok-free.app/ false",
            ),
            (
                "ngrok",
                r#"t=… lvl=info msg="client session established" obj=tunnels.session url=https://dashboard.ngrok.com"#,
                "nothing",
            ),
            (
                "ngrok",
                "ERROR:  authentication failed: Usage of ngrok requires a verified account. … ERR_NGROK_4018",
                "auth_refused true",
            ),
            (
                "ngrok",
                "ERROR:  Your account is limited to 1 simultaneous ngrok agent sessions. ERR_NGROK_108",
                "port_refused true",
            ),
            ("ngrok", "ERROR:  ERR_NGROK_8012", "ended false"),
            ("tailscale", "https://desk.tail1234.ts.net/", "https://desk.tail1234.ts.net/ false"),
            ("tailscale", "|-- proxy http://127.0.0.1:4790", "nothing"),
            ("tailscale", "Funnel is not enabled on your tailnet.", "auth_refused true"),
            ("tailscale", "         https://login.tailscale.com/f/funnel?node=nabc", "nothing"),
            (
                "frp",
                "2026-03-01 10:00:00.000 [I] [client/control.go:172] [abc] [afterchat] start proxy success",
                "https://hooks.example/ true",
            ),
            (
                "frp",
                "[E] login to the server failed: token in login doesn't match token from configuration",
                "auth_refused true",
            ),
            ("frp", "[W] [afterchat] start error: port already used", "port_refused true"),
            (
                "zrok",
                r#"{"level":"info","msg":"access your zrok share at the following endpoints:\n https://abc123.share.zrok.io"}"#,
                "https://abc123.share.zrok.io/ false",
            ),
            ("zrok", "[ERROR]: unable to load environment; did you 'zrok enable'?", "auth_refused true"),
            (
                "devtunnel",
                "Connect via browser: https://abc123.devtunnels.ms:4790, https://abc123-4790.euw.devtunnels.ms",
                "https://abc123-4790.euw.devtunnels.ms/ false",
            ),
            (
                "devtunnel",
                "Inspect network activity: https://abc123-4790-inspect.euw.devtunnels.ms",
                "nothing",
            ),
            ("devtunnel", "Login required. Use `devtunnel user login`.", "auth_refused true"),
        ];
        for (id, line, expected) in table {
            assert_eq!(understood(&bundled(id), line), expected, "{id}: {line}");
        }
    }

    #[test]
    fn a_description_that_cannot_work_is_refused_in_words() {
        let new = |command: &str, url: &str, public: Option<&str>| {
            let public = public.map(|url| url.parse().expect("a URL"));
            Program::new(command, url, "", public, None, "unused".into())
                .map(drop)
                .map_err(|trouble| trouble.detail)
        };
        assert_eq!(new("tool --to {port}", "https://\\S+", None), Ok(()));
        assert_eq!(new("'my tool' {port}", "", Some("https://a.example")), Ok(()));
        assert!(new("", "x", None).unwrap_err().contains("command is empty"));
        assert!(new("tool 'open", "x", None).unwrap_err().contains("quotation"));
        assert!(new("tool", "(", None).unwrap_err().contains("regular expression"));
        assert!(new("tool", "", None).unwrap_err().contains("address"));
    }

    #[test]
    fn a_program_s_output_names_no_address_with_a_password_or_of_another_kind() {
        let any = Program::new("tool", r"at (\S+)", "", None, None, "unused".into()).expect("a description");
        assert_eq!(
            understood(&any, "at http://10.0.0.1:80"),
            "http://10.0.0.1/ false",
            "not chosen by a person"
        );
        for line in
            ["at https://user:word@a.example", "at ftp://a.example", "at file:///etc/passwd", "at nonsense"]
        {
            assert_eq!(understood(&any, line), "nothing", "{line}");
        }
    }
}
