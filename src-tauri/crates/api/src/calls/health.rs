//! When the door was closed, and how sources fare.

use afterchat_archive::{Gap, GapQuestion as Asked, Health, OpenEnded, Wrong};
use afterchat_transcript::Instant;

use super::conversations::limit;
use super::types::{
    GapBegan, GapPage, GapQuestion, GapRow, GapsQuestion, GapsSeen, HealthRow, Marked, QuietDismissal,
    QuietRow, RhythmRow, SeenGaps, WrongKind, WrongRow,
};
use crate::{Api, Failure, now};

/// Gaps that stand among the deliveries of one page, at most.
const AMONG_DELIVERIES: usize = 200;

pub(super) fn gaps(api: &Api, ask: &GapsQuestion) -> Result<GapPage, Failure> {
    let limit = limit(ask.limit);
    let mut found = api.archive.gaps(&Asked {
        now: now(),
        before: ask.after.as_deref().map(moment).transpose()?,
        after: None,
        all: ask.all.unwrap_or(false),
        limit: limit + 1,
    })?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|gap| row(*gap).id);
    Ok(GapPage { rows: found.into_iter().map(row).collect(), next })
}

pub(super) fn gap(api: &Api, ask: &GapQuestion) -> Result<GapRow, Failure> {
    Ok(row(api.archive.gap(moment(&ask.id)?)?))
}

pub(super) fn see(api: &Api, ask: &SeenGaps) -> Result<GapsSeen, Failure> {
    let before = api.archive.see_gap(ask.id.as_deref().map(moment).transpose()?)?;
    Ok(GapsSeen { before: before.map(name) })
}

pub(super) fn dismiss(api: &Api, ask: &QuietDismissal) -> Result<Marked, Failure> {
    api.archive.source(&ask.source)?;
    api.archive.dismiss_quiet(&ask.source, ask.on)?;
    Ok(Marked { changed: 1 })
}

/// The gaps that ended after one moment and before another, newest first.
pub(super) fn among(
    api: &Api,
    after: Option<Instant>,
    before: Option<Instant>,
) -> Result<Vec<GapRow>, Failure> {
    let question = Asked { now: now(), before, after, all: false, limit: AMONG_DELIVERIES };
    Ok(api.archive.gaps(&question)?.into_iter().map(row).collect())
}

pub(super) fn unseen(api: &Api) -> Result<Option<GapRow>, Failure> {
    Ok(api.archive.unseen_gap(now())?.map(row))
}

pub(super) fn of_source(api: &Api, source: &str) -> Result<HealthRow, Failure> {
    Ok(health_row(&api.archive.health(source, now(), &chrono::Local)?))
}

fn health_row(health: &Health) -> HealthRow {
    HealthRow {
        last_at: health.last_at,
        rhythm: health.rhythm.map(|rhythm| RhythmRow {
            every: rhythm.every,
            per_week: rhythm.per_week,
            days: rhythm.days,
            hours: rhythm.hours,
        }),
        wrong: health.error.map(|error| {
            let of = |kind, delivery: Option<String>| WrongRow {
                at: error.at,
                kind,
                delivery,
                refusal: None,
                reason: None,
            };
            match error.wrong {
                Wrong::Unreadable(id) => of(WrongKind::Unreadable, Some(id.to_string())),
                Wrong::Quarantined(id) => of(WrongKind::Quarantined, Some(id.to_string())),
                Wrong::Refused(id, reason) => WrongRow {
                    refusal: Some(id.to_string()),
                    // The words are the same on both sides.
                    reason: serde_json::from_value(reason.word().into()).ok(),
                    ..of(WrongKind::Refused, None)
                },
            }
        }),
        quiet: health.quiet.map(|quiet| QuietRow {
            open_for: quiet.open_for / 1000,
            expected: quiet.expected,
            dismissed: health.dismissed,
        }),
    }
}

fn row(gap: Gap) -> GapRow {
    GapRow {
        id: name(gap.to),
        from: gap.from,
        to: gap.to,
        began: match gap.began {
            Some(OpenEnded::Closed) => Some(GapBegan::Closed),
            Some(OpenEnded::Slept) => Some(GapBegan::Slept),
            Some(OpenEnded::ClockSet) | None => None,
        },
    }
}

fn name(to: Instant) -> String {
    to.millis().to_string()
}

fn moment(text: &str) -> Result<Instant, Failure> {
    let moment = text.parse().ok().and_then(Instant::from_millis);
    moment
        .ok_or_else(|| Failure::new("bad_question", "A gap's name is the moment it ended, in milliseconds."))
}
