//! The one window: made when it is wanted, destroyed when it is closed, because an open web view costs two hundred megabytes.

use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;

use crate::files;
use crate::opened::Opened;

/// The capability file grants its permissions to this label only.
pub(crate) const MAIN: &str = "main";

/// The page, told that the archive is not open yet.
const WHILE_OPENING: &str = "index.html?opening";

/// Size and place come back. Visibility does not: a window is only ever made to be seen.
pub(crate) fn remembered() -> TauriPlugin<Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    tauri_plugin_window_state::Builder::new().with_state_flags(kept).build()
}

/// Brings the window to the front, making it if it is not there.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(MAIN) {
        return bring_forward(&window);
    }
    let vite = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let opened = app.state::<Opened>().archive().is_some();
    let page = if opened { WebviewUrl::default() } else { WebviewUrl::App(WHILE_OPENING.into()) };
    let window = WebviewWindowBuilder::new(app, MAIN, page)
        .title(&app.package_info().name)
        .inner_size(1240.0, 800.0)
        .min_inner_size(420.0, 360.0)
        .prevent_overflow()
        .on_navigation(move |url| is_own_page(url, vite.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    files::take_drops(&window);
    Ok(())
}

/// Like [`open`], for event handlers: making a window inside one can lock up on Windows.
pub(crate) fn open_soon(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = open(&app) {
            tracing::error!(%error, "the window could not be opened");
        }
    });
}

fn bring_forward(window: &WebviewWindow) -> tauri::Result<()> {
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// The page embedded in the program, or Vite's while developing; nothing a conversation could lead to.
fn is_own_page(url: &Url, vite: Option<&Url>) -> bool {
    let embedded = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    };
    embedded || vite.is_some_and(|vite| url.origin() == vite.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_only_the_page_inside_the_program() {
        for own in [
            "tauri://localhost/",
            "tauri://localhost/index.html#x",
            "tauri://localhost/index.html?opening",
            "http://tauri.localhost/",
            "https://tauri.localhost/",
        ] {
            assert!(is_own_page(&own.parse().unwrap(), None), "{own} is where the page lives on some system");
        }
        for other in [
            "https://example.com/",
            "http://localhost:5173/",
            "http://tauri.localhost:8080/",
            "http://tauri.localhost.example.com/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "about:blank",
            "data:text/html,x",
            "javascript:alert(1)",
        ] {
            assert!(
                !is_own_page(&other.parse().unwrap(), None),
                "{other} could be another's page with our commands"
            );
        }
    }

    #[test]
    fn vite_is_trusted_only_while_developing() {
        let vite = "http://localhost:5173".parse().unwrap();
        let page = "http://localhost:5173/src/main.ts".parse().unwrap();
        assert!(is_own_page(&page, Some(&vite)), "the development page comes from Vite");
        assert!(!is_own_page(&page, None), "a built program must not load what listens on that port");
    }
}
