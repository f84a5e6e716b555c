//! Comm100's RESTful API v4: pages of chats, and each chat with its messages; then the missed and refused ones.
//!
//! Documented at <https://developer.comm100.com/docs/server-api-introduction> and
//! `…/server-api-livechat-chat`: the address differs from platform to platform (`https://api11.comm100.io/v4/`), 300 requests in five minutes, HTTP
//! Basic with an e-mail address, an API key and the parameter `siteId`, or OAuth; `POST livechat/chats:Search`,
//! `GET livechat/chats/{id}`, `POST livechat/missedAndRefusedChats:Search`. Known from public clients only: the
//! parameters `pageIndex` from 1, `pageSize`, `sortBy`, `sortOrder` and `include`, the body `{startTime, endTime}`,
//! the answer's `list`. The search of missed chats is taken to be asked and answered alike (inferred).

use serde_json::json;
use serde_json::value::RawValue;

use super::run::{Ask, Page, Run};
use super::{Clock, HistoryError, Place, raw};

/// Chats on a page: a break costs at most their requests again.
const PAGE: usize = 50;
/// What is told of a chat besides its own values.
const INCLUDED: [&str; 4] = ["messages", "chatAgent", "chatWrapup", "postChatSurvey"];
/// The lists, in the order they are asked for.
const LISTS: [&str; 2] = ["chats:Search", "missedAndRefusedChats:Search"];

pub(super) async fn page<C: Clock>(run: &mut Run<'_, C>, place: &Place) -> Result<Page, HistoryError> {
    let (list, index) = cursor(place);
    let number = index.to_string();
    let site = run.access.account.trim().to_owned();
    let mut query = vec![
        ("pageIndex", number.as_str()),
        ("pageSize", "50"),
        ("sortBy", "startTime"),
        ("sortOrder", "asc"),
    ];
    query.extend(Some(("siteId", site.as_str())).filter(|_| !site.is_empty()));
    let url = run.endpoint.at(&["livechat", LISTS[list]], &query);
    let answer = match run.ask(&Ask::post(url.clone(), range(place))).await {
        // Not every platform has the second list.
        Err(HistoryError::NotFound { .. }) if list > 0 => b"[]".to_vec(),
        answer => answer?,
    };
    let chats = raw::list(&answer, &["list", "chats"], url.path())?;
    let mut ids = Vec::new();
    for chat in &chats {
        let Some(id) = raw::id(chat, "id").or_else(|| raw::id(chat, "chatId")) else { continue };
        let fetched = if list == 0 { whole(run, &id, &site).await? } else { None };
        let fetched = fetched.unwrap_or_else(|| run.fetched("POST", &url, chat.get().as_bytes().to_vec()));
        run.keep(vec![fetched])?;
        ids.push(id);
    }
    let next = match chats.len() {
        PAGE.. => Some(format!("{list}:{}", index + 1)),
        _ if list + 1 < LISTS.len() => Some(format!("{}:1", list + 1)),
        _ => None,
    };
    Ok(Page { next, ids })
}

/// Which list and which page of it.
fn cursor(place: &Place) -> (usize, u64) {
    let told = place.cursor.as_deref().and_then(|cursor| {
        let (list, index) = cursor.split_once(':')?;
        Some((list.parse().ok().filter(|list| *list < LISTS.len())?, index.parse().ok()?))
    });
    told.unwrap_or((0, 1))
}

/// The range of time. Without a beginning it begins before the service did.
fn range(place: &Place) -> String {
    let since = place.since.map_or_else(|| "2000-01-01T00:00:00.000Z".to_owned(), |since| since.to_string());
    json!({ "startTime": since, "endTime": place.until.to_string() }).to_string()
}

/// The chat with its messages; `None` when it is gone, and then the list's own word of it counts.
async fn whole<C: Clock>(
    run: &mut Run<'_, C>,
    id: &str,
    site: &str,
) -> Result<Option<super::Fetched>, HistoryError> {
    let mut query: Vec<(&str, &str)> = INCLUDED.iter().map(|included| ("include", *included)).collect();
    query.extend(Some(("siteId", site)).filter(|_| !site.is_empty()));
    let url = run.endpoint.at(&["livechat", "chats", id], &query);
    let Some(answer) = run.ask_for_one(&Ask::get(url.clone())).await? else {
        return Ok(None);
    };
    let whole = raw::parse::<&RawValue>(&answer, url.path())?.get().as_bytes().to_vec();
    Ok(Some(run.fetched("GET", &url, whole)))
}
