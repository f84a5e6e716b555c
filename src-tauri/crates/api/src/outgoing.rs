//! A request that a person wrote, made ready to leave: where it goes, its exact bytes, and its signature.

use std::time::Duration;

use afterchat_archive::{DeliveryId, SampleContent, Source};
use afterchat_relay::{Answered, Request, SendError};
use afterchat_transcript::signature::Scheme;
use afterchat_transcript::{Delivery, DeliveryKind, Header, providers};
use data_encoding::BASE64;
use url::Url;

use crate::calls::types::{HeaderToSend, Listener, RequestToSend};
use crate::{Api, Failure, now};

/// By this a sample is told from what a service sends.
pub(crate) const USER_AGENT: &str = concat!("Afterchat/", env!("CARGO_PKG_VERSION"), " (sample)");
/// How long a server may take for its whole answer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// What the name of an own sample begins with.
const OWN: &str = "own-";

impl From<&SendError> for Failure {
    fn from(error: &SendError) -> Self {
        Self::new(error.code(), &error.to_string())
    }
}

/// What a request can be made from.
#[derive(Debug, Clone)]
pub(crate) enum Model {
    Delivery(Box<Delivery>),
    Bundled(&'static afterchat_relay::Sample),
    Own { name: String, content: SampleContent },
}

impl Model {
    pub(crate) fn body(&self) -> &[u8] {
        match self {
            Self::Delivery(delivery) => &delivery.body,
            Self::Bundled(sample) => sample.body,
            Self::Own { content, .. } => &content.body,
        }
    }

    /// Every header line as it stands.
    pub(crate) fn headers(&self) -> Vec<Header> {
        match self {
            Self::Delivery(delivery) => delivery.headers.clone(),
            Self::Bundled(sample) => {
                vec![header("User-Agent", USER_AGENT), header("Content-Type", sample.content_type)]
            }
            Self::Own { content, .. } => content.headers.clone(),
        }
    }

    pub(crate) fn method(&self) -> &str {
        match self {
            Self::Delivery(delivery) if delivery.kind == DeliveryKind::Hook => &delivery.method,
            Self::Delivery(_) | Self::Bundled(_) => "POST",
            Self::Own { content, .. } => &content.method,
        }
    }

    pub(crate) fn query(&self) -> Option<&str> {
        match self {
            Self::Delivery(delivery) if delivery.kind == DeliveryKind::Hook => delivery.query.as_deref(),
            Self::Delivery(_) | Self::Bundled(_) => None,
            Self::Own { content, .. } => content.query.as_deref(),
        }
    }
}

pub(crate) fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.as_bytes().to_vec() }
}

/// The number of an own sample; `None` for the name of a bundled one.
pub(crate) fn own_number(id: &str) -> Option<i64> {
    id.strip_prefix(OWN)?.parse().ok()
}

pub(crate) fn own_name(number: i64) -> String {
    format!("{OWN}{number}")
}

impl Api {
    /// What a request is made from; `None` when it is written from nothing.
    pub(crate) fn model(
        &self,
        delivery: Option<&str>,
        sample: Option<&str>,
    ) -> Result<Option<Model>, Failure> {
        if let Some(id) = delivery {
            let id = DeliveryId(crate::calls::delivery_number(id)?);
            return Ok(Some(Model::Delivery(Box::new(self.archive.delivery(id)?.delivery))));
        }
        let Some(id) = sample else { return Ok(None) };
        if let Some(number) = own_number(id) {
            let (sample, content) = self.archive.own_sample(number)?;
            return Ok(Some(Model::Own { name: sample.name, content }));
        }
        let found = afterchat_relay::samples().iter().find(|known| known.id == id);
        let found = found.ok_or_else(|| Failure::new("not_found", &format!("There is no sample “{id}”.")))?;
        Ok(Some(Model::Bundled(found)))
    }

    /// The source of this name.
    pub(crate) fn source(&self, name: &str) -> Result<Source, Failure> {
        let found = self.archive.sources()?.into_iter().find(|source| source.name == name);
        found.ok_or_else(|| Failure::new("not_found", &format!("There is no address “{name}”.")))
    }

    /// The request as it will stand on the wire.
    pub(crate) fn outgoing(&self, ask: &RequestToSend) -> Result<Request, Failure> {
        let open = matches!(self.door.listener(), Listener::Listening { .. });
        if ask.source.is_some() && !open {
            let closed = "The door is closed, so nothing can arrive. Open it first.";
            return Err(Failure::new("not_listening", closed));
        }
        self.written(ask)
    }

    /// The same for a request that stays here.
    pub(crate) fn written(&self, ask: &RequestToSend) -> Result<Request, Failure> {
        let url = self.destination(ask)?;
        let body = self.body(ask)?;
        let headers = self.signed(ask, headers(&ask.headers)?, &body)?;
        let request = Request { method: ask.method.clone(), url, headers, body };
        request.head().map_err(|error| Failure::from(&SendError::from(error)))?;
        Ok(request)
    }

    /// The exact bytes of the body.
    pub(crate) fn body(&self, ask: &RequestToSend) -> Result<Vec<u8>, Failure> {
        if let Some(text) = &ask.body {
            return Ok(text.clone().into_bytes());
        }
        let model = self.model(ask.delivery.as_deref(), ask.sample.as_deref())?;
        Ok(model.map(|model| model.body().to_vec()).unwrap_or_default())
    }

    /// The header lines with the body signed anew, if that is asked for.
    pub(crate) fn signed(
        &self,
        ask: &RequestToSend,
        headers: Vec<Header>,
        body: &[u8],
    ) -> Result<Vec<Header>, Failure> {
        let Some(wanted) = &ask.sign_with else { return Ok(headers) };
        let source = self.source(&wanted.source)?;
        let scheme = scheme(&source)?;
        let known = source.secrets.iter().find(|known| known.label == wanted.label);
        let known = known.ok_or_else(|| {
            Failure::new(
                "not_found",
                &format!("“{}” has no secret “{}”. Nothing was sent.", source.name, wanted.label),
            )
        })?;
        Ok(scheme.sign_again(&known.secret, &headers, body, now()))
    }

    fn destination(&self, ask: &RequestToSend) -> Result<Url, Failure> {
        match (&ask.source, &ask.url) {
            (Some(name), None) => {
                let base = self.door.base(&self.archive)?;
                let mut url: Url = format!("{base}{}", self.source(name)?.path())
                    .parse()
                    .map_err(|_| Failure::new("internal", "A hook address is no address."))?;
                url.set_query(ask.query.as_deref().filter(|query| !query.is_empty()));
                Ok(url)
            }
            (None, Some(url)) => url.trim().parse().map_err(|_| Failure::from(&SendError::NotHttp)),
            _ => Err(Failure::new("bad_question", "A request goes to one address.")),
        }
    }
}

/// Sends it and waits for the answer. Blocking; needs a tokio runtime.
pub(crate) fn send_out(request: &Request) -> Result<Answered, SendError> {
    tokio::runtime::Handle::current().block_on(afterchat_relay::send(request, DEADLINE))
}

fn scheme(source: &Source) -> Result<Scheme, Failure> {
    source.scheme().ok_or_else(|| {
        let service = source.provider.as_deref().and_then(providers::by_id);
        let service = service.map_or("Its service", |service| service.name());
        Failure::new("signs_nothing", &format!("{service} signs nothing. Nothing was sent."))
    })
}

/// The header lines to send, with their exact bytes.
pub(crate) fn headers(lines: &[HeaderToSend]) -> Result<Vec<Header>, Failure> {
    let line = |line: &HeaderToSend| {
        let value = match &line.bytes {
            None => line.value.clone().into_bytes(),
            Some(bytes) => BASE64.decode(bytes.as_bytes()).map_err(|_| {
                Failure::new("bad_question", "The exact value of a header is written in Base64.")
            })?,
        };
        Ok(Header { name: line.name.clone(), value })
    };
    lines.iter().map(line).collect()
}
