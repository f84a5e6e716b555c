//! Where the archive lives.

use std::path::PathBuf;

use crate::Failure;

/// The folder named by `AFTERCHAT_DATA`, else the place each system keeps such data.
///
/// # Errors
/// When the system names no such place, as for an account without a home.
pub fn data_folder() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os("AFTERCHAT_DATA").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let folders = directories::ProjectDirs::from("app", "Afterchat", "Afterchat");
    folders.map(|folders| folders.data_dir().to_owned()).ok_or_else(|| {
        let detail = "This account has no home folder to keep an archive in. Set AFTERCHAT_DATA to a folder of your choice.";
        Failure::new("no_data_folder", detail)
    })
}
