//! What is asked and answered. These types are the whole contract between the hosts and the product.

use afterchat_transcript::model::{Became, Notice, OtherValue};
use afterchat_transcript::payload::Format;
use afterchat_transcript::{DeliveryKind, Instant};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Declares types of the contract: what they can do, and that absent values are left out.
macro_rules! contract {
    ($($(#[$meta:meta])* $name:ident { $( $(#[$field_meta:meta])* $field:ident : $type:ty ),* $(,)? })*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        #[ts(optional_fields)]
        pub struct $name { $( $(#[$field_meta])* pub $field: $type, )* }
    )* };
}

mod answers;
mod bodies;
mod care;
mod compare;
mod conversations;
mod drift;
mod forward;
mod guide;
mod handover;
mod health;
mod history;
mod notes;
mod opening;
mod provenance;
mod replay;
mod send;
mod signatures;
mod tunnel;
mod visitors;
mod work;

pub use answers::*;
pub use bodies::*;
pub use care::*;
pub use compare::*;
pub use conversations::*;
pub use drift::*;
pub use forward::*;
pub use guide::*;
pub use handover::*;
pub use health::*;
pub use history::*;
pub use notes::*;
pub use opening::*;
pub use provenance::*;
pub use replay::*;
pub use send::*;
pub use signatures::*;
pub use tunnel::*;
pub use visitors::*;
pub use work::*;

/// A question that needs no words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}

/// A part of the archive that people look through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// What has not been put away.
    Inbox,
    /// What nobody has read to its end.
    Unread,
    /// Chats whose last message got no answer.
    Missed,
    /// Messages left while nobody was there.
    Offline,
    /// What somebody marked.
    Starred,
    /// What was put away.
    Archived,
    /// All of it.
    Everything,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It waits to be read.
    Pending,
    /// It tells of a conversation.
    Conversation,
    /// It was understood and tells of none.
    NoConversation,
    /// It was not understood.
    Unreadable,
    /// Its signature was missing or wrong, and nobody has accepted it.
    Quarantined,
}

/// What a node of a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TreeKind {
    /// Names and values.
    Object,
    /// A list.
    Array,
    /// A text.
    String,
    /// A number.
    Number,
    /// A truth value.
    Bool,
    /// `null`.
    Null,
}

/// Whether the door is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Listener {
    /// It is.
    Listening {
        /// What hook addresses on this machine begin with.
        url: String,
        /// The port.
        port: u16,
        /// The port that was wanted and taken by another program.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        wanted_port: Option<u16>,
    },
    /// Nobody opened it.
    Stopped,
    /// It could not be opened.
    Failed {
        /// Why, in words.
        reason: String,
    },
}

contract! {
    /// A row of the inspector's list.
    DeliveryRow {
        /// The delivery's number.
        id: String,
        /// When it arrived.
        received_at: Instant,
        /// The source it reached.
        source: String,
        /// The chat service whose reader understood it.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The request method.
        method: String,
        /// How it came.
        kind: DeliveryKind,
        /// The content type, as claimed.
        #[serde(skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// The size of the body in bytes.
        #[ts(type = "number")]
        size: i64,
        /// What became of it.
        outcome: Outcome,
        /// Why it tells of no conversation, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The conversations it tells of.
        conversations: Vec<String>,
        /// The payload's own word for what happened.
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// What was found of its signature; absent when there was no secret to check it with.
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<SignatureRow>,
        /// A person pinned it.
        pinned: bool,
        /// What a person noted beside it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// What its service was told; absent where that was not noted, as of what was imported.
        #[serde(skip_serializing_if = "Option::is_none")]
        told: Option<ToldRow>,
        /// In how many places it differed from the shape known until then.
        #[ts(type = "number")]
        drift: i64,
        /// It came by an old address of its source, which was still good.
        by_old_address: bool,
    }

    /// Which deliveries to list, newest first.
    #[derive(Default)]
    DeliveriesQuestion {
        /// Only those of this conversation.
        #[serde(default)]
        conversation: Option<String>,
        /// Only those of this source.
        #[serde(default)]
        source: Option<String>,
        /// Only those in quarantine.
        #[serde(default)]
        quarantined: Option<bool>,
        /// A search in the query language of deliveries.
        #[serde(default)]
        search: Option<String>,
        /// Only those newer than this number.
        #[serde(default)]
        since: Option<String>,
        /// The `next` of the page before.
        #[serde(default)]
        after: Option<String>,
        /// How many rows at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A page of the inspector's list. A search looks at so many deliveries only and answers with what it has: also a page
    /// without rows may have a next one.
    DeliveryPage {
        /// The rows.
        rows: Vec<DeliveryRow>,
        /// Pass as `after` for the next, older page.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        /// What of the search could not be understood, in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
        /// The number of the newest delivery in the journal; 0 in an empty one.
        #[ts(type = "number")]
        newest: i64,
        /// The number of the oldest.
        #[ts(type = "number")]
        oldest: i64,
        /// Everything that was asked for was looked at from the newest down to this number.
        #[ts(type = "number")]
        reached: i64,
        /// When the last one that was looked at arrived.
        #[serde(skip_serializing_if = "Option::is_none")]
        reached_at: Option<Instant>,
        /// The times among these rows in which the door was closed, newest first; none where only some deliveries are
        /// looked for.
        gaps: Vec<GapRow>,
    }

    /// Which delivery.
    DeliveryQuestion {
        /// Its number.
        id: String,
    }

    /// Which delivery is looked at.
    LookQuestion {
        /// Its number.
        id: String,
        /// With what is secret in it.
        #[serde(default)]
        secrets: Option<bool>,
    }

    /// A header line.
    Header {
        /// The name as the sender spelled it.
        name: String,
        /// The value as text.
        value: String,
    }

    /// One node of a payload.
    TreeNode {
        /// Its name, in an object.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// What it is.
        kind: TreeKind,
        /// A scalar as written.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// Its JSON Pointer.
        pointer: String,
        /// Where its bytes begin in the body text.
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<u32>,
        /// Where they end.
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<u32>,
        /// What it holds.
        #[serde(skip_serializing_if = "Option::is_none")]
        children: Option<Vec<TreeNode>>,
    }

    /// What of a request is secret, and is told only to who asks for it.
    Concealed {
        /// The places of these headers, counted from 0. Unless secrets are asked for, their values are empty.
        headers: Vec<u32>,
        /// Whether the query string holds secrets. Unless they are asked for, placeholders stand there.
        query: bool,
        /// How many secrets the body holds. Unless they are asked for, each of their bytes is a star.
        body: u32,
    }

    /// A delivery, whole.
    DeliveryAnswer {
        /// Its row.
        row: DeliveryRow,
        /// The path, with the token taken out.
        path: String,
        /// The query string.
        #[serde(skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// Every header in order.
        headers: Vec<Header>,
        /// What of it is secret.
        concealed: Concealed,
        /// What its signature covers, where one was looked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        signed: Option<SignedRow>,
        /// How the body is written.
        format: Format,
        /// The body as text; bytes that are no text are replaced and `lossy` says so.
        body: String,
        /// True when bytes were replaced.
        lossy: bool,
        /// True when only the first part of a large body is shown.
        truncated: bool,
        /// What was made of a compressed body; then text, tree and parts are those of the inflated one.
        #[serde(skip_serializing_if = "Option::is_none")]
        inflated: Option<InflatedRow>,
        /// The parts of a multipart body.
        #[serde(skip_serializing_if = "Option::is_none")]
        parts: Option<PartsRow>,
        /// The payload as a tree; absent for a body that has none, or too large a one.
        #[serde(skip_serializing_if = "Option::is_none")]
        tree: Option<TreeNode>,
        /// What each value became.
        became: Vec<Became>,
        /// Values that no typed place took.
        other: Vec<OtherValue>,
        /// What was odd.
        notices: Vec<Notice>,
    }

    /// An address that a source had before. Its token is told to nobody.
    OldAddressRow {
        /// Its number.
        id: String,
        /// When a new one took its place.
        replaced_at: Instant,
        /// Until when it works.
        until: Instant,
        /// When a person ended it before.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended_at: Option<Instant>,
        /// Whether it works now.
        works: bool,
        /// How many deliveries came by it since it was replaced.
        #[ts(type = "number")]
        deliveries: i64,
        /// When the last of them arrived.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_used_at: Option<Instant>,
    }

    /// A hook address.
    SourceRow {
        /// Its name.
        name: String,
        /// The chat service it is for; absent when it finds out by itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The address on this machine, with its token.
        hook_url: String,
        /// The address on the public network, with its token, while the tunnel has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        public_url: Option<String>,
        /// When it was made.
        created_at: Instant,
        /// The addresses that it had before, as far as they are remembered, the newest first.
        old_addresses: Vec<OldAddressRow>,
        /// When it last heard from its service.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_delivery_at: Option<Instant>,
        /// How many deliveries reached it.
        #[ts(type = "number")]
        deliveries: i64,
        /// How many of them are in quarantine.
        #[ts(type = "number")]
        quarantined: i64,
        /// How many of them its service sent itself: without samples and trials by hand.
        #[ts(type = "number")]
        real_deliveries: i64,
        /// When the first of these arrived.
        #[serde(skip_serializing_if = "Option::is_none")]
        first_real_delivery_at: Option<Instant>,
        /// What its service signs with, oldest first. With none, nothing is checked.
        secrets: Vec<SecretRow>,
        /// Whether it takes what has no signature although it has secrets.
        takes_unsigned: bool,
        /// What it answers instead of the usual; absent when it answers as usual.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<AnswerRow>,
        /// How it fares.
        health: HealthRow,
    }

    /// A chat service.
    ProviderRow {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// How it signs; absent when it signs nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<SchemeRow>,
        /// Whether its past chats can be fetched.
        fetchable: bool,
    }

    /// How many conversations a view holds.
    Counts {
        /// All.
        #[ts(type = "number")]
        total: i64,
        /// Those not read to their end.
        #[ts(type = "number")]
        unread: i64,
    }

    /// How many conversations each view holds.
    ViewCounts {
        /// What has not been put away.
        inbox: Counts,
        /// What nobody has read to its end.
        unread: Counts,
        /// Chats whose last message got no answer.
        missed: Counts,
        /// Messages left while nobody was there.
        offline: Counts,
        /// What somebody marked.
        starred: Counts,
        /// What was put away.
        archived: Counts,
        /// All of it.
        everything: Counts,
    }

    /// The state of everything, for the sidebar and the status line.
    Overview {
        /// Whether the door is open.
        listener: Listener,
        /// Since when it has been open without a break, whichever program holds it open; of a closed one, since when it
        /// last had been.
        #[serde(skip_serializing_if = "Option::is_none")]
        open_since: Option<Instant>,
        /// The newest time in which it was closed and that nobody has said to have seen.
        #[serde(skip_serializing_if = "Option::is_none")]
        gap: Option<GapRow>,
        /// Whether the world can reach it.
        tunnel: TunnelStatus,
        /// How many conversations there are.
        #[ts(type = "number")]
        conversations: i64,
        /// How many deliveries were received and read.
        #[ts(type = "number")]
        deliveries: i64,
        /// When the last one arrived.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_delivery_at: Option<Instant>,
        /// How many deliveries are in quarantine.
        #[ts(type = "number")]
        quarantined: i64,
        /// The number of the newest of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        newest_quarantined: Option<String>,
        /// The sources whose targets did not take what was forwarded, and how much of it.
        dead_letters: Vec<DeadLetterCount>,
        /// How many deliveries wait to be read.
        #[ts(type = "number")]
        waiting: i64,
        /// How many conversations each view holds.
        views: ViewCounts,
        /// How many requests that were not taken are listed.
        #[ts(type = "number")]
        refused: i64,
        /// When the newest of them was given up.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_refused_at: Option<Instant>,
        /// Every hook address.
        sources: Vec<SourceRow>,
        /// Every chat service that is read.
        providers: Vec<ProviderRow>,
        /// What the last repair of the archive did, until somebody dismisses it.
        #[serde(skip_serializing_if = "Option::is_none")]
        repair: Option<RepairRow>,
        /// Damage was met since the start: deliveries are refused, and the next start repairs the archive.
        damaged: bool,
        /// How the backups stand.
        backups: BackupsRow,
        /// The folder of the archive.
        archive: String,
        /// The program's version.
        version: String,
    }

    /// A bundled payload.
    SampleRow {
        /// Its id.
        id: String,
        /// The chat service it is from.
        provider: String,
        /// What it shows.
        title: String,
    }

    /// Every sample.
    SamplesAnswer {
        /// The bundled payloads.
        rows: Vec<SampleRow>,
        /// Those that people made, by name.
        own: Vec<OwnSampleRow>,
    }

    /// Which bundled payload.
    SampleQuestion {
        /// Its id.
        sample: String,
    }

    /// How the door answered a sample.
    SampleSent {
        /// The HTTP status.
        status: u16,
        /// The address it was posted to.
        hook_url: String,
        /// The source of that address.
        source: String,
    }

    /// A flag to say of conversations, or to take back.
    Mark {
        /// The conversations' names.
        ids: Vec<String>,
        /// True to say it.
        on: bool,
    }

    /// What changed.
    Marked {
        /// How many.
        #[ts(type = "number")]
        changed: usize,
    }

    /// A source to make.
    NewSource {
        /// Its name: small letters, digits and hyphens.
        name: String,
        /// The chat service it is for; absent to find out by the payload.
        #[serde(default)]
        provider: Option<String>,
    }

    /// Which source.
    SourceName {
        /// Its name.
        name: String,
    }

    /// A new token for a source.
    Rotation {
        /// The source's name.
        name: String,
        /// For how many days the old address works beside the new one; 0 ends it and all older ones at once. 7 if not given,
        /// never more than 365.
        #[serde(default)]
        overlap_days: Option<u32>,
    }

    /// An old address of a source.
    OldAddressQuestion {
        /// The source's name.
        name: String,
        /// The address's number.
        id: String,
    }
}
