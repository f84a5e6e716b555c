//! A dry run: a delivery goes through the reader and the fold of a real archive that is thrown away afterwards, beside
//! the earlier deliveries of the conversations it tells of. Nothing of it touches the archive of the person.

use std::time::Duration;

use afterchat_archive::{Archive, DeliveryId, Signature};
use afterchat_transcript::compare::{ConversationChange, conversations};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::{Delivery, Instant, Transcript, fold, reading};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::{Failure, now};

/// How long reading and folding may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a delivery would change.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) summary: afterchat_archive::DeliverySummary,
    pub(crate) reading: reading::Reading,
    pub(crate) conversations: Vec<Tried>,
    /// How many earlier deliveries it was tried with.
    pub(crate) with: usize,
}

/// What a conversation would become.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) id: ConversationId,
    pub(crate) new: bool,
    pub(crate) changes: Vec<ConversationChange>,
}

/// Tries a delivery beside what the archive holds. Blocking; needs a tokio runtime.
pub(crate) fn try_out(
    archive: &Archive,
    delivery: Delivery,
    signature: Option<Signature>,
) -> Result<Trial, Failure> {
    let reading = reading::read(&delivery);
    let digest = fold::digest(&delivery.body);
    let mut ids: Vec<ConversationId> = (0..reading.parts.len())
        .filter_map(|index| fold::conversation_id(&reading, index, &digest))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let earlier = earlier(archive, &ids)?;
    let with = earlier.len();

    let unmade = |error: std::io::Error| {
        Failure::new("trial_failed", &format!("No archive to try it in could be made: {error}."))
    };
    // The system's own folder for such things: should the program be killed, it is cleared from there. Only this
    // account can look into it.
    let folder = tempfile::Builder::new().prefix("afterchat-trial-").tempdir().map_err(unmade)?;
    let scratch = Archive::open(folder.path(), now())?;
    let tried = try_in(&scratch, earlier, delivery, signature, &ids);
    scratch.close();
    let (summary, conversations) = tried?;
    Ok(Trial { summary, reading, conversations, with })
}

/// The deliveries that tell of these conversations, each once, in their order.
fn earlier(archive: &Archive, ids: &[ConversationId]) -> Result<Vec<Delivery>, Failure> {
    let mut numbers = Vec::new();
    for id in ids {
        let told = match archive.transcript(id) {
            Ok(transcript) => transcript.deliveries,
            Err(error) if error.code() == "not_found" => continue,
            Err(error) => return Err(error.into()),
        };
        numbers.extend(told.iter().filter_map(|number| number.parse().ok()).map(DeliveryId));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|id| Ok(archive.delivery(id)?.delivery)).collect()
}

fn try_in(
    scratch: &Archive,
    earlier: Vec<Delivery>,
    delivery: Delivery,
    signature: Option<Signature>,
    ids: &[ConversationId],
) -> Result<(afterchat_archive::DeliverySummary, Vec<Tried>), Failure> {
    scratch.append_all(earlier)?;
    settle(scratch)?;
    let before: Vec<Option<Transcript>> = ids.iter().map(|id| told(scratch, id)).collect::<Result<_, _>>()?;
    let kept = Handle::current().block_on(scratch.append_examined(delivery, signature));
    let id = kept.map_err(|error| Failure::new(error.code, &error.words))?;
    settle(scratch)?;
    let summary = scratch.delivery_summary(id)?;
    let mut tried = Vec::new();
    for (id, before) in ids.iter().zip(before) {
        // Nothing tells of it when the delivery would be in quarantine.
        let Some(after) = told(scratch, id)? else { continue };
        let new = before.is_none();
        let before = before.unwrap_or_else(|| nothing_said(&after));
        tried.push(Tried { id: id.clone(), new, changes: conversations(&before, &after) });
    }
    Ok((summary, tried))
}

fn told(scratch: &Archive, id: &ConversationId) -> Result<Option<Transcript>, Failure> {
    match scratch.transcript(id) {
        Ok(transcript) => Ok(Some(transcript)),
        Err(error) if error.code() == "not_found" => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Waits until everything in this archive has been read.
fn settle(scratch: &Archive) -> Result<(), Failure> {
    let mut changes = scratch.changes();
    let settled = async {
        loop {
            changes.mark_unchanged();
            let progress = scratch.progress()?;
            if progress.done >= progress.all || changes.changed().await.is_err() {
                return Ok(());
            }
        }
    };
    let too_slow = || Failure::new("trial_failed", "Reading it took too long. Nothing was changed.");
    Handle::current().block_on(async { timeout(DEADLINE, settled).await }).unwrap_or_else(|_| Err(too_slow()))
}

/// The same conversation before anything was said in it, so that all of a new one counts as added.
fn nothing_said(whole: &Transcript) -> Transcript {
    Transcript {
        ended_at: None,
        subject: None,
        department: None,
        language: None,
        labels: Vec::new(),
        rating: None,
        timing: None,
        ended_by: None,
        agents: Vec::new(),
        visitor: None,
        pages: Vec::new(),
        messages: Vec::new(),
        fields: Vec::new(),
        links: Vec::new(),
        other: Vec::new(),
        notices: Vec::new(),
        ..whole.clone()
    }
}

/// A delivery as it would arrive now at this source.
pub(crate) fn as_it_would_arrive(
    source: &afterchat_archive::Source,
    request: &afterchat_relay::Request,
    received_at: Instant,
) -> Delivery {
    Delivery {
        kind: afterchat_transcript::DeliveryKind::Hook,
        source: source.name.clone(),
        provider: source.provider.clone(),
        method: request.method.clone(),
        path: format!("/h/{}/…", source.name),
        query: request.url.query().map(str::to_owned),
        headers: request.lines(),
        body: request.body.clone(),
        received_at,
    }
}
