//! Dependencies that no source file names any more.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use crate::places;

pub(super) fn check(metadata: &Value, manifest: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut used_somewhere = Vec::new();
    for package in super::members(metadata) {
        let user = super::text(package, "name");
        let sources = sources(package)?;
        for dependency in super::list(package, "dependencies") {
            let name = dependency["rename"].as_str().unwrap_or(super::text(dependency, "name"));
            used_somewhere.push(name.to_owned());
            let identifier = name.replace('-', "_");
            if !sources.iter().any(|source| names(source, &identifier)) {
                found.push(format!("{user} declares {name} and names it nowhere"));
            }
        }
    }
    for name in declared(manifest) {
        if !used_somewhere.iter().any(|used| used == name) {
            found.push(format!("Cargo.toml: no crate uses `{name}`"));
        }
    }
    Ok(found)
}

fn sources(package: &Value) -> anyhow::Result<Vec<String>> {
    let manifest = Path::new(super::text(package, "manifest_path"));
    let folder = manifest.parent().context("a manifest is in a folder")?;
    let mut sources = Vec::new();
    for file in places::written_files(folder)? {
        // The shell's folder holds the crates too; they speak for themselves.
        let inner = file.strip_prefix(folder)?.starts_with("crates");
        if !inner && file.extension().is_some_and(|ending| ending == "rs") {
            sources.push(std::fs::read_to_string(file)?);
        }
    }
    Ok(sources)
}

/// Whether the crate stands in the text as a path or in an attribute, and not as a part of a longer word.
fn names(source: &str, identifier: &str) -> bool {
    let part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    source.match_indices(identifier).any(|(start, _)| {
        let before = source[..start].chars().next_back();
        let after = &source[start + identifier.len()..];
        !before.is_some_and(part_of_word)
            && (after.starts_with("::")
                || after.starts_with(';')
                || after.starts_with(" as ")
                || after.starts_with("::{"))
    })
}

fn declared(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_used_where_a_path_begins_with_it() {
        assert!(names("use serde_json::json;", "serde_json"), "an import names it");
        assert!(names("let url = url::Url::parse(x);", "url"), "so does a path");
        assert!(!names("let curl::x", "url"), "a longer word is another crate");
        assert!(!names("// the url is", "url"), "prose uses nothing");
    }
}
