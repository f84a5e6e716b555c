//! Rules about the repository that no compiler and no linter knows.

mod arrows;
mod comments;
mod licences;
mod ports;
mod sources;
mod unused;

use anyhow::bail;
use serde_json::Value;

use crate::places;

/// Runs every check and reports all that was found, so that one run is enough to mend it.
pub(crate) fn all() -> anyhow::Result<()> {
    let metadata = places::metadata()?;
    let root = places::root();
    let manifest = std::fs::read_to_string(root.join("Cargo.toml"))?;
    let mut found = arrows::check(&metadata);
    found.extend(comments::check(&manifest));
    found.extend(licences::check(&metadata));
    found.extend(ports::check(&metadata, &root)?);
    found.extend(sources::check(&root)?);
    found.extend(unused::check(&metadata, &manifest)?);
    for finding in &found {
        println!("  {finding}");
    }
    if !found.is_empty() {
        bail!("{} findings in the structure", found.len());
    }
    Ok(())
}

/// The workspace's own packages.
fn members(metadata: &Value) -> impl Iterator<Item = &Value> {
    let members = list(metadata, "workspace_members");
    list(metadata, "packages").iter().filter(move |package| members.contains(&package["id"]))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
