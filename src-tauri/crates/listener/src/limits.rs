//! How much of this machine one sender, and all senders together, may take.

use std::time::Duration;

use crate::Rate;

/// The limits of the door. The default suits a desktop that several chat services post to.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a request's head may take, from the opening of the connection or the end of the request before it.
    /// An idle connection is closed after this time too. 10 seconds.
    pub head: Duration,
    /// The longest head in bytes, request line included; a longer one is answered 431. 32 KiB. A head of more than
    /// 100 header lines is answered 431 whatever its length.
    pub head_bytes: usize,
    /// How long a whole body may take. 60 seconds.
    pub body: Duration,
    /// How long a body may pause. 30 seconds.
    pub body_idle: Duration,
    /// The longest body in bytes; a longer one is answered 413. 10 MiB.
    pub body_bytes: usize,
    /// How many bytes of bodies may be on their way into the journal at once; senders beyond it are made to wait,
    /// and answered 503 if they wait for longer than a body may take. Bodies of one source may have half of it. 256 MiB, at
    /// least one longest body.
    pub bodies_bytes: usize,
    /// How many connections are served at once. For a further one the oldest leaves that has had no request on a hook
    /// address, or else the one that has been idle for longest; it waits only while all of them have such a request.
    /// Requests of one source may have half of the places; further ones are answered 503. 1,024.
    pub connections: usize,
    /// How many requests each source takes; one that is too many is answered 429. `None` takes all. 300 a second after
    /// 3,000 at once.
    pub rate: Option<Rate>,
    /// How long a sender may leave an answer untaken before its connection is dropped. 30 seconds.
    pub answer: Duration,
    /// How many answers may wait for their moment at once, as where somebody wants to see how a service retries;
    /// further ones go out at once. 128.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            head_bytes: 32 * 1024,
            body: Duration::from_secs(60),
            body_idle: Duration::from_secs(30),
            body_bytes: 10 * 1024 * 1024,
            bodies_bytes: 256 * 1024 * 1024,
            connections: 1024,
            rate: Some(Rate::default()),
            answer: Duration::from_secs(30),
            waiting: 128,
        }
    }
}
