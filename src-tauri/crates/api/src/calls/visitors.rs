//! Visitors over all their conversations, and what people decide about who is one.

use afterchat_archive as archive;
use afterchat_archive::{Name, PathPlace};
use afterchat_transcript::model::ConversationId;

use super::conversations::{limit, row};
use super::types::{
    ConversationPage, Decided, DecisionKind, DecisionQuestion, GivenRating, JoinVisitors, KnownName, Marked,
    NameKind, NameStanding, PathStretch, SeenValue, SeenValues, ServiceCount, TakeNameOut, VisitorAnswer,
    VisitorDecision, VisitorList, VisitorName, VisitorPartQuestion, VisitorPath, VisitorQuestion, VisitorRow,
    VisitorsQuestion,
};
use crate::{Api, Failure, now};

/// Visitors of a list, and names and addresses beside each other.
const LISTED: usize = 20;

fn id(conversation: &str) -> ConversationId {
    ConversationId::from_text(conversation)
}

fn bad_question(detail: &str) -> Failure {
    Failure::new("bad_question", detail)
}

pub(super) fn one(api: &Api, ask: &VisitorQuestion) -> Result<VisitorAnswer, Failure> {
    let found = api.archive.visitor(&id(&ask.conversation))?;
    let known = |known: archive::KnownName| KnownName {
        name: name(&known.name),
        conversations: known.conversations,
        standing: match known.standing {
            archive::NameStanding::Joins => NameStanding::Joins,
            archive::NameStanding::TakenOut => NameStanding::TakenOut,
            archive::NameStanding::Crowd => NameStanding::Crowd,
        },
    };
    Ok(VisitorAnswer {
        title: found.title,
        conversations: found.conversations,
        read: found.read,
        whole: found.whole,
        services: found
            .services
            .into_iter()
            .map(|(provider, conversations)| ServiceCount { provider, conversations })
            .collect(),
        first_seen_at: found.first_seen_at,
        last_seen_at: found.last_seen_at,
        known_as: found.known_as.into_iter().map(known).collect(),
        more_names: found.more_names,
        decisions: found.decisions.into_iter().map(decision).collect(),
        names: seen(found.names),
        handles: seen(found.handles),
        emails: seen(found.emails),
        phones: seen(found.phones),
        companies: seen(found.companies),
        places: seen(found.places),
        ips: seen(found.ips),
        languages: seen(found.languages),
        devices: seen(found.devices),
        user_agents: seen(found.user_agents),
        ratings: found
            .ratings
            .into_iter()
            .map(|given| GivenRating { conversation: given.conversation, at: given.at, rating: given.rating })
            .collect(),
    })
}

fn name(of: &Name) -> VisitorName {
    let (kind, value, provider, account) = match of {
        Name::Id { provider, account, id } => {
            let account = Some(account.clone()).filter(|account| !account.is_empty());
            (NameKind::Id, id, Some(provider.clone()), account)
        }
        Name::Mail(address) => (NameKind::Mail, address, None, None),
        Name::Only(conversation) => (NameKind::Conversation, conversation, None, None),
    };
    VisitorName { key: of.text(), kind, value: value.clone(), provider, account }
}

fn decision(made: archive::Decision) -> VisitorDecision {
    let (kind, mut names) = match made.decided {
        archive::Decided::Joined(names) => (DecisionKind::Joined, names),
        archive::Decided::NameTakenOut(name) => (DecisionKind::NameTakenOut, vec![name]),
        archive::Decided::ConversationTakenOut(id) => {
            (DecisionKind::ConversationTakenOut, vec![Name::Only(id)])
        }
    };
    // Addresses say more to a person than ids do.
    names.sort_by_key(|name| !matches!(name, Name::Mail(_)));
    VisitorDecision {
        id: made.id.to_string(),
        at: made.at,
        kind,
        more: names.len().saturating_sub(LISTED),
        names: names.iter().take(LISTED).map(name).collect(),
    }
}

fn seen(found: archive::SeenValues) -> SeenValues {
    let value = |seen: archive::Seen| SeenValue {
        value: seen.value,
        conversations: seen.conversations,
        last_at: seen.last_at,
    };
    SeenValues { values: found.values.into_iter().map(value).collect(), more: found.more }
}

pub(super) fn conversations(api: &Api, ask: &VisitorPartQuestion) -> Result<ConversationPage, Failure> {
    let before = ask.after.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| bad_question("“after” is the position of a row, a number."))?;
    let limit = limit(ask.limit);
    // One more than asked for tells whether there is a next page.
    let mut found = api.archive.visitor_conversations(&id(&ask.conversation), before, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|row| row.position.to_string());
    Ok(ConversationPage { rows: found.into_iter().map(row).collect(), next, problem: None })
}

pub(super) fn path(api: &Api, ask: &VisitorPartQuestion) -> Result<VisitorPath, Failure> {
    let place = |text: &str| {
        let (position, step) = text.split_once('.')?;
        Some(PathPlace { position: position.parse().ok()?, step: step.parse().ok()? })
    };
    let from = match ask.after.as_deref() {
        None => None,
        Some(text) => {
            Some(place(text).ok_or_else(|| bad_question("“after” is what “next” of the part before was."))?)
        }
    };
    let found = api.archive.visitor_path(&id(&ask.conversation), from, limit(ask.limit))?;
    let stretch = |stretch: archive::Stretch| PathStretch {
        conversation: stretch.conversation,
        provider: stretch.provider,
        at: stretch.at,
        before: stretch.before,
        of: stretch.of,
        pages: stretch.pages,
    };
    let rest = found.stretches.last().map_or(0, |stretch| stretch.of);
    Ok(VisitorPath {
        skip: found.next.filter(|next| next.step > 0).map(|next| format!("{}.{rest}", next.position)),
        stretches: found.stretches.into_iter().map(stretch).collect(),
        next: found.next.map(|next| format!("{}.{}", next.position, next.step)),
    })
}

pub(super) fn list(api: &Api, ask: &VisitorsQuestion) -> Result<VisitorList, Failure> {
    let except = ask.except.as_deref().map(id);
    let found = api.archive.visitors(&ask.search, except.as_ref(), LISTED)?;
    let rows = found.into_iter().map(|found| VisitorRow {
        conversation: found.newest.id,
        name: found.newest.visitor_name,
        addresses: found.addresses.into_iter().take(LISTED).collect(),
        conversations: found.conversations,
        provider: found.newest.provider,
        at: found.newest.active_at,
    });
    Ok(VisitorList { rows: rows.collect() })
}

fn decided(decision: i64) -> Decided {
    Decided { decision: decision.to_string() }
}

pub(super) fn join(api: &Api, ask: &JoinVisitors) -> Result<Decided, Failure> {
    Ok(decided(api.archive.join_visitors(&id(&ask.conversation), &id(&ask.other), now())?))
}

pub(super) fn take_conversation_out(api: &Api, ask: &VisitorQuestion) -> Result<Decided, Failure> {
    Ok(decided(api.archive.take_conversation_out(&id(&ask.conversation), now())?))
}

pub(super) fn take_name_out(api: &Api, ask: &TakeNameOut) -> Result<Decided, Failure> {
    let name =
        Name::parse(&ask.name).ok_or_else(|| bad_question("“name” is the key of a visitor's name."))?;
    Ok(decided(api.archive.take_name_out(&id(&ask.conversation), &name, now())?))
}

pub(super) fn take_back(api: &Api, ask: &DecisionQuestion) -> Result<Marked, Failure> {
    api.archive.take_back(number(ask)?)?;
    Ok(Marked { changed: 1 })
}

pub(super) fn decide_again(api: &Api, ask: &DecisionQuestion) -> Result<Marked, Failure> {
    api.archive.decide_again(number(ask)?)?;
    Ok(Marked { changed: 1 })
}

fn number(ask: &DecisionQuestion) -> Result<i64, Failure> {
    ask.decision.parse().map_err(|_| bad_question("“decision” is the number of a decision."))
}
