//! Deliveries sent again in bulk.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DeliveryChoice;

/// How fast deliveries follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReplayPace {
    /// With the time between them that was between them when they came.
    Kept,
    /// The same, this many times as fast.
    Faster {
        /// How many times.
        times: f64,
    },
    /// So many a second.
    Rate {
        /// How many.
        per_second: f64,
    },
    /// Each as soon as the one before was answered.
    AtOnce,
}

/// Where deliveries are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReplayTo {
    /// Each to the hook address it reached, through the door like everything that arrives there.
    Own,
    /// All to the hook address of this source.
    Source {
        /// The source's name.
        name: String,
    },
    /// All to this address. Each delivery's own query string is added to it.
    Url {
        /// The address.
        url: String,
    },
    /// Nowhere: only Afterchat's readers look at each again, and nothing is changed.
    Reader,
}

contract! {
    /// Deliveries to send again.
    ReplayQuestion {
        /// Which.
        which: DeliveryChoice,
        /// Where to.
        to: ReplayTo,
        /// How fast.
        pace: ReplayPace,
        /// Ends with the first that is not answered with success.
        #[serde(default)]
        stop_on_failure: Option<bool>,
        /// Signs each anew, at the time of sending, with the secret of this label: of the source it is sent to, else of
        /// the one it reached.
        #[serde(default)]
        sign: Option<String>,
    }

    /// What sending again would be.
    ReplayPlan {
        /// How many deliveries.
        #[ts(type = "number")]
        count: usize,
        /// When the first of them came.
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<Instant>,
        /// When the last of them came.
        #[serde(skip_serializing_if = "Option::is_none")]
        last: Option<Instant>,
        /// How many seconds it takes at least to come to the last.
        seconds: f64,
        /// The sources they reached, in the order of their names.
        sources: Vec<String>,
    }
}
