//! Bundled payloads, posted through the real door: what arrives has gone the whole way.

use std::time::Duration;

use afterchat_archive::Source;
use afterchat_relay::{Request, Sample};
use afterchat_transcript::Header;

use super::sources;
use super::types::{Listener, Nothing, SampleQuestion, SampleRow, SampleSent, SamplesAnswer};
use crate::{Api, Failure, now};

/// By this a sample is told from what a service sends.
const USER_AGENT: &str = concat!("Afterchat/", env!("CARGO_PKG_VERSION"), " (sample)");
/// How long the door may take to answer.
const DEADLINE: Duration = Duration::from_secs(10);

pub(super) fn list(_: &Api, _: &Nothing) -> Result<SamplesAnswer, Failure> {
    let row = |sample: &Sample| SampleRow {
        id: sample.id.to_owned(),
        provider: sample.provider.to_owned(),
        title: sample.title.to_owned(),
    };
    Ok(SamplesAnswer { rows: afterchat_relay::samples().iter().map(row).collect() })
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
    // The service's own source, else one that finds out by itself.
    let mut known = api.archive.sources()?;
    let own = known.iter().position(|source| source.provider.as_deref() == Some(sample.provider));
    let Some(index) = own.or_else(|| known.iter().position(|source| source.provider.is_none())) else {
        return Err(Failure::new("no_source", "No hook address takes this sample. Add one first."));
    };
    let source = known.swap_remove(index);
    let headers = headers(&source, sample);
    let source = sources::row(api, source)?;
    let target =
        source.hook_url.parse().map_err(|_| Failure::new("internal", "A hook address is no address."))?;
    let request = Request { method: "POST".to_owned(), url: target, headers, body: sample.body.to_vec() };
    let sending = afterchat_relay::send(&request, DEADLINE);
    let answer = tokio::runtime::Handle::current().block_on(sending);
    let answer = answer.map_err(|error| Failure::new("sample_not_sent", &error.to_string()))?;
    Ok(SampleSent { status: answer.status, hook_url: source.hook_url, source: source.name })
}

/// A source with a secret asks for a signature, so a sample is signed with the newest, as its service would.
fn headers(source: &Source, sample: &Sample) -> Vec<Header> {
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    let mut headers = vec![header("User-Agent", USER_AGENT), header("Content-Type", sample.content_type)];
    if let (Some(scheme), Some(newest)) = (source.scheme(), source.secrets.last()) {
        headers.extend(scheme.sign(&newest.secret, sample.body, now()));
    }
    headers
}
