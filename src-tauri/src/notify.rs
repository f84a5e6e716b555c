//! Tells the person about missed chats and offline messages that came in while they looked elsewhere, many in one
//! notification; and, once, that an address has gone quiet.

use std::collections::HashSet;
use std::time::Duration;

use afterchat_api::{Api, Failure};
use serde::Deserialize;
use serde_json::json;
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

use crate::window;

/// Waiting this long after the first arrival gathers what comes in together.
const GATHER: Duration = Duration::from_secs(3);
/// The newest rows that are looked at; more than this many at once are "50 or more".
const LOOKED_AT: usize = 50;

#[derive(Deserialize)]
struct Page {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    visitor_name: Option<String>,
    visitor_email: Option<String>,
    unread: bool,
}

#[derive(Deserialize)]
struct Overview {
    sources: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    health: Health,
}

#[derive(Deserialize)]
struct Health {
    quiet: Option<Quiet>,
}

#[derive(Deserialize)]
struct Quiet {
    dismissed: bool,
}

/// What came in since the last look, per view.
#[derive(Default)]
struct Arrivals {
    missed: Vec<String>,
    offline: Vec<String>,
}

/// Follows the archive until it closes. What is there already at the start is no news.
pub(crate) async fn follow(app: AppHandle, archive: Api) {
    let mut changes = archive.changes();
    let (mut known, mut quiet) = (HashSet::new(), HashSet::new());
    let mut first = true;
    loop {
        match look(&archive, &mut known).await {
            Ok(arrivals) if !first && !is_watched(&app) => tell(&app, &arrivals),
            Ok(_) => {}
            Err(failure) => tracing::warn!(code = failure.code, "could not look for missed chats"),
        }
        match look_at_quiet(&archive, &mut quiet).await {
            Ok(fresh) if !first && !is_watched(&app) => tell_quiet(&app, &fresh),
            Ok(_) => {}
            Err(failure) => tracing::warn!(code = failure.code, "could not look for quiet addresses"),
        }
        first = false;
        if changes.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(GATHER).await;
        changes.borrow_and_update();
    }
}

async fn look(archive: &Api, known: &mut HashSet<String>) -> Result<Arrivals, Failure> {
    Ok(Arrivals {
        missed: newcomers(rows(archive, "missed").await?, known),
        offline: newcomers(rows(archive, "offline").await?, known),
    })
}

/// The addresses that have gone quiet since the last look.
async fn look_at_quiet(archive: &Api, known: &mut HashSet<String>) -> Result<Vec<String>, Failure> {
    let answer = archive.query("overview", json!({})).await?;
    let overview: Overview = serde_json::from_value(answer).map_err(|error| unexpected(&error))?;
    Ok(newly_quiet(overview.sources, known))
}

/// The names of those not known to be quiet yet; one that sends again can become quiet anew.
fn newly_quiet(sources: Vec<Source>, known: &mut HashSet<String>) -> Vec<String> {
    let is_quiet = |source: &Source| source.health.quiet.as_ref().is_some_and(|quiet| !quiet.dismissed);
    let quiet: Vec<String> = sources.into_iter().filter(is_quiet).map(|source| source.name).collect();
    let fresh = quiet.iter().filter(|name| !known.contains(*name)).cloned().collect();
    *known = quiet.into_iter().collect();
    fresh
}

fn unexpected(error: &serde_json::Error) -> Failure {
    Failure { code: "unexpected".to_owned(), detail: error.to_string() }
}

async fn rows(archive: &Api, view: &str) -> Result<Vec<Row>, Failure> {
    let answer = archive.query("conversations", json!({ "view": view, "limit": LOOKED_AT })).await?;
    let page: Page = serde_json::from_value(answer).map_err(|error| unexpected(&error))?;
    Ok(page.rows)
}

/// The names of those not known yet, and from now on known.
fn newcomers(rows: Vec<Row>, known: &mut HashSet<String>) -> Vec<String> {
    rows.into_iter()
        .filter(|row| known.insert(row.id.clone()) && row.unread)
        .map(|row| row.visitor_name.or(row.visitor_email).unwrap_or_else(|| "a visitor".to_owned()))
        .collect()
}

fn is_watched(app: &AppHandle) -> bool {
    app.get_webview_window(window::MAIN).is_some_and(|window| window.is_focused().unwrap_or(false))
}

fn tell(app: &AppHandle, arrivals: &Arrivals) {
    if let Some((title, body)) = in_words(arrivals) {
        show(app, &title, &body);
    }
}

fn tell_quiet(app: &AppHandle, names: &[String]) {
    if let Some((title, body)) = quiet_in_words(names) {
        show(app, &title, body);
    }
}

fn show(app: &AppHandle, title: &str, body: &str) {
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "the desktop shows no notifications");
    }
}

fn in_words(arrivals: &Arrivals) -> Option<(String, String)> {
    let counted = [
        counted(arrivals.missed.len(), "missed chat", "missed chats"),
        counted(arrivals.offline.len(), "offline message", "offline messages"),
    ];
    let title = counted.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let names: Vec<&str> = arrivals.missed.iter().chain(&arrivals.offline).map(String::as_str).collect();
    let body = match names.as_slice() {
        [] => return None,
        [first, second, rest @ ..] if rest.len() > 1 => {
            format!("From {first}, {second} and {} more", rest.len())
        }
        few => format!("From {}", few.join(", ")),
    };
    Some((title, body))
}

fn quiet_in_words(names: &[String]) -> Option<(String, &'static str)> {
    let title = match names {
        [] => return None,
        [name] => format!("{name} has gone quiet"),
        [first, rest @ ..] => format!("{first} and {} more have gone quiet", rest.len()),
    };
    Some((title, "It usually sends more. Look whether its address at the service and the tunnel still work."))
}

fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        LOOKED_AT.. => Some(format!("{LOOKED_AT} or more {many}")),
        _ => Some(format!("{count} {many}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, name: &str, unread: bool) -> Row {
        Row { id: id.to_owned(), visitor_name: Some(name.to_owned()), visitor_email: None, unread }
    }

    #[test]
    fn a_conversation_is_news_once_and_only_while_unread() {
        let mut known = HashSet::new();
        let first = newcomers(vec![row("a", "Ada", true), row("b", "Bo", false)], &mut known);
        assert_eq!(first, ["Ada"], "what is read already needs no notification");
        let second = newcomers(vec![row("a", "Ada", true), row("c", "Cy", true)], &mut known);
        assert_eq!(second, ["Cy"], "a later change of the same conversation is not a second arrival");
    }

    fn source(name: &str, quiet: Option<bool>) -> Source {
        let quiet = quiet.map(|dismissed| Quiet { dismissed });
        Source { name: name.to_owned(), health: Health { quiet } }
    }

    #[test]
    fn an_address_that_goes_quiet_is_told_once_until_it_has_sent_again() {
        let mut known = HashSet::new();
        let quiet = || vec![source("shop", Some(false)), source("seen", Some(true)), source("lively", None)];
        assert_eq!(newly_quiet(quiet(), &mut known), ["shop"], "what was dismissed is not told");
        assert!(newly_quiet(quiet(), &mut known).is_empty(), "once is enough");
        assert!(newly_quiet(vec![source("shop", None)], &mut known).is_empty());
        assert_eq!(newly_quiet(quiet(), &mut known), ["shop"], "it had sent something meanwhile");
        let (title, _) = quiet_in_words(&["shop".to_owned(), "other".to_owned()]).unwrap();
        assert_eq!(title, "shop and 1 more have gone quiet");
        assert!(quiet_in_words(&[]).is_none());
    }

    #[test]
    fn many_arrivals_make_one_notification() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let arrivals = Arrivals { missed: names(&["Ada", "Bo", "Cy"]), offline: names(&["Di"]) };
        let (title, body) = in_words(&arrivals).unwrap();
        assert_eq!(title, "3 missed chats and 1 offline message");
        assert_eq!(body, "From Ada, Bo and 2 more", "a notification has room for two names");
        assert!(in_words(&Arrivals::default()).is_none(), "nothing new is not worth a notification");
    }
}
