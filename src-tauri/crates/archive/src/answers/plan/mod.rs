//! The answers that a source gives instead of the usual one, to learn how a service behaves when it is not told 200.
//!
//! A plan is a few steps, taken one after another: `503 x2, 200` answers 503 twice and 200 ever after. A step without
//! `x…` is taken once, the last one for ever; after a last step with `x…` everything is as usual. [`read`] is the text
//! form, in which people write a plan and in which it is kept.

mod read;
mod write;

#[cfg(test)]
mod tests;

use std::time::Duration;

use afterchat_transcript::Header;

pub use read::PlanError;

/// The longest wait. Few services wait longer, and a connection is held all the while.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The most steps, how often one may be repeated, its header lines and the bytes of its body.
pub(crate) const STEPS: usize = 20;
pub(crate) const TIMES: u32 = 1_000;
pub(crate) const HEADERS: usize = 20;
pub(crate) const BODY: usize = 4 * 1024;

/// The answers of a source, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPlan {
    /// The steps, at least one.
    pub steps: Vec<Step>,
    /// Whether each event runs through the steps by itself, so that every event is answered 503 twice. An event is
    /// what has equal bytes or the same id of the service. Otherwise all deliveries of the source are counted.
    pub per_event: bool,
    /// Whether it also answers what is in quarantine. Otherwise that is answered 401 and takes no step: whoever has no
    /// signature must not be able to use a plan up, and 401 is what its service would see in earnest.
    pub quarantine_too: bool,
}

/// One answer and how often it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is answered.
    pub said: Said,
    /// How long the answer waits after the delivery was kept.
    pub wait: Duration,
    /// How often; `None` is once, or for ever in the last step.
    pub times: Option<u32>,
}

/// What one step answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// What would be answered without a plan.
    Usual,
    /// Nothing: the connection is closed.
    Drop,
    /// An answer of its own.
    Own {
        /// The status code, 200 to 599.
        status: u16,
        /// Header lines of its own.
        headers: Vec<Header>,
        /// The body; `None` is the usual one with 200, and none with every other status.
        body: Option<String>,
    },
}

/// Why an answer may do harm, for a person who must confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// 410: services take it as "never send here again".
    Gone,
    /// 3xx: services follow it to somewhere else, or switch the address off.
    Redirect,
}

impl Risk {
    /// The risk of a status code, if it has one.
    #[must_use]
    pub fn of(status: u16) -> Option<Self> {
        match status {
            410 => Some(Self::Gone),
            300..400 => Some(Self::Redirect),
            _ => None,
        }
    }

    /// Why, in a sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Gone => {
                "Many services take 410 as “never send here again” and switch the address off for good."
            }
            Self::Redirect => {
                "Many services switch an address off that redirects, or send the payload on to where it points."
            }
        }
    }
}

impl AnswerPlan {
    /// The step that the delivery of this number takes, counted from 0; `None` once everything is as usual again.
    #[must_use]
    pub fn step(&self, mut number: u64) -> Option<&Step> {
        let last = self.steps.len().saturating_sub(1);
        for (index, step) in self.steps.iter().enumerate() {
            let times = match step.times {
                None if index == last => return Some(step),
                times => u64::from(times.unwrap_or(1)),
            };
            if number < times {
                return Some(step);
            }
            number -= times;
        }
        None
    }

    /// What a person must confirm before it is used.
    #[must_use]
    pub fn risks(&self) -> Vec<Risk> {
        let mut risks: Vec<Risk> = Vec::new();
        for step in &self.steps {
            if let Said::Own { status, .. } = step.said
                && let Some(risk) = Risk::of(status)
                && !risks.contains(&risk)
            {
                risks.push(risk);
            }
        }
        risks
    }
}
