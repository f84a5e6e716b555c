//! The desktop window around `afterchat-api`: it opens the archive and the public door, shows the page and stays in the tray.
//! No rule of the product lives here; what can be tested without a window belongs into the crates.

mod commands;
mod files;
mod folder;
mod links;
mod logs;
mod notify;
mod opened;
mod start;
mod tray;
mod window;

use tauri::{AppHandle, Manager as _, RunEvent};

use opened::Opened;

/// Runs the app until it is quit.
///
/// # Errors
/// When the window system cannot be reached at all. What fails later is shown to the person.
pub fn run() -> anyhow::Result<()> {
    logs::start();
    let app = tauri::Builder::default()
        // First, so that a second start hands over before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::open_soon(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(window::remembered())
        .manage(Opened::default())
        .invoke_handler(tauri::generate_handler![
            commands::query,
            commands::act,
            commands::save_export,
            commands::save_report,
            commands::save_file,
            commands::save_body,
            commands::import_chosen,
            commands::open_link
        ])
        .setup(|app| {
            start::start(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(on_event);
    Ok(())
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        // Without a code it is the last window that closed: the door stays open as long as there is a way back.
        RunEvent::ExitRequested { code: None, api, .. } if tray::is_visible(app) => api.prevent_exit(),
        RunEvent::Exit => {
            // What is not open yet ends with the program: a repair begins again at the next start.
            if let Some(archive) = app.state::<Opened>().archive() {
                tauri::async_runtime::block_on(archive.close());
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::open_soon(app),
        _ => {}
    }
}
