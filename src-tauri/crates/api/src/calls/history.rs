//! Past chats from a service: what is entered, starting, and the two requests for one Chatvisor customer.

use afterchat_relay::history::{self as relay, Access, CustomerTag, Secret, Service, Wall};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::providers;

use super::types::{
    CustomerQuestion, CustomerTagQuestion, HistoryAnswer, HistoryEntry, HistoryFields, HistoryPlace,
    HistoryService, HistoryStart, HistoryStarted, Marked, Nothing, OpenableAnswer,
};
use crate::history::{HistoryRun, service_of};
use crate::{Api, Failure, openable};

pub(super) fn list(api: &Api, _: &Nothing) -> Result<HistoryAnswer, Failure> {
    let rows = Service::ALL.into_iter().map(|service| row(api, service)).collect::<Result<_, _>>()?;
    Ok(HistoryAnswer { rows })
}

pub(super) fn enter(api: &Api, ask: &HistoryEntry) -> Result<HistoryService, Failure> {
    let service = service_of(&ask.service)?;
    let before = api.history_access(service)?;
    let entered = ask.entered.clone();
    let plain = |text: &str| text.trim().to_owned();
    let access = Access {
        token: ask.token.as_ref().map_or(before.token, |token| Secret::new(token.expose())),
        account: plain(&entered.account),
        user: plain(&entered.user),
        part: plain(&entered.part),
        base: plain(&entered.base),
        conversations: plain(&entered.conversations),
        messages: plain(&entered.messages),
        tag: plain(&entered.tag),
        chat_url: plain(&entered.chat_url),
    };
    for line in [&access.conversations, &access.messages, &access.tag, &access.chat_url] {
        if !line.is_empty() && relay::RequestLine::parse(line).is_none() {
            let detail = format!(
                "“{line}” is no request such as “POST customer/{{customerId}}”. Nothing was changed."
            );
            return Err(Failure::new("history_request_line", &detail));
        }
    }
    api.set_history_access(service, &access)?;
    row(api, service)
}

pub(super) fn start(api: &Api, ask: &HistoryStart) -> Result<HistoryStarted, Failure> {
    let run = HistoryRun {
        service: service_of(&ask.service)?,
        go_on: ask.go_on,
        since: ask.since,
        until: ask.until,
    };
    Ok(HistoryStarted { work: api.fetch_history(run)? })
}

pub(super) fn tag_customer(api: &Api, ask: &CustomerTagQuestion) -> Result<Marked, Failure> {
    let customer = customer(api, &ask.conversation)?;
    let tag = CustomerTag {
        email: ask.email.trim().to_owned(),
        firstname: ask.firstname.trim().to_owned(),
        id: ask.id.trim().to_owned(),
        labels: ask
            .labels
            .iter()
            .map(|label| label.trim().to_owned())
            .filter(|label| !label.is_empty())
            .collect(),
        lastname: ask.lastname.trim().to_owned(),
    };
    let access = api.history_access(Service::Chatvisor)?;
    let request = relay::tag_customer(&access, &customer, &tag, &Wall);
    tokio::runtime::Handle::current().block_on(request).map_err(|error| Failure::from(&error))?;
    Ok(Marked { changed: 1 })
}

pub(super) fn chat_url(api: &Api, ask: &CustomerQuestion) -> Result<OpenableAnswer, Failure> {
    let customer = customer(api, &ask.conversation)?;
    let access = api.history_access(Service::Chatvisor)?;
    let request = relay::public_chat_url(&access, &customer, &Wall);
    let url = tokio::runtime::Handle::current().block_on(request).map_err(|error| Failure::from(&error))?;
    Ok(OpenableAnswer { url: openable(&url)?.to_string() })
}

/// The id of the customer whose conversation this is.
fn customer(api: &Api, conversation: &str) -> Result<String, Failure> {
    let transcript = api.archive.transcript(&ConversationId::from_text(conversation))?;
    let customer = transcript.external_id.filter(|_| transcript.provider == Service::Chatvisor.provider());
    customer.ok_or_else(|| {
        Failure::new("not_chatvisor", "This conversation has no Chatvisor customer. Nothing was sent.")
    })
}

fn row(api: &Api, service: Service) -> Result<HistoryService, Failure> {
    let (needs, access) = (service.needs(), api.history_access(service)?);
    let name = providers::by_id(service.provider()).map_or(service.provider(), |provider| provider.name());
    let place = api.history_place(service, &access)?.filter(|place| !place.done && place.cursor.is_some());
    Ok(HistoryService {
        service: service.provider().to_owned(),
        name: name.to_owned(),
        token_name: needs.token.to_owned(),
        token_ending: access.token.ending(),
        token_set: !access.token.is_empty(),
        account_name: needs.account.map(str::to_owned),
        user_name: needs.user.map(str::to_owned),
        part_name: needs.part.map(str::to_owned),
        documented_base: needs.base.map(str::to_owned),
        range: needs.range,
        entered: HistoryFields {
            account: access.account,
            user: access.user,
            part: access.part,
            base: access.base,
            conversations: access.conversations,
            messages: access.messages,
            tag: access.tag,
            chat_url: access.chat_url,
        },
        place: place.map(|place| HistoryPlace {
            since: place.since,
            until: place.until,
            fetched: place.fetched,
        }),
        last: api.history_end(service)?,
    })
}
