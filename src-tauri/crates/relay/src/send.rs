//! Sends one request to where a person pointed it and reads the beginning of the answer. A redirect is an answer like
//! any other: it is not followed.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use url::Host;

use crate::answer::{Answered, Timing, Unread};
use crate::connect::{Outside, Wire, connect, secure};
use crate::exchange::exchange;
use crate::request::{BadRequest, Request};
use crate::target::{Chosen, TargetError, resolve};

/// Why nothing was sent, or no whole answer came.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address is none of the web.
    #[error("Only addresses that begin with http:// or https:// can be sent to. Nothing was sent.")]
    NotHttp,
    /// The address holds a user name or a password.
    #[error("The address holds a user name or a password. Send them in a header. Nothing was sent.")]
    Credentials,
    /// The name stands for no address.
    #[error("The name “{name}” could not be resolved: {error}. Nothing was sent.")]
    NoAddress {
        /// The name.
        name: String,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The address leads where nothing is sent to.
    #[error(
        "“{0}” leads to a place where nothing is sent: a system service, or this machine under another name. Nothing was sent."
    )]
    Forbidden(String),
    /// The request cannot be written down.
    #[error(transparent)]
    Bad(#[from] BadRequest),
    /// Nobody listens there.
    #[error("Nothing answers at “{at}”: {error}. Nothing was sent.")]
    NoConnection {
        /// The server's name and port.
        at: String,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The server could not show that it is who it should be.
    #[error("No secure connection to “{at}” could be made: {error}. Nothing was sent.")]
    NotTrusted {
        /// The server's name and port.
        at: String,
        /// What is wrong.
        #[source]
        error: io::Error,
    },
    /// The connection ended in the middle.
    #[error("The connection ended before the answer was whole: {error}.")]
    BrokenOff {
        /// Why.
        #[source]
        error: io::Error,
        /// What had come by then, if that is as much as a head.
        begun: Option<Box<Answered>>,
    },
    /// What came back is no answer of HTTP.
    #[error("What came back is no answer of HTTP/1.1: {why}.")]
    NotAnswered {
        /// What cannot be read.
        why: &'static str,
        /// What had come by then, if that is as much as a head.
        begun: Option<Box<Answered>>,
    },
    /// It took too long.
    #[error("There was no whole answer within {} s.", deadline.as_secs_f32())]
    TooSlow {
        /// How long was waited.
        deadline: Duration,
        /// True when nothing can have been sent yet.
        unsent: bool,
        /// What had come by then, if that is as much as a head.
        begun: Option<Box<Answered>>,
    },
}

impl SendError {
    /// The stable code of this failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotHttp => "target_not_http",
            Self::Credentials => "target_with_credentials",
            Self::NoAddress { .. } => "target_unknown",
            Self::Forbidden(_) => "target_refused",
            Self::Bad(BadRequest::Method(_)) => "method_invalid",
            Self::Bad(BadRequest::Header(_)) => "header_invalid",
            Self::NoConnection { .. } => "target_unreachable",
            Self::NotTrusted { .. } => "target_not_trusted",
            Self::BrokenOff { .. } => "answer_broken_off",
            Self::NotAnswered { .. } => "answer_not_http",
            Self::TooSlow { .. } => "answer_too_slow",
        }
    }

    /// True when not a byte of the request can have reached the server.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        match self {
            Self::BrokenOff { .. } | Self::NotAnswered { .. } => false,
            Self::TooSlow { unsent, .. } => *unsent,
            _ => true,
        }
    }

    /// What had come of an answer when it broke off.
    #[must_use]
    pub fn begun(&self) -> Option<&Answered> {
        match self {
            Self::BrokenOff { begun, .. } | Self::NotAnswered { begun, .. } | Self::TooSlow { begun, .. } => {
                begun.as_deref()
            }
            _ => None,
        }
    }
}

/// Sends a request whose address a person entered, exactly as it stands, and waits for the answer.
///
/// This machine is reached when it is named by its address or as `localhost`, a private network when it is named at all,
/// link-local and metadata addresses never. The addresses that were checked are the ones connected to.
///
/// # Errors
/// When the address may not be sent to, the request cannot be written, or no whole answer comes before the deadline,
/// which holds for everything together.
pub async fn send(request: &Request, deadline: Duration) -> Result<Answered, SendError> {
    Outside::default().send(request, deadline).await
}

/// How far sending has come, for whoever must stop in the middle.
#[derive(Debug, Default)]
struct Course {
    took: Timing,
    connected: bool,
    answered: Option<Answered>,
}

impl Course {
    /// What had come of an answer, with all times.
    fn answered(self) -> Option<Answered> {
        let Self { took, answered, .. } = self;
        answered.map(|answered| Answered {
            took: Timing { first_byte: answered.took.first_byte, ..took },
            ..answered
        })
    }

    fn begun(self) -> Option<Box<Answered>> {
        self.answered().map(Box::new)
    }
}

impl Outside {
    /// [`send`] in this world.
    ///
    /// # Errors
    /// As there.
    pub async fn send(&self, request: &Request, deadline: Duration) -> Result<Answered, SendError> {
        self.send_chosen(request, deadline, Chosen::by_a_person).await
    }

    /// The same to an address that no person entered, as one that a service gave out: this machine and private networks
    /// are out of its reach too.
    ///
    /// # Errors
    /// As for [`send`].
    pub async fn send_to_public(&self, request: &Request, deadline: Duration) -> Result<Answered, SendError> {
        self.send_chosen(request, deadline, |_| Chosen::Documented).await
    }

    async fn send_chosen(
        &self,
        request: &Request,
        deadline: Duration,
        chosen: fn(&Host<&str>) -> Chosen,
    ) -> Result<Answered, SendError> {
        let (mut course, since) = (Course::default(), Instant::now());
        let gone = timeout(deadline, self.go(request, since, &mut course, chosen)).await;
        course.took.whole = since.elapsed();
        match gone {
            Err(_) => Err(SendError::TooSlow { deadline, unsent: !course.connected, begun: course.begun() }),
            Ok(Err(Stopped::Before(error))) => Err(error),
            Ok(Err(Stopped::Reading(Unread::Ended(error)))) => {
                Err(SendError::BrokenOff { error, begun: course.begun() })
            }
            Ok(Err(Stopped::Reading(Unread::NotHttp(why)))) => {
                Err(SendError::NotAnswered { why, begun: course.begun() })
            }
            // Reading ended well, so there is an answer.
            Ok(Ok(())) => Ok(course.answered().unwrap_or_default()),
        }
    }

    async fn go(
        &self,
        request: &Request,
        since: Instant,
        course: &mut Course,
        chosen: fn(&Host<&str>) -> Chosen,
    ) -> Result<(), Stopped> {
        let secret = match request.url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(SendError::NotHttp.into()),
        };
        let head = request.head().map_err(SendError::from)?;
        let target = resolve(&request.url, &self.names, chosen).await;
        let target = target.map_err(|error| SendError::target(error, request))?;
        course.took.resolved = since.elapsed();
        let at = || request.url.authority().to_owned();
        let stream = connect(&target.addresses).await;
        let stream = stream.map_err(|error| SendError::NoConnection { at: at(), error })?;
        course.took.connected = since.elapsed();
        let wire: Box<dyn Wire> = if secret {
            let wire = secure(stream, &target, &self.trust).await;
            let wire = wire.map_err(|error| SendError::NotTrusted { at: at(), error })?;
            course.took.secured = Some(since.elapsed());
            wire
        } else {
            Box::new(stream)
        };
        course.connected = true;
        let exchanged =
            exchange(wire, &request.method, &head, &request.body, since, &mut course.answered).await;
        exchanged.map_err(Stopped::Reading)
    }
}

enum Stopped {
    Before(SendError),
    Reading(Unread),
}

impl From<SendError> for Stopped {
    fn from(error: SendError) -> Self {
        Self::Before(error)
    }
}

impl SendError {
    fn target(error: TargetError, request: &Request) -> Self {
        match error {
            TargetError::NoWebAddress => Self::NotHttp,
            TargetError::Credentials => Self::Credentials,
            TargetError::Unresolved(name, error) => Self::NoAddress { name, error },
            TargetError::Forbidden => Self::Forbidden(request.url.authority().to_owned()),
        }
    }
}
