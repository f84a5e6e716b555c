//! Smartsupp's REST API v2: a page of conversations, and for each its messages and its contact.
//!
//! Documented at <https://docs.smartsupp.com/rest-api/>: JSON over HTTPS, a bearer token, times in UTC, the form of a
//! search (`timezone`, `query`, `sort`, `after`, `size`). Known from public clients only: `conversations/search` answers
//! `{total, after, items}`, and `after` continues it; `conversations/{id}/messages` takes `size` and `sort` and
//! answers the same; `contacts/{id}`; `agents`, a list under `agents` or `items`. Inferred: messages are continued with a
//! parameter `after`.
//!
//! The search is sorted by the time a conversation was created, so `after` with that time is where a range begins.

use std::collections::HashMap;

use afterchat_transcript::Instant;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::run::{Ask, Page, Run};
use super::{Clock, HistoryError, Place, Service, raw};

/// Conversations on a page: a break costs at most their requests again.
const PAGE: u32 = 50;
/// Messages on a page.
const MESSAGES: &str = "100";
/// Pages of messages that one conversation may have. No person wrote more.
const MOST_PAGES: usize = 1000;

#[derive(Deserialize)]
struct Listing<'a> {
    total: Option<u64>,
    #[serde(borrow, default)]
    after: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

pub(super) async fn page<C: Clock>(run: &mut Run<'_, C>, place: &Place) -> Result<Page, HistoryError> {
    let account = json!(run.access.account(Service::Smartsupp)?).to_string();
    let url = run.endpoint.at(&["conversations", "search"], &[]);
    let answer = run.ask(&Ask::post(url.clone(), search(place)?)).await?;
    let listing: Listing<'_> = raw::parse(&answer, url.path())?;
    run.progress.total = listing.total;
    let mut people = People::default();
    let mut ids = Vec::new();
    let mut beyond = false;
    for conversation in &listing.items {
        let created = raw::text(conversation, "created_at").and_then(|time| Instant::from_rfc3339(&time));
        if created.is_some_and(|created| created > place.until) {
            beyond = true;
            break;
        }
        let Some(id) = raw::id(conversation, "id") else { continue };
        let messages = messages(run, &id).await?;
        let contact = match raw::id(conversation, "contact_id") {
            Some(contact) => people.contact(run, contact).await?,
            None => None,
        };
        let agents = people.agents(run, conversation, &messages).await?;
        let mut parts = vec![("account_id", account.as_str()), ("conversation", conversation.get())];
        let list = raw::array(messages.iter().map(String::as_str));
        parts.push(("messages", &list));
        parts.extend(contact.as_deref().map(|contact| ("contact", contact)));
        parts.extend(agents.as_deref().map(|agents| ("agents", agents)));
        let url = run.endpoint.at(&["conversations", &id], &[]);
        let fetched = run.fetched("GET", &url, raw::object(&parts));
        run.keep(vec![fetched])?;
        ids.push(id);
    }
    let next = listing.after.map(RawValue::get).filter(|after| *after != "null" && *after != "[]");
    let next = next.filter(|_| !beyond && !listing.items.is_empty()).map(str::to_owned);
    Ok(Page { next, ids })
}

fn search(place: &Place) -> Result<String, HistoryError> {
    let mut search = json!({ "timezone": "UTC", "size": PAGE, "sort": [{ "createdAt": "asc" }] });
    let after = match (&place.cursor, place.since) {
        (Some(cursor), _) => Some(raw::parse(cursor.as_bytes(), "conversations/search")?),
        // What was created at this very millisecond is wanted, and `after` leaves out what it names.
        (None, Some(since)) => Some(json!([since.millis() - 1])),
        (None, None) => None,
    };
    if let (Some(after), Some(search)) = (after, search.as_object_mut()) {
        search.insert("after".to_owned(), after);
    }
    Ok(search.to_string())
}

async fn messages<C: Clock>(run: &mut Run<'_, C>, id: &str) -> Result<Vec<String>, HistoryError> {
    let mut found: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    for _page in 0..MOST_PAGES {
        let mut query = vec![("size", MESSAGES), ("sort", "asc")];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let url = run.endpoint.at(&["conversations", id, "messages"], &query);
        let Some(answer) = run.ask_for_one(&Ask::get(url.clone())).await? else { break };
        let listing: Listing<'_> = raw::parse(&answer, url.path())?;
        let next = listing.after.map(RawValue::get).filter(|after| *after != "null" && *after != "[]");
        let next =
            next.map(|after| serde_json::from_str::<String>(after).unwrap_or_else(|_| after.to_owned()));
        found.extend(listing.items.iter().map(|message| message.get().to_owned()));
        if next.is_none() || next == after || listing.items.is_empty() {
            break;
        }
        after = next;
    }
    Ok(found)
}

/// Names of people, asked for once.
#[derive(Default)]
struct People {
    contacts: HashMap<String, Option<String>>,
    agents: Option<Vec<(String, String)>>,
}

impl People {
    async fn contact<C: Clock>(
        &mut self,
        run: &mut Run<'_, C>,
        id: String,
    ) -> Result<Option<String>, HistoryError> {
        if let Some(known) = self.contacts.get(&id) {
            return Ok(known.clone());
        }
        let url = run.endpoint.at(&["contacts", &id], &[]);
        let contact = match run.ask_for_one(&Ask::get(url.clone())).await? {
            Some(answer) => Some(raw::parse::<&RawValue>(&answer, url.path())?.get().to_owned()),
            None => None,
        };
        self.contacts.insert(id, contact.clone());
        Ok(contact)
    }

    /// The agents that this conversation names, as a list.
    async fn agents<C: Clock>(
        &mut self,
        run: &mut Run<'_, C>,
        conversation: &RawValue,
        messages: &[String],
    ) -> Result<Option<String>, HistoryError> {
        if self.agents.is_none() {
            let url = run.endpoint.at(&["agents"], &[]);
            let answer = run.ask_for_one(&Ask::get(url.clone())).await?.unwrap_or_else(|| b"[]".to_vec());
            let agents = raw::list(&answer, &["agents", "items"], url.path())?;
            let named = |agent: &&RawValue| Some((raw::text(agent, "id")?, agent.get().to_owned()));
            self.agents = Some(agents.iter().filter_map(named).collect());
        }
        let wrote = |message: &String| {
            let message: Option<&RawValue> = serde_json::from_str(message).ok();
            message.and_then(|message| raw::text(message, "agent_id"))
        };
        let mut named: Vec<String> = messages.iter().filter_map(wrote).collect();
        let lists: Option<Lists> = serde_json::from_str(conversation.get()).ok();
        named.extend(
            lists.into_iter().flat_map(|lists| lists.agent_ids.into_iter().chain(lists.assigned_ids)),
        );
        let known = self.agents.iter().flatten().filter(|(id, _)| named.contains(id));
        let known: Vec<&str> = known.map(|(_, agent)| agent.as_str()).collect();
        Ok((!known.is_empty()).then(|| raw::array(known)))
    }
}

#[derive(Deserialize)]
struct Lists {
    #[serde(default)]
    agent_ids: Vec<String>,
    #[serde(default)]
    assigned_ids: Vec<String>,
}
