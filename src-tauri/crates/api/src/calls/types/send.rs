//! Requests that a person sends: what they are made from, what is answered, and what they would change.

use afterchat_transcript::Instant;
use afterchat_transcript::compare::ConversationChange;
use afterchat_transcript::model::Notice;
use afterchat_transcript::payload::Format;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Outcome, SecretName, SignatureRow};
use crate::Failure;

/// Why a header line of a delivery is not sent as it stands unless somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HeaderUse {
    /// It is sent as it stands.
    Sent,
    /// Its value is set when the request is sent: the host and the length.
    SetAnew,
    /// It speaks of one connection only and is never sent.
    Connection,
    /// It lets its bearer in, so it is left out unless it is asked for.
    Credential,
    /// Its secret was not kept, so there is nothing to send.
    TakenOut,
}

contract! {
    /// What a request is to be made from: a delivery or a sample; of neither, a request to write oneself.
    ComposeQuestion {
        /// The delivery's name.
        #[serde(default)]
        delivery: Option<String>,
        /// The sample's name.
        #[serde(default)]
        sample: Option<String>,
    }

    /// A header line to look at and to change.
    ComposedHeader {
        /// The name as spelled.
        name: String,
        /// The value as text; bytes that are none show as �.
        value: String,
        /// The exact value in Base64, where it is no text.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<String>,
        /// What becomes of it.
        becomes: HeaderUse,
    }

    /// A request to look at, to change and to send.
    Composition {
        /// The method.
        method: String,
        /// The query string, without the question mark.
        #[serde(skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// Every header line, in order.
        headers: Vec<ComposedHeader>,
        /// The body as text; absent when it is no text or too large for a window. It can be sent as it is all the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// The size of the body in bytes.
        size: u32,
        /// How the body is written.
        format: Format,
        /// What it is called: a sample's name or title.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The chat service it is from or like.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The source it reached, or the one that takes such a sample, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// The label of the secret it was signed with, or would be, if its source has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// True for a sample that somebody made.
        own: bool,
    }

    /// A header line to send.
    HeaderToSend {
        /// The name.
        name: String,
        /// The value as text.
        value: String,
        /// The exact value in Base64; it then counts instead of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<String>,
    }

    /// A request to send, to try or to keep.
    RequestToSend {
        /// The delivery it was made from.
        #[serde(default)]
        delivery: Option<String>,
        /// The sample it was made from.
        #[serde(default)]
        sample: Option<String>,
        /// The method.
        method: String,
        /// The source whose hook address it goes to, through the door as everything that arrives there.
        #[serde(default)]
        source: Option<String>,
        /// The query string at that address, without the question mark.
        #[serde(default)]
        query: Option<String>,
        /// The address it goes to instead.
        #[serde(default)]
        url: Option<String>,
        /// The header lines, in order.
        headers: Vec<HeaderToSend>,
        /// The body as text; when absent, the very bytes of what it was made from.
        #[serde(default)]
        body: Option<String>,
        /// Signs it anew with this secret, at the time of sending.
        #[serde(default)]
        sign_with: Option<SecretName>,
    }

    /// How long each step took to be reached, in milliseconds from the beginning.
    SendTiming {
        /// The name stood for addresses.
        resolved: f64,
        /// The connection was there.
        connected: f64,
        /// It was secret; absent where it is not to be.
        #[serde(skip_serializing_if = "Option::is_none")]
        secured: Option<f64>,
        /// The first byte of an answer was there.
        first_byte: f64,
        /// All of the answer was there that is read.
        whole: f64,
    }

    /// What a server answered.
    ServerAnswer {
        /// The status.
        status: u16,
        /// The header lines, in order.
        headers: Vec<super::Header>,
        /// The first 64 KiB of the body as text.
        body: String,
        /// True when some bytes of it are no text and show as �.
        lossy: bool,
        /// True when the body is longer than that.
        truncated: bool,
        /// How long it took.
        took: SendTiming,
    }

    /// What became of a request that was sent.
    SendAnswer {
        /// The address it went to.
        url: String,
        /// The header lines as they went out.
        sent: Vec<super::Header>,
        /// What was answered, as far as it came.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<ServerAnswer>,
        /// Why no whole answer came.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
        /// The delivery it became, when it went to an address of one's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery: Option<String>,
    }

    /// A request to send again and again.
    RepeatedSend {
        /// The request.
        request: RequestToSend,
        /// How often, 1 to 10,000.
        times: u32,
        /// How many a second, 0.1 to 200.
        per_second: f64,
        /// Gives each copy a conversation of its own, by changing its id in the body.
        #[serde(default)]
        fresh: bool,
    }

    /// What a conversation would become.
    TriedConversation {
        /// Its name.
        id: String,
        /// True when there is none of this name yet.
        new: bool,
        /// What would change, part by part.
        changes: Vec<ConversationChange>,
        /// How many changes more there are than fit here.
        more: u32,
    }

    /// What a request would become, tried in an archive that is thrown away.
    TryAnswer {
        /// What would become of it.
        outcome: Outcome,
        /// Why it would tell of no conversation.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The chat service whose reader understands it.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The payload's own word for what happened.
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// What the door would find of its signature; absent when no secret is set.
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<SignatureRow>,
        /// What is odd about it.
        notices: Vec<Notice>,
        /// How many values no typed place takes.
        other: u32,
        /// The conversations it would tell of.
        conversations: Vec<TriedConversation>,
        /// How many deliveries of those conversations it was tried with.
        with: u32,
    }

    /// A sample that somebody made.
    OwnSampleRow {
        /// Its name for the machine.
        id: String,
        /// What it is called.
        name: String,
        /// The chat service it is like.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The size of its body in bytes.
        #[ts(type = "number")]
        size: i64,
        /// When it was made or last replaced.
        made_at: Instant,
    }

    /// A request to keep as a sample.
    SampleToKeep {
        /// What to call it.
        name: String,
        /// The chat service it is like.
        #[serde(default)]
        provider: Option<String>,
        /// The request. Where it goes and how it is signed is not kept.
        request: RequestToSend,
        /// The own sample it takes the place of.
        #[serde(default)]
        replaces: Option<String>,
    }

    /// Another name for a sample.
    SampleName {
        /// The own sample.
        id: String,
        /// What to call it.
        name: String,
    }

    /// Own samples to delete, or to have back.
    SampleDeletion {
        /// The own sample.
        id: String,
        /// False to have it back.
        on: bool,
    }
}
