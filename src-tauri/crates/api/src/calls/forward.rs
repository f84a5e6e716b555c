//! Forwarding: the targets of a source, what became of what was sent there, and sending again.

use afterchat_archive::{
    Attempted, DeadLetter, DeliveryId, ForwardState as ArchiveState, Forwarded, Standing, Target, TargetId,
    TargetSettings,
};
use afterchat_relay::written::recognisable;
use afterchat_transcript::DeliveryKind;

use super::conversations::limit;
use super::deliveries::number;
use super::types::{
    ChangedForwardTarget, DeadLetterPage, DeadLetterRow, DeliveryQuestion, ForwardAgain, ForwardAttempt,
    ForwardEarlier, ForwardLogPage, ForwardLogQuestion, ForwardNow, ForwardSettings, ForwardState,
    ForwardTargetQuestion, ForwardTargetRow, ForwardTargets, ForwardedAnswer, ForwardedRow, Marked,
    NewForwardTarget, PausedForwardTarget, SourceName,
};
use crate::forward::{LONGEST_DEADLINE, check_address};
use crate::{Api, Failure, now};

/// The most letters of a target's name.
const NAME: usize = 60;

pub(super) fn targets(api: &Api, ask: &SourceName) -> Result<ForwardTargets, Failure> {
    let rows = api.archive.forwarding(&ask.name)?;
    Ok(ForwardTargets { rows: rows.into_iter().map(row).collect() })
}

pub(super) fn add(api: &Api, ask: &NewForwardTarget) -> Result<ForwardTargetRow, Failure> {
    let settings = settings(api, &ask.settings)?;
    let target = api.archive.add_forward_target(&ask.source, settings, now())?;
    decided(api, &target)
}

pub(super) fn change(api: &Api, ask: &ChangedForwardTarget) -> Result<ForwardTargetRow, Failure> {
    let settings = settings(api, &ask.settings)?;
    let target = api.archive.change_forward_target(target(&ask.target)?, settings)?;
    decided(api, &target)
}

pub(super) fn pause(api: &Api, ask: &PausedForwardTarget) -> Result<ForwardTargetRow, Failure> {
    let target = api.archive.pause_forward_target(target(&ask.target)?, ask.on)?;
    decided(api, &target)
}

pub(super) fn remove(api: &Api, ask: &ForwardTargetQuestion) -> Result<Marked, Failure> {
    api.archive.remove_forward_target(target(&ask.target)?, now())?;
    api.forwarder.decided();
    Ok(Marked { changed: 1 })
}

pub(super) fn put_back(api: &Api, ask: &ForwardTargetQuestion) -> Result<ForwardTargetRow, Failure> {
    let target = api.archive.put_forward_target_back(target(&ask.target)?)?;
    decided(api, &target)
}

pub(super) fn log(api: &Api, ask: &ForwardLogQuestion) -> Result<ForwardLogPage, Failure> {
    let limit = limit(ask.limit);
    let mut found = api.archive.forward_log(target(&ask.target)?, place(ask)?, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|attempted| attempted.number.to_string());
    Ok(ForwardLogPage { rows: found.into_iter().map(attempt).collect(), next })
}

pub(super) fn dead_letters(api: &Api, ask: &ForwardLogQuestion) -> Result<DeadLetterPage, Failure> {
    let limit = limit(ask.limit);
    let mut found = api.archive.dead_letters(target(&ask.target)?, place(ask)?, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|letter| letter.number.to_string());
    let row = |letter: DeadLetter| DeadLetterRow {
        delivery: letter.delivery.to_string(),
        received_at: letter.received_at,
        tries: letter.tries,
        status: letter.status,
        code: letter.code,
    };
    Ok(DeadLetterPage { rows: found.into_iter().map(row).collect(), next })
}

/// Where a delivery went or will go: its source's targets, also those that have not come to it.
pub(super) fn forwarded(api: &Api, ask: &DeliveryQuestion) -> Result<ForwardedAnswer, Failure> {
    let id = DeliveryId(number(&ask.id)?);
    let summary = api.archive.delivery_summary(id)?;
    let mut known = api.archive.forwards_of(id)?;
    let targets = api.archive.forward_targets()?;
    let others = targets.into_iter().filter(|target| target.source.as_ref() == Some(&summary.source));
    for target in others {
        if known.iter().all(|(known, _)| known.id != target.id) {
            let forwarded = Forwarded {
                target: target.id,
                state: ArchiveState::Waiting,
                next_at: None,
                attempts: Vec::new(),
            };
            known.push((target, forwarded));
        }
    }
    known.sort_by_key(|(target, _)| target.id);
    let hook = summary.kind == DeliveryKind::Hook;
    let row = |(target, forwarded): (Target, Forwarded)| {
        let untouched = forwarded.state == ArchiveState::Waiting && forwarded.next_at.is_none();
        ForwardedRow {
            target: target.id.to_string(),
            name: target.settings.name,
            url: recognisable(&target.settings.url),
            paused: target.paused,
            // What is behind its cursor will come; what was there before it, or came another way, will not.
            state: (!untouched || (hook && id > target.begins)).then(|| state(forwarded.state)),
            next_at: forwarded.next_at,
            attempts: forwarded.attempts.into_iter().map(attempt).collect(),
        }
    };
    Ok(ForwardedAnswer { rows: known.into_iter().map(row).collect() })
}

pub(super) fn again(api: &Api, ask: &ForwardAgain) -> Result<Marked, Failure> {
    let ids = ask
        .deliveries
        .as_ref()
        .map(|ids| ids.iter().map(|id| number(id).map(DeliveryId)).collect::<Result<Vec<_>, _>>());
    let ids = ids.transpose()?;
    let changed = api.archive.forward_again(target(&ask.target)?, ids.as_deref(), now())?;
    api.forwarder.nudge();
    Ok(Marked { changed })
}

pub(super) fn forward_now(api: &Api, ask: &ForwardNow) -> Result<Marked, Failure> {
    let delivery = DeliveryId(number(&ask.delivery)?);
    let changed = api.archive.forward_now(target(&ask.target)?, delivery, now())?;
    api.forwarder.nudge();
    Ok(Marked { changed: usize::from(changed) })
}

pub(super) fn earlier(api: &Api, ask: &ForwardEarlier) -> Result<Marked, Failure> {
    let changed = api.archive.forward_earlier(target(&ask.target)?, ask.since)?;
    api.forwarder.nudge();
    Ok(Marked { changed: usize::try_from(changed).unwrap_or_default() })
}

fn place(ask: &ForwardLogQuestion) -> Result<Option<i64>, Failure> {
    ask.after.as_deref().map(number).transpose()
}

fn target(text: &str) -> Result<TargetId, Failure> {
    let bad = |_| Failure::new("bad_question", "A target's name is its number.");
    text.parse().map(TargetId).map_err(bad)
}

/// What a person entered, checked. Without a name a target is called after its server.
fn settings(api: &Api, entered: &ForwardSettings) -> Result<TargetSettings, Failure> {
    check_address(&api.archive, &entered.url)?;
    let url = entered.url.trim().to_owned();
    let name = Some(entered.name.trim()).filter(|name| !name.is_empty()).map(str::to_owned);
    let called_after = || url::Url::parse(&url).map(|url| url.authority().to_owned()).unwrap_or_default();
    let name: String = name.unwrap_or_else(called_after).chars().take(NAME).collect();
    Ok(TargetSettings {
        name,
        url,
        before: entered.before || entered.pass_back,
        pass_back: entered.pass_back,
        deadline: entered.deadline.clamp(1, LONGEST_DEADLINE),
        credentials: entered.credentials,
        numbered: entered.numbered,
        quarantined: entered.quarantined,
    })
}

fn decided(api: &Api, target: &Target) -> Result<ForwardTargetRow, Failure> {
    api.forwarder.decided();
    let of_source = api.archive.forwarding(target.source.as_deref().unwrap_or_default())?;
    let found = of_source.into_iter().find(|standing| standing.target.id == target.id);
    found.map(row).ok_or_else(|| Failure::new("not_found", "The target was removed meanwhile."))
}

fn row(standing: Standing) -> ForwardTargetRow {
    let Target { id, source, settings, paused, added_at, .. } = standing.target;
    ForwardTargetRow {
        id: id.to_string(),
        source: source.unwrap_or_default(),
        settings: ForwardSettings {
            name: settings.name,
            url: settings.url,
            before: settings.before,
            pass_back: settings.pass_back,
            deadline: settings.deadline,
            credentials: settings.credentials,
            numbered: settings.numbered,
            quarantined: settings.quarantined,
        },
        paused,
        added_at,
        waiting: standing.waiting,
        held: standing.held,
        dead: standing.dead,
        forwarded: standing.forwarded,
        under_way: standing.under_way,
        next_at: standing.next_at,
        last: standing.last.map(attempt),
    }
}

fn attempt(attempted: Attempted) -> ForwardAttempt {
    let Attempted { number, delivery, attempt } = attempted;
    ForwardAttempt {
        number: number.to_string(),
        delivery: delivery.to_string(),
        at: attempt.at,
        took_ms: i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX),
        status: attempt.status,
        code: attempt.code,
        words: attempt.words,
        answer: String::from_utf8_lossy(&attempt.answer).into_owned(),
    }
}

fn state(state: ArchiveState) -> ForwardState {
    match state {
        ArchiveState::Waiting => ForwardState::Waiting,
        ArchiveState::UnderWay => ForwardState::UnderWay,
        ArchiveState::Held => ForwardState::Held,
        ArchiveState::Done => ForwardState::Done,
        ArchiveState::Dead => ForwardState::Dead,
    }
}
