//! The tray: the way back to the window while it is closed, and the way out.

use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Wry, include_image};

use crate::window;

const ID: &str = "afterchat";
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// Makes the tray. Everything is in its menu, because Linux trays report no clicks.
pub(crate) fn make(app: &AppHandle, door: &str) -> tauri::Result<()> {
    let name = &app.package_info().name;
    let menu = Menu::with_items(
        app,
        &[
            &MenuItem::with_id(app, OPEN, format!("Open {name}"), true, None::<&str>)?,
            &MenuItem::new(app, door, false, None::<&str>)?,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, QUIT, format!("Quit {name}"), true, None::<&str>)?,
        ],
    )?;
    let tray = TrayIconBuilder::<Wry>::with_id(ID)
        .menu(&menu)
        .tooltip(format!("{name}: {door}"))
        .on_menu_event(chosen);
    let tray = if cfg!(target_os = "macos") {
        tray.icon(include_image!("../icons/tray-template.png")).icon_as_template(true)
    } else {
        tray.icon(include_image!("../icons/32x32.png"))
    };
    tray.build(app)?;
    Ok(())
}

/// Whether a person can see the tray just now. Linux desktops without one (GNOME, bare window managers) accept the icon and show
/// nothing, so there the desktop is asked.
pub(crate) fn is_visible(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some() && desktop_shows_trays()
}

#[cfg(target_os = "linux")]
fn desktop_shows_trays() -> bool {
    use std::time::Duration;
    use zbus::blocking::{connection::Builder, fdo::DBusProxy};
    use zbus::names::BusName;

    let ask = || {
        // The main loop waits for the answer, so it must not take long.
        let bus = Builder::session()?.method_timeout(Duration::from_secs(1)).build()?;
        let watcher = BusName::try_from("org.kde.StatusNotifierWatcher")?;
        Ok::<_, zbus::Error>(DBusProxy::new(&bus)?.name_has_owner(watcher)?)
    };
    ask().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn desktop_shows_trays() -> bool {
    true
}

#[allow(clippy::needless_pass_by_value, reason = "Tauri hands menu events over")]
fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::open_soon(app),
        QUIT => app.exit(0),
        _ => {}
    }
}
