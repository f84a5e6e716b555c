//! Files between the person and the archive: chosen in a dialog or dropped onto the window, and saved. Their paths stay on this
//! side; the page hears only that something hangs over the window or was dropped.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use afterchat_api::{Api, Failure};
use tauri::{AppHandle, DragDropEvent, Emitter as _, Manager as _, WebviewWindow, WindowEvent};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tokio::sync::oneshot;

use crate::opened::Opened;

/// Imports what is dropped onto this window.
pub(crate) fn take_drops(window: &WebviewWindow) {
    let app = window.app_handle().clone();
    window.on_window_event(move |event| {
        let WindowEvent::DragDrop(event) = event else { return };
        match event {
            DragDropEvent::Enter { paths, .. } if !paths.is_empty() => tell(&app, "hanging", true),
            DragDropEvent::Leave => tell(&app, "hanging", false),
            DragDropEvent::Drop { paths, .. } => {
                tell(&app, "hanging", false);
                import(&app, paths.clone());
            }
            _ => {}
        }
    });
}

fn tell(app: &AppHandle, event: &str, hangs: bool) {
    if let Err(error) = app.emit(event, hangs) {
        tracing::warn!(%error, "the window did not hear of what is dragged over it");
    }
}

fn import(app: &AppHandle, paths: Vec<PathBuf>) {
    // What is dropped may be a text or a picture out of another program, which has no path.
    let opened = app.state::<Opened>();
    let Some(archive) = opened.archive().filter(|_| !paths.is_empty()).cloned() else { return };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        archive.import_files(paths);
        tell(&app, "dropped", true);
    });
}

/// Lets the person choose files or a folder and begins to import them; false when they closed the dialog.
pub(crate) async fn import_chosen(app: &AppHandle, archive: &Api, folder: bool) -> bool {
    let (answer, answered) = oneshot::channel();
    // The window may be gone when the dialog closes; then nobody waits for the answer.
    let chosen = move |paths| drop(answer.send(paths));
    let dialog = app.dialog().file();
    if folder {
        dialog.pick_folders(chosen);
    } else {
        dialog.pick_files(chosen);
    }
    let paths: Option<Vec<FilePath>> = answered.await.ok().flatten();
    let paths = paths.unwrap_or_default().into_iter().filter_map(|path| path.into_path().ok());
    let paths: Vec<PathBuf> = paths.collect();
    if paths.is_empty() {
        return false;
    }
    archive.import_files(paths);
    true
}

/// Lets the person choose where a text goes and writes it there; `None` when they closed the dialog. `code` is that of the failure
/// when it cannot be written.
pub(crate) async fn save(
    app: &AppHandle,
    (name, text): (String, String),
    kind: (&str, &str),
    code: &str,
) -> Result<Option<PathBuf>, Failure> {
    save_as(app, name, kind, code, move |path| std::fs::write(path, text)).await
}

/// The same for whatever `write` writes.
pub(crate) async fn save_as(
    app: &AppHandle,
    name: String,
    kind: (&str, &str),
    code: &str,
    write: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
) -> Result<Option<PathBuf>, Failure> {
    let unwritten = |error: &dyn Display| Failure { code: code.to_owned(), detail: error.to_string() };
    let (answer, answered) = oneshot::channel();
    app.dialog()
        .file()
        .set_file_name(name)
        .add_filter(kind.0, &[kind.1])
        .save_file(move |path| drop(answer.send(path)));
    let chosen: Option<FilePath> = answered.await.ok().flatten();
    let Some(path) = chosen.map(FilePath::into_path).transpose().map_err(|error| unwritten(&error))? else {
        return Ok(None);
    };
    let target = path.clone();
    tokio::task::spawn_blocking(move || write(&target))
        .await
        .map_err(|error| unwritten(&error))?
        .map_err(|error| unwritten(&error))?;
    Ok(Some(path))
}
