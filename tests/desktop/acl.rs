//! What the built app knows of commands and permissions, as its build wrote it down.

use std::path::Path;

use serde_json::Value;

fn generated(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/gen/schemas").join(name);
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&file).unwrap()
}

/// Every command of every plugin that is linked, of Tauri's own ones too.
pub(crate) fn plugin_commands() -> Vec<String> {
    let manifests = generated("acl-manifests.json");
    let of_plugin = |(name, manifest): (&String, &Value)| {
        let plugin = name.strip_prefix("core:").unwrap_or(name).to_owned();
        let permissions = manifest["permissions"].as_object().unwrap().values().cloned();
        let commands = permissions.flat_map(|permission| {
            let of = |list: &str| permission["commands"][list].as_array().cloned().unwrap_or_default();
            [of("allow"), of("deny")].concat()
        });
        commands.map(|command| format!("plugin:{plugin}|{}", command.as_str().unwrap())).collect::<Vec<_>>()
    };
    let plugins = manifests.as_object().unwrap().iter().filter(|(name, _)| *name != "__app-acl__");
    let mut commands: Vec<String> = plugins.flat_map(of_plugin).collect();
    commands.sort();
    commands.dedup();
    commands
}

#[test]
fn the_built_window_may_do_what_its_capability_says_and_no_more() {
    let built = generated("capabilities.json");
    let built = built.as_object().unwrap();
    assert_eq!(built.keys().collect::<Vec<_>>(), ["main"], "one capability");
    let main = &built["main"];
    assert_eq!(main["windows"], serde_json::json!(["main"]), "for one window, by its name");
    assert_eq!(main["local"], true);
    assert!(main.get("remote").is_none_or(Value::is_null), "no page from elsewhere has commands");
    assert!(main.get("webviews").is_none_or(|webviews| webviews.as_array().is_none_or(Vec::is_empty)));
    let file = include_str!("../../src-tauri/capabilities/main.json");
    let file: Value = serde_json::from_str(file).unwrap();
    assert_eq!(main["permissions"], file["permissions"]);
}
