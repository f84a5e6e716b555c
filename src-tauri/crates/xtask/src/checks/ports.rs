//! Which ports the product opens: the public door's, and that of the browser host, which only the command has.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::places;

/// Words that open a port, or one to the whole network.
const OPENING: &[&str] = &[
    "TcpListener::bind",
    "TcpSocket",
    "UdpSocket::bind",
    "UnixListener::bind",
    "axum::serve",
    "Addr::UNSPECIFIED",
];

/// The files that may, and why.
const MAY_OPEN: &[(&str, &str)] = &[
    ("src-tauri/crates/listener/src/door.rs", "the public door"),
    ("src-tauri/crates/cli/src/serve/mod.rs", "the browser host"),
    ("src-tauri/crates/tunnel/src/cloudflared.rs", "finds a free port for cloudflared and leaves it at once"),
    ("src-tauri/crates/tunnel/src/bore/wire.rs", "its tests stand in for a server"),
];

/// The program that shows the inbox in a browser, and the one that is packaged.
const COMMAND: &str = "afterchat";
const DESKTOP: &str = "afterchat-desktop";

pub(super) fn check(metadata: &Value, root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = opened(root)?;
    if reached(metadata, DESKTOP).contains(COMMAND) {
        found.push(format!("{DESKTOP} stands on {COMMAND}: the browser host must be absent from the window"));
    }
    let command = super::members(metadata).find(|package| super::text(package, "name") == COMMAND);
    for target in command.map_or(&[][..], |package| super::list(package, "targets")) {
        if super::list(target, "kind")
            .iter()
            .any(|kind| kind != "bin" && kind != "test" && kind != "custom-build")
        {
            found.push(format!(
                "{COMMAND} can be linked: only as a program of its own does it stay out of the window"
            ));
        }
    }
    let config: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("src-tauri/tauri.conf.json"))?)?;
    for carried in ["externalBin", "resources"] {
        if !config["bundle"][carried].is_null() {
            found.push(format!("tauri.conf.json: `{carried}` packs something beside the window"));
        }
    }
    Ok(found)
}

fn opened(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for file in places::written_files(&root.join("src-tauri"))? {
        let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let in_the_product = name.ends_with(".rs") && !name.contains("/tests/") && !name.contains("/xtask/");
        if !in_the_product || MAY_OPEN.iter().any(|(allowed, _)| *allowed == name) {
            continue;
        }
        let text = std::fs::read_to_string(&file)?;
        let words = OPENING.iter().filter(|word| text.contains(**word));
        found.extend(
            words.map(|word| format!("{name}: `{word}`: say in xtask's checks/ports.rs why it opens a port")),
        );
    }
    Ok(found)
}

/// The names of all packages that this one stands on, near or far.
fn reached<'a>(metadata: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let packages = super::list(metadata, "packages");
    let named = |id: &Value| {
        packages.iter().find(|package| package["id"] == *id).map(|package| super::text(package, "name"))
    };
    let nodes = super::list(&metadata["resolve"], "nodes");
    let mut found = BTreeSet::new();
    let mut next: Vec<&Value> = packages
        .iter()
        .filter(|package| super::text(package, "name") == name)
        .map(|package| &package["id"])
        .collect();
    while let Some(id) = next.pop() {
        let node = nodes.iter().find(|node| node["id"] == *id);
        for dependency in node.map_or(&[][..], |node| super::list(node, "dependencies")) {
            if named(dependency).is_some_and(|name| found.insert(name)) {
                next.push(dependency);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::reached;

    #[test]
    fn what_a_package_stands_on_is_found_however_far_it_is() {
        let metadata = json!({
            "packages": [{ "id": "1", "name": "window" }, { "id": "2", "name": "api" }, { "id": "3", "name": "command" }, { "id": "4", "name": "other" }],
            "resolve": { "nodes": [
                { "id": "1", "dependencies": ["2"] },
                { "id": "2", "dependencies": ["3", "1"] },
                { "id": "4", "dependencies": ["2"] },
            ] }
        });
        assert_eq!(
            reached(&metadata, "window").into_iter().collect::<Vec<_>>(),
            ["api", "command", "window"]
        );
        assert!(reached(&metadata, "command").is_empty());
    }
}
