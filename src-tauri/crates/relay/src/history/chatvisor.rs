//! Chatvisor, later TeamViewer Engage: conversations, each with its messages, and two requests for one customer.
//!
//! Documented at <https://developers.chatvisor.com/> (v1.9): the address `https://api.chatvisor.com/rest/v1/`, a bearer token,
//! lists with `pageNumber` and `pageSize`, and the Conversation object. The vendor's guide says that conversations can be
//! polled, that a customer is tagged with `{email, firstname, id, labels, lastname}`, and that an agent's public chat
//! address can be had for a `customerId`; the paths of these requests were not found. The two that only read have a
//! default here, which is inferred; those that change something have none. All four can be entered as the
//! documentation prints them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::access::RequestLine;
use super::run::{Ask, Fetched, Keeper, Kept, Page, Place, Progress, Run, credentials};
use super::{Access, Clock, HistoryError, Service, endpoint::Endpoint, raw};

/// Inferred; the documentation names the customers' list `customer`.
const CONVERSATIONS: &str = "GET conversation";
/// Inferred.
const MESSAGES: &str = "GET conversation/{customerId}/message";
/// Names under which an answer may hold its list.
const LISTS: [&str; 6] = ["content", "items", "conversations", "messages", "data", "list"];
/// Entries on a page.
const PAGE: usize = 50;
/// Pages of messages that one conversation may have. No person wrote more.
const MOST_PAGES: usize = 1000;

pub(super) async fn page<C: Clock>(run: &mut Run<'_, C>, place: &Place) -> Result<Page, HistoryError> {
    let conversations = line(&run.access.conversations, CONVERSATIONS)?;
    let messages = line(&run.access.messages, MESSAGES)?;
    let index: usize = place.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let url = paged(run, &conversations, "", index);
    let answer = run.ask(&Ask { method: conversations.method.clone(), url: url.clone(), body: None }).await?;
    let list = raw::list(&answer, &LISTS, url.path())?;
    let mut ids = Vec::new();
    for conversation in &list {
        let Some(customer) = raw::id(conversation, "customerId") else { continue };
        let told = said(run, &messages, &customer).await?;
        let name = json!(customer).to_string();
        let told = raw::array(told.iter().map(String::as_str));
        let body =
            raw::object(&[("customerId", &name), ("conversation", conversation.get()), ("messages", &told)]);
        let url = run.endpoint.at(&messages.for_customer(&customer), &[]);
        let fetched = run.fetched("GET", &url, body);
        run.keep(vec![fetched])?;
        ids.push(customer);
    }
    Ok(Page { next: (list.len() >= PAGE).then(|| (index + 1).to_string()), ids })
}

/// All messages of one conversation, each with its bytes.
async fn said<C: Clock>(
    run: &mut Run<'_, C>,
    line: &RequestLine,
    customer: &str,
) -> Result<Vec<String>, HistoryError> {
    let mut found: Vec<String> = Vec::new();
    for index in 0..MOST_PAGES {
        let url = paged(run, line, customer, index);
        let ask = Ask { method: line.method.clone(), url: url.clone(), body: None };
        let Some(answer) = run.ask_for_one(&ask).await? else { break };
        let page: Vec<String> =
            raw::list(&answer, &LISTS, url.path())?.iter().map(|message| message.get().to_owned()).collect();
        // An interface without pages answers the same to every number.
        if page.is_empty() || found.ends_with(&page) {
            break;
        }
        let full = page.len() >= PAGE;
        found.extend(page);
        if !full {
            break;
        }
    }
    Ok(found)
}

fn paged<C>(run: &Run<'_, C>, line: &RequestLine, customer: &str, index: usize) -> url::Url {
    let (index, size) = (index.to_string(), PAGE.to_string());
    run.endpoint.at(&line.for_customer(customer), &[("pageNumber", &index), ("pageSize", &size)])
}

fn line(entered: &str, default: &str) -> Result<RequestLine, HistoryError> {
    let text = if entered.trim().is_empty() { default } else { entered };
    RequestLine::parse(text)
        .ok_or_else(|| HistoryError::Address(format!("“{text}” is no request line such as “{default}”.")))
}

/// What a customer is tagged with; the names are the vendor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerTag {
    /// The customer's e-mail address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// The first name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub firstname: String,
    /// The number in one's own system, as it is written there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Labels.
    pub labels: Vec<String>,
    /// The last name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lastname: String,
}

/// Tags a customer.
///
/// # Errors
/// When the request line is missing, or the service did not take it.
pub async fn tag_customer<C: Clock>(
    access: &Access,
    customer: &str,
    tag: &CustomerTag,
    clock: &C,
) -> Result<(), HistoryError> {
    let mut body = json!(tag);
    // The vendor's sample holds a number.
    if let (Ok(number), Some(body)) = (tag.id.parse::<u64>(), body.as_object_mut()) {
        body.insert("id".to_owned(), number.into());
    }
    let line = written(&access.tag, "The request that tags a customer")?;
    request(access, &line, customer, Some(body.to_string()), clock).await.map(drop)
}

/// Asks for the address under which an agent joins a conversation. Whoever opens it is logged in, so it is asked for
/// only when somebody wants to open it, and kept nowhere.
///
/// # Errors
/// When the request line is missing, or the service tells no address.
pub async fn public_chat_url<C: Clock>(
    access: &Access,
    customer: &str,
    clock: &C,
) -> Result<String, HistoryError> {
    let line = written(&access.chat_url, "The request for a public chat address")?;
    let answer = request(access, &line, customer, None, clock).await?;
    let told: serde_json::Value = raw::parse(&answer, &line.segments.join("/"))?;
    let named = ["url", "publicUrl", "chatUrl", "link"].iter().find_map(|name| told.get(*name)?.as_str());
    let url = told.as_str().or(named);
    url.map(str::to_owned).ok_or_else(|| raw::unreadable(&line.segments.join("/"), "it holds no address"))
}

fn written(entered: &str, what: &'static str) -> Result<RequestLine, HistoryError> {
    if entered.trim().is_empty() {
        return Err(HistoryError::Missing(what));
    }
    line(entered, "POST customer/{customerId}")
}

async fn request<C: Clock>(
    access: &Access,
    line: &RequestLine,
    customer: &str,
    body: Option<String>,
    clock: &C,
) -> Result<Vec<u8>, HistoryError> {
    let (base, own) = access.base(Service::Chatvisor)?;
    let credentials = credentials(Service::Chatvisor, access)?;
    let endpoint = Endpoint::open(&base, own).await?;
    let url = endpoint.at(&line.for_customer(customer), &[]);
    let (cancel, mut nothing) = (CancellationToken::new(), KeepNothing);
    let ask = Ask { method: line.method.clone(), url, body };
    let mut run = Run::new(Service::Chatvisor, access, endpoint, credentials, clock, &cancel, &mut nothing);
    run.ask_now(&ask).await
}

/// For requests that fetch nothing for the journal.
struct KeepNothing;

impl Keeper for KeepNothing {
    fn keep(&mut self, _: Vec<Fetched>) -> Result<Kept, String> {
        Ok(Kept::default())
    }

    fn reached(&mut self, _: &Place) -> Result<(), String> {
        Ok(())
    }

    fn progress(&mut self, _: &Progress) {}
}
