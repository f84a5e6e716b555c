//! The list and the reader.

use std::collections::HashMap;

use afterchat_archive::{ConversationSummary, ListQuestion, View as ArchiveView};
use afterchat_relay::written;
use afterchat_transcript::model::{ConversationId, Message, Quantity, Rating, Role};
use afterchat_transcript::query::{Column, Query, texts};
use afterchat_transcript::richtext::{Piece, pieces};
use afterchat_transcript::{Transcript, providers};

use super::types::{
    ConversationAnswer, ConversationPage, ConversationQuestion, ConversationRow, ConversationsQuestion,
    ShownMessage, ShownTranslation, View,
};
use crate::{Api, Failure};

/// Rows of a page when nobody says, and at most.
const USUAL_ROWS: u32 = 50;
const MOST_ROWS: u32 = 200;
/// Stands where a value is secret by its name.
const COVERED: &str = "••••••";
/// Other conversations of the visitor shown beside one.
const EARLIER: usize = 20;
/// Bytes of text shown before a hit in the list, and after it.
const BEFORE_HIT: usize = 40;
const AFTER_HIT: usize = 160;

pub(super) fn limit(asked: Option<u32>) -> usize {
    asked.unwrap_or(USUAL_ROWS).clamp(1, MOST_ROWS) as usize
}

pub(super) fn list(api: &Api, ask: &ConversationsQuestion) -> Result<ConversationPage, Failure> {
    let query = Query::parse(ask.search.as_deref().unwrap_or_default());
    let before = ask.after.as_deref().map(str::parse).transpose();
    let before =
        before.map_err(|_| Failure::new("bad_question", "“after” is the position of a row, a number."))?;
    let limit = limit(ask.limit);
    // One more than asked for tells whether there is a next page.
    let question = ListQuestion {
        view: view(ask.view),
        query,
        provider: ask.provider.clone(),
        before,
        limit: limit + 1,
    };
    let mut found = api.archive.conversations(&question)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|row| row.position.to_string());
    let rows = if question.query.terms.is_empty() {
        found.into_iter().map(row).collect()
    } else {
        with_hits(api, &question.query, found)?
    };
    Ok(ConversationPage { rows, next, problem: question.query.problem })
}

pub(super) fn one(api: &Api, ask: &ConversationQuestion) -> Result<ConversationAnswer, Failure> {
    let mut transcript = api.archive.transcript(&ConversationId::from_text(&ask.id))?;
    let mut secrets = 0;
    for value in written::secrets_of(&mut transcript) {
        secrets += 1;
        if !ask.secrets.unwrap_or(false) {
            COVERED.clone_into(value);
        }
    }
    let query = ask.search.as_deref().map(Query::parse);
    let messages =
        transcript.messages.iter().map(|message| shown(message, &transcript, query.as_ref())).collect();
    let earlier =
        api.archive.conversations_with_same_visitor(&transcript.id, EARLIER)?.into_iter().map(row).collect();
    Ok(ConversationAnswer { title: title(&transcript), messages, earlier, secrets, transcript })
}

fn view(view: View) -> ArchiveView {
    match view {
        View::Inbox => ArchiveView::Inbox,
        View::Unread => ArchiveView::Unread,
        View::Missed => ArchiveView::Missed,
        View::Offline => ArchiveView::Offline,
        View::Starred => ArchiveView::Starred,
        View::Archived => ArchiveView::Archived,
        View::Everything => ArchiveView::Everything,
    }
}

pub(super) fn row(summary: ConversationSummary) -> ConversationRow {
    let words = if summary.first_words.is_empty() { Vec::new() } else { vec![plain(summary.first_words)] };
    ConversationRow {
        id: summary.id,
        position: summary.position.to_string(),
        provider: summary.provider,
        source: summary.source,
        kind: summary.kind,
        state: summary.state,
        visitor_name: summary.visitor_name,
        visitor_email: summary.visitor_email,
        words,
        at: summary.active_at,
        at_inferred: summary.at_inferred,
        unread: summary.unread,
        starred: summary.starred,
        archived: summary.archived,
        rating: summary.rating.map(|(value, max)| Rating {
            value: Quantity::new(value),
            max: max.and_then(Quantity::new),
            comment: None,
        }),
        messages: summary.messages,
    }
}

fn plain(text: String) -> Piece {
    Piece { text, ..Piece::default() }
}

/// Rows whose words are those around the first hit, wherever in the conversation it is.
fn with_hits(
    api: &Api,
    query: &Query,
    found: Vec<ConversationSummary>,
) -> Result<Vec<ConversationRow>, Failure> {
    let positions: Vec<i64> = found.iter().map(|summary| summary.position).collect();
    let transcripts: HashMap<i64, Transcript> = api.archive.transcripts_at(&positions)?.into_iter().collect();
    let rows = found.into_iter().map(|summary| {
        let snippet = transcripts.get(&summary.position).and_then(|transcript| snippet(transcript, query));
        let mut row = row(summary);
        row.words = snippet.unwrap_or(row.words);
        row
    });
    Ok(rows.collect())
}

/// The words around the first hit: in what was said, else in who said it, the pages and the fields.
fn snippet(transcript: &Transcript, query: &Query) -> Option<Vec<Piece>> {
    Column::ALL
        .into_iter()
        .find_map(|column| texts(transcript, column).find_map(|text| around_hit(&text, query, column)))
}

fn around_hit(text: &str, query: &Query, column: Column) -> Option<Vec<Piece>> {
    let first = query.hits(column, text).into_iter().next()?;
    let start = text.floor_char_boundary(first.start.saturating_sub(BEFORE_HIT));
    // Begin at a word, unless the hit stands in the first one.
    let start = if start == 0 {
        0
    } else {
        text[start..first.start].find(char::is_whitespace).map_or(start, |space| start + space + 1)
    };
    let end = text.ceil_char_boundary((first.end + AFTER_HIT).min(text.len()));
    let mut found = pieces(&text[start..end], None, Some((query, column)));
    for piece in &mut found {
        piece.url = None;
    }
    if start > 0 {
        found.insert(0, plain("… ".to_owned()));
    }
    Some(found)
}

fn shown(message: &Message, transcript: &Transcript, query: Option<&Query>) -> ShownMessage {
    let author =
        message.author.as_ref().and_then(|author| author.name.clone().or_else(|| author.email.clone()));
    let words = message.event.as_deref().and_then(|event| {
        providers::by_id(&transcript.provider)
            .and_then(|provider| provider.event_words(event, author.as_deref()))
    });
    // The visitor is named once in the heading; a message without a name is theirs all the same.
    let author = author.or_else(|| match message.role {
        Role::Visitor => transcript.visitor.as_ref().and_then(|visitor| visitor.name.clone()),
        Role::Agent | Role::Bot | Role::System => None,
    });
    ShownMessage {
        at: message.at,
        at_inferred: message.at_inferred,
        role: message.role,
        author,
        text: message
            .text
            .as_deref()
            .map(|text| pieces(text, message.markup, query.map(|query| (query, Column::Message))))
            .unwrap_or_default(),
        words,
        event: message.event.clone(),
        trigger: message.trigger.clone(),
        translations: message
            .translations
            .iter()
            .map(|(language, text)| ShownTranslation { language: language.clone(), text: text.clone() })
            .collect(),
        attachments: message.attachments.clone(),
    }
}

fn title(transcript: &Transcript) -> String {
    let visitor = transcript.visitor.as_ref();
    let name = visitor
        .and_then(|visitor| visitor.name.as_ref().or(visitor.email.as_ref()).or(visitor.handle.as_ref()));
    name.cloned().unwrap_or_else(|| "Unknown visitor".to_owned())
}
