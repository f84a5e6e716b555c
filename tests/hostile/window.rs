//! What the desktop window may do, as it is written down: its policy, its capability, its commands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The policy of the window, word for word as it was designed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self' ipc: http://ipc.localhost; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'";
/// What the page may call of Tauri itself.
const EVENTS: [&str; 2] = ["core:event:allow-listen", "core:event:allow-unlisten"];

fn shell() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri")
}

fn json_of(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(shell().join(name)).unwrap()).unwrap()
}

/// What stands between these two in a file, word by word.
fn names(file: &str, from: &str, to: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(shell().join(file)).unwrap();
    let inside = text.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let name = |word: &str| word.trim().trim_matches('"').trim_start_matches("commands::").to_owned();
    inside.split(',').map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_window_keeps_to_its_policy_and_loads_nothing_by_other_ways() {
    let app = &json_of("tauri.conf.json")["app"];
    let security = &app["security"];
    assert_eq!(security["csp"], POLICY);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["assetProtocol"], json!({ "enable": false }));
    assert_eq!(security["capabilities"], json!(["main"]));
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(app["windows"], json!([]), "the one window is made in Rust");
    let known = ["capabilities", "freezePrototype", "assetProtocol", "csp", "devCsp"];
    for name in security.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name} may open what the policy closes");
    }
    let looser = security["devCsp"]
        .as_str()
        .unwrap()
        .replace(" 'unsafe-inline'", "")
        .replace(" ws://localhost:5173", "");
    assert_eq!(looser, POLICY, "while developing, only what Vite needs is added");
}

#[test]
fn one_window_has_one_capability_with_the_eight_commands() {
    let files = std::fs::read_dir(shell().join("capabilities")).unwrap().count();
    assert_eq!(files, 1, "a second file would be a second capability");
    let main = json_of("capabilities/main.json");
    let known = ["$schema", "identifier", "description", "windows", "permissions"];
    for name in main.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name} would widen the capability");
    }
    assert_eq!(main["windows"], json!(["main"]), "no pattern, one name");
    let commands = names("build.rs", "AppManifest::new().commands(&[", "]");
    assert_eq!(commands.len(), 8);
    assert_eq!(
        commands,
        names("src/lib.rs", "generate_handler![", "]"),
        "what is handled is in the manifest"
    );
    let allowed = commands.iter().map(|command| format!("allow-{}", command.replace('_', "-")));
    let expected: BTreeSet<String> = allowed.chain(EVENTS.map(str::to_owned)).collect();
    let permissions = main["permissions"].as_array().unwrap();
    let granted: BTreeSet<String> =
        permissions.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(granted, expected, "no plugin can be called from the page");
    assert_eq!(permissions.len(), granted.len());
}
