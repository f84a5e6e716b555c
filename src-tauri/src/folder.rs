//! Which archive this window shows.

use std::path::PathBuf;

use afterchat_api::Failure;
use tauri::{AppHandle, Manager as _};

/// The identifier of the released app, as in `tauri.conf.json`.
const RELEASED: &str = "app.afterchat.desktop";

/// The released app shares its archive with the `afterchat` command. The development identity keeps to its own folder, so that
/// trying something out never touches real conversations.
pub(crate) fn of(app: &AppHandle) -> Result<PathBuf, Failure> {
    let released = app.config().identifier == RELEASED;
    if released || std::env::var_os("AFTERCHAT_DATA").is_some() {
        return afterchat_api::data_folder();
    }
    // Not the folder itself, in which the web view keeps its cache.
    app.path()
        .app_data_dir()
        .map(|folder| folder.join("archive"))
        .map_err(|error| Failure { code: "no_data_folder".to_owned(), detail: error.to_string() })
}
