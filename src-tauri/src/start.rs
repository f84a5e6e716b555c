//! What happens between the start and the first window: archive, door, tray, window, and the tasks that follow the archive.
//! Where opening the archive takes long, as when it is repaired, the window comes first and shows how far that is.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use afterchat_api::{Api, Failure, ListeningAt};
use tauri::async_runtime::{block_on, spawn, spawn_blocking};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

use crate::opened::Opened;
use crate::{folder, notify, tray, window};

/// The page hears of changes at most this often, however fast deliveries come in.
const BETWEEN_CHANGES: Duration = Duration::from_millis(100);

/// How long the window waits for the archive before it comes without it. Opening usually takes far less.
const SOON: Duration = Duration::from_millis(300);

/// An archive that is open, or why it is not.
type Outcome = Result<Api, Failure>;

/// Starts everything, or says why that is not possible and ends the program.
pub(crate) fn start(app: &AppHandle) {
    let opening = match folder::of(app).and_then(|folder| open(app, folder)) {
        Ok(opening) => opening,
        Err(failure) => return give_up(app, &failure.detail),
    };
    match opening.recv_timeout(SOON) {
        Ok(outcome) => go_on(app, outcome, Window::Wanted),
        Err(RecvTimeoutError::Disconnected) => give_up(app, BROKE_OFF),
        Err(RecvTimeoutError::Timeout) => {
            if let Err(error) = window::open(app) {
                return without_window(app, &error);
            }
            go_on_later(app.clone(), opening);
        }
    }
}

const BROKE_OFF: &str =
    "Opening the archive broke off. Nothing that was confirmed is lost. Please start Afterchat again.";

/// Opens the archive beside the loop that draws windows.
fn open(app: &AppHandle, folder: PathBuf) -> Result<Receiver<Outcome>, Failure> {
    let (done, opening) = channel();
    let app = app.clone();
    let open = move || {
        let opened = app.state::<Opened>();
        // Nobody waits any more when the program is ending.
        let _waited_for = done.send(Api::open_telling(&folder, &mut |now| opened.tell(now.into())));
    };
    let thread = std::thread::Builder::new().name("archive-opening".to_owned()).spawn(open);
    let failed = |error: std::io::Error| Failure { code: "internal".to_owned(), detail: error.to_string() };
    thread.map(|_runs| opening).map_err(failed)
}

/// Goes on once the archive is open. A tray can be made by the main loop only.
fn go_on_later(app: AppHandle, opening: Receiver<Outcome>) {
    spawn_blocking(move || {
        let outcome = opening.recv();
        let main = app.clone();
        let told = app.run_on_main_thread(move || match outcome {
            Ok(outcome) => go_on(&main, outcome, Window::There),
            Err(_) => give_up(&main, BROKE_OFF),
        });
        if let Err(error) = told {
            tracing::error!(%error, "the archive is open, and the program is ending");
        }
    });
}

/// Whether the window came before the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    There,
    Wanted,
}

/// What follows once the archive is open. The program ends when it is not.
fn go_on(app: &AppHandle, outcome: Outcome, window: Window) {
    let archive = match outcome {
        Ok(archive) => archive,
        Err(failure) => return give_up(app, &failure.detail),
    };
    let door = block_on(archive.listen(wanted_port()));
    if let Err(failure) = &door {
        tracing::error!(code = failure.code, detail = failure.detail, "the door stays shut");
        warn(app, "No webhooks can arrive", &failure.detail);
    }
    app.state::<Opened>().set(archive.clone());
    if let Err(error) = tray::make(app, &door_in_words(&door)) {
        tracing::warn!(%error, "there is no tray; closing the window will end Afterchat");
    }
    if window == Window::Wanted
        && let Err(error) = window::open(app)
    {
        return without_window(app, &error);
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

fn without_window(app: &AppHandle, error: &tauri::Error) {
    give_up(app, &format!("The window could not be opened: {error}"));
}

/// The dialog must not block here, because the loop that draws it may not have started yet.
fn give_up(app: &AppHandle, words: &str) {
    tracing::error!(words, "Afterchat cannot start");
    let ending = app.clone();
    app.dialog()
        .message(words)
        .title("Afterchat cannot start")
        .kind(MessageDialogKind::Error)
        .show(move |_| ending.exit(1));
}
