//! The list of conversations, and one of them whole.

use afterchat_transcript::model::{Attachment, Kind, Rating, Role, State};
use afterchat_transcript::richtext::Piece;
use afterchat_transcript::{Instant, Transcript};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::View;

contract! {
    /// One row of the list.
    ConversationRow {
        /// The conversation's name.
        id: String,
        /// Orders the list, newest activity first, and is the key for the next page. A number as text: it is too long for JavaScript.
        position: String,
        /// The chat service.
        provider: String,
        /// The source its first delivery reached.
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// What kind of conversation.
        kind: Kind,
        /// How far it got.
        state: State,
        /// The visitor's name or handle.
        #[serde(skip_serializing_if = "Option::is_none")]
        visitor_name: Option<String>,
        /// The visitor's e-mail address.
        #[serde(skip_serializing_if = "Option::is_none")]
        visitor_email: Option<String>,
        /// The first words, or in a search the words around the first hit.
        words: Vec<Piece>,
        /// When it was last active.
        at: Instant,
        /// True when no payload gave that time.
        at_inferred: bool,
        /// Nobody has read it to its end.
        unread: bool,
        /// Marked with a star.
        starred: bool,
        /// Put away.
        archived: bool,
        /// The visitor's mark.
        #[serde(skip_serializing_if = "Option::is_none")]
        rating: Option<Rating>,
        /// How many messages.
        #[ts(type = "number")]
        messages: i64,
    }

    /// Which conversations to list, newest activity first.
    ConversationsQuestion {
        /// The part of the archive.
        view: View,
        /// A search in the query language.
        #[serde(default)]
        search: Option<String>,
        /// Only those of this chat service.
        #[serde(default)]
        provider: Option<String>,
        /// The position of the last row of the page before.
        #[serde(default)]
        after: Option<String>,
        /// How many rows at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A page of the list.
    ConversationPage {
        /// The rows.
        rows: Vec<ConversationRow>,
        /// Pass as `after` for the next, older page.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        /// What of the search could not be understood, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    }

    /// Which conversation, and the search whose hits to mark in it.
    ConversationQuestion {
        /// The conversation's name.
        id: String,
        /// A search in the query language.
        #[serde(default)]
        search: Option<String>,
        /// With the values whose names tell that they are secret.
        #[serde(default)]
        secrets: Option<bool>,
    }

    /// A text in another language.
    ShownTranslation {
        /// The language's code.
        language: String,
        /// The text.
        text: String,
    }

    /// A message as the reader shows it.
    ShownMessage {
        /// When it was sent.
        at: Instant,
        /// True when no payload gave that time.
        at_inferred: bool,
        /// Who speaks.
        role: Role,
        /// The speaker's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        author: Option<String>,
        /// The text in runs.
        text: Vec<Piece>,
        /// A system event in plain words.
        #[serde(skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// A system event's code.
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// The rule that sent an automatic message.
        #[serde(skip_serializing_if = "Option::is_none")]
        trigger: Option<String>,
        /// The text in other languages.
        translations: Vec<ShownTranslation>,
        /// Files sent along.
        attachments: Vec<Attachment>,
    }

    /// A conversation, whole.
    ConversationAnswer {
        /// The conversation.
        transcript: Transcript,
        /// How many of its values are secret by their names. Unless they are asked for, dots stand there.
        secrets: u32,
        /// Its messages as the reader shows them.
        messages: Vec<ShownMessage>,
        /// What to call it in a heading.
        title: String,
        /// Other conversations with the same visitor, newest first, at most 20.
        earlier: Vec<ConversationRow>,
    }
}
