//! A desktop of its own for each test: a screen in memory, a session bus, fresh folders, and the app under WebKitWebDriver.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Generous, because a busy machine with two cores draws a first page slowly. Nothing waits this long when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// In the folder of a desktop: what was said on outputs, and what was to be opened elsewhere.
const SAID: &str = "said";
const OPENED: &str = "opened";
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// A sample payload of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The running app and everything it runs on. Dropping it ends all of that.
pub(crate) struct Desktop {
    page: Client,
    // Ended in this order: the driver with the app, the bus, the screen; the folders last.
    _driver: Ended,
    _bus: Ended,
    _screen: Ended,
    home: TempDir,
    presses: AtomicUsize,
    /// What the app runs in.
    surroundings: Vec<(&'static str, OsString)>,
}

impl Desktop {
    /// The app.
    pub(crate) async fn start() -> Self {
        Self::under(app(), &[], &[], &|_| {}).await
    }

    /// The app, which writes down all that it can say of itself.
    pub(crate) async fn start_talking() -> Self {
        Self::under(app(), &[], &[("AFTERCHAT_LOG", "trace")], &|_| {}).await
    }

    /// The app, on an archive whose folder is prepared first.
    pub(crate) async fn start_on(prepare: &dyn Fn(&Path)) -> Self {
        Self::under(app(), &[], &[], prepare).await
    }

    /// A browser with the app's engine and none of its protection, for pages that must be safe by themselves.
    pub(crate) async fn browser() -> Self {
        Self::under(mini_browser(), &["--automation"], &[], &|_| {}).await
    }

    async fn under(
        program: PathBuf,
        arguments: &[&str],
        more: &[(&'static str, &str)],
        prepare: &dyn Fn(&Path),
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut surroundings = folders(home.path());
        surroundings.extend(more.iter().map(|(name, value)| (*name, OsString::from(value))));
        surroundings.push(("PATH", opener(home.path())));
        prepare(&home.path().join("archive"));
        let (screen, display) = screen();
        let (bus, address) = bus();
        let port = free_port();
        surroundings.extend([
            ("DISPLAY", format!(":{display}").into()),
            ("DBUS_SESSION_BUS_ADDRESS", address.into()),
            ("GDK_BACKEND", "x11".into()),
            ("NO_AT_BRIDGE", "1".into()),
            ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
            ("AFTERCHAT_PORT", "0".into()),
        ]);
        // The app says what it says where its driver does.
        let said = std::fs::File::create(home.path().join(SAID)).unwrap();
        let driver = Ended::saying(
            Command::new("WebKitWebDriver")
                .arg(format!("--port={port}"))
                .envs(surroundings.clone())
                .env_remove("WAYLAND_DISPLAY")
                .stdout(said.try_clone().unwrap()),
            said.into(),
        );
        let page = connect(port, &program, arguments).await;
        let desktop = Self {
            page,
            _driver: driver,
            _bus: bus,
            _screen: screen,
            home,
            presses: AtomicUsize::new(0),
            surroundings,
        };
        desktop.drawn().await;
        desktop
    }

    /// Calls a Tauri command as the page would; the error is what the page would catch.
    pub(crate) async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [command, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, args).then((ok) => done({ ok }), (error) => done({ error }));";
        let answer = self.page.execute_async(script, vec![json!(command), arguments]).await.unwrap();
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["ok"].clone()),
        }
    }

    pub(crate) async fn run(&self, script: &str) {
        self.page.execute(script, Vec::new()).await.unwrap();
    }

    /// What this expression is in the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.page.execute(&format!("return {expression}"), Vec::new()).await.unwrap()
    }

    /// Leads a browser to a page; the app's window would not go.
    pub(crate) async fn open(&self, url: &str) {
        self.page.goto(url).await.unwrap();
    }

    pub(crate) async fn sized(&self, width: u32, height: u32) {
        self.page.set_window_size(width, height).await.unwrap();
    }

    /// Waits until the page has been painted, which a page that only exists is not.
    pub(crate) async fn drawn(&self) {
        let twice =
            "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        self.page.execute_async(twice, Vec::new()).await.unwrap();
    }

    /// The first element that matches, as soon as a person could see it.
    pub(crate) async fn shown(&self, selector: &str) -> Element {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(element) = self.page.find(Locator::Css(selector)).await
                && element.is_displayed().await.unwrap_or(false)
            {
                return element;
            }
            if Instant::now() > deadline {
                let picture = self.picture(selector).await;
                panic!("{selector} did not appear; the window is in {}", picture.display());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Presses a button of the mouse where the element begins, after it was brought into view. Never twice at one place,
    /// which would be a double click.
    pub(crate) async fn press(&self, element: &Element, button: u64) {
        let aside = 3 + 10 * (self.presses.fetch_add(1, Ordering::Relaxed) % 2);
        let place = "const [element, aside] = arguments;
            const high = element.getBoundingClientRect().height > innerHeight / 2;
            element.scrollIntoView({ block: high ? 'start' : 'center' });
            const { left, top, width, height } = element.getClientRects()[0];
            return [left + Math.min(aside, width - 1), top + height / 2].map(Math.round)";
        let place = async || {
            // A region that is brought back to where somebody stood moves for some frames.
            self.drawn().await;
            self.drawn().await;
            self.page.execute(place, vec![json!(element), json!(aside)]).await.unwrap()
        };
        let mut before = Value::Null;
        let mut now = place().await;
        while now != before {
            before = now;
            now = place().await;
        }
        let place = now;
        let [x, y] = [0, 1].map(|at| place[at].as_f64().unwrap());
        let mouse = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        self.page.perform_actions(mouse).await.unwrap();
    }

    /// All elements that match, in their order.
    pub(crate) async fn all(&self, selector: &str) -> Vec<Element> {
        self.page.find_all(Locator::Css(selector)).await.unwrap()
    }

    /// What was opened outside the app so far, in no order: the arguments of each call.
    pub(crate) fn opened(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.home.path().join(OPENED)).unwrap().flatten();
        let whole = files.filter(|file| file.path().extension().is_none_or(|ending| ending != "part"));
        let mut opened: Vec<_> = whole.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
        opened.sort();
        opened
    }

    /// What the app and its driver have said on their outputs so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.home.path().join(SAID)).unwrap()).into_owned()
    }

    /// Everything that the app wrote beside its archive, by its name.
    pub(crate) fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let archive = self.home.path().join("archive");
        let mut folders = vec![self.home.path().to_owned()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                let kind = std::fs::symlink_metadata(&path).map(|known| known.file_type());
                match kind {
                    Ok(kind) if kind.is_dir() && path != archive => folders.push(path),
                    // A file may be gone meanwhile, and a socket is none.
                    Ok(kind) if kind.is_file() => {
                        let bytes = std::fs::read(&path).unwrap_or_default();
                        found.push((path, bytes));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    pub(crate) async fn address(&self) -> String {
        self.page.current_url().await.unwrap().to_string()
    }

    pub(crate) async fn windows(&self) -> usize {
        self.page.windows().await.unwrap().len()
    }

    /// Starts the app once more, as a person does who does not see its window, and tells how that start ended.
    pub(crate) async fn start_again(&self) -> ExitStatus {
        let mut start = tokio::process::Command::new(app());
        start.envs(self.surroundings.clone()).env_remove("WAYLAND_DISPLAY").stderr(Stdio::null());
        let started = start.kill_on_drop(true).status();
        tokio::time::timeout(PATIENCE, started).await.expect("it hands over and ends").unwrap()
    }

    /// Closes the window, as a person would.
    pub(crate) async fn end(self) {
        self.page.clone().close().await.unwrap();
    }

    /// Closes the window where the app ends with it, and waits for that.
    pub(crate) async fn end_with_the_app(self) {
        let archive = self.home.path().join("archive");
        let runs = || {
            let processes = std::fs::read_dir("/proc").unwrap().flatten();
            let mut environments = processes.filter_map(|process| {
                std::fs::read(process.path().join("environ"))
                    .ok()
                    .zip(std::fs::read_link(process.path().join("exe")).ok())
            });
            let named = archive.as_os_str().as_encoded_bytes();
            environments.any(|(environment, program)| {
                program == app() && environment.windows(named.len()).any(|place| place == named)
            })
        };
        assert!(runs(), "it runs until its window is closed");
        self.page.clone().close().await.unwrap();
        let deadline = Instant::now() + PATIENCE;
        while runs() {
            assert!(Instant::now() < deadline, "the app must end with its window");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    async fn picture(&self, of: &str) -> PathBuf {
        let name: String = of.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("desktop-{name}.png"));
        std::fs::write(&path, self.page.screenshot().await.unwrap()).unwrap();
        path
    }
}

/// Starts the program through the driver.
async fn connect(port: u16, program: &Path, arguments: &[&str]) -> Client {
    let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
    let mut session = ClientBuilder::new(HttpConnector::new());
    session.capabilities(options.as_object().unwrap().clone());
    let driver = format!("http://127.0.0.1:{port}");
    let deadline = Instant::now() + PATIENCE;
    loop {
        // A driver that listens already but cannot start the app never answers.
        let asked = tokio::time::timeout(PATIENCE, session.connect(&driver)).await;
        match asked.expect("the app did not start under the driver") {
            Ok(page) => return page,
            Err(error) => assert!(Instant::now() < deadline, "no session: {error}"),
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// The app built beside this test, unless another one is named.
fn app() -> PathBuf {
    let named = std::env::var_os("AFTERCHAT_DESKTOP").map(PathBuf::from);
    let app = named.unwrap_or_else(|| {
        let test = std::env::current_exe().unwrap();
        // target/debug/deps/this-test
        test.ancestors().nth(2).unwrap().join("afterchat-desktop")
    });
    assert!(
        app.exists(),
        "{} is missing: run `cargo xtask ui` and `cargo build -p afterchat-desktop`",
        app.display()
    );
    app
}

/// WebKit's own small browser, which comes with its library.
fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|folder| folder.path());
    let places = folders.chain([PathBuf::from("/usr/libexec"), PathBuf::from("/usr/lib")]);
    let mut programs = places.map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"));
    programs.find(|program| program.exists()).expect("MiniBrowser comes with libwebkit2gtk-4.1")
}

fn screen() -> (Ended, String) {
    let mut screen = Ended::after(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x820x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped()),
    );
    let display = screen.first_line();
    (screen, display)
}

fn bus() -> (Ended, String) {
    let mut bus = Ended::after(
        Command::new("dbus-daemon").args(["--session", "--nofork", "--print-address"]).stdout(Stdio::piped()),
    );
    let address = bus.first_line();
    (bus, address)
}

/// All folders the app could write to are below one that is thrown away.
fn folders(home: &Path) -> Vec<(&'static str, OsString)> {
    let names = [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "runtime"),
        ("AFTERCHAT_DATA", "archive"),
    ];
    let folders: Vec<_> =
        names.into_iter().map(|(variable, name)| (variable, home.join(name).into_os_string())).collect();
    for (_, folder) in &folders {
        std::fs::create_dir(folder).unwrap();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    folders
}

/// Puts a program before all others that writes down what it was to open, and gives the path on which it is found.
fn opener(home: &Path) -> OsString {
    let (programs, opened) = (home.join("bin"), home.join(OPENED));
    std::fs::create_dir(&programs).unwrap();
    std::fs::create_dir(&opened).unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s' \"$*\" > '{0}'/$$.part\nmv '{0}'/$$.part '{0}'/$$\n",
        opened.display()
    );
    // Each that the app would try, one after another.
    for name in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
        std::fs::write(programs.join(name), &script).unwrap();
        std::fs::set_permissions(programs.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let known = std::env::var_os("PATH").unwrap();
    std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&known))).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A program that ends with the test, together with what it started.
struct Ended(Child);

impl Ended {
    fn after(command: &mut Command) -> Self {
        Self::saying(command, Stdio::null())
    }

    fn saying(command: &mut Command, errors: Stdio) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(Stdio::null()).stderr(errors).spawn();
        Self(child.unwrap_or_else(|error| panic!("{program} cannot be started: {error}")))
    }

    fn first_line(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // The group, because the driver leaves the app behind. Both may have ended by themselves, which is as good.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}
