//! What a tunnel is, and how it is: the words that everybody uses about one.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use url::Url;

/// What is true of a kind of tunnel, so that a person can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether its address stays.
    pub address: Address,
    /// Where the encryption of a request ends.
    pub encryption: Encryption,
    /// Who on the way can read the requests.
    pub readers: Readers,
    /// What somebody must have to use it.
    pub account: Account,
}

/// Whether the public address is the same after the next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// It stays.
    Stays,
    /// It stays with an account, and changes without one.
    StaysWithAccount,
    /// Each start brings another.
    Changes,
}

/// Where TLS ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// At a proxy on one's own server.
    OwnServer,
    /// At the company that runs the service.
    Service,
    /// On this machine.
    ThisMachine,
    /// There is none: the requests travel in the open.
    None,
    /// That depends on what stands behind the address.
    Unknown,
}

/// Who else can read what services post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// Nobody but oneself.
    Nobody,
    /// The company that runs the service.
    Service,
    /// Everybody on the way.
    Everybody,
    /// That depends on what stands behind the address.
    Unknown,
}

/// What somebody must have to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Nothing.
    None,
    /// Nothing, but an account gives more.
    Optional,
    /// An account of the service.
    Needed,
    /// A server of one's own.
    OwnServer,
}

/// How a tunnel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody started it, somebody stopped it, or it ended for a reason that starting again does not mend.
    Stopped,
    /// It was started and has no public address yet.
    Starting,
    /// It has one. Whether that leads here is being proved.
    Assigned,
    /// A question went out through the public address and was answered by our own door.
    Reachable,
    /// The same, but the address is another one than services were given, and nothing was delivered on it yet.
    Changed,
    /// It ought to work and does not; it is being mended.
    Degraded,
}

/// Everything that is known of a tunnel now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How it is.
    pub state: State,
    /// Since when it is so.
    pub since: SystemTime,
    /// The public address, without a path; absent while there is none.
    pub url: Option<Url>,
    /// When a question last came back.
    pub proved: Option<SystemTime>,
    /// Why it is not as it should be.
    pub trouble: Option<Trouble>,
    /// When it is tried again.
    pub retry_at: Option<SystemTime>,
    /// The address that services were given, as far as is known.
    pub known: Option<Url>,
    /// How many times it was started since a person started it. What an earlier start still says is not heard.
    pub generation: u64,
}

impl Status {
    /// A tunnel that nobody started.
    #[must_use]
    pub fn stopped(now: SystemTime) -> Self {
        Self {
            state: State::Stopped,
            since: now,
            url: None,
            proved: None,
            trouble: None,
            retry_at: None,
            known: None,
            generation: 0,
        }
    }

    /// The address that services were given, when it is another one than the present.
    #[must_use]
    pub fn changed_from(&self) -> Option<&Url> {
        self.known.as_ref().filter(|known| self.url.as_ref().is_some_and(|url| url != *known))
    }
}

/// Why a tunnel is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Trouble {
    /// The stable code.
    pub code: &'static str,
    /// What happened, in words; often what the program or the other side said.
    pub detail: String,
    /// True when trying again mends nothing before somebody changes something.
    pub lasting: bool,
}

impl Trouble {
    /// Trouble that may be gone at the next try.
    #[must_use]
    pub fn passing(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), lasting: false }
    }

    /// Trouble that stays until somebody changes something.
    #[must_use]
    pub fn lasting(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), lasting: true }
    }
}
