//! What happens between the start and the first window: archive, door, tray, window, and the tasks that follow the archive.

use std::time::Duration;

use afterchat_api::{Api, Failure, ListeningAt};
use tauri::async_runtime::{block_on, spawn};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

use crate::{folder, notify, tray, window};

/// The page hears of changes at most this often, however fast deliveries come in.
const BETWEEN_CHANGES: Duration = Duration::from_millis(100);

/// Starts everything, or says why that is not possible and ends the program.
pub(crate) fn start(app: &AppHandle) {
    let archive = match folder::of(app).and_then(|folder| Api::open(&folder)) {
        Ok(archive) => archive,
        Err(failure) => return give_up(app, &failure.detail),
    };
    app.manage(archive.clone());

    let door = block_on(archive.listen(wanted_port()));
    if let Err(failure) = &door {
        tracing::error!(code = failure.code, detail = failure.detail, "the door stays shut");
        warn(app, "No webhooks can arrive", &failure.detail);
    }
    if let Err(error) = tray::make(app, &door_in_words(&door)) {
        tracing::warn!(%error, "there is no tray; closing the window will end Afterchat");
    }
    if let Err(error) = window::open(app) {
        return give_up(app, &format!("The window could not be opened: {error}"));
    }
    let resuming = archive.clone();
    spawn(async move { resuming.resume_tunnel().await });
    spawn(tell_of_changes(app.clone(), archive.clone()));
    spawn(notify::follow(app.clone(), archive));
}

fn wanted_port() -> Option<u16> {
    let wanted = std::env::var("AFTERCHAT_PORT").ok()?;
    wanted.parse().inspect_err(|_| tracing::warn!(wanted, "AFTERCHAT_PORT is not a port; it is ignored")).ok()
}

fn door_in_words(door: &Result<ListeningAt, Failure>) -> String {
    match door {
        Ok(at) => format!("Listening on 127.0.0.1:{}", at.port),
        Err(_) => "Not listening".to_owned(),
    }
}

async fn tell_of_changes(app: AppHandle, archive: Api) {
    let mut changes = archive.changes();
    while changes.changed().await.is_ok() {
        let newest = *changes.borrow_and_update();
        if let Err(error) = app.emit("changed", newest) {
            tracing::warn!(%error, "the window did not hear of a change");
        }
        tokio::time::sleep(BETWEEN_CHANGES).await;
    }
}

fn warn(app: &AppHandle, title: &str, words: &str) {
    app.dialog().message(words).title(title).kind(MessageDialogKind::Warning).show(|_| {});
}

/// The dialog must not block here, because the loop that draws it has not started yet.
fn give_up(app: &AppHandle, words: &str) {
    tracing::error!(words, "Afterchat cannot start");
    let ending = app.clone();
    app.dialog()
        .message(words)
        .title("Afterchat cannot start")
        .kind(MessageDialogKind::Error)
        .show(move |_| ending.exit(1));
}
