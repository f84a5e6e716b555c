//! Why a back-fill ended before its end.

use afterchat_transcript::Instant;

/// Why a back-fill ended before its end. Whatever was fetched before is kept, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// Something that the service needs to know was not entered.
    #[error("{0} is missing. Enter it under History, then start again.")]
    Missing(&'static str),
    /// The address is none that may be asked.
    #[error("{0} Nothing was sent.")]
    Address(String),
    /// The service does not accept the credential.
    #[error(
        "The service did not accept the {credential} (status {status}). Check it, enter it again and start again: what was fetched is kept."
    )]
    Refused {
        /// What it did not accept, in words.
        credential: &'static str,
        /// The status code.
        status: u16,
    },
    /// What was asked for does not exist.
    #[error("The service knows no {path}. Check the address and the ids that were entered.")]
    NotFound {
        /// The path that was asked for.
        path: String,
    },
    /// A status that no waiting changes.
    #[error(
        "The service answered {path} with status {status}. What was fetched is kept; start again to go on."
    )]
    Status {
        /// The path that was asked for.
        path: String,
        /// The status code.
        status: u16,
    },
    /// The service pointed elsewhere.
    #[error(
        "The service answered with a redirect (status {status}). Redirects are not followed, because the credential would go along. Enter the address that the service uses now."
    )]
    Redirected {
        /// The status code.
        status: u16,
    },
    /// The next page lies on another server.
    #[error(
        "The service says that the next page lies on another server. It was not asked. What was fetched is kept."
    )]
    Elsewhere,
    /// No complete answer came, however often it was tried.
    #[error(
        "No complete answer came after {tries} tries: {reason}. What was fetched is kept; start again to go on."
    )]
    NoAnswer {
        /// How often it was tried.
        tries: u32,
        /// What went wrong the last time.
        reason: String,
    },
    /// The service asks to wait longer than a program should.
    #[error(
        "The service asks to come back after {until}. What was fetched is kept; start again then to go on."
    )]
    Busy {
        /// When it may be asked again.
        until: Instant,
    },
    /// An answer is larger than any conversation.
    #[error("An answer was larger than {} MB and was not read to its end. What was fetched is kept.", super::run::LARGEST_ANSWER >> 20)]
    TooLarge,
    /// An answer is not what the service documents.
    #[error(
        "The answer to {path} could not be understood: {reason}. What was fetched is kept; start again to try it anew."
    )]
    Unreadable {
        /// The path that was asked for.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The service tells the same page again and again.
    #[error("The service told the same page twice, so it was not asked for more. What was fetched is kept.")]
    Repeats,
    /// Somebody stopped it.
    #[error("The back-fill was stopped. What was fetched is kept; start again to go on.")]
    Cancelled,
    /// What was fetched could not be stored.
    #[error("What was fetched could not be kept: {0}")]
    NotKept(String),
}

impl HistoryError {
    /// The stable code of this failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "history_incomplete",
            Self::Address(_) => "history_address_refused",
            Self::Refused { .. } => "history_credential_refused",
            Self::NotFound { .. } => "history_not_found",
            Self::Status { .. } => "history_status",
            Self::Redirected { .. } => "history_redirected",
            Self::Elsewhere => "history_elsewhere",
            Self::NoAnswer { .. } => "history_no_answer",
            Self::Busy { .. } => "history_busy",
            Self::TooLarge => "history_too_large",
            Self::Unreadable { .. } => "history_unreadable",
            Self::Repeats => "history_repeats",
            Self::Cancelled => "cancelled",
            Self::NotKept(_) => "history_not_kept",
        }
    }
}
