//! Sending: what a request is made from, where it goes, what comes back, and what it would change.

use afterchat_archive::{DeliveryId, JournalQuestion, Source};
use afterchat_relay::{Answered, Request, Timing};
use afterchat_transcript::payload::Payload;
use afterchat_transcript::{Header, reading};
use data_encoding::BASE64;

use super::types::{
    self, ComposeQuestion, ComposedHeader, Composition, HeaderUse, Outcome, RepeatedSend, RequestToSend,
    SendAnswer, SendTiming, ServerAnswer, TriedConversation, TryAnswer, WorkStarted,
};
use super::{deliveries, signatures};
use crate::outgoing::{Model, USER_AGENT, header, send_out};
use crate::{Api, Failure, now, repeat, trial};

/// The largest body that is edited in a window.
const EDITED: usize = 1 << 20;
/// Changes of one conversation that a window is told.
const CHANGES: usize = 400;
/// How many deliveries are looked through for the one that a request became.
const LOOKED_THROUGH: usize = 200;

pub(super) fn compose(api: &Api, ask: &ComposeQuestion) -> Result<Composition, Failure> {
    let Some(model) = api.model(ask.delivery.as_deref(), ask.sample.as_deref())? else {
        return Ok(from_nothing());
    };
    let sources = api.archive.sources()?;
    let (title, provider, own) = match &model {
        Model::Delivery(delivery) => {
            let read = deliveries::number(ask.delivery.as_deref().unwrap_or_default())
                .and_then(|id| Ok(api.archive.delivery_summary(DeliveryId(id))?));
            (None, delivery.provider.clone().or(read?.provider), false)
        }
        Model::Bundled(sample) => (Some(sample.title.to_owned()), Some(sample.provider.to_owned()), false),
        Model::Own { name, content } => (Some(name.clone()), content.provider.clone(), true),
    };
    let named = match &model {
        Model::Delivery(delivery) => sources.iter().find(|source| source.name == delivery.source),
        Model::Bundled(_) | Model::Own { .. } => None,
    };
    let source = named.or_else(|| taking(&sources, provider.as_deref()));
    let body = model.body();
    let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= EDITED);
    Ok(Composition {
        method: model.method().to_owned(),
        query: model.query().map(str::to_owned),
        headers: model.headers().iter().map(composed).collect(),
        body: text.map(str::to_owned),
        size: deliveries::whole(body.len()),
        format: Payload::decode(body).format,
        title,
        secret: source.and_then(newest_secret),
        source: source.map(|source| source.name.clone()),
        provider,
        own,
    })
}

fn from_nothing() -> Composition {
    let headers = [header("User-Agent", USER_AGENT), header("Content-Type", "application/json")];
    Composition {
        method: "POST".to_owned(),
        query: None,
        headers: headers.iter().map(composed).collect(),
        body: Some("{}".to_owned()),
        size: 2,
        format: afterchat_transcript::payload::Format::Json,
        title: None,
        provider: None,
        source: None,
        secret: None,
        own: false,
    }
}

/// The source that takes what this service sends: its own, else one that finds out by itself.
pub(super) fn taking<'a>(sources: &'a [Source], provider: Option<&str>) -> Option<&'a Source> {
    let own = provider.and_then(|id| sources.iter().find(|source| source.provider.as_deref() == Some(id)));
    own.or_else(|| sources.iter().find(|source| source.provider.is_none()))
}

/// The newest secret, as the service itself would sign with it.
fn newest_secret(source: &Source) -> Option<String> {
    source.scheme()?;
    source.secrets.last().map(|secret| secret.label.clone())
}

fn composed(header: &Header) -> ComposedHeader {
    let text = std::str::from_utf8(&header.value).ok();
    ComposedHeader {
        name: header.name.clone(),
        value: String::from_utf8_lossy(&header.value).into_owned(),
        bytes: text.is_none().then(|| BASE64.encode(&header.value)),
        becomes: becomes(header),
    }
}

fn becomes(header: &Header) -> HeaderUse {
    use afterchat_relay::request::Belongs;
    if header.value == afterchat_transcript::signature::TAKEN_OUT {
        return HeaderUse::TakenOut;
    }
    match Belongs::of(&header.name) {
        Belongs::Request => HeaderUse::Sent,
        Belongs::Target => HeaderUse::SetAnew,
        Belongs::Connection => HeaderUse::Connection,
        Belongs::Bearer => HeaderUse::Credential,
    }
}

pub(super) fn send(api: &Api, ask: &RequestToSend) -> Result<SendAnswer, Failure> {
    let request = api.outgoing(ask)?;
    let newest = api.archive.newest_delivery()?;
    let (answer, failure) = match send_out(&request) {
        Ok(answered) => (Some(answer(&answered)), None),
        Err(error) if error.nothing_was_sent() => return Err(Failure::from(&error)),
        Err(error) => (error.begun().map(answer), Some(Failure::from(&error))),
    };
    let delivery = ask.source.as_deref().map(|source| became(api, source, newest, &request)).transpose()?;
    Ok(SendAnswer {
        url: without_token(&request, ask),
        sent: request.lines().iter().map(shown).collect(),
        answer,
        failure,
        delivery: delivery.flatten(),
    })
}

/// The address as a person may show it to somebody: a hook address without its token.
fn without_token(request: &Request, ask: &RequestToSend) -> String {
    match &ask.source {
        None => request.url.to_string(),
        Some(source) => {
            let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}/h/{source}/…{query}", request.url.origin().ascii_serialization())
        }
    }
}

/// The newest delivery of this source that has the very bytes that were sent.
fn became(api: &Api, source: &str, newest: i64, request: &Request) -> Result<Option<String>, Failure> {
    let question = JournalQuestion {
        source: Some(source.to_owned()),
        since: Some(newest),
        limit: LOOKED_THROUGH,
        ..JournalQuestion::default()
    };
    for row in api.archive.deliveries(&question)? {
        let kept = api.archive.delivery(row.id)?.delivery;
        if kept.body == request.body && kept.method == request.method {
            return Ok(Some(row.id.to_string()));
        }
    }
    Ok(None)
}

fn answer(answered: &Answered) -> ServerAnswer {
    let body = String::from_utf8_lossy(&answered.body);
    ServerAnswer {
        status: answered.status,
        headers: answered.headers.iter().map(shown).collect(),
        lossy: matches!(body, std::borrow::Cow::Owned(_)),
        body: body.into_owned(),
        truncated: answered.truncated,
        took: timing(answered.took),
    }
}

fn timing(took: Timing) -> SendTiming {
    let millis = |duration: std::time::Duration| duration.as_secs_f64() * 1000.0;
    SendTiming {
        resolved: millis(took.resolved),
        connected: millis(took.connected),
        secured: took.secured.map(millis),
        first_byte: millis(took.first_byte),
        whole: millis(took.whole),
    }
}

fn shown(header: &Header) -> types::Header {
    types::Header { name: header.name.clone(), value: String::from_utf8_lossy(&header.value).into_owned() }
}

pub(super) fn repeat(api: &Api, ask: &RepeatedSend) -> Result<WorkStarted, Failure> {
    Ok(WorkStarted { work: repeat::begin(api, ask)? })
}

pub(super) fn dry_run(api: &Api, ask: &RequestToSend) -> Result<TryAnswer, Failure> {
    let Some(name) = &ask.source else {
        return Err(Failure::new("bad_question", "A request is tried as it would arrive at one address."));
    };
    let source = api.source(name)?;
    let request = api.written(ask)?;
    let mut delivery = trial::as_it_would_arrive(&source, &request, now());
    let hook = api.archive.hook(&source.name, &source.token, now());
    let signature = hook.and_then(|hook| hook.guard).and_then(|guard| guard.examine(&mut delivery));
    let tried = trial::try_out(&api.archive, delivery, signature)?;
    let conversation = |tried: trial::Tried| {
        let mut changes = tried.changes;
        let more = changes.len().saturating_sub(CHANGES);
        changes.truncate(CHANGES);
        TriedConversation { id: tried.id.to_string(), new: tried.new, changes, more: deliveries::whole(more) }
    };
    let reading::Reading { provider, event, notices, other, .. } = tried.reading;
    Ok(TryAnswer {
        outcome: Outcome::from(tried.summary.outcome),
        reason: tried.summary.reason,
        provider: provider.map(str::to_owned),
        event,
        signature: tried.summary.signature.map(signatures::row),
        notices,
        other: deliveries::whole(other.len()),
        conversations: tried.conversations.into_iter().map(conversation).collect(),
        with: deliveries::whole(tried.with),
    })
}
