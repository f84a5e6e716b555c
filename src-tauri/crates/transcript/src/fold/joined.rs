//! A conversation as joined facts, and the plain transcript they give.

use super::Telling;
use super::lists::{self, PageTold};
use super::messages::{self, MessageTold};
use crate::Instant;
use crate::model::{
    ConversationId, Field, FieldFacts, HeadTold, Kind, Link, LinkFacts, Local, Notice, OtherValue, PageVisit,
    PersonTold, RatingTold, Sourced, State, TimingTold, Told, Transcript, VisitorTold, absent,
};
use crate::reading::{Extent, Part, other_of};

/// What all deliveries say of one conversation: every value beside the delivery and the place that told it.
#[derive(Debug, Clone)]
pub struct Joined<'a> {
    pub(super) id: ConversationId,
    pub(super) provider: &'static str,
    /// The telling that arrived first.
    pub(super) earliest: Telling<'a>,
    pub(super) account: Option<Told<'a, Sourced<String>>>,
    pub(super) external_id: Option<Told<'a, Sourced<String>>>,
    pub(super) head: HeadTold<'a>,
    pub(super) rating: RatingTold<'a>,
    pub(super) timing: TimingTold<'a>,
    pub(super) visitor: VisitorTold<'a>,
    pub(super) agents: Vec<PersonTold<'a>>,
    pub(super) labels: Vec<Told<'a, Sourced<String>>>,
    pub(super) pages: Vec<PageTold<'a>>,
    pub(super) messages: Vec<MessageTold<'a>>,
    pub(super) fields: Vec<Told<'a, FieldFacts>>,
    pub(super) links: Vec<Told<'a, LinkFacts>>,
    pub(super) other: Vec<Told<'a, OtherValue>>,
    pub(super) notices: Vec<Told<'a, Notice>>,
    /// Each body once, from the oldest to the newest.
    told: Vec<Telling<'a>>,
    deliveries: Vec<i64>,
}

impl<'a> Joined<'a> {
    /// Joins tellings that are in order.
    pub(super) fn new(id: ConversationId, deliveries: Vec<i64>, told: Vec<Telling<'a>>) -> Option<Self> {
        let provider = told.first()?.reading.provider?;
        let earliest = *told.iter().min_by_key(|telling| (telling.received_at, telling.delivery))?;
        let mut head = HeadTold::default();
        let mut timing = TimingTold::default();
        let mut rating = RatingTold::default();
        for Telling { part, delivery, .. } in &told {
            head.absorb(&part.head, *delivery);
            timing.absorb(&part.timing, *delivery);
            rating.absorb(&part.rating, *delivery);
        }
        let newest = |value: fn(&'a Part) -> &'a Option<Sourced<String>>| {
            let tell = |telling: &Telling<'a>| {
                Some(Told { fact: value(telling.part).as_ref()?, delivery: telling.delivery })
            };
            told.iter().rev().find_map(tell)
        };
        let (account, external_id) = (newest(|part| &part.account), newest(|part| &part.external_id));
        let messages = messages::join(&told, head.started_at.map(|time| time.fact.value));
        // The beginning is told by the first message where nothing else tells it.
        let first = messages.iter().filter(|message| !message.is_inferred()).min_by_key(|message| message.at);
        head.started_at = head.started_at.or_else(|| {
            let Told { fact, delivery } = first?.told;
            Some(Told { fact: fact.words.at.as_ref()?, delivery })
        });
        let other = told.iter().flat_map(|telling| {
            let delivery = telling.delivery;
            other_of(telling.reading, telling.part).into_iter().map(move |fact| Told { fact, delivery })
        });
        let other = lists::distinct_by(other, |other| (&other.pointer, other.value.to_string()));
        let notices = told.iter().flat_map(|telling| {
            let delivery = telling.delivery;
            telling.reading.notices.iter().map(move |fact| Told { fact, delivery })
        });
        Some(Self {
            id,
            provider,
            earliest,
            account,
            external_id,
            head,
            rating,
            timing,
            visitor: lists::visitor(&told),
            agents: lists::agents(&told),
            labels: lists::labels(&told),
            pages: lists::pages(&told),
            messages,
            fields: lists::fields(&told),
            links: lists::links(&told),
            other,
            notices: lists::distinct_by(notices, |notice| notice),
            told,
            deliveries,
        })
    }

    /// The newest delivery that brought a message.
    pub(super) fn heard(&self) -> i64 {
        let brings_words = |telling: &&Telling<'_>| {
            !telling.part.messages.is_empty() || telling.part.extent == Extent::Whole
        };
        let newest = self.told.iter().filter(brings_words).map(|telling| telling.delivery).max();
        newest.unwrap_or(self.earliest.delivery)
    }

    /// The tellings, each body once, from the oldest to the newest.
    #[must_use]
    pub fn told(&self) -> &[Telling<'a>] {
        &self.told
    }

    /// The beginning, where a payload tells one.
    pub(super) fn started_at(&self) -> Option<Instant> {
        self.head.started_at.map(|time| time.fact.value)
    }

    /// The transcript without origins, and without what people added here.
    #[must_use]
    pub fn plain(&self) -> Transcript {
        let head = self.head.plain();
        let ended = self.told.iter().any(|telling| telling.part.extent == Extent::Whole);
        let text = |told: &Told<'_, Sourced<String>>| told.fact.value.clone();
        Transcript {
            id: self.id.clone(),
            provider: self.provider.to_owned(),
            account: self.account.as_ref().map(text),
            external_id: self.external_id.as_ref().map(text),
            source: Some(self.earliest.source.to_owned()),
            kind: head.kind.unwrap_or(Kind::Chat),
            state: head.state.unwrap_or(if ended { State::Ended } else { State::Open }),
            provider_status: head.provider_status,
            started_at: self.started_at().unwrap_or(self.earliest.received_at),
            ended_at: head.ended_at,
            started_at_inferred: self.started_at().is_none(),
            subject: head.subject,
            department: head.department,
            language: head.language,
            labels: self.labels.iter().map(text).collect(),
            rating: Some(self.rating.plain()).filter(|rating| !absent(rating)),
            timing: Some(self.timing.plain()).filter(|timing| !absent(timing)),
            ended_by: head.ended_by,
            agents: self.agents.iter().map(PersonTold::plain).collect(),
            visitor: Some(self.visitor.plain()).filter(|visitor| !absent(visitor)),
            pages: self.pages.iter().map(page).collect(),
            messages: self.messages.iter().map(MessageTold::plain).collect(),
            fields: self.fields.iter().map(|told| field(told.fact)).collect(),
            links: self.links.iter().map(|told| link(told.fact)).collect(),
            other: self.other.iter().map(|told| told.fact.clone()).collect(),
            notices: self.notices.iter().map(|told| told.fact.clone()).collect(),
            deliveries: self.deliveries.iter().map(ToString::to_string).collect(),
            local: Local::default(),
        }
    }
}

fn page(page: &PageTold<'_>) -> PageVisit {
    PageVisit {
        url: page.url.fact.value.clone(),
        title: page.title.map(|title| title.fact.value.clone()),
        at: page.at.map(|at| at.fact.value),
        role: page.role,
    }
}

fn field(field: &FieldFacts) -> Field {
    Field { group: field.group.clone(), name: field.name.clone(), value: field.value.value.clone() }
}

fn link(link: &LinkFacts) -> Link {
    Link { label: link.label.clone(), url: link.url.value.clone() }
}
