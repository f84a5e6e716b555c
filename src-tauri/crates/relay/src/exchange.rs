//! One request and its answer over a connection. Both directions go on at once: a server may answer before it has read
//! the whole body, and then stop reading.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::answer::{self, Answered, Received, Unread};
use crate::connect::Wire;

/// Sends a head and a body and reads the answer. What was understood of it stands in `answered` at any moment; `since`
/// is what times are counted from.
pub(crate) async fn exchange(
    wire: Box<dyn Wire>,
    method: &str,
    head: &[u8],
    body: &[u8],
    since: Instant,
    answered: &mut Option<Answered>,
) -> Result<(), Unread> {
    let (from, to) = tokio::io::split(wire);
    let mut received = Received::new(from);
    let mut sending = std::pin::pin!(write(to, head, body));
    let mut reading = std::pin::pin!(read(&mut received, method, since, answered));
    let mut unsent = None;
    let read = loop {
        tokio::select! {
            sent = &mut sending, if unsent.is_none() => unsent = Some(sent.err()),
            read = &mut reading => break read,
        }
    };
    match (read, unsent.flatten()) {
        // Why nothing more could be sent says more than that nothing came.
        (Err(Unread::Ended(_)), Some(error)) => Err(Unread::Ended(error)),
        (read, _) => read,
    }
}

async fn write(mut to: impl AsyncWrite + Unpin, head: &[u8], body: &[u8]) -> io::Result<()> {
    to.write_all(head).await?;
    to.write_all(body).await?;
    to.flush().await
}

async fn read<R: AsyncRead + Unpin>(
    received: &mut Received<R>,
    method: &str,
    since: Instant,
    answered: &mut Option<Answered>,
) -> Result<(), Unread> {
    if !received.more().await.map_err(Unread::Ended)? {
        return Err(answer::ended());
    }
    answer::read(received, method, since.elapsed(), answered).await
}
