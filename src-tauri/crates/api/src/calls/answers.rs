//! What sources answer instead of the usual, what became of it, and the requests that were not taken.

use std::time::Duration;

use std::borrow::Cow;

use afterchat_archive::{
    AnswerPlan, DeliveryId, EventAttempt, PlanError, Refusal, RefusalReason as Reason, Risk, Said, Source,
    Step, Told,
};
use afterchat_transcript::{Header as Line, event};

use super::conversations::limit;
use super::deliveries::{self, Head, whole};
use super::sources;
use super::types::{
    AnswerRow, DeliveryQuestion, EventAttemptRow, EventAttempts, Header, LookQuestion, NewAnswer, PlanAnswer,
    PlanProblem, PlanRow, PlanText, RefusalAnswer, RefusalPage, RefusalReason, RefusalRow, RefusalsQuestion,
    SaidKind, SourceRow, StepRow, ToldRow,
};
use crate::{Api, Failure, now};

/// Reads a plan that was written as text.
#[allow(clippy::unnecessary_wraps, reason = "every query may fail")]
pub(super) fn read(_: &Api, ask: &PlanText) -> Result<PlanAnswer, Failure> {
    Ok(looked_at(ask.text.clone()))
}

/// Writes a plan that was put together in fields.
#[allow(clippy::unnecessary_wraps, reason = "every query may fail")]
pub(super) fn write(_: &Api, ask: &PlanRow) -> Result<PlanAnswer, Failure> {
    let steps: Vec<Step> = ask.steps.iter().map(step).collect();
    let plan = AnswerPlan { steps, per_event: ask.per_event, quarantine_too: ask.quarantine_too };
    let text = plan.to_string();
    // What is written marks every risky status as meant, so that has to be looked at here.
    let unmeant = ask.steps.iter().find_map(|step| {
        let status = step.status.filter(|_| step.said == SaidKind::Own && !step.meant)?;
        Risk::of(status)
    });
    Ok(match unmeant {
        Some(risk) => PlanAnswer {
            text: text.clone(),
            plan: None,
            problem: Some(PlanProblem {
                at: 0,
                length: count(text.chars().count()),
                words: risk.why().to_owned(),
            }),
            risks: vec![risk.why().to_owned()],
        },
        None => looked_at(text),
    })
}

pub(super) fn set(api: &Api, ask: &NewAnswer) -> Result<SourceRow, Failure> {
    let plan: Option<AnswerPlan> = ask.text.as_deref().map(str::parse).transpose().map_err(no_plan)?;
    let source = api.archive.set_answer_plan(&ask.source, plan.as_ref(), now())?;
    sources::row(api, source)
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn no_plan(error: PlanError) -> Failure {
    Failure::new("no_answer_plan", &error.to_string())
}

fn looked_at(text: String) -> PlanAnswer {
    match text.parse::<AnswerPlan>() {
        Ok(plan) => PlanAnswer {
            text,
            risks: plan.risks().into_iter().map(|risk| risk.why().to_owned()).collect(),
            plan: Some(fields(&plan)),
            problem: None,
        },
        Err(error) => {
            let (at, length) = (count(error.at), count(error.length));
            let problem = PlanProblem { at, length, words: error.words };
            PlanAnswer { text, plan: None, problem: Some(problem), risks: Vec::new() }
        }
    }
}

fn count(letters: usize) -> u32 {
    u32::try_from(letters).unwrap_or(u32::MAX)
}

fn fields(plan: &AnswerPlan) -> PlanRow {
    let step = |step: &Step| {
        let (said, status, headers, body) = match &step.said {
            Said::Usual => (SaidKind::Usual, None, Vec::new(), None),
            Said::Drop => (SaidKind::Drop, None, Vec::new(), None),
            Said::Own { status, headers, body } => {
                (SaidKind::Own, Some(*status), headers.iter().map(header).collect(), body.clone())
            }
        };
        let wait = u64::try_from(step.wait.as_millis()).unwrap_or(u64::MAX);
        let meant = status.is_some_and(|status| Risk::of(status).is_some());
        StepRow { said, status, headers, body, wait, times: step.times, meant }
    };
    PlanRow {
        steps: plan.steps.iter().map(step).collect(),
        per_event: plan.per_event,
        quarantine_too: plan.quarantine_too,
    }
}

fn step(row: &StepRow) -> Step {
    let line = |header: &Header| Line { name: header.name.clone(), value: header.value.clone().into_bytes() };
    let said = match row.said {
        SaidKind::Usual => Said::Usual,
        SaidKind::Drop => Said::Drop,
        SaidKind::Own => Said::Own {
            status: row.status.unwrap_or(200),
            headers: row.headers.iter().map(line).collect(),
            body: row.body.clone(),
        },
    };
    Step { said, wait: Duration::from_millis(row.wait), times: row.times }
}

fn header(line: &Line) -> Header {
    Header { name: line.name.clone(), value: String::from_utf8_lossy(&line.value).into_owned() }
}

/// What a source answers instead of the usual.
pub(super) fn of_source(api: &Api, source: &Source) -> Option<AnswerRow> {
    let planned = source.answer.as_ref()?;
    let given = api.archive.answers_given(source);
    let next = planned.plan.step(given).filter(|_| !planned.plan.per_event);
    Some(AnswerRow {
        text: planned.plan.to_string(),
        set_at: planned.set_at,
        given,
        next: next.map(|step| Step { times: None, ..step.clone() }.to_string()),
        over: next.is_none() && !planned.plan.per_event,
    })
}

pub(super) fn told(told: Told) -> ToldRow {
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    ToldRow {
        status: told.status,
        body: told.body.map(|body| String::from_utf8_lossy(&body).into_owned()),
        because: told.because,
        receiving: millis(told.receiving),
        committing: millis(told.committing),
        answering: millis(told.answering),
        left: told.left.map(millis),
        handed: told.handed,
    }
}

pub(super) fn attempts(api: &Api, ask: &DeliveryQuestion) -> Result<EventAttempts, Failure> {
    let id = DeliveryId(deliveries::number(&ask.id)?);
    let delivery = api.archive.delivery(id)?.delivery;
    let found = api.archive.attempts(id)?;
    let mut before: Option<i64> = None;
    let row = |attempt: EventAttempt| {
        let at = attempt.received_at.millis();
        let gap = before.replace(at).map(|before| at - before);
        EventAttemptRow {
            id: attempt.delivery.to_string(),
            number: attempt.number,
            received_at: attempt.received_at,
            gap,
            size: attempt.size,
            told: attempt.told.map(told),
        }
    };
    Ok(EventAttempts {
        all: found.all,
        numbered_by: event::numbered_by(&delivery).map(|(name, _)| name.to_owned()),
        rows: found.around.into_iter().map(row).collect(),
    })
}

pub(super) fn refusals(api: &Api, ask: &RefusalsQuestion) -> Result<RefusalPage, Failure> {
    let limit = limit(ask.limit);
    let before = ask.after.as_deref().map(deliveries::number).transpose()?;
    let mut found = api.archive.refusals(ask.source.as_deref(), before, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(RefusalPage { rows: found.iter().map(refusal_row).collect(), next })
}

pub(super) fn refusal(api: &Api, ask: &LookQuestion) -> Result<RefusalAnswer, Failure> {
    let found = api.archive.refusal(deliveries::number(&ask.id)?)?;
    let secrets = ask.secrets.unwrap_or(false);
    let Head { headers, query, mut concealed } =
        deliveries::head(&found.headers, found.query.as_deref(), secrets);
    let covered = api.mask()?.covered(content_type(&found).as_deref(), &found.body);
    concealed.body = covered.as_ref().map_or(0, |(_, count)| whole(*count));
    let body = covered.filter(|_| !secrets).map_or_else(|| found.body.clone(), |(bytes, _)| bytes);
    Ok(RefusalAnswer {
        row: refusal_row(&found),
        headers,
        concealed,
        body: String::from_utf8_lossy(&body).into_owned(),
        kept: found.body.len() as u64,
        path: found.path,
        query,
    })
}

fn content_type(refusal: &Refusal) -> Option<Cow<'_, str>> {
    let header = refusal.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"))?;
    Some(String::from_utf8_lossy(&header.value))
}

fn refusal_row(refusal: &Refusal) -> RefusalRow {
    RefusalRow {
        id: refusal.id.to_string(),
        at: refusal.at,
        source: refusal.source.clone(),
        method: refusal.method.clone(),
        content_type: content_type(refusal).map(Cow::into_owned),
        seen: refusal.seen,
        announced: refusal.announced,
        reason: match refusal.reason {
            Reason::TooLong => RefusalReason::TooLong,
            Reason::TooSlow => RefusalReason::TooSlow,
            Reason::BrokenOff => RefusalReason::BrokenOff,
            Reason::Busy => RefusalReason::Busy,
            Reason::TooMany => RefusalReason::TooMany,
            Reason::OldAddress => RefusalReason::OldAddress,
            Reason::NotKept => RefusalReason::NotKept,
        },
        status: refusal.status,
        passed_over: refusal.passed_over,
    }
}
