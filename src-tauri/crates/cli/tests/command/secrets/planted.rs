//! An archive in which every kind of secret is planted once, and the search for them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use afterchat_api::Api;
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use serde_json::{Value, json};

use crate::program::{Bench, PATIENCE, chat};

/// What a request carries that is secret.
pub(crate) const IN_HEAD: [&str; 4] = ["bearer", "cookie", "apikeyheader", "query"];
/// What a service put into a body is shown as it was sent, and masked in what is handed on.
pub(crate) const IN_BODY: &str = "body";
/// What addresses hold: told where somebody asks for addresses.
pub(crate) const HOOK: &str = "hook token";
/// The token that was replaced and works on for a while.
pub(crate) const OLD: &str = "old token";

/// What a person entered and is told to nobody.
const ENTERED: [&str; 5] = ["signing", "openheader", "history", "tunnel", "targetquery"];

/// The letters that are looked for: the same however a text around them is escaped.
fn stem(kind: &str) -> String {
    format!("canary{kind}0815")
}

/// A secret with letters that are escaped in one place or another.
pub(crate) fn canary(kind: &str) -> String {
    format!("{}+/=", stem(kind))
}

/// The same as it stands in a query.
pub(crate) fn in_query(kind: &str) -> String {
    format!("{}%2B%2F%3D", stem(kind))
}

/// An archive with secrets in it.
pub(crate) struct Planted {
    pub(crate) bench: Bench,
    /// A kind, and every way in which it can be written.
    looked_for: Vec<(&'static str, Vec<String>)>,
}

impl Planted {
    /// Plants what is entered. Deliveries come with [`Planted::requests`].
    pub(crate) async fn new(target: &str) -> Self {
        let bench = Bench::new();
        fs::create_dir(bench.path("tmp")).expect("a folder");
        let old = token(&bench, "smartsupp");
        bench.ok(&["source", "rotate", "smartsupp", "--overlap", "14"]);
        let hook = token(&bench, "smartsupp");
        assert_ne!(old, hook);
        let api = Api::open(&bench.path("archive")).expect("an archive");
        for (source, kind) in [("tawkto", "signing"), ("snapengage", "openheader")] {
            let ask = json!({ "source": source, "label": "planted", "secret": canary(kind) });
            api.act("add_secret", ask).await.expect("a signing secret");
        }
        let base = "http://127.0.0.1:9/";
        let entered = json!({ "account": "208", "user": "", "part": "", "base": base, "conversations": "",
            "messages": "", "tag": "", "chat_url": "" });
        let ask = json!({ "service": "snapengage", "token": canary("history"), "entered": entered });
        api.act("enter_history", ask).await.expect("a token");
        let fields = json!({ "server": "", "key": "", "bind": "", "public_url": "https://hooks.example",
            "command": "", "url_pattern": "", "ready_pattern": "", "http2": false });
        let ask = json!({ "kind": "cloudflared_named", "fields": fields, "secret": canary("tunnel") });
        api.act("enter_tunnel", ask).await.expect("a tunnel");
        let url = format!("{target}&api_key={}", in_query("targetquery"));
        let settings = json!({ "name": "", "url": url, "before": false, "pass_back": false, "deadline": 5,
            "credentials": false, "numbered": false, "quarantined": true });
        let ask = json!({ "source": "smartsupp", "settings": settings });
        api.act("add_forward_target", ask).await.expect("a target");
        api.close().await;

        let ways = |text: &str| {
            let mut ways = vec![text.to_owned()];
            ways.push(HEXLOWER.encode(text.as_bytes()));
            ways.extend((0..3).flat_map(|shift| encoded(text, shift)));
            ways
        };
        let kinds = IN_HEAD.into_iter().chain([IN_BODY]).chain(ENTERED);
        let mut looked_for: Vec<_> = kinds.map(|kind| (kind, ways(&stem(kind)))).collect();
        looked_for.extend([(HOOK, ways(&hook)), (OLD, ways(&old))]);
        Self { bench, looked_for }
    }

    /// The program with a folder of its own for what it leaves behind.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bench.command(arguments);
        command.env("TMPDIR", self.bench.path("tmp")).env("AFTERCHAT_LOG", "trace");
        command
    }

    /// Runs it, and gives back all that it said. What it answers to being asked wrongly is for the caller to judge.
    pub(crate) fn said(&self, arguments: &[&str], stdin: &str) -> (bool, String) {
        // A file holds whatever is said; a pipe would have to be read meanwhile.
        let said = self.bench.path("said");
        let file = fs::File::create(&said).expect("a file");
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(file.try_clone().expect("the same file")).stderr(file);
        let mut child = command.spawn().expect("the program starts");
        // Most programs do not read it.
        let _unread = child.stdin.take().expect("it is piped").write_all(stdin.as_bytes());
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                child.kill().expect("it still runs");
                panic!("{arguments:?} does not end");
            }
            std::thread::yield_now();
        };
        (status.success(), String::from_utf8_lossy(&fs::read(said).expect("it is there")).into_owned())
    }

    /// The kinds of secrets that stand in this text, raw or encoded.
    pub(crate) fn found(&self, text: &str) -> Vec<&'static str> {
        let stands = |ways: &Vec<String>| ways.iter().any(|way| text.contains(way.as_str()));
        self.looked_for.iter().filter(|(_, ways)| stands(ways)).map(|(kind, _)| *kind).collect()
    }

    /// Those that stand in a file below this folder.
    pub(crate) fn found_below(&self, folder: &Path) -> Vec<&'static str> {
        let text: String = files(folder)
            .iter()
            .map(|file| String::from_utf8_lossy(&fs::read(file).expect("a file")).into_owned())
            .collect();
        self.found(&text)
    }

    /// The conversation of the delivery with everything secret in it.
    pub(crate) fn conversation(&self) -> String {
        let rows = self.bench.lines(&["deliveries", "--json"]);
        let first = rows.last().expect("the oldest is the last");
        first["conversations"][0].as_str().expect("it was read").to_owned()
    }

    /// Posts what services post: one by the present address, one by the old one, one that is not signed, one with its
    /// secret in the open, and one to an address that is nearly right.
    pub(crate) fn requests(&self, door: &str) {
        let hook = |source: &str| {
            let token = token(&self.bench, source);
            format!("http://{door}/h/{source}/{token}")
        };
        let old = &self.looked_for.iter().find(|(kind, _)| *kind == OLD).expect("it is planted").1[0];
        let head = format!(
            "Authorization: Bearer {}\r\nCookie: session={}\r\nX-Api-Key: {}\r\n",
            canary("bearer"),
            canary("cookie"),
            canary("apikeyheader")
        );
        let open = format!("Authorization: {}\r\n", canary("openheader"));
        let query = format!("?access_token={}", in_query("query"));
        let secret = |number| {
            let chat = chat(number, "Are the lamps in stock?");
            chat.replacen('{', &format!(r#"{{ "api_token": "{}","#, canary(IN_BODY)), 1)
        };
        let plain = |number| chat(number, "Are the lamps in stock?");
        for (url, lines, body, status) in [
            (hook("smartsupp") + &query, &head, secret(1), 200),
            (format!("http://{door}/h/smartsupp/{old}{query}"), &head, plain(2), 200),
            (hook("tawkto") + &query, &head, plain(3), 401),
            (hook("snapengage"), &open, r#"{"id": "c1", "type": "chat", "transcripts": []}"#.to_owned(), 200),
            (hook("smartsupp") + "x" + &query, &head, plain(4), 404),
        ] {
            let answer = crate::listening::post_with(&url, "POST", lines, body.as_bytes());
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{url}: {answer}");
        }
    }
}

/// The token of this source's present address.
pub(crate) fn token(bench: &Bench, name: &str) -> String {
    let sources: Vec<Value> = bench.lines(&["source", "list", "--json"]);
    let source = sources.iter().find(|source| source["name"] == name).expect("a source");
    source["hook_url"].as_str().and_then(|url| url.rsplit('/').next()).expect("an address").to_owned()
}

/// Every file below this folder.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What these letters become in base64, with so many bytes before them.
fn encoded(text: &str, shift: usize) -> [String; 2] {
    let bytes = [vec![0; shift], text.as_bytes().to_vec()].concat();
    // The digits that hold bits of these letters only.
    let own = (8 * shift).div_ceil(6)..8 * bytes.len() / 6;
    [BASE64.encode(&bytes)[own.clone()].to_owned(), BASE64URL.encode(&bytes)[own].to_owned()]
}
