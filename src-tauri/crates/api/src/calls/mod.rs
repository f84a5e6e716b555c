//! The declaration of every query and act: its name, what it asks and what it answers. The dispatch and the TypeScript
//! are made from this one list.

mod answers;
mod bodies;
mod care;
mod compare;
mod conversations;
mod deliveries;
mod drift;
mod forward;
mod guide;
mod handover;
mod health;
mod history;
mod marks;
mod notes;
mod overview;
mod provenance;
mod replay;
mod samples;
mod send;
mod signatures;
mod sources;
mod tunnel;
pub mod types;
mod visitors;
mod work;

use serde_json::Value;

use crate::{Api, Failure};
pub(crate) use deliveries::{list as list_deliveries, number as delivery_number};
pub use handover::remarks;
#[allow(clippy::wildcard_imports, reason = "the list below names nearly all of them")]
use types::*;
use types::{
    Acceptance, CompareAnswer, CompareQuestion, ComposeQuestion, Composition, ConversationAnswer,
    ConversationPage, ConversationQuestion, ConversationsQuestion, CustomerQuestion, CustomerTagQuestion,
    Decided, DecisionQuestion, DeliveriesQuestion, DeliveryAnswer, DeliveryPage, DeliveryQuestion,
    EventAttempts, HandOverQuestion, HistoryAnswer, HistoryEntry, HistoryService, HistoryStart,
    HistoryStarted, JoinVisitors, LookQuestion, Mark, Marked, NeighboursAnswer, NewAnswer, NewSecret,
    NewSource, Nothing, OldAddressQuestion, OpenableAnswer, OriginAnswer, OriginQuestion, Overview,
    OwnSampleRow, PlanAnswer, PlanRow, PlanText, RecordPage, RecordsQuestion, RefusalAnswer, RefusalPage,
    RefusalsQuestion, RepeatedSend, RequestToSend, Rotation, SampleDeletion, SampleName, SampleQuestion,
    SampleSent, SampleToKeep, SamplesAnswer, SecretName, SendAnswer, ShownAnswer, ShownQuestion, SourceName,
    SourceRow, SpotAnswer, SpotQuestion, TakeNameOut, TakeUnsigned, TryAnswer, VisitorAnswer, VisitorList,
    VisitorPartQuestion, VisitorPath, VisitorQuestion, VisitorsQuestion, WorkAnswer, WorkQuestion,
    WorkStarted, WrittenAnswer, WrittenQuestion,
};

macro_rules! calls {
    ($(#[$meta:meta])* $dispatch:ident as $module:ident, $title:literal { $($name:ident: $ask:ty => $answer:ty = $handler:path;)* }) => {
        $(#[$meta])*
        pub(crate) fn $dispatch(api: &Api, name: &str, ask: Value) -> Result<Value, Failure> {
            match name {
                $(stringify!($name) => {
                    let ask: $ask = serde_json::from_value(ask).map_err(|error| not_understood(&error))?;
                    let answer: $answer = $handler(api, &ask)?;
                    serde_json::to_value(answer).map_err(|error| Failure::new("internal", &error.to_string()))
                })*
                _ => Err(Failure::new("unknown_call", &format!("There is no {} “{name}”.", stringify!($dispatch)))),
            }
        }

        /// The TypeScript of this list.
        #[cfg(test)]
        pub(crate) mod $module {
            use super::*;

            pub(crate) fn typescript(config: &ts_rs::Config) -> String {
                use ts_rs::TS;
                let rows = [$(format!("  {}: {{ ask: {}, answer: {} }},\n", stringify!($name), <$ask>::name(config), <$answer>::name(config))),*];
                format!("export type {} = {{\n{}}};\n", $title, rows.concat())
            }
        }
    };
}

calls! {
    /// Answers a query.
    query as queries, "Queries" {
        overview: Nothing => Overview = overview::overview;
        opening: Nothing => types::OpeningAnswer = overview::opening;
        conversations: ConversationsQuestion => ConversationPage = conversations::list;
        conversation: ConversationQuestion => ConversationAnswer = conversations::one;
        deliveries: DeliveriesQuestion => DeliveryPage = deliveries::list;
        delivery: LookQuestion => DeliveryAnswer = deliveries::one;
        compare: CompareQuestion => CompareAnswer = compare::compare;
        drift: DeliveryQuestion => DriftAnswer = drift::drift;
        neighbours: DeliveryQuestion => NeighboursAnswer = compare::neighbours;
        replay_plan: ReplayQuestion => ReplayPlan = replay::plan;
        written: WrittenQuestion => WrittenAnswer = handover::written;
        attempts: DeliveryQuestion => EventAttempts = answers::attempts;
        refusals: RefusalsQuestion => RefusalPage = answers::refusals;
        refusal: LookQuestion => RefusalAnswer = answers::refusal;
        read_answer: PlanText => PlanAnswer = answers::read;
        write_answer: PlanRow => PlanAnswer = answers::write;
        spot: SpotQuestion => SpotAnswer = deliveries::spot;
        bytes: types::BytesQuestion => types::BytesAnswer = bodies::bytes;
        origin: OriginQuestion => OriginAnswer = provenance::origin;
        shown: ShownQuestion => ShownAnswer = provenance::shown;
        guide: SourceName => GuideAnswer = guide::guide;
        connected: SourceName => ConnectedAnswer = guide::connected;
        gaps: types::GapsQuestion => types::GapPage = health::gaps;
        gap: types::GapQuestion => types::GapRow = health::gap;
        samples: Nothing => SamplesAnswer = samples::list;
        compose: ComposeQuestion => Composition = send::compose;
        tunnel: Nothing => TunnelAnswer = tunnel::show;
        work: Nothing => WorkAnswer = work::list;
        history: Nothing => HistoryAnswer = history::list;
        work_records: RecordsQuestion => RecordPage = work::records;
        forward_targets: SourceName => ForwardTargets = forward::targets;
        forward_log: ForwardLogQuestion => ForwardLogPage = forward::log;
        dead_letters: ForwardLogQuestion => DeadLetterPage = forward::dead_letters;
        forwarded: DeliveryQuestion => ForwardedAnswer = forward::forwarded;
        visitor: VisitorQuestion => VisitorAnswer = visitors::one;
        visitor_conversations: VisitorPartQuestion => ConversationPage = visitors::conversations;
        visitor_path: VisitorPartQuestion => VisitorPath = visitors::path;
        visitors: VisitorsQuestion => VisitorList = visitors::list;
    }
}

calls! {
    /// Carries out an act.
    act as acts, "Acts" {
        enter_history: HistoryEntry => HistoryService = history::enter;
        fetch_history: HistoryStart => HistoryStarted = history::start;
        tag_customer: CustomerTagQuestion => Marked = history::tag_customer;
        customer_chat_url: CustomerQuestion => OpenableAnswer = history::chat_url;
        set_read: Mark => Marked = marks::read;
        set_starred: Mark => Marked = marks::starred;
        set_archived: Mark => Marked = marks::archived;
        add_source: NewSource => SourceRow = sources::add;
        rotate_source: Rotation => SourceRow = sources::rotate;
        end_old_addresses: SourceName => SourceRow = sources::end_old;
        put_old_address_back: OldAddressQuestion => SourceRow = sources::put_old_back;
        remove_source: SourceName => Marked = sources::remove;
        see_gaps: types::SeenGaps => types::GapsSeen = health::see;
        dismiss_quiet: types::QuietDismissal => Marked = health::dismiss;
        set_answer: NewAnswer => SourceRow = answers::set;
        add_secret: NewSecret => SourceRow = signatures::add;
        remove_secret: SecretName => SourceRow = signatures::remove;
        take_unsigned: TakeUnsigned => SourceRow = signatures::take_unsigned;
        accept_deliveries: Acceptance => Marked = signatures::accept;
        hand_over: HandOverQuestion => WorkStarted = handover::hand_over;
        pin_deliveries: types::Pinning => Marked = notes::pin;
        note_delivery: types::NewNote => types::NoteKept = notes::note;
        replay: ReplayQuestion => WorkStarted = replay::begin;
        send_sample: SampleQuestion => SampleSent = samples::send;
        send_request: RequestToSend => SendAnswer = send::send;
        repeat_request: RepeatedSend => WorkStarted = send::repeat;
        dry_run: RequestToSend => TryAnswer = send::dry_run;
        keep_sample: SampleToKeep => OwnSampleRow = samples::keep;
        rename_sample: SampleName => OwnSampleRow = samples::rename;
        delete_sample: SampleDeletion => Marked = samples::delete;
        enter_tunnel: TunnelEntry => TunnelKind = tunnel::enter;
        start_tunnel: TunnelStart => TunnelStatus = tunnel::start;
        stop_tunnel: Nothing => TunnelStatus = tunnel::stop;
        prove_tunnel: Nothing => TunnelStatus = tunnel::prove;
        told_tunnel_address: Nothing => TunnelStatus = tunnel::told;
        back_up_now: Nothing => WorkStarted = care::back_up_now;
        bring_back: types::BackupQuestion => WorkStarted = care::bring_back;
        dismiss_repair: Nothing => Marked = care::dismiss_repair;
        cancel_work: WorkQuestion => Marked = work::cancel;
        dismiss_work: WorkQuestion => Marked = work::dismiss;
        add_forward_target: NewForwardTarget => ForwardTargetRow = forward::add;
        change_forward_target: ChangedForwardTarget => ForwardTargetRow = forward::change;
        pause_forward_target: PausedForwardTarget => ForwardTargetRow = forward::pause;
        remove_forward_target: ForwardTargetQuestion => Marked = forward::remove;
        put_forward_target_back: ForwardTargetQuestion => ForwardTargetRow = forward::put_back;
        forward_again: ForwardAgain => Marked = forward::again;
        forward_now: ForwardNow => Marked = forward::forward_now;
        forward_earlier: ForwardEarlier => Marked = forward::earlier;
        join_visitors: JoinVisitors => Decided = visitors::join;
        take_conversation_out: VisitorQuestion => Decided = visitors::take_conversation_out;
        take_name_out: TakeNameOut => Decided = visitors::take_name_out;
        take_back: DecisionQuestion => Marked = visitors::take_back;
        decide_again: DecisionQuestion => Marked = visitors::decide_again;
    }
}

/// What was asked is not repeated: a secret may stand in the wrong place of it.
fn not_understood(error: &serde_json::Error) -> Failure {
    let said = error.to_string();
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| format!("Expected: {expected}."));
    let missing = said.starts_with("missing field").then(|| format!("It is incomplete: {said}."));
    let words = missing.or(expected).unwrap_or_else(|| "A part of it is not what it should be.".to_owned());
    Failure::new("bad_question", &words)
}

#[cfg(test)]
mod bindings;
