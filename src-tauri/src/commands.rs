//! The four commands the page may call. Each hands over to `afterchat-api` or to the system at once.

use std::path::PathBuf;

use afterchat_api::{Api, Failure};
use serde_json::Value;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt as _, FilePath};

use crate::links;

#[tauri::command]
pub(crate) async fn query(archive: State<'_, Api>, name: String, ask: Value) -> Result<Value, Failure> {
    archive.query(&name, ask).await
}

#[tauri::command]
pub(crate) async fn act(archive: State<'_, Api>, name: String, ask: Value) -> Result<Value, Failure> {
    archive.act(&name, ask).await
}

/// Answers where the file went, or nothing when the person closed the dialog.
#[tauri::command]
pub(crate) async fn save_export(
    app: AppHandle,
    archive: State<'_, Api>,
    id: String,
) -> Result<Option<PathBuf>, Failure> {
    let (file_name, html) = archive.export_html(&id).await?;
    let Some(path) =
        ask_where(&app, &file_name).await.map(FilePath::into_path).transpose().map_err(unwritten)?
    else {
        return Ok(None);
    };
    let target = path.clone();
    tokio::task::spawn_blocking(move || std::fs::write(target, html))
        .await
        .map_err(unwritten)?
        .map_err(unwritten)?;
    Ok(Some(path))
}

#[tauri::command]
#[allow(clippy::needless_pass_by_value, reason = "Tauri hands commands owned values")]
pub(crate) fn open_link(app: AppHandle, url: String) -> Result<(), Failure> {
    links::open(&app, &url)
}

async fn ask_where(app: &AppHandle, file_name: &str) -> Option<FilePath> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    app.dialog().file().set_file_name(file_name).add_filter("HTML", &["html"]).save_file(move |path| {
        // The window may be gone by now; then nobody waits for the answer.
        let _ = answer.send(path);
    });
    answered.await.ok().flatten()
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn unwritten(error: impl std::fmt::Display) -> Failure {
    Failure { code: "export_not_written".to_owned(), detail: error.to_string() }
}
