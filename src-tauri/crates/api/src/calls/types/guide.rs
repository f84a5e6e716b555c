//! How services are connected, and whether they are.

use afterchat_transcript::guide::Guide;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DeliveryRow;

/// How a chat service is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ServiceGuide {
    /// The service's id.
    pub provider: String,
    /// Its guide.
    #[ts(type = "Guide")]
    pub guide: &'static Guide,
}

/// The guide to the service of a hook address, or to every one when the address finds out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct GuideAnswer {
    /// The guides.
    pub services: Vec<ServiceGuide>,
}

contract! {
    /// Whether a service has reached its address. Samples and trials by hand do not count.
    ConnectedAnswer {
        /// The first delivery of the service that could be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<DeliveryRow>,
        /// While there is none: the newest that could not, in quarantine or unreadable.
        #[serde(skip_serializing_if = "Option::is_none")]
        trouble: Option<DeliveryRow>,
        /// While there is none: the newest sample or trial by hand.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<DeliveryRow>,
    }
}
