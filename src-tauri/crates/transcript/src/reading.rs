//! What a provider understood of one delivery.
//!
//! Reading is total: it never fails and never panics. What was odd is a notice, what no typed place took is listed,
//! and a body that no provider understands is unreadable with a reason.

use std::collections::BTreeMap;

use crate::Instant;
use crate::delivery::{Delivery, DeliveryKind};
use crate::model::facts::{Shown, became};
use crate::model::{
    Became, FieldFacts, HeadFacts, LinkFacts, MessageFacts, Notice, Origin, OtherValue, PageFacts,
    PersonFacts, RatingFacts, Sourced, TimingFacts, VisitorFacts,
};
use crate::payload::{Cursor, Payload, Tracker};
use crate::providers::{self, Provider};

/// How much of a conversation a part tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Something that happened in it: it adds to what is known.
    Fragment,
    /// The conversation from beginning to end, as it was then: its messages replace what is known.
    Whole,
}

/// What one delivery says about one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The pointer of the object that tells of this conversation; empty for the whole payload.
    pub root: String,
    /// The account at the service, where its ids repeat between accounts.
    pub account: Option<Sourced<String>>,
    /// What the service calls the conversation; `None` when the payload names none.
    pub external_id: Option<Sourced<String>>,
    /// Whether this is the whole conversation.
    pub extent: Extent,
    /// Which step in a conversation's life the payload stands for, where only the event's name tells (0 comes first).
    pub stage: u8,
    /// When the payload was true, by the service's clock. Absent where only the order of arrival tells.
    pub as_of: Option<Instant>,
    /// The single values.
    pub head: HeadFacts,
    /// How long things took.
    pub timing: TimingFacts,
    /// What the visitor thought.
    pub rating: RatingFacts,
    /// Who asked.
    pub visitor: VisitorFacts,
    /// Who answered.
    pub agents: Vec<PersonFacts>,
    /// Labels of the service.
    pub labels: Vec<Sourced<String>>,
    /// The visitor's path.
    pub pages: Vec<PageFacts>,
    /// Lines, in order.
    pub messages: Vec<MessageFacts>,
    /// Values with a name but no place of their own.
    pub fields: Vec<FieldFacts>,
    /// Addresses.
    pub links: Vec<LinkFacts>,
    /// Further places that say the same as a value above, or a part of it.
    pub echoes: Vec<Became>,
}

impl Part {
    /// A part about which nothing is known yet, told by the object at `payload`.
    #[must_use]
    pub fn new(payload: &Cursor<'_>, extent: Extent) -> Self {
        Self {
            root: payload.pointer().to_owned(),
            account: None,
            external_id: None,
            extent,
            stage: 0,
            as_of: None,
            head: HeadFacts::default(),
            timing: TimingFacts::default(),
            rating: RatingFacts::default(),
            visitor: VisitorFacts::default(),
            agents: Vec::new(),
            labels: Vec::new(),
            pages: Vec::new(),
            messages: Vec::new(),
            fields: Vec::new(),
            links: Vec::new(),
            echoes: Vec::new(),
        }
    }

    /// Notes a place that says the same as the value at `field`, or a part of it: the fraction of a second, the name
    /// of a variable, an address given twice. `field` is the path in the transcript.
    pub fn echo<T: Shown>(&mut self, fact: Option<Sourced<T>>, field: &str) {
        self.echoes.extend(fact.map(|fact| became(&fact, field)));
    }

    /// Adds a value with a name but no place of its own, if there is one.
    pub fn field(&mut self, group: Option<&str>, name: &str, value: Option<Sourced<String>>) {
        if let Some(value) = value {
            self.fields.push(FieldFacts { group: group.map(str::to_owned), name: name.to_owned(), value });
        }
    }

    /// Adds a page, if its address is there.
    pub fn page(&mut self, url: Option<Sourced<String>>, role: crate::model::PageRole) {
        self.pages.extend(url.map(|url| PageFacts::new(url, role)));
    }

    /// Adds an address, if there is one.
    pub fn link(&mut self, label: &str, url: Option<Sourced<String>>) {
        self.links.extend(url.map(|url| LinkFacts { label: label.to_owned(), url }));
    }

    /// Where every value came from, under its path in the transcript.
    #[must_use]
    pub fn origins(&self) -> Vec<Became> {
        let mut found = Vec::new();
        let single = |fact: &Option<Sourced<String>>, field: &str, found: &mut Vec<Became>| {
            found.extend(fact.iter().map(|fact| became(fact, field)));
        };
        single(&self.account, "account", &mut found);
        single(&self.external_id, "external_id", &mut found);
        self.head.origins("", &mut found);
        self.rating.origins("rating.", &mut found);
        self.timing.origins("timing.", &mut found);
        self.visitor.origins("visitor.", &mut found);
        for (index, agent) in self.agents.iter().enumerate() {
            agent.origins(&format!("agents[{index}]."), &mut found);
        }
        for (index, label) in self.labels.iter().enumerate() {
            found.push(became(label, &format!("labels[{index}]")));
        }
        for (index, page) in self.pages.iter().enumerate() {
            page.origins(&format!("pages[{index}]."), &mut found);
        }
        for (index, message) in self.messages.iter().enumerate() {
            message.origins(&format!("messages[{index}]."), &mut found);
        }
        for field in &self.fields {
            let path = field
                .group
                .as_ref()
                .map_or_else(|| field.name.clone(), |group| format!("{group}.{}", field.name));
            found.push(became(&field.value, &format!("fields.{path}")));
        }
        for (index, link) in self.links.iter().enumerate() {
            found.push(became(&link.url, &format!("links[{index}].url")));
        }
        found.extend(self.echoes.iter().cloned());
        found
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It tells of at least one conversation.
    Conversation,
    /// It was understood and tells of none, for this reason.
    NoConversation(String),
    /// It was not understood, for this reason. The delivery is kept.
    Unreadable(String),
}

/// What a provider understood of one delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The provider whose reader was used; `None` when none recognised the payload.
    pub provider: Option<&'static str>,
    /// The payload's own word for what happened.
    pub event: Option<String>,
    /// What it says of each conversation it tells of.
    pub parts: Vec<Part>,
    /// Values that no typed place took.
    pub other: Vec<OtherValue>,
    /// What was odd.
    pub notices: Vec<Notice>,
    /// What became of the delivery.
    pub verdict: Verdict,
}

/// What a provider's reader fills in.
#[derive(Debug, Default)]
pub struct Findings {
    /// The payload's own word for what happened.
    pub event: Option<String>,
    /// What the payload says of each conversation it tells of.
    pub parts: Vec<Part>,
    /// What was odd.
    pub notices: Vec<Notice>,
    /// Why there is no conversation in a payload that was understood.
    pub no_conversation: Option<&'static str>,
}

impl Findings {
    /// Notes something odd at this place.
    pub fn notice(&mut self, code: &str, origin: Option<&Origin>, text: &str) {
        let pointer = origin.map(|origin| origin.pointer.clone());
        self.notices.push(Notice { code: code.to_owned(), pointer, text: text.to_owned() });
    }
}

/// Reads a delivery: decodes the body, finds the provider and lets it read. Pure and total.
#[must_use]
pub fn read(delivery: &Delivery) -> Reading {
    read_payload(delivery, &Payload::decode(&delivery.body))
}

/// Reads a delivery whose body was decoded already.
#[must_use]
pub fn read_payload(delivery: &Delivery, payload: &Payload) -> Reading {
    let mut reading = Reading {
        provider: None,
        event: None,
        parts: Vec::new(),
        other: Vec::new(),
        notices: payload.notices.clone(),
        verdict: Verdict::NoConversation(String::new()),
    };
    if delivery.kind == DeliveryKind::Hook && delivery.method != "POST" {
        reading.verdict = Verdict::NoConversation(format!(
            "A {} request is a probe. Services post conversations.",
            delivery.method
        ));
        return reading;
    }
    let Some(root) = &payload.root else {
        reading.verdict = Verdict::Unreadable(unreadable_body(payload));
        return reading;
    };
    let tracker = Tracker::new(root, &payload.start, payload.values);
    let untouched = Tracker::new(root, &payload.start, 0);
    let start = tracker.start();
    let Some(provider) = choose(delivery, &start, &mut reading.notices) else {
        reading.other = tracker.untaken();
        reading.verdict =
            Verdict::Unreadable("No chat service that Afterchat knows sends this shape.".to_owned());
        return reading;
    };
    let mut findings = Findings::default();
    provider.read(&start, &mut findings);
    reading.provider = Some(provider.id());
    reading.event = findings.event;
    reading.notices.append(&mut findings.notices);
    // Where no part came of it, whatever a reader looked at became nothing.
    let read_nothing = findings.parts.is_empty();
    reading.other = if read_nothing { untouched.untaken() } else { tracker.untaken() };
    reading.verdict = match (findings.parts.is_empty(), findings.no_conversation) {
        (false, _) => Verdict::Conversation,
        (true, Some(reason)) => Verdict::NoConversation(reason.to_owned()),
        (true, None) => Verdict::Unreadable(format!(
            "This is no {} payload that tells of a conversation.",
            provider.name()
        )),
    };
    reading.parts = findings.parts;
    reading
}

fn unreadable_body(payload: &Payload) -> String {
    use crate::payload::Format;
    let problem = payload
        .notices
        .iter()
        .find(|notice| notice.code.starts_with("invalid_json") || notice.code == "invalid_xml");
    match (problem, payload.format) {
        (Some(problem), _) => problem.text.clone(),
        (None, Format::Empty) => "The body is empty.".to_owned(),
        (None, Format::Binary) => "The body is no text.".to_owned(),
        (None, _) => "The body is neither JSON nor a form nor XML.".to_owned(),
    }
}

/// The source's own provider, unless the payload is clearly another's: addresses get mixed up in service settings.
fn choose(
    delivery: &Delivery,
    start: &Cursor<'_>,
    notices: &mut Vec<Notice>,
) -> Option<&'static dyn Provider> {
    let set = delivery.provider.as_deref().and_then(providers::by_id);
    let value = start.peek()?;
    if let Some(set) = set.filter(|set| set.recognises(value)) {
        return Some(set);
    }
    let detected = providers::detect(value);
    if let (Some(set), Some(detected)) = (set, detected) {
        notices.push(Notice {
            code: "other_service".to_owned(),
            pointer: None,
            text: format!(
                "This is a {} payload that came to an address for {}. It was read as {0}.",
                detected.name(),
                set.name()
            ),
        });
    }
    detected.or(set)
}

/// The values of a payload that no typed place took, by the part they belong to: those under a part's own object, and
/// those that stand outside of every part's object, which belong to all.
#[must_use]
pub fn other_of<'a>(reading: &'a Reading, part: &Part) -> Vec<&'a OtherValue> {
    let inside = |other: &OtherValue, root: &str| {
        root.is_empty()
            || other.pointer.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let foreign = |other: &OtherValue| {
        reading.parts.iter().any(|known| known.root != part.root && inside(other, &known.root))
    };
    reading.other.iter().filter(|other| inside(other, &part.root) || !foreign(other)).collect()
}

/// Every value of a payload that became something, by pointer.
#[must_use]
pub fn became_by_pointer(reading: &Reading) -> BTreeMap<String, Vec<Became>> {
    let mut found: BTreeMap<String, Vec<Became>> = BTreeMap::new();
    for became in reading.parts.iter().flat_map(Part::origins) {
        found.entry(became.pointer.clone()).or_default().push(became);
    }
    found
}
