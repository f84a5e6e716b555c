//! What runs for long: the log and the output of `listen` and `serve`, what their children are told, and whose their files are.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use serde_json::Value;

use super::planted::{HOOK, Planted, files, in_query};
use crate::program::PATIENCE;
use crate::target::Recorder;

/// A running program whose output and log are files.
pub(super) struct Watched<'a> {
    planted: &'a Planted,
    child: Child,
    name: &'static str,
}

impl<'a> Watched<'a> {
    pub(super) fn start(planted: &'a Planted, name: &'static str, mut command: Command) -> Self {
        let file =
            |ending: &str| File::create(planted.bench.path(&format!("{name}.{ending}"))).expect("a file");
        let child = command.stdout(file("out")).stderr(file("log")).spawn().expect("the program starts");
        Self { planted, child, name }
    }

    fn text(&self, ending: &str) -> String {
        fs::read_to_string(self.planted.bench.path(&format!("{}.{ending}", self.name))).expect("text")
    }

    /// Waits until its output holds these letters so often.
    pub(super) fn until(&self, letters: &str, times: usize) -> String {
        wait_for(letters, || Some(self.text("out")).filter(|out| out.matches(letters).count() >= times))
    }

    /// Ends it as a service manager does and gives back its output and its log.
    pub(super) fn stop(mut self) -> (String, String) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success(), "it still runs");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{}: {}", self.name, self.text("log"));
        (self.text("out"), self.text("log"))
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

pub(super) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} in time");
        std::thread::yield_now();
    }
}

/// The first address of this machine in a text.
pub(super) fn door(text: &str, before: &str) -> String {
    let (_, rest) = text.split_once(before).expect("it tells where");
    let (_, rest) = rest.split_once("http://").expect("an address");
    let digits: String =
        rest.chars().take_while(|letter| letter.is_ascii_digit() || ".:".contains(*letter)).collect();
    digits.trim_end_matches('.').to_owned()
}

/// The page of a running `serve`: what it asks goes through the same port, with the same session.
pub(super) struct Page {
    at: String,
    link: String,
    cookie: String,
}

impl Page {
    /// Opens the link that stands in the output.
    pub(super) fn open(out: &str) -> Self {
        let (_, link) = out.split_once("/open/").expect("a link");
        let link = link.split('"').next().expect("its end").to_owned();
        let mut page = Self { at: door(out, "link"), link, cookie: String::new() };
        let opened = page.exchange(&format!("GET /open/{}", page.link), "");
        let cookie = opened.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a session");
        cookie.split(';').next().expect("a value").clone_into(&mut page.cookie);
        page
    }

    fn session(&self) -> &str {
        self.cookie.split_once('=').expect("a cookie").1
    }

    /// The status and the JSON of an answer; null where it is none.
    pub(super) fn ask(&self, request: &str, body: &str) -> (u16, Value) {
        let answer = self.exchange(request, body);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let (_, json) = answer.split_once("\r\n\r\n").expect("a body");
        (status.expect("a status"), serde_json::from_str(json).unwrap_or_default())
    }

    fn exchange(&self, request: &str, body: &str) -> String {
        let mut socket = TcpStream::connect(&self.at).expect("it serves");
        let (at, cookie, length) = (&self.at, &self.cookie, body.len());
        write!(
            socket,
            "{request} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nX-Afterchat: 1\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("it takes");
        let mut answer = String::new();
        let _reset = socket.read_to_string(&mut answer);
        answer
    }
}

/// Nobody else enters the folder; the archive and whatever else holds a secret is its owner's alone also by itself.
fn private(planted: &Planted, folder: &Path) {
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    let files = files(folder);
    let named = |file: &Path| {
        file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("archive.sqlite"))
    };
    let secret = |file: &Path| {
        // A program may remove a file meanwhile.
        let bytes = fs::read(file).unwrap_or_default();
        named(file) || !planted.found(&String::from_utf8_lossy(&bytes)).is_empty()
    };
    let secret: Vec<_> = files.iter().filter(|file| secret(file)).collect();
    assert!(!secret.is_empty(), "the archive is there: {files:?}");
    for file in secret {
        assert_eq!(mode(file), 0o600, "{} is its owner's alone", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listening_and_forwarding_tells_no_secret_but_the_addresses_it_is_asked_for() {
    let (kept, entered) = (Recorder::always(200), Recorder::always(200));
    for (name, json) in [("plain", &[][..]), ("lines", &["--json"][..])] {
        let planted = Planted::new(&kept.url).await;
        let to = format!("{}&api_key={}", entered.url, in_query("targetquery"));
        let arguments = [&["listen", "--port", "0", "--forward", &to], json].concat();
        let listen = Watched::start(&planted, name, planted.command(&arguments));
        let out = listen.until("/h/any/", 1);
        planted.requests(&door(&out, if json.is_empty() { "Listening" } else { "listening" }));
        // To each target goes what it takes: two of one source, and all that are in no quarantine.
        for recorder in [&kept, &kept, &entered, &entered, &entered] {
            recorder.next();
        }
        for (recorder, times) in [(&kept, 2), (&entered, 3)] {
            let (at, _) = recorder.url.split_once("/hook").expect("its address");
            listen.until(at.trim_start_matches("http://"), times);
        }
        let archive = planted.bench.path("archive");
        private(&planted, &archive);
        assert!(
            files(&archive).iter().any(|file| file.ends_with("archive.sqlite-wal")),
            "{:?}",
            files(&archive)
        );
        let (out, log) = listen.stop();
        assert_eq!(planted.found(&log), [""; 0], "a log is sent to whoever helps: {log}");
        assert_eq!(planted.found(&out), [HOOK], "{out}");
        private(&planted, &archive);
        assert!(files(&planted.bench.path("tmp")).is_empty(), "nothing is left behind");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_serve_tells_no_secret_and_no_link() {
    let kept = Recorder::always(200);
    let planted = Planted::new(&kept.url).await;
    let arguments = ["serve", "--ui-port", "0", "--port", "0", "--json"];
    let serve = Watched::start(&planted, "serve", planted.command(&arguments));
    let out = serve.until("\n", 1);
    planted.requests(&door(&out, "listening"));
    let page = Page::open(&out);
    for (request, body) in [
        ("POST /api/query/delivery", r#"{"id":"1"}"#),
        ("POST /api/query/delivery", r#"{"id":"canary"}"#),
        ("GET /api/delivery/1/body", ""),
    ] {
        let (status, answer) = page.ask(request, body);
        assert!((status == 200) != body.contains("canary"), "{request}: {status} {answer}");
    }
    let (out, log) = serve.stop();
    assert_eq!(planted.found(&log), [""; 0], "{log}");
    assert!(!log.contains(&page.link) && !log.contains(page.session()), "{log}");
    assert_eq!(planted.found(&out), [""; 0], "{out}");
    private(&planted, &planted.bench.path("archive"));
}

/// Whoever has an account on this machine reads the arguments of every process.
#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_s_secret_is_in_no_argument_and_in_no_file_that_others_read() {
    let kept = Recorder::always(200);
    let planted = Planted::new(&kept.url).await;
    let seen = planted.bench.path("seen");
    let script = format!(
        "#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline > '{0}.part'\nmv '{0}.part' '{0}'\nexec sleep 600\n",
        seen.display()
    );
    let program = planted.bench.file("bin/cloudflared", script);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    let mut command = planted.command(&["listen", "--port", "0", "--json", "--tunnel", "cloudflared-named"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", planted.bench.path("bin").display()));
    let listen = Watched::start(&planted, "tunnel", command);
    let arguments = wait_for("the program runs", || fs::read_to_string(&seen).ok());
    assert!(arguments.contains("cloudflared") && arguments.contains("tunnel"), "{arguments}");
    assert_eq!(planted.found(&arguments), [""; 0], "{arguments}");
    private(&planted, &planted.bench.path("archive"));
    let (out, log) = listen.stop();
    assert_eq!(planted.found(&log), [""; 0], "{log}");
    assert_eq!(planted.found(&out), [HOOK], "{out}");
    let left = planted.found_below(&planted.bench.path("archive/tunnel"));
    assert_eq!(left, [""; 0], "it is not left in a file once the tunnel is down");
}
