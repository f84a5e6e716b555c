//! The page: its npm packages and its build.

use std::path::Path;
use std::time::SystemTime;

use anyhow::bail;

use crate::commands::{self, npm};
use crate::places;

/// Builds `ui/dist`, which the desktop app embeds.
pub(crate) fn build() -> anyhow::Result<()> {
    install()?;
    commands::run(&mut npm(&["run", "build"]))
}

/// Brings `node_modules` to what the lock file says, unless it is that already.
pub(crate) fn install() -> anyhow::Result<()> {
    if !commands::exists("npm") {
        bail!("Node 20 or newer with npm is needed: https://nodejs.org/ or your system's packages");
    }
    let folder = places::ui();
    // npm writes this file last, so it is as new as the finished installation.
    let installed = changed_at(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= changed_at(&folder.join("package-lock.json")) {
        return Ok(());
    }
    commands::run(&mut npm(&["ci"]))
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
