//! The only place from which anything is opened in another program.

use afterchat_api::Failure;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt as _;

/// Opens a link a person clicked on in the system's browser or mail program.
pub(crate) fn open(app: &AppHandle, url: &str) -> Result<(), Failure> {
    let url = afterchat_api::openable(url)?;
    app.opener()
        .open_url(url.as_str(), None::<&str>)
        .map_err(|error| Failure { code: "link_not_opened".to_owned(), detail: error.to_string() })
}
