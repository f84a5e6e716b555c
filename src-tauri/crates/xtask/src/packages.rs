//! System packages: which are needed, why, and how they get here.

use std::io::{IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::commands::{self, tool};

/// A Debian package and the reason for it.
pub(crate) struct Package {
    name: &'static str,
    why: &'static str,
}

const fn package(name: &'static str, why: &'static str) -> Package {
    Package { name, why }
}

/// To build and open the window.
pub(crate) const APP: &[Package] = &[
    package("build-essential", "the C compiler that builds SQLite, and the linker"),
    package("pkg-config", "finds the libraries below while building"),
    package("libwebkit2gtk-4.1-dev", "WebKit, which draws the window"),
    package("libayatana-appindicator3-1", "the tray icon"),
];

/// To test it on a machine without a screen.
pub(crate) const TESTS: &[Package] = &[
    package("chromium", "the browser tests run in it"),
    package("xvfb", "a screen in memory for the desktop test"),
    package("webkit2gtk-driver", "drives the real window over WebDriver"),
    package("dbus", "the session bus a desktop has"),
    package("curl", "sends again what Afterchat wrote as a curl command"),
    package("httpie", "the same for HTTPie commands"),
    package("openssh-server", "the other end of `ssh -R`; the tests run it as a process of their own"),
    package("openssh-client", "`ssh -R` itself, and `ssh-keygen`"),
    package("fonts-dejavu-core", "letters, so that layout is measured on real text"),
    package("fonts-noto-color-emoji", "emoji, which visitors send"),
];

/// Whether missing packages may be installed without a question.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Given,
    Ask,
}

impl From<bool> for Consent {
    fn from(yes: bool) -> Self {
        let unattended = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
        if yes || unattended { Self::Given } else { Self::Ask }
    }
}

/// Installs what is missing on Debian and its relatives; elsewhere says what is needed and goes on.
pub(crate) fn ensure(wanted: &[&'static [Package]], consent: Consent) -> anyhow::Result<()> {
    if !has_apt() {
        say_what_is_needed();
        return Ok(());
    }
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("These system packages are missing:");
    for package in &missing {
        println!("  {:28} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let install = [&["install", "-y", "--no-install-recommends"], names.as_slice()].concat();
    let line = format!("apt-get {}", install.join(" "));
    let Some(mut apt) = apt_as_root(&["update"])? else {
        bail!("install them as root, then start again:\n  {line}");
    };
    println!("They are installed with:\n  {line}");
    if consent == Consent::Ask && !agreed()? {
        bail!("nothing was installed");
    }
    commands::run(&mut apt)?;
    match apt_as_root(&install)? {
        Some(mut apt) => commands::run(&mut apt),
        None => bail!("sudo is gone"),
    }
}

fn has_apt() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let debian = release
        .lines()
        .filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="))
        .any(|line| line.contains("debian") || line.contains("ubuntu"));
    debian && commands::exists("dpkg-query")
}

fn say_what_is_needed() {
    println!(
        "{}",
        match std::env::consts::OS {
            "macos" =>
                "Needed on macOS: the Xcode command line tools (xcode-select --install) and Node 20 or newer.",
            "windows" => {
                "Needed on Windows: the Visual Studio C++ build tools, WebView2 (part of Windows 11) and Node 20 or newer."
            }
            _ => {
                "Needed on this system: a C compiler, pkg-config, WebKitGTK 4.1 with its headers, the Ayatana appindicator library \
             and Node 20 or newer; for the tests also Chromium, Xvfb, WebKitWebDriver, dbus-daemon, curl and HTTPie."
            }
        }
    );
}

fn missing(wanted: &[&'static [Package]]) -> anyhow::Result<Vec<&'static Package>> {
    let mut missing = Vec::new();
    for package in wanted.iter().copied().flatten() {
        let asked = tool("dpkg-query")
            .args(["--show", "--showformat=${db:Status-Status}\n", package.name])
            .stderr(Stdio::null())
            .output()
            .context("dpkg-query cannot be started")?;
        // A package of several architectures has several lines.
        if !String::from_utf8_lossy(&asked.stdout).lines().any(|status| status == "installed") {
            missing.push(package);
        }
    }
    Ok(missing)
}

/// apt-get with the rights it needs, or nothing when there is no way to them.
fn apt_as_root(arguments: &[&str]) -> anyhow::Result<Option<Command>> {
    let root = commands::read(tool("id").arg("-u"))?.trim() == "0";
    let mut apt = if root {
        tool("apt-get")
    } else if commands::exists("sudo") {
        let mut sudo = tool("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    } else {
        return Ok(None);
    };
    apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(Some(apt))
}

fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to ask; start again with --yes to install them");
    }
    print!("Install them now? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}
