//! Deliveries read again, as the folds of a conversation need them: for the projector, and for whoever asks where a
//! value came from. The second computes what it answers from the journal; nothing of it is stored.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use afterchat_transcript::Transcript;
use afterchat_transcript::fold::{self, BodyDigest, Joined, Telling};
use afterchat_transcript::model::ConversationId;
use afterchat_transcript::payload::Payload;
use afterchat_transcript::reading::{self, Reading, Verdict};
use rusqlite::Connection;

use crate::journal::{self, Journalled};
use crate::{Archive, ArchiveError, DeliveryId};

/// A delivery that was read.
pub(crate) struct Read {
    pub(crate) journalled: Journalled,
    pub(crate) digest: BodyDigest,
    pub(crate) reading: Reading,
}

impl Read {
    pub(crate) fn new(journalled: Journalled) -> Self {
        Self::with_payload(journalled).0
    }

    /// Reads it and gives the decoded payload along, to be looked at and then dropped: readings are kept while a
    /// conversation is folded, trees are not.
    pub(crate) fn with_payload(journalled: Journalled) -> (Self, Payload) {
        let digest = fold::digest(&journalled.delivery.body);
        let payload = Payload::decode(&journalled.delivery.body);
        // Readers are total by design and by test. Should one panic all the same, the delivery is unreadable and the
        // archive goes on.
        let read = AssertUnwindSafe(|| reading::read_payload(&journalled.delivery, &payload));
        let reading = catch_unwind(read).unwrap_or_else(|_| Reading {
            provider: None,
            event: None,
            parts: Vec::new(),
            other: Vec::new(),
            notices: Vec::new(),
            verdict: Verdict::Unreadable(
                "The reader of this service failed on it. The delivery is kept; please report it.".to_owned(),
            ),
        });
        (Self { journalled, digest, reading }, payload)
    }

    /// Every conversation it tells of.
    pub(crate) fn conversations(&self) -> BTreeSet<ConversationId> {
        (0..self.reading.parts.len()).filter_map(|index| self.conversation(index)).collect()
    }

    fn conversation(&self, part: usize) -> Option<ConversationId> {
        fold::conversation_id(&self.reading, part, &self.digest)
    }
}

/// What these deliveries tell of one conversation.
pub(crate) fn tellings<'a>(conversation: &ConversationId, told: &'a [Rc<Read>]) -> Vec<Telling<'a>> {
    let of_one = |read: &'a Rc<Read>| {
        let parts = read.reading.parts.iter().enumerate();
        parts.filter(|(index, _)| read.conversation(*index).as_ref() == Some(conversation)).map(
            |(_, part)| Telling {
                delivery: read.journalled.id.0,
                source: &read.journalled.delivery.source,
                received_at: read.journalled.delivery.received_at,
                digest: read.digest,
                reading: &read.reading,
                part,
            },
        )
    };
    told.iter().flat_map(of_one).collect()
}

/// The deliveries that are known to tell of a conversation and are still kept, oldest first, without those that are
/// known otherwise.
pub(crate) fn earlier(
    connection: &Connection,
    conversation: &ConversationId,
    otherwise: impl Fn(i64) -> bool,
) -> Result<Vec<Rc<Read>>, ArchiveError> {
    let mut select = connection
        .prepare_cached("SELECT delivery FROM tellings WHERE conversation = ?1 ORDER BY delivery")?;
    let known: Vec<i64> =
        select.query_map([conversation.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut told = Vec::with_capacity(known.len());
    for id in known.into_iter().filter(|id| !otherwise(*id)) {
        told.extend(journal::load(connection, id)?.map(|journalled| Rc::new(Read::new(journalled))));
    }
    Ok(told)
}

impl Archive {
    /// Joins what all deliveries tell of a conversation, and looks at the result: every value beside the delivery and
    /// the place that told it. What has been erased from the journal tells nothing any more.
    ///
    /// # Errors
    /// When the archive cannot be read, or nothing is kept that tells of such a conversation.
    pub fn joined<T>(
        &self,
        conversation: &ConversationId,
        look: impl FnOnce(&Joined<'_>) -> T,
    ) -> Result<T, ArchiveError> {
        self.read(|connection| {
            let told = earlier(connection, conversation, |_| false)?;
            let joined = fold::join(conversation, &tellings(conversation, &told));
            let not_found =
                || ArchiveError::NotFound { what: "conversation", name: conversation.to_string() };
            Ok(look(&joined.ok_or_else(not_found)?))
        })
    }

    /// A conversation as it stood when each of these deliveries had arrived and been read, one after the other; `None`
    /// where nothing had told of it yet. What people added is not in it.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn conversation_after<const N: usize>(
        &self,
        conversation: &ConversationId,
        deliveries: [DeliveryId; N],
    ) -> Result<[Option<Transcript>; N], ArchiveError> {
        let last = deliveries.iter().map(|delivery| delivery.0).max().unwrap_or_default();
        self.read(|connection| {
            let told = earlier(connection, conversation, |id| id > last)?;
            let all = tellings(conversation, &told);
            Ok(deliveries.map(|through| {
                let known: Vec<_> =
                    all.iter().filter(|telling| telling.delivery <= through.0).copied().collect();
                fold::fold(conversation, &known).map(|folded| folded.transcript)
            }))
        })
    }
}
