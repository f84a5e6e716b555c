//! The desktop app: building, opening, developing and packing it.

use std::process::Command;

use crate::commands::{self, tool};
use crate::packages::{self, APP, Consent};
use crate::{page, places};

/// Installs, builds and opens.
pub(crate) fn run(consent: Consent, release: bool) -> anyhow::Result<()> {
    packages::ensure(&[APP], consent)?;
    page::build()?;
    println!("The first build takes some minutes; later ones take seconds.");
    // The features of the whole workspace, so that `cargo xtask test` finds what was built here.
    let mut cargo = tool("cargo");
    cargo.args(["build", "--locked", "--workspace", "--bin", "afterchat-desktop"]);
    if release {
        cargo.arg("--release");
    }
    commands::run(&mut cargo)?;
    println!("Afterchat is open. Close it from its tray menu, or here with Ctrl-C.");
    commands::run(&mut Command::new(places::built("afterchat-desktop", release)?))
}

/// Opens the development identity, with Vite behind the window.
pub(crate) fn dev(consent: Consent) -> anyhow::Result<()> {
    packages::ensure(&[APP], consent)?;
    page::install()?;
    commands::run(tauri_cli().args(["dev", "--config", "src-tauri/tauri.dev.conf.json"]))
}

/// Builds installers for this system.
pub(crate) fn bundle(consent: Consent, kinds: &[String]) -> anyhow::Result<()> {
    packages::ensure(&[APP], consent)?;
    page::install()?;
    let mut tauri = tauri_cli();
    tauri.arg("build");
    for kind in kinds {
        tauri.args(["--bundles", kind]);
    }
    commands::run(&mut tauri)
}

/// Draws every icon file from its SVG.
pub(crate) fn icons() -> anyhow::Result<()> {
    let icons = places::root().join("icons");
    let drawn = std::env::temp_dir().join(format!("afterchat-icons-{}", std::process::id()));
    let draw = |source: &str, sizes: &[&str]| {
        let mut tauri = tauri_cli();
        tauri.arg("icon").arg(icons.join(source)).arg("--output").arg(&drawn);
        for size in sizes {
            tauri.args(["--png", size]);
        }
        commands::run(&mut tauri)
    };
    draw("afterchat.svg", &[])?;
    draw("tray.svg", &["44"])?;
    for (from, to) in [
        ("32x32.png", "32x32.png"),
        ("128x128.png", "128x128.png"),
        ("128x128@2x.png", "128x128@2x.png"),
        ("icon.png", "icon.png"),
        ("icon.icns", "icon.icns"),
        ("icon.ico", "icon.ico"),
        ("44x44.png", "tray-template.png"),
    ] {
        std::fs::copy(drawn.join(from), icons.join(to))?;
    }
    std::fs::remove_dir_all(drawn)?;
    Ok(())
}

/// Tauri's own command line, fetched when it is needed. It is no dependency of the page: its lock entries name a build
/// for every system, which not every registry holds, and only packing and developing need it.
fn tauri_cli() -> Command {
    let mut npx = tool("npx");
    npx.args(["--yes", "--package", "@tauri-apps/cli@^2.12", "tauri"]);
    npx
}
