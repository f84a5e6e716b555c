//! Two deliveries side by side, shortened to what a window can show.

use afterchat_archive::DeliveryId;
use afterchat_relay::written::{self, Mask};
use afterchat_transcript::Transcript;
use afterchat_transcript::compare::{self, Body, BodyComparison, Difference, Line, Place, TextLine};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::payload::{Kind, Payload, Value};

use super::deliveries::{number, row};
use super::types::{
    CompareAnswer, CompareQuestion, ComparedAs, ComparedBody, ComparedConversation, ComparedHeader,
    ComparedLine, ComparedPiece, ComparedSide, ComparedValue, DeliveryQuestion, DeliveryRow, Header,
    NeighboursAnswer, TreeKind,
};
use crate::{Api, Failure};

/// Lines of a comparison that a window is sent.
const SHOWN_LINES: usize = 20_000;
/// Bytes of a value or a line that are shown.
const SHOWN_TEXT: usize = 400;
/// Bytes of two texts that are compared word by word.
const COMPARED_WORDS: usize = 16 << 10;
/// Bytes shown of each end of a long piece that both texts have.
const AROUND_CHANGE: usize = 60;
/// Changes of one conversation that a window is sent, and conversations that both deliveries tell of.
const SHOWN_CHANGES: usize = 500;
const SHOWN_CONVERSATIONS: usize = 5;

pub(super) fn compare(api: &Api, ask: &CompareQuestion) -> Result<CompareAnswer, Failure> {
    let ids = [DeliveryId(number(&ask.left)?), DeliveryId(number(&ask.right)?)];
    let [left, right] = [api.archive.delivery(ids[0])?.delivery, api.archive.delivery(ids[1])?.delivery];
    // Equal secrets have equal placeholders, so whether they differ is told, and not what they are.
    let mut mask = api.mask()?;
    let [left_body, right_body] =
        [&left, &right].map(|side| mask.body(side.header("content-type"), &side.body));
    let [left_query, right_query] = [&left, &right].map(|side| mask.query_of(side));
    let rows = [row(api.archive.delivery_summary(ids[0])?), row(api.archive.delivery_summary(ids[1])?)];
    let shared = rows[0].conversations.iter().filter(|id| rows[1].conversations.contains(id));
    let conversations = shared
        .take(SHOWN_CONVERSATIONS)
        .map(|id| conversation(api, id, ids, &mut mask))
        .collect::<Result<_, _>>()?;
    let headers = compare::headers(&left.headers, &right.headers).iter().map(header).collect();
    let body = body(&left_body, &right_body);
    let [left_row, right_row] = rows;
    Ok(CompareAnswer {
        left: ComparedSide { row: left_row, path: left.path, query: left_query },
        right: ComparedSide { row: right_row, path: right.path, query: right_query },
        headers,
        body,
        conversations,
    })
}

pub(super) fn neighbours(api: &Api, ask: &DeliveryQuestion) -> Result<NeighboursAnswer, Failure> {
    let found = api.archive.neighbours(DeliveryId(number(&ask.id)?))?;
    let shown = |id: Option<DeliveryId>| -> Result<Option<DeliveryRow>, Failure> {
        id.map(|id| Ok(row(api.archive.delivery_summary(id)?))).transpose()
    };
    Ok(NeighboursAnswer {
        conversation: shown(found.conversation)?,
        event: shown(found.event)?,
        source: shown(found.source)?,
    })
}

fn conversation(
    api: &Api,
    id: &str,
    ids: [DeliveryId; 2],
    mask: &mut Mask,
) -> Result<ComparedConversation, Failure> {
    let states = api.archive.conversation_after(&ConversationId::from_text(id), ids)?;
    let mut changes = match &states {
        [Some(before), Some(after)] => compare::conversations(&masked(mask, before)?, &masked(mask, after)?),
        // It was put back into quarantine meanwhile.
        _ => Vec::new(),
    };
    let more = changes.len().saturating_sub(SHOWN_CHANGES);
    changes.truncate(SHOWN_CHANGES);
    for said in changes.iter_mut().flat_map(|change| change.before.iter_mut().chain(&mut change.after)) {
        let (mut text, cut) = shortened(&said.text);
        if cut {
            text.push('…');
        }
        said.text = text;
    }
    Ok(ComparedConversation { id: id.to_owned(), changes, more: whole(more) })
}

fn masked(mask: &mut Mask, transcript: &Transcript) -> Result<Transcript, Failure> {
    mask.conversation(transcript).map_err(|error| Failure::new("internal", &error.to_string()))
}

fn header(line: &compare::HeaderLine<'_>) -> ComparedHeader {
    let secret = [line.left, line.right].into_iter().flatten().any(|(_, header)| written::is_secret(header));
    let shown = |header: Option<(usize, &afterchat_transcript::Header)>| {
        header.map(|(_, header)| Header {
            name: header.name.clone(),
            value: if secret { String::new() } else { String::from_utf8_lossy(&header.value).into_owned() },
        })
    };
    ComparedHeader {
        secret,
        what: line.what,
        respelled: line.respelled,
        moved: line.moved,
        left: shown(line.left),
        right: shown(line.right),
    }
}

fn body(left: &[u8], right: &[u8]) -> ComparedBody {
    let payloads = [Payload::decode(left), Payload::decode(right)];
    let texts = [String::from_utf8_lossy(left), String::from_utf8_lossy(right)];
    let compared = compare::bodies(
        Body { bytes: left, payload: &payloads[0], text: &texts[0] },
        Body { bytes: right, payload: &payloads[1], text: &texts[1] },
    );
    let mut answer = ComparedBody {
        compared_as: ComparedAs::Equal,
        left: payloads[0].format,
        right: payloads[1].format,
        lines: Vec::new(),
        changes: 0,
        more: 0,
        first_byte: None,
    };
    match compared {
        BodyComparison::Equal => {}
        BodyComparison::Trees(lines) => {
            answer.compared_as = ComparedAs::Trees;
            answer.changes = whole(lines.iter().filter(|line| line.is_change()).count());
            answer.more = whole(lines.len().saturating_sub(SHOWN_LINES));
            answer.lines = tree_lines(&lines);
        }
        BodyComparison::Texts(lines) => {
            answer.compared_as = ComparedAs::Texts;
            answer.changes = whole(lines.iter().filter(|line| line.what.is_change()).count());
            answer.more = whole(lines.len().saturating_sub(SHOWN_LINES));
            answer.lines = lines.iter().take(SHOWN_LINES).map(text_line).collect();
        }
        BodyComparison::Bytes { first } => {
            answer.compared_as = ComparedAs::Bytes;
            answer.first_byte = Some(whole(first));
        }
    }
    answer
}

/// The lines of two trees. What is one line because it is the same, or only on one side, is spelled out below it as far
/// as there is room: first the lines that tell of a difference.
fn tree_lines(lines: &[Line<'_>]) -> Vec<ComparedLine> {
    let mut room = SHOWN_LINES.saturating_sub(lines.len());
    let mut shown = Vec::new();
    for line in lines.iter().take(SHOWN_LINES) {
        let sides = [line.left.as_ref(), line.right.as_ref()];
        let text = |place: Option<&Place<'_>>| match place.map(|place| &place.value.kind) {
            Some(Kind::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let pieces = match sides.map(text) {
            [Some(before), Some(after)] if line.what == Difference::Changed => pieces(&before, &after),
            _ => Vec::new(),
        };
        let value = |place: Option<&Place<'_>>| place.map(|place| value(place.value, place.pointer.clone()));
        shown.push(ComparedLine {
            depth: whole(line.depth),
            what: line.what,
            moved: line.moved,
            inside: false,
            name: sides.into_iter().flatten().find_map(|place| place.name).map(str::to_owned),
            left: value(sides[0]),
            right: value(sides[1]),
            pieces,
        });
        if line.what != Difference::Holds {
            spell_out(line, &mut room, &mut shown);
        }
    }
    shown
}

/// What a line holds, one line each, unless that is more than there is room for.
fn spell_out(line: &Line<'_>, room: &mut usize, shown: &mut Vec<ComparedLine>) {
    let Some(place) = line.right.as_ref().or(line.left.as_ref()) else { return };
    // Pairs of places that a retyped line holds are no pairs; each side has its own line above.
    if line.what == Difference::Retyped || count(place.value) - 1 > *room {
        return;
    }
    *room -= count(place.value) - 1;
    let mut stack = vec![(line.depth, None, place.pointer.clone(), place.value)];
    let mut first = true;
    while let Some((depth, name, pointer, here)) = stack.pop() {
        if !std::mem::take(&mut first) {
            let at = || Some(value(here, pointer.clone()));
            // Of what is the same only the right place is known: the left one may stand elsewhere in its list.
            let (left, right) = if line.what == Difference::Removed { (at(), None) } else { (None, at()) };
            shown.push(ComparedLine {
                depth: whole(depth),
                what: line.what,
                moved: false,
                inside: true,
                name,
                left,
                right,
                pieces: Vec::new(),
            });
        }
        let child = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match &here.kind {
            Kind::Array(items) => {
                let items = items.iter().enumerate().rev();
                stack.extend(items.map(|(at, item)| (depth + 1, None, format!("{pointer}/{at}"), item)));
            }
            Kind::Object(entries) => {
                let entries = entries.iter().rev();
                stack
                    .extend(entries.map(|(name, entry)| (depth + 1, Some(name.clone()), child(name), entry)));
            }
            _ => {}
        }
    }
}

fn text_line(line: &TextLine<'_>) -> ComparedLine {
    let shown = |side: Option<(usize, &str)>| {
        side.map(|(number, text)| {
            let (text, cut) = shortened(text);
            let text = Some(text);
            ComparedValue { pointer: None, line: Some(whole(number)), kind: None, text, cut, count: 0 }
        })
    };
    let pieces = match (line.what, line.left, line.right) {
        (Difference::Changed, Some((_, before)), Some((_, after))) => pieces(before, after),
        _ => Vec::new(),
    };
    ComparedLine {
        depth: 0,
        what: line.what,
        moved: false,
        inside: false,
        name: None,
        left: shown(line.left),
        right: shown(line.right),
        pieces,
    }
}

/// Two texts word by word. Of very long ones the part around the first difference is compared.
fn pieces(before: &str, after: &str) -> Vec<ComparedPiece> {
    let equal = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let from = before.floor_char_boundary(equal.saturating_sub(AROUND_CHANGE * 2));
    let part = |text: &str| {
        let to = text.ceil_char_boundary((from + COMPARED_WORDS).min(text.len()));
        text[from..to].to_owned()
    };
    let (one, other) = (part(before), part(after));
    let mut found: Vec<ComparedPiece> = compare::words(&one, &other)
        .into_iter()
        .map(|piece| ComparedPiece { what: piece.what, text: around(piece.text, piece.what) })
        .collect();
    if from > 0 {
        found.insert(0, ComparedPiece { what: Difference::Same, text: "…".to_owned() });
    }
    if before.len().max(after.len()) > from + COMPARED_WORDS {
        found.push(ComparedPiece { what: Difference::Same, text: "…".to_owned() });
    }
    found
}

/// A piece without the middle that nobody needs to see.
fn around(text: &str, what: Difference) -> String {
    let keep = if what == Difference::Same { AROUND_CHANGE } else { SHOWN_TEXT };
    if text.len() <= keep * 2 {
        return text.to_owned();
    }
    let (head, tail) = (text.floor_char_boundary(keep), text.ceil_char_boundary(text.len() - keep));
    format!("{}…{}", &text[..head], &text[tail..])
}

fn value(value: &Value, pointer: String) -> ComparedValue {
    let (kind, count) = match &value.kind {
        Kind::Null => (TreeKind::Null, 0),
        Kind::Bool(_) => (TreeKind::Bool, 0),
        Kind::Number(_) => (TreeKind::Number, 0),
        Kind::Text(_) => (TreeKind::String, 0),
        Kind::Array(items) => (TreeKind::Array, items.len()),
        Kind::Object(entries) => (TreeKind::Object, entries.len()),
    };
    let text = value.scalar().map(|text| shortened(&text));
    let cut = text.as_ref().is_some_and(|(_, cut)| *cut);
    let (pointer, kind) = (Some(pointer), Some(kind));
    ComparedValue { pointer, line: None, kind, text: text.map(|(text, _)| text), cut, count: whole(count) }
}

/// How many values a tree holds, itself included.
fn count(value: &Value) -> usize {
    match &value.kind {
        Kind::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Kind::Object(entries) => 1 + entries.iter().map(|(_, entry)| count(entry)).sum::<usize>(),
        _ => 1,
    }
}

/// The beginning of a text, and whether that is not all of it.
fn shortened(text: &str) -> (String, bool) {
    let end = text.floor_char_boundary(SHOWN_TEXT);
    (text[..end].to_owned(), end < text.len())
}

fn whole(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
