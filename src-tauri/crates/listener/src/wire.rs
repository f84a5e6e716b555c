//! The socket of one connection: recorded while it is read, given up when its answers are left untaken, and closed in
//! such a way that the last answer arrives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::line::Line;
use crate::recorder::Recorder;

/// How long, and for how many bytes, a sender that was answered early may go on sending. Closing a socket that holds
/// unread bytes resets it, and a reset can overtake the answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// The socket of one connection.
pub(crate) struct Wire {
    socket: TcpStream,
    recorder: Recorder,
    line: Line,
    patience: Duration,
    /// Running while an answer is left untaken.
    untaken: Option<Pin<Box<Sleep>>>,
    /// Running since our side was closed, with the bytes thrown away since.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl Wire {
    /// `patience` is how long an answer may be left untaken.
    pub(crate) fn new(socket: TcpStream, recorder: Recorder, line: Line, patience: Duration) -> Self {
        Self { socket, recorder, line, patience, untaken: None, lingering: None }
    }

    /// Looks whether the sender has closed its side or broken off. hyper does not: it reads nothing while it waits for
    /// an answer. Nothing is taken from what the sender may have sent.
    fn look_for_the_end(&mut self, cx: &mut Context<'_>) {
        let mut one = [0];
        match self.socket.poll_peek(cx, &mut ReadBuf::new(&mut one)) {
            Poll::Ready(Ok(0)) => self.line.closed(),
            Poll::Ready(Err(_)) => {
                self.line.broke();
                // Who waits for it is part of this same task and was asked before the socket.
                cx.waker().wake_by_ref();
            }
            Poll::Ready(Ok(_)) | Poll::Pending => {}
        }
    }

    /// Passes on the result of a write, or gives up when none was possible for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.untaken = None;
            return written;
        }
        let patience = self.patience;
        let untaken = self.untaken.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(untaken.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        self.recorder.follow(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes once it has written all it has, and whenever it is woken while an answer is being made.
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        self.line.handed();
        if self.line.is_watched() {
            self.look_for_the_end(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.socket).poll_shutdown(cx))?;
        }
        if !this.recorder.mid_request() {
            return Poll::Ready(Ok(()));
        }
        let (time, thrown_away) = this.lingering.get_or_insert_with(|| (Box::pin(sleep(LINGER)), 0));
        let mut scratch = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut this.socket).poll_read(cx, &mut buffer) {
                Poll::Pending => return time.as_mut().poll(cx).map(Ok),
                Poll::Ready(Err(_)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(())) => *thrown_away += buffer.filled().len(),
            }
            if buffer.filled().is_empty() || *thrown_away > LINGER_BYTES || time.is_elapsed() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
