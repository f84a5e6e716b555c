//! What is shown of bodies beside their text and their tree: parts, bytes, and what was made of a compressed one.

use afterchat_archive::DeliveryId;
use afterchat_transcript::payload::multipart::{Multipart, Part};

use super::deliveries::{number, whole};
use super::types::{BytesAnswer, BytesQuestion, Header, InflateProblem, InflatedRow, PartRow, PartsRow};
use crate::body::{self, Inflated, Problem, Viewed};
use crate::{Api, Failure};

/// Bytes that are sent at once.
const MOST_BYTES: usize = 64 << 10;
/// Bytes of a part that are shown as text.
const SHOWN_PART: usize = 4 << 10;

pub(super) fn bytes(api: &Api, ask: &BytesQuestion) -> Result<BytesAnswer, Failure> {
    let delivery = api.archive.delivery(DeliveryId(number(&ask.delivery)?))?.delivery;
    let view = body::shown(&delivery, &api.mask()?, ask.secrets.unwrap_or(false));
    // Nobody reads a secret in what is compressed.
    let as_sent = view.is_inflated && !ask.inflated.unwrap_or(false);
    let bytes = if as_sent { &*delivery.body } else { &*view.bytes };
    let start = (ask.start as usize).min(bytes.len());
    let end = start.saturating_add((ask.length as usize).min(MOST_BYTES)).min(bytes.len());
    Ok(BytesAnswer { digits: digits(&bytes[start..end]), total: whole(bytes.len()) })
}

fn digits(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let each = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    each.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

pub(super) fn inflated(view: &Viewed<'_>) -> Option<InflatedRow> {
    let Inflated { encoding, truncated, problem } = view.inflated.clone()?;
    let problem = problem.map(|problem| match problem {
        Problem::Unknown => InflateProblem::Unknown,
        Problem::NotSo => InflateProblem::NotSo,
        Problem::Damaged => InflateProblem::Damaged,
    });
    Some(InflatedRow { encoding, size: whole(view.bytes.len()), truncated, problem })
}

pub(super) fn parts(id: DeliveryId, found: &Multipart, bytes: &[u8]) -> PartsRow {
    let rows = found.parts.iter().enumerate().map(|(at, part)| row(id, at, part, bytes));
    PartsRow { rows: rows.collect(), more: whole(found.more), closed: found.closed }
}

fn row(id: DeliveryId, at: usize, part: &Part, bytes: &[u8]) -> PartRow {
    let content = &bytes[part.span.clone()];
    let header = |header: &afterchat_transcript::Header| Header {
        name: header.name.clone(),
        value: String::from_utf8_lossy(&header.value).into_owned(),
    };
    PartRow {
        name: part.name.clone(),
        file_name: part.file_name.clone(),
        content_type: part.content_type.clone(),
        headers: part.headers.iter().map(header).collect(),
        start: whole(part.span.start),
        size: whole(content.len()),
        text: text(content),
        saved_as: body::of_part(id, at, part),
    }
}

/// The beginning of a part, when all of that is text. A character may be cut in two at its end.
fn text(content: &[u8]) -> Option<String> {
    let shown = &content[..content.len().min(SHOWN_PART)];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && shown.len() < content.len() => {
            std::str::from_utf8(&shown[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    (!text.contains(is_odd)).then(|| text.to_owned())
}
