//! Samples: the bundled ones, posted through the real door as they are, and those that people made.

use afterchat_archive::{OwnSample, SampleContent, Source};
use afterchat_relay::{Request, Sample, SendError};
use afterchat_transcript::Header;

use super::types::{
    Listener, Marked, Nothing, OwnSampleRow, SampleDeletion, SampleName, SampleQuestion, SampleRow,
    SampleSent, SampleToKeep, SamplesAnswer,
};
use super::{send, sources};
use crate::outgoing::{USER_AGENT, header, headers as headers_to_send, own_name, own_number, send_out};
use crate::{Api, Failure, now};

pub(super) fn list(api: &Api, _: &Nothing) -> Result<SamplesAnswer, Failure> {
    let row = |sample: &Sample| SampleRow {
        id: sample.id.to_owned(),
        provider: sample.provider.to_owned(),
        title: sample.title.to_owned(),
    };
    let own = api.archive.own_samples()?.into_iter().map(own_row).collect();
    Ok(SamplesAnswer { rows: afterchat_relay::samples().iter().map(row).collect(), own })
}

fn own_row(sample: OwnSample) -> OwnSampleRow {
    OwnSampleRow {
        id: own_name(sample.id),
        name: sample.name,
        provider: sample.provider,
        size: sample.size,
        made_at: sample.made_at,
    }
}

pub(super) fn keep(api: &Api, ask: &SampleToKeep) -> Result<OwnSampleRow, Failure> {
    let request = &ask.request;
    let replaces = ask.replaces.as_deref().map(number).transpose()?;
    // Any address will do: what cannot be sent is not kept.
    let nowhere = "http://localhost/".parse().map_err(|_| Failure::new("internal", "No address."))?;
    let headers = headers_to_send(&request.headers)?;
    let written = Request { method: request.method.clone(), url: nowhere, headers, body: api.body(request)? };
    written.head().map_err(|error| Failure::from(&SendError::from(error)))?;
    let content = SampleContent {
        provider: ask.provider.clone(),
        method: written.method,
        query: request.query.clone().filter(|query| !query.is_empty()),
        headers: written.headers,
        body: written.body,
    };
    Ok(own_row(api.archive.keep_sample(&ask.name, content, replaces, now())?))
}

pub(super) fn rename(api: &Api, ask: &SampleName) -> Result<OwnSampleRow, Failure> {
    Ok(own_row(api.archive.rename_sample(number(&ask.id)?, &ask.name)?))
}

pub(super) fn delete(api: &Api, ask: &SampleDeletion) -> Result<Marked, Failure> {
    let changed = api.archive.delete_sample(number(&ask.id)?, ask.on, now())?;
    Ok(Marked { changed: usize::from(changed) })
}

fn number(id: &str) -> Result<i64, Failure> {
    own_number(id)
        .ok_or_else(|| Failure::new("not_found", &format!("There is no sample “{id}” that somebody made.")))
}

pub(super) fn send(api: &Api, ask: &SampleQuestion) -> Result<SampleSent, Failure> {
    let sample = afterchat_relay::samples().iter().find(|sample| sample.id == ask.sample);
    let sample =
        sample.ok_or_else(|| Failure::new("not_found", &format!("There is no sample “{}”.", ask.sample)))?;
    if !matches!(api.door.listener(), Listener::Listening { .. }) {
        return Err(Failure::new(
            "not_listening",
            "The door is closed, so nothing can arrive. Open it first.",
        ));
    }
    let known = api.archive.sources()?;
    let Some(source) = send::taking(&known, Some(sample.provider)).cloned() else {
        return Err(Failure::new("no_source", "No hook address takes this sample. Add one first."));
    };
    let headers = headers(&source, sample);
    let source = sources::row(api, source)?;
    let target =
        source.hook_url.parse().map_err(|_| Failure::new("internal", "A hook address is no address."))?;
    let request = Request { method: "POST".to_owned(), url: target, headers, body: sample.body.to_vec() };
    let answer = send_out(&request);
    let answer = answer.map_err(|error| Failure::new("sample_not_sent", &error.to_string()))?;
    Ok(SampleSent { status: answer.status, hook_url: source.hook_url, source: source.name })
}

/// A source with a secret asks for a signature, so a sample is signed with the newest, as its service would.
fn headers(source: &Source, sample: &Sample) -> Vec<Header> {
    let mut headers = vec![header("User-Agent", USER_AGENT), header("Content-Type", sample.content_type)];
    if let (Some(scheme), Some(newest)) = (source.scheme(), source.secrets.last()) {
        headers.extend(scheme.sign(&newest.secret, sample.body, now()));
    }
    headers
}
