//! The eight commands the page may call. Each hands over to `afterchat-api` or to the system at once.

use std::fs::File;
use std::path::{Path, PathBuf};

use afterchat_api::{Failure, ReportFormat, Saved};
use serde_json::Value;
use tauri::{AppHandle, State};

use crate::opened::Opened;
use crate::{files, links};

#[tauri::command]
pub(crate) async fn query(archive: State<'_, Opened>, name: String, ask: Value) -> Result<Value, Failure> {
    archive.query(&name, ask).await
}

#[tauri::command]
pub(crate) async fn act(archive: State<'_, Opened>, name: String, ask: Value) -> Result<Value, Failure> {
    archive.ready()?.act(&name, ask).await
}

/// Answers where the file went, or nothing when the person closed the dialog.
#[tauri::command]
pub(crate) async fn save_export(
    app: AppHandle,
    archive: State<'_, Opened>,
    id: String,
) -> Result<Option<PathBuf>, Failure> {
    let page = archive.ready()?.export_html(&id).await?;
    files::save(&app, page, ("HTML", "html"), "export_not_written").await
}

/// Answers where the file went, or nothing when the person closed the dialog.
#[tauri::command]
pub(crate) async fn save_report(
    app: AppHandle,
    archive: State<'_, Opened>,
    work: String,
    format: String,
) -> Result<Option<PathBuf>, Failure> {
    let unknown =
        || Failure { code: "bad_question".to_owned(), detail: format!("A report is no “{format}”.") };
    let format = ReportFormat::of_extension(&format).ok_or_else(unknown)?;
    let report = archive.ready()?.report(&work, format).await?;
    let kind = (&*format.extension().to_uppercase(), format.extension());
    files::save(&app, report, kind, "report_not_written").await
}

/// Answers where the file went that long work made, or nothing when the person closed the dialog.
#[tauri::command]
pub(crate) async fn save_file(
    app: AppHandle,
    archive: State<'_, Opened>,
    work: String,
) -> Result<Option<PathBuf>, Failure> {
    let product = archive.ready()?.product(&work)?;
    let name = product.name.clone();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned();
    let kind = (&*ending.to_uppercase(), &*ending);
    let write = move |path: &Path| product.write_to(&mut File::create(path)?);
    files::save_as(&app, name, kind, "export_not_written", write).await
}

/// Saves a body, or a part of it. Answers where it went, or nothing when the person closed the dialog.
#[tauri::command]
pub(crate) async fn save_body(
    app: AppHandle,
    archive: State<'_, Opened>,
    delivery: String,
    what: String,
) -> Result<Option<PathBuf>, Failure> {
    let unknown =
        || Failure { code: "bad_question".to_owned(), detail: format!("Nothing is called “{what}”.") };
    let saved = Saved::of_word(&what).ok_or_else(unknown)?;
    let (name, bytes) = archive.ready()?.body_file(&delivery, saved).await?;
    let ending = name.rsplit_once('.').map_or("*", |(_, ending)| ending).to_owned();
    let kind = (&*ending.to_uppercase(), &*ending);
    let write = move |path: &Path| std::fs::write(path, bytes);
    files::save_as(&app, name, kind, "export_not_written", write).await
}

/// Opens the dialog; the page names no path and hears of none. False when the person closed it.
#[tauri::command]
pub(crate) async fn import_chosen(
    app: AppHandle,
    archive: State<'_, Opened>,
    folder: bool,
) -> Result<bool, Failure> {
    Ok(files::import_chosen(&app, archive.ready()?, folder).await)
}

#[tauri::command]
#[allow(clippy::needless_pass_by_value, reason = "Tauri hands commands owned values")]
pub(crate) fn open_link(app: AppHandle, url: String) -> Result<(), Failure> {
    links::open(&app, &url)
}
