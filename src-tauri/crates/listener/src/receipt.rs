//! Measures how a delivery was answered, from the last byte of the request to the answer at the socket, and tells the
//! journal whatever way it ends.

use std::fmt;

use afterchat_archive::{DeliveryId, Told};
use tokio::time::Instant;

use crate::Reply;

/// As much of an unusual body is noted.
const BODY: usize = 4 * 1024;

/// An answer on its way. It tells the journal when it was handed over or, when it is dropped before, that it was not.
pub(crate) struct Receipt {
    told: Told,
    whole: Instant,
    left: Option<Instant>,
    note: Option<Box<dyn FnOnce(Told) + Send>>,
}

impl fmt::Debug for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Receipt").field("told", &self.told).finish_non_exhaustive()
    }
}

impl Receipt {
    /// For a delivery that was committed just now. `begun` is when its head was whole, `whole` when its body was.
    pub(crate) fn new(
        delivery: DeliveryId,
        begun: Instant,
        whole: Instant,
        note: impl FnOnce(Told) + Send + 'static,
    ) -> Self {
        let told = Told {
            delivery,
            status: None,
            body: None,
            because: None,
            receiving: whole.duration_since(begun),
            committing: whole.elapsed(),
            answering: whole.elapsed(),
            left: None,
            handed: false,
        };
        Self { told, whole, left: None, note: Some(Box::new(note)) }
    }

    /// Notes what was decided.
    pub(crate) fn decided(&mut self, reply: &Reply) {
        self.told.status = (!reply.drop).then(|| reply.code().as_u16());
        self.told.because.clone_from(&reply.because);
        let body = reply.unusual_body().filter(|_| !reply.drop);
        self.told.body = body.map(|body| body[..body.len().min(BODY)].to_vec());
    }

    /// The socket has taken it. `left` is when the sender was seen to have closed its side before.
    pub(crate) fn handed(mut self, left: Option<Instant>) {
        self.told.handed = true;
        self.left = left;
    }

    /// It will not be handed over, because the sender left at this time.
    pub(crate) fn missed(mut self, left: Option<Instant>) {
        self.left = left;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let Some(note) = self.note.take() else { return };
        let mut told = std::mem::take(&mut self.told);
        told.answering = self.whole.elapsed();
        told.left = self.left.map(|left| left.saturating_duration_since(self.whole));
        note(told);
    }
}
