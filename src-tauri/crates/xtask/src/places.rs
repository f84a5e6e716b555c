//! Where things are in the repository.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::commands::{self, tool};

/// What the Rust tests write and people commit.
pub(crate) const GENERATED: &[&str] =
    &["ui/src/host/bindings.ts", "src-tauri/crates/transcript/transcript.schema.json"];

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    // This crate is src-tauri/crates/xtask.
    for _ in 0..3 {
        root.pop();
    }
    root
}

pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// What Cargo knows about the workspace and everything it depends on.
pub(crate) fn metadata() -> anyhow::Result<Value> {
    let text = commands::read(tool("cargo").args(["metadata", "--format-version", "1", "--locked"]))?;
    serde_json::from_str(&text).context("cargo metadata printed something else than JSON")
}

/// Where Cargo puts everything it builds.
pub(crate) fn build_results() -> anyhow::Result<PathBuf> {
    let metadata = metadata()?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(target))
}

/// Where Cargo puts a program it built, with optimisations or without.
pub(crate) fn built(name: &str, release: bool) -> anyhow::Result<PathBuf> {
    let profile = if release { "release" } else { "debug" };
    Ok(build_results()?.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// All files below `folder` that people wrote: no dependencies, no build results, nothing hidden.
pub(crate) fn written_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.')
                || matches!(&*name, "target" | "node_modules" | "dist" | "gen" | "test-results")
            {
                continue;
            }
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
