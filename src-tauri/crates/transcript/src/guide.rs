//! How a chat service is connected: where a hook address goes in its settings, what to switch on, what then arrives.
//!
//! Data only, one [`Guide`] in each provider's folder. Every fact says how well it is known and on which page of the
//! vendor it stands: somebody who connects a service must be able to tell what was read from what was concluded.

use serde::Serialize;
use ts_rs::TS;

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It stands on the vendor's page.
    Documented,
    /// It follows from something that is documented or published, or is told by others.
    Inferred,
    /// The vendor publishes nothing about it; the text says what to expect then.
    NotDocumented,
}

/// Something to know about a service, with where it is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields, rename = "GuideFact")]
pub struct Fact {
    /// In words.
    pub text: &'static str,
    /// How well it is known.
    pub known: Known,
    /// The page where it stands, or from which it follows; absent where no page tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<&'static str>,
}

impl Fact {
    /// It stands on this page.
    #[must_use]
    pub const fn documented(page: &'static str, text: &'static str) -> Self {
        Self { text, known: Known::Documented, page: Some(page) }
    }

    /// It follows from this page, without standing there.
    #[must_use]
    pub const fn inferred(page: &'static str, text: &'static str) -> Self {
        Self { text, known: Known::Inferred, page: Some(page) }
    }

    /// No page tells of it.
    #[must_use]
    pub const fn not_documented(text: &'static str) -> Self {
        Self { text, known: Known::NotDocumented, page: None }
    }
}

/// Whether an event should be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Without it conversations are missing.
    Needed,
    /// It brings something more.
    Useful,
    /// What it sends is kept, and nothing is made of it.
    Useless,
}

/// Something the service tells of, and can be asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "GuideEvent")]
pub struct Event {
    /// As it is called where it is switched on.
    pub name: &'static str,
    /// Whether it should be switched on.
    pub advice: Advice,
    /// What it brings.
    pub brings: Fact,
}

/// One of a service's ways to post to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields, rename = "GuideWay")]
pub struct Way {
    /// What the service calls it.
    pub name: &'static str,
    /// The plan that has it; absent where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Fact>,
    /// Where the address goes, step by step.
    pub steps: &'static [Fact],
    /// What can be switched on, the needed first.
    pub events: &'static [Event],
    /// What never arrives this way.
    pub never: &'static [Fact],
    /// What a request looks like.
    pub format: Fact,
    /// True when its requests are signed, once a secret is set on both sides.
    pub signs: bool,
    /// Which secret to enter where; for what is not signed, what is known of that.
    pub secret: Fact,
    /// When a request that failed is sent again, and what counts as failed.
    pub retries: Fact,
    /// What must be true of the address.
    pub address: Fact,
    /// True when an address that begins with `http:` is not taken.
    pub https_only: bool,
    /// Whether one address serves everything that is switched on.
    pub one_for_all: Fact,
    /// What to do at the service so that something is sent.
    pub trigger: Fact,
}

/// How a service is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Guide {
    /// Its ways to post to an address, the one to begin with first.
    pub ways: &'static [Way],
}
