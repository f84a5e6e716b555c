//! The inspector: the journal's list and one delivery with all that was made of it.

use std::borrow::Cow;

use afterchat_archive::{
    DeliveryId, DeliverySummary, Effort, Found, JournalQuestion, Outcome as ArchiveOutcome,
};
use afterchat_relay::written;
use afterchat_transcript::Instant;
use afterchat_transcript::payload::{Kind, Located, Payload, Value};
use afterchat_transcript::query::deliveries::DeliveryQuery;
use afterchat_transcript::reading::{self, Part};

use super::conversations::limit;
use super::types::{
    Concealed, DeliveriesQuestion, DeliveryAnswer, DeliveryPage, DeliveryRow, Excerpt, GapRow, Header,
    LookQuestion, Outcome, SpotAnswer, SpotQuestion, TreeKind, TreeNode,
};
use super::{answers, bodies, health, signatures};
use crate::body;
use crate::{Api, Failure};

/// Bytes of a body that a window is sent. The whole is in the archive and comes out with `afterchat delivery`.
const SHOWN_BODY: usize = 1 << 20;
/// Bytes shown around a place that stands behind those.
const AROUND_SPOT: usize = 8 << 10;
/// Values of a payload that are shown as a tree, or listed with what they became.
const SHOWN_VALUES: usize = 20_000;

pub(crate) fn list(api: &Api, ask: &DeliveriesQuestion) -> Result<DeliveryPage, Failure> {
    let question = JournalQuestion {
        conversation: ask.conversation.clone(),
        source: ask.source.clone(),
        quarantined: ask.quarantined.unwrap_or(false),
        before: ask.after.as_deref().map(number).transpose()?,
        since: ask.since.as_deref().map(number).transpose()?,
        limit: limit(ask.limit),
    };
    let query = DeliveryQuery::parse(ask.search.as_deref().unwrap_or_default());
    let found = api.archive.find_deliveries(&question, &query, Effort::STEP)?;
    let looked_for =
        question.quarantined || question.conversation.is_some() || found.rows.is_empty() || !query.is_empty();
    let gaps = if looked_for { Vec::new() } else { gaps(api, &question, &found)? };
    Ok(DeliveryPage {
        gaps,
        rows: found.rows.into_iter().map(row).collect(),
        next: found.next.map(|next| next.to_string()),
        problem: query.problem,
        newest: found.newest.0,
        oldest: found.oldest.0,
        reached: found.reached.0,
        reached_at: found.reached_at,
    })
}

/// The gaps among the rows of a page: those that ended after its oldest delivery arrived, unless the page before has them.
fn gaps(api: &Api, question: &JournalQuestion, found: &Found) -> Result<Vec<GapRow>, Failure> {
    let after = found.rows.last().filter(|_| found.next.is_some()).map(|row| row.received_at);
    let above = question.before.and_then(|before| api.archive.delivery_summary(DeliveryId(before)).ok());
    // What ended just when a delivery arrived stands below it.
    let before = above.and_then(|above| Instant::from_millis(above.received_at.millis() + 1));
    health::among(api, after, before)
}

pub(super) fn one(api: &Api, ask: &LookQuestion) -> Result<DeliveryAnswer, Failure> {
    let id = DeliveryId(number(&ask.id)?);
    let summary = api.archive.delivery_summary(id)?;
    let delivery = api.archive.delivery(id)?.delivery;
    let secrets = ask.secrets.unwrap_or(false);
    let view = body::shown(&delivery, &api.mask()?, secrets);
    let payload = Payload::decode(&view.bytes);
    // What is read is the body as sent; only what is shown is inflated.
    let reading =
        if view.is_inflated { reading::read(&delivery) } else { reading::read_payload(&delivery, &payload) };
    let text = String::from_utf8_lossy(&view.bytes);
    let lossy = matches!(text, Cow::Owned(_));
    let end = text.floor_char_boundary(SHOWN_BODY);
    let tree = payload
        .root
        .as_ref()
        .filter(|_| payload.values <= SHOWN_VALUES)
        .map(|root| node(root, None, String::new()));
    let Head { headers, query, mut concealed } = head(&delivery.headers, delivery.query.as_deref(), secrets);
    concealed.body = whole(view.secrets);
    Ok(DeliveryAnswer {
        signed: signatures::signed(&delivery, summary.signature.as_ref()),
        row: row(summary),
        path: delivery.path.clone(),
        query,
        headers,
        concealed,
        format: payload.format,
        body: text[..end].to_owned(),
        lossy,
        truncated: end < text.len(),
        inflated: bodies::inflated(&view),
        parts: body::parts(&delivery, &view.bytes).map(|parts| bodies::parts(id, &parts, &view.bytes)),
        tree,
        became: reading.parts.iter().flat_map(Part::origins).take(SHOWN_VALUES).collect(),
        other: reading.other.into_iter().take(SHOWN_VALUES).collect(),
        notices: reading.notices,
    })
}

/// The head of a request as a window is told it.
pub(super) struct Head {
    pub(super) headers: Vec<Header>,
    pub(super) query: Option<String>,
    /// What of these is secret.
    pub(super) concealed: Concealed,
}

/// A head with what is secret in it, or without.
pub(super) fn head(lines: &[afterchat_transcript::Header], query: Option<&str>, secrets: bool) -> Head {
    let mut concealed = Concealed { headers: Vec::new(), query: false, body: 0 };
    let headers = (0..).zip(lines).map(|(at, line)| {
        let secret = written::is_secret(line);
        if secret {
            concealed.headers.push(at);
        }
        let value = if secret && !secrets { "".into() } else { String::from_utf8_lossy(&line.value) };
        Header { name: line.name.clone(), value: value.into_owned() }
    });
    let headers = headers.collect();
    let without = query.and_then(written::concealed);
    concealed.query = without.is_some();
    let query = without.filter(|_| !secrets).or_else(|| query.map(str::to_owned));
    Head { headers, query, concealed }
}

/// Finds a place in a body, also behind the part that a window is sent.
pub(super) fn spot(api: &Api, ask: &SpotQuestion) -> Result<SpotAnswer, Failure> {
    let delivery = api.archive.delivery(DeliveryId(number(&ask.delivery)?))?.delivery;
    let view = body::shown(&delivery, &api.mask()?, ask.secrets.unwrap_or(false));
    let text = String::from_utf8_lossy(&view.bytes);
    let located = Payload::decode(&view.bytes).locate(&text, &ask.at);
    let Some(Located { pointer, span }) = located else {
        return Err(Failure::new(
            "no_such_place",
            "The body has no value at this place, or it has no bytes of its own.",
        ));
    };
    let excerpt = (span.end > text.floor_char_boundary(SHOWN_BODY)).then(|| {
        let from = text.floor_char_boundary(span.start.saturating_sub(AROUND_SPOT));
        let to =
            text.ceil_char_boundary((span.start + SHOWN_BODY).min(span.end + AROUND_SPOT).min(text.len()));
        Excerpt {
            start: whole(from),
            line: whole(text[..from].matches('\n').count() + 1),
            text: text[from..to].to_owned(),
        }
    });
    Ok(SpotAnswer { pointer, start: whole(span.start), end: whole(span.end), excerpt })
}

/// A count of bytes or lines. Bodies are far smaller than what this holds.
pub(super) fn whole(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(crate) fn number(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::new("bad_question", "A delivery's name is its number."))
}

pub(super) fn row(summary: DeliverySummary) -> DeliveryRow {
    DeliveryRow {
        id: summary.id.to_string(),
        received_at: summary.received_at,
        source: summary.source,
        provider: summary.provider,
        kind: summary.kind,
        method: summary.method,
        content_type: summary.content_type,
        size: summary.size,
        outcome: summary.outcome.into(),
        reason: summary.reason,
        conversations: summary.conversations,
        event: summary.event,
        signature: summary.signature.map(signatures::row),
        pinned: summary.pinned,
        note: summary.note,
        told: summary.told.map(answers::told),
        drift: summary.drift,
        by_old_address: summary.by_old_address,
    }
}

impl From<ArchiveOutcome> for Outcome {
    fn from(outcome: ArchiveOutcome) -> Self {
        match outcome {
            ArchiveOutcome::Pending => Self::Pending,
            ArchiveOutcome::Conversation => Self::Conversation,
            ArchiveOutcome::NoConversation => Self::NoConversation,
            ArchiveOutcome::Unreadable => Self::Unreadable,
            ArchiveOutcome::Quarantined => Self::Quarantined,
        }
    }
}

fn node(value: &Value, key: Option<&str>, pointer: String) -> TreeNode {
    let child = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    let (kind, children) = match &value.kind {
        Kind::Null => (TreeKind::Null, None),
        Kind::Bool(_) => (TreeKind::Bool, None),
        Kind::Number(_) => (TreeKind::Number, None),
        Kind::Text(_) => (TreeKind::String, None),
        Kind::Array(items) => {
            let nodes =
                items.iter().enumerate().map(|(index, item)| node(item, None, format!("{pointer}/{index}")));
            (TreeKind::Array, Some(nodes.collect()))
        }
        Kind::Object(entries) => (
            TreeKind::Object,
            Some(entries.iter().map(|(name, entry)| node(entry, Some(name), child(name))).collect()),
        ),
    };
    let place = |at: usize| u32::try_from(at).ok().filter(|_| !value.span.is_empty());
    let (start, end) = (place(value.span.start), place(value.span.end));
    TreeNode { key: key.map(str::to_owned), kind, value: value.scalar(), pointer, start, end, children }
}
