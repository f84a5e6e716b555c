//! Lists the window's commands, so that Tauri generates one permission for each and denies everything else, and makes a new page
//! lead to a new program.

use std::path::Path;

/// Where `tauri.conf.json` expects the built page.
const PAGE: &str = "../ui/dist";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The page is embedded while the crate compiles, and Cargo would not notice that only the page has changed.
    println!("cargo:rerun-if-changed={PAGE}");
    if !tauri_build::is_dev() && !Path::new(PAGE).join("index.html").exists() {
        return Err("the page is not built yet: run `cargo xtask ui` first".into());
    }
    let commands = tauri_build::AppManifest::new().commands(&[
        "query",
        "act",
        "save_export",
        "save_report",
        "save_file",
        "save_body",
        "import_chosen",
        "open_link",
    ]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
